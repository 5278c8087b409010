//! Use cases. Those that begin with `post_` write what happened elsewhere; handlers call them, and calling one again
//! with the same input changes nothing.

mod account;
mod close;
mod connect;
mod critical;
mod debt;
mod dispute;
mod entry;
mod four_eyes;
mod issue;
mod pause;
mod payout;
mod post;
mod profile;
mod reconcile;
mod refund;
mod release;
mod reverse;
mod run;
mod sale;
mod sale_invoice;
mod scheduled;
mod settle;
mod subscription;
mod write_off;

pub use account::{post_company_credit_used, post_invoice_paid};
pub use close::close_statements;
pub use connect::{Progress, ask_stripe, chase_payouts, fetch_from_stripe, payout_told, send_by_stripe};
pub use critical::{BalancesWatched, watch_balances};
pub use debt::{DebtsAged, RecordDebtPayment, age_debts, record_debt_payment};
pub use dispute::{post_dispute_absorbed, post_dispute_lost, post_dispute_opened, post_dispute_won};
pub use entry::{DecideEntry, RequestEntry, decide_entry, request_entry};
pub use four_eyes::can_decide;
pub use pause::{PauseReason, pause, resume};
pub use payout::{MarkFailed, MarkPaid, MarkReturned, mark_failed, mark_paid, mark_returned, mark_run_paid};
pub use post::{
    post_canceled, post_captured, post_cod_kept, post_cod_remitted, post_company_credit_returned, post_credit_given,
    post_dispute_fee_recharged, post_provider_fee, post_provider_settled, post_refund_settled, post_transfer,
    post_unapplied_returned,
};
pub use profile::{EditBillingProfile, ProfilePatch, edit_billing_profile};
pub use reconcile::{Import, ImportFormat, import_file, resolve_finding};
pub use refund::post_refund_requested;
pub use release::{Released, release_due, schedule_release};
pub use reverse::reverse;
pub use run::{RunPayouts, release_payout, run_payouts};
pub use sale::post_recognized;
pub use sale_invoice::issue_sale;
pub use scheduled::run_scheduled_payouts;
pub use settle::{
    RecordMovement, post_captured_abroad, record_cod_remittance, record_conversion, record_provider_fee,
    record_provider_settlement, record_unapplied_return,
};
pub use subscription::{SetSubscription, charge_subscriptions, set_subscription};
pub use write_off::{DecideWriteOff, RequestWriteOff, decide_write_off, request_write_off};

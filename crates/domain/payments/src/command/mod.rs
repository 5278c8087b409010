//! Use cases. Those that end in `_in_tx` are called by orders inside its own command, which has authorized.

mod bank;
mod cash;
mod company_credit;
mod covered;
mod credit;
mod dispute;
mod execute;
mod expire;
mod extend;
mod invoice;
mod late;
mod link;
mod move_money;
mod open;
mod owed;
mod plan;
mod refund_by_hand;
mod remind;
mod renew;
mod settle;
mod sweep;

pub use bank::{TransferReceived, match_receipt, transfer_received};
pub use cash::{CodCollected, cod_collected_in_tx};
pub use company_credit::{ReturnCompanyCredit, UseCompanyCredit, return_company_credit, use_company_credit};
pub use covered::{bear_dispute_in_tx, unborne_in_tx};
pub use credit::{CreditIssued, GiveCredit, give_credit};
pub use dispute::{OpenDispute, ResolveDispute, forget_words_in_tx, open_dispute, resolve_dispute};
pub use execute::{Progress, execute, lookup};
pub use expire::expire_due;
pub use extend::extend_in_tx;
pub use invoice::{SetCreditLine, set_credit_line};
pub use late::{accept_late_in_tx, give_up_late_in_tx};
pub use link::{PayByLink, make_link, pay_by_link};
pub use move_money::{CapturePart, RefundPart, capture_in_tx, hold_at_most_in_tx, refund_in_tx, void_rest_in_tx};
pub use open::{OpenPayment, UseCredit, authorize_again_in_tx, open_in_tx};
pub use owed::{locked_receivable_in_tx, write_off_in_tx};
pub use refund_by_hand::{ConfirmRefund, RefundWay, confirm_refund, retry_refund};
pub use remind::{Reminders, remind_due};
pub use renew::renew_due;
pub use sweep::{Swept, sweep};

pub(crate) use plan::plan_for_orphan;
pub(crate) use settle::{Outcome, settle};

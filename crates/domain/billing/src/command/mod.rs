//! Use cases. Those that begin with `post_` write what happened elsewhere; handlers call them, and calling one again
//! with the same input changes nothing.

mod adjust;
mod payout;
mod post;
mod refund;
mod release;
mod run;
mod sale;

pub use adjust::{Adjust, adjust, reverse};
pub use payout::{MarkPaid, MarkReturned, mark_paid, mark_returned, mark_run_paid};
pub use post::{
    post_canceled, post_captured, post_cod_kept, post_cod_remitted, post_dispute_fee_recharged, post_dispute_lost,
    post_dispute_opened, post_dispute_won, post_provider_fee, post_provider_settled, post_refund_settled,
    post_transfer, post_unapplied_returned,
};
pub use refund::post_refund_requested;
pub use release::{Released, release_due, schedule_release};
pub use run::{RunPayouts, run_payouts};
pub use sale::post_recognized;

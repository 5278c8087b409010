//! Reads.

mod balance;
mod journal;
mod payout;
mod statement;

pub use balance::{balances_by_merchants, merchant_balances, trial_balance};
pub use journal::{JournalFilter, LineFilter, journal, merchant_lines};
pub use payout::{PayoutFilter, payout, payout_runs, payouts, runs_by_ids};
pub use statement::{Period, statement, statement_on};

use access::{Grant, Reach};
use context::Error as CoreError;
use kernel::id::MerchantId;

/// The merchant that may be looked at: the wanted one, or one's own. Somebody else's is not found.
fn visible(grant: &Grant, wanted: Option<MerchantId>) -> Result<Option<MerchantId>, CoreError> {
    match (grant.merchants(), wanted) {
        (Reach::All, wanted) => Ok(wanted),
        (Reach::Only(own), None) => Ok(Some(own)),
        (Reach::Only(own), Some(wanted)) if own == wanted => Ok(Some(own)),
        (Reach::Only(_), Some(_)) | (Reach::Nothing, _) => Err(CoreError::NotFound("merchant")),
    }
}

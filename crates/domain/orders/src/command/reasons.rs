//! The reasons that each kind of actor may give, as the marketplace set them.

use access::{Grant, Scope};

use super::work::Work;
use crate::Error;

/// Reasons to cancel.
pub(super) const CANCEL: &str = "cancel";
/// Reasons to pay back.
pub(super) const REFUND: &str = "refund";
/// Reasons to send back.
pub(super) const RETURN: &str = "return";

/// Refuses a reason that is not in the list of this actor. Without a list every reason can be given; Souk itself is
/// not asked.
pub(super) fn check(work: &Work, grant: &Grant, of: &str, reason: &'static str) -> Result<(), Error> {
    let actor = match grant.scope() {
        Scope::System => return Ok(()),
        Scope::Operator => "operator",
        Scope::Merchant(_) => "merchant",
        Scope::Customer(_) | Scope::Public => "buyer",
    };
    match work.market.settings.reasons.get(&format!("{of}.{actor}")) {
        Some(allowed) if !allowed.iter().any(|known| known == reason) => {
            Err(Error::ReasonNotAllowed { reason, allowed: allowed.clone() })
        }
        _ => Ok(()),
    }
}

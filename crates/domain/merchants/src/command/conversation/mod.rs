//! Conversations: opening them, writing, and who cares for them.

mod open;
mod post;
mod steer;
mod upkeep;
mod write;

use context::Ctx;
use marketplace::ConversationSettings;

pub use open::{Opening, open_in_tx};
pub use post::{PostMessage, RedactMessage, post, post_in_tx, redact};
pub use steer::{AssignConversation, InviteOperator, SteerConversation, assign, close, invite, mark_read, reopen};
pub use upkeep::{close_idle, erase_buyer};
pub use write::NewMessage;

use crate::Error;
use crate::model::conversation::Party;

/// The rules of the marketplace for conversations.
///
/// # Errors
/// The database error.
pub async fn rules(ctx: &Ctx) -> Result<ConversationSettings, Error> {
    let market = marketplace::snapshot(ctx).await.map_err(context::Error::internal)?;
    Ok(market.settings.conversations.clone())
}

/// Whom a grant means, who must be somebody here.
pub(crate) fn party(grant: &access::Grant) -> Result<Party, Error> {
    Ok(Party::of(grant).ok_or(context::Error::NotFound("conversation"))?)
}

/// Who reads: a person of a team, or the buyer.
pub(crate) fn reader(ctx: &Ctx, party: Party) -> String {
    match party {
        Party::Customer(id) => id.to_string(),
        Party::Guest(order) => order.to_string(),
        Party::Merchant(_) | Party::Operator => ctx.actor().id(),
    }
}

//! Opening conversations.

use chrono::Duration;
use context::WriteTx;
use history::Change;
use kernel::id::MerchantId;
use kernel::{Invalid, text};
use marketplace::{ConversationKind, ConversationSettings};

use super::write::{NewMessage, checked, write};
use crate::event::ConversationOpened;
use crate::model::contacts;
use crate::model::conversation::{Buyer, Conversation, Counts, MessageKind, Party, Side, Subject, kind_name};
use crate::{Error, Status, repo};

/// The longest title.
const TITLE_MAX: usize = 150;

/// A conversation to be opened. Whoever knows the subject has made sure that it is the merchant's and the buyer's.
#[derive(Debug, Clone)]
pub struct Opening {
    /// What it is about.
    pub subject: Subject,
    /// The merchant that takes part.
    pub merchant: Option<MerchantId>,
    /// The buyer that takes part.
    pub buyer: Option<Buyer>,
    /// What it is for, as a code of the settings.
    pub topic: String,
    /// What it is called.
    pub title: String,
    /// The first message.
    pub message: NewMessage,
}

/// Opens a conversation with its first message. The caller has authorized, and shown that the party may speak of the subject.
///
/// # Errors
/// What is wrong with the input; [`Error::KindNotAllowed`]; [`Error::MerchantGone`]; [`Error::MerchantBlocked`]; rate
/// limited when a buyer opens too many; the database error.
pub async fn open_in_tx(
    tx: &mut WriteTx,
    rules: &ConversationSettings,
    party: Party,
    opening: Opening,
) -> Result<Conversation, Error> {
    let side = party.side();
    let kind = opening.subject.kind;
    let allowed = match side {
        Side::Buyer => rules.buyers_open.contains(&kind),
        Side::Merchant => rules.merchants_open.contains(&kind),
        Side::Operator => true,
    };
    if !allowed {
        return Err(Error::KindNotAllowed(kind_name(kind)));
    }
    if !rules.topics.contains(&opening.topic) {
        let message = format!("must be one of {}", rules.topics.join(", "));
        return Err(Invalid::new("topic", "UNKNOWN_TOPIC", message).into());
    }
    if opening.message.visibility.is_some_and(|readers| readers.is_note()) {
        return Err(Invalid::new("visibility", "NOT_ALLOWED", "a conversation begins with a message to others").into());
    }
    if let Some(merchant) = opening.merchant {
        guard(tx, merchant, (side, kind), opening.buyer.is_some()).await?;
    }
    if side == Side::Buyer {
        limit(tx, rules, party).await?;
    }
    let masks = rules.mask_contacts && opening.merchant.is_some() && opening.buyer.is_some();
    let masked = |text: String| if masks { contacts::hidden(&text).unwrap_or(text) } else { text };
    let now = tx.now();
    let mut conversation = Conversation {
        id: tx.new_id(),
        merchant: opening.merchant,
        buyer: opening.buyer.map(|buyer| Buyer { name: masked(buyer.name), ..buyer }),
        subject: opening.subject,
        topic: opening.topic,
        title: masked(text::line("title", &opening.title, TITLE_MAX)?),
        opened_by: side,
        opened_at: now,
        operator_since: None,
        merchant_assignee: None,
        operator_assignee: None,
        awaiting: None,
        awaiting_since: None,
        closed: None,
        last_number: 0,
        counts: Counts::default(),
        moved_at: now,
        buyer_moved_at: now,
        erased_at: None,
        version: 0,
    };
    let step = checked(tx, rules, party, &conversation, (MessageKind::Words, opening.message)).await?;
    write(tx, rules, party, &mut conversation, step).await?;
    let change = Change::new("conversation", conversation.id, "created")
        .field("subject", (), format!("{} {}", kind_name(kind), conversation.subject.id).trim_end())
        .field("topic", (), &conversation.topic)
        .field("openedBy", (), side.as_str());
    tx.record(of_merchant(change, &conversation));
    tx.emit(&ConversationOpened {
        conversation: conversation.id,
        merchant: conversation.merchant,
        opened_by: side,
        awaiting: conversation.awaiting,
    });
    Ok(conversation)
}

/// A change that the merchant of the conversation may read.
pub(super) fn of_merchant(change: Change, conversation: &Conversation) -> Change {
    change.of_merchant(conversation.merchant)
}

/// A blocked merchant goes on with what is open and with the operator; one that is gone does neither.
async fn guard(
    tx: &WriteTx,
    merchant: MerchantId,
    (side, kind): (Side, ConversationKind),
    with_buyer: bool,
) -> Result<(), Error> {
    let status = repo::status_on(&**tx, merchant).await?;
    let sells = status == Status::Active;
    match side {
        _ if status == Status::Closed => Err(Error::MerchantGone),
        Side::Merchant if with_buyer && !sells && status != Status::Offboarding => Err(Error::MerchantBlocked),
        // Of a shop that shows nothing nobody asks before buying.
        Side::Buyer if !sells && matches!(kind, ConversationKind::Product | ConversationKind::Merchant) => {
            Err(context::Error::NotFound("merchant").into())
        }
        _ => Ok(()),
    }
}

/// Refuses a buyer who opened too many within a day.
async fn limit(tx: &WriteTx, rules: &ConversationSettings, party: Party) -> Result<(), Error> {
    let opener = match party {
        Party::Customer(id) => id.0,
        Party::Guest(order) => order.0,
        Party::Merchant(_) | Party::Operator => return Ok(()),
    };
    let Ok(max @ 1..) = usize::try_from(rules.buyer_opens_per_day) else { return Ok(()) };
    repo::conversation::count_opener(tx, opener).await?;
    let since = tx.now() - Duration::days(1);
    let times = repo::conversation::opened_since(tx, party, since).await?;
    let Some(freed_by) = times.len().checked_sub(max).and_then(|index| times.get(index)) else { return Ok(()) };
    let retry_after_seconds = (*freed_by - since).num_seconds().max(1);
    Err(context::Error::RateLimited { retry_after_seconds }.into())
}

//! Conversations about orders, incidents, products and merchants: who may open one about what is decided here, where all of
//! them are known.

use access::{Grant, Reach};
use context::{Ctx, Idempotent, WriteTx, merchant_meant};
use kernel::id::{ConversationId, IncidentId, MerchantId, MerchantOrderId, MessageId, ProductId};
use kernel::{Invalid, PageArgs};
use marketplace::ConversationKind;
use merchants::actions::{CONVERSE_BY_TOKEN, OPEN_CONVERSATION};
use merchants::conversation::{
    self, Buyer, ConversationFilter, Message, NewMessage, Opening, Party, Side, Subject, Thread,
};
use sea_orm::{EntityTrait, QueryFilter};
use serde::Serialize;

use crate::entity::{incident, merchant_order};
use crate::model::number;
use crate::query::{self, GuestOrder};
use crate::{Error, MerchantOrder, Order, repo};

/// What a conversation is to be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum About {
    /// A merchant order.
    Order(MerchantOrderId),
    /// An incident of one.
    Incident(IncidentId),
    /// A product of a merchant.
    Product(ProductId),
    /// The merchant itself.
    Merchant,
    /// Nothing of the kind.
    General,
}

/// A conversation to be opened.
#[derive(Debug, Clone)]
pub struct OpenConversation {
    /// What it is about.
    pub about: About,
    /// The merchant that is meant, where `about` does not name it.
    pub merchant: Option<MerchantId>,
    /// With whom staff talks about an order or incident; the buyer if nobody is named.
    pub with: Vec<Side>,
    /// What opens the order to somebody who did not sign in.
    pub guest: Option<GuestOrder>,
    /// What it is for, as a code of the settings.
    pub topic: String,
    /// What it is called.
    pub title: String,
    /// The first message.
    pub message: NewMessage,
    /// Names the request: repeating it opens nothing more.
    pub idempotency_key: String,
}

/// Opens a conversation: a buyer with a merchant or the operator, a merchant with a buyer of its own or the operator, the
/// operator with whomever. Nobody opens one about what he may not see.
///
/// # Errors
/// Not found for what the caller may not see; what is wrong with the input; rate limited; the key was used for something
/// else; denied; what [`conversation::open_in_tx`] says; the database error.
pub async fn conversation_open(ctx: &Ctx, input: OpenConversation) -> Result<Thread, Error> {
    let grant = ctx.authorize(if input.guest.is_some() { CONVERSE_BY_TOKEN } else { OPEN_CONVERSATION })?;
    let rules = conversation::rules(ctx).await?;
    // Products and merchants have readers of their own.
    let named = Named::of(ctx, &grant, &input).await?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let asked = (input.about, input.merchant, &input.with, &input.topic, &input.title, &input.message);
    let claim =
        tx.idempotent(owner(ctx, input.guest.as_ref()), "conversationOpen", &input.idempotency_key, &asked).await?;
    let party = party(&tx, &grant, input.guest.as_ref()).await?;
    let id: ConversationId = match claim {
        Idempotent::Replay(id) => id,
        Idempotent::Proceed => {
            let place = place(&tx, &grant, party, named, &input).await?;
            let Place { subject, merchant, buyer } = place;
            let OpenConversation { topic, title, message, .. } = input;
            let opening = Opening { subject, merchant, buyer, topic, title, message };
            let id = conversation::open_in_tx(&mut tx, &rules, party, opening).await?.id;
            tx.commit_with_answer(&id).await?;
            id
        }
    };
    Ok(conversation::thread_on(ctx, party, id).await?)
}

/// A message of somebody who did not sign in.
#[derive(Debug, Clone)]
pub struct PostAsGuest {
    /// What opens the order.
    pub guest: GuestOrder,
    /// The conversation, which is about that order.
    pub conversation: ConversationId,
    /// The message.
    pub message: NewMessage,
    /// Names the request: repeating it writes nothing more.
    pub idempotency_key: String,
}

/// Writes a message as the buyer of an order whose number and secret are shown.
///
/// # Errors
/// Not found when they do not belong together, or the conversation is of another order; as [`conversation::post`].
pub async fn conversation_post_as_guest(ctx: &Ctx, input: PostAsGuest) -> Result<Message, Error> {
    let grant = ctx.authorize(CONVERSE_BY_TOKEN)?;
    let rules = conversation::rules(ctx).await?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let asked = (input.conversation, &input.message);
    let claim = tx.idempotent(owner(ctx, Some(&input.guest)), "messagePost", &input.idempotency_key, &asked).await?;
    let party = party(&tx, &grant, Some(&input.guest)).await?;
    let id: MessageId = match claim {
        Idempotent::Replay(id) => id,
        Idempotent::Proceed => {
            let id = conversation::post_in_tx(&mut tx, &rules, party, input.conversation, input.message).await?;
            tx.commit_with_answer(&id).await?;
            id
        }
    };
    Ok(conversation::message_on(ctx, party, id).await?)
}

/// The conversations about an order whose number and secret are shown, the one that moved last first.
///
/// # Errors
/// Not found when they do not belong together; a bad cursor; denied; the database error.
pub async fn guest_conversations(
    ctx: &Ctx,
    guest: &GuestOrder,
    page: &PageArgs,
) -> Result<kernel::Page<Thread>, Error> {
    ctx.authorize(CONVERSE_BY_TOKEN)?;
    let order = query::guest_order_on(ctx.read(), guest).await?;
    let filter = ConversationFilter::default();
    Ok(conversation::conversations_of(ctx, Party::Guest(order.id), &filter, page).await?)
}

/// Whose idempotency key it is. A guest is known by its order.
fn owner(ctx: &Ctx, guest: Option<&GuestOrder>) -> String {
    guest.map_or_else(|| ctx.actor().id(), |guest| format!("guest:{}", number::typed(&guest.number)))
}

async fn party(tx: &WriteTx, grant: &Grant, guest: Option<&GuestOrder>) -> Result<Party, Error> {
    match guest {
        Some(guest) => Ok(Party::Guest(query::guest_order_on(&**tx, guest).await?.id)),
        None => Ok(Party::of(grant).ok_or(context::Error::NotFound("conversation"))?),
    }
}

/// What is read through the queries of other domains: what it is called, and whose it is.
#[derive(Default)]
struct Named {
    label: String,
    merchant: Option<MerchantId>,
}

impl Named {
    async fn of(ctx: &Ctx, grant: &Grant, input: &OpenConversation) -> Result<Self, Error> {
        match input.about {
            About::Order(_) | About::Incident(_) => Ok(Self::default()),
            About::Product(id) => {
                let merchant = meant(grant, input.merchant)?.ok_or_else(|| Invalid::required("merchantId"))?;
                let fault = |error: catalog::Error| context::Error::internal(error);
                let seen = catalog::query::product::by_ids(ctx, &[id]).await.map_err(fault)?.remove(&id);
                let product = seen.ok_or(context::Error::NotFound("product"))?;
                Ok(Self { label: product.title, merchant: Some(merchant) })
            }
            About::Merchant => {
                let merchant = meant(grant, input.merchant)?.ok_or_else(|| Invalid::required("merchantId"))?;
                let mut cards = merchants::cards_by_ids(ctx, &[merchant]).await?;
                let card = cards.remove(&merchant).ok_or(context::Error::NotFound("merchant"))?;
                Ok(Self { label: card.name, merchant: Some(merchant) })
            }
            About::General => Ok(Self { label: String::new(), merchant: meant(grant, input.merchant)? }),
        }
    }
}

/// The merchant that a caller means; a buyer names any, or none.
fn meant(grant: &Grant, named: Option<MerchantId>) -> Result<Option<MerchantId>, Error> {
    match grant.merchants() {
        Reach::Nothing => Ok(named),
        Reach::All | Reach::Only(_) => Ok(Some(merchant_meant(grant, named)?)),
    }
}

/// Who takes part, and in what.
struct Place {
    subject: Subject,
    merchant: Option<MerchantId>,
    buyer: Option<Buyer>,
}

async fn place(
    tx: &WriteTx,
    grant: &Grant,
    party: Party,
    named: Named,
    input: &OpenConversation,
) -> Result<Place, Error> {
    let subject = |kind, id: String, label: String| Subject { kind, id, label };
    let (kind, id) = match input.about {
        About::Order(part) => {
            let (part, order) = part_of(tx, grant, party, part).await?;
            return of_order(party, input, (ConversationKind::Order, part.id.to_string()), &part, &order);
        }
        About::Incident(id) => {
            let found = incident::Entity::find_by_id(id).one(&**tx).await?;
            let found = found.ok_or(context::Error::NotFound("incident"))?;
            let seen = part_of(tx, grant, party, found.merchant_order_id).await;
            let (part, order) = seen.map_err(|error| hidden(error, "incident"))?;
            return of_order(party, input, (ConversationKind::Incident, id.to_string()), &part, &order);
        }
        About::Product(id) => {
            let merchant = named.merchant.ok_or(context::Error::NotFound("merchant"))?;
            let sells = offers::sells_on(&**tx, merchant, id).await.map_err(context::Error::internal)?;
            if !sells {
                return Err(context::Error::NotFound("product").into());
            }
            (ConversationKind::Product, id.to_string())
        }
        About::Merchant => (ConversationKind::Merchant, named.merchant.map(|id| id.to_string()).unwrap_or_default()),
        About::General => (ConversationKind::General, String::new()),
    };
    let buyer = match party {
        Party::Customer(id) => {
            let customer = customers::by_id_on(&**tx, id).await.map_err(super::customers_fault)?;
            Some(Buyer { customer: Some(id), order: None, name: customer.name })
        }
        // Who shows an order speaks of that order.
        Party::Guest(_) => return Err(context::Error::NotFound("conversation").into()),
        Party::Merchant(_) | Party::Operator => None,
    };
    // In general a buyer talks to the marketplace.
    let general = kind == ConversationKind::General && buyer.is_some();
    Ok(Place { subject: subject(kind, id, named.label), merchant: named.merchant.filter(|_| !general), buyer })
}

fn hidden(error: Error, what: &'static str) -> Error {
    match error {
        Error::Core(context::Error::NotFound(_)) => context::Error::NotFound(what).into(),
        other => other,
    }
}

/// A merchant order that the caller may see, with its order.
async fn part_of(
    tx: &WriteTx,
    grant: &Grant,
    party: Party,
    id: MerchantOrderId,
) -> Result<(MerchantOrder, Order), Error> {
    let find = merchant_order::Entity::find_by_id(id);
    let find = match party {
        Party::Guest(_) => find,
        Party::Customer(_) | Party::Merchant(_) | Party::Operator => find.filter(repo::parts_within(grant)),
    };
    let part = find.one(&**tx).await?.ok_or(context::Error::NotFound("merchant order"))?;
    if matches!(party, Party::Guest(order) if order != part.order_id) {
        return Err(context::Error::NotFound("merchant order").into());
    }
    let order = query::order_on(&**tx, part.order_id).await?;
    Ok((part, order))
}

fn of_order(
    party: Party,
    input: &OpenConversation,
    (kind, id): (ConversationKind, String),
    part: &MerchantOrder,
    order: &Order,
) -> Result<Place, Error> {
    let side = party.side();
    let with = |meant: Side| input.with.contains(&meant);
    let buyers = side == Side::Buyer || input.with.is_empty() || with(Side::Buyer);
    let merchants = side != Side::Operator || input.with.is_empty() || with(Side::Merchant);
    if buyers && (order.erased_at.is_some() || order.erase_wanted_at.is_some()) {
        return Err(Invalid::new("with", "NOT_THERE", "the buyer was forgotten").into());
    }
    let buyer = Buyer { customer: order.customer_id, order: Some(order.id), name: order.ship_to.name.clone() };
    Ok(Place {
        subject: Subject { kind, id, label: part.number.clone() },
        merchant: merchants.then_some(part.merchant_id),
        buyer: buyers.then_some(buyer),
    })
}

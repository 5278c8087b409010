//! Anything by its id.

use std::future::Future;
use std::str::FromStr;

use async_graphql::{Context, ID, Interface, Object};
use kernel::Fault;
use kernel::id::{
    AssetId, CategoryId, CompanyId, ConversationId, CustomerId, MerchantId, MerchantOrderId, MessageId, NotificationId,
    NotificationRuleId, OfferId, OrderId, PaymentId, PayoutId, ProductId, ShipmentId, StockLevelId, SyncSystemId,
    TaskId, TypedId, VariantId,
};

use crate::assets::Asset;
use crate::billing::Payout;
use crate::catalog::{Category, CategoryLoader, Product, Variant, VariantLoader};
use crate::customers::{Company, Customer};
use crate::error::{Gql, answer_optional, ctx};
use crate::inventory::StockLevel;
use crate::loader::{Loader, load};
use crate::marketplace::notification::Notification;
use crate::marketplace::notification::rule::NotificationRule;
use crate::marketplace::task::Task;
use crate::merchants::sync::SyncSystem;
use crate::merchants::{Conversation, Merchant, Message};
use crate::offers::Offer;
use crate::orders::{MerchantOrder, Order, Shipment, shipment};
use crate::payments::Payment;

/// Something with an id that is its own in all of Souk.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The id."))]
#[allow(clippy::large_enum_variant, reason = "there is one for a root field, not many in a list")]
pub enum Node {
    /// A file.
    Asset(Asset),
    /// A category of the catalog.
    Category(Category),
    /// A buyer's account.
    Customer(Customer),
    /// A company that buys.
    Company(Company),
    /// A conversation between a buyer, a merchant and the operator's team.
    Conversation(Conversation),
    /// A merchant.
    Merchant(Merchant),
    /// A merchant's part of an order.
    MerchantOrder(MerchantOrder),
    /// A message of a conversation.
    Message(Message),
    /// Something that one is told oneself.
    Notification(Notification),
    /// A rule that says who is told of what.
    NotificationRule(NotificationRule),
    /// What a merchant sells a variant for.
    Offer(Offer),
    /// A buyer's order.
    Order(Order),
    /// A payment of an order.
    Payment(Payment),
    /// Money sent to a merchant.
    Payout(Payout),
    /// A product.
    Product(Product),
    /// A parcel.
    Shipment(Shipment),
    /// Stock of an article at a location.
    StockLevel(StockLevel),
    /// Another system that tells what it knows of merchants.
    SyncSystem(SyncSystem),
    /// Something that somebody has to do in time.
    Task(Task),
    /// A variant of a product.
    Variant(Variant),
}

/// Anything by its id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// What has this id, with the rights of the field that asks for its kind alone; `null` when there is no such thing
    /// within the caller's reach.
    async fn node(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Node>> {
        let (ctx, id) = (ctx(gql)?, id.as_str());
        let prefix = id.split_once('_').map_or("", |(prefix, _)| prefix);
        match prefix {
            AssetId::PREFIX => one(gql, id, |id| assets::query::by_id(ctx, id), Asset).await,
            CategoryId::PREFIX => batched::<CategoryLoader, CategoryId, _>(gql, id, Category).await,
            CompanyId::PREFIX => one(gql, id, |id| customers::company(ctx, id), Company).await,
            ConversationId::PREFIX => {
                one(gql, id, |id| merchants::conversation::conversation(ctx, id), Conversation::from).await
            }
            MessageId::PREFIX => one(gql, id, |id| merchants::conversation::message(ctx, id), Message::from).await,
            CustomerId::PREFIX => one(gql, id, |id| customers::customer(ctx, id), Customer).await,
            MerchantId::PREFIX => one(gql, id, |id| merchants::get(ctx, id), Merchant::from).await,
            MerchantOrderId::PREFIX => {
                one(gql, id, |id| orders::query::merchant_order(ctx, id), MerchantOrder::from).await
            }
            NotificationId::PREFIX => {
                one(gql, id, |id| marketplace::query::my_notification(ctx, id), Notification::from).await
            }
            NotificationRuleId::PREFIX => {
                one(gql, id, |id| marketplace::query::notification_rule(ctx, id), NotificationRule::from).await
            }
            OfferId::PREFIX => one(gql, id, |id| offers::offer(ctx, id), Offer::from).await,
            OrderId::PREFIX => one(gql, id, |id| orders::query::order(ctx, id), Order::from).await,
            PaymentId::PREFIX => one(gql, id, |id| payments::query::payment(ctx, id), Payment::from).await,
            PayoutId::PREFIX => one(gql, id, |id| billing::query::payout(ctx, id), Payout::from).await,
            ProductId::PREFIX => one(gql, id, |id| catalog::query::product::by_id(ctx, id), Product::from).await,
            ShipmentId::PREFIX => one(gql, id, |id| orders::query::shipment(ctx, id), |found| shipment(&found)).await,
            StockLevelId::PREFIX => one(gql, id, |id| inventory::level(ctx, id), StockLevel::from).await,
            SyncSystemId::PREFIX => one(gql, id, |id| merchants::sync::system(ctx, id), SyncSystem::from).await,
            TaskId::PREFIX => one(gql, id, |id| marketplace::query::task(ctx, id), Task::from).await,
            VariantId::PREFIX => batched::<VariantLoader, VariantId, _>(gql, id, Variant).await,
            _ => Ok(None),
        }
    }
}

/// A thing through its own query.
async fn one<I, T, F, N, Q>(
    gql: &Context<'_>,
    id: &str,
    query: impl FnOnce(I) -> Q,
    node: impl FnOnce(T) -> N,
) -> Gql<Option<Node>>
where
    I: FromStr,
    F: Fault,
    N: Into<Node>,
    Q: Future<Output = Result<T, F>>,
{
    let Ok(id) = id.parse() else { return Ok(None) };
    Ok(answer_optional(gql, query(id).await)?.map(|found| node(found).into()))
}

/// A thing through the loader of its kind.
async fn batched<L, I, N>(gql: &Context<'_>, id: &str, node: impl FnOnce(L::Value) -> N) -> Gql<Option<Node>>
where
    L: Loader<I>,
    I: TypedId + FromStr + std::hash::Hash + Eq,
    N: Into<Node>,
{
    let Ok(id) = id.parse::<I>() else { return Ok(None) };
    Ok(load::<L, _>(gql, id).await?.map(|found| node(found).into()))
}

//! Orders as buyers and operators see them.

use std::sync::Arc;

use access::Masks;
use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use orders::actions::{CANCEL, EDIT_ORDER, READ_MERCHANT_ORDER};
use orders::model::edit::can_be_edited;
use orders::model::state;
use orders::query::{self, GuestOrder, PartDetail};

use super::cart::postal;
use super::enums::{FulfillmentStatus, OrderAction, OrderPaymentStatus, OrderState};
use super::loader::PartsLoader;
use super::merchant_order::{MerchantOrder, OrderLine, line};
use super::plan::SplitPlan;
use crate::billing::{SaleInvoice, SalesOfOrderLoader};
use crate::customers::PostalAddress;
use crate::error::{Gql, answer, ctx};
use crate::loader::load;
use crate::page::{connection, page_args};
use crate::payments::{Payment, PaymentOfOrderLoader, PaymentsOfOrderLoader, Receivable, ReceivablesOfOrderLoader};
use crate::scalar::{Currency, Money};

/// A buyer's order over all its merchants.
pub struct Order {
    pub(super) row: orders::Order,
    /// How somebody who is not signed in opened it.
    pub(super) guest: Option<GuestOrder>,
}

impl From<orders::Order> for Order {
    fn from(row: orders::Order) -> Self {
        Self { row, guest: None }
    }
}

/// The company that bought, as it was when the order was placed.
#[derive(SimpleObject)]
pub struct OrderCompany {
    /// The company; null for merchants.
    pub id: Option<ID>,
    /// The legal name.
    pub name: String,
    /// The VAT id: that of the country the goods go to, or the company's main one.
    pub vat_id: Option<String>,
}

/// A step of the life of an order.
#[derive(SimpleObject)]
pub struct OrderStep {
    /// What happened: `placed`, `released`, `accepted`, `shipped`, ...
    pub kind: String,
    /// The merchant order it happened to; null: the whole order.
    pub merchant_order_id: Option<ID>,
    /// Who did it.
    pub actor: String,
    /// Facts; the shape depends on the kind.
    pub data: async_graphql::Json<serde_json::Value>,
    /// When.
    pub happened_at: DateTime<Utc>,
}

pub(super) fn step(row: orders::OrderEvent) -> OrderStep {
    OrderStep {
        kind: row.kind,
        merchant_order_id: row.merchant_order_id.map(ID::from),
        actor: row.actor_name,
        data: async_graphql::Json(serde_json::from_str(&row.data).unwrap_or_default()),
        happened_at: row.happened_at,
    }
}

impl Order {
    fn money(&self, minor: i64) -> Money {
        Money::minor(minor, self.row.currency)
    }

    /// Whether names and addresses are hidden. A guest shows by its token who it is.
    fn hides_person(&self, gql: &Context<'_>) -> Gql<bool> {
        Ok(self.guest.is_none() && ctx(gql)?.hides(orders::actions::READ, Masks::PERSONAL_DATA))
    }

    async fn parts(&self, gql: &Context<'_>) -> Gql<Vec<Arc<PartDetail>>> {
        if let Some(guest) = &self.guest {
            let parts = answer(gql, query::guest_parts(ctx(gql)?, guest).await)?;
            return Ok(parts.into_iter().map(Arc::new).collect());
        }
        Ok(load::<PartsLoader, _>(gql, self.row.id).await?.unwrap_or_default())
    }
}

/// A buyer's order over all its merchants.
#[Object]
impl Order {
    /// The id.
    pub(crate) async fn id(&self) -> ID {
        self.row.id.into()
    }
    /// The number for people.
    fn number(&self) -> &str {
        &self.row.number
    }
    /// The channel it was placed in.
    fn channel_id(&self) -> ID {
        self.row.channel_id.into()
    }
    /// The currency of all amounts.
    fn currency(&self) -> Currency {
        Currency(self.row.currency)
    }
    /// The buyer's account, if there is one.
    fn customer_id(&self) -> Option<ID> {
        self.row.customer_id.map(ID::from)
    }
    /// The company that bought, as it was when the order was placed.
    fn company(&self) -> Option<OrderCompany> {
        let name = self.row.company_name.clone()?;
        Some(OrderCompany { id: self.row.company_id.map(ID::from), name, vat_id: self.row.company_vat_id.clone() })
    }
    /// The company's own number of the order.
    fn po_number(&self) -> Option<&str> {
        self.row.po_number.as_deref()
    }
    /// The person of the order desk who placed it for the buyer; null when the buyer did.
    fn placed_by(&self) -> Option<&str> {
        self.row.placed_by.as_deref()
    }
    /// Where mails go; null for whom personal data is hidden from.
    fn email(&self, gql: &Context<'_>) -> Gql<Option<&str>> {
        Ok((!self.hides_person(gql)?).then_some(self.row.email.as_str()))
    }
    /// Where the goods go, as it was when the order was placed; null for whom personal data is hidden from.
    fn ship_to(&self, gql: &Context<'_>) -> Gql<Option<PostalAddress>> {
        Ok((!self.hides_person(gql)?).then(|| postal(self.row.ship_to.clone())))
    }
    /// Where the bill goes, if elsewhere; null for whom personal data is hidden from.
    fn bill_to(&self, gql: &Context<'_>) -> Gql<Option<PostalAddress>> {
        let hidden = self.hides_person(gql)?;
        Ok(self.row.bill_to.clone().filter(|_| !hidden).map(postal))
    }
    /// Whether something is still to be done.
    fn state(&self) -> OrderState {
        self.row.state.into()
    }
    /// How far the goods are; derived from quantities.
    fn fulfillment_status(&self) -> FulfillmentStatus {
        self.row.fulfillment_state.into()
    }
    /// How the money stands; derived from captures and refunds.
    fn payment_status(&self) -> OrderPaymentStatus {
        self.row.payment_state.into()
    }
    /// The code of the payment method.
    fn payment_method(&self) -> &str {
        &self.row.payment_method
    }
    /// The payment.
    fn payment_id(&self) -> ID {
        self.row.payment_id.into()
    }
    /// Every payment of the order, the one it was placed with first: what is added later is paid by another one.
    #[graphql(complexity = "5 + 2 * child_complexity")]
    async fn payments(&self, gql: &Context<'_>) -> Gql<Vec<Payment>> {
        let found = load::<PaymentsOfOrderLoader, _>(gql, self.row.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(Payment::from).collect())
    }
    /// How the money of the order stands with its provider: the payment it was placed with.
    async fn payment(&self, gql: &Context<'_>) -> Gql<Option<Payment>> {
        Ok(load::<PaymentOfOrderLoader, _>(gql, self.row.id).await?.map(Payment::from))
    }
    /// What the buyer owes on account for goods that have left.
    fn owed(&self) -> Money {
        self.money(self.row.owed_minor)
    }
    /// What is or was owed on account, parcel by parcel, the longest due first.
    #[graphql(complexity = "5 + 2 * child_complexity")]
    async fn receivables(&self, gql: &Context<'_>) -> Gql<Vec<Receivable>> {
        let found = load::<ReceivablesOfOrderLoader, _>(gql, self.row.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(Receivable::from).collect())
    }
    /// Invoices and credit notes of what was bought on account, the oldest first; none for whom personal data is hidden
    /// from, as they name the buyer.
    #[graphql(complexity = "5 + 2 * child_complexity")]
    async fn invoices(&self, gql: &Context<'_>) -> Gql<Vec<SaleInvoice>> {
        if self.hides_person(gql)? {
            return Ok(Vec::new());
        }
        let found = load::<SalesOfOrderLoader, _>(gql, self.row.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(SaleInvoice::from).collect())
    }
    /// Goods, tax included.
    fn goods(&self) -> Money {
        self.money(self.row.goods_minor)
    }
    /// Delivery, tax included.
    fn delivery(&self) -> Money {
        self.money(self.row.delivery_minor)
    }
    /// What the marketplace pays in the buyer's place: the coupon, and delivery that is free at its cost.
    fn discount(&self) -> Money {
        self.money(self.row.discount_minor)
    }
    /// The code of the coupon.
    fn coupon_code(&self) -> Option<&str> {
        self.row.coupon_code.as_deref()
    }
    /// Tax within goods and delivery.
    fn tax(&self) -> Money {
        self.money(self.row.tax_minor)
    }
    /// What the buyer pays.
    fn total(&self) -> Money {
        self.money(self.row.total_minor)
    }
    /// What was captured.
    fn captured(&self) -> Money {
        self.money(self.row.captured_minor)
    }
    /// What goes back, settled or not.
    fn refunded(&self) -> Money {
        self.money(self.row.refund_minor)
    }
    /// The merchants' parts, by number.
    #[graphql(complexity = "10 + 3 * child_complexity")]
    async fn merchant_orders(&self, gql: &Context<'_>) -> Gql<Vec<MerchantOrder>> {
        // What the operator earns is not for buyers, even if they work for a merchant.
        let sees_earnings = ctx(gql)?.authorize_within(READ_MERCHANT_ORDER).is_ok_and(|grant| grant.is_wide());
        let part = |part: Arc<PartDetail>| MerchantOrder::detailed(part, sees_earnings, self.guest.clone());
        Ok(self.parts(gql).await?.into_iter().map(part).collect())
    }
    /// All lines, in the order of the cart.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn lines(&self, gql: &Context<'_>) -> Gql<Vec<OrderLine>> {
        let parts = self.parts(gql).await?;
        let mut rows: Vec<&orders::OrderLine> = parts.iter().flat_map(|part| &part.lines).collect();
        rows.sort_by_key(|row| row.line_no);
        Ok(rows.into_iter().map(|row| line(row, self.row.currency)).collect())
    }
    /// The plan that was placed, with its reasons. Not for guests.
    #[graphql(complexity = "30 + child_complexity")]
    async fn plan(&self, gql: &Context<'_>) -> Gql<SplitPlan> {
        Ok(answer(gql, query::plan_of_order(ctx(gql)?, self.row.id).await)?.into())
    }
    /// What happened, the oldest first. Not for guests.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn timeline(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, OrderStep>> {
        let page = answer(gql, page_args(first, after))?;
        let steps = query::timeline_of_order(ctx(gql)?, self.row.id, &page).await;
        answer(gql, steps.map(|page| connection(page, step)))
    }
    /// What the caller can do now.
    #[graphql(complexity = 10)]
    async fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<OrderAction>> {
        let ctx = ctx(gql)?;
        let mut actions = Vec::new();
        if let Ok(grant) = ctx.authorize(CANCEL) {
            let facts: Vec<_> = self.parts(gql).await?.iter().map(|part| part.facts()).collect();
            // The admins of a company look at what its other buyers ordered, and cannot cancel it.
            let may = grant.is_wide() || self.row.customer_id == ctx.actor().customer();
            if may && self.guest.is_none() && state::order_can_be_canceled(&facts, !grant.is_wide()) {
                actions.push(OrderAction::Cancel);
            }
        }
        if can_be_edited(&self.row) && ctx.authorize(EDIT_ORDER).is_ok_and(|grant| grant.is_wide()) {
            actions.push(OrderAction::Edit);
        }
        Ok(actions)
    }
    /// When it was placed.
    fn placed_at(&self) -> DateTime<Utc> {
        self.row.placed_at
    }
    /// When the merchants got it.
    fn released_at(&self) -> Option<DateTime<Utc>> {
        self.row.released_at
    }
    /// Grows with each change.
    fn version(&self) -> i64 {
        self.row.version
    }
}

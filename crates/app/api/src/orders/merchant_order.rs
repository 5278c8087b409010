//! Merchant orders and what is in them.

use std::sync::Arc;

use access::{Masks, Reach};
use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::Currency;
use orders::actions;
use orders::model::{care, state};
use orders::query::{self, FulfillmentDetail, GuestOrder, PartDetail, RefundDetail, ShipmentDetail};

use super::care::{GoodsReturn, Incident, goods_return};
use super::cart::postal;
use super::delivery_origin::DeliveryOrigin;
use super::enums::{
    FulfillmentAction, FulfillmentOrderState, MerchantOrderAction, MerchantOrderState, RefundAction, RefundBearer,
    RefundKind, RefundState, ShipmentAction, ShipmentState,
};
use super::loader::{DetailLoader, IncidentsLoader, ReturnsLoader};
use super::order::{OrderCompany, OrderStep, step};
use super::plan::{PickupLocation, delivery_kind};
use crate::customers::PostalAddress;
use crate::error::{Gql, answer, ctx};
use crate::loader::load;
use crate::marketplace::delivery::DeliveryKind;
use crate::page::{connection, page_args};
use crate::scalar::Money;

/// One merchant's part of an order. The merchant sees this and nothing of the other parts.
pub struct MerchantOrder {
    row: orders::MerchantOrder,
    detail: Option<Arc<PartDetail>>,
    sees_earnings: bool,
    guest: Option<GuestOrder>,
}

impl From<orders::MerchantOrder> for MerchantOrder {
    /// As its merchant or the operator sees it.
    fn from(row: orders::MerchantOrder) -> Self {
        Self { row, detail: None, sees_earnings: true, guest: None }
    }
}

/// The merchant of a merchant order.
#[derive(SimpleObject)]
pub struct OrderMerchant {
    /// The id of the merchant.
    pub id: ID,
    /// Its name when the order was placed.
    pub name: String,
}

/// What the operator takes of a merchant order. Not for buyers.
#[derive(SimpleObject)]
pub struct MerchantOrderEarnings {
    /// Commission on the goods, without tax.
    pub commission_on_goods: Money,
    /// Commission on the shipping, without tax.
    pub commission_on_shipping: Money,
    /// The fixed fee, without tax.
    pub fixed_fee: Money,
    /// VAT on the three.
    pub commission_vat: Money,
    /// What the merchant gets when everything is shipped.
    pub net: Money,
}

/// A line of an order.
#[derive(SimpleObject)]
pub struct OrderLine {
    /// The id.
    pub id: ID,
    /// Its place in the order, from 1.
    pub line_no: i64,
    /// The offer.
    pub offer_id: ID,
    /// The product.
    pub product_id: ID,
    /// The variant.
    pub variant_id: ID,
    /// The merchant's article number.
    pub sku: String,
    /// The title of the product when the order was placed.
    pub title: String,
    /// What told the variant from its siblings.
    pub variant_title: String,
    /// The shipping class.
    pub product_type: String,
    /// Units ordered.
    pub quantity: i64,
    /// Units canceled before they left.
    pub canceled: i64,
    /// Units that left.
    pub shipped: i64,
    /// Units that arrived.
    pub delivered: i64,
    /// Units that were lost on the way.
    pub lost: i64,
    /// Units that came back to the sender unopened.
    pub returned_to_sender: i64,
    /// Of those shipped, units paid back.
    pub refunded: i64,
    /// Of those delivered, units asked to be sent back.
    pub return_requested: i64,
    /// Units that came back from the buyer.
    pub returned: i64,
    /// Units that can still be asked to be sent back.
    pub returnable: i64,
    /// The price of a unit as it was shown.
    pub unit_price: Money,
    /// What the offer itself asked for a unit, where staff or a quote gave the line another price.
    pub list_price: Option<Money>,
    /// Why it has another price: the words of staff, or the quote and its version.
    pub price_reason: Option<String>,
    /// The quote that the price was offered in.
    pub quote_id: Option<ID>,
    /// What all units are sold for, tax included.
    pub total: Money,
    /// Of it, what the marketplace pays in the buyer's place: the share of a coupon.
    pub discount: Money,
    /// Tax within.
    pub tax: Money,
}

/// What one location sends for a merchant order.
#[derive(SimpleObject)]
pub struct FulfillmentOrder {
    /// The id.
    pub id: ID,
    /// The location.
    pub location_id: ID,
    /// Its name when the order was placed.
    pub location_name: String,
    /// The shipping class of everything in it.
    pub product_type: String,
    /// The delivery method.
    pub method_id: ID,
    /// Its name when the order was placed.
    pub method_name: String,
    /// How goods reach the buyer by it.
    pub method_kind: DeliveryKind,
    /// Whether parcels need a tracking number.
    pub tracking_required: bool,
    /// Whether its parcels have arrived only when somebody signed for them.
    pub signature_required: bool,
    /// How far it is.
    pub state: FulfillmentOrderState,
    /// Why it is held, while it is.
    pub hold_reason: Option<String>,
    /// What its state allows.
    pub allowed_actions: Vec<FulfillmentAction>,
    /// What the delivery costs, tax included: what the buyer and the marketplace pay.
    pub shipping: Money,
    /// Of it, what the marketplace pays in the buyer's place.
    pub shipping_discount: Money,
    /// Where the price of the delivery comes from; null for buyers.
    pub shipping_origin: Option<DeliveryOrigin>,
    /// What is in it.
    pub lines: Vec<FulfillmentOrderLine>,
    /// Why it is on its own and why from there.
    pub reasons: Vec<String>,
    /// Leaves until then.
    pub ship_by: DateTime<Utc>,
    /// Arrives from then on.
    pub deliver_from: DateTime<Utc>,
    /// Arrives until then.
    pub deliver_to: DateTime<Utc>,
    /// Where the buyer collects it.
    pub pickup: Option<PickupLocation>,
    /// Since when it lies ready to be collected at the merchant's.
    pub ready_since: Option<DateTime<Utc>>,
    /// Since when it is known that it did not leave in time.
    pub late_since: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i64,
}

/// Units of an order line in a fulfillment order.
#[derive(SimpleObject)]
pub struct FulfillmentOrderLine {
    /// The order line.
    pub line_id: ID,
    /// Units.
    pub quantity: i64,
    /// Units canceled before they left.
    pub canceled: i64,
    /// Units that left.
    pub shipped: i64,
    /// Units that arrived.
    pub delivered: i64,
}

/// A parcel.
#[derive(SimpleObject)]
pub struct Shipment {
    /// The id.
    #[graphql(owned)]
    pub id: ID,
    /// The fulfillment order it belongs to.
    pub fulfillment_order_id: ID,
    /// Its number within the order, from 1.
    pub parcel_no: i64,
    /// The name of the carrier.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
    /// Where to track it.
    pub tracking_url: Option<String>,
    /// Whether it arrived.
    pub state: ShipmentState,
    /// What its state allows.
    pub allowed_actions: Vec<ShipmentAction>,
    /// What is in it.
    pub lines: Vec<ParcelLine>,
    /// When it left.
    pub shipped_at: DateTime<Utc>,
    /// When it arrived.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Who took it; null for whom personal data is hidden from.
    pub received_by: Option<String>,
    /// The id of a picture that shows the signature or the parcel at its place; null for whom personal data is hidden
    /// from.
    pub proof_asset_id: Option<ID>,
    /// When it was lost or came back to its sender.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Units of an order line in a parcel, or in a refund.
#[derive(SimpleObject)]
pub struct ParcelLine {
    /// The order line.
    pub line_id: ID,
    /// Units.
    pub quantity: i64,
}

/// Money given back.
#[derive(SimpleObject)]
pub struct Refund {
    /// The id.
    pub id: ID,
    /// Why money goes back.
    pub kind: RefundKind,
    /// Who pays it.
    pub bearer: RefundBearer,
    /// The reason in one word: `returned`, `out_of_stock`, ...
    pub reason: String,
    /// More words.
    pub note: Option<String>,
    /// How much.
    pub amount: Money,
    /// Of it, for shipping.
    pub shipping: Money,
    /// Whether the buyer has it.
    pub state: RefundState,
    /// What its state allows.
    pub allowed_actions: Vec<RefundAction>,
    /// The return it is for.
    pub return_id: Option<ID>,
    /// Why the provider refused, or somebody did not approve it.
    pub failure: Option<String>,
    /// The units.
    pub lines: Vec<ParcelLine>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When the buyer had it.
    pub settled_at: Option<DateTime<Utc>>,
}

pub(crate) fn line(row: &orders::OrderLine, currency: Currency) -> OrderLine {
    OrderLine {
        id: row.id.into(),
        line_no: row.line_no,
        offer_id: row.offer_id.into(),
        product_id: row.product_id.into(),
        variant_id: row.variant_id.into(),
        sku: row.sku.clone(),
        title: row.title.clone(),
        variant_title: row.variant_title.clone(),
        product_type: row.product_type.clone(),
        quantity: row.ordered,
        canceled: row.canceled,
        shipped: row.shipped,
        delivered: row.delivered,
        lost: row.lost,
        returned_to_sender: row.bounced,
        refunded: row.refunded,
        return_requested: row.return_requested,
        returned: row.return_ok + row.return_bad,
        returnable: orders::model::book::of_line(row).returnable,
        unit_price: Money::minor(row.unit_price_minor, currency),
        list_price: row.list_price_minor.map(|minor| Money::minor(minor, currency)),
        price_reason: row.price_reason.clone(),
        quote_id: row.quote_id.map(ID::from),
        total: Money::minor(row.gross_minor, currency),
        discount: Money::minor(row.discount_minor, currency),
        tax: Money::minor(row.tax_minor, currency),
    }
}

fn fulfillment(part: &PartDetail, of: &FulfillmentDetail, sees_origin: bool) -> FulfillmentOrder {
    let currency = part.merchant_order.currency;
    let row = &of.fulfillment_order;
    let lines = of.lines.iter().map(|line| FulfillmentOrderLine {
        line_id: line.order_line_id.into(),
        quantity: line.ordered,
        canceled: line.canceled,
        shipped: line.shipped,
        delivered: line.delivered,
    });
    FulfillmentOrder {
        id: row.id.into(),
        location_id: row.location_id.into(),
        location_name: row.location_name.clone(),
        product_type: row.product_type.clone(),
        method_id: row.method_id.into(),
        method_name: row.method_name.clone(),
        method_kind: delivery_kind(&row.method_kind),
        tracking_required: row.tracking_required,
        signature_required: row.signature_required,
        state: row.state.into(),
        hold_reason: row.hold_reason.clone(),
        allowed_actions: part.fulfillment_actions(of).into_iter().map(FulfillmentAction::from).collect(),
        shipping: Money::minor(row.shipping_gross_minor, currency),
        shipping_discount: Money::minor(row.shipping_discount_minor, currency),
        shipping_origin: sees_origin.then(|| DeliveryOrigin::of(&row.delivery_origin, currency)),
        lines: lines.collect(),
        reasons: row.reasons.0.clone(),
        ship_by: row.ship_by,
        deliver_from: row.deliver_from,
        deliver_to: row.deliver_to,
        pickup: row.pickup.as_ref().map(PickupLocation::from),
        ready_since: row.ready_at,
        late_since: row.late_at,
        version: row.version,
    }
}

pub(crate) fn shipment(of: &ShipmentDetail) -> Shipment {
    let row = &of.shipment;
    let lines = of.lines.iter().map(|l| ParcelLine { line_id: l.order_line_id.into(), quantity: l.quantity });
    Shipment {
        id: row.id.into(),
        fulfillment_order_id: row.fulfillment_order_id.into(),
        parcel_no: row.parcel_no,
        carrier: row.carrier_name.clone(),
        tracking_number: row.tracking_number.clone(),
        tracking_url: row.tracking_url.clone(),
        state: row.state.into(),
        lines: lines.collect(),
        shipped_at: row.shipped_at,
        delivered_at: row.delivered_at,
        received_by: row.received_by.clone(),
        proof_asset_id: row.proof_asset_id.map(ID::from),
        ended_at: row.ended_at,
        allowed_actions: of.allowed_actions().into_iter().map(ShipmentAction::from).collect(),
    }
}

pub(super) fn refund(of: &RefundDetail) -> Refund {
    let row = &of.refund;
    let lines = of.lines.iter().map(|l| ParcelLine { line_id: l.order_line_id.into(), quantity: l.quantity });
    Refund {
        id: row.id.into(),
        kind: row.kind.into(),
        bearer: row.bearer.into(),
        reason: row.reason.clone(),
        note: row.note.clone(),
        amount: Money::minor(row.amount_minor, row.currency),
        shipping: Money::minor(row.parts.0.shipping, row.currency),
        state: row.state.into(),
        allowed_actions: care::refund(row.state).into_iter().map(RefundAction::from).collect(),
        return_id: row.return_id.map(ID::from),
        failure: row.failure.clone(),
        lines: lines.collect(),
        requested_at: row.requested_at,
        settled_at: row.settled_at,
    }
}

impl MerchantOrder {
    pub(super) fn detailed(detail: Arc<PartDetail>, sees_earnings: bool, guest: Option<GuestOrder>) -> Self {
        Self { row: detail.merchant_order.clone(), detail: Some(detail), sees_earnings, guest }
    }

    fn money(&self, minor: i64) -> Money {
        Money::minor(minor, self.row.currency)
    }

    /// Whether names and addresses of the buyer are hidden, by the right with which the caller reads it: as its merchant
    /// or the operator, else as its buyer. A guest shows by its token who it is.
    fn hides_person(&self, gql: &Context<'_>) -> Gql<bool> {
        let ctx = ctx(gql)?;
        let of_merchant = ctx.authorize_within(actions::READ_MERCHANT_ORDER).ok();
        let own = of_merchant.filter(|grant| match grant.merchants() {
            Reach::All => true,
            Reach::Only(id) => id == self.row.merchant_id,
            Reach::Nothing => false,
        });
        Ok(match own {
            Some(grant) => grant.masks().contains(Masks::PERSONAL_DATA),
            None => self.guest.is_none() && ctx.hides(actions::READ, Masks::PERSONAL_DATA),
        })
    }

    async fn detail(&self, gql: &Context<'_>) -> Gql<Arc<PartDetail>> {
        if let Some(detail) = &self.detail {
            return Ok(detail.clone());
        }
        let found = load::<DetailLoader, _>(gql, self.row.id).await?;
        answer(gql, found.ok_or(context::Error::NotFound("merchant order")))
    }
}

/// One merchant's part of an order. The merchant sees this and nothing of the other parts.
#[Object]
impl MerchantOrder {
    /// The id.
    pub(crate) async fn id(&self) -> ID {
        self.row.id.into()
    }
    /// The number for people.
    fn number(&self) -> &str {
        &self.row.number
    }
    /// The company that bought, as it was when the order was placed.
    fn company(&self) -> Option<OrderCompany> {
        let (name, vat_id) = (self.row.company_name.clone()?, self.row.company_vat_id.clone());
        Some(OrderCompany { id: None, name, vat_id })
    }
    /// The company's own number of the order, to be named on its papers.
    fn po_number(&self) -> Option<&str> {
        self.row.po_number.as_deref()
    }
    /// The order it belongs to.
    fn order_id(&self) -> ID {
        self.row.order_id.into()
    }
    /// The merchant.
    fn merchant(&self) -> OrderMerchant {
        OrderMerchant { id: self.row.merchant_id.into(), name: self.row.merchant_name.clone() }
    }
    /// The state; derived from quantities and decisions.
    fn state(&self) -> MerchantOrderState {
        self.row.state.into()
    }
    /// Where the goods go; null for whom personal data is hidden from.
    fn ship_to(&self, gql: &Context<'_>) -> Gql<Option<PostalAddress>> {
        Ok((!self.hides_person(gql)?).then(|| postal(self.row.ship_to.clone())))
    }
    /// Goods, tax included.
    fn goods(&self) -> Money {
        self.money(self.row.goods_minor)
    }
    /// Delivery, tax included.
    fn delivery(&self) -> Money {
        self.money(self.row.delivery_minor)
    }
    /// What the marketplace pays of it in the buyer's place: the share of a coupon, and delivery that is free at its cost.
    /// The merchant gets it all the same.
    fn discount(&self) -> Money {
        self.money(self.row.discount_minor)
    }
    /// Tax within goods and delivery.
    fn tax(&self) -> Money {
        self.money(self.row.tax_minor)
    }
    /// What the buyer pays: goods and delivery, less the discount.
    fn total(&self) -> Money {
        self.money(self.row.total_minor)
    }
    /// What was captured of it.
    fn captured(&self) -> Money {
        self.money(self.row.captured_minor)
    }
    /// What goes back of it, settled or not.
    fn refunded(&self) -> Money {
        self.money(self.row.refund_minor)
    }
    /// What the operator takes; null for buyers.
    fn earnings(&self) -> Option<MerchantOrderEarnings> {
        let row = &self.row;
        let taken = row.commission_item_minor
            + row.commission_shipping_minor
            + row.fixed_fee_minor
            + row.commission_vat_minor
            + if row.operator_remits_tax { row.tax_minor } else { 0 };
        self.sees_earnings.then(|| MerchantOrderEarnings {
            commission_on_goods: self.money(row.commission_item_minor),
            commission_on_shipping: self.money(row.commission_shipping_minor),
            fixed_fee: self.money(row.fixed_fee_minor),
            commission_vat: self.money(row.commission_vat_minor),
            net: self.money(row.total_minor + row.discount_minor - taken),
        })
    }
    /// The lines.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn lines(&self, gql: &Context<'_>) -> Gql<Vec<OrderLine>> {
        let detail = self.detail(gql).await?;
        Ok(detail.lines.iter().map(|row| line(row, self.row.currency)).collect())
    }
    /// What is sent from where.
    #[graphql(complexity = "10 + 3 * child_complexity")]
    async fn fulfillment_orders(&self, gql: &Context<'_>) -> Gql<Vec<FulfillmentOrder>> {
        let detail = self.detail(gql).await?;
        Ok(detail.fulfillments.iter().map(|row| fulfillment(&detail, row, self.sees_earnings)).collect())
    }
    /// The parcels.
    #[graphql(complexity = "10 + 3 * child_complexity")]
    async fn shipments(&self, gql: &Context<'_>) -> Gql<Vec<Shipment>> {
        let hidden = self.hides_person(gql)?;
        let mut shipments: Vec<Shipment> = self.detail(gql).await?.shipments.iter().map(shipment).collect();
        if hidden {
            for parcel in &mut shipments {
                (parcel.received_by, parcel.proof_asset_id) = (None, None);
            }
        }
        Ok(shipments)
    }
    /// What was given back.
    #[graphql(complexity = "10 + 3 * child_complexity")]
    async fn refunds(&self, gql: &Context<'_>) -> Gql<Vec<Refund>> {
        Ok(self.detail(gql).await?.refunds.iter().map(refund).collect())
    }
    /// What the buyer sends back, the oldest first. Not for guests.
    #[graphql(complexity = "10 + 3 * child_complexity")]
    async fn returns(&self, gql: &Context<'_>) -> Gql<Vec<GoodsReturn>> {
        let found = load::<ReturnsLoader, _>(gql, self.row.id).await?.unwrap_or_default();
        Ok(found.iter().map(goods_return).collect())
    }
    /// Whether something is wrong with it; its money waits then.
    fn incident_open(&self) -> bool {
        self.row.incident_open
    }
    /// What went wrong, the oldest first. For the merchant and the operator.
    #[graphql(complexity = "10 + 3 * child_complexity")]
    async fn incidents(&self, gql: &Context<'_>) -> Gql<Vec<Incident>> {
        let found = load::<IncidentsLoader, _>(gql, self.row.id).await?.unwrap_or_default();
        Ok(found.into_iter().map(Incident::from).collect())
    }
    /// What happened, the oldest first. For the merchant and the operator.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn timeline(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, OrderStep>> {
        let page = answer(gql, page_args(first, after))?;
        let steps = query::timeline_of_merchant_order(ctx(gql)?, self.row.id, &page).await;
        answer(gql, steps.map(|page| connection(page, step)))
    }
    /// What the caller can do now.
    #[graphql(complexity = 10)]
    async fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<MerchantOrderAction>> {
        use state::MerchantOrderAction as A;
        if self.guest.is_some() {
            return Ok(Vec::new());
        }
        let (ctx, detail) = (ctx(gql)?, self.detail(gql).await?);
        let may = |action: &A| {
            ctx.may(match action {
                A::Release | A::Close => actions::DRIVE,
                A::Decide => actions::DECIDE,
                A::Ship | A::Deliver => actions::SHIP,
                A::Cancel => actions::CANCEL_UNITS,
                A::Refund => actions::REFUND,
                A::RequestReturn => actions::REQUEST_RETURN,
                A::OpenIncident | A::CloseIncident => actions::INCIDENT,
            })
        };
        Ok(detail.allowed_actions().into_iter().filter(may).map(MerchantOrderAction::from).collect())
    }
    /// When the order was placed.
    fn placed_at(&self) -> DateTime<Utc> {
        self.row.placed_at
    }
    /// Until when it is to be accepted.
    fn accept_by(&self) -> Option<DateTime<Utc>> {
        self.row.accept_by
    }
    /// When the merchant decided.
    fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.row.decided_at
    }
    /// Until when it is to be shipped.
    fn ship_by(&self) -> DateTime<Utc> {
        self.row.ship_by
    }
    /// The first parcel arrives from then on, as promised to the buyer.
    fn deliver_from(&self) -> DateTime<Utc> {
        self.row.deliver_from
    }
    /// Everything arrives before then, as promised to the buyer.
    fn deliver_to(&self) -> DateTime<Utc> {
        self.row.deliver_to
    }
    /// Since when it is known that goods did not leave in time; it stays for good.
    fn late_since(&self) -> Option<DateTime<Utc>> {
        self.row.late_at
    }
    /// When the last parcel arrived.
    fn delivered_at(&self) -> Option<DateTime<Utc>> {
        self.row.delivered_at
    }
    /// Grows with each change; send it back as `expectedVersion`.
    fn version(&self) -> i64 {
        self.row.version
    }
}

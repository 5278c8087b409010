//! From a line of the ledger down to the order line, its price, the commission rule and who set them.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::id::{CommissionRuleId, HoldId, MerchantOrderId, OfferId};
use marketplace::delivery::RatesOf;
use merchants::MerchantDelivery;
use orders::model::money::Parts;
use orders::query::{Cause, ExplainedLine, PartDetail, explain};

use crate::error::{Gql, answer, answer_optional, ctx};
use crate::history::Change;
use crate::loader::load;
use crate::marketplace::commission::CommissionRule;
use crate::orders::{DeliveryOrigin, DetailLoader, MerchantOrder, OrderLine, line};
use crate::scalar::{DecimalText, Money};

/// What money is made of, in every component.
#[derive(Debug, Clone, SimpleObject)]
pub struct MoneyParts {
    /// What the buyer pays, tax included.
    pub paid: Money,
    /// What the marketplace pays in the buyer's place: the share of a coupon, and delivery at its cost.
    pub discount: Money,
    /// Of the discount, what is for delivery.
    pub discount_on_shipping: Money,
    /// Tax within both.
    pub tax: Money,
    /// Tax that the operator remits.
    pub tax_remitted: Money,
    /// Commission on the goods, without tax.
    pub commission_on_goods: Money,
    /// Commission on the shipping, without tax.
    pub commission_on_shipping: Money,
    /// The fixed fee, without tax.
    pub fixed_fee: Money,
    /// VAT on the three.
    pub commission_vat: Money,
    /// What the merchant gets.
    pub net: Money,
}

impl MoneyParts {
    fn of(parts: &Parts, currency: kernel::Currency) -> Self {
        let money = |minor| Money::minor(minor, currency);
        Self {
            paid: money(parts.gross),
            discount: money(parts.discount),
            discount_on_shipping: money(parts.shipping_discount),
            tax: money(parts.tax),
            tax_remitted: money(parts.tax_remitted),
            commission_on_goods: money(parts.commission_item),
            commission_on_shipping: money(parts.commission_shipping),
            fixed_fee: money(parts.fixed_fee),
            commission_vat: money(parts.commission_vat),
            net: money(parts.net()),
        }
    }
}

/// Where the money of a line of the ledger comes from.
pub struct MoneyExplanation {
    part: Arc<PartDetail>,
    shipment_id: Option<ID>,
    refund_id: Option<ID>,
    explained: orders::query::Explained,
}

/// Where the money of a line of the ledger comes from.
#[Object]
impl MoneyExplanation {
    /// The merchant order.
    fn merchant_order(&self) -> MerchantOrder {
        MerchantOrder::from(self.part.merchant_order.clone())
    }
    /// The parcel that earned it.
    fn shipment_id(&self) -> Option<&ID> {
        self.shipment_id.as_ref()
    }
    /// The refund that gave it back.
    fn refund_id(&self) -> Option<&ID> {
        self.refund_id.as_ref()
    }
    /// All that moved with it: units, shipping, fixed fee.
    fn total(&self) -> MoneyParts {
        MoneyParts::of(&self.explained.total, self.part.merchant_order.currency)
    }
    /// The deliveries whose price moved with it.
    #[graphql(complexity = "5 + 2 * child_complexity")]
    fn deliveries(&self) -> Vec<ExplainedDelivery> {
        let part = &self.part.merchant_order;
        self.explained.deliveries.iter().map(|row| ExplainedDelivery::of(row, part)).collect()
    }
    /// The units, by order line.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    fn lines(&self) -> Vec<ExplainedUnits> {
        let (currency, at) = (self.part.merchant_order.currency, self.part.merchant_order.placed_at);
        let units = |explained: &ExplainedLine| ExplainedUnits {
            line: line(&explained.line, currency),
            quantity: explained.quantity,
            parts: MoneyParts::of(&explained.parts, currency),
            commission_percent: DecimalText::percent(kernel::Rate::from_ppm(explained.line.commission_ppm)),
            rule: explained.line.commission_rule_id,
            offer: explained.line.offer_id,
            placed_at: at,
        };
        self.explained.lines.iter().map(units).collect()
    }
}

/// The price of a delivery with where it comes from, and who set it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ExplainedDelivery {
    /// The fulfillment order that it is for.
    pub fulfillment_order_id: ID,
    /// The name of the delivery method when the order was placed.
    pub method_name: String,
    /// The price: what the buyer and the marketplace pay, tax included.
    pub price: Money,
    /// Of the price, what the marketplace pays.
    pub discount: Money,
    /// Where it comes from.
    pub origin: DeliveryOrigin,
    #[graphql(skip)]
    subject: Option<(&'static str, String)>,
    #[graphql(skip)]
    placed_at: DateTime<Utc>,
}

impl ExplainedDelivery {
    fn of(row: &orders::FulfillmentOrder, part: &orders::MerchantOrder) -> Self {
        let subject = match row.delivery_origin.rates_of {
            RatesOf::Operator => Some(("delivery_method", row.method_id.to_string())),
            RatesOf::Merchant => Some(("merchant_delivery", MerchantDelivery::subject(row.merchant_id, row.method_id))),
            RatesOf::Nobody => None,
        };
        Self {
            fulfillment_order_id: row.id.into(),
            method_name: row.method_name.clone(),
            price: Money::minor(row.shipping_gross_minor, part.currency),
            discount: Money::minor(row.shipping_discount_minor, part.currency),
            origin: DeliveryOrigin::of(&row.delivery_origin, part.currency),
            subject,
            placed_at: part.placed_at,
        }
    }
}

#[ComplexObject]
impl ExplainedDelivery {
    /// Who set the rates as they were when the order was placed. Null for who may not see it.
    #[graphql(complexity = "10 + child_complexity")]
    async fn price_set(&self, gql: &Context<'_>) -> Gql<Option<Change>> {
        let (ctx, Some((entity, id))) = (ctx(gql)?, &self.subject) else { return Ok(None) };
        let found = context::change_until(ctx, (entity, id), &["rates", "zones"], self.placed_at).await;
        Ok(answer(gql, found)?.map(Change))
    }
}

/// Units of an order line with what they carry, and who set it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ExplainedUnits {
    /// The order line with its frozen price.
    pub line: OrderLine,
    /// Units.
    pub quantity: i64,
    /// What they carry.
    pub parts: MoneyParts,
    /// The frozen percentage of the commission on the goods.
    pub commission_percent: DecimalText,
    #[graphql(skip)]
    rule: Option<CommissionRuleId>,
    #[graphql(skip)]
    offer: OfferId,
    #[graphql(skip)]
    placed_at: DateTime<Utc>,
}

#[ComplexObject]
impl ExplainedUnits {
    /// The commission rule as it is now; the order keeps what it was. Null for who may not see rules.
    #[graphql(complexity = "10 + child_complexity")]
    async fn commission_rule(&self, gql: &Context<'_>) -> Gql<Option<CommissionRule>> {
        let (ctx, Some(id)) = (ctx(gql)?, self.rule) else { return Ok(None) };
        if !ctx.may(marketplace::actions::READ_COMMISSION) {
            return Ok(None);
        }
        let found = answer_optional(gql, marketplace::query::commission_rule(ctx, id).await)?;
        Ok(found.map(CommissionRule::from))
    }
    /// Who set the commission rule as it was when the order was placed. Null for who may not see it.
    #[graphql(complexity = "10 + child_complexity")]
    async fn commission_set(&self, gql: &Context<'_>) -> Gql<Option<Change>> {
        let (ctx, Some(id)) = (ctx(gql)?, self.rule) else { return Ok(None) };
        let found = context::change_until(ctx, ("commission_rule", &id.to_string()), &[], self.placed_at).await;
        Ok(answer(gql, found)?.map(Change))
    }
    /// Who set the price as it was when the order was placed. Null for who may not see it.
    #[graphql(complexity = "10 + child_complexity")]
    async fn price_set(&self, gql: &Context<'_>) -> Gql<Option<Change>> {
        let subject = self.offer.to_string();
        let found = context::change_until(ctx(gql)?, ("offer", &subject), &["prices"], self.placed_at).await;
        Ok(answer(gql, found)?.map(Change))
    }
}

/// Explains what `source` moved of a merchant order; `None` for what concerns none, or none that the caller sees.
pub(super) async fn explanation(
    gql: &Context<'_>,
    source: (&str, &str),
    merchant_order: Option<MerchantOrderId>,
) -> Gql<Option<MoneyExplanation>> {
    let Some(id) = merchant_order else { return Ok(None) };
    if !ctx(gql)?.may(orders::actions::READ_MERCHANT_ORDER) {
        return Ok(None);
    }
    let Some(part) = load::<DetailLoader, _>(gql, id).await? else { return Ok(None) };
    let (kind, name) = match source {
        ("hold", hold) => match hold.parse::<HoldId>() {
            Ok(hold) => {
                let found = answer_optional(gql, billing::query::source_of_hold(ctx(gql)?, hold).await)?;
                ("shipment", found.unwrap_or_default())
            }
            Err(_) => ("", String::new()),
        },
        (kind, name) => (kind, name.to_owned()),
    };
    let cause = match kind {
        "shipment" => name.parse().map_or(Cause::Whole, Cause::Shipment),
        "refund" => name.parse().map_or(Cause::Whole, Cause::Refund),
        _ => Cause::Whole,
    };
    let Some(explained) = explain(&part, cause) else { return Ok(None) };
    let (shipment_id, refund_id) = match cause {
        Cause::Shipment(id) => (Some(ID::from(id)), None),
        Cause::Refund(id) => (None, Some(ID::from(id))),
        Cause::Whole => (None, None),
    };
    Ok(Some(MoneyExplanation { part, shipment_id, refund_id, explained }))
}

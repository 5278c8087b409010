//! What a plan becomes: merchant orders, lines, fulfillment orders and the stock they need.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use context::Ctx;
use inventory::Reserve;
use kernel::id::{CartLineId, FulfillmentLineId, FulfillmentOrderId, MerchantId, MerchantOrderId, OrderLineId};
use marketplace::Snapshot;
use merchants::SellingTerms;

use super::plan::Planned;
use crate::Error;
use crate::entity::{fulfillment_line, fulfillment_order, merchant_order, order, order_line};
use crate::model::cart::Cart;
use crate::model::number::merchant_order_number;
use crate::model::plan::{Choice, Consignment, SplitPlan};
use crate::model::settle::{MerchantSettlement, SettleInput, settle};
use crate::model::status::{FeeState, FulfillmentOrderState, MerchantOrderState, ShippingState};
use crate::model::types::{GivenBack, Texts};

/// Behind what of an order the new rows stand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Behind {
    pub(super) parts: usize,
    pub(super) lines: i64,
    pub(super) fulfillments: i64,
}

/// The merchant orders, lines and fulfillment orders of a plan.
pub(super) struct Made {
    pub(super) parts: Vec<merchant_order::Model>,
    pub(super) lines: Vec<order_line::Model>,
    pub(super) fulfillments: Vec<fulfillment_order::Model>,
    pub(super) fulfillment_lines: Vec<fulfillment_line::Model>,
    pub(super) reserves: Vec<Reserve>,
    pub(super) line_of: HashMap<OrderLineId, CartLineId>,
}

/// Makes what a plan becomes under `order`, with the commission of now.
pub(super) fn make(
    ctx: &Ctx,
    now: DateTime<Utc>,
    cart: &Cart,
    planned: &Planned,
    order: &order::Model,
    market: &Snapshot,
    behind: Behind,
) -> Result<Made, Error> {
    let Planned { plan, channel, categories, terms } = planned;
    let settings = &market.settings;
    let merchants = terms.iter().map(|(id, t)| (*id, (t.tier.clone(), t.commission_vat(settings)))).collect();
    let settled = settle(
        plan,
        &SettleInput {
            rules: &market.commission,
            channel: channel.id,
            country: cart.ship_to.as_ref().map_or(channel.country.as_str(), |to| to.country.as_str()),
            at: now,
            rounding: channel.rounding,
            categories,
            merchants: &merchants,
        },
    );
    let mut making = Making { ctx, cart, now, plan, order, behind, ids: HashMap::new(), reserves: Vec::new() };
    let mut parts = Vec::with_capacity(settled.len());
    for (merchant, settlement) in &settled {
        let terms = terms.get(merchant).ok_or_else(|| context::Error::internal("a planned merchant has no terms"))?;
        parts.push(making.part(*merchant, settlement, terms, behind.parts + parts.len() + 1));
    }
    let lines = making.lines(&parts, &settled)?;
    let (fulfillments, fulfillment_lines) = making.fulfillments(&parts, &settled)?;
    let (reserves, line_of) = (making.reserves, making.ids.into_iter().map(|(line, id)| (id, line)).collect());
    Ok(Made { parts, lines, fulfillments, fulfillment_lines, reserves, line_of })
}

struct Making<'a> {
    ctx: &'a Ctx,
    cart: &'a Cart,
    now: DateTime<Utc>,
    plan: &'a SplitPlan,
    order: &'a order::Model,
    behind: Behind,
    ids: HashMap<CartLineId, OrderLineId>,
    reserves: Vec<Reserve>,
}

fn of_merchant(parts: &[merchant_order::Model], merchant: MerchantId) -> Result<MerchantOrderId, Error> {
    let part = parts.iter().find(|part| part.merchant_id == merchant);
    Ok(part.ok_or_else(|| context::Error::internal("a planned merchant has no part"))?.id)
}

impl Making<'_> {
    fn part(
        &self,
        merchant: MerchantId,
        settlement: &MerchantSettlement,
        terms: &SellingTerms,
        position: usize,
    ) -> merchant_order::Model {
        let lines = || self.plan.lines.iter().filter(|line| line.merchant == merchant);
        let sent: Vec<&Consignment> = self.plan.consignments.iter().filter(|c| c.merchant == merchant).collect();
        let choices = || sent.iter().filter_map(|consignment| consignment.choice());
        let goods_minor: i64 = lines().map(|line| line.gross).sum();
        let delivery_minor: i64 = choices().map(Choice::gross).sum();
        let funded: i64 = choices().map(|choice| choice.funded).sum();
        let discount_minor = funded + lines().map(|line| line.discount).sum::<i64>();
        merchant_order::Model {
            id: self.ctx.new_id(),
            order_id: self.order.id,
            merchant_id: merchant,
            merchant_name: terms.name.clone(),
            number: merchant_order_number(&self.order.number, position),
            company_name: self.order.company_name.clone(),
            company_vat_id: self.order.company_vat_id.clone(),
            po_number: self.order.po_number.clone(),
            currency: self.order.currency,
            ship_to: self.order.ship_to.clone(),
            payment_id: self.order.payment_id,
            payment_method: self.order.payment_method.clone(),
            state: MerchantOrderState::Staging,
            capture: self.order.capture,
            goods_minor,
            delivery_minor,
            discount_minor,
            tax_minor: lines().map(|line| line.tax).sum::<i64>() + choices().map(|choice| choice.tax).sum::<i64>(),
            total_minor: goods_minor + delivery_minor - discount_minor,
            placed_total_minor: goods_minor + delivery_minor - discount_minor,
            commission_item_minor: settlement.lines.values().map(|line| line.share.commission_minor).sum(),
            commission_shipping_minor: settlement.shipping.values().map(|share| share.commission_minor).sum(),
            fixed_fee_minor: settlement.fixed.commission_minor,
            fixed_fee_vat_minor: settlement.fixed.vat_minor,
            commission_vat_minor: settlement.vat_minor,
            commission_vat_ppm: settlement.vat_ppm,
            operator_remits_tax: terms.operator_remits_tax,
            auto_accept: terms.auto_accept,
            captured_minor: 0,
            captured_discount_minor: 0,
            capture_requested_minor: 0,
            refund_minor: 0,
            uncollected_minor: 0,
            incident_open: false,
            incident_steps: 0,
            returns_open: 0,
            fixed_fee_state: FeeState::Open,
            outcome: None,
            placed_at: self.now,
            released_at: None,
            accept_by: None,
            reminded_at: None,
            decided_at: None,
            ship_by: choices().map(|choice| choice.promise.ship_by).max().unwrap_or(self.now),
            deliver_from: choices().map(|choice| choice.promise.deliver_from).min().unwrap_or(self.now),
            deliver_to: choices().map(|choice| choice.promise.deliver_to).max().unwrap_or(self.now),
            late_at: None,
            delivered_at: None,
            close_after: None,
            closed_at: None,
            version: 1,
        }
    }

    fn lines(
        &mut self,
        parts: &[merchant_order::Model],
        settled: &std::collections::BTreeMap<MerchantId, MerchantSettlement>,
    ) -> Result<Vec<order_line::Model>, Error> {
        let mut rows = Vec::with_capacity(self.plan.lines.len());
        for (position, line) in self.plan.lines.iter().enumerate() {
            let id: OrderLineId = self.ctx.new_id();
            let given = self.cart.lines.iter().find(|of| of.id == line.line).and_then(|of| of.price.as_ref());
            self.ids.insert(line.line, id);
            let settlement = settled
                .get(&line.merchant)
                .and_then(|settlement| settlement.lines.get(&line.line))
                .ok_or_else(|| context::Error::internal("a planned line was not settled"))?;
            rows.push(order_line::Model {
                id,
                order_id: self.order.id,
                merchant_order_id: of_merchant(parts, line.merchant)?,
                merchant_id: line.merchant,
                line_no: self.behind.lines + i64::try_from(position + 1).unwrap_or(i64::MAX),
                offer_id: line.offer,
                product_id: line.product,
                variant_id: line.variant,
                stock_item_id: line.stock_item,
                sku: line.sku.clone(),
                title: line.title.clone(),
                variant_title: line.variant_title.clone(),
                product_type: line.product_type.clone(),
                unit_price_minor: line.unit_price,
                list_price_minor: line.list_price,
                price_reason: given.map(|given| given.reason.clone()),
                price_by: given.map(|given| given.by.clone()),
                quote_id: given.and_then(|given| given.quote),
                tax_ppm: line.tax_ppm,
                gross_minor: line.gross,
                discount_minor: line.discount,
                tax_minor: line.tax,
                commission_rule_id: settlement.rule,
                commission_ppm: settlement.rate_ppm,
                commission_minor: settlement.share.commission_minor,
                commission_vat_minor: settlement.share.vat_minor,
                ordered: line.quantity,
                canceled: 0,
                shipped: 0,
                delivered: 0,
                lost: 0,
                bounced: 0,
                refunded: 0,
                refunded_kept: 0,
                return_requested: 0,
                return_ok: 0,
                return_bad: 0,
                return_done: 0,
                given_back: GivenBack::default(),
            });
        }
        Ok(rows)
    }

    fn fulfillments(
        &mut self,
        parts: &[merchant_order::Model],
        settled: &std::collections::BTreeMap<MerchantId, MerchantSettlement>,
    ) -> Result<(Vec<fulfillment_order::Model>, Vec<fulfillment_line::Model>), Error> {
        let (mut orders, mut lines) = (Vec::new(), Vec::new());
        for (position, consignment) in self.plan.consignments.iter().enumerate() {
            let choice = consignment.choice().ok_or_else(|| context::Error::internal("a consignment has no method"))?;
            let settlement = settled.get(&consignment.merchant).and_then(|s| s.shipping.get(&consignment.key));
            let commission = settlement.copied().unwrap_or_default();
            let id: FulfillmentOrderId = self.ctx.new_id();
            orders.push(fulfillment_order::Model {
                id,
                order_id: self.order.id,
                merchant_order_id: of_merchant(parts, consignment.merchant)?,
                merchant_id: consignment.merchant,
                position: self.behind.fulfillments + i64::try_from(position + 1).unwrap_or(i64::MAX),
                plan_key: self.key_of(consignment),
                location_id: consignment.location,
                location_name: consignment.location_name.clone(),
                product_type: consignment.product_type.clone(),
                method_id: choice.method,
                method_code: choice.code.clone(),
                method_name: choice.name.clone(),
                method_kind: choice.kind.clone(),
                tracking_required: choice.tracking_required,
                signature_required: choice.signature_required,
                reasons: Texts(consignment.reasons.clone()),
                shipping_gross_minor: choice.gross(),
                shipping_discount_minor: choice.funded,
                shipping_tax_minor: choice.tax,
                shipping_commission_minor: commission.commission_minor,
                shipping_commission_vat_minor: commission.vat_minor,
                shipping_state: ShippingState::Open,
                shipping_given_minor: 0,
                shipping_reversed_minor: 0,
                group_id: id,
                held_at: None,
                hold_reason: None,
                state: FulfillmentOrderState::Open,
                ship_by: choice.promise.ship_by,
                deliver_from: choice.promise.deliver_from,
                deliver_to: choice.promise.deliver_to,
                promise_terms: choice.promise_terms.clone(),
                delivery_origin: choice.origin.clone(),
                pickup: consignment.pickup.clone(),
                ready_at: None,
                late_at: None,
                version: 1,
            });
            self.fulfillment_lines(id, consignment, &mut lines)?;
        }
        Ok((orders, lines))
    }

    /// The key of a consignment, told from that of an earlier plan of the order.
    fn key_of(&self, consignment: &Consignment) -> String {
        match self.behind.parts {
            0 => consignment.key.clone(),
            parts => format!("{}+{parts}", consignment.key),
        }
    }

    fn fulfillment_lines(
        &mut self,
        id: FulfillmentOrderId,
        consignment: &Consignment,
        lines: &mut Vec<fulfillment_line::Model>,
    ) -> Result<(), Error> {
        for line in &consignment.lines {
            let planned = self.plan.lines.iter().find(|planned| planned.line == line.line);
            let (Some(planned), Some(order_line)) = (planned, self.ids.get(&line.line)) else {
                return Err(context::Error::internal("a consignment has a line that is not planned").into());
            };
            let line_id: FulfillmentLineId = self.ctx.new_id();
            lines.push(fulfillment_line::Model {
                id: line_id,
                order_id: self.order.id,
                fulfillment_order_id: id,
                order_line_id: *order_line,
                ordered: line.quantity,
                canceled: 0,
                shipped: 0,
                delivered: 0,
            });
            self.reserves.push(Reserve {
                order_line_id: *order_line,
                stock_item_id: planned.stock_item,
                location_id: consignment.location,
                quantity: line.quantity,
            });
        }
        Ok(())
    }
}

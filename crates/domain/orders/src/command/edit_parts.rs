//! What a change of a placed order does to the merchant orders that are there.

use std::collections::{BTreeMap, HashSet};

use catalog::variants_for_sale_on;
use kernel::id::{DeliveryMethodId, FulfillmentOrderId, MerchantOrderId, PaymentOperationId};
use kernel::{Extent, Invalid, cumulative, unit_slots_sum};
use marketplace::delivery::{self, Consignment};
use marketplace::{DeliveryKind, DeliveryMethod};
use payments::extend_in_tx;

use super::money::{Captured, capture_part};
use super::paying::NewRefund;
use super::plan::own_deliveries;
use super::work::Work;
use crate::Error;
use crate::event::LineUnits;
use crate::model::book::of_line;
use crate::model::cart::QUANTITY_MAX;
use crate::model::delivery_price::{Cost, CostTerms, Shown};
use crate::model::draft::DraftLine;
use crate::model::given::Step;
use crate::model::giving::GivenUnits;
use crate::model::money::Parts;
use crate::model::state::MerchantOrderAction;
use crate::model::status::{Bearer, CancelReason, CaptureTiming, RefundKind, ShippingState};
use crate::model::types::Address;

/// Another delivery method for a fulfillment order.
#[derive(Debug, Clone, Copy)]
pub struct NewDelivery {
    /// The fulfillment order.
    pub fulfillment_order: FulfillmentOrderId,
    /// The method.
    pub method: DeliveryMethodId,
}

/// Why units of an edited order are canceled, in the timeline.
const EDITED: &str = "the order was changed";
/// The reason of a refund of delivery.
const CHEAPER: &str = "delivery_changed";

/// Takes out the units that lines have too many; gives the lines to be added for those that have too few.
pub(super) async fn shrink(work: &mut Work, wanted: &[LineUnits]) -> Result<Vec<DraftLine>, Error> {
    let (mut seen, mut more) = (HashSet::new(), Vec::new());
    let mut less: BTreeMap<MerchantOrderId, Vec<LineUnits>> = BTreeMap::new();
    for (index, units) in wanted.iter().enumerate() {
        let field = |name: &str| format!("change.quantities.{index}.{name}");
        if !seen.insert(units.line) {
            return Err(Invalid::new(field("lineId"), "DUPLICATE", "is named twice").into());
        }
        let line = work.book.lines.iter().find(|line| line.id == units.line);
        let line = line.ok_or(context::Error::NotFound("order line"))?;
        let now = of_line(line);
        let kept = now.ordered - now.canceled;
        if !(now.shipped..=QUANTITY_MAX).contains(&units.quantity) {
            return Err(Invalid::range(field("quantity"), now.shipped, QUANTITY_MAX).into());
        }
        if units.quantity < kept {
            let out = LineUnits { line: line.id, quantity: kept - units.quantity };
            less.entry(line.merchant_order_id).or_default().push(out);
        } else if units.quantity > kept {
            more.push(DraftLine { offer: line.offer_id, quantity: units.quantity - kept, price: None });
        }
    }
    for (part, lines) in less {
        work.book.require(part, MerchantOrderAction::Cancel)?;
        work.cancel(part, &lines, CancelReason::BuyerRequest, Some(EDITED), false).await?;
    }
    Ok(more)
}

/// Sends what has not left elsewhere: every merchant order of which nothing has left.
pub(super) fn readdress(work: &mut Work, address: &Address) -> Result<(), Error> {
    if address.country != work.book.order.ship_to.country {
        let text = "must stay the same: taxes and delivery were agreed to for it";
        return Err(Invalid::new("change.shipTo.country", "COUNTRY_FIXED", text).into());
    }
    let waits = |work: &Work, part: MerchantOrderId| {
        let units = work.book.units(part);
        units.shipped == 0 && units.open() > 0
    };
    let parts: Vec<MerchantOrderId> = work.book.parts.iter().map(|part| part.id).collect();
    let parts: Vec<MerchantOrderId> = parts.into_iter().filter(|part| waits(work, *part)).collect();
    if parts.is_empty() {
        let state = work.book.order.fulfillment_state.as_str();
        return Err(Error::InvalidTransition { action: "CHANGE_ADDRESS", state, allowed: Vec::new() });
    }
    for part in parts {
        work.book.part_mut(part)?.ship_to = address.clone();
    }
    work.book.order.ship_to = address.clone();
    Ok(())
}

/// Sends fulfillment orders by other methods. What becomes cheaper is not captured or goes back;
/// what becomes dearer is taken by the payment of its merchant order, at the door or on account, and refused elsewhere.
pub(super) async fn redeliver(work: &mut Work, wanted: &[NewDelivery]) -> Result<(), Error> {
    for (index, new) in wanted.iter().enumerate() {
        let at = work.book.fulfillments.iter().position(|row| row.id == new.fulfillment_order);
        let at = at.ok_or(context::Error::NotFound("fulfillment order"))?;
        guard(work, at)?;
        let market = work.market.clone();
        let method = market.delivery_methods.iter().find(|method| method.id == new.method);
        let field = format!("change.delivery.{index}.methodId");
        let method = method.ok_or_else(|| Invalid::new(&field, "UNKNOWN", "there is no such delivery method"))?;
        let price = quote(work, at, method, &field).await?;
        reprice(work, at, method, price).await?;
    }
    Ok(())
}

/// Nothing of it, nor of what shares its price, may have left, and no money may be on its way.
fn guard(work: &Work, at: usize) -> Result<(), Error> {
    let row = &work.book.fulfillments[at];
    work.book.require(row.merchant_order_id, MerchantOrderAction::Cancel)?;
    let alone = work.book.fulfillments.iter().filter(|other| other.group_id == row.group_id).count() == 1;
    let units = work.book.fulfillment_units(row.id);
    if alone && row.shipping_state == ShippingState::Open && units.shipped == 0 && units.open() > 0 {
        return Ok(());
    }
    Err(Error::InvalidTransition { action: "CHANGE_DELIVERY", state: row.state.as_str(), allowed: Vec::new() })
}

/// What a delivery costs by its new method.
#[derive(Debug)]
struct Price {
    cost: Cost,
    transit: (i32, i32),
}

async fn quote(work: &Work, at: usize, method: &DeliveryMethod, field: &str) -> Result<Price, Error> {
    let row = &work.book.fulfillments[at];
    let part = work.book.part(row.merchant_order_id)?;
    if part.capture == CaptureTiming::OnDelivery && !method.cod_allowed {
        return Err(Error::CashNotAccepted(method.name.clone()));
    }
    if matches!(method.kind, DeliveryKind::PickupPoint | DeliveryKind::StorePickup) {
        let text = format!("{}: the buyer chooses where to collect before the order is placed", method.name);
        return Err(Invalid::new(field, "COLLECTED", text).into());
    }
    let open = work.book.open_of_fulfillment(row.id);
    let line_of = |units: &LineUnits| work.book.lines.iter().find(|line| line.id == units.line);
    let variants: Vec<_> = open.iter().filter_map(line_of).map(|line| line.variant_id).collect();
    let variants = variants_for_sale_on(&*work.tx, &variants).await?;
    let (mut goods_minor, mut weight_g, mut largest) = (0, 0_i64, Extent::default());
    for units in &open {
        let Some(line) = line_of(units) else { continue };
        goods_minor += unit_slots_sum(line.gross_minor, line.ordered, 0, units.quantity);
        let Some(variant) = variants.get(&line.variant_id) else { continue };
        weight_g = weight_g.saturating_add(variant.weight_g.saturating_mul(units.quantity));
        largest = largest.covering(variant.extent);
    }
    let consignment = Consignment {
        product_type: &row.product_type,
        country: &part.ship_to.country,
        postal_code: Some(part.ship_to.postal_code.as_str()).filter(|code| !code.is_empty()),
        currency: part.currency,
        units: open.iter().map(|units| units.quantity).sum(),
        goods_minor,
        weight_g,
        largest,
        quoted_minor: None,
    };
    let asked = own_deliveries(&*work.tx, &work.market, &[part.merchant_id]).await?;
    let own = asked.get(&part.merchant_id).and_then(|of| of.iter().find(|own| own.method_id == method.id));
    let quote = delivery::quote_with(method, own.map_or(&[], |own| &own.rates), &consignment)
        .map_err(|no| Invalid::new(field, no.code(), format!("{}: {no}", method.name)))?;
    let terms = CostTerms {
        method,
        own,
        tax_ppm: work.market.tax_rate(method.tax_class_id, &part.ship_to.country, work.tx.now()).ppm(),
        includes_tax: work.book.order.prices_include_tax,
        rounding: work.book.rounding(),
        coupon_tax: work.market.settings.coupon_tax,
    };
    let transit = (quote.transit_days_min, quote.transit_days_max);
    Ok(Price { cost: terms.cost(Shown::from(&quote)), transit })
}

async fn reprice(work: &mut Work, at: usize, method: &DeliveryMethod, price: Price) -> Result<(), Error> {
    let rounding = work.book.rounding();
    let old = work.book.fulfillments[at].clone();
    let Price { cost, transit } = price;
    let gross = cost.price + cost.funded;
    let less = old.shipping_cash_minor() - cost.price;
    if less < 0 {
        // The order's own payment takes it, where its method can.
        let payment = work.book.part(old.merchant_order_id)?.payment_id;
        if !extend_in_tx(&mut work.tx, payment, -less).await? {
            return Err(Error::DeliveryDearer { more_minor: -less, currency: work.book.order.currency });
        }
    }
    // The operator earns of the delivery by the rule that was frozen with it.
    let share = |component: i64| match old.shipping_gross_minor {
        0 => component,
        whole => cumulative(component, gross, whole, rounding),
    };
    let part = work.book.part(old.merchant_order_id)?;
    let (placed_at, now) = (part.placed_at, work.tx.now());
    let holidays = work.market.settings.holidays.get(&part.ship_to.country);
    let rest_days = holidays.filter(|_| method.travel_days.rests_on_holidays).cloned().unwrap_or_default();
    let row = &mut work.book.fulfillments[at];
    row.method_id = method.id;
    row.method_code.clone_from(&method.code);
    row.method_name.clone_from(&method.name);
    row.tracking_required = method.tracking_required;
    row.signature_required = method.signature_required;
    method.kind.as_str().clone_into(&mut row.method_kind);
    (row.pickup, row.ready_at) = (None, None);
    row.promise_terms.transit_days = transit;
    row.promise_terms.taken_until = method.cut_off;
    row.promise_terms.travel_weekdays.clone_from(&method.travel_days.weekdays);
    row.promise_terms.rest_days = rest_days;
    // The goods leave as promised; what changes is how long they are on the way.
    let promised = row.promise_terms.promise(placed_at);
    let promise = if promised.ship_by < row.ship_by { row.promise_terms.promise(now) } else { promised };
    (row.deliver_from, row.deliver_to) = (promise.deliver_from, promise.deliver_to);
    row.shipping_gross_minor = gross;
    row.shipping_discount_minor = cost.funded;
    row.shipping_tax_minor = cost.tax;
    row.delivery_origin = cost.origin;
    row.shipping_commission_minor = share(old.shipping_commission_minor);
    row.shipping_commission_vat_minor = share(old.shipping_commission_vat_minor);
    let new = row.clone();
    let part = work.book.part_mut(old.merchant_order_id)?;
    let (cheaper, less_funded) = (old.shipping_gross_minor - gross, old.shipping_discount_minor - cost.funded);
    part.delivery_minor -= cheaper;
    part.discount_minor -= less_funded;
    part.total_minor -= less;
    part.tax_minor += new.shipping_tax_minor - old.shipping_tax_minor;
    part.commission_shipping_minor += new.shipping_commission_minor - old.shipping_commission_minor;
    part.commission_vat_minor += new.shipping_commission_vat_minor - old.shipping_commission_vat_minor;
    let part = part.clone();
    let order = &mut work.book.order;
    order.delivery_minor -= cheaper;
    order.discount_minor -= less_funded;
    order.total_minor -= less;
    order.tax_minor += new.shipping_tax_minor - old.shipping_tax_minor;
    if work.book.is_captured(&part) {
        settle_change(work, part.id, less, less_funded).await?;
    }
    Ok(())
}

/// Gives back what the buyer and the marketplace paid too much; takes what the marketplace pays more.
async fn settle_change(work: &mut Work, part: MerchantOrderId, less: i64, less_funded: i64) -> Result<(), Error> {
    if less_funded < 0 {
        let operation: PaymentOperationId = work.ctx.new_id();
        capture_part(work, operation, part, Captured { amount: 0, discount: -less_funded, shipment: None }).await?;
    }
    let (cash, discount) = (less.max(0), less_funded.max(0));
    if cash > 0 || discount > 0 {
        let parts = Parts { gross: cash, shipping: cash, discount, shipping_discount: discount, ..Parts::default() };
        let refund = NewRefund {
            kind: RefundKind::Cancellation,
            bearer: Bearer::Merchant,
            reason: CHEAPER.to_owned(),
            note: None,
            given: GivenUnits { step: Step { cash, parts }, ..GivenUnits::default() },
            goods_return: None,
            undone: true,
        };
        work.give_back(part, refund).await?;
    }
    Ok(())
}

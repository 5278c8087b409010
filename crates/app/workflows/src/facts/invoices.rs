//! What is bought on account is billed: an invoice for each parcel, a credit note for what goes back.

use billing::model::invoice::Party;
use billing::{SaleDraft, SaleKind, Sold};
use kernel::id::{MerchantOrderId, ShipmentId};
use kernel::{Rate, Rounding, allocate};
use orders::event::{PartCaptured, RefundRequested};
use orders::model::money::Parts;
use orders::model::status::CaptureTiming;
use orders::query::{Cause, Explained, ExplainedLine, PartDetail, explain};
use orders::{Order, OrderLine};
use outbox::{DispatcherBuilder, Failure, HandlerResult, StoredEvent};

use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("invoice_parcel", move |event: PartCaptured, stored| {
        let deps = at.clone();
        async move { bill(&deps, event, &stored).await }
    });
    let at = deps.clone();
    builder.on("invoice_refund", move |event: RefundRequested, stored| {
        let deps = at.clone();
        async move { credit(&deps, event, &stored).await }
    })
}

async fn bill(deps: &Deps, event: PartCaptured, stored: &StoredEvent) -> HandlerResult {
    let Some(shipment) = event.shipment else { return Ok(()) };
    let ctx = deps.ctx();
    let part = part(deps, event.merchant_order).await?;
    let missing = || Failure::Retry("the parcel is missing".to_owned());
    let explained = explain(&part, Cause::Shipment(shipment)).ok_or_else(missing)?;
    let owed = payments::query::receivable_of_operation_on(ctx.read(), event.operation).await.map_err(retry)?;
    let draft = SaleDraft {
        sold: of_units(&part, &explained),
        promotion_minor: promotion(&part, &explained.total),
        due_on: owed.map(|owed| owed.due_on),
        ..draft(deps, &part, SaleKind::Invoice, shipment.to_string(), stored).await?
    };
    billing::issue_sale(&ctx, draft).await.map(drop).map_err(retry)
}

/// What of a sale is undone is corrected. What the operator gives beside it is none of the merchant's documents.
async fn credit(deps: &Deps, event: RefundRequested, stored: &StoredEvent) -> HandlerResult {
    if event.parts.gross + event.parts.discount <= 0 {
        return Ok(());
    }
    let part = part(deps, event.merchant_order).await?;
    if part.merchant_order.capture != CaptureTiming::OnShipment {
        return Ok(());
    }
    let missing = || Failure::Retry("the refund is missing".to_owned());
    let explained = explain(&part, Cause::Refund(event.refund)).ok_or_else(missing)?;
    let sold = if is_of_units(&explained) { of_units(&part, &explained) } else { of_amount(&part, &explained) };
    let draft = SaleDraft {
        sold,
        promotion_minor: promotion(&part, &explained.total),
        corrects: parcels_of(&part, event.refund),
        ..draft(deps, &part, SaleKind::CreditNote, event.refund.to_string(), stored).await?
    };
    billing::issue_sale(&deps.ctx(), draft).await.map(drop).map_err(retry)
}

async fn part(deps: &Deps, id: MerchantOrderId) -> Result<PartDetail, Failure> {
    let mut found = orders::query::details_by_merchant_orders(&deps.ctx(), &[id]).await.map_err(retry)?;
    found.remove(&id).ok_or_else(|| Failure::Retry("the merchant order is missing".to_owned()))
}

/// Everything but the goods.
async fn draft(
    deps: &Deps,
    part: &PartDetail,
    kind: SaleKind,
    source: String,
    stored: &StoredEvent,
) -> Result<SaleDraft, Failure> {
    let owner = &part.merchant_order;
    let order = orders::query::order(&deps.ctx(), owner.order_id).await.map_err(retry)?;
    Ok(SaleDraft {
        kind,
        source,
        merchant_id: owner.merchant_id,
        merchant_order_id: owner.id,
        order_id: order.id,
        order_number: order.number.clone(),
        company_id: order.company_id,
        buyer: buyer(deps, &order).await?,
        po_number: order.po_number.clone(),
        currency: order.currency,
        sold: Vec::new(),
        promotion_minor: 0,
        operator_remits_tax: owner.operator_remits_tax,
        supplied_at: stored.occurred_at,
        due_on: None,
        corrects: Vec::new(),
    })
}

/// The company with the address of the bill, or its own. No person is named: the document outlives them.
async fn buyer(deps: &Deps, order: &Order) -> Result<Party, Failure> {
    let named = Party {
        legal_name: order.company_name.clone().unwrap_or_else(|| order.number.clone()),
        tax_id: order.company_vat_id.clone().unwrap_or_default(),
        ..Party::default()
    };
    let company = match order.company_id {
        Some(id) => Some(customers::company(&deps.ctx(), id).await.map_err(retry)?),
        None => None,
    };
    let registration_number = company.as_ref().and_then(|company| company.registration_number.clone());
    let named = Party { registration_number: registration_number.unwrap_or_default(), ..named };
    let own = company.as_ref().and_then(|company| company.addresses.0.first());
    let (street, postal_code, city, country) = match (&order.bill_to, own) {
        (None, Some(own)) => (&own.line1, &own.postal_code, &own.city, &own.country),
        (bill_to, _) => {
            let to = bill_to.as_ref().unwrap_or(&order.ship_to);
            (&to.line1, &to.postal_code, &to.city, &to.country)
        }
    };
    Ok(Party {
        street: street.clone(),
        postal_code: postal_code.clone(),
        city: city.clone(),
        country: country.clone(),
        ..named
    })
}

/// Whether the marketplace pays its coupons to the merchant, so that the whole price is billed. Where they make the
/// price lower, the tax was taken from what the buyer pays.
fn bills_coupons(part: &PartDetail) -> bool {
    part.lines.iter().find(|line| line.discount_minor > 0).is_none_or(|line| {
        let within = |gross| (Rate::from_ppm(line.tax_ppm).within(gross, Rounding::HalfUp) - line.tax_minor).abs();
        within(line.gross_minor) <= within(line.gross_minor - line.discount_minor)
    })
}

/// The same of deliveries that the marketplace pays in the buyer's place.
fn bills_delivery(part: &PartDetail) -> bool {
    let mut rows = part.fulfillments.iter().map(|found| &found.fulfillment_order);
    rows.find(|row| row.shipping_discount_minor > 0).is_none_or(|row| {
        let rate = Rate::from_ppm(row.delivery_origin.tax_ppm);
        let within = |gross| (rate.within(gross, Rounding::HalfUp) - row.shipping_tax_minor).abs();
        within(row.shipping_gross_minor) <= within(row.shipping_cash_minor())
    })
}

/// What of the goods is billed although the marketplace pays it.
fn promotion_of_goods(part: &PartDetail, parts: &Parts) -> i64 {
    if bills_coupons(part) { parts.discount - parts.shipping_discount } else { 0 }
}

/// What of the delivery is.
fn promotion_of_delivery(part: &PartDetail, parts: &Parts) -> i64 {
    if bills_delivery(part) { parts.shipping_discount } else { 0 }
}

fn promotion(part: &PartDetail, parts: &Parts) -> i64 {
    promotion_of_goods(part, parts) + promotion_of_delivery(part, parts)
}

fn goods(line: &OrderLine) -> String {
    match line.variant_title.as_str() {
        "" => line.title.clone(),
        variant => format!("{} ({variant})", line.title),
    }
}

fn one(part: &PartDetail, line: &ExplainedLine) -> Sold {
    Sold {
        name: goods(&line.line),
        sku: line.line.sku.clone(),
        quantity: line.quantity,
        gross_minor: line.parts.gross + promotion_of_goods(part, &line.parts),
        tax_minor: line.parts.tax,
        rate: Some(Rate::from_ppm(line.line.tax_ppm)),
    }
}

fn delivery(gross_minor: i64, tax_minor: i64) -> Sold {
    let (name, sku) = ("Delivery".to_owned(), String::new());
    Sold { name, sku, quantity: 1, gross_minor, tax_minor, rate: None }
}

/// Whether the units of a refund went back with all that they carried, and nothing else did.
fn is_of_units(of: &Explained) -> bool {
    let units: Parts = of.lines.iter().map(|line| line.parts).sum();
    let tax = of.total.tax - units.tax;
    let delivery = of.total.shipping + of.total.shipping_discount;
    (units.goods, units.discount) == (of.total.goods, of.total.discount - of.total.shipping_discount)
        && (0..=delivery).contains(&tax)
}

fn of_units(part: &PartDetail, of: &Explained) -> Vec<Sold> {
    let mut sold: Vec<Sold> = of.lines.iter().map(|line| one(part, line)).collect();
    let tax: i64 = of.lines.iter().map(|line| line.parts.tax).sum();
    let shipping = of.total.shipping + promotion_of_delivery(part, &of.total);
    sold.push(delivery(shipping, of.total.tax - tax));
    sold
}

/// An amount that went back: spread over what it was given for, the tax by the rates of the goods, the rest of the tax
/// with the largest share.
fn of_amount(part: &PartDetail, of: &Explained) -> Vec<Sold> {
    let named: Vec<&OrderLine> = match of.lines.as_slice() {
        [] => part.lines.iter().collect(),
        lines => lines.iter().map(|line| &line.line).collect(),
    };
    let weights: Vec<u64> = named.iter().map(|line| line.gross_minor.unsigned_abs()).collect();
    let goods_minor = of.total.goods + promotion_of_goods(part, &of.total);
    let shares = allocate(goods_minor, &weights).unwrap_or_default();
    let mut sold: Vec<Sold> = named
        .iter()
        .zip(shares)
        .map(|(line, gross_minor)| Sold {
            name: goods(line),
            sku: line.sku.clone(),
            quantity: 1,
            gross_minor,
            tax_minor: Rate::from_ppm(line.tax_ppm).within(gross_minor, Rounding::HalfUp),
            rate: Some(Rate::from_ppm(line.tax_ppm)),
        })
        .collect();
    let (gross, tax) = part.fulfillments.iter().fold((0, 0), |(gross, tax), row| {
        let row = &row.fulfillment_order;
        let billed = if bills_delivery(part) { row.shipping_gross_minor } else { row.shipping_cash_minor() };
        (gross + billed, tax + row.shipping_tax_minor)
    });
    let shipping = of.total.shipping + promotion_of_delivery(part, &of.total);
    if shipping > 0 && gross > 0 {
        let tax = kernel::cumulative(tax, shipping.min(gross), gross, Rounding::HalfUp);
        sold.push(delivery(shipping, tax));
    }
    let rest = of.total.tax - sold.iter().map(|line| line.tax_minor).sum::<i64>();
    if let Some(largest) = sold.iter_mut().max_by_key(|line| line.gross_minor) {
        largest.tax_minor += rest;
    }
    sold
}

/// The parcels that are billed and in which the units of a refund left, or that carried a delivery it gives back.
fn parcels_of(part: &PartDetail, refund: kernel::id::RefundId) -> Vec<ShipmentId> {
    let refunds: Vec<_> = part.refunds.iter().filter(|found| found.refund.id == refund).collect();
    let slots: Vec<_> = refunds.iter().flat_map(|found| &found.lines).collect();
    // An amount is given for all that was sold.
    if slots.is_empty() {
        return Vec::new();
    }
    let deliveries: Vec<_> = refunds.iter().flat_map(|found| &found.refund.shipping_of.0).collect();
    let holds = |line: &orders::ShipmentLine| {
        slots.iter().any(|of| {
            of.order_line_id == line.order_line_id && of.slot_from < line.slot_to && line.slot_from < of.slot_to
        })
    };
    let concerned = part.shipments.iter().filter(|parcel| {
        parcel.lines.iter().any(holds) || parcel.shipment.shipping_of.0.iter().any(|of| deliveries.contains(&of))
    });
    // What cost nothing has no invoice.
    let billed =
        concerned.map(|parcel| &parcel.shipment).filter(|row| row.gross_minor + promotion(part, &row.parts.0) > 0);
    billed.map(|row| row.id).collect()
}

//! What goods and delivery cost.

use kernel::{Extent, Rate as TaxRate, Rounding, allocate};

use marketplace::delivery::{self, QuoteBasis, RatesOf};
use marketplace::{CouponTax, DeliveryMethod, Funder};
use merchants::MerchantDelivery;

use super::super::delivery_price::{Cost, CostTerms, Shown};
use super::PlannedLine;
use super::input::PlanInput;

/// Gross and the tax within, of an amount as shown in the channel.
pub(super) fn gross_and_tax(shown: i64, ppm: i64, input: &PlanInput) -> (i64, i64) {
    with_tax(shown, ppm, input.prices_include_tax, input.rounding)
}

pub(crate) fn with_tax(shown: i64, ppm: i64, includes_tax: bool, rounding: Rounding) -> (i64, i64) {
    let rate = TaxRate::from_ppm(ppm);
    if includes_tax {
        (shown, rate.within(shown, rounding))
    } else {
        let tax = rate.of(shown, rounding);
        (shown.saturating_add(tax), tax)
    }
}

/// What a coupon takes off each line, and the tax that is owed then.
pub(super) fn take_off(lines: &mut [PlannedLine], off: i64, input: &PlanInput) {
    let weights: Vec<u64> = lines.iter().map(|line| line.gross.max(0).unsigned_abs()).collect();
    // A coupon takes off no more than the goods cost, so there is something to spread it over.
    let shares = allocate(off, &weights).unwrap_or_else(|_| vec![0; lines.len()]);
    for (line, share) in lines.iter_mut().zip(shares) {
        line.discount = share;
        if input.market.settings.coupon_tax == CouponTax::PriceReduction {
            line.tax = TaxRate::from_ppm(line.tax_ppm).within(line.gross - share, input.rounding);
        }
    }
}

/// What delivery is charged for: goods by the method's rate, and lines with a price of their own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Load {
    /// Units that go by the method's rate.
    pub rated_units: i64,
    /// Value of the goods, tax included.
    pub goods: i64,
    /// Their weight in grams.
    pub weight_g: i64,
    /// How much room the largest unit takes.
    pub largest: Extent,
    /// Sum of the delivery prices that came with lines; `None`: no line has one.
    pub quoted: Option<i64>,
}

/// The cost of delivering `load`, with the sentences that explain it. What the merchant asks goes before what the
/// marketplace asks.
///
/// Lines with a price of their own pay that, the units of the others go by the method's rate.
pub(super) fn delivery(
    load: Load,
    method: &DeliveryMethod,
    own: Option<&MerchantDelivery>,
    product_type: &str,
    input: &PlanInput,
) -> Result<(Cost, Vec<String>), delivery::Rejection> {
    let (shown, reasons) = shown(load, method, own, product_type, input)?;
    let terms = CostTerms {
        method,
        own,
        tax_ppm: input.market.tax_rate(method.tax_class_id, &input.country, input.now).ppm(),
        includes_tax: input.prices_include_tax,
        rounding: input.rounding,
        coupon_tax: input.market.settings.coupon_tax,
    };
    Ok((terms.cost(shown), reasons))
}

/// The price of the delivery as shown in the channel.
fn shown(
    load: Load,
    method: &DeliveryMethod,
    own: Option<&MerchantDelivery>,
    product_type: &str,
    input: &PlanInput,
) -> Result<(Shown, Vec<String>), delivery::Rejection> {
    let consignment = delivery::Consignment {
        product_type,
        country: &input.country,
        postal_code: input.postal_code.as_deref(),
        currency: input.currency,
        units: load.rated_units.max(1),
        goods_minor: load.goods,
        weight_g: load.weight_g,
        largest: load.largest,
        quoted_minor: if load.rated_units == 0 { load.quoted } else { None },
    };
    let quoted = load.quoted.unwrap_or(0);
    let given = "the delivery price came with the lines";
    match delivery::quote_with(method, own.map_or(&[], |own| &own.rates), &consignment) {
        // Every line brought its price: the method's own rate, or that it has none, does not matter.
        Ok(_) | Err(delivery::Rejection::CurrencyNotPriced { .. }) if load.rated_units == 0 => {
            let shown = Shown { price: quoted, waived: 0, funded_by: Funder::Merchant, rates_of: RatesOf::Nobody };
            Ok((shown, vec![given.to_owned()]))
        }
        Ok(quote) => {
            let price = quote.price_minor.checked_add(quoted).ok_or(delivery::Rejection::PriceOutOfRange)?;
            let mut reasons = vec![basis(&quote, load.rated_units)];
            if quote.waived_minor > 0 && quote.funded_by == Funder::Operator {
                reasons.push("the marketplace pays it".to_owned());
            }
            let by_merchant = quote.rates_of == RatesOf::Merchant;
            reasons.extend(by_merchant.then(|| "by the merchant's own rates".to_owned()));
            reasons.extend(quote.capped.then(|| "no higher than the marketplace allows".to_owned()));
            reasons.extend(quote.zone.as_ref().map(|zone| format!("to {zone}")));
            reasons.extend(quote.surcharges.iter().map(|name| format!("with a surcharge: {name}")));
            if load.quoted.is_some() {
                reasons.push(given.to_owned());
            }
            Ok((Shown { price, ..Shown::from(&quote) }, reasons))
        }
        Err(rejection) => Err(rejection),
    }
}

fn basis(quote: &delivery::Quote, units: i64) -> String {
    match quote.basis {
        QuoteBasis::FreeAbove => "free from this value of goods on".to_owned(),
        QuoteBasis::Quoted => "the delivery price came with the lines".to_owned(),
        QuoteBasis::Rates if units > 1 => format!("the first unit and {} further units", units - 1),
        QuoteBasis::Rates => "one unit".to_owned(),
        QuoteBasis::Bracket => "by weight and value of the goods".to_owned(),
    }
}

/// The share of a line's delivery price for the units in each of its consignments.
pub(super) fn spread(quote: i64, quantities: &[i64]) -> Vec<i64> {
    let weights: Vec<u64> = quantities.iter().map(|n| n.unsigned_abs()).collect();
    // The weights are units taken, all positive, so there is always one to carry the amount.
    allocate(quote, &weights).unwrap_or_else(|_| vec![0; quantities.len()])
}

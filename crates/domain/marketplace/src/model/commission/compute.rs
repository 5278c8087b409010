//! What a rule comes to.

use kernel::{Currency, Rate, Rounding, allocate};
use serde::Serialize;

use super::{CommissionBase, CommissionRule};

/// An item line: what the buyer pays for its units after the merchant's discount, in minor units.
#[derive(Debug, Clone, Copy)]
pub struct CommissionLine<'a> {
    /// Tax included.
    pub gross_minor: i64,
    /// The tax in it.
    pub tax_minor: i64,
    /// The rule resolved for the line.
    pub rule: &'a CommissionRule,
}

/// The shipping of one consignment, in minor units.
#[derive(Debug, Clone, Copy)]
pub struct CommissionShipping<'a> {
    /// Tax included.
    pub gross_minor: i64,
    /// The tax in it.
    pub tax_minor: i64,
    /// The rule whose percentage on shipping is taken.
    pub rule: &'a CommissionRule,
}

/// One merchant's part of an order. The order of lines and of shipping must come from a stable key.
#[derive(Debug, Clone)]
pub struct CommissionInput<'a> {
    /// The currency of all amounts.
    pub currency: Currency,
    /// What happens to half a minor unit.
    pub rounding: Rounding,
    /// VAT on the commission; zero where the merchant owes it (reverse charge).
    pub vat: Rate,
    /// The item lines.
    pub lines: Vec<CommissionLine<'a>>,
    /// The shipping of each consignment.
    pub shipping: Vec<CommissionShipping<'a>>,
    /// The rule that gives the fixed fee: resolved without categories.
    pub order_rule: &'a CommissionRule,
}

/// Commission on one component and the VAT on it, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CommissionShare {
    /// The commission without VAT.
    pub commission_minor: i64,
    /// Its share of the VAT on the whole commission.
    pub vat_minor: i64,
}

/// What the operator takes of one merchant's part of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommissionResult {
    /// For each line, in the order of the input.
    pub lines: Vec<CommissionShare>,
    /// For each consignment's shipping, in the order of the input.
    pub shipping: Vec<CommissionShare>,
    /// The fixed fee.
    pub fixed: CommissionShare,
    /// All commission and the fixed fee.
    pub commission_minor: i64,
    /// All VAT on it; the shares sum to it exactly.
    pub vat_minor: i64,
    /// Whether the rules would have taken more than the buyer pays, so that less was taken.
    pub capped: bool,
}

/// The commission of one merchant's part of an order.
///
/// VAT is computed once on the whole and spread over the components by largest remainder. Commission and VAT
/// together never exceed what the buyer pays for the part: the fixed fee gives way first, then the percentages.
/// Otherwise a minimum on a cheap line would leave the merchant with a debt for having sold.
#[must_use]
pub fn compute(input: &CommissionInput<'_>) -> CommissionResult {
    let mut parts: Vec<i64> = Vec::with_capacity(input.lines.len() + input.shipping.len() + 1);
    parts.extend(input.lines.iter().map(|line| item_minor(line, input)));
    parts.extend(
        input.shipping.iter().map(|s| percentage(s.rule, s.rule.shipping_ppm, s.gross_minor, s.tax_minor, input)),
    );
    parts.push(input.order_rule.fixed_per_order_minor(input.currency));
    let gross = input.lines.iter().map(|l| l.gross_minor).chain(input.shipping.iter().map(|s| s.gross_minor)).sum();
    let capped = cap(&mut parts, gross, input.vat, input.rounding);
    let commission_minor = parts.iter().sum();
    let vat_minor = input.vat.of(commission_minor, input.rounding);
    let vat = spread(vat_minor, &parts);
    let mut shares =
        parts.into_iter().zip(vat).map(|(commission_minor, vat_minor)| CommissionShare { commission_minor, vat_minor });
    let lines = shares.by_ref().take(input.lines.len()).collect();
    let shipping = shares.by_ref().take(input.shipping.len()).collect();
    let fixed = shares.next().unwrap_or_default();
    CommissionResult { lines, shipping, fixed, commission_minor, vat_minor, capped }
}

fn item_minor(line: &CommissionLine<'_>, input: &CommissionInput<'_>) -> i64 {
    let rule = line.rule;
    let rate = rule.item_rate(input.currency, line.gross_minor);
    let share = percentage(rule, rate, line.gross_minor, line.tax_minor, input);
    let Some(amounts) = rule.amounts_in(input.currency) else { return share };
    let share = if line.gross_minor > 0 { share + amounts.fixed_per_line_minor } else { share };
    let with_min = match amounts.min_per_line_minor {
        Some(min) if line.gross_minor > 0 || rule.min_on_zero => share.max(min),
        _ => share,
    };
    amounts.max_per_line_minor.map_or(with_min, |max| with_min.min(max))
}

fn percentage(rule: &CommissionRule, rate: Rate, gross: i64, tax: i64, input: &CommissionInput<'_>) -> i64 {
    let base = match rule.base {
        CommissionBase::Gross => gross,
        CommissionBase::Net => gross - tax,
    };
    rate.of(base, input.rounding)
}

/// Lowers `parts` (the fixed fee is the last) until they and the VAT on them fit into `gross`.
fn cap(parts: &mut [i64], gross: i64, vat: Rate, rounding: Rounding) -> bool {
    let total: i64 = parts.iter().sum();
    if total + vat.of(total, rounding) <= gross {
        return false;
    }
    let most = most_within(gross, vat, rounding);
    let Some((fixed, rest)) = parts.split_last_mut() else { return false };
    let percentages: i64 = rest.iter().sum();
    *fixed = (most - percentages).max(0).min(*fixed);
    if percentages > most {
        let lowered = spread(most, rest);
        rest.copy_from_slice(&lowered);
    }
    true
}

/// The largest commission that together with its VAT fits into `gross`.
fn most_within(gross: i64, vat: Rate, rounding: Rounding) -> i64 {
    let gross = gross.max(0);
    let mut most = gross - vat.within(gross, rounding);
    while most > 0 && most + vat.of(most, rounding) > gross {
        most -= 1;
    }
    most
}

fn spread(amount: i64, parts: &[i64]) -> Vec<i64> {
    let weights: Vec<u64> = parts.iter().map(|part| u64::try_from(*part).unwrap_or(0)).collect();
    // Without any commission there is no VAT on it either, so the weights are zero only with the amount.
    allocate(amount, &weights).unwrap_or_else(|_| vec![0; parts.len()])
}

#[cfg(test)]
#[path = "compute_test.rs"]
mod tests;

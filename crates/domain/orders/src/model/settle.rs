//! What the operator earns of a plan, frozen at placement. Buyers never see it.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use kernel::id::{CartLineId, CategoryId, ChannelId, CommissionRuleId, MerchantId, ProductId};
use kernel::{Rate, Rounding};
use marketplace::commission::{
    CommissionFacts, CommissionInput, CommissionLine, CommissionRules, CommissionShare, CommissionShipping, compute,
};

use super::plan::{Consignment, PlannedLine, SplitPlan};

/// What decides the commission beside the plan.
#[derive(Debug, Clone, Copy)]
pub struct SettleInput<'a> {
    /// The rules in force.
    pub rules: &'a CommissionRules,
    /// Where it is sold.
    pub channel: ChannelId,
    /// Where the order goes.
    pub country: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// How half a minor unit is rounded.
    pub rounding: Rounding,
    /// The categories of each line's product with their ancestors, nearest first.
    pub categories: &'a HashMap<CartLineId, Vec<CategoryId>>,
    /// Tier and VAT on commission (zero under reverse charge) of each merchant.
    pub merchants: &'a HashMap<MerchantId, (String, Rate)>,
}

/// The commission of a line and the rule it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineSettlement {
    /// The rule; `None`: the marketplace has none.
    pub rule: Option<CommissionRuleId>,
    /// Its rate in ppm.
    pub rate_ppm: i64,
    /// Commission and VAT.
    pub share: CommissionShare,
}

/// What the operator earns of one merchant's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantSettlement {
    /// By line.
    pub lines: HashMap<CartLineId, LineSettlement>,
    /// On the shipping of each consignment, by key.
    pub shipping: HashMap<String, CommissionShare>,
    /// Fixed fee.
    pub fixed: CommissionShare,
    /// VAT on everything.
    pub vat_minor: i64,
    /// The rate of that VAT in ppm.
    pub vat_ppm: i64,
}

/// Computes what the operator earns of each merchant's part of `plan`.
#[must_use]
pub fn settle(plan: &SplitPlan, input: &SettleInput<'_>) -> BTreeMap<MerchantId, MerchantSettlement> {
    let mut parts: BTreeMap<MerchantId, (Vec<&PlannedLine>, Vec<&Consignment>)> = BTreeMap::new();
    for line in &plan.lines {
        parts.entry(line.merchant).or_default().0.push(line);
    }
    for consignment in &plan.consignments {
        parts.entry(consignment.merchant).or_default().1.push(consignment);
    }
    parts.into_iter().map(|(merchant, (lines, sent))| (merchant, one(plan, merchant, &lines, &sent, input))).collect()
}

fn one(
    plan: &SplitPlan,
    merchant: MerchantId,
    lines: &[&PlannedLine],
    sent: &[&Consignment],
    input: &SettleInput<'_>,
) -> MerchantSettlement {
    let (tier, vat) = input.merchants.get(&merchant).map_or(("", Rate::ZERO), |(tier, vat)| (tier.as_str(), *vat));
    let resolve = |product: Option<ProductId>, categories: &[CategoryId]| {
        let (channel, country, at) = (input.channel, input.country, input.at);
        input.rules.resolve(&CommissionFacts { merchant, tier, channel, categories, product, country, at })
    };
    let order_rule = resolve(None, &[]);
    let of_goods = |line: &&PlannedLine| {
        resolve(Some(line.product), input.categories.get(&line.line).map_or(&[][..], Vec::as_slice))
    };
    let rules: Vec<_> = lines.iter().map(of_goods).collect();
    let result = compute(&CommissionInput {
        currency: plan.currency,
        rounding: input.rounding,
        vat,
        lines: lines
            .iter()
            .zip(&rules)
            .map(|(line, rule)| CommissionLine { gross_minor: line.gross, tax_minor: line.tax, rule })
            .collect(),
        shipping: sent
            .iter()
            .map(|consignment| {
                let (gross_minor, tax_minor) =
                    consignment.choice().map_or((0, 0), |choice| (choice.gross(), choice.tax));
                CommissionShipping { gross_minor, tax_minor, rule: order_rule }
            })
            .collect(),
        order_rule,
    });
    let of_line = |((line, rule), share): ((&&PlannedLine, &&marketplace::CommissionRule), CommissionShare)| {
        let known = (!rule.id.0.is_nil()).then_some(rule.id);
        let rate_ppm = rule.item_rate(plan.currency, line.gross).ppm();
        (line.line, LineSettlement { rule: known, rate_ppm, share })
    };
    MerchantSettlement {
        lines: lines.iter().zip(&rules).zip(result.lines).map(of_line).collect(),
        shipping: sent.iter().map(|consignment| consignment.key.clone()).zip(result.shipping).collect(),
        fixed: result.fixed,
        vat_minor: result.vat_minor,
        vat_ppm: vat.ppm(),
    }
}

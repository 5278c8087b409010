//! Which rule holds.

use std::cmp::Reverse;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kernel::id::{CategoryId, ChannelId, CommissionRuleId, MerchantId, ProductId};

use super::CommissionRule;

/// What is known of a line when its rule is sought.
#[derive(Debug, Clone, Copy)]
pub struct CommissionFacts<'a> {
    /// Who sells.
    pub merchant: MerchantId,
    /// The tier of the merchant.
    pub tier: &'a str,
    /// Where it is sold.
    pub channel: ChannelId,
    /// The categories of the product with all their ancestors, nearest first. Empty for what is no product:
    /// the rule of shipping and of the fixed fee.
    pub categories: &'a [CategoryId],
    /// The product; `None` for what is no product.
    pub product: Option<ProductId>,
    /// Where the order goes.
    pub country: &'a str,
    /// When the order is placed.
    pub at: DateTime<Utc>,
}

/// All rules. There is always a default, so [`CommissionRules::resolve`] is total.
#[derive(Debug, Clone)]
pub struct CommissionRules {
    default: CommissionRule,
    // Thousands of merchants may have rules of their own: a line looks only at those of its merchant.
    of_merchants: HashMap<MerchantId, Vec<CommissionRule>>,
    of_all: Vec<CommissionRule>,
}

impl Default for CommissionRules {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// How well a rule fits: compared from the first part to the last, the greatest wins.
type Fit = (u8, bool, Reverse<usize>, u8, i32, DateTime<Utc>, Reverse<CommissionRuleId>);

impl CommissionRules {
    /// The rules as stored. Without a default among them, nothing is taken where no rule holds.
    #[must_use]
    pub fn new(rules: Vec<CommissionRule>) -> Self {
        let mut all = Self { default: CommissionRule::nothing(), of_merchants: HashMap::new(), of_all: Vec::new() };
        for rule in rules {
            if rule.is_default {
                all.default = rule;
            } else if let Some(merchant) = rule.scope.merchant {
                all.of_merchants.entry(merchant).or_default().push(rule);
            } else {
                all.of_all.push(rule);
            }
        }
        all
    }

    /// The rule that holds where no other does.
    #[must_use]
    pub fn default_rule(&self) -> &CommissionRule {
        &self.default
    }

    /// The one rule that holds for a line.
    ///
    /// In this order: merchant and goods; merchant; goods and tier; goods; tier; default. Goods are a product, which is
    /// closer, or a category, the nearest first. Then a rule for channel and country, for one of them, the higher
    /// priority, the later beginning, the smaller id. The order in which rules are stored does not matter.
    #[must_use]
    pub fn resolve(&self, facts: &CommissionFacts<'_>) -> &CommissionRule {
        let own = self.of_merchants.get(&facts.merchant).map_or(&[][..], Vec::as_slice);
        own.iter()
            .chain(&self.of_all)
            .filter_map(|rule| Some((fit(rule, facts)?, rule)))
            .max_by_key(|(fit, _)| *fit)
            .map_or(&self.default, |(_, rule)| rule)
    }

    /// Every rule, the default first.
    pub fn iter(&self) -> impl Iterator<Item = &CommissionRule> {
        std::iter::once(&self.default).chain(&self.of_all).chain(self.of_merchants.values().flatten())
    }
}

fn fit(rule: &CommissionRule, facts: &CommissionFacts<'_>) -> Option<Fit> {
    let scope = &rule.scope;
    let runs = rule.valid_from <= facts.at && rule.valid_to.is_none_or(|to| facts.at < to);
    let merchant_fits = scope.merchant.is_none_or(|m| m == facts.merchant);
    let tier_fits = scope.tier.as_deref().is_none_or(|t| t == facts.tier);
    let channel_fits = scope.channel.is_none_or(|c| c == facts.channel);
    let product_fits = scope.product.is_none_or(|p| Some(p) == facts.product);
    let country_fits = scope.country.as_deref().is_none_or(|c| c == facts.country);
    if !(runs && merchant_fits && tier_fits && channel_fits && product_fits && country_fits) {
        return None;
    }
    let distance = match scope.category {
        Some(category) => facts.categories.iter().position(|c| *c == category)?,
        None => 0,
    };
    let goods = scope.category.is_some() || scope.product.is_some();
    let place = u8::from(scope.channel.is_some()) + u8::from(scope.country.is_some());
    let level = match (scope.merchant.is_some(), goods, scope.tier.is_some()) {
        (true, true, _) => 5,
        (true, false, _) => 4,
        (false, true, true) => 3,
        (false, true, false) => 2,
        (false, false, true) => 1,
        (false, false, false) => 0,
    };
    let product = scope.product.is_some();
    Some((level, product, Reverse(distance), place, rule.priority, rule.valid_from, Reverse(rule.id)))
}

#[cfg(test)]
#[path = "resolve_test.rs"]
mod tests;

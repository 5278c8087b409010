//! What the operator earns: rules, which of them holds for a line, and what it comes to.
//!
//! Placement freezes rule, rates and result on the order; later edits of rules never change old orders.

mod compute;
mod resolve;

pub use compute::{CommissionInput, CommissionLine, CommissionResult, CommissionShare, CommissionShipping, compute};
pub use resolve::{CommissionFacts, CommissionRules};

use chrono::{DateTime, Utc};
use kernel::country::country;
use kernel::id::{CategoryId, ChannelId, CommissionRuleId, MerchantId, ProductId};
use kernel::{Currency, Invalid, Rate, text};
use serde::{Deserialize, Serialize};

use super::{amount, bounded, share};

/// What a percentage is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CommissionBase {
    /// What the buyer pays, tax included.
    Gross,
    /// What the buyer pays without tax.
    Net,
}

impl CommissionBase {
    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gross => "gross",
            Self::Net => "net",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Gross, Self::Net].into_iter().find(|base| base.as_str() == name)
    }
}

/// Where a rule holds; what is `None` does not matter to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CommissionScope {
    /// Only for this merchant.
    pub merchant: Option<MerchantId>,
    /// Only for products in this category or below it.
    pub category: Option<CategoryId>,
    /// Only for merchants of this tier; not together with `merchant`.
    pub tier: Option<String>,
    /// Only for orders of this channel.
    pub channel: Option<ChannelId>,
    /// Only for this product; closer than any category.
    pub product: Option<ProductId>,
    /// Only for orders to this country.
    pub country: Option<String>,
}

/// A percentage that holds for lines from a value on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommissionBracket {
    /// From this value of the line on, tax included, in minor units.
    pub from_minor: i64,
    /// The percentage on the whole line.
    pub item_ppm: Rate,
}

/// The amounts of a rule in one currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommissionAmounts {
    /// The currency of the amounts.
    pub currency: Currency,
    /// The fixed fee of a merchant order.
    pub fixed_per_order_minor: i64,
    /// The fixed amount of an item line that costs something, on top of the percentage.
    pub fixed_per_line_minor: i64,
    /// The least commission on an item line.
    pub min_per_line_minor: Option<i64>,
    /// The most commission on an item line.
    pub max_per_line_minor: Option<i64>,
    /// Percentages by the value of the line, the smallest value first; below all of them the rule's own holds.
    pub brackets: Vec<CommissionBracket>,
}

impl CommissionAmounts {
    /// No amounts in `currency`.
    #[must_use]
    pub const fn none(currency: Currency) -> Self {
        Self {
            currency,
            fixed_per_order_minor: 0,
            fixed_per_line_minor: 0,
            min_per_line_minor: None,
            max_per_line_minor: None,
            brackets: Vec::new(),
        }
    }
}

/// A rule by which the operator earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommissionRule {
    /// Its id.
    pub id: CommissionRuleId,
    /// The name people read.
    pub name: String,
    /// Whether it is the one rule that holds where no other does.
    pub is_default: bool,
    /// Where it holds.
    pub scope: CommissionScope,
    /// What the percentages are taken of.
    pub base: CommissionBase,
    /// The percentage on an item line.
    pub item_ppm: Rate,
    /// The percentage on shipping.
    pub shipping_ppm: Rate,
    /// Fixed fee, minimum and maximum, by currency; a currency that is missing has none of them.
    pub amounts: Vec<CommissionAmounts>,
    /// Whether the minimum is charged on a line that costs nothing. It would make the merchant pay.
    pub min_on_zero: bool,
    /// Among rules that fit equally well the higher priority wins.
    pub priority: i32,
    /// The first instant at which it holds.
    pub valid_from: DateTime<Utc>,
    /// The first instant at which it no longer holds.
    pub valid_to: Option<DateTime<Utc>>,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

impl CommissionRule {
    /// The rule of a marketplace that has none yet: it takes nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            id: CommissionRuleId(uuid::Uuid::nil()),
            name: "No commission".to_owned(),
            is_default: true,
            scope: CommissionScope::default(),
            base: CommissionBase::Gross,
            item_ppm: Rate::ZERO,
            shipping_ppm: Rate::ZERO,
            amounts: Vec::new(),
            min_on_zero: false,
            priority: 0,
            valid_from: DateTime::UNIX_EPOCH,
            valid_to: None,
            version: 0,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    /// The amounts in `currency`, if the rule has any.
    #[must_use]
    pub fn amounts_in(&self, currency: Currency) -> Option<&CommissionAmounts> {
        self.amounts.iter().find(|amounts| amounts.currency == currency)
    }

    /// The percentage on an item line of this value in `currency`.
    #[must_use]
    pub fn item_rate(&self, currency: Currency, gross_minor: i64) -> Rate {
        let brackets = self.amounts_in(currency).map_or(&[][..], |amounts| amounts.brackets.as_slice());
        brackets.iter().rev().find(|bracket| gross_minor >= bracket.from_minor).map_or(self.item_ppm, |b| b.item_ppm)
    }

    /// The fixed fee of a merchant order in `currency`, in minor units.
    #[must_use]
    pub fn fixed_per_order_minor(&self, currency: Currency) -> i64 {
        self.amounts_in(currency).map_or(0, |amounts| amounts.fixed_per_order_minor)
    }

    /// Normalizes the fields and checks them.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.name = text::line("name", &self.name, 120)?;
        if let Some(tier) = self.scope.tier.take() {
            self.scope.tier = Some(text::code("tier", &tier, 40)?);
        }
        if self.scope.merchant.is_some() && self.scope.tier.is_some() {
            return Err(Invalid::new("tier", "NOT_TOGETHER", "a rule for one merchant has no tier"));
        }
        if let Some(code) = self.scope.country.take() {
            self.scope.country = Some(country("country", &code)?);
        }
        if self.scope.product.is_some() && self.scope.category.is_some() {
            return Err(Invalid::new("categoryId", "NOT_TOGETHER", "a rule for one product has no category"));
        }
        share("itemPpm", self.item_ppm)?;
        share("shippingPpm", self.shipping_ppm)?;
        if self.valid_to.is_some_and(|to| to <= self.valid_from) {
            return Err(Invalid::new("validTo", "OUT_OF_RANGE", "must be later than the beginning"));
        }
        self.check_amounts()?;
        Ok(self)
    }

    fn check_amounts(&mut self) -> Result<(), Invalid> {
        bounded("amounts", self.amounts.len())?;
        for (index, amounts) in self.amounts.iter().enumerate() {
            amount(&format!("amounts.{index}.fixedPerOrder"), amounts.fixed_per_order_minor)?;
            amount(&format!("amounts.{index}.fixedPerLine"), amounts.fixed_per_line_minor)?;
            check_brackets(index, &amounts.brackets)?;
            amount(&format!("amounts.{index}.minPerLine"), amounts.min_per_line_minor.unwrap_or(0))?;
            amount(&format!("amounts.{index}.maxPerLine"), amounts.max_per_line_minor.unwrap_or(0))?;
            if let (Some(min), Some(max)) = (amounts.min_per_line_minor, amounts.max_per_line_minor)
                && max < min
            {
                let field = format!("amounts.{index}.maxPerLine");
                return Err(Invalid::new(field, "OUT_OF_RANGE", "must not be less than the minimum"));
            }
        }
        self.amounts.sort_by_key(|amounts| amounts.currency);
        if self.amounts.windows(2).any(|w| w[0].currency == w[1].currency) {
            return Err(Invalid::new("amounts", "DUPLICATE", "has two entries of one currency"));
        }
        Ok(())
    }
}

/// Brackets begin above zero, one after the other.
fn check_brackets(index: usize, brackets: &[CommissionBracket]) -> Result<(), Invalid> {
    bounded(&format!("amounts.{index}.brackets"), brackets.len())?;
    let mut least = 1;
    for (at, bracket) in brackets.iter().enumerate() {
        let field = |name: &str| format!("amounts.{index}.brackets.{at}.{name}");
        amount(&field("from"), bracket.from_minor)?;
        if bracket.from_minor < least {
            return Err(Invalid::new(field("from"), "OUT_OF_RANGE", "must be more than the one before"));
        }
        share(&field("itemPpm"), bracket.item_ppm)?;
        least = bracket.from_minor + 1;
    }
    Ok(())
}

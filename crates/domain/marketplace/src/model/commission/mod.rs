//! What the operator earns: rules, which of them holds for a line, and what it comes to.
//!
//! Placement freezes rule, rates and result on the order; later edits of rules never change old orders.

mod compute;
mod resolve;

pub use compute::{CommissionInput, CommissionLine, CommissionResult, CommissionShare, CommissionShipping, compute};
pub use resolve::{CommissionFacts, CommissionRules};

use chrono::{DateTime, Utc};
use kernel::id::{CategoryId, ChannelId, CommissionRuleId, MerchantId};
use kernel::{Currency, Invalid, Rate, text};
use serde::Serialize;

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
}

/// The amounts of a rule in one currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommissionAmounts {
    /// The currency of the amounts.
    pub currency: Currency,
    /// The fixed fee of a merchant order.
    pub fixed_per_order_minor: i64,
    /// The least commission on an item line.
    pub min_per_line_minor: Option<i64>,
    /// The most commission on an item line.
    pub max_per_line_minor: Option<i64>,
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

//! Codes that make goods cheaper at the marketplace's expense.

use chrono::{DateTime, Utc};
use kernel::id::CouponId;
use kernel::{Currency, Invalid, Rate, Rounding, text};
use serde::Serialize;

use super::{amount, share};

/// What a coupon takes off the goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponValue {
    /// So many minor units, at most what the goods cost.
    Amount(i64),
    /// This share of what the goods cost.
    Percent(Rate),
}

/// A code that a buyer enters. The marketplace pays what it takes off; the merchants' prices stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coupon {
    /// Its id.
    pub id: CouponId,
    /// What buyers enter; lower case. It never changes.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The currency in which it can be used.
    pub currency: Currency,
    /// What it takes off.
    pub value: CouponValue,
    /// What the goods must cost at least, in minor units.
    pub minimum_minor: i64,
    /// The first instant at which it can be used.
    pub valid_from: DateTime<Utc>,
    /// The first instant at which it can no longer be used.
    pub valid_to: Option<DateTime<Utc>>,
    /// How many orders may use it.
    pub uses_max: Option<i64>,
    /// How many orders have used it. A canceled order keeps its use.
    pub uses: i64,
    /// Whether it can be used at all.
    pub active: bool,
    /// Grows by one with every change by people.
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

impl Coupon {
    /// Whether it can be used now for goods that cost `goods_minor`; a code and a sentence why not.
    ///
    /// # Errors
    /// The first reason.
    pub fn usable(
        &self,
        currency: Currency,
        goods_minor: i64,
        now: DateTime<Utc>,
    ) -> Result<(), (&'static str, String)> {
        let no = |code, text: &str| Err((code, text.to_owned()));
        if !self.active || now < self.valid_from || self.valid_to.is_some_and(|to| to <= now) {
            return no("COUPON_NOT_VALID", "this coupon is not valid now");
        }
        if currency != self.currency {
            return Err(("COUPON_CURRENCY", format!("this coupon is for purchases in {}", self.currency)));
        }
        if self.uses_max.is_some_and(|max| self.uses >= max) {
            return no("COUPON_USED_UP", "this coupon has been used up");
        }
        if goods_minor < self.minimum_minor {
            return no("COUPON_BELOW_MINIMUM", "the goods cost less than this coupon asks for");
        }
        Ok(())
    }

    /// What it takes off goods that cost `goods_minor`, in minor units: never more than they cost.
    #[must_use]
    pub fn off(&self, goods_minor: i64, rounding: Rounding) -> i64 {
        let off = match self.value {
            CouponValue::Amount(minor) => minor,
            CouponValue::Percent(rate) => rate.of(goods_minor, rounding),
        };
        off.clamp(0, goods_minor.max(0))
    }

    /// Normalizes the fields and checks them.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.code = coupon_code("code", &self.code)?;
        self.name = text::line("name", &self.name, 120)?;
        match self.value {
            CouponValue::Amount(minor) => amount("amount", minor)?,
            CouponValue::Percent(rate) => share("percent", rate)?,
        }
        if matches!(self.value, CouponValue::Amount(0) | CouponValue::Percent(Rate::ZERO)) {
            return Err(Invalid::new("value", "OUT_OF_RANGE", "must take something off"));
        }
        amount("minimum", self.minimum_minor)?;
        if self.valid_to.is_some_and(|to| to <= self.valid_from) {
            return Err(Invalid::new("validTo", "OUT_OF_RANGE", "must be later than the beginning"));
        }
        if self.uses_max.is_some_and(|max| max < 1) {
            return Err(Invalid::new("usesMax", "OUT_OF_RANGE", "must be at least 1"));
        }
        Ok(self)
    }
}

/// A coupon's code as it is stored: trimmed and in lower case.
///
/// # Errors
/// [`Invalid`] naming `field`.
pub fn coupon_code(field: &str, raw: &str) -> Result<String, Invalid> {
    text::code(field, &raw.trim().to_lowercase(), 40)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn coupon(value: CouponValue) -> Coupon {
        Coupon {
            id: CouponId(uuid::Uuid::nil()),
            code: " Spring-20 ".to_owned(),
            name: "Spring".to_owned(),
            currency: Currency::EUR,
            value,
            minimum_minor: 1_000,
            valid_from: DateTime::UNIX_EPOCH,
            valid_to: None,
            uses_max: Some(2),
            uses: 0,
            active: true,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn it_never_takes_off_more_than_there_is() {
        assert_eq!(coupon(CouponValue::Amount(2_000)).off(19_707, Rounding::HalfUp), 2_000);
        assert_eq!(coupon(CouponValue::Amount(2_000)).off(1_500, Rounding::HalfUp), 1_500);
        assert_eq!(coupon(CouponValue::Percent(Rate::from_ppm(250_000))).off(23_900, Rounding::HalfUp), 5_975);
        assert_eq!(coupon(CouponValue::Percent(Rate::from_ppm(1_000_000))).off(999, Rounding::HalfUp), 999);
    }

    #[test]
    fn each_reason_against_it_has_a_code() {
        let code = |coupon: &Coupon, currency, goods| {
            coupon.usable(currency, goods, DateTime::UNIX_EPOCH).map_err(|(code, _)| code)
        };
        let good = coupon(CouponValue::Amount(1)).checked().unwrap();
        assert_eq!(good.code, "spring-20");
        assert_eq!(code(&good, Currency::EUR, 1_000), Ok(()));
        assert_eq!(code(&good, Currency::EUR, 999), Err("COUPON_BELOW_MINIMUM"));
        assert_eq!(code(&good, Currency::USD, 1_000), Err("COUPON_CURRENCY"));
        assert_eq!(code(&Coupon { uses: 2, ..good.clone() }, Currency::EUR, 1_000), Err("COUPON_USED_UP"));
        assert_eq!(code(&Coupon { active: false, ..good.clone() }, Currency::EUR, 1_000), Err("COUPON_NOT_VALID"));
        let over = Coupon { valid_to: Some(DateTime::UNIX_EPOCH), ..good };
        assert_eq!(code(&over, Currency::EUR, 1_000), Err("COUPON_NOT_VALID"));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let good = || coupon(CouponValue::Amount(500));
        let field = |coupon: Coupon| coupon.checked().unwrap_err().field;
        assert_eq!(field(Coupon { code: "a b".to_owned(), ..good() }), "code");
        assert_eq!(field(coupon(CouponValue::Amount(0))), "value");
        assert_eq!(field(coupon(CouponValue::Amount(-1))), "amount");
        assert_eq!(field(coupon(CouponValue::Percent(Rate::from_ppm(1_000_001)))), "percent");
        assert_eq!(field(Coupon { minimum_minor: -1, ..good() }), "minimum");
        assert_eq!(field(Coupon { valid_to: Some(DateTime::UNIX_EPOCH), ..good() }), "validTo");
        assert_eq!(field(Coupon { uses_max: Some(0), ..good() }), "usesMax");
    }
}

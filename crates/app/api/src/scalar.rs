//! Money, currencies and rates as clients see them.

use async_graphql::{InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};
use kernel::{Invalid, Rate};
use rust_decimal::Decimal;

/// An ISO 4217 currency code such as `EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(pub kernel::Currency);

/// An ISO 4217 currency code such as `EUR`.
#[Scalar(name = "Currency")]
impl ScalarType for Currency {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(code) => Ok(Self(code.parse().map_err(|_| "not a currency code of ISO 4217")?)),
            other => Err(InputValueError::expected_type(other)),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.code().to_owned())
    }
}

/// An exact decimal number as a string, such as `"12.5"`. Never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecimalText(pub Decimal);

/// An exact decimal number as a string, such as `"12.5"`. Never a float.
#[Scalar(name = "Decimal")]
impl ScalarType for DecimalText {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(Decimal::from_str_exact(&text).map_err(|_| "not a decimal number")?)),
            other => Err(InputValueError::expected_type(other)),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.normalize().to_string())
    }
}

impl DecimalText {
    /// A rate in percent: 190,000 ppm is `"19"`.
    #[must_use]
    pub fn percent(rate: Rate) -> Self {
        Self(Decimal::new(rate.ppm(), 4))
    }

    /// Reads a percentage between 0 and 100 with at most four digits after the point.
    ///
    /// # Errors
    /// [`Invalid`] naming `field`.
    pub fn to_rate(self, field: &str) -> Result<Rate, Invalid> {
        let ppm = self.0.checked_mul(Decimal::from(10_000)).filter(Decimal::is_integer);
        let ppm = ppm.and_then(|d| i64::try_from(d.trunc()).ok()).filter(|ppm| (0..=Rate::ONE_PPM).contains(ppm));
        ppm.map(Rate::from_ppm).ok_or_else(|| {
            Invalid::new(field, "OUT_OF_RANGE", "must be a percentage between 0 and 100 with at most four digits")
        })
    }
}

/// An amount of money.
#[derive(Debug, Clone, SimpleObject)]
pub struct Money {
    /// The amount in the major unit with all digits of the currency: `"12.30"`.
    pub amount: String,
    /// The currency.
    pub currency: Currency,
}

impl From<kernel::Money> for Money {
    fn from(money: kernel::Money) -> Self {
        Self { amount: money.amount(), currency: Currency(money.currency) }
    }
}

impl Money {
    /// `minor` units of `currency`.
    #[must_use]
    pub fn minor(minor: i64, currency: kernel::Currency) -> Self {
        kernel::Money::new(minor, currency).into()
    }
}

/// An amount of money as input.
#[derive(Debug, Clone, InputObject)]
pub struct MoneyInput {
    /// The amount in the major unit: `"12.30"`. No more digits than the currency has.
    pub amount: String,
    /// The currency.
    pub currency: Currency,
}

impl MoneyInput {
    /// Reads the amount.
    ///
    /// # Errors
    /// [`Invalid`] naming `field`.
    pub fn parse(&self, field: &str) -> Result<kernel::Money, Invalid> {
        kernel::Money::parse(&self.amount, self.currency.0)
            .map_err(|error| Invalid::new(format!("{field}.amount"), "MALFORMED", error.to_string()))
    }
}

//! Classes of goods for tax, and their rates by country and date.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::country::country;
use kernel::id::TaxClassId;
use kernel::{Invalid, Rate, text};
use serde::Serialize;

use super::{bounded, share};

/// A class of goods that are taxed alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaxClass {
    /// Its id.
    pub id: TaxClassId,
    /// The code that imports use: `standard`.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The rates, by country and then by the day from which they hold.
    pub rates: Vec<TaxRate>,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

/// The tax of one country from one day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaxRate {
    /// The country.
    pub country: String,
    /// The first day on which it holds.
    pub valid_from: NaiveDate,
    /// The rate: 190,000 ppm is 19 %.
    pub rate_ppm: Rate,
}

impl TaxClass {
    /// The rate that holds in `country` on `day`; `None` when nobody set one.
    #[must_use]
    pub fn rate(&self, country: &str, day: NaiveDate) -> Option<Rate> {
        self.rates.iter().rev().find(|r| r.country == country && r.valid_from <= day).map(|r| r.rate_ppm)
    }

    /// Normalizes the fields, puts the rates in order and checks them.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.code = text::code("code", &self.code, 40)?;
        self.name = text::line("name", &self.name, 120)?;
        bounded("rates", self.rates.len())?;
        for (index, rate) in self.rates.iter_mut().enumerate() {
            rate.country = country(&format!("rates.{index}.country"), &rate.country)?;
            share(&format!("rates.{index}.ratePpm"), rate.rate_ppm)?;
        }
        self.rates.sort_by(|a, b| a.country.cmp(&b.country).then(a.valid_from.cmp(&b.valid_from)));
        if self.rates.windows(2).any(|w| w[0].country == w[1].country && w[0].valid_from == w[1].valid_from) {
            return Err(Invalid::new("rates", "DUPLICATE", "has two rates of one country from the same day"));
        }
        Ok(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn class(rates: &[(&str, &str, i64)]) -> TaxClass {
        let rates = rates.iter().map(|(country, from, ppm)| TaxRate {
            country: (*country).to_owned(),
            valid_from: from.parse().unwrap(),
            rate_ppm: Rate::from_ppm(*ppm),
        });
        TaxClass {
            id: TaxClassId(uuid::Uuid::nil()),
            code: "standard".to_owned(),
            name: "Standard".to_owned(),
            rates: rates.collect(),
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_latest_rate_that_has_begun_holds() {
        let class = class(&[
            ("DE", "2021-01-01", 190_000),
            ("DE", "2020-07-01", 160_000),
            ("de", "2007-01-01", 190_000),
            ("FR", "2014-01-01", 200_000),
        ])
        .checked()
        .unwrap();
        let rate = |country: &str, day: &str| class.rate(country, day.parse().unwrap()).map(Rate::ppm);
        assert_eq!(rate("DE", "2020-06-30"), Some(190_000));
        assert_eq!(rate("DE", "2020-07-01"), Some(160_000));
        assert_eq!(rate("DE", "2026-01-01"), Some(190_000));
        assert_eq!(rate("FR", "2026-01-01"), Some(200_000));
        assert_eq!((rate("FR", "2013-12-31"), rate("US", "2026-01-01")), (None, None));
    }

    #[test]
    fn two_rates_from_the_same_day_are_refused() {
        let error = class(&[("DE", "2021-01-01", 190_000), ("DE", "2021-01-01", 160_000)]).checked().unwrap_err();
        assert_eq!(error.code, "DUPLICATE");
    }
}

//! Where the marketplace sells: a storefront, a country, a set of currencies and locales.

use chrono::{DateTime, Utc};
use kernel::country::country;
use kernel::id::ChannelId;
use kernel::{Currency, Invalid, Rounding, text};
use serde::Serialize;

use super::bounded;

/// A sales channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// The code that storefronts send: `web`.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The currencies in which it sells, without doubles; never empty.
    pub currencies: Vec<Currency>,
    /// The currency when the buyer does not choose; one of `currencies`.
    pub default_currency: Currency,
    /// The languages it speaks, such as `de` or `pt-BR`; never empty.
    pub locales: Vec<String>,
    /// The language when the buyer does not choose; one of `locales`.
    pub default_locale: String,
    /// The country whose taxes are assumed before the address is known.
    pub country: String,
    /// Whether prices in this channel contain tax.
    pub prices_include_tax: bool,
    /// What happens to half a minor unit in orders of this channel.
    pub rounding: Rounding,
    /// An inactive channel sells nothing and is hidden from storefronts.
    pub active: bool,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

impl Channel {
    /// Normalizes the fields and checks them.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.code = text::code("code", &self.code, 40)?;
        self.name = text::line("name", &self.name, 120)?;
        self.country = country("country", &self.country)?;
        bounded("currencies", self.currencies.len())?;
        bounded("locales", self.locales.len())?;
        dedup(&mut self.currencies);
        if self.currencies.is_empty() {
            return Err(Invalid::required("currencies"));
        }
        if !self.currencies.contains(&self.default_currency) {
            return Err(Invalid::new("defaultCurrency", "NOT_IN_LIST", "must be one of the channel's currencies"));
        }
        for (index, locale) in self.locales.iter().enumerate() {
            if !is_locale(locale) {
                return Err(Invalid::new(format!("locales.{index}"), "MALFORMED", "must look like de or pt-BR"));
            }
        }
        dedup(&mut self.locales);
        if self.locales.is_empty() {
            return Err(Invalid::required("locales"));
        }
        if !self.locales.contains(&self.default_locale) {
            return Err(Invalid::new("defaultLocale", "NOT_IN_LIST", "must be one of the channel's locales"));
        }
        Ok(self)
    }

    /// Whether it sells in `currency`.
    #[must_use]
    pub fn sells_in(&self, currency: Currency) -> bool {
        self.active && self.currencies.contains(&currency)
    }
}

fn dedup<T: PartialEq + Clone>(list: &mut Vec<T>) {
    let mut seen: Vec<T> = Vec::with_capacity(list.len());
    list.retain(|item| {
        let fresh = !seen.contains(item);
        if fresh {
            seen.push(item.clone());
        }
        fresh
    });
}

pub(crate) fn is_locale(text: &str) -> bool {
    let (language, region) = text.split_once('-').map_or((text, None), |(l, r)| (l, Some(r)));
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && region.is_none_or(|r| r.len() == 2 && r.bytes().all(|b| b.is_ascii_uppercase()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn channel() -> Channel {
        Channel {
            id: ChannelId(uuid::Uuid::nil()),
            code: " web ".to_owned(),
            name: "Web".to_owned(),
            currencies: vec![Currency::EUR, Currency::USD, Currency::EUR],
            default_currency: Currency::EUR,
            locales: vec!["en".to_owned(), "pt-BR".to_owned()],
            default_locale: "en".to_owned(),
            country: "de".to_owned(),
            prices_include_tax: true,
            rounding: Rounding::HalfUp,
            active: true,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn fields_are_normalized() {
        let checked = channel().checked().unwrap();
        assert_eq!((checked.code.as_str(), checked.country.as_str()), ("web", "DE"));
        assert_eq!(checked.currencies, vec![Currency::EUR, Currency::USD]);
    }

    #[test]
    fn each_wrong_field_is_named() {
        #[track_caller]
        fn refused(change: impl FnOnce(&mut Channel), field: &str) {
            let mut channel = channel();
            change(&mut channel);
            assert_eq!(channel.checked().unwrap_err().field, field);
        }
        refused(|c| c.code = "Web Shop".to_owned(), "code");
        refused(|c| c.currencies.clear(), "currencies");
        refused(|c| c.default_currency = "JPY".parse().unwrap(), "defaultCurrency");
        refused(|c| c.locales[1] = "pt_br".to_owned(), "locales.1");
        refused(|c| c.default_locale = "fr".to_owned(), "defaultLocale");
        refused(|c| c.country = "Germany".to_owned(), "country");
    }
}

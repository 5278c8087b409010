//! Buyers.

use chrono::{DateTime, Utc};
use kernel::Invalid;
use kernel::id::{CustomerId, UserId};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Whether there still is a person behind the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum CustomerStatus {
    /// There is.
    Active,
    /// The person asked to be forgotten; the row stays for orders and books.
    Erased,
}

/// A buyer's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// The account to sign in with.
    pub user: UserId,
    /// Where mails go; the address of the account.
    pub email: String,
    /// As shown.
    pub name: String,
    /// In international form, if given.
    pub phone: Option<String>,
    /// Language of mails, as in `de` or `pt-BR`, if chosen.
    pub locale: Option<String>,
    /// Whether there still is a person behind it.
    pub status: CustomerStatus,
    /// Grows with each change.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was erased.
    pub erased_at: Option<DateTime<Utc>>,
}

/// A language tag: two or three letters, and perhaps a region: `de`, `pt-BR`.
///
/// # Errors
/// [`Invalid`] naming `field`.
pub fn locale(field: &str, raw: &str) -> Result<String, Invalid> {
    let text = kernel::text::line(field, raw, 12)?;
    let bad = || Invalid::new(field, "MALFORMED", "must be a language tag such as de or pt-BR");
    let (language, region) = text.split_once('-').map_or((text.as_str(), None), |(l, r)| (l, Some(r)));
    let letters = |part: &str, range: std::ops::RangeInclusive<usize>| {
        range.contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphabetic())
    };
    if !letters(language, 2..=3) || !region.is_none_or(|region| letters(region, 2..=2)) {
        return Err(bad());
    }
    let language = language.to_ascii_lowercase();
    Ok(region.map_or(language.clone(), |region| format!("{language}-{}", region.to_ascii_uppercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_are_normalized() {
        assert_eq!(locale("locale", "DE").as_deref(), Ok("de"));
        assert_eq!(locale("locale", "pt-br").as_deref(), Ok("pt-BR"));
        for bad in ["", "d", "german", "de_DE", "de-", "de-DEU", "d1"] {
            assert!(locale("locale", bad).is_err(), "{bad}");
        }
    }
}

//! Agreements between merchants and the operator.

use chrono::{DateTime, Utc};
use kernel::id::{AcceptanceId, AgreementId, MerchantId};

/// A version of an agreement. It never changes: who accepted it accepted these bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// Which agreement: `terms`.
    pub code: String,
    /// Counts up from 1 for each agreement.
    pub number: i64,
    /// What it is called.
    pub title: String,
    /// Its words.
    pub body: String,
    /// The SHA-256 of the words, in hexadecimal digits.
    pub sha256: String,
    /// The types of merchants that must accept it; empty: all.
    pub types: Vec<String>,
    /// What is new in it.
    pub change_note: Option<String>,
    /// From when on it counts.
    pub valid_from: DateTime<Utc>,
    /// Until when a merchant that was there before sells on without having accepted it.
    pub grace_until: DateTime<Utc>,
    /// Who published it.
    pub author_name: String,
    /// When it was published.
    pub created_at: DateTime<Utc>,
}

/// That somebody accepted a version for a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Its id.
    pub id: AcceptanceId,
    /// The merchant.
    pub merchant: MerchantId,
    /// The version.
    pub agreement: AgreementId,
    /// Which agreement.
    pub code: String,
    /// Which version of it.
    pub number: i64,
    /// The SHA-256 of the words that were shown.
    pub sha256: String,
    /// Stable id of who accepted.
    pub actor: String,
    /// Name of who accepted.
    pub actor_name: String,
    /// From where.
    pub ip: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Agreement {
    /// Whether merchants of this type must accept it.
    #[must_use]
    pub fn is_for(&self, merchant_type: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|of| of == merchant_type)
    }
}

/// When a merchant that came at `since` stops selling, because it has not accepted what it must; `None`: it has accepted
/// all. A version is met by accepting it or a later one of the same agreement.
pub(crate) fn due_at(
    agreements: &[Agreement],
    accepted: &[(String, i64)],
    merchant_type: &str,
    since: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let met = |version: &Agreement| accepted.iter().any(|(code, n)| *code == version.code && *n >= version.number);
    let due = |version: &Agreement| if since <= version.created_at { version.grace_until } else { version.valid_from };
    agreements.iter().filter(|version| version.is_for(merchant_type) && !met(version)).map(due).min()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use chrono::{Duration, TimeZone as _};
    use kernel::id::TypedId as _;

    fn day(n: i64) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap() + Duration::days(n)
    }

    fn version(code: &str, number: i64, published: i64, grace: i64) -> Agreement {
        Agreement {
            id: AgreementId::from_uuid(uuid::Uuid::nil()),
            code: code.to_owned(),
            number,
            title: String::new(),
            body: String::new(),
            sha256: String::new(),
            types: Vec::new(),
            change_note: None,
            valid_from: day(published),
            grace_until: day(grace),
            author_name: String::new(),
            created_at: day(published),
        }
    }

    #[test]
    fn who_was_there_before_has_the_time_of_grace_and_who_comes_later_has_not() {
        let terms = [version("terms", 1, 0, 0), version("terms", 2, 100, 130)];
        let due = |accepted: &[(String, i64)], since| due_at(&terms, accepted, "standard", day(since));
        let of = |n| [("terms".to_owned(), n)];
        assert_eq!(due(&of(1), 50), Some(day(130)));
        assert_eq!(due(&of(2), 50), None);
        assert_eq!(due(&[], 50), Some(day(0)));
        assert_eq!(due(&[], 110), Some(day(0)));
        assert_eq!(due(&of(1), 110), Some(day(100)));
        assert_eq!(due(&[("dpa".to_owned(), 9)], 110), Some(day(0)));
    }

    #[test]
    fn an_agreement_is_for_the_types_it_names() {
        let mut artisans = version("craft", 1, 0, 0);
        artisans.types = vec!["artisan".to_owned()];
        assert_eq!(due_at(&[artisans.clone()], &[], "standard", day(1)), None);
        assert_eq!(due_at(&[artisans], &[], "artisan", day(1)), Some(day(0)));
    }
}

//! Credit of buyers at the marketplace.

use chrono::{DateTime, Utc};
use kernel::Money;
use kernel::id::{CompanyId, CreditAccountId, CustomerId};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

use super::stored_names;

/// Letters and digits that nobody takes for each other.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code, 80 bits.
const CODE_LENGTH: usize = 16;

/// What credit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CreditKind {
    /// Of a buyer with an account.
    StoreCredit,
    /// Of whoever knows the code.
    GiftCard,
    /// Of a company that paid more than it owed; it pays what the company owes, or goes back to it.
    Company,
}
stored_names! { CreditKind { StoreCredit = "store_credit", GiftCard = "gift_card", Company = "company", } }

/// Credit that can pay orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditAccount {
    /// Its id.
    pub id: CreditAccountId,
    /// What it is.
    pub kind: CreditKind,
    /// The buyer whose store credit it is.
    pub customer_id: Option<CustomerId>,
    /// The company whose it is.
    pub company_id: Option<CompanyId>,
    /// The last characters of a gift card's code.
    pub code_tail: Option<String>,
    /// What is left, reserved parts included.
    pub balance: Money,
    /// What is reserved for orders that were placed, in minor units.
    pub reserved_minor: i64,
    /// Until when it can be used.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    pub(crate) version: i64,
}

impl CreditAccount {
    /// What can be used for another order at `now`, in minor units.
    #[must_use]
    pub fn usable_minor(&self, now: DateTime<Utc>) -> i64 {
        if self.expires_at.is_some_and(|at| at <= now) { 0 } else { self.balance.minor - self.reserved_minor }
    }
}

/// A fresh code of a gift card, as people read it.
#[must_use]
pub fn new_code() -> String {
    let mut bytes = [0_u8; CODE_LENGTH];
    rand::rng().fill_bytes(&mut bytes);
    let code: Vec<u8> = bytes.iter().map(|byte| ALPHABET[usize::from(byte & 31)]).collect();
    let groups: Vec<String> = code.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("-")
}

/// A code without what people add when they type it.
#[must_use]
pub fn normal_code(code: &str) -> String {
    let plain = code.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase());
    plain.map(|c| if c == 'O' { '0' } else { c }).map(|c| if matches!(c, 'I' | 'L') { '1' } else { c }).collect()
}

/// The digest of a code; only this is stored.
#[must_use]
pub fn code_hash(code: &str) -> String {
    Sha256::digest(normal_code(code).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_typed() {
        let code = new_code();
        assert_eq!(code.len(), 19);
        assert_eq!(code_hash(&code), code_hash(&code.to_lowercase().replace('-', " ")));
        assert_eq!(normal_code("o1il-ab"), "0111AB");
        assert_ne!(new_code(), code);
    }
}

//! Credit of buyers: store credit and gift cards.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::CreditEntryId;
use serde::Serialize;

use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// A buyer got credit. Kind `CREDIT_GIVEN`.
#[derive(Debug, Clone, Serialize)]
pub struct CreditGiven {
    /// The entry of the credit's own books; one transaction each.
    pub entry_id: CreditEntryId,
    /// The account of the credit.
    pub account: String,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units; more than zero.
    pub amount_minor: i64,
    /// Whether somebody bought it; the operator gave it away otherwise.
    pub sold: bool,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr bank (sold) or goodwill; Cr credit of the buyer.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn credit_given(input: &CreditGiven) -> Result<Posting, Unbalanced> {
    let key = format!("credit_given:{}", input.entry_id);
    let source = Source::new("credit_entry", input.entry_id);
    let paid_by = if input.sold { Account::Bank } else { Account::Goodwill };
    Draft::new(Kind::CreditGiven, key, input.currency, input.at, source, input)
        .debit(paid_by, input.amount_minor, Component::Cash)
        .credit(Account::BuyerCredit(input.account.clone()), input.amount_minor, Component::Cash)
        .seal()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn who_pays_for_credit_is_debited() {
        let gift = |sold, minor| CreditGiven {
            entry_id: CreditEntryId(Uuid::from_u128(1)),
            account: "cra_x".to_owned(),
            currency: Currency::EUR,
            amount_minor: minor,
            sold,
            at: DateTime::UNIX_EPOCH,
        };
        assert!(credit_given(&gift(true, 5_000)).is_ok());
        assert!(credit_given(&gift(false, 5_000)).is_ok());
        assert!(credit_given(&gift(true, 0)).is_err());
    }
}

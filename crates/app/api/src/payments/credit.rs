//! Credit of buyers: store credit and gift cards.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use chrono::{DateTime, Utc};

use crate::input;
use crate::scalar::{Money, MoneyInput};

/// What credit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::CreditKind")]
pub enum CreditKind {
    /// Of a buyer with an account.
    StoreCredit,
    /// Of whoever knows the code.
    GiftCard,
    /// Of a company that paid more than it owed.
    Company,
}

/// Who pays for credit that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::event::CreditFunding")]
pub enum CreditFunding {
    /// The operator gives it away.
    Goodwill,
    /// Somebody bought it; the money is on the operator's bank account.
    Sold,
}

/// Credit that can pay orders.
#[derive(Debug, Clone, SimpleObject)]
pub struct CreditAccount {
    /// The id of the account.
    pub id: ID,
    /// What it is.
    pub kind: CreditKind,
    /// The buyer whose store credit it is.
    pub customer_id: Option<ID>,
    /// The company whose it is.
    pub company_id: Option<ID>,
    /// The last characters of a gift card's code.
    pub code_tail: Option<String>,
    /// What is left, reserved parts included.
    pub balance: Money,
    /// What is reserved for orders that were placed.
    pub reserved: Money,
    /// Until when it can be used.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
}

impl From<payments::CreditAccount> for CreditAccount {
    fn from(account: payments::CreditAccount) -> Self {
        Self {
            id: account.id.to_string().into(),
            kind: account.kind.into(),
            customer_id: account.customer_id.map(|id| id.to_string().into()),
            company_id: account.company_id.map(|id| id.to_string().into()),
            code_tail: account.code_tail,
            reserved: Money::minor(account.reserved_minor, account.balance.currency),
            balance: account.balance.into(),
            expires_at: account.expires_at,
            created_at: account.created_at,
        }
    }
}

/// Credit that was given.
#[derive(Debug, Clone, SimpleObject)]
pub struct CreditIssued {
    /// The account as it is now.
    pub account: CreditAccount,
    /// The code of a new gift card. It is shown this once and stored nowhere.
    pub gift_card_code: Option<String>,
}

impl From<payments::CreditIssued> for CreditIssued {
    fn from(issued: payments::CreditIssued) -> Self {
        Self { account: issued.account.into(), gift_card_code: issued.code }
    }
}

/// Credit to be given.
#[derive(Debug, Clone, InputObject)]
pub struct CreditGiveInput {
    /// The buyer whose store credit grows; a new gift card when absent.
    pub customer_id: Option<ID>,
    /// How much.
    pub amount: MoneyInput,
    /// Who pays for it.
    pub funding: CreditFunding,
    /// Why; for the books.
    pub reason: String,
    /// Until when a gift card can be used.
    pub expires_at: Option<DateTime<Utc>>,
}

impl CreditGiveInput {
    pub(super) fn read(self) -> Result<payments::GiveCredit, context::Error> {
        Ok(payments::GiveCredit {
            customer_id: self.customer_id.map(|id| input::id("customerId", &id)).transpose()?,
            amount: self.amount.parse("amount")?,
            funding: self.funding.into(),
            reason: self.reason,
            expires_at: self.expires_at,
        })
    }
}

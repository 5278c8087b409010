//! What happened.

use kernel::id::{CompanyId, CompanyMemberId, CustomerId, UserId};
use outbox::Event;
use serde::{Deserialize, Serialize};

/// Somebody became a buyer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerRegistered {
    /// The buyer.
    pub customer: CustomerId,
    /// The account to sign in with.
    pub user: UserId,
    /// Whom to mail.
    pub email: String,
    /// How to address the person.
    pub name: String,
}

impl Event for CustomerRegistered {
    const KIND: &'static str = "customer_registered.v1";
    fn subject(&self) -> String {
        self.customer.to_string()
    }
}

/// A buyer was forgotten. Whoever keeps personal data of the buyer elsewhere erases it now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerErased {
    /// The buyer.
    pub customer: CustomerId,
    /// The account that was erased with it.
    pub user: UserId,
}

impl Event for CustomerErased {
    const KIND: &'static str = "customer_erased.v1";
    fn subject(&self) -> String {
        self.customer.to_string()
    }
}

/// A place in a company was offered to an address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CompanyMemberInvited {
    /// The company.
    pub company: CompanyId,
    /// The place, which knows the address.
    pub member: CompanyMemberId,
}

impl Event for CompanyMemberInvited {
    const KIND: &'static str = "company_member_invited.v1";
    fn subject(&self) -> String {
        self.company.to_string()
    }
}

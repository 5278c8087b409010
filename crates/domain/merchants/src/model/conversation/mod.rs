//! Conversations between a buyer, a merchant and the operator's team.

mod flow;
mod message;
mod question;

use access::{Grant, Scope};
use chrono::{DateTime, Utc};
use kernel::id::{ConversationId, CustomerId, MerchantId, OrderId, UserId};
use serde::{Deserialize, Serialize};

pub use flow::{Asked, FlowFault};
pub use marketplace::ConversationKind;
pub use message::{Attached, Message, MessageKind, Redaction, Visibility};
pub use question::{Outcome, Question};

macro_rules! stored_names {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            /// The stored name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Reads a stored name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
use stored_names;

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A buyer.
    Buyer,
    /// People of a merchant.
    Merchant,
    /// The operator's team.
    Operator,
}

stored_names!(Side { Buyer = "buyer", Merchant = "merchant", Operator = "operator" });

/// What is stored where no side is meant: nobody is waited for, or Souk itself did it.
pub(crate) const NOBODY: &str = "nobody";
pub(crate) const SOUK: &str = "souk";

/// What stands where the name of a buyer or a title was.
pub const FORGOTTEN: &str = "Erased";

/// Who reads and writes a conversation. A guest is whoever has shown the secret of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// A buyer with an account.
    Customer(CustomerId),
    /// A buyer without one, or who did not sign in. Only who knows orders may say so.
    Guest(OrderId),
    /// People of a merchant.
    Merchant(MerchantId),
    /// The operator's team, or Souk itself.
    Operator,
}

impl Party {
    /// Whom a grant means; `None` for somebody who is nobody here.
    #[must_use]
    pub const fn of(grant: &Grant) -> Option<Self> {
        match grant.scope() {
            Scope::System | Scope::Operator => Some(Self::Operator),
            Scope::Merchant(id) => Some(Self::Merchant(id)),
            Scope::Customer(id) => Some(Self::Customer(id)),
            Scope::Public => None,
        }
    }

    /// On which side it stands.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::Customer(_) | Self::Guest(_) => Side::Buyer,
            Self::Merchant(_) => Side::Merchant,
            Self::Operator => Side::Operator,
        }
    }
}

/// What a conversation is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The kind of thing.
    pub kind: ConversationKind,
    /// Which one; empty where there is none.
    pub id: String,
    /// What people call it: the number of an order, the title of a product.
    pub label: String,
}

pub(crate) const fn kind_name(kind: ConversationKind) -> &'static str {
    match kind {
        ConversationKind::Order => "order",
        ConversationKind::Product => "product",
        ConversationKind::Merchant => "merchant",
        ConversationKind::Incident => "incident",
        ConversationKind::General => "general",
    }
}

pub(crate) fn kind_named(name: &str) -> Option<ConversationKind> {
    use ConversationKind::{General, Incident, Merchant, Order, Product};
    [Order, Product, Merchant, Incident, General].into_iter().find(|kind| kind_name(*kind) == name)
}

/// A buyer who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    /// The account.
    pub customer: Option<CustomerId>,
    /// The order that was bought; its secret lets a guest in.
    pub order: Option<OrderId>,
    /// What the merchant calls him.
    pub name: String,
}

/// Somebody of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// By name.
    pub name: String,
}

/// How many messages each side may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// The buyer.
    pub buyer: i64,
    /// The merchant's people.
    pub merchant: i64,
    /// The operator's people.
    pub operator: i64,
}

impl Counts {
    /// Those that a side may read.
    #[must_use]
    pub const fn of(self, side: Side) -> i64 {
        match side {
            Side::Buyer => self.buyer,
            Side::Merchant => self.merchant,
            Side::Operator => self.operator,
        }
    }
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The merchant that takes part.
    pub merchant: Option<MerchantId>,
    /// The buyer that takes part.
    pub buyer: Option<Buyer>,
    /// What it is about.
    pub subject: Subject,
    /// What it is for, as a code of the settings.
    pub topic: String,
    /// What it is called.
    pub title: String,
    /// Who began it.
    pub opened_by: Side,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// Since when the operator's team takes part.
    pub operator_since: Option<DateTime<Utc>>,
    /// Who of the merchant's people cares for it.
    pub merchant_assignee: Option<Person>,
    /// Who of the operator's people does.
    pub operator_assignee: Option<Person>,
    /// Who is to answer; `None`: nobody.
    pub awaiting: Option<Side>,
    /// Since when.
    pub awaiting_since: Option<DateTime<Utc>>,
    /// When it was closed, and by whom; `None` inside: by Souk.
    pub closed: Option<(DateTime<Utc>, Option<Side>)>,
    /// The number of the last message.
    pub last_number: i64,
    /// How many of them each side may read.
    pub counts: Counts,
    /// When something was last said that the teams may read.
    pub moved_at: DateTime<Utc>,
    /// When something was last said that the buyer may read.
    pub buyer_moved_at: DateTime<Utc>,
    /// When the buyer was forgotten.
    pub erased_at: Option<DateTime<Utc>>,
    /// Grows by one with every change.
    pub version: i64,
}

impl Conversation {
    /// Whether a side takes part.
    #[must_use]
    pub const fn has(&self, side: Side) -> bool {
        match side {
            Side::Buyer => self.buyer.is_some(),
            Side::Merchant => self.merchant.is_some(),
            Side::Operator => self.operator_since.is_some(),
        }
    }

    /// Whether a buyer and a merchant write to each other.
    #[must_use]
    pub const fn is_between_both(&self) -> bool {
        self.buyer.is_some() && self.merchant.is_some()
    }

    /// Who of a team cares for it.
    #[must_use]
    pub const fn assignee(&self, side: Side) -> Option<&Person> {
        match side {
            Side::Buyer => None,
            Side::Merchant => self.merchant_assignee.as_ref(),
            Side::Operator => self.operator_assignee.as_ref(),
        }
    }
}

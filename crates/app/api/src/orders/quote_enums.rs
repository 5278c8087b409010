//! What can be said of a quote in a word.

use async_graphql::Enum;
use orders::model::quote;

/// How far a quote is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "quote::QuoteState")]
pub enum QuoteState {
    /// Asked for: the merchant answers.
    Requested,
    /// The merchant made an offer: the buyer answers.
    Offered,
    /// The buyer wants another offer: the merchant answers.
    ChangeAsked,
    /// Turned into an order.
    Accepted,
    /// The buyer did not take the offer.
    Declined,
    /// The merchant makes no offer, or took it back.
    Refused,
    /// The buyer gave it up before there was an offer.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

/// Something that can be done with a quote now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "quote::QuoteAction")]
pub enum QuoteAction {
    /// Make an offer, or a new version of it.
    Offer,
    /// Make none, or take it back.
    Refuse,
    /// Turn the offer into an order.
    Accept,
    /// The same at the order desk, for the buyer: `quoteAcceptFor`.
    AcceptFor,
    /// Ask for another offer.
    AskChange,
    /// Not take the offer.
    Decline,
    /// Give it up before there is an offer.
    Withdraw,
    /// Agree that somebody of one's company spends more than the limit.
    Approve,
}

/// Why a merchant does not sell something that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "quote::QuoteReason")]
pub enum QuoteReason {
    /// It has too little of it.
    OutOfStock,
    /// It does not sell it any more.
    Discontinued,
    /// Too few units are wanted.
    TooFew,
    /// It cannot be sold as cheaply as was wished.
    PriceTooLow,
    /// It cannot be sent there, or not by then.
    NotDeliverable,
    /// Anything else; the note says it.
    Other,
}

/// A step of a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "quote::QuoteStepKind")]
pub enum QuoteStepKind {
    /// Asked for.
    Requested,
    /// An offer, or a new version of it.
    Offered,
    /// The buyer wants another offer.
    ChangeAsked,
    /// Somebody of the company approved the offer. Merchants do not see it.
    Approved,
    /// The offer became an order.
    Accepted,
    /// The buyer did not take the offer.
    Declined,
    /// The merchant makes no offer, or took it back.
    Refused,
    /// The buyer gave it up.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

//! What can be said of a quote in a word; stored as text.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use crate::model::status::{UnknownText, stored_text};

stored_text! {
    /// How far a quote is.
    QuoteState {
        /// Asked for: the merchant answers.
        Requested = "requested",
        /// The merchant made an offer: the buyer answers.
        Offered = "offered",
        /// The buyer wants another offer: the merchant answers.
        ChangeAsked = "change_asked",
        /// Turned into an order.
        Accepted = "accepted",
        /// The buyer did not take the offer.
        Declined = "declined",
        /// The merchant makes no offer, or took it back.
        Refused = "refused",
        /// The buyer gave it up before there was an offer.
        Withdrawn = "withdrawn",
        /// Nobody answered in time.
        Expired = "expired",
    }
}

stored_text! {
    /// Why a merchant does not sell something that was asked for.
    QuoteReason {
        /// It has too little of it.
        OutOfStock = "out_of_stock",
        /// It does not sell it any more.
        Discontinued = "discontinued",
        /// Too few units are wanted.
        TooFew = "too_few",
        /// It cannot be sold as cheaply as was wished.
        PriceTooLow = "price_too_low",
        /// It cannot be sent there, or not by then.
        NotDeliverable = "not_deliverable",
        /// Anything else; say it in the note.
        Other = "other",
    }
}

stored_text! {
    /// A step of a quote.
    QuoteStepKind {
        /// Asked for.
        Requested = "requested",
        /// An offer, or a new version of it.
        Offered = "offered",
        /// The buyer wants another offer.
        ChangeAsked = "change_asked",
        /// Somebody of the company approved the offer.
        Approved = "approved",
        /// The offer became an order.
        Accepted = "accepted",
        /// The buyer did not take the offer.
        Declined = "declined",
        /// The merchant makes no offer, or took it back.
        Refused = "refused",
        /// The buyer gave it up.
        Withdrawn = "withdrawn",
        /// Nobody answered in time.
        Expired = "expired",
    }
}

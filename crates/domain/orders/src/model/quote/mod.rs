//! Quotes: prices that a buyer asks one merchant for, offers of the merchant, and the order they become.
//!
//! A quote is between one buyer and one merchant, so that each merchant answers, revises, refuses and lets lapse by
//! itself, and sees nothing of the others. What was asked for at once shares a request.

mod status;
mod table;
mod terms;

use chrono::{DateTime, Utc};
use kernel::id::{CartId, CartLineId};

pub use status::{QuoteReason, QuoteState, QuoteStepKind};
pub use table::{Party, QuoteAction, allowed, is_open};
pub use terms::{
    LineTerms, NewLineTerms, OfferTerms, OfferedLine, QUOTE_LINES_MAX, QUOTE_VERSIONS_MAX, WantedLine, check_wanted,
};

use crate::entity::{QuoteLine, QuoteOffer, QuoteRow};
use crate::model::cart::{Approval, Cart, CartLine, GivenPrice};
use crate::model::pickup::PickupChoices;
use crate::model::status::CartState;
use crate::model::types::{DeliveryChoices, EVERY_CONSIGNMENT};

/// A quote with its lines and its newest offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The quote.
    pub row: QuoteRow,
    /// What was asked for, in its order.
    pub lines: Vec<QuoteLine>,
    /// The newest version of the offer.
    pub offer: Option<QuoteOffer>,
}

/// A quote, and whose part the one who sees it takes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenQuote {
    /// The quote.
    pub quote: Quote,
    /// Whose part.
    pub party: Party,
}

impl SeenQuote {
    /// What can be done now.
    #[must_use]
    pub fn allowed_actions(&self, now: DateTime<Utc>) -> &'static [QuoteAction] {
        allowed(self.quote.state_at(now), self.party)
    }
}

impl Quote {
    /// How far it is at an instant: what nobody answered in time has expired, also before the timer came by.
    #[must_use]
    pub fn state_at(&self, now: DateTime<Utc>) -> QuoteState {
        if self.row.due_at.is_some_and(|due| due <= now) { QuoteState::Expired } else { self.row.state }
    }

    /// What somebody of the company approved, if that was the newest version of the offer.
    #[must_use]
    pub fn approval(&self) -> Option<Approval> {
        let of_newest = self.row.approved_version == Some(self.row.offer_version);
        let (by, total_minor) = self.row.approved_by.zip(self.row.approved_minor)?;
        of_newest.then_some(Approval { by, total_minor })
    }

    /// The newest offer as a cart: what is planned and placed when it is accepted. Without an offer the cart has what was
    /// asked for, for the prices of everybody.
    ///
    /// Its id is that of the quote, and orders are unique by their cart: a quote cannot become two orders. It holds no
    /// coupon: what was negotiated is the price.
    #[must_use]
    pub fn cart(&self) -> Cart {
        let method = self.offer.as_ref().and_then(|offer| offer.terms.method);
        let choices = method.map(|method| (EVERY_CONSIGNMENT.to_owned(), method)).into_iter().collect();
        Cart {
            id: CartId(self.row.id.0),
            channel: self.row.channel_id,
            currency: self.row.currency,
            customer: Some(self.row.customer_id),
            email: None,
            locale: None,
            ship_to: Some(self.row.ship_to.clone()),
            choices: DeliveryChoices(choices),
            pickups: PickupChoices::default(),
            coupon_code: None,
            company: self.row.company_id,
            po_number: self.row.po_number.clone(),
            approval: self.approval(),
            state: CartState::Open,
            order: None,
            version: self.row.version,
            updated_at: self.row.updated_at,
            lines: match &self.offer {
                Some(offer) => self.offered_lines(offer),
                None => self.lines.iter().map(|line| cart_line(line, line.quantity)).collect(),
            },
        }
    }

    fn offered_lines(&self, offer: &QuoteOffer) -> Vec<CartLine> {
        let shares = offer.terms.delivery_shares();
        let share_of = |line: &QuoteLine| {
            let shares = shares.as_ref()?;
            shares.iter().find(|(id, _)| *id == line.id).map(|(_, share)| *share)
        };
        let sold = offer.terms.sold().filter_map(|(id, quantity, unit_minor)| {
            let line = self.lines.iter().find(|line| line.id == id)?;
            let price = GivenPrice {
                unit_minor,
                reason: format!("quote {}, version {}", self.row.number, offer.version),
                by: offer.made_by.clone(),
                quote: Some(self.row.id),
            };
            let delivery_quote_minor = share_of(line);
            Some(CartLine { delivery_quote_minor, price: Some(price), ..cart_line(line, quantity) })
        });
        sold.collect()
    }
}

fn cart_line(line: &QuoteLine, quantity: i64) -> CartLine {
    CartLine {
        id: CartLineId(line.id.0),
        position: line.position,
        offer: line.offer_id,
        quantity,
        delivery_quote_minor: None,
        price: None,
    }
}

//! What clients send about quotes.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, NaiveDate, Utc};
use context::Error;
use orders::command::{CartAccess, OfQuote, QuoteAccept, QuoteApprove, QuoteOfferMake, QuoteRefuse, QuoteRequest};
use orders::model::quote::{NewLineTerms, WantedLine};

use super::input::{DeliveryChoiceInput, OrderPaymentInput, address, choices};
use super::quote_enums::QuoteReason;
use crate::customers::AddressInput;
use crate::input;
use crate::scalar::{Currency, MoneyInput};

/// A line that a price is asked for.
#[derive(InputObject)]
pub struct QuoteLineInput {
    /// What is wanted.
    pub offer_id: ID,
    /// Units: 1 to 100,000. The bounds of the offer do not count: the merchant answers.
    pub quantity: i64,
    /// The price of a unit that the buyer would like, in the currency of the request.
    pub wished_unit_price: Option<MoneyInput>,
    /// What else is to be said of it.
    pub note: Option<String>,
}

/// What a buyer asks merchants for: what is in a cart, or lines.
#[derive(InputObject)]
pub struct QuoteRequestInput {
    /// Chosen by the client: the same key again gives the same answer.
    pub idempotency_key: String,
    /// A cart whose lines, channel, currency, address and company are taken. It stays as it is.
    pub cart_id: Option<ID>,
    /// Its secret token; not needed by its buyer.
    pub cart_token: Option<String>,
    /// Code of the channel; only without a cart.
    pub channel: Option<String>,
    /// The channel's default if absent; only without a cart.
    pub currency: Option<Currency>,
    /// What is wanted, each offer once; at most 200. Only without a cart.
    #[graphql(default)]
    pub lines: Vec<QuoteLineInput>,
    /// The company that asks, one of the buyer's; the cart's if absent.
    pub company_id: Option<ID>,
    /// The company's own number; the cart's if absent.
    pub po_number: Option<String>,
    /// Where it is to go: prices are made for this address. The cart's if absent.
    pub ship_to: Option<AddressInput>,
    /// By when the buyer would like to have it.
    pub wished_on: Option<NaiveDate>,
    /// To the merchants.
    pub note: Option<String>,
}

impl QuoteRequestInput {
    pub(super) fn read(self) -> Result<QuoteRequest, Error> {
        let cart: Option<kernel::id::CartId> = input::optional_id("cartId", self.cart_id.as_ref())?;
        let line = |(index, line): (usize, QuoteLineInput)| {
            let field = |name: &str| format!("lines.{index}.{name}");
            Ok::<_, Error>(WantedLine {
                offer: input::id(&field("offerId"), &line.offer_id)?,
                quantity: line.quantity,
                wished: line.wished_unit_price.map(|price| price.parse(&field("wishedUnitPrice"))).transpose()?,
                note: line.note,
            })
        };
        let token = self.cart_token;
        Ok(QuoteRequest {
            idempotency_key: self.idempotency_key,
            cart: cart.map(|id| CartAccess { id, token }),
            channel: self.channel,
            currency: self.currency.map(|currency| currency.0),
            lines: self.lines.into_iter().enumerate().map(line).collect::<Result<_, _>>()?,
            company: input::optional_id("companyId", self.company_id.as_ref())?,
            po_number: self.po_number,
            ship_to: self.ship_to.map(address),
            wished_on: self.wished_on,
            note: self.note,
        })
    }
}

/// What a merchant says to a line: a price, or why it is left out.
#[derive(InputObject)]
pub struct QuoteOfferLineInput {
    /// The line of the quote.
    pub line_id: ID,
    /// The price of a unit as shown in the channel, in the currency of the quote.
    pub unit_price: Option<MoneyInput>,
    /// Units; as many as were asked for if absent.
    pub quantity: Option<i64>,
    /// Why it is left out.
    pub left_out: Option<QuoteReason>,
}

/// An offer, or a new version of it.
#[derive(InputObject)]
pub struct QuoteOfferInput {
    /// The quote.
    pub id: ID,
    /// The version of the quote that the caller saw.
    pub expected_version: i64,
    /// Every line of the quote.
    pub lines: Vec<QuoteOfferLineInput>,
    /// What delivery costs in all, as shown in the channel; what the way of delivery costs everybody if absent.
    pub delivery: Option<MoneyInput>,
    /// The way of delivery, for all that can go this way. If absent, the buyer chooses, unless delivery has a price.
    pub delivery_method_id: Option<ID>,
    /// Until when it can be accepted; as long as the settings of the marketplace say if absent.
    pub valid_until: Option<DateTime<Utc>>,
    /// To the buyer.
    pub note: Option<String>,
}

impl QuoteOfferInput {
    pub(super) fn read(self) -> Result<QuoteOfferMake, Error> {
        let line = |(index, line): (usize, QuoteOfferLineInput)| {
            let field = |name: &str| format!("lines.{index}.{name}");
            Ok::<_, Error>(NewLineTerms {
                line: input::id(&field("lineId"), &line.line_id)?,
                unit: line.unit_price.map(|price| price.parse(&field("unitPrice"))).transpose()?,
                quantity: line.quantity,
                left_out: line.left_out.map(Into::into),
            })
        };
        Ok(QuoteOfferMake {
            quote: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            lines: self.lines.into_iter().enumerate().map(line).collect::<Result<_, _>>()?,
            delivery: self.delivery.map(|price| price.parse("delivery")).transpose()?,
            method: input::optional_id("deliveryMethodId", self.delivery_method_id.as_ref())?,
            valid_until: self.valid_until,
            note: self.note,
        })
    }
}

/// No offer, or none any more.
#[derive(InputObject)]
pub struct QuoteRefuseInput {
    /// The quote.
    pub id: ID,
    /// The version of the quote that the caller saw.
    pub expected_version: i64,
    /// Why.
    pub reason: QuoteReason,
    /// To the buyer.
    pub note: Option<String>,
}

impl QuoteRefuseInput {
    pub(super) fn read(self) -> Result<QuoteRefuse, Error> {
        Ok(QuoteRefuse {
            quote: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            reason: self.reason.into(),
            note: self.note,
        })
    }
}

/// A quote as the buyer saw it.
#[derive(InputObject)]
pub struct QuoteInput {
    /// The quote.
    pub id: ID,
    /// The version of the quote that the caller saw.
    pub expected_version: i64,
    /// To the merchant.
    pub note: Option<String>,
}

impl QuoteInput {
    pub(super) fn read(self) -> Result<OfQuote, Error> {
        let quote = input::id("id", &self.id)?;
        Ok(OfQuote { quote, expected_version: self.expected_version, note: self.note })
    }
}

/// Another offer that is asked for.
#[derive(InputObject)]
pub struct QuoteAskChangeInput {
    /// The quote.
    pub id: ID,
    /// The version of the quote that the caller saw.
    pub expected_version: i64,
    /// What should be different.
    pub note: String,
}

impl QuoteAskChangeInput {
    pub(super) fn read(self) -> Result<OfQuote, Error> {
        let Self { id, expected_version, note } = self;
        QuoteInput { id, expected_version, note: Some(note) }.read()
    }
}

/// An offer of one's company to be approved as it was seen.
#[derive(InputObject)]
pub struct QuoteApproveInput {
    /// The quote.
    pub id: ID,
    /// The version of the offer that the caller saw.
    pub offer_version: i64,
    /// The total of the plan that the caller saw.
    pub total: MoneyInput,
    /// The delivery methods it was seen with, where the offer leaves them to the buyer.
    #[graphql(default)]
    pub delivery: Vec<DeliveryChoiceInput>,
}

impl QuoteApproveInput {
    pub(super) fn read(self) -> Result<QuoteApprove, Error> {
        Ok(QuoteApprove {
            quote: input::id("id", &self.id)?,
            offer_version: self.offer_version,
            expected_total_minor: self.total.parse("total")?.minor,
            choices: choices(self.delivery)?,
        })
    }
}

/// An offer to be accepted, with what the buyer saw.
#[derive(InputObject)]
pub struct QuoteAcceptInput {
    /// Chosen by the client: the same key again gives the same answer.
    pub idempotency_key: String,
    /// The quote.
    pub id: ID,
    /// The version of the offer that is accepted.
    pub offer_version: i64,
    /// The hash of the plan that the buyer saw.
    pub plan_hash: String,
    /// The total of that plan.
    pub total: MoneyInput,
    /// How it is paid.
    pub payment: OrderPaymentInput,
    /// Delivery methods for consignments, where the offer leaves them to the buyer.
    #[graphql(default)]
    pub delivery: Vec<DeliveryChoiceInput>,
    /// Where to write to; the address of the caller's account if absent.
    pub email: Option<String>,
    /// Where the bill goes; to the company, or to the goods, if absent.
    pub bill_to: Option<AddressInput>,
    /// The company's own number of the order; that of the request if absent.
    pub po_number: Option<String>,
}

impl QuoteAcceptInput {
    pub(super) fn read(self) -> Result<QuoteAccept, Error> {
        let total = self.total.parse("total")?;
        Ok(QuoteAccept {
            quote: input::id("id", &self.id)?,
            idempotency_key: self.idempotency_key,
            offer_version: self.offer_version,
            expected_total_minor: total.minor,
            plan_hash: self.plan_hash,
            payment: self.payment.read(total.currency)?,
            choices: choices(self.delivery)?,
            email: self.email,
            bill_to: self.bill_to.map(address),
            po_number: self.po_number,
        })
    }
}

//! What clients send.

use async_graphql::{ID, InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use context::Error;
use kernel::id::OrderLineId;
use orders::command::{CartAccess, CartDetails, DeliveryChoice, PayWith};
use orders::event::LineUnits;
use orders::model::cart::NewLine;
use orders::model::types::Address;

use super::enums::{CancelReason, MerchantOrderState, OrderState, RefundReason};
use crate::customers::AddressInput;
use crate::input;
use crate::scalar::{Currency, MoneyInput};

/// A line to be put into a cart.
#[derive(InputObject)]
pub struct CartLineInput {
    /// What is wanted.
    pub offer_id: ID,
    /// Units: 1 to 100,000.
    pub quantity: i64,
    /// A delivery price for the line that replaces the method's rate. Only trusted storefronts may send it.
    pub delivery_quote: Option<MoneyInput>,
}

/// The delivery method for a consignment of the plan.
#[derive(InputObject)]
pub struct DeliveryChoiceInput {
    /// The key of the consignment in the plan; `*` stands for every one that has no choice of its own.
    pub consignment: String,
    /// The delivery method.
    pub method_id: ID,
    /// Where it is collected, for methods that go to pickup points; see `pickupPoints`. Absent, the choice stays.
    pub pickup_point_id: Option<ID>,
}

/// A cart to be made.
#[derive(InputObject)]
pub struct CartCreateInput {
    /// Code of the channel.
    pub channel: String,
    /// The channel's default if absent.
    pub currency: Option<Currency>,
    /// The first lines; at most 2000.
    #[graphql(default)]
    pub lines: Vec<CartLineInput>,
    /// Where to write to.
    pub email: Option<String>,
    /// Where to send to.
    pub ship_to: Option<AddressInput>,
    /// The code of a coupon; the plan says whether it can be used.
    pub coupon_code: Option<String>,
    /// The company that buys; one of the buyer who is signed in.
    pub company_id: Option<ID>,
    /// The company's own number of the order.
    pub po_number: Option<String>,
    /// The language the buyer reads, for mails; the channel's if absent.
    pub locale: Option<String>,
}

/// Lines to be added to a cart.
#[derive(InputObject)]
pub struct CartLinesAddInput {
    /// The cart.
    pub cart_id: ID,
    /// Its secret token; not needed by its buyer.
    pub token: Option<String>,
    /// The lines; units of an offer that is there already are added to its line.
    pub lines: Vec<CartLineInput>,
}

/// A new number of units for a line.
#[derive(InputObject)]
pub struct CartLineQuantityInput {
    /// The cart line.
    pub line_id: ID,
    /// Units; 0 takes the line out.
    pub quantity: i64,
}

/// New numbers of units.
#[derive(InputObject)]
pub struct CartLinesSetInput {
    /// The cart.
    pub cart_id: ID,
    /// Its secret token; not needed by its buyer.
    pub token: Option<String>,
    /// The lines.
    pub lines: Vec<CartLineQuantityInput>,
}

/// Address, e-mail and delivery choices of a cart; what is absent stays.
#[derive(InputObject)]
pub struct CartEditInput {
    /// The cart.
    pub cart_id: ID,
    /// Its secret token; not needed by its buyer.
    pub token: Option<String>,
    /// Where to write to.
    pub email: Option<String>,
    /// Where to send to.
    pub ship_to: Option<AddressInput>,
    /// Delivery methods for consignments; those of other consignments stay.
    #[graphql(default)]
    pub delivery: Vec<DeliveryChoiceInput>,
    /// The code of a coupon; `null` takes it out. The plan says whether it can be used.
    pub coupon_code: MaybeUndefined<String>,
    /// The company that buys, one of the buyer's; `null`: none.
    pub company_id: MaybeUndefined<ID>,
    /// The company's own number of the order; `null` takes it out.
    pub po_number: MaybeUndefined<String>,
    /// The language the buyer reads, for mails.
    pub locale: Option<String>,
}

/// A cart of one's company to be approved as it was seen.
#[derive(InputObject)]
pub struct CartApproveInput {
    /// The cart.
    pub cart_id: ID,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The total of the plan that the caller saw.
    pub total: MoneyInput,
}

/// The company of a cart as a client names it.
pub(super) struct BuyingCompany {
    pub(super) company: Option<Option<ID>>,
    pub(super) po_number: Option<Option<String>>,
}

/// How an order is paid.
#[derive(InputObject)]
pub struct OrderPaymentInput {
    /// Code of the payment method: `card_sandbox`, `bank_transfer`, `cash_on_delivery`; see `paymentMethods`.
    pub method: String,
    /// The provider's token of the card or wallet, for methods that need one.
    pub card_token: Option<String>,
    /// Where the buyer's browser returns after the provider sent it to a page of its own (3-D Secure, a bank).
    pub return_url: Option<String>,
    /// Credit that pays the order, or a part of it together with a card.
    pub credit: Option<OrderCreditInput>,
}

/// Credit of the buyer to be used.
#[derive(InputObject)]
pub struct OrderCreditInput {
    /// The code of a gift card; the store credit of the signed-in buyer when absent.
    pub gift_card_code: Option<String>,
    /// How much of it; as much as there is and is needed when absent.
    pub amount: Option<MoneyInput>,
}

impl OrderPaymentInput {
    /// `currency` is the order's.
    pub(super) fn read(self, currency: kernel::Currency) -> Result<PayWith, kernel::Invalid> {
        let credit = match self.credit {
            None => None,
            Some(credit) => {
                let amount = credit.amount.map(|amount| amount.parse("payment.credit.amount")).transpose()?;
                if amount.is_some_and(|amount| amount.currency != currency) {
                    let text = "must be in the currency of the order";
                    return Err(kernel::Invalid::new("payment.credit.amount", "WRONG_CURRENCY", text));
                }
                let amount_minor = amount.map(|amount| amount.minor);
                Some(payments::UseCredit { gift_card_code: credit.gift_card_code, amount_minor })
            }
        };
        let (token, return_url) = (self.card_token, self.return_url);
        Ok(PayWith { method: self.method.to_lowercase(), token, return_url, credit, by_link: false })
    }
}

/// A cart to be placed, with what the buyer saw.
#[derive(InputObject)]
pub struct OrderPlaceInput {
    /// Chosen by the client: the same key again gives the same answer.
    pub idempotency_key: String,
    /// The cart.
    pub cart_id: ID,
    /// Its secret token; not needed by its buyer.
    pub cart_token: Option<String>,
    /// The hash of the plan that the buyer saw.
    pub plan_hash: String,
    /// The total of that plan.
    pub total: MoneyInput,
    /// How it is paid.
    pub payment: OrderPaymentInput,
    /// Where to write to; the cart's if absent.
    pub email: Option<String>,
    /// Where the bill goes; to the goods if absent.
    pub bill_to: Option<AddressInput>,
}

/// An order to be canceled as a whole.
#[derive(InputObject)]
pub struct OrderCancelInput {
    /// The order.
    pub id: ID,
    /// Why.
    pub reason: CancelReason,
    /// More words.
    pub note: Option<String>,
}

/// The decision about a line.
#[derive(InputObject)]
pub struct LineDecisionInput {
    /// The order line.
    pub line_id: ID,
    /// Accepted, or refused.
    pub accept: bool,
    /// Why it is refused.
    pub reason: Option<CancelReason>,
}

/// The decision about a merchant order.
#[derive(InputObject)]
pub struct MerchantOrderDecideInput {
    /// The merchant order.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// Accept everything; `lines` stays empty then.
    #[graphql(default)]
    pub accept_all: bool,
    /// Every line with its decision.
    #[graphql(default)]
    pub lines: Vec<LineDecisionInput>,
}

/// Units of an order line.
#[derive(InputObject)]
pub struct LineUnitsInput {
    /// The order line.
    pub line_id: ID,
    /// Units.
    pub quantity: i64,
}

/// Units to be canceled.
#[derive(InputObject)]
pub struct MerchantOrderCancelInput {
    /// The merchant order.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// What; everything that is open if empty.
    #[graphql(default)]
    pub lines: Vec<LineUnitsInput>,
    /// Why.
    pub reason: CancelReason,
    /// More words.
    pub note: Option<String>,
}

/// A parcel.
#[derive(InputObject)]
pub struct ShipmentCreateInput {
    /// The fulfillment order it belongs to.
    pub fulfillment_order_id: ID,
    /// The version of the fulfillment order that the caller saw.
    pub expected_version: Option<i64>,
    /// What is in it; everything that is open if empty.
    #[graphql(default)]
    pub lines: Vec<LineUnitsInput>,
    /// The code of a carrier of the marketplace, or the name of another.
    pub carrier: Option<String>,
    /// The carrier's number of the parcel.
    pub tracking_number: Option<String>,
    /// Where to track it, for a carrier that the marketplace does not know; starts with `https://`.
    pub tracking_url: Option<String>,
}

/// A parcel that arrived.
#[derive(InputObject)]
pub struct ShipmentDeliverInput {
    /// The parcel.
    pub shipment_id: ID,
    /// When; now if absent.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Who took it.
    pub received_by: Option<String>,
    /// A picture of the signature or of the parcel at its place; an asset that the caller can read.
    pub proof_asset_id: Option<ID>,
}

/// What is paid back. The amount follows from it.
#[derive(InputObject)]
pub struct RefundCreateInput {
    /// The merchant order.
    pub merchant_order_id: ID,
    /// The version of the merchant order that the caller saw.
    pub expected_version: Option<i64>,
    /// Shipped units.
    #[graphql(default)]
    pub lines: Vec<LineUnitsInput>,
    /// The fulfillment orders whose shipping is paid back.
    #[graphql(default)]
    pub shipping_of: Vec<ID>,
    /// Why.
    pub reason: RefundReason,
    /// More words.
    pub note: Option<String>,
}

/// Which orders.
#[derive(InputObject, Default)]
pub struct OrderFilter {
    /// In this state.
    pub state: Option<OrderState>,
    /// With this number, or one that starts like this.
    pub number: Option<String>,
    /// Of this e-mail address.
    pub email: Option<String>,
    /// Bought for this company: its admins find what its other buyers ordered, too.
    pub company_id: Option<ID>,
    /// Placed from then on.
    pub placed_from: Option<DateTime<Utc>>,
    /// Placed before then.
    pub placed_before: Option<DateTime<Utc>>,
}

/// Which merchant orders.
#[derive(InputObject, Default)]
pub struct MerchantOrderFilter {
    /// Of this merchant; a merchant finds only its own.
    pub merchant_id: Option<ID>,
    /// In this state.
    pub state: Option<MerchantOrderState>,
    /// Whose goods did not leave in time, or did.
    pub late: Option<bool>,
    /// With this number, or one that starts like this.
    pub number: Option<String>,
    /// Placed from then on.
    pub placed_from: Option<DateTime<Utc>>,
    /// Placed before then.
    pub placed_before: Option<DateTime<Utc>>,
}

pub(super) fn access(id: &ID, token: Option<String>) -> Result<CartAccess, Error> {
    Ok(CartAccess { id: input::id("cartId", id)?, token })
}

pub(super) fn new_lines(lines: Vec<CartLineInput>) -> Result<Vec<NewLine>, Error> {
    let line = |(index, line): (usize, CartLineInput)| {
        let quote = line.delivery_quote.map(|quote| quote.parse(&format!("lines.{index}.deliveryQuote")));
        Ok(NewLine {
            offer: input::id(&format!("lines.{index}.offerId"), &line.offer_id)?,
            quantity: line.quantity,
            delivery_quote: quote.transpose()?,
        })
    };
    lines.into_iter().enumerate().map(line).collect()
}

pub(super) fn details(
    email: Option<String>,
    ship_to: Option<AddressInput>,
    delivery: Vec<DeliveryChoiceInput>,
    coupon_code: Option<Option<String>>,
    business: BuyingCompany,
) -> Result<CartDetails, Error> {
    let company = business.company.map(|id| input::optional_id("companyId", id.as_ref())).transpose()?;
    Ok(CartDetails {
        email,
        ship_to: ship_to.map(address),
        choices: choices(delivery)?,
        coupon_code,
        company,
        po_number: business.po_number,
        locale: None,
    })
}

pub(super) fn choices(delivery: Vec<DeliveryChoiceInput>) -> Result<Vec<DeliveryChoice>, Error> {
    let choice = |(index, choice): (usize, DeliveryChoiceInput)| {
        let method = input::id(&format!("delivery.{index}.methodId"), &choice.method_id)?;
        let pickup_point =
            input::optional_id(&format!("delivery.{index}.pickupPointId"), choice.pickup_point_id.as_ref())?;
        Ok(DeliveryChoice { consignment: choice.consignment, method, pickup_point })
    };
    delivery.into_iter().enumerate().map(choice).collect()
}

pub(super) fn address(of: AddressInput) -> Address {
    let AddressInput { name, company, line1, line2, city, region, postal_code, country, phone } = of;
    Address { name, company, line1, line2, postal_code, city, region, country, phone }
}

pub(super) fn units(lines: &[LineUnitsInput]) -> Result<Vec<LineUnits>, Error> {
    let unit = |(index, line): (usize, &LineUnitsInput)| {
        let id: OrderLineId = input::id(&format!("lines.{index}.lineId"), &line.line_id)?;
        Ok(LineUnits { line: id, quantity: line.quantity })
    };
    lines.iter().enumerate().map(unit).collect()
}

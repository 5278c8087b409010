//! What the order desk sends about drafts.

use async_graphql::{ID, InputObject, MaybeUndefined};
use context::Error;
use orders::command::{CartDetails, DraftCreate, DraftEdit, DraftPlace, PayWith, QuantityChange};
use orders::model::draft::{DraftLine, NewPrice, PriceChange};

use super::input::{BuyingCompany, DeliveryChoiceInput, OrderPaymentInput, address, details};
use crate::customers::AddressInput;
use crate::input;
use crate::scalar::{Currency, MoneyInput};

/// A price of its own for a line.
#[derive(InputObject)]
pub struct LinePriceInput {
    /// The price of a unit as shown in the channel.
    pub unit: MoneyInput,
    /// Why it is not the offer's; kept on the line with who gave it.
    pub reason: String,
}

impl LinePriceInput {
    fn read(self, path: &str) -> Result<NewPrice, Error> {
        Ok(NewPrice { unit: self.unit.parse(&format!("{path}.unit"))?, reason: self.reason })
    }
}

/// A line to be put into a draft, or into an order.
#[derive(InputObject)]
pub struct DraftOrderLineInput {
    /// What is wanted.
    pub offer_id: ID,
    /// Units: 1 to 100,000.
    pub quantity: i64,
    /// Instead of the offer's price; needs a right of its own.
    pub price: Option<LinePriceInput>,
}

pub(super) fn draft_lines(path: &str, lines: Vec<DraftOrderLineInput>) -> Result<Vec<DraftLine>, Error> {
    let line = |(index, line): (usize, DraftOrderLineInput)| {
        let path = format!("{path}.{index}");
        Ok(DraftLine {
            offer: input::id(&format!("{path}.offerId"), &line.offer_id)?,
            quantity: line.quantity,
            price: line.price.map(|price| price.read(&format!("{path}.price"))).transpose()?,
        })
    };
    lines.into_iter().enumerate().map(line).collect()
}

/// An order to be prepared.
#[derive(InputObject)]
pub struct DraftOrderCreateInput {
    /// Code of the channel.
    pub channel: String,
    /// The channel's default if absent.
    pub currency: Option<Currency>,
    /// The buyer's account; somebody without one if absent.
    pub customer_id: Option<ID>,
    /// The first lines; at most 500.
    #[graphql(default)]
    pub lines: Vec<DraftOrderLineInput>,
    /// Where to write to; the address of the account if absent.
    pub email: Option<String>,
    /// Where to send to.
    pub ship_to: Option<AddressInput>,
    /// The code of a coupon; the plan says whether it can be used.
    pub coupon_code: Option<String>,
    /// The company that buys, one of the buyer's.
    pub company_id: Option<ID>,
    /// The company's own number of the order.
    pub po_number: Option<String>,
    /// The language the buyer reads, for mails; the channel's if absent.
    pub locale: Option<String>,
    /// For the staff.
    pub note: Option<String>,
}

impl DraftOrderCreateInput {
    pub(super) fn read(self) -> Result<DraftCreate, Error> {
        let business = BuyingCompany { company: self.company_id.map(Some), po_number: self.po_number.map(Some) };
        Ok(DraftCreate {
            channel: self.channel,
            currency: self.currency.map(|currency| currency.0),
            customer: input::optional_id("customerId", self.customer_id.as_ref())?,
            lines: draft_lines("lines", self.lines)?,
            details: CartDetails {
                locale: self.locale,
                ..details(self.email, self.ship_to, Vec::new(), self.coupon_code.map(Some), business)?
            },
            note: self.note,
        })
    }
}

/// A new number of units for a line of a draft.
#[derive(InputObject)]
pub struct DraftOrderQuantityInput {
    /// The line of the draft.
    pub line_id: ID,
    /// Units; 0 takes the line out.
    pub quantity: i64,
}

/// Another price for a line of a draft.
#[derive(InputObject)]
pub struct DraftOrderPriceInput {
    /// The line of the draft.
    pub line_id: ID,
    /// The price; the offer's again if absent.
    pub price: Option<LinePriceInput>,
}

/// A change of a draft; what is absent stays.
#[derive(InputObject)]
pub struct DraftOrderEditInput {
    /// The draft.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// More lines; units of an offer that is there are added to its line.
    #[graphql(default)]
    pub add: Vec<DraftOrderLineInput>,
    /// New numbers of units.
    #[graphql(default)]
    pub set: Vec<DraftOrderQuantityInput>,
    /// Other prices; need a right of its own.
    #[graphql(default)]
    pub prices: Vec<DraftOrderPriceInput>,
    /// The buyer's account; `null`: somebody without one.
    pub customer_id: MaybeUndefined<ID>,
    /// Where to write to.
    pub email: Option<String>,
    /// Where to send to.
    pub ship_to: Option<AddressInput>,
    /// Delivery methods for consignments; those of other consignments stay.
    #[graphql(default)]
    pub delivery: Vec<DeliveryChoiceInput>,
    /// The code of a coupon; `null` takes it out.
    pub coupon_code: MaybeUndefined<String>,
    /// The company that buys, one of the buyer's; `null`: none.
    pub company_id: MaybeUndefined<ID>,
    /// The company's own number of the order; `null` takes it out.
    pub po_number: MaybeUndefined<String>,
    /// The language the buyer reads, for mails.
    pub locale: Option<String>,
    /// For the staff; `null` takes it out.
    pub note: MaybeUndefined<String>,
}

impl DraftOrderEditInput {
    pub(super) fn read(self) -> Result<DraftEdit, Error> {
        let set = |(index, line): (usize, DraftOrderQuantityInput)| {
            let id = input::id(&format!("set.{index}.lineId"), &line.line_id)?;
            Ok::<_, Error>(QuantityChange { line: id, quantity: line.quantity })
        };
        let price = |(index, change): (usize, DraftOrderPriceInput)| {
            let path = format!("prices.{index}");
            let line = input::id(&format!("{path}.lineId"), &change.line_id)?;
            let price = change.price.map(|price| price.read(&format!("{path}.price"))).transpose()?;
            Ok::<_, Error>(PriceChange { line, price })
        };
        let customer: Option<Option<ID>> = self.customer_id.into();
        let customer = customer.map(|id| input::optional_id("customerId", id.as_ref())).transpose()?;
        let business = BuyingCompany { company: self.company_id.into(), po_number: self.po_number.into() };
        Ok(DraftEdit {
            draft: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            add: draft_lines("add", self.add)?,
            set: self.set.into_iter().enumerate().map(set).collect::<Result<_, _>>()?,
            prices: self.prices.into_iter().enumerate().map(price).collect::<Result<_, _>>()?,
            details: CartDetails {
                locale: self.locale,
                ..details(self.email, self.ship_to, self.delivery, self.coupon_code.into(), business)?
            },
            customer,
            note: self.note.into(),
        })
    }
}

/// A draft to be given up.
#[derive(InputObject)]
pub struct DraftOrderDeleteInput {
    /// The draft.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i64,
}

/// A draft to be placed, with what its buyer agreed to.
#[derive(InputObject)]
pub struct DraftOrderPlaceInput {
    /// Chosen by the client: the same key again gives the same answer.
    pub idempotency_key: String,
    /// The draft.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The hash of the plan that was agreed to.
    pub plan_hash: String,
    /// The total of that plan.
    pub total: MoneyInput,
    /// How it is paid.
    pub payment: OrderPaymentInput,
    /// The buyer pays by a link that is mailed: the method is a card or a wallet, and has no token yet.
    #[graphql(default)]
    pub payment_by_link: bool,
    /// Where the bill goes; to the goods if absent.
    pub bill_to: Option<AddressInput>,
}

impl DraftOrderPlaceInput {
    pub(super) fn read(self) -> Result<DraftPlace, Error> {
        let total = self.total.parse("total")?;
        Ok(DraftPlace {
            draft: input::id("id", &self.id)?,
            idempotency_key: self.idempotency_key,
            expected_version: self.expected_version,
            expected_total_minor: total.minor,
            plan_hash: self.plan_hash,
            payment: PayWith { by_link: self.payment_by_link, ..self.payment.read(total.currency)? },
            bill_to: self.bill_to.map(address),
        })
    }
}

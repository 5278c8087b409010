//! Changes of placed orders.

use async_graphql::{ID, InputObject, SimpleObject};
use context::Error;
use orders::command::{EditConfirm, EditOrder, NewDelivery, PayWith};
use orders::event::LineUnits as Units;
use orders::model::edit;

use super::SplitPlan;
use super::draft_input::{DraftOrderLineInput, draft_lines};
use super::input::{BuyingCompany, DeliveryChoiceInput, LineUnitsInput, OrderPaymentInput, address, details};
use crate::customers::AddressInput;
use crate::input;
use crate::scalar::Money;

/// Another delivery method for a fulfillment order.
#[derive(InputObject)]
pub struct FulfillmentDeliveryInput {
    /// The fulfillment order; nothing of it may have left.
    pub fulfillment_order_id: ID,
    /// The delivery method; it may not cost more than the one that was agreed to.
    pub method_id: ID,
}

/// A set of changes of a placed order.
#[derive(InputObject)]
pub struct OrderChangeInput {
    /// How many units lines have from now on, canceled ones not counted; 0 takes a line out. More than before are added
    /// like new lines, for what the offer costs now.
    #[graphql(default)]
    pub quantities: Vec<LineUnitsInput>,
    /// More lines.
    #[graphql(default)]
    pub add: Vec<DraftOrderLineInput>,
    /// Where everything goes that has not left yet; in the same country.
    pub ship_to: Option<AddressInput>,
    /// Other delivery methods for fulfillment orders.
    #[graphql(default)]
    pub delivery: Vec<FulfillmentDeliveryInput>,
    /// Delivery methods for the consignments of what is added.
    #[graphql(default)]
    pub choices: Vec<DeliveryChoiceInput>,
}

impl OrderChangeInput {
    fn read(self) -> Result<EditOrder, Error> {
        let units = |(index, line): (usize, LineUnitsInput)| {
            let line_id = input::id(&format!("change.quantities.{index}.lineId"), &line.line_id)?;
            Ok::<_, Error>(Units { line: line_id, quantity: line.quantity })
        };
        let new = |(index, new): (usize, FulfillmentDeliveryInput)| {
            let path = format!("change.delivery.{index}");
            Ok::<_, Error>(NewDelivery {
                fulfillment_order: input::id(&format!("{path}.fulfillmentOrderId"), &new.fulfillment_order_id)?,
                method: input::id(&format!("{path}.methodId"), &new.method_id)?,
            })
        };
        Ok(EditOrder {
            quantities: self.quantities.into_iter().enumerate().map(units).collect::<Result<_, _>>()?,
            add: draft_lines("change.add", self.add)?,
            ship_to: self.ship_to.map(address),
            delivery: self.delivery.into_iter().enumerate().map(new).collect::<Result<_, _>>()?,
            choices: details(None, None, self.choices, None, BuyingCompany { company: None, po_number: None })?.choices,
        })
    }
}

/// A change whose effects are asked for.
#[derive(InputObject)]
pub struct OrderEditPreviewInput {
    /// The order.
    pub id: ID,
    /// The version of the order that the caller saw.
    pub base_version: i64,
    /// The change.
    pub change: OrderChangeInput,
}

impl OrderEditPreviewInput {
    pub(super) fn read(self) -> Result<(kernel::id::OrderId, i64, EditOrder), Error> {
        Ok((input::id("id", &self.id)?, self.base_version, self.change.read()?))
    }
}

/// A change that is agreed to.
#[derive(InputObject)]
pub struct OrderEditInput {
    /// Chosen by the client: the same key again gives the same answer.
    pub idempotency_key: String,
    /// The order.
    pub id: ID,
    /// The version of the order that the caller saw.
    pub base_version: i64,
    /// The change.
    pub change: OrderChangeInput,
    /// The hash of the preview that was agreed to.
    pub preview_hash: String,
    /// Why; kept in the history with who did it.
    pub reason: String,
    /// How what is added is paid.
    pub payment: Option<OrderPaymentInput>,
    /// The buyer pays by a link that is mailed: the method is a card or a wallet, and has no token yet.
    #[graphql(default)]
    pub payment_by_link: bool,
}

impl OrderEditInput {
    /// `currency` is the order's.
    pub(super) fn read(self, currency: kernel::Currency) -> Result<EditConfirm, Error> {
        let by_link = self.payment_by_link;
        let pay = |payment: OrderPaymentInput| Ok::<_, Error>(PayWith { by_link, ..payment.read(currency)? });
        Ok(EditConfirm {
            order: input::id("id", &self.id)?,
            base_version: self.base_version,
            change: self.change.read()?,
            preview_hash: self.preview_hash,
            idempotency_key: self.idempotency_key,
            reason: self.reason,
            payment: self.payment.map(pay).transpose()?,
        })
    }
}

/// What a change does to a merchant order that is there.
#[derive(SimpleObject)]
pub struct EditedMerchantOrder {
    /// The merchant order.
    pub id: ID,
    /// Its number.
    pub number: String,
    /// Its merchant.
    pub merchant_id: ID,
    /// The name of the merchant.
    pub merchant_name: String,
    /// Units taken out.
    pub removed: Vec<EditedUnits>,
    /// Whether it goes to another address.
    pub address_changed: bool,
    /// Whether it goes by another delivery method.
    pub delivery_changed: bool,
    /// What its units and their delivery cost before.
    pub due_before: Money,
    /// What they cost afterwards.
    pub due_after: Money,
    /// What goes back to the buyer.
    pub refund: Money,
}

/// Units of an order line.
#[derive(SimpleObject)]
pub struct EditedUnits {
    /// The order line.
    pub line_id: ID,
    /// Units.
    pub quantity: i64,
}

/// What a change of a placed order would do.
#[derive(SimpleObject)]
pub struct OrderEditPreview {
    /// Names what would happen; send it with `orderEdit`.
    pub hash: String,
    /// The version of the order that it was worked out on.
    pub base_version: i64,
    /// Whether it can be confirmed as it is: all that is added can be sold and sent.
    pub confirmable: bool,
    /// What the order costs before: the units that were not canceled, with their delivery.
    pub due_before: Money,
    /// What it costs afterwards.
    pub due_after: Money,
    /// What is to be paid for what is added, by a payment of its own.
    pub extra: Money,
    /// What goes back of what was paid.
    pub refund: Money,
    /// The merchant orders that change.
    pub merchant_orders: Vec<EditedMerchantOrder>,
    /// How what is added would be split, priced and sent: as merchant orders of their own.
    pub added: Option<SplitPlan>,
}

impl From<edit::EditPreview> for OrderEditPreview {
    fn from(of: edit::EditPreview) -> Self {
        let confirmable = of.is_confirmable();
        let money = |minor| Money::minor(minor, of.currency);
        let units = |units: &Units| EditedUnits { line_id: units.line.into(), quantity: units.quantity };
        let part = |part: &edit::EditedPart| EditedMerchantOrder {
            id: part.merchant_order.into(),
            number: part.number.clone(),
            merchant_id: part.merchant.into(),
            merchant_name: part.merchant_name.clone(),
            removed: part.removed.iter().map(units).collect(),
            address_changed: part.address_changed,
            delivery_changed: part.delivery_changed,
            due_before: money(part.due_before_minor),
            due_after: money(part.due_after_minor),
            refund: money(part.refund_minor),
        };
        Self {
            base_version: of.base_version,
            confirmable,
            due_before: money(of.due_before_minor),
            due_after: money(of.due_after_minor),
            extra: money(of.extra_minor),
            refund: money(of.refund_minor),
            merchant_orders: of.parts.iter().map(part).collect(),
            added: of.added.map(SplitPlan::from),
            hash: of.hash,
        }
    }
}

//! Re-planning what is sent from where. What the buyer pays never changes: one delivery price is for a whole group of
//! fulfillment orders and moves with the first parcel of any of them.

use chrono::{DateTime, Utc};
use kernel::id::{FulfillmentLineId, FulfillmentOrderId, LocationId};

use super::book::{Book, Promised, check_units, missing};
use super::care::{self, FulfillmentAction};
use super::pickup::is_at_store;
use super::state::{self, MerchantOrderAction};
use super::status::{MerchantOrderState, ShippingState};
use crate::Error;
use crate::entity::{FulfillmentLine, FulfillmentOrder};
use crate::event::LineUnits;

impl Book {
    /// A fulfillment order by id.
    ///
    /// # Errors
    /// Not found when it is of another order.
    pub fn fulfillment(&self, id: FulfillmentOrderId) -> Result<&FulfillmentOrder, Error> {
        let found = self.fulfillments.iter().find(|f| f.id == id);
        found.ok_or(context::Error::NotFound("fulfillment order").into())
    }

    fn fulfillment_index(&self, id: FulfillmentOrderId) -> Result<usize, Error> {
        let found = self.fulfillments.iter().position(|f| f.id == id);
        found.ok_or(context::Error::NotFound("fulfillment order").into())
    }

    /// What can be done with a fulfillment order.
    ///
    /// # Errors
    /// Not found when it is of another order.
    pub fn fulfillment_actions(&self, id: FulfillmentOrderId) -> Result<Vec<FulfillmentAction>, Error> {
        let row = self.fulfillment(id)?;
        let facts = self.facts(self.part(row.merchant_order_id)?);
        Ok(fulfillment_actions(&facts, &self.fulfillment_units(id), row))
    }

    /// Refuses what the state of the fulfillment order, or of its merchant order, does not allow.
    ///
    /// # Errors
    /// [`Error::InvalidTransition`]; not found.
    pub fn require_of(&self, id: FulfillmentOrderId, action: FulfillmentAction) -> Result<(), Error> {
        let row = self.fulfillment(id)?;
        let units = self.fulfillment_units(id);
        let state = state::fulfillment_order(&units, row.held_at.is_some());
        action.require(state.as_str(), &self.fulfillment_actions(id)?)
    }

    /// Keeps a fulfillment order from leaving, or lets it leave again.
    pub(crate) fn hold(
        &mut self,
        id: FulfillmentOrderId,
        since: Option<DateTime<Utc>>,
        reason: Option<String>,
    ) -> Result<(), Error> {
        let at = self.fulfillment_index(id)?;
        self.fulfillments[at].held_at = since;
        self.fulfillments[at].hold_reason = reason;
        Ok(())
    }

    /// Sends a fulfillment order from another location. Gives the open units that were promised at the old one.
    pub(crate) fn relocate(
        &mut self,
        id: FulfillmentOrderId,
        location: LocationId,
        name: String,
    ) -> Result<Vec<Promised>, Error> {
        let at = self.fulfillment_index(id)?;
        let from = self.fulfillments[at].location_id;
        let open = self.open_of_fulfillment(id);
        self.fulfillments[at].location_id = location;
        self.fulfillments[at].location_name = name;
        Ok(open.iter().map(|u| Promised { line: u.line, location: from, quantity: u.quantity }).collect())
    }

    /// Takes open units out of a fulfillment order into a new one with `new` as its id. At least one unit stays.
    pub(crate) fn split(
        &mut self,
        id: FulfillmentOrderId,
        wanted: &[LineUnits],
        new: FulfillmentOrderId,
        mut line_id: impl FnMut() -> FulfillmentLineId,
    ) -> Result<(), Error> {
        let at = self.fulfillment_index(id)?;
        let open: i64 = self.open_of_fulfillment(id).iter().map(|units| units.quantity).sum();
        for (index, units) in wanted.iter().enumerate() {
            let own = |l: &FulfillmentLine| l.fulfillment_order_id == id && l.order_line_id == units.line;
            let line = self.fulfillment_lines.iter().position(own).ok_or_else(missing)?;
            check_units(index, units.quantity, open_of(&self.fulfillment_lines[line]))?;
            self.fulfillment_lines[line].ordered -= units.quantity;
            let row = FulfillmentLine {
                id: line_id(),
                fulfillment_order_id: new,
                ordered: units.quantity,
                canceled: 0,
                shipped: 0,
                delivered: 0,
                ..self.fulfillment_lines[line].clone()
            };
            self.fulfillment_lines.push(row);
        }
        let taken: i64 = wanted.iter().map(|units| units.quantity).sum();
        if taken >= open {
            return Err(Error::TooManyUnits { field: "lines".to_owned(), available: open - 1 });
        }
        let position = self.fulfillments.iter().map(|f| f.position).max().unwrap_or(0) + 1;
        let old = &self.fulfillments[at];
        let row = FulfillmentOrder {
            id: new,
            position,
            plan_key: format!("{}#{position}", old.plan_key),
            shipping_gross_minor: 0,
            shipping_discount_minor: 0,
            shipping_tax_minor: 0,
            shipping_commission_minor: 0,
            shipping_commission_vat_minor: 0,
            shipping_given_minor: 0,
            shipping_reversed_minor: 0,
            // Nothing is paid for it, so there is nothing to move either.
            shipping_state: ShippingState::Open,
            version: 1,
            ..old.clone()
        };
        self.fulfillments.push(row);
        Ok(())
    }

    /// Puts everything open of `from` into `into`: same merchant order, location and method.
    pub(crate) fn merge(
        &mut self,
        from: FulfillmentOrderId,
        into: FulfillmentOrderId,
        mut line_id: impl FnMut() -> FulfillmentLineId,
    ) -> Result<(), Error> {
        let (source, target) = (self.fulfillment(from)?.clone(), self.fulfillment(into)?.clone());
        let fits = source.merchant_order_id == target.merchant_order_id
            && source.location_id == target.location_id
            && source.method_id == target.method_id
            && source.product_type == target.product_type
            && source.pickup == target.pickup;
        if from == into || !fits {
            return Err(Error::NotMergeable);
        }
        for index in 0..self.fulfillment_lines.len() {
            let line = self.fulfillment_lines[index].clone();
            if line.fulfillment_order_id != from || line.ordered == 0 {
                continue;
            }
            let (open, canceled) = (open_of(&line), line.canceled);
            let same = |l: &FulfillmentLine| l.fulfillment_order_id == into && l.order_line_id == line.order_line_id;
            match self.fulfillment_lines.iter().position(same) {
                Some(at) => {
                    self.fulfillment_lines[at].ordered += open + canceled;
                    self.fulfillment_lines[at].canceled += canceled;
                }
                None => {
                    let id = line_id();
                    self.fulfillment_lines.push(FulfillmentLine { id, fulfillment_order_id: into, ..line });
                }
            }
            self.fulfillment_lines[index].ordered = 0;
            self.fulfillment_lines[index].canceled = 0;
        }
        // What was put to goods that lie ready has still to be laid ready.
        if source.ready_at.is_none() {
            let at = self.fulfillment_index(into)?;
            self.fulfillments[at].ready_at = None;
        }
        for row in self.fulfillments.iter_mut().filter(|row| row.group_id == source.group_id) {
            row.group_id = target.group_id;
        }
        Ok(())
    }
}

/// What can be done with a fulfillment order of these units whose merchant order stands like this.
#[must_use]
pub fn fulfillment_actions(
    part: &state::MerchantOrderFacts,
    units: &state::Units,
    row: &FulfillmentOrder,
) -> Vec<FulfillmentAction> {
    let ships = state::allowed(part).contains(&MerchantOrderAction::Ship);
    let waits = matches!(
        state::merchant_order(part),
        MerchantOrderState::AwaitingAcceptance | MerchantOrderState::AwaitingPayment
    );
    let actions = care::fulfillment(units, row.held_at.is_some(), ships, waits);
    if is_at_store(&row.method_kind) { care::store_pickup(&actions, row.ready_at.is_some()) } else { actions }
}

const fn open_of(line: &FulfillmentLine) -> i64 {
    line.ordered - line.canceled - line.shipped
}

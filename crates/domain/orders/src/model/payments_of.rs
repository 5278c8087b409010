//! The payments of an order: each is for some of its merchant orders.

use kernel::id::PaymentId;

use super::book::Book;
use super::state;
use super::status::{CaptureTiming, MerchantOrderState, OrderState};
use crate::entity::MerchantOrder;

/// What is still wanted of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentFacts {
    /// Whether nothing is left of what it was to pay.
    pub is_gone: bool,
    /// Whether every merchant order is past its decision, so that no further capture will be asked for.
    pub is_decided: bool,
    /// Whether its money is held first and taken part by part.
    pub is_held_first: bool,
    /// Whether its money is taken parcel by parcel, when they leave.
    pub by_parcel: bool,
    /// What was asked of the provider.
    pub asked: i64,
    /// What was taken.
    pub taken: i64,
    /// What is taken of it in the end: what the units that were not canceled cost, with their delivery.
    pub whole: i64,
    /// What it was opened for: what its merchant orders cost when they were placed.
    pub total: i64,
}

impl Book {
    /// The payments of the order, the one it was placed with first.
    #[must_use]
    pub fn payments(&self) -> Vec<PaymentId> {
        let mut found: Vec<PaymentId> = Vec::with_capacity(1);
        for part in &self.parts {
            if !found.contains(&part.payment_id) {
                found.push(part.payment_id);
            }
        }
        found
    }

    /// The merchant orders that a payment is for.
    pub fn parts_of(&self, payment: PaymentId) -> impl Iterator<Item = &MerchantOrder> {
        self.parts.iter().filter(move |part| part.payment_id == payment)
    }

    /// What is still wanted of a payment.
    #[must_use]
    pub fn money_of(&self, payment: PaymentId) -> PaymentFacts {
        let states: Vec<MerchantOrderState> =
            self.parts_of(payment).map(|part| state::merchant_order(&self.facts(part))).collect();
        let waits =
            |s: &MerchantOrderState| matches!(s, MerchantOrderState::Staging | MerchantOrderState::AwaitingAcceptance);
        PaymentFacts {
            is_gone: !states.is_empty() && state::order(&states) == OrderState::Canceled,
            is_decided: !states.is_empty() && !states.iter().any(waits),
            is_held_first: self.parts_of(payment).all(|part| part.capture == CaptureTiming::OnAcceptance),
            by_parcel: self.parts_of(payment).all(|part| part.capture == CaptureTiming::OnShipment),
            taken: self.parts_of(payment).map(|part| part.captured_minor).sum(),
            whole: self.parts_of(payment).map(|part| self.due(part.id)).sum(),
            asked: self.parts_of(payment).map(|part| part.capture_requested_minor).sum(),
            total: self.parts_of(payment).map(|part| part.placed_total_minor).sum(),
        }
    }
}

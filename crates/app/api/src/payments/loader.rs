//! One statement for the payments of all orders of a document.

use std::collections::HashMap;

use context::Ctx;
use kernel::id::{OrderId, PaymentId};

use crate::loader::{LoadError, Loader, OfRequest};

/// The payment of an order that the caller was shown before.
pub struct PaymentOfOrderLoader(Ctx);

impl OfRequest for PaymentOfOrderLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<OrderId> for PaymentOfOrderLoader {
    type Value = payments::Payment;
    async fn load(&self, keys: &[OrderId]) -> Result<HashMap<OrderId, payments::Payment>, LoadError> {
        payments::query::of_seen_orders(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// Every payment of an order that the caller was shown before.
pub struct PaymentsOfOrderLoader(Ctx);

impl OfRequest for PaymentsOfOrderLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<OrderId> for PaymentsOfOrderLoader {
    type Value = Vec<payments::Payment>;
    async fn load(&self, keys: &[OrderId]) -> Result<HashMap<OrderId, Vec<payments::Payment>>, LoadError> {
        payments::query::all_of_seen_orders(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// What was asked of providers for a payment; for the operator.
pub struct OperationsOfPaymentLoader(Ctx);

impl OfRequest for OperationsOfPaymentLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<PaymentId> for OperationsOfPaymentLoader {
    type Value = Vec<payments::Operation>;
    async fn load(&self, keys: &[PaymentId]) -> Result<HashMap<PaymentId, Vec<payments::Operation>>, LoadError> {
        payments::query::operations_by_payments(&self.0, keys).await.map_err(LoadError::new)
    }
}

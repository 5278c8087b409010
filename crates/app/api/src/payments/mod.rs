//! How orders are paid, and what the operator does by hand about it.

mod credit;
mod dispute;
mod input;
mod loader;
mod mutation;
mod object;
mod query;

pub use credit::*;
pub use dispute::*;
pub use input::*;
pub use loader::{OperationsOfPaymentLoader, PaymentOfOrderLoader};
pub use mutation::*;
pub use object::*;
pub use query::PaymentsQuery;

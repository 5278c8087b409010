//! How orders are paid, and what the operator does by hand about it.

mod credit;
mod dispute;
mod input;
mod link;
mod loader;
mod mutation;
mod object;
mod query;

pub use credit::*;
pub use dispute::*;
pub use input::*;
pub use link::*;
pub use loader::{OperationsOfPaymentLoader, PaymentOfOrderLoader, PaymentsOfOrderLoader};
pub use mutation::*;
pub use object::*;
pub use query::PaymentsQuery;

//! How orders are paid, and what the operator does by hand about it.

mod company_credit;
mod credit;
mod dispute;
mod input;
pub mod invoice;
mod link;
mod loader;
mod mutation;
mod object;
mod query;

pub use company_credit::*;
pub use credit::*;
pub use dispute::*;
pub use input::*;
pub use invoice::{
    CreditLine, CreditLinesLoader, InvoiceMutation, InvoiceQuery, Receivable, ReceivablesOfOrderLoader, TermsKind,
};
pub use link::*;
pub use loader::{OperationsOfPaymentLoader, PaymentOfOrderLoader, PaymentsOfOrderLoader};
pub use mutation::*;
pub use object::*;
pub use query::PaymentsQuery;

//! Plain types and pure decisions.

mod amounts;
mod dispute;
mod method;
mod operation;
mod payment;

pub use amounts::{Amounts, Fact, Moved};
pub use dispute::{Dispute, DisputeState};
pub use method::{CaptureMoment, Method, Precondition, method, methods};
pub use operation::{Operation, OperationKind, OperationState, Phase};
pub use payment::{BankReceipt, CollectedBy, Payment, PaymentState, token_line};

/// Enums with a stored name.
macro_rules! stored_names {
    ($type:ident { $($variant:ident = $name:literal,)* }) => {
        impl $type {
            /// The stored name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Reads a stored name; `None` for anything else.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use stored_names;

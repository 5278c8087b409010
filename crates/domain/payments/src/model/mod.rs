//! Plain types and pure decisions.

mod amounts;
mod credit;
mod dispute;
mod invoice;
mod link;
mod method;
mod operation;
mod payment;
mod source;

pub use amounts::{Amounts, Fact, Moved};
pub use credit::{CreditAccount, CreditKind, code_hash, new_code, normal_code};
pub use dispute::{Dispute, DisputeState};
pub use invoice::{CreditLine, NET_DAYS_MAX, Owed, PaymentTerms, Receivable, TermsKind};
pub use link::LinkSecret;
pub(crate) use link::link_digest;
pub use method::{
    CancelBy, CaptureMoment, Method, Needs, PayableWhen, Precondition, RefundBy, method, methods, offer_methods_of,
    offered_method, offered_methods,
};
pub use operation::{Operation, OperationKind, OperationState, Phase};
pub use payment::{BankReceipt, CollectedBy, Payment, PaymentState, return_line, token_line};
pub use source::{Source, sources, spread};

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

//! Plain types and pure decisions.

mod account;
pub mod build;
pub mod closed;
mod critical;
pub mod document;
mod entry;
pub mod invoice;
mod payout;
mod posting;
mod profile;
pub mod reconcile;
mod release;
pub mod sale;
mod statement;
mod write_off;

pub(crate) use account::BALANCE_ROLES;
pub use account::{Account, Side};
pub use closed::{ClosedStatement, StatementGroup, StatementLine};
pub use critical::{Alarm, CriticalBalance, Holdings, alarms};
pub use document::DocumentFile;
pub use entry::{Debt, DebtState, EntryKind, EntryState, ManualEntry, Subscription};
pub use invoice::{Invoice, InvoiceKind};
pub use payout::{MerchantBalance, Payout, PayoutRun, PayoutState, PayoutVia, Skipped};
pub use posting::{Component, Direction, Draft, Entry, Kind, Posted, Posting, Source, Unbalanced, chain, input_hash};
pub use profile::BillingProfile;
pub use reconcile::{Finding, Outcome, Reconciliation};
pub use release::{Hold, HoldKind, draw};
pub use sale::{SaleDraft, SaleInvoice, SaleKind, Sold};
pub use statement::{JournalLine, LedgerAccount, LedgerEntry, LedgerTx, Statement, StatementTotal, TrialLine};
pub use write_off::{WriteOff, borne_by_merchant};

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

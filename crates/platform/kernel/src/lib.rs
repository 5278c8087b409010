//! The vocabulary every other crate speaks: money, rates, typed ids, time, pages and faults.
//!
//! Nothing here does I/O. `sea-orm` is used only for its value-type derive, so that a typed id or a
//! currency can be a column without a conversion at every query.

pub mod allocate;
pub mod bank;
pub mod clock;
pub mod country;
pub mod currency;
pub mod fault;
pub mod id;
pub mod money;
pub mod page;
pub mod postal;
pub mod rate;
pub mod size;
pub mod text;
pub mod vat;
pub mod zone;

pub use allocate::{ZeroWeights, allocate, cumulative, unit_slots_sum};
pub use clock::{Clock, IdGen, ManualClock, SandboxClock, SystemClock};
pub use currency::{Currency, UnknownCurrency};
pub use fault::{Fault, FaultKind, Invalid};
pub use money::{Money, MoneyError};
pub use page::{BadCursor, Cursor, Page, PageArgs};
pub use rate::{Rate, Rounding};
pub use size::{Dimensions, Extent};
pub use zone::Zone;

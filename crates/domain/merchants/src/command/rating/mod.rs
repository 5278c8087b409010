//! Rating merchants: noting what happened, computing, formulas, and what people decide about it.

mod conduct;
mod decide;
mod formula;
mod rate;

pub use conduct::{Conduct, ConductSource, note_answers, note_conduct};
pub use decide::{ExcludeOrder, OverrideRating, end_override, exclude_order, include_order, override_rating};
pub use formula::{activate_formula, create_formula};
pub use rate::{rate, rate_due};

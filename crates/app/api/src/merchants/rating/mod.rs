//! How merchants are rated, and why.

pub mod formula;
pub mod input;
pub mod mutation;
pub mod object;
pub mod query;
pub mod question;

pub use mutation::RatingMutation;
pub use query::RatingQuery;

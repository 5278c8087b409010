//! The GraphQL API: objects, inputs, loaders and the mapping of errors. See the README for the conventions.

pub mod assets;
pub mod billing;
pub mod catalog;
pub mod customers;
pub mod error;
pub mod history;
pub mod identity;
pub mod input;
pub mod inventory;
pub mod live;
pub mod loader;
pub mod marketplace;
pub mod merchants;
pub mod node;
pub mod offers;
pub mod orders;
pub mod page;
pub mod payments;
pub mod scalar;
pub mod storefront;

mod schema;
pub mod system;

pub use error::{Gql, UserError};
pub use live::{Caller, Live};
pub use loader::Loaders;
pub use schema::{COMPLEXITY_MAX, DEPTH_MAX, Mutation, Query, Services, SoukSchema, build};

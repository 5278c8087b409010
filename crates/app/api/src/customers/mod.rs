//! Buyers and their addresses.

mod loader;
pub mod mutation;
pub mod object;
pub mod query;

pub use loader::{AddressesLoader, CustomerLoader};
pub use mutation::CustomersMutation;
pub use object::{Address, AddressInput, Customer, PostalAddress};
pub use query::CustomersQuery;

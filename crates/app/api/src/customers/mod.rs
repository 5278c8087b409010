//! Buyers, their addresses and companies.

pub mod company;
pub mod company_root;
mod loader;
pub mod mutation;
pub mod object;
pub mod query;

pub use company::Company;
pub use company_root::{CompanyMutation, CompanyQuery};
pub use loader::{AddressesLoader, CustomerLoader};
pub use mutation::CustomersMutation;
pub use object::{Address, AddressInput, Customer, PostalAddress};
pub use query::CustomersQuery;

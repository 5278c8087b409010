//! Plain types and pure decisions.

mod address;
mod country;
mod customer;

pub use address::{ADDRESSES_MAX, Address, AddressFields, PostalAddress, phone};
pub use country::country;
pub use customer::{Customer, CustomerStatus, locale};

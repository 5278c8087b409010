//! Buyers: their accounts and addresses.

pub mod actions;
pub mod check;
mod command;
mod entity;
mod error;
mod event;
mod model;
mod query;
mod repo;

pub use command::address::{
    AddressCreate, AddressUpdate, address_create, address_delete, address_set_default, address_update,
};
pub use command::erase::{CustomerErase, erase};
pub use command::profile::{ProfileUpdate, profile_update};
pub use command::register::{Register, Registered, become_buyer, register};
pub use error::Error;
pub use event::{CustomerErased, CustomerRegistered};
pub use model::{ADDRESSES_MAX, Address, AddressFields, Customer, CustomerStatus, PostalAddress, country};
pub use query::{addresses, addresses_by_customers, by_id_on, by_ids, customer, customers, mine};

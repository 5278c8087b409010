//! Buyers: their accounts, addresses and companies.

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
pub use command::company::{CompanyCreate, CompanyEdit, company_create, company_edit};
pub use command::company_member::{
    CompanyMemberEdit, CompanyMemberInvite, company_member_edit, company_member_invite, company_member_join,
    company_member_remove,
};
pub use command::erase::{CustomerErase, erase};
pub use command::profile::{ProfileUpdate, profile_update};
pub use command::register::{Register, Registered, become_buyer, register};
pub use error::Error;
pub use event::{CompanyMemberInvited, CustomerErased, CustomerRegistered};
pub use model::{
    ADDRESSES_MAX, Address, AddressFields, COMPANY_ADDRESSES_MAX, COMPANY_MEMBERS_MAX, Company, CompanyAddresses,
    CompanyFields, CompanyMember, CompanyRole, CompanySeat, Customer, CustomerStatus, PostalAddress, VAT_IDS_MAX,
    VatIds, country, locale, vat_id,
};
pub use query::{
    addresses, addresses_by_customers, by_id_on, by_ids, companies, companies_by_ids, companies_of_admin_on, company,
    company_invitations, company_offer, company_on, company_places_on, company_seat_on, customer, customers, locale_of,
    members_by_companies, mine,
};

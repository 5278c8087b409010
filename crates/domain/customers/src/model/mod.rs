//! Plain types and pure decisions.

mod address;
mod company;
mod country;
mod customer;

pub use address::{ADDRESSES_MAX, Address, AddressFields, PostalAddress};
pub use company::{
    COMPANY_ADDRESSES_MAX, COMPANY_MEMBERS_MAX, Company, CompanyAddresses, CompanyFields, CompanyMember, CompanyRole,
    CompanySeat, VAT_IDS_MAX, VatIds,
};
pub use country::country;
pub use customer::{Customer, CustomerStatus, locale};
pub use kernel::postal::phone;
pub use kernel::vat::vat_id;

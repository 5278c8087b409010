//! Changes.

mod create;
pub(crate) mod delivery;
mod edit;
mod status;

pub use create::{CREATE_MAX, CreateMerchant, Owner, STANDARD_TIER, create, create_many};
pub use delivery::{SetDelivery, set_delivery};
pub use edit::{
    EditBank, EditCalendar, EditLegal, EditProfile, EditTerms, edit_bank, edit_calendar, edit_legal, edit_profile,
    edit_terms,
};
pub use status::{ChangeStatus, approve, close, reopen, suspend};

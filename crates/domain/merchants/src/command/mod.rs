//! Changes.

mod create;
mod edit;
mod status;

pub use create::{CREATE_MAX, CreateMerchant, Owner, STANDARD_TIER, create, create_many};
pub use edit::{
    EditBank, EditCalendar, EditLegal, EditProfile, EditTerms, edit_bank, edit_calendar, edit_legal, edit_profile,
    edit_terms,
};
pub use status::{ChangeStatus, approve, close, reopen, suspend};

//! Changes.

mod create;
mod edit;
mod status;

pub use create::{CreateMerchant, create, create_many};
pub use edit::{EditBank, EditLegal, EditProfile, EditTerms, edit_bank, edit_legal, edit_profile, edit_terms};
pub use status::{ChangeStatus, approve, close, reopen, suspend};

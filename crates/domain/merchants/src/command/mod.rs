//! Changes.

mod agreement;
mod appeal;
mod apply;
mod closing;
pub(crate) mod conversation;
mod create;
pub(crate) mod delivery;
mod document;
mod edit;
mod note;
mod onboarding;
mod party;
pub(crate) mod rating;
mod standing;
mod status;
mod step;
pub(crate) mod sync;
mod turn;

pub use agreement::{AcceptAgreement, PublishAgreement, accept_agreement, publish_agreement};
pub use appeal::{APPEAL_GRANTED, DecideAppeal, appeal, decide_appeal};
pub use apply::{Applicant, Apply, apply};
pub use closing::{PlanClosings, plan_closings};
pub use create::{CREATE_MAX, CreateMerchant, Owner, STANDARD_TIER, STANDARD_TYPE, create, create_many};
pub use delivery::{SetDelivery, set_delivery};
pub use document::{HandInDocument, ReviewDocument, hand_in_document, review_document, withdraw_document};
pub use edit::{
    EditBank, EditCalendar, EditLegal, EditProfile, EditTerms, edit_bank, edit_calendar, edit_legal, edit_profile,
    edit_terms,
};
pub use note::{add_note, edit_note, remove_note};
pub use onboarding::{EditPlan, ProgressSource, WaiveItem, edit_plan, note_progress, waive_item, welcome};
pub use party::{EditCounterparty, edit_counterparty};
pub use standing::{ChangeKyc, ChangePayoutAccount, PAPERS_EXPIRED, change_kyc, change_payout_account, submit_kyc};
pub(crate) use status::action_of;
pub use status::{
    ChangeStatus, Obligation, Obligations, admit, approve, close, offboard, reject, reopen, restrict, revive,
    send_back, submit, suspend,
};
pub use turn::turn_due;

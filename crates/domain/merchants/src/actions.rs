//! What can be allowed in the merchants' administration.

use access::Action;

/// See the public card of a merchant.
pub const VIEW: Action = Action::new("merchant", "view");
/// Read everything of a merchant but the number of its bank account.
pub const READ: Action = Action::new("merchant", "read");
/// List merchants with their data.
pub const LIST: Action = Action::new("merchant", "list");
/// Make merchants, approved or not.
pub const CREATE: Action = Action::new("merchant", "create");
/// Admit, return, reject and revive who wants to sell.
pub const REVIEW: Action = Action::new("merchant", "review");
/// Read what the operator's people wrote about merchants.
pub const READ_NOTE: Action = Action::new("merchant_note", "read");
/// Write about merchants.
pub const EDIT_NOTE: Action = Action::new("merchant_note", "edit");
/// Say that the checklist is done.
pub const SUBMIT: Action = Action::new("merchant", "submit");
/// Appeal against a block.
pub const APPEAL: Action = Action::new("merchant", "appeal");
/// Apply to sell.
pub const APPLY: Action = Action::new("merchant", "apply");
/// Waive items of the checklist of a merchant.
pub const WAIVE: Action = Action::new("merchant", "waive");
/// Keep what other systems know of a merchant that comes.
pub const NOTE_PROGRESS: Action = Action::new("merchant", "note_progress");
/// Read what onboarding asks for.
pub const READ_PLAN: Action = Action::new("onboarding_plan", "read");
/// Compose what onboarding asks for.
pub const PLAN_ONBOARDING: Action = Action::new("onboarding_plan", "edit");
/// Read agreements.
pub const READ_AGREEMENT: Action = Action::new("agreement", "read");
/// Publish agreements.
pub const PUBLISH_AGREEMENT: Action = Action::new("agreement", "publish");
/// Accept agreements for a merchant.
pub const ACCEPT_AGREEMENT: Action = Action::new("agreement", "accept");
/// Hand in documents of a merchant.
pub const HAND_IN_DOCUMENT: Action = Action::new("merchant_document", "submit");
/// Look at documents of merchants.
pub const REVIEW_DOCUMENT: Action = Action::new("merchant_document", "review");
/// Do what the clock asks for.
pub const TURN: Action = Action::new("merchant", "turn");
/// Say that the papers are there.
pub const SUBMIT_KYC: Action = Action::new("merchant_kyc", "submit");
/// Decide about who a merchant is.
pub const DECIDE_KYC: Action = Action::new("merchant_kyc", "decide");
/// Decide about a merchant's account for payouts.
pub const DECIDE_PAYOUT: Action = Action::new("merchant_payout", "decide");
/// Let a merchant sell.
pub const APPROVE: Action = Action::new("merchant", "approve");
/// Restrict or suspend a merchant.
pub const SUSPEND: Action = Action::new("merchant", "suspend");
/// Let a blocked merchant sell again; decide about appeals.
pub const REOPEN: Action = Action::new("merchant", "reopen");
/// Let a merchant leave, and close it for good.
pub const CLOSE: Action = Action::new("merchant", "close");
/// Change the profile.
pub const EDIT_PROFILE: Action = Action::new("merchant_profile", "edit");
/// Change the legal data.
pub const EDIT_LEGAL: Action = Action::new("merchant_legal", "edit");
/// Change tier and VAT on commission.
pub const EDIT_TERMS: Action = Action::new("merchant_terms", "edit");
/// Read the number of the bank account.
pub const READ_BANK: Action = Action::new("merchant_bank", "read");
/// Change the bank account.
pub const EDIT_BANK: Action = Action::new("merchant_bank", "edit");
/// Read the prices that a merchant set for delivery.
pub const READ_DELIVERY: Action = Action::new("merchant_delivery", "read");
/// Set prices for delivery.
pub const EDIT_DELIVERY: Action = Action::new("merchant_delivery", "edit");
/// Read how a merchant is rated, and by what.
pub const READ_RATING: Action = Action::new("merchant_rating", "read");
/// Keep what an order says of its merchant.
pub const NOTE_CONDUCT: Action = Action::new("merchant_rating", "note");
/// Compute ratings again.
pub const RATE: Action = Action::new("merchant_rating", "compute");
/// Put a rating in the place of the computed one.
pub const OVERRIDE_RATING: Action = Action::new("merchant_rating", "override");
/// Say that an order counts for nothing.
pub const EXCLUDE_ORDER: Action = Action::new("merchant_rating", "exclude");
/// Read by which formulas merchants are rated, and what another one would change.
pub const READ_FORMULA: Action = Action::new("rating_formula", "read");
/// Write formulas.
pub const EDIT_FORMULA: Action = Action::new("rating_formula", "edit");
/// Put a formula in force.
pub const ACTIVATE_FORMULA: Action = Action::new("rating_formula", "activate");
/// Read which systems tell of merchants, and what they told.
pub const READ_SYNC: Action = Action::new("sync", "read");
/// Set such systems up, and decide about what could not be taken.
pub const MANAGE_SYNC: Action = Action::new("sync", "manage");
/// Tell of merchants, as such a system.
pub const SEND_SYNC: Action = Action::new("sync", "send");
/// Open conversations.
pub const OPEN_CONVERSATION: Action = Action::new("conversation", "open");
/// Open, read and go on with conversations about an order with its number and secret token.
pub const CONVERSE_BY_TOKEN: Action = Action::new("conversation", "by_token");
/// Read the conversations in which one takes part; the operator's people all of them.
pub const READ_CONVERSATION: Action = Action::new("conversation", "read");
/// Write into them.
pub const POST_MESSAGE: Action = Action::new("conversation", "post");
/// Say who of one's own people cares for a conversation.
pub const ASSIGN_CONVERSATION: Action = Action::new("conversation", "assign");
/// Close conversations and open them again.
pub const CLOSE_CONVERSATION: Action = Action::new("conversation", "close");
/// Take the words of messages away.
pub const REDACT_MESSAGE: Action = Action::new("message", "redact");
/// Read addresses and numbers that are hidden between buyers and merchants.
pub const UNMASK_MESSAGE: Action = Action::new("message", "unmask");
/// Close what is idle, forget buyers, write mails.
pub const DRIVE_CONVERSATION: Action = Action::new("conversation", "drive");

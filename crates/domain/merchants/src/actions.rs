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
/// Approve an application.
pub const APPROVE: Action = Action::new("merchant", "approve");
/// Suspend a merchant.
pub const SUSPEND: Action = Action::new("merchant", "suspend");
/// Let a suspended merchant sell again.
pub const REOPEN: Action = Action::new("merchant", "reopen");
/// Close a merchant for good.
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

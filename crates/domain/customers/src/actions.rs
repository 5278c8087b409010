//! What can be allowed here.

use access::Action;

/// Become a buyer. For everybody.
pub const REGISTER: Action = Action::new("customer", "register");
/// Become a buyer with the account one has. For whoever is signed in as a person.
pub const OPEN: Action = Action::new("customer", "open");
/// Read buyers' accounts and addresses.
pub const READ: Action = Action::new("customer", "read");
/// Change a buyer's profile and addresses.
pub const EDIT: Action = Action::new("customer", "edit");
/// Forget a buyer.
pub const ERASE: Action = Action::new("customer", "erase");
/// Make a company: for oneself, or for any buyer.
pub const CREATE_COMPANY: Action = Action::new("company", "create");
/// See companies and their people: all, or those one has a place in.
pub const READ_COMPANY: Action = Action::new("company", "read");
/// Change companies and their people: any, or those one is an admin of.
pub const EDIT_COMPANY: Action = Action::new("company", "edit");
/// Take a place in a company that was offered to one's address.
pub const JOIN_COMPANY: Action = Action::new("company", "join");

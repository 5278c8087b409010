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

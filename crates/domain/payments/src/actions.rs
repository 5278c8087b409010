//! What can be allowed.

use access::Action;

/// See payments and their operations.
pub const READ: Action = Action::new("payment", "read");
/// Enter receipts of the bank and match them to payments.
pub const RECEIVE: Action = Action::new("payment", "receive");
/// Confirm or retry a refund that is paid by hand.
pub const REFUND: Action = Action::new("payment", "refund");
/// Enter chargebacks and what became of them.
pub const DISPUTE: Action = Action::new("payment", "dispute");
/// Let companies buy on account.
pub const EDIT_CREDIT_LINE: Action = Action::new("credit_line", "edit");
/// Give buyers store credit and gift cards.
pub const GIVE_CREDIT: Action = Action::new("credit", "give");
/// See the credit of buyers.
pub const READ_CREDIT: Action = Action::new("credit", "read");
/// Look at one's own credit.
pub const OWN_CREDIT: Action = Action::new("credit", "own");
/// Pay by the secret of a link.
pub const PAY_BY_LINK: Action = Action::new("payment", "pay_by_link");
/// Make a new link by which a payment is paid.
pub const MAKE_LINK: Action = Action::new("payment", "make_link");
/// Ask providers and take what they tell; only Souk itself.
pub const EXECUTE: Action = Action::new("payment", "execute");

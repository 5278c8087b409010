//! What can be allowed here.

use access::Action;

/// See offers as those who keep them do: in every status, with all prices.
pub const OFFER_READ: Action = Action::new("offer", "read");
/// Make and change offers.
pub const OFFER_EDIT: Action = Action::new("offer", "edit");
/// See what is for sale in a channel, as buyers do.
pub const SALE_READ: Action = Action::new("sale", "read");

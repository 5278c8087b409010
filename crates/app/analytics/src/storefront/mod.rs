//! What storefronts list: the products of which something can be bought in a channel and currency.
//!
//! A product is listed where it is published, the channel is active, and an active offer of an active merchant has a price.
//! Its price is the lowest among the offers that are in stock, or the lowest of all when none is.

mod compute;
mod list;
mod refresh;

use access::Action;

pub use list::{AttributeFilter, Listed, ListingQuery, Sort, list, listed};
pub use refresh::{check, rebuild, refresh};

/// See what storefronts list.
pub const LISTING_READ: Action = Action::new("listing", "read");
/// Make the listing anew.
pub const LISTING_REFRESH: Action = Action::new("listing", "refresh");

/// Products that are looked at together.
pub const PRODUCTS_PER_PART: usize = 500;

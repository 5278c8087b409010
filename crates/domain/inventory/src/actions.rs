//! What can be allowed here.

use access::Action;

/// See stock levels and movements.
pub const STOCK_READ: Action = Action::new("stock", "read");
/// Count, adjust and receive stock.
pub const STOCK_EDIT: Action = Action::new("stock", "edit");
/// See where stock can be bought: how many units of an article each location can sell.
pub const AVAILABILITY_READ: Action = Action::new("availability", "read");
/// See stock locations.
pub const LOCATION_READ: Action = Action::new("location", "read");
/// Make and change stock locations.
pub const LOCATION_EDIT: Action = Action::new("location", "edit");

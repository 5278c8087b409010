//! Merchants.

pub mod delivery;
pub mod input;
pub mod loader;
pub mod mutation;
pub mod object;
pub mod query;

pub use delivery::{MerchantDeliveryMutation, MerchantDeliveryQuery};
pub use loader::{MerchantCardLoader, MerchantLoader};
pub use mutation::MerchantsMutation;
pub use object::{Merchant, MerchantCard};
pub use query::MerchantsQuery;

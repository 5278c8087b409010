//! Merchants.

pub mod delivery;
mod books;
pub mod input;
pub mod life;
pub mod loader;
pub mod mutation;
pub mod object;
pub mod onboarding;
pub mod papers;
pub mod query;

pub use delivery::{MerchantDeliveryMutation, MerchantDeliveryQuery};
pub use life::{StandingMutation, StandingQuery};
pub use loader::{MerchantCardLoader, MerchantLoader};
pub use mutation::MerchantsMutation;
pub use object::{Merchant, MerchantCard};
pub use onboarding::{OnboardingMutation, OnboardingQuery};
pub use papers::{MerchantPapersMutation, MerchantPapersQuery};
pub use query::MerchantsQuery;

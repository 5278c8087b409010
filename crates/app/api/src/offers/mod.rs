//! What merchants sell variants for, and what buyers see of it.

mod input;
mod loader;
mod mutation;
mod object;
mod query;
mod sale;

pub use loader::{OfferLoader, OffersOfVariantLoader, SaleKey, SaleLoader};
pub use mutation::OffersMutation;
pub use object::{Offer, OfferCondition};
pub use query::OffersQuery;
pub use sale::{BestOffer, SaleOffer, best_offer, sale_offers};

//! What merchants sell variants for, and what buyers see of it.

mod input;
mod loader;
mod mutation;
mod object;
mod query;
mod sale;

pub use input::*;
pub use loader::{OfferLoader, OffersOfVariantLoader, SaleKey, SaleLoader};
pub use mutation::*;
pub use object::*;
pub use query::{OfferFilter, OffersQuery};
pub use sale::{
    BestOffer, BestOfferReason, LesserOffer, LesserOfferReason, SaleOffer, available_units, best_offer, sale_offers,
};

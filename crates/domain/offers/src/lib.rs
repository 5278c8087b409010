//! What merchants sell variants for.
//!
//! An offer is one merchant's promise to sell a variant of the catalog in one condition, at a price per currency and
//! optionally per channel. Several merchants may offer one variant; [`model::best`] decides which of them a storefront
//! shows first and says why. Whether there is stock is not known here: an offer only names its article, a
//! [`kernel::id::StockItemId`].

pub mod actions;
pub mod command;
mod entity;
mod error;
pub mod event;
pub mod model;
pub mod query;
mod repo;

pub use command::create::{OfferCreate, offer_create};
pub use command::edit::{OfferEdit, offer_edit};
pub use command::status::{OfferStatusChange, offer_status_change};
pub use command::upsert::{OffersUpsert, UpsertOutcome, offers_upsert};
pub use error::{Error, RowError};
pub use event::OfferChanged;
pub use model::best::{Candidate, Loser, LossReason, Ranking, WinReason, rank};
pub use model::input::{OfferInput, PriceInput};
pub use model::sale::{OfferForSale, Standing, Unsellable, unsellable};
pub use model::{Condition, Offer, OfferAction, OfferPrice, OfferStatus};
pub use query::list::{OfferFilter, by_ids, merchant_offers_by_variant_ids, offer, offers};
pub use query::products::{products_of_merchants_on, products_of_stock_items_on, sells_on};
pub use query::sale::{offers_for_sale_on, offers_of_variants_on};
pub use query::storefront::{best_by_variant_ids, best_of, by_variant_ids};

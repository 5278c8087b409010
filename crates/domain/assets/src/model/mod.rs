//! Plain types and pure decisions.

mod asset;
mod media;
pub(crate) mod thumbnail;

pub use asset::{Asset, AssetState, Shown, ThumbnailState, file_name};
pub(crate) use media::SNIFF_LENGTH;
pub use media::{AssetKind, MediaType};

//! Assets: files in object storage with their metadata.
//!
//! Bytes never pass through the API: a client asks for an upload, sends the bytes to storage with a presigned request,
//! and confirms. What it declared is a claim; size and type are read from storage before the asset is ready.

pub mod actions;
pub mod command;
pub(crate) mod entity;
pub mod error;
pub mod event;
pub mod job;
pub mod model;
pub mod query;
pub(crate) mod repo;
mod urls;

pub use error::Error;
pub use model::{Asset, AssetKind, AssetState, MediaType, Shown, ThumbnailState};
pub use query::{attached_on, owned_in_tx, usable_in_tx};
pub use urls::Urls;

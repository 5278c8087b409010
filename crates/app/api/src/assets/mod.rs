//! Files: uploads, images, documents.

pub mod mutation;
pub mod object;
pub mod query;

pub use mutation::AssetsMutation;
pub use object::{Asset, AssetLoader};
pub(crate) use object::{ShownLoader, original, small};
pub use query::AssetsQuery;

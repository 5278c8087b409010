//! Files: uploads, images, documents.

pub mod mutation;
pub mod object;
pub mod query;

pub use mutation::AssetsMutation;
pub use object::{Asset, AssetLoader};
pub use query::AssetsQuery;

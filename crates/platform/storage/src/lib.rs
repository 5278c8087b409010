//! Object storage over S3, and a small S3 server inside the process for the demo and for tests.
//!
//! There is one way to storage, [`ObjectStore`] over `aws-sdk-s3`; only the address differs between a bucket in
//! production and the folder behind [`embedded::Embedded`]. Media bytes go between client and storage by presigned
//! requests and do not pass the API.

pub mod embedded;
mod error;
mod key;
mod settings;
mod store;

pub use error::StorageError;
pub use settings::Settings;
pub use store::{Listing, ObjectEntry, ObjectHead, ObjectStore, PresignedPut};

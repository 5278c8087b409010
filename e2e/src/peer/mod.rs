//! The servers that Souk talks to in production, as small as they can be: an S3 storage and a mail server.

mod s3;
mod smtp;

pub use s3::{KEYS, S3};
pub use smtp::Smtp;

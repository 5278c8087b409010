//! The servers that Souk talks to in production, as small as they can be: an S3 storage, a mail server, a payment
//! provider, a system that is told of changes.

mod python;
mod receiver;
mod s3;
mod smtp;
mod stripe;

pub use receiver::{Message, Receiver, verified};
pub use s3::{KEYS, S3};
pub use smtp::Smtp;
pub use stripe::Localstripe;

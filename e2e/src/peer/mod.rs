//! The servers that Souk talks to in production, as small as they can be: an S3 storage, a mail server, a payment
//! provider, a provider of sign-in, a system that is told of changes, one that tells of companies.

mod crm;
mod provider;
mod python;
mod receiver;
mod s3;
mod smtp;
mod stripe;

pub use crm::{Company, Crm};
pub use provider::{CameBack, OpenIdProvider};
pub use receiver::{Message, Receiver, verified};
pub use s3::{KEYS, S3};
pub use smtp::Smtp;
pub use stripe::Localstripe;

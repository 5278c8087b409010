//! Drives the real binary over HTTP, as a stranger would: tests, the replay of real orders, measurements.
//!
//! Nothing here knows a crate of Souk. What can be done is done through `/graphql`; what is looked at beside it is
//! what an operator of the program sees as well: the process, its mails, `souk verify`.

pub mod bazaar;
pub mod bench;
pub mod client;
pub mod crash;
pub mod crm;
pub mod database;
pub mod environment;
pub mod erp;
pub mod error;
pub mod floor;
pub mod json;
pub mod load;
pub mod mails;
pub mod market;
pub mod money;
pub mod olist;
pub mod operations;
pub mod peer;
pub mod program;
pub mod replay;
pub mod report;
pub mod site;
pub mod wire;

pub use client::Client;
pub use database::Kind;
pub use error::{Error, Result};
pub use json::Json;
pub use site::Site;

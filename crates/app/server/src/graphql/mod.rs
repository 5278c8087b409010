//! GraphQL over HTTP, and over WebSocket for what happens.
//!
//! The library's own handler executes mutations sent by GET and knows no request errors, so this one is ours. It
//! passes the public audit suite, and it refuses what would cost too much before the schema sees it: the checks of
//! the library walk a fragment again at every spread, which a few hundred bytes turn into seconds.

mod counts;
mod documents;
mod endpoint;
mod media;
mod nesting;
mod params;
mod refusal;
mod reply;
mod socket;
mod weight;

pub use documents::Documents;
pub use endpoint::{Endpoint, EndpointSettings, handle};
pub use media::Media;
pub use params::read_body;
pub use refusal::Refusal;
pub use reply::refusal as refuse;
pub use socket::{SocketLimits, Sockets, connect, wants_socket};
pub use weight::{Limits, Weight};

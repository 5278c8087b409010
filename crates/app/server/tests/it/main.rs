//! The HTTP side against a listening server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bad_input;
mod host;
mod import;
mod listening;
mod protocol;
mod resilience;
mod sockets;

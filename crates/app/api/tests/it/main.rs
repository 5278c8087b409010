//! What holds for the whole schema: every root field has its expected answer for every role, every public
//! field is described, lists are connections.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bazaar;
mod catalog;
mod documents;
mod live;
mod market;
mod node;
mod operations;
mod people;
mod plans;
mod rated;
mod rights;
mod roles;
mod shape;
mod standing;
mod statements;
mod strangers;
mod talks;
mod tasks;
mod trade;
mod walls;

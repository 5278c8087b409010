//! The real program, from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod access;
mod bad_input;
mod business;
mod care;
mod common;
mod credit;
mod crm;
mod delivery;
mod desk;
mod hooks;
mod merchants;
mod oidc;
mod own_texts;
mod pay;
mod quotes;
mod rating;
mod rush;
mod setup;
mod start;
mod walk;
mod worked;

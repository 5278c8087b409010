//! The program `souk`: settings, wiring, HTTP, subcommands. The README tells how the parts fit.

pub mod app;
pub mod auth;
pub mod cli;
pub mod command;
pub mod demo;
pub mod edge;
pub mod folder;
pub mod graphql;
pub mod health;
pub mod hooks;
pub mod import;
pub mod node;
mod pages;
pub mod sandbox;
pub mod settings;
pub mod sign_in;
pub mod stripe;
pub mod webhook;
pub mod work;

//! Who may do what.
//!
//! casbin decides whether a role may take an [`Action`]; the seat that carries the role decides the
//! [`Scope`] in which it may. The proof is a [`Grant`]: only [`Access::authorize`] makes one, and data
//! access asks for it. Everything fails closed: an unknown role, an unknown action or an error of the
//! policy engine is a refusal.

mod action;
mod actor;
mod grant;
mod policy;

pub use action::Action;
pub use actor::{Actor, Principal, Role, Scope, Seat};
pub use grant::{Denied, Grant, Reach};
pub use policy::{Access, PolicyError};

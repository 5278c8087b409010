//! Who may do what.
//!
//! casbin decides whether a role may take an [`Action`]; the seat that carries the role decides the
//! [`Scope`] in which it may. The proof is a [`Grant`]: only [`Access`] makes one, and data access asks for it.
//! Everything fails closed: an unknown role, an unknown action or an error of the policy engine is a refusal, and
//! [`Access::authorize`] refuses a permission that is narrowed to a part of the rows; only who knows how to heed
//! [`Bounds`] asks by [`Access::authorize_within`].

mod action;
mod actor;
mod bounds;
mod grant;
mod policy;
mod role;
mod rules;

pub use action::Action;
pub use actor::{Actor, Principal, Role, Scope, Seat};
pub use bounds::{Bounds, Extent, Limit, Masks};
pub use grant::{Denied, Grant, Reach};
pub use policy::{Access, PolicyError};
pub use role::{RoleLine, RolePolicy};
pub use rules::SignInRules;

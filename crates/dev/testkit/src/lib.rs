//! What integration tests stand on: a fresh database of either kind, a clock that moves when told, contexts
//! for every kind of actor.
//!
//! ```text
//! testkit::both_databases! {
//!     async fn a_merchant_is_approved_once(t: TestEnv) {
//!         let ctx = t.operator();
//!         ...
//!     }
//! }
//! ```
//!
//! The PostgreSQL half needs `SOUK_TEST_POSTGRES_URL` (a server on which databases may be created); without it
//! those tests say loudly that they were skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::panic)]

mod database;
mod env;

pub use database::{Kind, POSTGRES_URL_VARIABLE};
pub use env::{POLICY, TestEnv};
pub use tokio;

/// Runs each test once on SQLite and once on PostgreSQL. Tests after `on one thread:` have no second thread on which
/// their tasks could overtake each other.
#[macro_export]
macro_rules! both_databases {
    (on one thread: $($tests:tt)*) => { $crate::both_databases! { @run_on_one_thread $($tests)* } };
    (@$run:ident $($(#[$meta:meta])* async fn $name:ident($t:ident: TestEnv) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn behavior($t: $crate::TestEnv) $body

            $(#[$meta])*
            #[test]
            fn sqlite() {
                $crate::TestEnv::$run($crate::Kind::Sqlite, behavior);
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                $crate::TestEnv::$run($crate::Kind::Postgres, behavior);
            }
        }
    )*};
    ($($tests:tt)*) => { $crate::both_databases! { @run $($tests)* } };
}

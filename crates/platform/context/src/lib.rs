//! `Ctx`, handed to every command and query: who acts, the clock, ids, the database.
//!
//! A command reads like this:
//!
//! ```text
//! pub async fn approve(ctx: &Ctx, input: Approve) -> Result<Merchant, Error> {
//!     let grant = ctx.authorize(APPROVE)?;           // exactly once, first line
//!     let mut tx = ctx.begin_write().await?;         // one transaction
//!     let merchant = repo::find(&tx, &grant, input.id).await?;
//!     let approved = merchant.approve(ctx.now())?;   // pure decision
//!     repo::save(&tx, &grant, &approved, input.expected_version).await?;
//!     tx.record(Change::new("merchant", input.id, "approved").diff(Some(&merchant), Some(&approved)));
//!     tx.emit(&MerchantApproved { merchant: input.id });
//!     tx.commit().await?;                            // history, events and jobs go with it
//!     Ok(approved)
//! }
//! ```

mod changes;
mod ctx;
mod error;
mod sandbox;
mod scope;
mod vault;
mod write;

pub use changes::{
    Feed, READ_FEED, READ_HISTORY, WATCH_CHANGES, change_feed, change_feed_end, change_kinds, change_until, changes,
    watch_changes,
};
pub use ctx::{Ctx, Origin, World};
pub use error::Error;
pub use sandbox::{SET_CLOCK, sandbox_clock_load, sandbox_clock_set};
pub use scope::{merchant_meant, no_rows, within_customers, within_merchants};
pub use vault::{BadKey, Sealed, Vault, random_key};
pub use write::{Idempotent, WriteTx};

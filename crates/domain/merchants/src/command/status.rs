//! The life of a merchant.

use access::Grant;
use context::Ctx;
use history::Change;
use kernel::id::MerchantId;
use kernel::{Invalid, text};

use crate::actions::{APPROVE, CLOSE, REOPEN, SUSPEND};
use crate::event::MerchantStatusChanged;
use crate::model::{Merchant, Transition};
use crate::{Error, repo};

/// Which merchant, in which version, and why.
#[derive(Debug, Clone)]
pub struct ChangeStatus {
    /// The merchant.
    pub id: MerchantId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// Why; required to suspend and to close.
    pub reason: Option<String>,
}

/// Lets an applicant sell.
///
/// # Errors
/// Not found; stale; `INVALID_TRANSITION`; denied; the database error.
pub async fn approve(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(APPROVE)?;
    change(ctx, &grant, input, Transition::Approve).await
}

/// Blocks a merchant: none of its offers can be sold from now on; what was ordered it finishes.
///
/// # Errors
/// As [`approve`]; a missing reason.
pub async fn suspend(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(SUSPEND)?;
    change(ctx, &grant, input, Transition::Suspend).await
}

/// Lets a suspended merchant sell again.
///
/// # Errors
/// As [`approve`].
pub async fn reopen(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(REOPEN)?;
    change(ctx, &grant, input, Transition::Reopen).await
}

/// Ends a merchant for good.
///
/// # Errors
/// As [`approve`]; a missing reason.
pub async fn close(ctx: &Ctx, input: ChangeStatus) -> Result<Merchant, Error> {
    let grant = ctx.authorize(CLOSE)?;
    change(ctx, &grant, input, Transition::Close).await
}

async fn change(ctx: &Ctx, grant: &Grant, input: ChangeStatus, transition: Transition) -> Result<Merchant, Error> {
    let reason = reason(input.reason.as_deref(), transition)?;
    let mut tx = ctx.begin_write_for(grant).await?;
    let before = repo::find(&*tx, grant, input.id).await?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("merchant").into());
    }
    let after = Merchant {
        status: before.status.after(transition)?,
        status_reason: reason.clone(),
        status_changed_at: tx.now(),
        updated_at: tx.now(),
        version: before.version + 1,
        ..before.clone()
    };
    repo::save(&tx, grant, &after, before.version).await?;
    let mut change = Change::new("merchant", after.id, done(transition)).of_merchant(after.id);
    if let Some(reason) = reason {
        change = change.because(reason);
    }
    tx.record(change.diff(Some(&before), Some(&after)));
    tx.emit(&MerchantStatusChanged { merchant: after.id, from: before.status, to: after.status });
    tx.commit().await?;
    Ok(after)
}

/// Suspending and closing take something from somebody, who may ask why.
fn reason(raw: Option<&str>, transition: Transition) -> Result<Option<String>, Invalid> {
    let given = raw.filter(|text| !text.trim().is_empty());
    match (given, transition) {
        (None, Transition::Suspend | Transition::Close) => Err(Invalid::required("reason")),
        (given, _) => given.map(|text| text::line("reason", text, 500)).transpose(),
    }
}

const fn done(transition: Transition) -> &'static str {
    match transition {
        Transition::Approve => "approved",
        Transition::Suspend => "suspended",
        Transition::Reopen => "reopened",
        Transition::Close => "closed",
    }
}

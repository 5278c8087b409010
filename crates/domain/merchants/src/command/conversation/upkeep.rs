//! What the clock and forgetting ask for.

use chrono::Duration;
use context::Ctx;
use history::Change;
use kernel::id::{ConversationId, CustomerId};

use super::rules;
use super::steer::tell_closed;
use super::write::{Step, write};
use crate::actions::DRIVE_CONVERSATION;
use crate::model::conversation::{Conversation, MessageKind, Party, Side, Visibility};
use crate::{Error, repo};

/// Closes up to `limit` conversations in which nothing was said for the days of the settings and in which no team is waited
/// for. How many.
///
/// # Errors
/// Denied; the database error. What was closed stays closed.
pub async fn close_idle(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    ctx.authorize(DRIVE_CONVERSATION)?;
    let days = rules(ctx).await?.close_idle_days;
    if days == 0 {
        return Ok(0);
    }
    let since = ctx.now() - Duration::days(days.into());
    let mut count = 0;
    for id in repo::conversation::idle(ctx.read(), since, limit).await? {
        let still = |of: &Conversation| {
            of.closed.is_none() && of.moved_at < since && !matches!(of.awaiting, Some(Side::Merchant | Side::Operator))
        };
        count += u64::from(close(ctx, id, still, false).await?);
    }
    Ok(count)
}

/// Forgets a buyer in every conversation: what was said in it, its title and its files go, times and counts stay. Answers and
/// notes go with the questions, because they name whom they answer. Saying it again changes nothing. How many there were.
///
/// # Errors
/// Denied; the database error. What was forgotten stays so.
pub async fn erase_buyer(ctx: &Ctx, customer: CustomerId) -> Result<u64, Error> {
    ctx.authorize(DRIVE_CONVERSATION)?;
    let mut count = 0;
    for id in repo::conversation::not_erased(ctx.read(), customer).await? {
        count += u64::from(close(ctx, id, |of| of.erased_at.is_none(), true).await?);
    }
    Ok(count)
}

/// Closes a conversation that still is `wanted`, and forgets its buyer, if that is asked for; whether it did.
async fn close(
    ctx: &Ctx,
    id: ConversationId,
    wanted: impl Fn(&Conversation) -> bool + Send,
    forget: bool,
) -> Result<bool, Error> {
    let grant = ctx.authorize(DRIVE_CONVERSATION)?;
    let rules = rules(ctx).await?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut conversation = repo::conversation::lock(&tx, Party::Operator, id).await?;
    if !wanted(&conversation) {
        return Ok(false);
    }
    if conversation.closed.is_none() {
        let step = Step {
            kind: MessageKind::Closed,
            side: None,
            visibility: Visibility::All,
            awaiting: Some(None),
            words: None,
            attachments: Vec::new(),
            mentions: Vec::new(),
        };
        write(&mut tx, &rules, Party::Operator, &mut conversation, step).await?;
        tell_closed(&mut tx, &conversation, None);
    }
    if forget {
        repo::conversation::message::forget(&tx, id).await?;
        repo::conversation::forget(&tx, id).await?;
        tx.record(super::open::of_merchant(Change::new("conversation", id, "erased"), &conversation));
    }
    tx.commit().await?;
    Ok(true)
}

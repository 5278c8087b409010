//! Acting in the place of somebody of a merchant.

use chrono::Duration;
use context::Ctx;
use history::Change;
use kernel::id::{MerchantId, UserId};
use kernel::{Invalid, text};

use crate::model::{Impersonation, Secret, Session, Team, UserStatus};
use crate::{Error, SignedIn, actions, repo};

/// The longest time, in minutes.
const MINUTES_MAX: i64 = 60;

/// In whose place, and why.
#[derive(Debug, Clone)]
pub struct ImpersonationBegin {
    /// The person.
    pub user: UserId,
    /// The merchant whose member the person is.
    pub merchant: MerchantId,
    /// Why, in the words of the operator; the merchant reads it.
    pub reason: String,
    /// For how many minutes, at most 60.
    pub minutes: i64,
    /// Whether with rights, too, that the caller lacks.
    pub beyond_own_rights: bool,
}

/// Begins a session in which the caller acts in the place of a member of a merchant, with that person's rights at the
/// merchant as far as the caller has them too. It ends by itself; the person sees it among the own sessions and can end
/// it. Each change that is made in it names both.
///
/// # Errors
/// Denied; reauthentication required; not found for somebody who is no member of the merchant; invalid `reason` or
/// `minutes`.
pub async fn impersonation_begin(ctx: &Ctx, input: ImpersonationBegin) -> Result<SignedIn, Error> {
    let right = if input.beyond_own_rights { actions::IMPERSONATE_BEYOND } else { actions::IMPERSONATE };
    let grant = ctx.authorize(right)?;
    let (Some(by), None, true) = (ctx.actor().user(), ctx.actor().on_behalf_of(), grant.is_wide()) else {
        return Err(access::Denied::Lacking(right).into());
    };
    ctx.require_fresh()?;
    let reason = text::line("reason", &input.reason, 500)?;
    if !(1..=MINUTES_MAX).contains(&input.minutes) {
        return Err(Invalid::range("minutes", 1, MINUTES_MAX).into());
    }
    let mut tx = ctx.begin_write_for(&grant).await?;
    let user = super::account::locked(&tx, input.user).await?;
    let held = repo::member::of_user(&*tx, user.id).await?;
    if user.status != UserStatus::Active || !held.iter().any(|held| held.team == Team::Merchant(input.merchant)) {
        return Err(context::Error::NotFound("member").into());
    }
    let (merchant, beyond) = (input.merchant, input.beyond_own_rights);
    let session = Session {
        id: ctx.new_id(),
        user: user.id,
        user_agent: None,
        ip: ctx.origin().ip.clone(),
        created_at: tx.now(),
        used_at: tx.now(),
        expires_at: tx.now() + Duration::minutes(input.minutes),
        proven_at: tx.now(),
        second_factor_at: None,
        impersonation: Some(Impersonation { by, merchant, beyond, reason: reason.clone() }),
    };
    let token = Secret::random();
    repo::session::insert(&*tx, &session, &token).await?;
    let change = Change::new("user", user.id, "impersonation_begun").of_merchant(merchant).because(reason);
    let change = change.field("session", None::<String>, session.id).field("until", None::<String>, session.expires_at);
    tx.record(change.field("beyondOwnRights", None::<bool>, beyond));
    tx.commit().await?;
    Ok(SignedIn { token, expires_at: session.expires_at, session, user })
}

/// Ends acting in somebody's place: the session of the request.
///
/// # Errors
/// Denied to who does not.
pub async fn impersonation_end(ctx: &Ctx) -> Result<(), Error> {
    ctx.authorize(actions::IMPERSONATION_END)?;
    let (Some(session), Some(user)) = (ctx.actor().session(), ctx.actor().on_behalf_of()) else {
        return Err(access::Denied::Lacking(actions::IMPERSONATION_END).into());
    };
    let mut tx = ctx.begin_write().await?;
    if repo::session::remove_impersonation(&*tx, session).await? {
        let change = Change::new("user", user, "impersonation_ended").field("session", session, None::<String>);
        tx.record(change.of_merchant(ctx.actor().merchant()));
    }
    Ok(tx.commit().await?)
}

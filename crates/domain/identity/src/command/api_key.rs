//! Keys for programs.

use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::ApiKeyId;
use kernel::{Invalid, text};

use super::member::of_team;
use super::role;
use crate::model::{ApiKey, ApiKeyScope, Secret, TeamRole};
use crate::{Error, actions, repo};

/// What key to make.
#[derive(Debug, Clone)]
pub struct ApiKeyCreate {
    /// What people call it.
    pub name: String,
    /// For whom it acts.
    pub scope: ApiKeyScope,
    /// As what; not wider than the roles of the caller.
    pub role: TeamRole,
    /// When it ends; never, if none.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A new key with its secret, which is shown this once.
#[derive(Debug, Clone)]
pub struct CreatedApiKey {
    /// The key.
    pub key: ApiKey,
    /// The secret to send as bearer.
    pub secret: Secret,
}

/// Makes a key for a program.
///
/// # Errors
/// Denied; not found for a merchant of others; [`Error::RoleTooWide`], [`Error::RoleMisplaced`]; an invalid `name` or
/// `expiresAt`.
pub async fn api_key_create(ctx: &Ctx, input: ApiKeyCreate) -> Result<CreatedApiKey, Error> {
    let grant = ctx.authorize(actions::API_KEY_MANAGE)?;
    ctx.require_fresh()?;
    input.scope.team().within(&grant)?;
    let name = text::line("name", &input.name, 120)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    match input.role {
        TeamRole::BuiltIn(name) if input.scope.fits(name) => {}
        TeamRole::Custom(_) if input.scope != ApiKeyScope::Storefront => {
            role::fits(&tx, input.role, input.scope.team()).await?;
        }
        _ => return Err(Error::RoleMisplaced(input.role)),
    }
    may_hand_out(ctx, &tx, input.scope, input.role).await?;
    if input.expires_at.is_some_and(|end| end <= tx.now()) {
        return Err(Invalid::new("expiresAt", "OUT_OF_RANGE", "must be in the future").into());
    }
    let secret = Secret::random_key();
    let key = ApiKey {
        id: ctx.new_id(),
        name,
        scope: input.scope,
        role: input.role,
        hint: secret.hint(),
        created_by: ctx.actor().id(),
        issuer: ctx.actor().answerable(),
        created_at: tx.now(),
        expires_at: input.expires_at,
        used_at: None,
        revoked_at: None,
    };
    repo::key::insert(&*tx, &key, &secret).await?;
    tx.record(of_team(Change::new("api_key", key.id, "created"), key.scope.team()).diff(None, Some(&key)));
    tx.commit().await?;
    Ok(CreatedApiKey { key, secret })
}

/// Ends a key at once. Doing it twice is no error.
///
/// # Errors
/// Denied; not found; [`Error::RoleTooWide`] for a key that the caller could not have made.
pub async fn api_key_revoke(ctx: &Ctx, id: ApiKeyId) -> Result<ApiKey, Error> {
    let grant = ctx.authorize(actions::API_KEY_MANAGE)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::key::find(&*tx, &grant, id).await?;
    may_hand_out(ctx, &tx, before.scope, before.role).await?;
    if before.revoked_at.is_some() || !repo::key::revoke(&*tx, id, tx.now()).await? {
        return Ok(before);
    }
    let after = ApiKey { revoked_at: Some(tx.now()), ..before.clone() };
    tx.record(of_team(Change::new("api_key", id, "revoked"), before.scope.team()).diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

async fn may_hand_out(ctx: &Ctx, tx: &WriteTx, scope: ApiKeyScope, role: TeamRole) -> Result<(), Error> {
    match (scope, role) {
        (ApiKeyScope::Storefront, TeamRole::BuiltIn(name)) => {
            let actor = ctx.actor();
            let mut held = [Some(actor.seats()), actor.ceiling()].into_iter().flatten();
            let may = held.all(|seats| name.may_be_granted_by(seats, None));
            if may { Ok(()) } else { Err(Error::RoleTooWide(name.as_str())) }
        }
        _ => role::may_grant(ctx, tx, role, scope.team()).await,
    }
}

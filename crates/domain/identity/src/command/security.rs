//! What the operator asks of those who sign in.

use context::Ctx;
use history::Change;
use kernel::Invalid;

use crate::model::{SecurityPolicy, TeamRole};
use crate::query::wide;
use crate::{Error, actions, policy, repo};

/// The longest time for which a password counts as given just now: a day.
const FRESH_MINUTES_MAX: i64 = 1440;

/// Another policy; what is `None` stays.
#[derive(Debug, Clone)]
pub struct SecurityPolicyEdit {
    /// The version the caller saw.
    pub expected_version: i64,
    /// For so many minutes a password or code that was given counts as given just now.
    pub fresh_minutes: Option<i64>,
    /// All roles whose seats are held only by who has signed in with a second factor.
    pub second_factor_roles: Option<Vec<TeamRole>>,
}

/// Changes what is asked of those who sign in, for every request from now on and on every node within a second.
///
/// # Errors
/// Denied; reauthentication required; stale; invalid `freshMinutes` or `secondFactorRoles`.
pub async fn security_policy_edit(ctx: &Ctx, input: SecurityPolicyEdit) -> Result<SecurityPolicy, Error> {
    wide(ctx, actions::SECURITY_EDIT)?;
    ctx.require_fresh()?;
    let mut tx = ctx.begin_write().await?;
    repo::role::changed(&tx).await?;
    let before = repo::security::policy(&*tx).await?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("policy").into());
    }
    let mut after = before.clone();
    if let Some(minutes) = input.fresh_minutes {
        if !(1..=FRESH_MINUTES_MAX).contains(&minutes) {
            return Err(Invalid::range("freshMinutes", 1, FRESH_MINUTES_MAX).into());
        }
        after.fresh_minutes = minutes;
    }
    if let Some(mut roles) = input.second_factor_roles {
        roles.sort_by_key(ToString::to_string);
        roles.dedup();
        known(&tx, &roles).await?;
        after.second_factor_roles = roles;
    }
    if after == before {
        return Ok(before);
    }
    after.version += 1;
    repo::security::save(&*tx, &after, tx.now()).await?;
    tx.record(Change::new("security_policy", "1", "edited").diff(Some(&before), Some(&after)));
    tx.commit().await?;
    policy::load_roles(ctx.world()).await?;
    Ok(after)
}

async fn known(tx: &context::WriteTx, roles: &[TeamRole]) -> Result<(), Error> {
    let custom: Vec<_> = roles.iter().filter_map(|role| role.custom()).collect();
    let found = repo::role::by_ids(&**tx, &custom).await?;
    for (index, role) in roles.iter().enumerate() {
        let there = match role {
            TeamRole::BuiltIn(name) => name.is_operator() || name.is_merchant(),
            TeamRole::Custom(id) => found.iter().any(|role| role.id == *id && role.retired_at.is_none()),
        };
        if !there {
            let text = "is no role that a person can hold";
            return Err(Invalid::new(format!("secondFactorRoles.{index}"), "NOT_FOUND", text).into());
        }
    }
    Ok(())
}

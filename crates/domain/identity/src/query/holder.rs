//! Who holds a role: whom to tell of what concerns a team.

use std::collections::{HashMap, HashSet};

use context::Ctx;
use kernel::id::{MerchantId, UserId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::wide;
use crate::entity::membership::{Column, Entity};
use crate::model::{Membership, Team, User, UserStatus};
use crate::{Error, actions, repo};

/// Somebody with an active account who holds a role in a team.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The person.
    pub user: User,
    /// Where.
    pub team: Team,
    /// The role, by its name in the policy.
    pub role: String,
}

/// Everybody who holds one of these roles in a team, each person once. For Souk itself and the operator.
///
/// # Errors
/// Denied; the database error.
pub async fn holders(ctx: &Ctx, team: Team, roles: &[String]) -> Result<Vec<Holder>, Error> {
    wide(ctx, actions::USER_READ)?;
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    found(ctx, Condition::all().add(of_team(team)).add(Column::Role.is_in(roles.to_vec()))).await
}

/// Those of these persons who belong to the operator or to the merchant, each once, with the seat at the operator if there is
/// one. For Souk itself and the operator.
///
/// # Errors
/// Denied; the database error.
pub async fn holders_among(ctx: &Ctx, users: &[UserId], merchant: Option<MerchantId>) -> Result<Vec<Holder>, Error> {
    wide(ctx, actions::USER_READ)?;
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let mut teams = Condition::any().add(of_team(Team::Operator));
    if let Some(merchant) = merchant {
        teams = teams.add(of_team(Team::Merchant(merchant)));
    }
    let users = db::dialect::pad(users.to_vec());
    found(ctx, Condition::all().add(Column::UserId.is_in(users)).add(teams)).await
}

/// The seat of a person with an active account in a team: at the operator if there is one, else at the first merchant. For Souk
/// itself and the operator.
///
/// # Errors
/// Denied; the database error.
pub async fn seat_of(ctx: &Ctx, user: UserId) -> Result<Option<Holder>, Error> {
    wide(ctx, actions::USER_READ)?;
    Ok(found(ctx, Condition::all().add(Column::UserId.eq(user))).await?.pop())
}

/// The person, if the account is active and it still holds this role in this team. For Souk itself and the operator.
///
/// # Errors
/// Denied; the database error.
pub async fn still_holds(ctx: &Ctx, user: UserId, team: Team, role: &str) -> Result<Option<User>, Error> {
    wide(ctx, actions::USER_READ)?;
    let those = Condition::all().add(Column::UserId.eq(user)).add(of_team(team)).add(Column::Role.eq(role));
    Ok(found(ctx, those).await?.pop().map(|holder| holder.user))
}

fn of_team(team: Team) -> Condition {
    Condition::all().add(match team {
        Team::Operator => Column::MerchantId.is_null(),
        Team::Merchant(id) => Column::MerchantId.eq(id),
    })
}

async fn found(ctx: &Ctx, those: Condition) -> Result<Vec<Holder>, Error> {
    let rows = Entity::find().filter(those).order_by_asc(Column::Id).all(ctx.read()).await?;
    let mut held: Vec<Membership> = rows.into_iter().map(Membership::from).collect();
    held.sort_by_key(|held| held.team.merchant().is_some());
    let mut seen = HashSet::new();
    held.retain(|held| seen.insert(held.user));
    let ids: Vec<UserId> = held.iter().map(|held| held.user).collect();
    let users = repo::account::by_ids(ctx.read(), &ids).await?;
    let mut users: HashMap<UserId, User> = users.into_iter().map(|user| (user.id, user)).collect();
    let holder = |held: Membership| {
        let user = users.remove(&held.user).filter(|user| user.status == UserStatus::Active)?;
        Some(Holder { user, team: held.team, role: held.role.to_string() })
    };
    Ok(held.into_iter().filter_map(holder).collect())
}

//! From a bearer token to a context.

use std::sync::Arc;

use access::{Actor, Extent, Principal, Role, Scope, Seat};
use chrono::{DateTime, Duration, Utc};
use context::{Ctx, Origin, World};
use db::{ReadDb, dialect};
use kernel::id::{ApiKeyId, CustomerId, MerchantId, SessionId, UserId};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};

use crate::model::{ApiKeyKind, ApiKeyScope, Membership, Secret, Session, Team, TeamRole, UserStatus};
use crate::repo;
use crate::{Error, actions};

/// The role of whoever is signed in as a person: it reaches nothing but one's own account.
pub const USER_ROLE: &str = "user";
const BUYER_ROLE: &str = "buyer";
/// The role of whoever acts in somebody's place.
const IMPERSONATOR_ROLE: &str = "impersonator";
/// A longer bearer is refused unread.
const BEARER_LENGTH_MAX: usize = 200;
/// The last use of a key is noted at most once in this time.
const KEY_TOUCH_EVERY: Duration = Duration::minutes(1);

const SESSION_SQL: &str = "SELECT s.id, s.created_at, s.used_at, s.proven_at, s.second_factor_at, \
     s.impersonator_id, s.acting_merchant_id, s.beyond_own_rights, u.id AS user_id, u.name, u.customer_id, \
     m.merchant_id, m.role FROM user_session s JOIN user_account u ON u.id = s.user_id \
     LEFT JOIN membership m ON m.user_id = u.id \
     WHERE s.token_hash = ? AND s.expires_at > ? AND u.status = 'active' ORDER BY m.id";

const KEY_SQL: &str = "SELECT k.id, k.name, k.kind, k.merchant_id, k.role, k.used_at, k.issuer_id, \
     m.merchant_id AS held_merchant, m.role AS held_role FROM api_key k \
     LEFT JOIN user_account u ON u.id = k.issuer_id AND u.status = 'active' \
     LEFT JOIN membership m ON m.user_id = u.id AND (m.merchant_id IS NULL OR m.merchant_id = k.merchant_id) \
     WHERE k.token_hash = ? AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?) ORDER BY m.id";

/// The context of a request: who the bearer is and which seats it holds. One SQL statement.
///
/// Roles are read anew for each request, so a change is in force at once. No bearer is an anonymous request.
/// `merchant` is the acting merchant; without it somebody who belongs to one merchant only acts for that one.
/// The operator's staff reaches all merchants and is not narrowed by `merchant`.
///
/// Every ten minutes of use the expiry of a session moves, once a minute the last use of a key is noted: one
/// statement more then.
///
/// # Errors
/// [`Error::UnknownBearer`] for a bearer that is unknown, over, revoked or of a blocked account: never taken for an
/// anonymous request. [`Error::NotAMember`] when `merchant` is none of the caller's.
pub async fn authenticate(
    world: &Arc<World>,
    bearer: Option<&str>,
    merchant: Option<MerchantId>,
    origin: Origin,
) -> Result<Ctx, Error> {
    let Some(bearer) = bearer else {
        return Ok(Ctx::new(world.clone(), Actor::anonymous(), origin));
    };
    if bearer.is_empty() || bearer.len() > BEARER_LENGTH_MAX {
        return Err(Error::UnknownBearer);
    }
    let token = Secret::from_client(bearer);
    let now = world.clock.now();
    let actor = if token.is_key() {
        by_key(world, &token, merchant, now).await?
    } else {
        by_session(world, &token, merchant, now).await?
    };
    Ok(Ctx::new(world.clone(), actor, origin))
}

async fn by_session(
    world: &Arc<World>,
    token: &Secret,
    merchant: Option<MerchantId>,
    now: DateTime<Utc>,
) -> Result<Actor, Error> {
    let rows = rows(world.db.read(), SESSION_SQL, token, now).await?;
    let first = rows.first().ok_or(Error::UnknownBearer)?;
    let user: UserId = first.try_get("", "user_id")?;
    let customer: Option<CustomerId> = first.try_get("", "customer_id")?;
    let mut held = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(role) = row.try_get::<Option<TeamRole>>("", "role")? {
            held.push((row.try_get::<Option<MerchantId>>("", "merchant_id")?, role));
        }
    }
    if let Some(by) = first.try_get::<Option<UserId>>("", "impersonator_id")? {
        return in_place(world, (first, user), &held, by, merchant).await;
    }
    let mut seats = seats(&held, customer, merchant)?;
    let rules = world.access.rules();
    if !rules.second_factor.is_empty() && first.try_get::<Option<DateTime<Utc>>>("", "second_factor_at")?.is_none() {
        // These seats are not held until a second factor was shown in this session.
        seats.retain(|seat| !rules.second_factor.contains(&seat.role));
    }
    let used_at: DateTime<Utc> = first.try_get("", "used_at")?;
    let id: SessionId = first.try_get("", "id")?;
    if let Some(expires_at) = Session::slide(first.try_get("", "created_at")?, used_at, now) {
        let tx = world.db.begin_write().await?;
        repo::session::slide(&tx, id, used_at, now, expires_at).await?;
        tx.commit().await?;
    }
    // Histories are append-only and show this name: that of a mere buyer could never be erased from them.
    let name = if held.is_empty() { BUYER_ROLE.to_owned() } else { first.try_get("", "name")? };
    Ok(Actor::new(Principal::User(user), name, seats).in_session(id, first.try_get("", "proven_at")?))
}

/// Somebody who acts in the place of `user`: the seats of that person at the merchant, under those of the operator's own
/// person, who must still have the right. Neither the account nor what the person buys is reached.
async fn in_place(
    world: &Arc<World>,
    (session, user): (&QueryResult, UserId),
    held: &[(Option<MerchantId>, TeamRole)],
    by: UserId,
    wanted: Option<MerchantId>,
) -> Result<Actor, Error> {
    let merchant: MerchantId = session.try_get("", "acting_merchant_id")?;
    if wanted.is_some_and(|wanted| wanted != merchant) {
        return Err(Error::NotAMember);
    }
    let read = world.db.read();
    let account = repo::account::by_id(read, by).await?.filter(|account| account.user.status == UserStatus::Active);
    let account = account.ok_or(Error::UnknownBearer)?;
    let own = repo::member::of_user(read, by).await?;
    let mut own: Vec<Seat> = own.iter().filter(|held| held.team == Team::Operator).map(Membership::seat).collect();
    let beyond: bool = session.try_get("", "beyond_own_rights")?;
    let right = if beyond { actions::IMPERSONATE_BEYOND } else { actions::IMPERSONATE };
    if world.access.extent_of(&own, right).0 != Extent::All {
        return Err(Error::UnknownBearer);
    }
    let of_merchant = held.iter().filter(|(team, _)| *team == Some(merchant));
    let mut seats: Vec<Seat> =
        of_merchant.map(|(_, role)| Seat { scope: Scope::Merchant(merchant), role: role.role() }).collect();
    // It can be ended whatever the own roles are.
    let ending = Seat { scope: Scope::Public, role: Role::named(IMPERSONATOR_ROLE) };
    seats.push(ending.clone());
    own.push(ending);
    let actor = Actor::new(Principal::User(by), account.user.name, seats).in_place_of(user, session.try_get("", "id")?);
    Ok(if beyond { actor } else { actor.under(by, own) })
}

/// The seats of a person in a request that acts for `merchant`.
fn seats(
    held: &[(Option<MerchantId>, TeamRole)],
    customer: Option<CustomerId>,
    merchant: Option<MerchantId>,
) -> Result<Vec<Seat>, Error> {
    let mut teams: Vec<MerchantId> = held.iter().filter_map(|(team, _)| *team).collect();
    teams.dedup();
    let operator = held.iter().any(|(team, _)| team.is_none());
    let acting = match merchant {
        Some(id) if teams.contains(&id) => Some(id),
        Some(_) if operator => None,
        Some(_) => return Err(Error::NotAMember),
        None if teams.iter().all(|team| Some(team) == teams.first()) => teams.first().copied(),
        None => None,
    };
    let mut seats: Vec<Seat> = held
        .iter()
        .filter(|(team, _)| team.is_none() || *team == acting)
        .map(|(team, role)| Seat { scope: team.map_or(Scope::Operator, Scope::Merchant), role: role.role() })
        .collect();
    if let Some(customer) = customer {
        seats.push(Seat { scope: Scope::Customer(customer), role: Role::named(BUYER_ROLE) });
    }
    seats.push(Seat { scope: Scope::Public, role: Role::named(USER_ROLE) });
    Ok(seats)
}

async fn by_key(
    world: &Arc<World>,
    token: &Secret,
    merchant: Option<MerchantId>,
    now: DateTime<Utc>,
) -> Result<Actor, Error> {
    let rows = rows(world.db.read(), KEY_SQL, token, now).await?;
    let row = rows.first().ok_or(Error::UnknownBearer)?;
    let id: ApiKeyId = row.try_get("", "id")?;
    let scope = ApiKeyScope::of(row.try_get::<ApiKeyKind>("", "kind")?, row.try_get("", "merchant_id")?);
    if matches!((scope, merchant), (ApiKeyScope::Merchant(mine), Some(wanted)) if mine != wanted)
        || matches!((scope, merchant), (ApiKeyScope::Storefront, Some(_)))
    {
        return Err(Error::NotAMember);
    }
    let used_at: Option<DateTime<Utc>> = row.try_get("", "used_at")?;
    if used_at.is_none_or(|used_at| now - used_at >= KEY_TOUCH_EVERY) {
        let tx = world.db.begin_write().await?;
        repo::key::touch(&tx, id, used_at, now).await?;
        tx.commit().await?;
    }
    let seat = scope.seat(row.try_get::<TeamRole>("", "role")?);
    let actor = Actor::new(Principal::ApiKey(id), row.try_get::<String>("", "name")?, [seat]);
    let Some(issuer) = row.try_get::<Option<UserId>>("", "issuer_id")? else { return Ok(actor) };
    // What the issuer may now, in whose data the key acts. Who was blocked or has left may nothing, nor may the key.
    let mut most = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(role) = row.try_get::<Option<TeamRole>>("", "held_role")? {
            let team = Team::of(row.try_get("", "held_merchant")?);
            most.push(Seat { scope: team.scope(), role: role.role() });
        }
    }
    Ok(actor.under(issuer, most))
}

async fn rows(read: &ReadDb, sql: &str, token: &Secret, now: DateTime<Utc>) -> Result<Vec<QueryResult>, DbErr> {
    read.query_all_raw(dialect::statement(read, sql, [token.digest().into(), now.into()])).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RoleName;
    use uuid::Uuid;

    const A: MerchantId = MerchantId(Uuid::from_u128(1));
    const B: MerchantId = MerchantId(Uuid::from_u128(2));

    fn acting(held: &[(Option<MerchantId>, TeamRole)], merchant: Option<MerchantId>) -> Option<Vec<Scope>> {
        seats(held, None, merchant).ok().map(|seats| seats.iter().map(|seat| seat.scope).collect())
    }

    #[test]
    fn the_acting_merchant_is_named_or_the_only_one() {
        let owner = TeamRole::from(RoleName::MerchantOwner);
        let one = [(Some(A), owner), (Some(A), RoleName::MerchantFinance.into())];
        let two = [(Some(A), owner), (Some(B), owner)];
        assert_eq!(acting(&one, None), Some(vec![Scope::Merchant(A), Scope::Merchant(A), Scope::Public]));
        assert_eq!(acting(&two, None), Some(vec![Scope::Public]));
        assert_eq!(acting(&two, Some(B)), Some(vec![Scope::Merchant(B), Scope::Public]));
        assert_eq!(acting(&one, Some(B)), None);
        assert_eq!(acting(&[], Some(B)), None);
        assert_eq!(
            acting(&[(None, RoleName::OperatorSupport.into())], Some(B)),
            Some(vec![Scope::Operator, Scope::Public])
        );
    }
}

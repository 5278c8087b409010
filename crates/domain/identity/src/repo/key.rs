//! API keys.

use access::Grant;
use chrono::{DateTime, Utc};
use context::within_merchants;
use kernel::PageArgs;
use kernel::id::ApiKeyId;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::Error;
use crate::entity::api_key;
use crate::model::{ApiKey, ApiKeyScope, Secret, Team};

impl From<api_key::Model> for ApiKey {
    fn from(row: api_key::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scope: ApiKeyScope::of(row.kind, row.merchant_id),
            role: row.role,
            hint: row.hint,
            created_by: row.created_by,
            issuer: row.issuer_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
            revoked_at: row.revoked_at,
        }
    }
}

pub(crate) async fn insert<C: ConnectionTrait>(conn: &C, key: &ApiKey, token: &Secret) -> Result<(), Error> {
    let row = api_key::ActiveModel {
        id: Set(key.id),
        name: Set(key.name.clone()),
        kind: Set(key.scope.kind()),
        merchant_id: Set(key.scope.team().merchant()),
        role: Set(key.role),
        hint: Set(key.hint.clone()),
        token_hash: Set(token.digest()),
        created_by: Set(key.created_by.clone()),
        issuer_id: Set(key.issuer),
        created_at: Set(key.created_at),
        expires_at: Set(key.expires_at),
        used_at: Set(None),
        revoked_at: Set(None),
    };
    api_key::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// A key within the grant.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: ApiKeyId) -> Result<ApiKey, Error> {
    let row =
        api_key::Entity::find_by_id(id).filter(within_merchants(grant, api_key::Column::MerchantId)).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("API key"))?.into())
}

pub(crate) async fn revoke<C: ConnectionTrait>(conn: &C, id: ApiKeyId, now: DateTime<Utc>) -> Result<bool, Error> {
    let result = api_key::Entity::update_many()
        .col_expr(api_key::Column::RevokedAt, Expr::value(now))
        .filter(api_key::Column::Id.eq(id))
        .filter(api_key::Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Notes the use, unless another request just did.
pub(crate) async fn touch<C: ConnectionTrait>(
    conn: &C,
    id: ApiKeyId,
    seen: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let unchanged = match seen {
        Some(seen) => Condition::all().add(api_key::Column::UsedAt.eq(seen)),
        None => Condition::all().add(api_key::Column::UsedAt.is_null()),
    };
    api_key::Entity::update_many()
        .col_expr(api_key::Column::UsedAt, Expr::value(now))
        .filter(api_key::Column::Id.eq(id))
        .filter(unchanged)
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn page<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    team: Team,
    page: &PageArgs,
) -> Result<Vec<ApiKey>, Error> {
    team.within(grant)?;
    let mine = match team {
        Team::Operator => Condition::all().add(api_key::Column::MerchantId.is_null()),
        Team::Merchant(id) => Condition::all().add(api_key::Column::MerchantId.eq(id)),
    };
    let mut query = api_key::Entity::find().filter(mine).order_by_desc(api_key::Column::Id).limit(page.limit());
    if let Some(after) = page.after_key::<ApiKeyId>()? {
        query = query.filter(api_key::Column::Id.lt(after));
    }
    Ok(query.all(conn).await?.into_iter().map(ApiKey::from).collect())
}

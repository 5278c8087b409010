//! API keys.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use identity::{ApiKeyCreate, ApiKeyScope};
use kernel::Invalid;

use super::object::{ApiKey, ApiKeyKind, Role};
use super::role::team_role;
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

/// What key to make.
#[derive(InputObject)]
pub struct ApiKeyCreateInput {
    /// What people call it.
    pub name: String,
    /// For whom it acts.
    pub kind: ApiKeyKind,
    /// The merchant for which it acts; the acting merchant if absent. For the kind `MERCHANT` only.
    pub merchant_id: Option<ID>,
    /// As what it acts, a built-in role; not wider than the caller's own roles.
    pub role: Option<Role>,
    /// As what it acts, a role that somebody made.
    pub custom_role_id: Option<ID>,
    /// When it ends; never if absent.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A new key with its secret.
#[derive(SimpleObject)]
pub struct CreatedApiKey {
    /// The key.
    pub key: ApiKey,
    /// The secret, shown this once. Send it as `Authorization: Bearer souk_…`.
    pub secret: String,
}

/// Which key to end.
#[derive(InputObject)]
pub struct ApiKeyRevokeInput {
    /// The key.
    pub id: ID,
}

payload! {
    /// What became of `apiKeyCreate`.
    ApiKeyCreatePayload { /// The new key with its secret.
        created: CreatedApiKey }
    /// What became of `apiKeyRevoke`.
    ApiKeyRevokePayload { /// The key.
        api_key: ApiKey }
}

/// API keys.
#[derive(Default)]
pub struct KeyMutation;

#[Object]
impl KeyMutation {
    /// Makes a key for a program. Its secret is in this answer and nowhere else.
    async fn api_key_create(&self, gql: &Context<'_>, input: ApiKeyCreateInput) -> Gql<ApiKeyCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(identity::actions::API_KEY_MANAGE)?;
            let merchant = input::optional_id("merchantId", input.merchant_id.as_ref())?;
            if let Some(merchant) = merchant {
                super::known_merchant(ctx, merchant).await?;
            }
            let scope = match input.kind {
                ApiKeyKind::Operator => ApiKeyScope::Operator,
                ApiKeyKind::Storefront => ApiKeyScope::Storefront,
                ApiKeyKind::Merchant => ApiKeyScope::Merchant(
                    merchant.or_else(|| ctx.actor().merchant()).ok_or_else(|| Invalid::required("merchantId"))?,
                ),
            };
            let role = team_role(input.role, input.custom_role_id.as_ref())?;
            let create = ApiKeyCreate { name: input.name, scope, role, expires_at: input.expires_at };
            identity::api_key_create(ctx, create).await
        };
        let done: Result<_, identity::Error> = done.await;
        respond(gql, done.map(|made| CreatedApiKey { key: made.key.into(), secret: made.secret.reveal().to_owned() }))
    }

    /// Ends a key at once.
    async fn api_key_revoke(&self, gql: &Context<'_>, input: ApiKeyRevokeInput) -> Gql<ApiKeyRevokePayload> {
        let ctx = ctx(gql)?;
        let done = async { identity::api_key_revoke(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(ApiKey::from))
    }
}

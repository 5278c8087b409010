//! Loading and saving webhooks. Endpoints without a merchant are the operator's.

use access::Grant;
use context::{Sealed, WriteTx, within_merchants};
use history::feed::Position;
use kernel::id::{WebhookDeliveryId, WebhookEndpointId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::{attempt_row, endpoint_row, webhook_delivery_row as delivery_row};
use crate::model::webhook::sign::Secret;
use crate::model::webhook::{Attempt, Delivery, DeliveryState, DisabledWhy, Endpoint};

impl From<endpoint_row::Model> for Endpoint {
    fn from(row: endpoint_row::Model) -> Self {
        Self {
            id: row.id,
            merchant: row.merchant_id,
            url: row.url,
            description: row.description,
            kinds: serde_json::from_str(&row.kinds).unwrap_or_default(),
            disabled: row.disabled_why.as_deref().map(DisabledWhy::parse),
            old_secret_until: row.old_secret_until,
            failing_since: row.failing_since,
            paused_until: row.paused_until,
            author_name: row.author_name,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl From<delivery_row::Model> for Delivery {
    fn from(row: delivery_row::Model) -> Self {
        Self {
            id: row.id,
            endpoint: row.endpoint_id,
            change: row.change_id,
            kind: row.kind,
            body: row.body,
            state: DeliveryState::parse(&row.state),
            attempts: row.attempt_count,
            due_at: row.due_at,
            created_at: row.created_at,
            delivered_at: row.delivered_at,
        }
    }
}

impl From<attempt_row::Model> for Attempt {
    fn from(row: attempt_row::Model) -> Self {
        Self {
            id: row.id,
            delivery: row.delivery_id,
            number: row.number,
            began_at: row.began_at,
            took_ms: row.took_ms,
            status: row.status,
            answer: row.answer,
            error: row.error,
        }
    }
}

/// Where the secrets of an endpoint are sealed: they open nowhere else.
fn place(id: WebhookEndpointId) -> String {
    format!("webhook_endpoint:{id}")
}

/// Seals a secret for its row.
pub(crate) fn seal(tx: &WriteTx, id: WebhookEndpointId, secret: &Secret) -> Result<Sealed, Error> {
    let vault = &tx.ctx().world().vault;
    vault.seal(&place(id), secret.reveal().as_bytes()).ok_or(Error::NoSecretKey)
}

/// The secrets that sign at `now`, the newest first. A secret whose key is lost is left out.
pub(crate) fn secrets(tx: &WriteTx, row: &endpoint_row::Model) -> Vec<Secret> {
    let open = |key: &str, text: &str| {
        let sealed = Sealed { key: key.to_owned(), text: text.to_owned() };
        let plain = tx.ctx().world().vault.open(&place(row.id), &sealed)?;
        Secret::parse(&String::from_utf8(plain).ok()?)
    };
    let old = match (&row.old_secret_key, &row.old_secret, row.old_secret_until) {
        (Some(key), Some(text), Some(until)) if until > tx.now() => open(key, text),
        _ => None,
    };
    open(&row.secret_key, &row.secret).into_iter().chain(old).collect()
}

/// Keeps a new endpoint, which is told of what comes after `from`.
pub(crate) async fn insert(tx: &WriteTx, endpoint: &Endpoint, secret: Sealed, from: Position) -> Result<(), Error> {
    let row = endpoint_row::ActiveModel {
        id: Set(endpoint.id),
        merchant_id: Set(endpoint.merchant),
        url: Set(endpoint.url.clone()),
        description: Set(endpoint.description.clone()),
        kinds: Set(serde_json::to_string(&endpoint.kinds)?),
        state: Set("active".to_owned()),
        disabled_why: Set(None),
        secret: Set(secret.text),
        secret_key: Set(secret.key),
        old_secret: Set(None),
        old_secret_key: Set(None),
        old_secret_until: Set(None),
        after_stamp: Set(from.0),
        after_sequence: Set(from.1),
        after_id: Set(from.2),
        failing_since: Set(None),
        paused_until: Set(None),
        author_name: Set(endpoint.author_name.clone()),
        version: Set(endpoint.version),
        created_at: Set(endpoint.created_at),
        updated_at: Set(endpoint.updated_at),
    };
    endpoint_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The row of an endpoint that the grant reaches.
pub(crate) async fn row<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: WebhookEndpointId,
) -> Result<endpoint_row::Model, Error> {
    let find = endpoint_row::Entity::find_by_id(id).filter(within_merchants(grant, endpoint_row::Column::MerchantId));
    find.one(conn).await?.ok_or_else(|| context::Error::NotFound("webhook endpoint").into())
}

/// Saves what people change, if nobody changed it since version `endpoint.version - 1`.
pub(crate) async fn save(tx: &WriteTx, endpoint: &Endpoint) -> Result<(), Error> {
    let row = endpoint_row::ActiveModel {
        url: Set(endpoint.url.clone()),
        description: Set(endpoint.description.clone()),
        kinds: Set(serde_json::to_string(&endpoint.kinds)?),
        state: Set(if endpoint.disabled.is_some() { "disabled" } else { "active" }.to_owned()),
        disabled_why: Set(endpoint.disabled.map(|why| why.as_str().to_owned())),
        failing_since: Set(endpoint.failing_since),
        paused_until: Set(endpoint.paused_until),
        version: Set(endpoint.version),
        updated_at: Set(endpoint.updated_at),
        ..Default::default()
    };
    save_row(tx, endpoint, row).await
}

/// Puts a new secret in front of the present one, which signs too until `endpoint.old_secret_until`.
pub(crate) async fn save_secret(
    tx: &WriteTx,
    endpoint: &Endpoint,
    before: endpoint_row::Model,
    secret: Sealed,
) -> Result<(), Error> {
    let old = endpoint.old_secret_until.map(|_| (before.secret, before.secret_key));
    let (old_secret, old_secret_key) = old.unzip();
    let row = endpoint_row::ActiveModel {
        secret: Set(secret.text),
        secret_key: Set(secret.key),
        old_secret: Set(old_secret),
        old_secret_key: Set(old_secret_key),
        old_secret_until: Set(endpoint.old_secret_until),
        version: Set(endpoint.version),
        updated_at: Set(endpoint.updated_at),
        ..Default::default()
    };
    save_row(tx, endpoint, row).await
}

async fn save_row(tx: &WriteTx, endpoint: &Endpoint, row: endpoint_row::ActiveModel) -> Result<(), Error> {
    let own = endpoint_row::Entity::update_many().set(row).filter(endpoint_row::Column::Id.eq(endpoint.id));
    let own = own.filter(endpoint_row::Column::Version.eq(endpoint.version - 1));
    if own.exec(&**tx).await?.rows_affected == 1 {
        return Ok(());
    }
    Err(context::Error::Stale("webhook endpoint").into())
}

/// A message that is due at once.
pub(crate) fn pending(tx: &WriteTx, endpoint: &Endpoint, delivery: &Delivery) -> delivery_row::ActiveModel {
    delivery_row::ActiveModel {
        id: Set(delivery.id),
        endpoint_id: Set(endpoint.id),
        merchant_id: Set(endpoint.merchant),
        change_id: Set(delivery.change),
        kind: Set(delivery.kind.clone()),
        body: Set(delivery.body.clone()),
        state: Set(DeliveryState::Pending.as_str().to_owned()),
        attempt_count: Set(0),
        round_count: Set(0),
        due_at: Set(tx.now()),
        locked_until: Set(None),
        created_at: Set(tx.now()),
        delivered_at: Set(None),
    }
}

/// A message to an endpoint that the grant reaches.
pub(crate) async fn delivery<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: WebhookDeliveryId,
) -> Result<Delivery, Error> {
    let find = delivery_row::Entity::find_by_id(id).filter(within_merchants(grant, delivery_row::Column::MerchantId));
    let row = find.one(conn).await?;
    row.map(Delivery::from).ok_or_else(|| context::Error::NotFound("webhook delivery").into())
}

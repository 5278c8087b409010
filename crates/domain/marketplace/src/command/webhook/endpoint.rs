//! Endpoints, as people change them.

use access::Reach;
use chrono::Duration;
use context::{Ctx, WriteTx};
use history::Change;
use history::feed::{self, Position};
use kernel::Invalid;
use kernel::id::{MerchantId, WebhookEndpointId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::actions::MANAGE_WEBHOOKS;
use crate::entity::endpoint_row;
use crate::model::webhook::sign::Secret;
use crate::model::webhook::{DisabledWhy, Endpoint};
use crate::{Error, repo};

/// The most endpoints of one owner.
const ENDPOINTS_MAX: u64 = 50;
/// The longest that two secrets sign, in hours.
const OVERLAP_HOURS_MAX: i64 = 168;

/// An endpoint to be made.
#[derive(Debug, Clone)]
pub struct CreateEndpoint {
    /// Whose it is: a merchant's, or the operator's if the operator names none.
    pub merchant: Option<MerchantId>,
    /// Where messages are posted.
    pub url: String,
    /// What people call it.
    pub description: String,
    /// Of which kinds of changes it is told; all if there is none.
    pub kinds: Vec<String>,
}

/// A change of an endpoint: what is `None` stays.
#[derive(Debug, Clone)]
pub struct EditEndpoint {
    /// The endpoint.
    pub id: WebhookEndpointId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// Where messages are posted.
    pub url: Option<String>,
    /// What people call it.
    pub description: Option<String>,
    /// Of which kinds of changes it is told.
    pub kinds: Option<Vec<String>>,
}

pub(super) fn change(endpoint: &Endpoint, action: &'static str) -> Change {
    Change::new("webhook_endpoint", endpoint.id, action).of_merchant(endpoint.merchant)
}

/// Makes an endpoint, which is told of everything that comes from now on. The secret is in this answer and nowhere else.
///
/// # Errors
/// A wrong `url`, `description` or `kinds`; too many; another's merchant is not found; no key to seal the secret with;
/// denied; the database error.
pub async fn create_endpoint(ctx: &Ctx, input: CreateEndpoint) -> Result<(Endpoint, Secret), Error> {
    let grant = ctx.authorize(MANAGE_WEBHOOKS)?;
    let merchant = match (grant.merchants(), input.merchant) {
        (Reach::All, named) => named,
        (Reach::Only(own), named) if named.is_none_or(|named| named == own) => Some(own),
        (Reach::Only(_) | Reach::Nothing, _) => return Err(super::super::missing("merchant")),
    };
    let mut tx = ctx.begin_write_for(&grant).await?;
    let endpoint = Endpoint {
        id: tx.new_id(),
        merchant,
        url: input.url,
        description: input.description,
        kinds: input.kinds,
        disabled: None,
        old_secret_until: None,
        failing_since: None,
        paused_until: None,
        author_name: ctx.actor().name.clone(),
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let endpoint = endpoint.checked()?;
    let of = endpoint_row::Column::MerchantId;
    let of = merchant.map_or_else(|| of.is_null(), |merchant| of.eq(merchant));
    if endpoint_row::Entity::find().filter(of).count(&*tx).await? >= ENDPOINTS_MAX {
        return Err(Error::TooMany { what: "webhook endpoints", max: ENDPOINTS_MAX });
    }
    let secret = Secret::random();
    let sealed = repo::webhook::seal(&tx, endpoint.id, &secret)?;
    let from = feed::end(&*tx, None).await?.unwrap_or_else(Position::start);
    repo::webhook::insert(&tx, &endpoint, sealed, from).await?;
    tx.record(change(&endpoint, "created").diff(None, Some(&endpoint)));
    tx.commit().await?;
    Ok((endpoint, secret))
}

/// An endpoint at the version that the caller saw, about to be changed.
async fn opened(
    ctx: &Ctx,
    id: WebhookEndpointId,
    expected_version: i64,
) -> Result<(WriteTx, endpoint_row::Model, Endpoint), Error> {
    let grant = ctx.authorize(MANAGE_WEBHOOKS)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let row = repo::webhook::row(&*tx, &grant, id).await?;
    super::super::fresh(row.version, expected_version, "webhook endpoint")?;
    let mut next = Endpoint::from(row.clone());
    next.version += 1;
    next.updated_at = tx.now();
    Ok((tx, row, next))
}

/// Changes an endpoint. What was made for it before goes to the new address, too.
///
/// # Errors
/// As [`create_endpoint`]; stale; not found.
pub async fn edit_endpoint(ctx: &Ctx, input: EditEndpoint) -> Result<Endpoint, Error> {
    let (mut tx, row, mut next) = opened(ctx, input.id, input.expected_version).await?;
    super::super::put(&mut next.url, input.url);
    super::super::put(&mut next.description, input.description);
    super::super::put(&mut next.kinds, input.kinds);
    let next = next.checked()?;
    repo::webhook::save(&tx, &next).await?;
    tx.record(change(&next, "edited").diff(Some(&Endpoint::from(row)), Some(&next)));
    tx.commit().await?;
    Ok(next)
}

/// Switches an endpoint on or off. What happens while it is off is sent when it is on again.
///
/// # Errors
/// Stale; not found; denied; the database error.
pub async fn switch_endpoint(
    ctx: &Ctx,
    id: WebhookEndpointId,
    expected_version: i64,
    active: bool,
) -> Result<Endpoint, Error> {
    let (mut tx, row, mut next) = opened(ctx, id, expected_version).await?;
    if active == next.disabled.is_none() {
        return Ok(Endpoint::from(row));
    }
    next.disabled = (!active).then_some(DisabledWhy::ByHand);
    next.failing_since = None;
    next.paused_until = None;
    repo::webhook::save(&tx, &next).await?;
    if active {
        super::message::hurry(&tx, next.id).await?;
    }
    let action = if active { "enabled" } else { "disabled" };
    tx.record(change(&next, action).diff(Some(&Endpoint::from(row)), Some(&next)));
    tx.commit().await?;
    Ok(next)
}

/// Gives an endpoint a new secret. For `overlap_hours` messages are signed with the former one, too, so that the receiver
/// can change over without losing any.
///
/// # Errors
/// A wrong `overlapHours`; stale; not found; no key to seal the secret with; denied; the database error.
pub async fn rotate_secret(
    ctx: &Ctx,
    id: WebhookEndpointId,
    expected_version: i64,
    overlap_hours: i64,
) -> Result<(Endpoint, Secret), Error> {
    if !(0..=OVERLAP_HOURS_MAX).contains(&overlap_hours) {
        return Err(Invalid::range("overlapHours", 0, OVERLAP_HOURS_MAX).into());
    }
    let (mut tx, row, mut next) = opened(ctx, id, expected_version).await?;
    let secret = Secret::random();
    let sealed = repo::webhook::seal(&tx, id, &secret)?;
    next.old_secret_until = (overlap_hours > 0).then(|| tx.now() + Duration::hours(overlap_hours));
    repo::webhook::save_secret(&tx, &next, row.clone(), sealed).await?;
    tx.record(change(&next, "secret_rotated").diff(Some(&Endpoint::from(row)), Some(&next)));
    tx.commit().await?;
    Ok((next, secret))
}

//! Takes what providers tell.

use context::{Ctx, Error as CoreError, WriteTx};
use kernel::Money;
use kernel::id::{OrphanId, PaymentOperationId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::actions::EXECUTE;
use crate::command::{Outcome, plan_for_orphan, settle};
use crate::entity::{inbox, operation, orphan};
use crate::error::Error;
use crate::event::{OrphanMoneyFound, ProviderEventRejected};
use crate::model::{Operation, OperationKind};
use crate::provider::{ProviderEvent, Providers, WebhookFault};

/// The largest body of a webhook, in bytes.
pub const BODY_MAX: usize = 64 * 1024;

/// What became of a webhook. All of them are answered with 200: the provider need not send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It was new and is taken into account.
    Applied,
    /// It was known before.
    Duplicate,
    /// It speaks of money nobody asked for; that money is on its way back.
    Orphan,
    /// It speaks of something that is none of our business.
    Ignored,
    /// It was signed, but cannot be true; somebody has to look at it.
    Rejected,
}

impl Received {
    const fn stored(self) -> &'static str {
        match self {
            Self::Applied | Self::Duplicate => "applied",
            Self::Orphan => "orphan",
            Self::Ignored => "ignored",
            Self::Rejected => "rejected",
        }
    }
}

/// The name of the header that carries the signature of `provider`'s webhooks, in lower case.
#[must_use]
pub fn signature_header(providers: &Providers, provider: &str) -> Option<&'static str> {
    providers.get(provider).map(|provider| provider.signature_header())
}

/// Takes a webhook: checks its signature, then applies it once, whatever the order in which webhooks arrive.
///
/// # Errors
/// `NotFound` for an unknown provider; [`Error::WebhookRefused`] when the signature is missing, forged or old, or the
/// body is no event; the database error (the provider sends it again).
pub async fn receive(
    ctx: &Ctx,
    providers: &Providers,
    provider: &str,
    signature: Option<&str>,
    body: &[u8],
) -> Result<Received, Error> {
    ctx.authorize(EXECUTE)?;
    let port = providers.get(provider).ok_or(CoreError::NotFound("payment provider"))?;
    if body.len() > BODY_MAX {
        return Err(Error::WebhookRefused("the body is too large"));
    }
    let event = port.read_webhook(signature.unwrap_or_default(), body, ctx.now()).map_err(refused)?;
    let Some(event) = event else { return Ok(Received::Ignored) };
    let mut tx = ctx.begin_write().await?;
    let row = inbox::ActiveModel {
        provider: Set(provider.to_owned()),
        event_id: Set(event.id.clone()),
        outcome: Set(Received::Applied.stored().to_owned()),
        detail: Set(None),
        body: Set(String::from_utf8_lossy(body).into_owned()),
        received_at: Set(tx.now()),
    };
    let new = inbox::Entity::insert(row)
        .on_conflict(OnConflict::columns([inbox::Column::Provider, inbox::Column::EventId]).do_nothing().to_owned())
        .exec_without_returning(&*tx)
        .await?;
    if new == 0 {
        return Ok(Received::Duplicate);
    }
    let (received, detail) = apply(&mut tx, provider, &event).await?;
    if received != Received::Applied {
        file(&tx, provider, &event, received, detail).await?;
    }
    if let (Received::Rejected, Some(reason)) = (received, detail) {
        tracing::error!(provider, event = event.id, reason, "a provider event cannot be true");
        let (provider, reason) = (provider.to_owned(), reason.to_owned());
        tx.emit(&ProviderEventRejected { provider, event_id: event.id, reason });
    }
    tx.commit().await?;
    Ok(received)
}

fn refused(fault: WebhookFault) -> Error {
    Error::WebhookRefused(match fault {
        WebhookFault::Malformed => "the signature is missing or malformed",
        WebhookFault::Forged => "the signature does not fit the body",
        WebhookFault::Stale => "the signature is outside the time window",
        WebhookFault::Unreadable => "the body is not an event",
    })
}

type Filed = (Received, Option<&'static str>);

async fn apply(tx: &mut WriteTx, provider: &str, event: &ProviderEvent) -> Result<Filed, Error> {
    let id = event.key.as_deref().and_then(|key| key.parse::<PaymentOperationId>().ok());
    let known = match id {
        Some(id) => operation::Entity::find_by_id(id).one(&**tx).await?.map(Operation::from),
        None => None,
    };
    let Some(known) = known else { return unknown(tx, provider, event).await };
    if let Some(reason) = contradiction(&known, provider, event) {
        return Ok((Received::Rejected, Some(reason)));
    }
    let outcome = match &event.failure {
        None => Outcome::Succeeded { charge: Some(event.charge.clone()), held_until: event.held_until },
        Some(reason) => Outcome::Failed(reason.clone()),
    };
    settle(tx, known.id, outcome, "webhook").await?;
    Ok((Received::Applied, None))
}

fn contradiction(known: &Operation, provider: &str, event: &ProviderEvent) -> Option<&'static str> {
    if known.provider.as_deref() != Some(provider) {
        return Some("the operation was asked of another provider");
    }
    if known.kind != event.kind {
        return Some("another kind of operation was asked for");
    }
    if known.amount.currency != event.amount.currency {
        return Some("another currency was asked for");
    }
    (known.amount != event.amount).then_some("another amount was asked for")
}

/// Money without an order goes back.
async fn unknown(tx: &mut WriteTx, provider: &str, event: &ProviderEvent) -> Result<Filed, Error> {
    let (captured, kind) = match event.kind {
        OperationKind::Authorize => (false, OperationKind::Void),
        OperationKind::Capture => (true, OperationKind::Refund),
        OperationKind::Void | OperationKind::Refund => return Ok((Received::Ignored, Some("nobody asked for it"))),
    };
    if event.failure.is_some() {
        return Ok((Received::Ignored, Some("nobody asked for it")));
    }
    if event.amount.minor <= 0 {
        return Ok((Received::Rejected, Some("the amount is not positive")));
    }
    let id = tx.new_id::<OrphanId>();
    if !insert_orphan(tx, id, provider, event).await? {
        return Ok((Received::Duplicate, None));
    }
    plan_for_orphan(tx, id, provider, &event.charge, kind, event.amount).await?;
    tracing::warn!(provider, charge = event.charge, amount = %event.amount, "money without an order");
    tx.emit(&OrphanMoneyFound {
        orphan: id,
        provider: provider.to_owned(),
        charge: event.charge.clone(),
        amount: event.amount,
        captured,
    });
    Ok((Received::Orphan, None))
}

async fn insert_orphan(tx: &WriteTx, id: OrphanId, provider: &str, event: &ProviderEvent) -> Result<bool, Error> {
    let Money { minor, currency } = event.amount;
    let row = orphan::ActiveModel {
        id: Set(id),
        provider: Set(provider.to_owned()),
        charge: Set(event.charge.clone()),
        kind: Set(event.kind.as_str().to_owned()),
        currency: Set(currency),
        amount_minor: Set(minor),
        found_at: Set(tx.now()),
        returned_at: Set(None),
    };
    let key = [orphan::Column::Provider, orphan::Column::Charge, orphan::Column::Kind];
    let new = orphan::Entity::insert(row)
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    Ok(new == 1)
}

async fn file(
    tx: &WriteTx,
    provider: &str,
    event: &ProviderEvent,
    received: Received,
    detail: Option<&str>,
) -> Result<(), Error> {
    inbox::Entity::update_many()
        .col_expr(inbox::Column::Outcome, Expr::value(received.stored()))
        .col_expr(inbox::Column::Detail, Expr::value(detail))
        .filter(inbox::Column::Provider.eq(provider))
        .filter(inbox::Column::EventId.eq(&event.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

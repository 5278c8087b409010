//! Payments that the buyer confirms on a page of the sandbox, as cards with 3-D Secure and bank redirects want it.

use chrono::{DateTime, Duration, Utc};
use context::Error as CoreError;
use kernel::Money;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::books::open_charge;
use super::sandbox::Sandbox;
use crate::entity::sandbox_operation as operation;
use crate::model::OperationKind;

/// Nobody has decided yet.
pub(super) const OPEN: &str = "open";
/// The buyer confirmed.
const CONFIRMED: &str = "confirmed";
/// The buyer could not or did not want to.
const REFUSED: &str = "refused";
/// The reason of a payment that the buyer walked away from.
pub(super) const RAN_OUT: &str = "session_expired";
/// The reason of a payment that the buyer did not confirm.
const NOT_CONFIRMED: &str = "authentication_failed";
/// How long the buyer has.
pub(super) const OPEN_FOR: Duration = Duration::minutes(60);

/// A payment that waits for its buyer, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// How much.
    pub amount: Money,
    /// Whether it still waits.
    pub open: bool,
    /// Until when it waits.
    pub until: DateTime<Utc>,
    /// Where the buyer's browser goes afterwards.
    pub return_url: Option<String>,
}

/// What the buyer does. One who does nothing has walked away: the session runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionOutcome {
    /// Confirms.
    Confirm,
    /// Does not.
    Refuse,
}

impl Sandbox {
    /// A session by its name.
    ///
    /// # Errors
    /// `NotFound`; the database error.
    pub async fn session(&self, session: &str) -> Result<Session, CoreError> {
        let row = by_name(session).one(self.world.db.read()).await?.ok_or(CoreError::NotFound("session"))?;
        Ok(shown(&row, self.world.clock.now()))
    }

    /// Writes down what the buyer did and tells it by webhook. Only the first decision counts, and none counts
    /// after the session ran out; the answer says how it stands then.
    ///
    /// # Errors
    /// `NotFound`; the database error.
    pub async fn decide_session(&self, session: &str, outcome: SessionOutcome) -> Result<Session, CoreError> {
        let mut tx = self.ctx().begin_write().await?;
        let row = by_name(session).lock_exclusive().one(&*tx).await?;
        let mut row = row.ok_or(CoreError::NotFound("session"))?;
        let now = tx.now();
        if !shown(&row, now).open {
            return Ok(shown(&row, now));
        }
        match outcome {
            SessionOutcome::Confirm => {
                let kind = OperationKind::parse(&row.kind).unwrap_or(OperationKind::Authorize);
                let amount = Money::new(row.amount_minor, row.currency);
                let (charge, refusal) = open_charge(&tx, "tok_action", kind, amount).await?;
                row.charge_id = charge;
                row.refusal = refusal.map(str::to_owned);
                row.session_state = Some(CONFIRMED.to_owned());
            }
            SessionOutcome::Refuse => {
                row.refusal = Some(NOT_CONFIRMED.to_owned());
                row.session_state = Some(REFUSED.to_owned());
            }
        }
        row.known_at = now;
        operation::Entity::update_many()
            .col_expr(operation::Column::ChargeId, Expr::value(row.charge_id))
            .col_expr(operation::Column::Refusal, Expr::value(row.refusal.clone()))
            .col_expr(operation::Column::SessionState, Expr::value(row.session_state.clone()))
            .col_expr(operation::Column::KnownAt, Expr::value(row.known_at))
            .filter(operation::Column::IdempotencyKey.eq(&row.idempotency_key))
            .exec(&*tx)
            .await?;
        self.tell_of(&mut tx, &row, now);
        tx.commit().await?;
        Ok(shown(&row, now))
    }
}

/// The name of a session, as it stands in its address.
pub(super) fn name(session: Uuid) -> String {
    format!("sse_{}", kernel::id::encode(session))
}

fn by_name(name: &str) -> sea_orm::Select<operation::Entity> {
    let id = name.strip_prefix("sse_").and_then(kernel::id::decode).unwrap_or(Uuid::nil());
    operation::Entity::find().filter(operation::Column::Session.eq(id))
}

fn shown(row: &operation::Model, now: DateTime<Utc>) -> Session {
    let until = row.session_until.unwrap_or(row.created_at);
    Session {
        amount: Money::new(row.amount_minor, row.currency),
        open: row.session_state.as_deref() == Some(OPEN) && until > now,
        until,
        return_url: row.return_url.clone(),
    }
}

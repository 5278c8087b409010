//! A payment provider for trying things out, with books of its own. It behaves like a real one: it deduplicates by
//! key, it answers late or not at all when the token says so, and it tells everything again by signed webhook.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use context::{Ctx, Error as CoreError, World, WriteTx};
use kernel::{Currency, Money};
use outbox::{Job, PendingJob};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::books::{HOLD, change, charge_id, charge_name, count_ask, insert_charge, open_charge, update_charge};
use super::{
    Answer, Lookup, NoAnswer, PaymentProvider, ProviderEvent, Request, SANDBOX, Subject, WebhookFault, WebhookSender,
    session, signature,
};
use crate::entity::{sandbox_charge as charge, sandbox_operation as operation};
use crate::model::OperationKind;

/// The header with the signature of a webhook.
const SIGNATURE_HEADER: &str = "souk-sandbox-signature";
/// How long the sandbox keeps the outcome of a late token to itself.
const LATE: Duration = Duration::seconds(30);
/// The same for a very late one.
const VERY_LATE: Duration = Duration::hours(2);

/// How the webhooks of the sandbox misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chaos {
    /// Every webhook is sent twice.
    pub twice: bool,
    /// Webhooks wait this many seconds before they are sent.
    pub late_seconds: i64,
    /// Webhooks overtake each other.
    pub out_of_order: bool,
}

/// The sandbox provider.
#[derive(Clone)]
pub struct Sandbox {
    pub(super) world: Arc<World>,
    secret: Vec<u8>,
    chaos: Chaos,
    url: String,
}

/// A webhook on its way. The signature is made when it is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SandboxWebhook {
    body: String,
}

impl Job for SandboxWebhook {
    const KIND: &'static str = "sandbox_webhook.v1";
    const MAX_ATTEMPTS: i32 = 12;
}

/// What the sandbox holds in one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SandboxBalance {
    /// The currency.
    pub currency: Currency,
    /// Taken and not given back.
    pub captured_minor: i64,
    /// Held, not taken and not given up.
    pub held_minor: i64,
}

#[derive(Serialize, Deserialize)]
struct Body {
    id: String,
    r#type: String,
    created: i64,
    data: BodyData,
}

#[derive(Serialize, Deserialize)]
pub(super) struct BodyData {
    pub(super) charge: String,
    pub(super) kind: OperationKind,
    pub(super) idempotency_key: Option<String>,
    pub(super) amount: Money,
    pub(super) failure: Option<String>,
    #[serde(default)]
    pub(super) held_until: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("chaos", &self.chaos).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A sandbox that signs its webhooks with `secret`.
    #[must_use]
    pub fn new(world: Arc<World>, secret: impl Into<Vec<u8>>, chaos: Chaos) -> Self {
        Self { world, secret: secret.into(), chaos, url: String::new() }
    }

    /// Under this address buyers find the pages on which they confirm payments.
    #[must_use]
    pub fn at(mut self, url: &str) -> Self {
        url.trim_end_matches('/').clone_into(&mut self.url);
        self
    }

    /// Makes a captured charge that nobody asked for, as real life does, and tells it by webhook. Returns its name.
    ///
    /// # Errors
    /// The database error.
    pub async fn stray_charge(&self, amount: Money) -> Result<String, CoreError> {
        let mut tx = self.ctx().begin_write().await?;
        let id = insert_charge(&tx, "tok_ok", amount).await?;
        update_charge(&tx, id, charge::Column::CapturedMinor, amount.minor).await?;
        let data = BodyData {
            charge: charge_name(id),
            kind: OperationKind::Capture,
            idempotency_key: None,
            amount,
            failure: None,
            held_until: None,
        };
        let now = tx.now();
        self.tell(&mut tx, format!("evt_{}", charge_name(id)), data, now);
        tx.commit().await?;
        Ok(charge_name(id))
    }

    /// What the sandbox holds, by currency.
    ///
    /// # Errors
    /// The database error.
    pub async fn balances(&self) -> Result<Vec<SandboxBalance>, CoreError> {
        use charge::Column::{AuthorizedMinor, CapturedMinor, Currency as Code, RefundedMinor, VoidedMinor};
        let rows: Vec<(Currency, i64, i64, i64, i64)> = charge::Entity::find()
            .select_only()
            .column(Code)
            .expr(db::dialect::sum_i64(Expr::col(AuthorizedMinor)))
            .expr(db::dialect::sum_i64(Expr::col(CapturedMinor)))
            .expr(db::dialect::sum_i64(Expr::col(VoidedMinor)))
            .expr(db::dialect::sum_i64(Expr::col(RefundedMinor)))
            .group_by(Code)
            .into_tuple()
            .all(self.world.db.read())
            .await?;
        let balance = |(currency, authorized, captured, voided, refunded)| SandboxBalance {
            currency,
            captured_minor: captured - refunded,
            held_minor: authorized - captured - voided,
        };
        Ok(rows.into_iter().map(balance).collect())
    }

    /// Sends a webhook, signed now.
    ///
    /// # Errors
    /// The sender's text.
    pub async fn deliver(&self, sender: &dyn WebhookSender, job: SandboxWebhook) -> Result<(), String> {
        let body = job.body.into_bytes();
        let signature = signature::sign(&self.secret, self.world.clock.now(), &body);
        sender.send(SANDBOX, SIGNATURE_HEADER, &signature, body).await
    }

    pub(super) fn ctx(&self) -> Ctx {
        Ctx::system(self.world.clone(), "sandbox")
    }

    async fn answer(&self, kind: OperationKind, request: Request) -> Result<Answer, NoAnswer> {
        self.work(kind, request).await.map_err(|error| NoAnswer(error.to_string()))?
    }

    /// Does the work once per key and answers as the token demands.
    async fn work(&self, kind: OperationKind, request: Request) -> Result<Result<Answer, NoAnswer>, CoreError> {
        let mut tx = self.ctx().begin_write().await?;
        let (id, token) = match &request.subject {
            Subject::Token(token) => (None, token.clone()),
            Subject::Charge(name) | Subject::Renewal(name) => {
                let id = charge_id(name);
                let row = match id {
                    Some(id) => charge::Entity::find_by_id(id).lock_exclusive().one(&*tx).await?,
                    None => None,
                };
                (row.as_ref().map(|row| row.id), row.map(|row| row.token).unwrap_or_default())
            }
        };
        let known = operation::Entity::find_by_id(request.key.clone()).lock_exclusive().one(&*tx).await?;
        let first = known.is_none();
        let known = match known {
            Some(known) => {
                count_ask(&tx, &known.idempotency_key).await?;
                known
            }
            None => self.perform(&mut tx, kind, &request, id, &token).await?,
        };
        let now = tx.now();
        tx.commit().await?;
        if first && token == "tok_timeout" {
            return Ok(Err(NoAnswer("timed out".to_owned())));
        }
        Ok(Ok(self.told(known, now)))
    }

    async fn perform(
        &self,
        tx: &mut WriteTx,
        kind: OperationKind,
        request: &Request,
        id: Option<Uuid>,
        token: &str,
    ) -> Result<operation::Model, CoreError> {
        // The buyer decides on a page of the sandbox; until then there is no charge.
        let asks = matches!(request.subject, Subject::Token(_)) && token == "tok_action";
        let (id, refusal) = match (&request.subject, kind) {
            _ if asks => (None, None),
            (Subject::Token(_), OperationKind::Authorize | OperationKind::Capture) => {
                open_charge(tx, token, kind, request.amount).await?
            }
            (Subject::Renewal(_), OperationKind::Authorize) if token == "tok_once" => (None, Some("card_expired")),
            (Subject::Renewal(_), OperationKind::Authorize) => open_charge(tx, token, kind, request.amount).await?,
            (Subject::Charge(_), _) => (id, change(tx, kind, id, request.amount).await?),
            (Subject::Token(_) | Subject::Renewal(_), _) => (None, Some("no_such_charge")),
        };
        let delay = match (&request.subject, token) {
            (Subject::Token(_), "tok_late") => LATE,
            (Subject::Token(_), "tok_very_late") => VERY_LATE,
            _ => Duration::zero(),
        };
        let known_at = tx.now() + delay;
        let row = operation::Model {
            idempotency_key: request.key.clone(),
            charge_id: id,
            kind: kind.as_str().to_owned(),
            currency: request.amount.currency,
            amount_minor: request.amount.minor,
            refusal: refusal.map(str::to_owned),
            session: asks.then(|| tx.ctx().world().ids.uuid()),
            session_state: asks.then(|| session::OPEN.to_owned()),
            session_until: asks.then(|| tx.now() + session::OPEN_FOR),
            return_url: request.return_url.clone().filter(|_| asks),
            known_at,
            ask_count: 1,
            created_at: tx.now(),
        };
        operation::Entity::insert(operation::ActiveModel::from(row.clone())).exec_without_returning(&**tx).await?;
        if !asks {
            self.tell_of(tx, &row, known_at);
        }
        Ok(row)
    }

    /// Tells what became of an operation.
    pub(super) fn tell_of(&self, tx: &mut WriteTx, row: &operation::Model, at: DateTime<Utc>) {
        let data = BodyData {
            charge: row.charge_id.map(charge_name).unwrap_or_default(),
            kind: OperationKind::parse(&row.kind).unwrap_or(OperationKind::Authorize),
            idempotency_key: Some(row.idempotency_key.clone()),
            amount: Money::new(row.amount_minor, row.currency),
            failure: row.refusal.clone(),
            held_until: held_until(row),
        };
        self.tell(tx, format!("evt_{}", row.idempotency_key), data, at);
    }

    /// What the sandbox says about an operation it knows.
    fn told(&self, row: operation::Model, now: DateTime<Utc>) -> Answer {
        if row.known_at > now {
            return Answer::Pending;
        }
        if let (Some(id), Some(session::OPEN)) = (row.session, row.session_state.as_deref()) {
            return match row.session_until {
                Some(until) if until <= now => Answer::Failed { reason: session::RAN_OUT.to_owned() },
                _ => {
                    let charge = session::name(id);
                    Answer::ActionRequired { url: format!("{}/sandbox/sessions/{charge}", self.url), charge }
                }
            };
        }
        let held_until = held_until(&row);
        match row.refusal {
            Some(reason) => Answer::Failed { reason },
            None => Answer::Succeeded { charge: row.charge_id.map(charge_name).unwrap_or_default(), held_until },
        }
    }

    /// Leaves the webhooks of an event to jobs.
    fn tell(&self, tx: &mut WriteTx, id: String, data: BodyData, at: DateTime<Utc>) {
        let chance = id.bytes().fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 997);
        let shuffle = if self.chaos.out_of_order { chance % 20 } else { 0 };
        let at = at + Duration::seconds(self.chaos.late_seconds + shuffle);
        let verb = if data.failure.is_some() { "failed" } else { "succeeded" };
        let body = Body { id, r#type: format!("{}.{verb}", data.kind.as_str()), created: tx.now().timestamp(), data };
        let webhook = SandboxWebhook { body: serde_json::to_string(&body).unwrap_or_default() };
        tx.enqueue(PendingJob::of(&webhook).at(at));
        if self.chaos.twice {
            tx.enqueue(PendingJob::of(&webhook).at(at + Duration::seconds(chance % 7)));
        }
    }
}

/// Until when the sandbox holds what an operation made it hold.
fn held_until(row: &operation::Model) -> Option<DateTime<Utc>> {
    let holds = row.kind == OperationKind::Authorize.as_str() && row.refusal.is_none();
    holds.then(|| row.known_at + HOLD)
}

#[async_trait]
impl PaymentProvider for Sandbox {
    fn code(&self) -> &'static str {
        SANDBOX
    }

    fn signature_header(&self) -> &'static str {
        SIGNATURE_HEADER
    }

    async fn authorize(&self, request: Request) -> Result<Answer, NoAnswer> {
        self.answer(OperationKind::Authorize, request).await
    }

    async fn capture(&self, request: Request) -> Result<Answer, NoAnswer> {
        self.answer(OperationKind::Capture, request).await
    }

    async fn void(&self, request: Request) -> Result<Answer, NoAnswer> {
        self.answer(OperationKind::Void, request).await
    }

    async fn refund(&self, request: Request) -> Result<Answer, NoAnswer> {
        self.answer(OperationKind::Refund, request).await
    }

    async fn lookup(&self, request: Lookup) -> Result<Answer, NoAnswer> {
        let found = operation::Entity::find_by_id(request.key).one(self.world.db.read()).await;
        match found.map_err(|error| NoAnswer(error.to_string()))? {
            Some(row) => Ok(self.told(row, self.world.clock.now())),
            None => Ok(Answer::NeverHeard),
        }
    }

    fn read_webhook(
        &self,
        signature: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<ProviderEvent>, WebhookFault> {
        signature::verify(&self.secret, signature, body, now)?;
        let body: Body = serde_json::from_slice(body).map_err(|_| WebhookFault::Unreadable)?;
        Ok(Some(ProviderEvent {
            id: body.id,
            kind: body.data.kind,
            key: body.data.idempotency_key,
            charge: body.data.charge,
            amount: body.data.amount,
            failure: body.data.failure,
            held_until: body.data.held_until,
        }))
    }
}

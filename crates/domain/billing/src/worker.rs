//! The jobs of billing: they write files.

use std::sync::Arc;

use async_trait::async_trait;
use context::{Ctx, Error as CoreError, World};
use kernel::id::{InvoiceId, JobId, PayoutId, PayoutRunId, SaleInvoiceId, StatementId};
use kernel::text;
use outbox::{DispatcherBuilder, Failure, Job};
use payments::provider::stripe::Stripe;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::actions::{READ_STATEMENT, RUN_PAYOUT};
use crate::command::{self, Progress};
use crate::entity::{payout, payout_run};
use crate::error::Error;
use crate::model::{DocumentFile, PayoutState, PayoutVia};
use crate::paper::{csv, pain, pdf, sale_ubl, ubl};
use crate::papers_repo as repo;
use crate::query::entries_of;
use crate::sale_repo;

/// Takes the files; implemented where object storage is.
#[async_trait]
pub trait FileSink: Send + Sync {
    /// Stores `body` under `key`; storing it again replaces it.
    ///
    /// # Errors
    /// A text for the log.
    async fn put(&self, key: &str, content_type: &str, body: Vec<u8>) -> Result<(), String>;
}

/// Writes the files of a payout run for the bank.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WritePayoutFile {
    /// The run.
    pub run: PayoutRunId,
}

impl Job for WritePayoutFile {
    const KIND: &'static str = "payout_file.v1";
    const MAX_ATTEMPTS: i32 = 20;
}

/// Sends a payout by Stripe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendPayout {
    /// The payout.
    pub payout: PayoutId,
}

impl Job for SendPayout {
    const KIND: &'static str = "payout_send.v1";
    const MAX_ATTEMPTS: i32 = 1_000;
}

/// Takes a payout back from Stripe that the merchant's bank refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FetchPayout {
    /// The payout.
    pub payout: PayoutId,
    /// Why the bank refused it.
    pub reason: String,
}

impl Job for FetchPayout {
    const KIND: &'static str = "payout_fetch.v1";
    const MAX_ATTEMPTS: i32 = 1_000;
}

/// Asks Stripe what became of a payout.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskPayout {
    /// The payout.
    pub payout: PayoutId,
}

impl Job for AskPayout {
    const KIND: &'static str = "payout_ask.v1";
    const MAX_ATTEMPTS: i32 = 20;
}

/// Writes the list of a closed statement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteStatementFile {
    /// The statement.
    pub statement: StatementId,
}

impl Job for WriteStatementFile {
    const KIND: &'static str = "statement_file.v1";
    const MAX_ATTEMPTS: i32 = 20;
}

/// Writes an invoice or a credit note for people and for programs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteInvoiceFiles {
    /// The document.
    pub invoice: InvoiceId,
}

impl Job for WriteInvoiceFiles {
    const KIND: &'static str = "invoice_files.v1";
    const MAX_ATTEMPTS: i32 = 20;
}

/// Writes an invoice or a credit note of a merchant to a company, for people and for programs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteSaleFiles {
    /// The document.
    pub invoice: SaleInvoiceId,
}

impl Job for WriteSaleFiles {
    const KIND: &'static str = "sale_invoice_files.v1";
    const MAX_ATTEMPTS: i32 = 20;
}

/// Registers the workers of billing; those of Stripe where it is set up.
#[must_use]
pub fn register(
    builder: DispatcherBuilder,
    world: &Arc<World>,
    sink: &Arc<dyn FileSink>,
    stripe: Option<&Stripe>,
) -> DispatcherBuilder {
    let builder = match stripe {
        Some(stripe) => register_stripe(builder, world, stripe),
        None => builder,
    };
    let builder = builder.work(worker(world, sink, |ctx, sink, job: WritePayoutFile| async move {
        payout_files(&ctx, sink.as_ref(), job.run).await
    }));
    let builder = builder.work(worker(world, sink, |ctx, sink, job: WriteStatementFile| async move {
        statement_file(&ctx, sink.as_ref(), job.statement).await
    }));
    let builder = builder.work(worker(world, sink, |ctx, sink, job: WriteSaleFiles| async move {
        sale_files(&ctx, sink.as_ref(), job.invoice).await
    }));
    builder.work(worker(world, sink, |ctx, sink, job: WriteInvoiceFiles| async move {
        invoice_files(&ctx, sink.as_ref(), job.invoice).await
    }))
}

fn register_stripe(builder: DispatcherBuilder, world: &Arc<World>, stripe: &Stripe) -> DispatcherBuilder {
    let builder = builder.work(worker(world, stripe, |ctx, stripe, job: SendPayout| async move {
        stepped(command::send_by_stripe(&ctx, &stripe, job.payout).await)
    }));
    let builder = builder.work(worker(world, stripe, |ctx, stripe, job: FetchPayout| async move {
        stepped(command::fetch_from_stripe(&ctx, &stripe, job.payout, &job.reason).await)
    }));
    builder.work(worker(world, stripe, |ctx, stripe, job: AskPayout| async move {
        stepped(command::ask_stripe(&ctx, &stripe, job.payout).await)
    }))
}

fn stepped(result: Result<Progress, Error>) -> Result<(), Failure> {
    match result? {
        Progress::Done => Ok(()),
        Progress::Later(why) => Err(Failure::Retry(why)),
    }
}

/// What a job does, with a context of its own each time, and the tool it works with.
fn worker<T, J, F, Fut>(
    world: &Arc<World>,
    tool: &T,
    work: F,
) -> impl Fn(J, JobId) -> Fut + Send + Sync + 'static + use<T, J, F, Fut>
where
    T: Clone + Send + Sync + 'static,
    F: Fn(Ctx, T, J) -> Fut + Send + Sync + 'static,
{
    let (world, tool) = (world.clone(), tool.clone());
    move |job, _| work(Ctx::system(world.clone(), "billing"), tool.clone(), job)
}

/// A file before it is stored.
struct Draft {
    owner: String,
    format: &'static str,
    key: String,
    file_name: String,
    content_type: &'static str,
    body: Vec<u8>,
}

/// Stores a file and writes down that it is there. Doing it again stores the same bytes again.
async fn keep(ctx: &Ctx, sink: &dyn FileSink, draft: Draft) -> Result<(), Failure> {
    let sha256 = text::hex(Sha256::digest(&draft.body));
    let byte_size = i64::try_from(draft.body.len()).unwrap_or(i64::MAX);
    sink.put(&draft.key, draft.content_type, draft.body).await.map_err(Failure::Retry)?;
    let tx = ctx.begin_write().await?;
    let file = DocumentFile {
        owner: draft.owner,
        format: draft.format.to_owned(),
        object_key: draft.key,
        file_name: draft.file_name,
        content_type: draft.content_type.to_owned(),
        byte_size,
        sha256,
        written_at: tx.now(),
    };
    repo::insert_file(&tx, &file).await?;
    tx.commit().await?;
    Ok(())
}

async fn payout_files(ctx: &Ctx, sink: &dyn FileSink, run: PayoutRunId) -> Result<(), Failure> {
    ctx.authorize(RUN_PAYOUT).map_err(Error::from)?;
    let market = marketplace::snapshot(ctx).await.map_err(|error| Failure::Retry(error.to_string()))?;
    let found = payout_run::Entity::find_by_id(run).one(ctx.read()).await?;
    let found = found.ok_or(CoreError::NotFound("payout run"))?;
    let held = [PayoutState::OnHold, PayoutState::Canceled].map(PayoutState::as_str);
    let rows = payout::Entity::find()
        .filter(payout::Column::RunId.eq(run))
        .filter(payout::Column::Via.eq(PayoutVia::Bank.as_str()))
        .filter(payout::Column::State.is_not_in(held))
        .order_by_asc(payout::Column::Id)
        .all(ctx.read())
        .await?;
    let billing = &market.settings.billing;
    if let Some(account) = &billing.paying_account {
        let execute_on = billing.time_zone.date_of(found.created_at);
        let header = pain::Header { run, account, created_at: found.created_at, execute_on };
        if let Some(body) = pain::write(&header, &rows) {
            let (key, file_name) = (format!("payouts/{run}.xml"), format!("{}.xml", pain::bank_id(&run.to_string())));
            let content_type = "application/xml";
            keep(ctx, sink, Draft { owner: run.to_string(), format: "pain001", key, file_name, content_type, body })
                .await?;
        }
    }
    let key = format!("payouts/{run}.csv");
    let (body, file_name) = (csv::payouts(&rows).into_bytes(), format!("{run}.csv"));
    let content_type = "text/csv; charset=utf-8";
    let draft = Draft { owner: run.to_string(), format: "csv", key: key.clone(), file_name, content_type, body };
    keep(ctx, sink, draft).await?;
    let tx = ctx.begin_write().await?;
    payout_run::Entity::update_many()
        .col_expr(payout_run::Column::FileKey, Expr::value(key))
        .col_expr(payout_run::Column::FileAt, Expr::value(tx.now()))
        .filter(payout_run::Column::Id.eq(run))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn statement_file(ctx: &Ctx, sink: &dyn FileSink, id: StatementId) -> Result<(), Failure> {
    ctx.authorize(READ_STATEMENT).map_err(Error::from)?;
    let closed = repo::statement_by_id(ctx.read(), id).await?;
    let entries = entries_of(ctx.read(), &closed).await?;
    let differs = || Failure::Fatal(format!("{id}: its entries do not lead from its opening to its closing balance"));
    let body = csv::statement(&closed, &entries).ok_or_else(differs)?.into_bytes();
    let (key, content_type) = (format!("statements/{id}.csv"), "text/csv; charset=utf-8");
    let file_name = format!("statement-{}-{}.csv", closed.currency, closed.cycle_no);
    keep(ctx, sink, Draft { owner: id.to_string(), format: "csv", key, file_name, content_type, body }).await
}

async fn invoice_files(ctx: &Ctx, sink: &dyn FileSink, id: InvoiceId) -> Result<(), Failure> {
    ctx.authorize(READ_STATEMENT).map_err(Error::from)?;
    let invoice = repo::invoice_by_id(ctx.read(), id).await?;
    let owner = id.to_string();
    if ubl::missing(&invoice).is_none() {
        let (key, file_name) = (format!("invoices/{id}.xml"), format!("{}.xml", invoice.number));
        let (content_type, body) = ("application/xml", ubl::write(&invoice));
        keep(ctx, sink, Draft { owner: owner.clone(), format: "ubl", key, file_name, content_type, body }).await?;
    }
    let body = pdf::write(&invoice).map_err(Failure::Fatal)?;
    let (key, file_name) = (format!("invoices/{id}.pdf"), format!("{}.pdf", invoice.number));
    keep(ctx, sink, Draft { owner, format: "pdf", key, file_name, content_type: "application/pdf", body }).await
}

async fn sale_files(ctx: &Ctx, sink: &dyn FileSink, id: SaleInvoiceId) -> Result<(), Failure> {
    ctx.authorize(READ_STATEMENT).map_err(Error::from)?;
    let invoice = sale_repo::by_id(ctx.read(), id).await?;
    let draft = |format, extension, content_type, body| Draft {
        owner: id.to_string(),
        format,
        key: format!("sale_invoices/{id}.{extension}"),
        file_name: format!("{}.{extension}", invoice.number),
        content_type,
        body,
    };
    if sale_ubl::missing(&invoice).is_none() {
        keep(ctx, sink, draft("ubl", "xml", "application/xml", sale_ubl::write(&invoice))).await?;
    }
    let list = csv::sale(&invoice).into_bytes();
    keep(ctx, sink, draft("csv", "csv", "text/csv; charset=utf-8", list)).await?;
    let body = pdf::write_sale(&invoice).map_err(Failure::Fatal)?;
    keep(ctx, sink, draft("pdf", "pdf", "application/pdf", body)).await
}

//! Compares files of banks and payment providers with the ledger. Nothing is corrected here: findings are for people.

use chrono::{DateTime, Duration, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::{FindingId, ReconciliationId};
use kernel::{Currency, Invalid, text};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};

use crate::actions::RECONCILE;
use crate::entity::{finding, reconciliation, reconciliation_line};
use crate::error::Error;
use crate::event::Reconciled;
use crate::import::{Parsed, camt, table};
use crate::model::reconcile::{ExternalLine, ReconciliationSource, Verdict, compare, settlements};
use crate::model::{Account, Finding, Outcome, Reconciliation};
use crate::post::Ledger;
use crate::query::{held_at, ledger_items, seen};

/// Rows in one statement.
const CHUNK: usize = 300;
/// The longest text of a file, in characters.
const CONTENT_MAX: usize = 900_000;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFormat {
    /// Comma-separated values with a header line.
    Csv,
    /// A list of objects.
    Json,
    /// camt.053 of ISO 20022, for banks.
    Camt053,
}

impl ImportFormat {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Camt053 => "camt053",
        }
    }
}

/// A file of a bank or a payment provider.
#[derive(Debug, Clone)]
pub struct Import {
    /// Who wrote it.
    pub source: ReconciliationSource,
    /// The provider's code; for the bank nothing.
    pub provider: Option<String>,
    /// How it is written.
    pub format: ImportFormat,
    /// The currency of all its lines.
    pub currency: Currency,
    /// Its name.
    pub file_name: String,
    /// Its text.
    pub content: String,
    /// The first instant it tells of; what the file says, or its first line, when `None`.
    pub from: Option<DateTime<Utc>>,
    /// The instant until which it tells; what the file says, or the day of its last line, when `None`.
    pub to: Option<DateTime<Utc>>,
    /// What the account holds at its end, in minor units; what the file says when `None`.
    pub balance_minor: Option<i64>,
}

/// Compares a file with the ledger and keeps what comes out. The same file again answers the same.
///
/// # Errors
/// `Invalid` input, naming `content` for what cannot be read; denied; the database error.
pub async fn import_file(ctx: &Ctx, input: Import) -> Result<Reconciliation, Error> {
    ctx.authorize(RECONCILE)?;
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let zone = market.settings.billing.time_zone;
    let (account, name) = account(&input)?;
    let file_name = text::line("fileName", &input.file_name, 200)?;
    if input.content.chars().count() > CONTENT_MAX {
        return Err(Invalid::new("content", "TOO_LONG", format!("must have at most {CONTENT_MAX} characters")).into());
    }
    let parsed = match input.format {
        ImportFormat::Csv => table::csv(&input.content, input.currency, zone)?,
        ImportFormat::Json => table::json(&input.content, input.currency, zone)?,
        ImportFormat::Camt053 => camt::read(&input.content, input.currency, zone)?,
    };
    let (from, to) = period(&input, &parsed)?;
    let sha256 = text::hex(Sha256::digest(input.content.as_bytes()));
    let mut tx = ctx.begin_write().await?;
    // Files are compared one after another: a transaction is matched once.
    Ledger::lock(&tx, input.currency).await?;
    let same = reconciliation::Entity::find()
        .filter(reconciliation::Column::Source.eq(input.source.as_str()))
        .filter(reconciliation::Column::Account.eq(&name))
        .filter(reconciliation::Column::Currency.eq(input.currency))
        .filter(reconciliation::Column::Sha256.eq(&sha256));
    if let Some(known) = same.one(&*tx).await? {
        return known.try_into();
    }
    let (account_id, account_key) = (account.id(input.currency), account.path());
    let done = Reconciliation {
        id: tx.new_id(),
        source: input.source,
        account: name,
        format: input.format.as_str().to_owned(),
        currency: input.currency,
        file_name,
        sha256,
        from,
        to,
        line_count: i64::try_from(parsed.lines.len()).unwrap_or(i64::MAX),
        balance_minor: input.balance_minor.or(parsed.balance_minor),
        ledger_minor: held_at(&*tx, account_id, to).await?,
        imported_by: ctx.actor().name.clone(),
        imported_at: tx.now(),
    };
    let names: Vec<String> = parsed.lines.iter().map(|line| line.external_id.clone()).collect();
    let seen = seen(&*tx, &account_key, &names).await?;
    let items = ledger_items(&*tx, (account_id, &account_key), from, to).await?;
    let mut verdicts = compare(input.source, &parsed.lines, &items, &seen);
    if input.source == ReconciliationSource::Provider {
        verdicts.extend(settlements(&parsed.lines));
    }
    verdicts.extend(balance(&done));
    insert(&tx, &done, &account_key, &parsed.lines).await?;
    insert_findings(&tx, &done, &account_key, verdicts).await?;
    tx.emit(&Reconciled { reconciliation: done.id });
    tx.record(Change::new("reconciliation", done.id, "imported").field("fileName", None::<String>, &done.file_name));
    tx.commit().await?;
    Ok(done)
}

fn account(input: &Import) -> Result<(Account, String), Invalid> {
    match input.source {
        ReconciliationSource::Bank => Ok((Account::Bank, "main".to_owned())),
        ReconciliationSource::Provider => {
            if input.format == ImportFormat::Camt053 {
                return Err(Invalid::new("format", "NOT_POSSIBLE", "camt.053 is written by banks"));
            }
            let code = input.provider.as_deref().ok_or_else(|| Invalid::required("provider"))?;
            let code = text::code("provider", code, 40)?;
            Ok((Account::ProviderClearing(code.clone()), code))
        }
    }
}

fn period(input: &Import, parsed: &Parsed) -> Result<(DateTime<Utc>, DateTime<Utc>), Invalid> {
    let booked = || parsed.lines.iter().map(|line| line.booked_at);
    let from = input.from.or(parsed.from).or_else(|| booked().min());
    let to = input.to.or(parsed.to).or_else(|| booked().max().map(|last| last + Duration::days(1)));
    match from.zip(to) {
        Some((from, to)) if from <= to => Ok((from, to)),
        Some(_) => Err(Invalid::new("to", "OUT_OF_RANGE", "must not be before from")),
        None => Err(Invalid::required("from")),
    }
}

/// What both say the account holds at the end of the file.
fn balance(done: &Reconciliation) -> Option<Verdict> {
    let there = done.balance_minor.filter(|there| *there != done.ledger_minor)?;
    Some(Verdict {
        outcome: Outcome::AmountMismatch,
        line_no: None,
        tx: None,
        external_id: String::new(),
        subject: "balance".to_owned(),
        here_minor: Some(done.ledger_minor),
        there_minor: Some(there),
        occurred_at: done.to,
        detail: "the balances at the end of the file differ".to_owned(),
    })
}

async fn insert(tx: &WriteTx, done: &Reconciliation, account_key: &str, lines: &[ExternalLine]) -> Result<(), Error> {
    let row = reconciliation::ActiveModel {
        id: Set(done.id),
        source: Set(done.source.as_str().to_owned()),
        account: Set(done.account.clone()),
        format: Set(done.format.clone()),
        currency: Set(done.currency),
        file_name: Set(done.file_name.clone()),
        sha256: Set(done.sha256.clone()),
        from_at: Set(done.from),
        to_at: Set(done.to),
        line_count: Set(done.line_count),
        balance_minor: Set(done.balance_minor),
        ledger_minor: Set(done.ledger_minor),
        imported_by: Set(done.imported_by.clone()),
        imported_at: Set(done.imported_at),
    };
    reconciliation::Entity::insert(row).exec_without_returning(&**tx).await?;
    for chunk in lines.chunks(CHUNK) {
        let rows = chunk.iter().map(|line| reconciliation_line::ActiveModel {
            reconciliation_id: Set(done.id),
            line_no: Set(line.line_no),
            account_key: Set(account_key.to_owned()),
            external_id: Set(line.external_id.clone()),
            kind: Set(line.kind.clone()),
            amount_minor: Set(line.amount_minor),
            booked_at: Set(line.booked_at),
            reference: Set(line.references.first().cloned().unwrap_or_default()),
            counterparty: Set(line.counterparty.clone()),
            settlement: Set(line.settlement.clone()),
        });
        reconciliation_line::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

async fn insert_findings(
    tx: &WriteTx,
    done: &Reconciliation,
    account_key: &str,
    verdicts: Vec<Verdict>,
) -> Result<(), Error> {
    let rows: Vec<finding::ActiveModel> = verdicts
        .into_iter()
        .map(|verdict| finding::ActiveModel {
            id: Set(tx.new_id::<FindingId>()),
            reconciliation_id: Set::<ReconciliationId>(done.id),
            line_no: Set(verdict.line_no),
            outcome: Set(verdict.outcome.as_str().to_owned()),
            account_key: Set(account_key.to_owned()),
            ledger_tx_id: Set(verdict.tx),
            external_id: Set(verdict.external_id),
            subject: Set(verdict.subject),
            currency: Set(done.currency),
            here_minor: Set(verdict.here_minor),
            there_minor: Set(verdict.there_minor),
            occurred_at: Set(verdict.occurred_at),
            detail: Set(verdict.detail),
            resolved_at: Set(None),
            resolved_by: Set(None),
            note: Set(None),
            version: Set(1),
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        finding::Entity::insert_many(chunk.to_vec()).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Says what was done about a finding. The ledger does not change by it.
///
/// # Errors
/// `Invalid` for `note`; `NotFound`; stale; [`Error::NotPossible`] when there is nothing to deal with.
pub async fn resolve_finding(ctx: &Ctx, id: FindingId, expected_version: i64, note: &str) -> Result<Finding, Error> {
    ctx.authorize(RECONCILE)?;
    let note = text::line("note", note, 500)?;
    let mut tx = ctx.begin_write().await?;
    let row = finding::Entity::find_by_id(id).lock_exclusive().one(&*tx).await?;
    let mut found: Finding = row.ok_or(CoreError::NotFound("finding"))?.try_into()?;
    if found.version != expected_version {
        return Err(CoreError::Stale("finding").into());
    }
    if !found.is_open() {
        return Err(Error::NotPossible("the finding is dealt with already"));
    }
    found.resolved_at = Some(tx.now());
    found.resolved_by = Some(ctx.actor().name.clone());
    found.note = Some(note.clone());
    found.version += 1;
    let saved = finding::Entity::update_many()
        .col_expr(finding::Column::ResolvedAt, Expr::value(found.resolved_at))
        .col_expr(finding::Column::ResolvedBy, Expr::value(found.resolved_by.clone()))
        .col_expr(finding::Column::Note, Expr::value(note.clone()))
        .col_expr(finding::Column::Version, Expr::value(found.version))
        .filter(finding::Column::Id.eq(id))
        .filter(finding::Column::Version.eq(expected_version))
        .exec(&*tx)
        .await?;
    if saved.rows_affected != 1 {
        return Err(CoreError::Stale("finding").into());
    }
    tx.emit(&Reconciled { reconciliation: found.reconciliation_id });
    tx.record(Change::new("finding", id, "resolved").because(note));
    tx.commit().await?;
    Ok(found)
}

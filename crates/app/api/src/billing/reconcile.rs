//! Files of banks and payment providers, compared with the ledger.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::Invalid;

use crate::input;
use crate::scalar::{Currency, Money, MoneyInput};

/// Who told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::model::reconcile::ReconciliationSource")]
pub enum ReconciliationSource {
    /// The operator's bank.
    Bank,
    /// A payment provider.
    Provider,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::ImportFormat")]
pub enum ReconciliationFormat {
    /// Comma-separated values with the columns `id`, `amount`, `currency`, `created` and, as far as they are known,
    /// `type`, `fee`, `net`, `reference`, `payout`, `counterparty`. Amounts are in the major unit.
    Csv,
    /// A list of objects with the same names. Whole numbers are amounts in minor units.
    Json,
    /// camt.053 of ISO 20022; for banks.
    Camt053,
}

/// What came out of comparing a line, or a transaction that has no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::Outcome")]
pub enum FindingOutcome {
    /// Both say the same.
    Matched,
    /// Both know it, the amounts differ.
    AmountMismatch,
    /// They have it, the ledger has not.
    MissingHere,
    /// The ledger has it, they have not.
    MissingThere,
    /// They told it before.
    Duplicate,
    /// Nobody knows what it is.
    Unknown,
}

/// A file that was compared with the ledger.
#[derive(Debug, Clone, SimpleObject)]
pub struct Reconciliation {
    /// The id of the comparison.
    pub id: ID,
    /// Who told.
    pub source: ReconciliationSource,
    /// The provider's code, or `main` for the bank.
    pub account: String,
    /// The currency.
    pub currency: Currency,
    /// The name of the file.
    pub file_name: String,
    /// SHA-256 of its text, in hexadecimal.
    pub sha256: String,
    /// The first instant it tells of.
    pub from: DateTime<Utc>,
    /// The instant until which it tells.
    pub to: DateTime<Utc>,
    /// How many lines it has; a fee that a provider kept on a sale is a line of its own.
    pub line_count: i64,
    /// What they say the account holds at its end.
    pub balance: Option<Money>,
    /// What the ledger says the account held then, when the file was imported.
    pub ledger_balance: Money,
    /// Who imported it.
    pub imported_by: String,
    /// When.
    pub imported_at: DateTime<Utc>,
}

impl From<billing::Reconciliation> for Reconciliation {
    fn from(done: billing::Reconciliation) -> Self {
        let money = |minor| Money::minor(minor, done.currency);
        Self {
            id: done.id.to_string().into(),
            source: done.source.into(),
            account: done.account,
            currency: Currency(done.currency),
            file_name: done.file_name,
            sha256: done.sha256,
            from: done.from,
            to: done.to,
            line_count: done.line_count,
            balance: done.balance_minor.map(money),
            ledger_balance: money(done.ledger_minor),
            imported_by: done.imported_by,
            imported_at: done.imported_at,
        }
    }
}

/// What came out of comparing. Positive amounts: the account of the operator grows.
#[derive(Debug, Clone, SimpleObject)]
pub struct ReconciliationFinding {
    /// The id of the finding.
    pub id: ID,
    /// The file.
    pub reconciliation_id: ID,
    /// The line of the file; `null` for what it lacks.
    pub line_no: Option<i32>,
    /// What came out.
    pub outcome: FindingOutcome,
    /// The account of the ledger.
    pub account: String,
    /// The transaction of the ledger.
    pub transaction_id: Option<ID>,
    /// Their name of it.
    pub external_id: String,
    /// What it is about.
    pub subject: String,
    /// What the ledger says.
    pub here: Option<Money>,
    /// What they say.
    pub there: Option<Money>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// A sentence for people.
    pub detail: String,
    /// Whether somebody has to look at it.
    pub is_open: bool,
    /// When somebody dealt with it.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who dealt with it.
    pub resolved_by: Option<String>,
    /// What was done about it.
    pub note: Option<String>,
    /// Send it back as `expectedVersion`.
    pub version: i64,
}

impl From<billing::Finding> for ReconciliationFinding {
    fn from(finding: billing::Finding) -> Self {
        let money = |minor| Money::minor(minor, finding.currency);
        Self {
            is_open: finding.is_open(),
            id: finding.id.to_string().into(),
            reconciliation_id: finding.reconciliation_id.to_string().into(),
            line_no: finding.line_no,
            outcome: finding.outcome.into(),
            account: finding.account,
            transaction_id: finding.ledger_tx_id.map(|id| id.to_string().into()),
            external_id: finding.external_id,
            subject: finding.subject,
            here: finding.here_minor.map(money),
            there: finding.there_minor.map(money),
            occurred_at: finding.occurred_at,
            detail: finding.detail,
            resolved_at: finding.resolved_at,
            resolved_by: finding.resolved_by,
            note: finding.note,
            version: finding.version,
        }
    }
}

/// A file of a bank or a payment provider.
#[derive(Debug, Clone, InputObject)]
pub struct ReconciliationImportInput {
    /// Who wrote it.
    pub source: ReconciliationSource,
    /// The code of the provider; absent for the bank.
    pub provider: Option<String>,
    /// How it is written.
    pub format: ReconciliationFormat,
    /// The currency of all its lines.
    pub currency: Currency,
    /// Its name.
    pub file_name: String,
    /// Its text, at most 900,000 characters.
    pub content: String,
    /// The first instant it tells of; what the file says when absent.
    pub from: Option<DateTime<Utc>>,
    /// The instant until which it tells; what the file says when absent.
    pub to: Option<DateTime<Utc>>,
    /// What the account holds at its end; what the file says when absent.
    pub balance: Option<MoneyInput>,
}

impl ReconciliationImportInput {
    pub(super) fn read(self) -> Result<billing::Import, context::Error> {
        let balance = self.balance.map(|balance| balance.parse("balance")).transpose()?;
        if balance.is_some_and(|balance| balance.currency != self.currency.0) {
            let text = "must be the currency of the file";
            return Err(Invalid::new("balance.currency", "CURRENCY_MISMATCH", text).into());
        }
        Ok(billing::Import {
            source: self.source.into(),
            provider: self.provider,
            format: self.format.into(),
            currency: self.currency.0,
            file_name: self.file_name,
            content: self.content,
            from: self.from,
            to: self.to,
            balance_minor: balance.map(|balance| balance.minor),
        })
    }
}

/// A finding that was dealt with.
#[derive(Debug, Clone, InputObject)]
pub struct ReconciliationFindingResolveInput {
    /// The finding.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// What was done about it.
    pub note: String,
}

/// Which findings. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ReconciliationFindingFilter {
    /// Of this file.
    pub reconciliation_id: Option<ID>,
    /// With this outcome.
    pub outcome: Option<FindingOutcome>,
    /// Only what somebody has to look at.
    #[graphql(default)]
    pub open: bool,
}

impl ReconciliationFindingFilter {
    pub(super) fn read(self) -> Result<billing::query::FindingFilter, context::Error> {
        Ok(billing::query::FindingFilter {
            reconciliation: input::optional_id("filter.reconciliationId", self.reconciliation_id.as_ref())?,
            outcome: self.outcome.map(Into::into),
            open: self.open,
        })
    }
}

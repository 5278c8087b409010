//! Pays merchants.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::{LedgerAccountId, MerchantId, PayoutRunId};
use kernel::{Currency, Invalid, Money, text};
use merchants::PayoutAccount;
use merchants::model::Status;
use outbox::PendingJob;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};

use crate::actions::RUN_PAYOUT;
use crate::entity::payout_run;
use crate::error::Error;
use crate::event::PayoutInitiated;
use crate::model::build::payout_initiated;
use crate::model::{Account, Payout, PayoutRun, PayoutState, Skipped};
use crate::post::Ledger;
use crate::repo;
use crate::worker::WritePayoutFile;

/// Merchants whose bank accounts are read in one statement.
const CHUNK: usize = 1_000;

/// A run of payouts.
#[derive(Debug, Clone)]
pub struct RunPayouts {
    /// The caller's unique name of it, such as `2026-03-02 EUR`: running it twice pays once.
    pub run_key: String,
    /// The currency.
    pub currency: Currency,
    /// Only what was available at this time is paid; now when `None`.
    pub cut_off_at: Option<DateTime<Utc>>,
    /// The smallest payout, in minor units; that of the settings when `None`.
    pub minimum_minor: Option<i64>,
}

/// Pays every merchant what is available, in one transaction, and has the file for the bank written.
///
/// # Errors
/// `Invalid` input; `KeyReused` when the name was used for another currency.
pub async fn run_payouts(ctx: &Ctx, input: RunPayouts) -> Result<PayoutRun, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let run_key = text::line("runKey", &input.run_key, 100)?;
    let settings = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let minimum_minor = input.minimum_minor.unwrap_or_else(|| settings.settings.payout_minimum_minor(input.currency));
    if minimum_minor < 0 {
        return Err(Invalid::new("minimum", "OUT_OF_RANGE", "must not be negative").into());
    }
    let mut tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, input.currency).await?;
    let known = payout_run::Entity::find().filter(payout_run::Column::RunKey.eq(&run_key)).one(&*tx).await?;
    if let Some(known) = known.map(PayoutRun::from) {
        return if known.currency == input.currency { Ok(known) } else { Err(CoreError::KeyReused.into()) };
    }
    let at = ledger.posted_at();
    let mut run = PayoutRun {
        id: tx.new_id(),
        run_key,
        currency: input.currency,
        cut_off_at: input.cut_off_at.unwrap_or(at).min(at),
        minimum_minor,
        payout_count: 0,
        total_minor: 0,
        skipped: Vec::new(),
        file_key: None,
        created_at: at,
    };
    let payouts = plan(&tx, &mut run).await?;
    let postings = payouts.iter().map(|payout| payout_initiated(payout, at)).collect::<Result<_, _>>()?;
    insert_run(&tx, &run).await?;
    repo::insert_payouts(&tx, &payouts).await?;
    ledger.post(postings).await?;
    for payout in &payouts {
        tx.emit(&PayoutInitiated { payout: payout.id, merchant: payout.merchant_id, amount: payout.amount });
    }
    if !payouts.is_empty() {
        tx.enqueue(PendingJob::of(&WritePayoutFile { run: run.id }).once(format!("payout_file:{}", run.id)));
    }
    let change = Change::new("payout_run", run.id, "created").field("runKey", None::<String>, &run.run_key);
    tx.record(change.field("totalMinor", None::<i64>, run.total_minor));
    tx.commit().await?;
    Ok(run)
}

/// Decides whom to pay what.
async fn plan(tx: &WriteTx, run: &mut PayoutRun) -> Result<Vec<Payout>, Error> {
    let available = available(tx, run.currency, run.cut_off_at).await?;
    let ids: Vec<MerchantId> = available.iter().map(|(merchant, _)| *merchant).collect();
    let mut accounts: HashMap<MerchantId, PayoutAccount> = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        accounts.extend(merchants::payout_accounts_on(&**tx, ids).await.map_err(CoreError::internal)?);
    }
    let mut payouts = Vec::new();
    for (merchant_id, available_minor) in available {
        let account = accounts.remove(&merchant_id);
        let (bank, reason) = match account {
            _ if available_minor < run.minimum_minor => (None, "below_minimum"),
            Some(account) if matches!(account.status, Status::Active | Status::Closed) => {
                (account.bank, "no_bank_account")
            }
            Some(_) => (None, "not_active"),
            None => (None, "no_bank_account"),
        };
        let Some(bank) = bank else {
            run.skipped.push(Skipped { merchant_id, available_minor, reason: reason.to_owned() });
            continue;
        };
        let payout = to_pay(tx, run, merchant_id, available_minor, (bank.holder, bank.iban.as_str().to_owned()));
        run.payout_count += 1;
        run.total_minor += available_minor;
        payouts.push(payout);
    }
    Ok(payouts)
}

fn to_pay(
    tx: &WriteTx,
    run: &PayoutRun,
    merchant_id: MerchantId,
    amount_minor: i64,
    (holder, iban): (String, String),
) -> Payout {
    let id = tx.new_id();
    Payout {
        id,
        run_id: run.id,
        merchant_id,
        amount: Money::new(amount_minor, run.currency),
        state: PayoutState::Initiated,
        holder,
        iban,
        reference: format!("{id}"),
        bank_reference: None,
        return_reason: None,
        initiated_at: run.created_at,
        paid_at: None,
        returned_at: None,
        version: 1,
    }
}

#[derive(FromQueryResult)]
struct Funds {
    account_id: LedgerAccountId,
    merchant_id: MerchantId,
    minor: i64,
}

/// What merchants can be paid, more than zero, by merchant: no more than now, and no more than at the cut-off.
async fn available(
    tx: &WriteTx,
    currency: Currency,
    cut_off_at: DateTime<Utc>,
) -> Result<Vec<(MerchantId, i64)>, Error> {
    let role = Account::Available(MerchantId(uuid::Uuid::nil())).role();
    let now = "SELECT a.id AS account_id, a.merchant_id, b.posted_minor AS minor
        FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.currency = ? AND a.role = ? AND b.posted_minor > 0 AND a.merchant_id IS NOT NULL ORDER BY a.merchant_id";
    let values = [currency.into(), role.into()];
    let funds = Funds::find_by_statement(db::dialect::statement(&**tx, now, values)).all(&**tx).await?;
    let since = "SELECT e.account_id, a.merchant_id,
            CAST(SUM(CASE e.direction WHEN 'credit' THEN e.amount_minor ELSE -e.amount_minor END) AS bigint) AS minor
        FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
        WHERE a.currency = ? AND a.role = ? AND e.posted_at > ? AND a.merchant_id IS NOT NULL
        GROUP BY e.account_id, a.merchant_id";
    let values = [currency.into(), role.into(), cut_off_at.into()];
    let since = Funds::find_by_statement(db::dialect::statement(&**tx, since, values)).all(&**tx).await?;
    let since: HashMap<LedgerAccountId, i64> = since.into_iter().map(|row| (row.account_id, row.minor)).collect();
    let payable = |row: Funds| {
        let at_cut_off = row.minor - since.get(&row.account_id).copied().unwrap_or(0);
        (row.merchant_id, row.minor.min(at_cut_off))
    };
    Ok(funds.into_iter().map(payable).filter(|(_, minor)| *minor > 0).collect())
}

async fn insert_run(tx: &WriteTx, run: &PayoutRun) -> Result<(), Error> {
    let row = payout_run::ActiveModel {
        id: Set::<PayoutRunId>(run.id),
        run_key: Set(run.run_key.clone()),
        currency: Set(run.currency),
        cut_off_at: Set(run.cut_off_at),
        minimum_minor: Set(run.minimum_minor),
        payout_count: Set(run.payout_count),
        total_minor: Set(run.total_minor),
        skipped: Set(serde_json::to_string(&run.skipped).map_err(CoreError::from)?),
        file_key: Set(None),
        file_at: Set(None),
        created_at: Set(run.created_at),
    };
    payout_run::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

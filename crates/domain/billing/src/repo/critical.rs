//! Balances that somebody has to look at, and what they are made of.

use chrono::{DateTime, Utc};
use context::WriteTx;
use kernel::id::MerchantId;
use kernel::{Currency, Money};
use marketplace::CriticalKind;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, Value,
};

use crate::entity::critical_balance;
use crate::model::{Account, CriticalBalance, Holdings};

impl From<critical_balance::Model> for CriticalBalance {
    fn from(row: critical_balance::Model) -> Self {
        Self {
            id: row.id,
            merchant_id: row.merchant_id,
            kind: CriticalKind::parse(&row.kind).unwrap_or(CriticalKind::Negative),
            amount: Money::new(row.amount_minor, row.currency),
            threshold: row.threshold,
            severity_ppm: row.severity_ppm,
            since_at: row.since_at,
            ended_at: row.ended_at,
        }
    }
}

fn row(of: &CriticalBalance) -> critical_balance::ActiveModel {
    critical_balance::Model {
        id: of.id,
        merchant_id: of.merchant_id,
        currency: of.amount.currency,
        kind: of.kind.as_str().to_owned(),
        amount_minor: of.amount.minor,
        threshold: of.threshold,
        severity_ppm: of.severity_ppm,
        since_at: of.since_at,
        ended_at: of.ended_at,
    }
    .into_active_model()
}

/// What all merchants hold; those of one merchant in one currency, if it is named. Money that waits has no age yet.
pub(crate) async fn holdings<C: ConnectionTrait>(
    conn: &C,
    of: Option<(MerchantId, Currency)>,
) -> Result<Vec<(MerchantId, Currency, Holdings)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        merchant_id: MerchantId,
        currency: Currency,
        available_minor: i64,
        claimed_minor: i64,
        reserve_minor: i64,
    }
    let held = |role: &str, name: &str| {
        format!("CAST(COALESCE(SUM(CASE WHEN a.role = '{role}' THEN b.posted_minor END), 0) AS BIGINT) AS {name}")
    };
    let sums = [
        held("liability:merchant:available", "available_minor"),
        held("asset:merchant:receivable", "claimed_minor"),
        held("liability:merchant:reserve", "reserve_minor"),
    ];
    let (and, values): (&str, Vec<Value>) = match of {
        Some((merchant, currency)) => {
            (" AND a.merchant_id = ? AND a.currency = ?", vec![merchant.into(), currency.into()])
        }
        None => ("", Vec::new()),
    };
    let sql = format!(
        "SELECT a.merchant_id, a.currency, {} FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.merchant_id IS NOT NULL{and} GROUP BY a.merchant_id, a.currency ORDER BY a.merchant_id, a.currency",
        sums.join(", ")
    );
    let rows = Row::find_by_statement(db::dialect::statement(conn, &sql, values)).all(conn).await?;
    let of = |row: Row| {
        let Row { available_minor, claimed_minor, reserve_minor, .. } = row;
        let holdings = Holdings { available_minor, claimed_minor, reserve_minor, waits_since: None };
        (row.merchant_id, row.currency, holdings)
    };
    Ok(rows.into_iter().map(of).collect())
}

/// Since when the oldest of what a merchant could be paid waits: what came first is paid first. Looked for only when some
/// of it came before `before`.
pub(crate) async fn waits_since<C: ConnectionTrait>(
    conn: &C,
    (merchant, currency): (MerchantId, Currency),
    available_minor: i64,
    before: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let account = Account::Available(merchant).id(currency);
    let sql = "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM ledger_entry
        WHERE account_id = ? AND direction = 'credit' AND posted_at >= ?";
    let values: [Value; 2] = [account.into(), before.into()];
    let newer = conn.query_one_raw(db::dialect::statement(conn, sql, values)).await?;
    let newer: i64 = newer.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
    if newer >= available_minor {
        return Ok(None);
    }
    let sql = "SELECT posted_at FROM (
            SELECT posted_at, SUM(amount_minor) OVER (ORDER BY posted_at DESC, tx_id DESC, line_no DESC) AS newest_minor
            FROM ledger_entry WHERE account_id = ? AND direction = 'credit'
        ) credits WHERE newest_minor >= ? ORDER BY posted_at DESC LIMIT 1";
    let values: [Value; 2] = [account.into(), available_minor.into()];
    let oldest = conn.query_one_raw(db::dialect::statement(conn, sql, values)).await?;
    oldest.map(|row| row.try_get_by_index(0)).transpose()
}

/// What was found and is not over; of one merchant in one currency, if it is named.
pub(crate) async fn open_critical<C: ConnectionTrait>(
    conn: &C,
    of: Option<(MerchantId, Currency)>,
) -> Result<Vec<CriticalBalance>, DbErr> {
    use critical_balance::Column;
    let mut find = critical_balance::Entity::find().filter(Column::EndedAt.is_null());
    if let Some((merchant, currency)) = of {
        find = find.filter(Column::MerchantId.eq(merchant)).filter(Column::Currency.eq(currency));
    }
    Ok(find.all(conn).await?.into_iter().map(CriticalBalance::from).collect())
}

pub(crate) async fn insert_critical(tx: &WriteTx, of: &CriticalBalance) -> Result<(), DbErr> {
    critical_balance::Entity::insert(row(of)).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Keeps what is known of it now. Whoever calls this has locked the ledger.
pub(crate) async fn save_critical(tx: &WriteTx, of: &CriticalBalance) -> Result<(), DbErr> {
    use critical_balance::Column;
    let own = critical_balance::Entity::update_many().set(row(of).reset_all()).filter(Column::Id.eq(of.id));
    own.filter(Column::EndedAt.is_null()).exec(&**tx).await?;
    Ok(())
}

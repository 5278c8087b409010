//! Statements: what happened to a merchant's money in a period, folded from the journal.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use context::{Ctx, merchant_meant};
use kernel::id::MerchantId;
use kernel::{Currency, Invalid};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use super::of_balance;
use crate::actions::READ_BALANCE;
use crate::error::Error;
use crate::model::{Component, Kind, Statement, StatementTotal};

/// A merchant, a currency and a period by posting time: `from` included, `to` excluded.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// Whose.
    pub merchant: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// The first instant.
    pub from: DateTime<Utc>,
    /// The instant at which it is over.
    pub to: DateTime<Utc>,
}

/// The statement of a period from `from` (included) to `to` (excluded); one's own when no merchant is named.
///
/// # Errors
/// `NotFound` for another merchant's; `Invalid` when the period ends before it begins.
pub async fn statement(
    ctx: &Ctx,
    merchant: impl Into<Option<MerchantId>>,
    currency: Currency,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Statement, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let merchant = merchant_meant(&grant, merchant.into())?;
    if to < from {
        return Err(Invalid::new("to", "OUT_OF_RANGE", "must not be before from").into());
    }
    statement_on(&ctx.read_for(&grant), Period { merchant, currency, from, to }).await
}

const GAIN: &str = "CAST(COALESCE(SUM(CASE e.direction WHEN 'credit' THEN e.amount_minor ELSE -e.amount_minor END), 0)
    AS bigint)";

#[derive(FromQueryResult)]
struct Sum {
    minor: i64,
}

#[derive(FromQueryResult)]
struct Net {
    kind: String,
    count: i64,
    minor: i64,
}

#[derive(FromQueryResult)]
struct Charge {
    kind: String,
    component: String,
    minor: i64,
}

/// The statement of a period, for callers that have authorized.
///
/// # Errors
/// The database error.
pub async fn statement_on<C: ConnectionTrait>(conn: &C, period: Period) -> Result<Statement, Error> {
    let Period { merchant, currency, from, to } = period;
    let own = of_balance();
    let whose: [Value; 2] = [merchant.into(), currency.into()];
    let opening = format!(
        "SELECT {GAIN} AS minor FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
        WHERE a.merchant_id = ? AND a.currency = ? AND {own} AND e.posted_at < ?"
    );
    let values = whose.iter().cloned().chain([from.into()]);
    let opening = Sum::find_by_statement(db::dialect::statement(conn, &opening, values)).one(conn).await?;
    let opening_minor = opening.map_or(0, |row| row.minor);
    let nets = format!(
        "SELECT t.kind, COUNT(DISTINCT t.id) AS count, {GAIN} AS minor
        FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id JOIN ledger_tx t ON t.id = e.tx_id
        WHERE a.merchant_id = ? AND a.currency = ? AND {own} AND e.posted_at >= ? AND e.posted_at < ?
        GROUP BY t.kind"
    );
    let values = whose.iter().cloned().chain([from.into(), to.into()]);
    let nets = Net::find_by_statement(db::dialect::statement(conn, &nets, values)).all(conn).await?;
    // A charge that is credited to the operator is the merchant's loss.
    let charges = format!(
        "SELECT t.kind, e.component, -{GAIN} AS minor FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx_id
        WHERE e.merchant_id = ? AND t.currency = ? AND e.posted_at >= ? AND e.posted_at < ?
            AND e.component IN ('commission', 'fixed_fee', 'commission_vat', 'tax', 'delivery_funded')
        GROUP BY t.kind, e.component"
    );
    let values = whose.into_iter().chain([from.into(), to.into()]);
    let charges = Charge::find_by_statement(db::dialect::statement(conn, &charges, values)).all(conn).await?;
    let totals = totals(nets, charges);
    let closing_minor = opening_minor + totals.iter().map(|total| total.net_minor).sum::<i64>();
    Ok(Statement { merchant_id: merchant, currency, from, to, opening_minor, closing_minor, totals })
}

fn totals(nets: Vec<Net>, charges: Vec<Charge>) -> Vec<StatementTotal> {
    let mut totals: BTreeMap<String, StatementTotal> = BTreeMap::new();
    for row in nets {
        let total = totals.entry(row.kind.clone()).or_insert_with(|| StatementTotal::of(&row.kind));
        total.count = row.count;
        total.net_minor = row.minor;
    }
    for row in charges {
        let Some(total) = totals.get_mut(&row.kind) else { continue };
        match Component::parse(&row.component) {
            Some(Component::Commission) => total.commission_minor = row.minor,
            Some(Component::FixedFee) => total.fixed_fee_minor = row.minor,
            Some(Component::CommissionTax) => total.commission_tax_minor = row.minor,
            Some(Component::RemittedTax) => total.remitted_tax_minor = row.minor,
            Some(Component::FundedDelivery) => total.funded_delivery_minor = row.minor,
            _ => {}
        }
    }
    for total in totals.values_mut() {
        let is_sale = matches!(
            Kind::parse(&total.kind),
            Some(Kind::SaleRecognized | Kind::RefundRequested | Kind::DisputeLost | Kind::CodKeptByMerchant)
        );
        if is_sale {
            let charges = total.commission_minor + total.fixed_fee_minor;
            total.gross_minor = total.net_minor - charges - total.commission_tax_minor - total.remitted_tax_minor;
        }
    }
    totals.into_values().collect()
}

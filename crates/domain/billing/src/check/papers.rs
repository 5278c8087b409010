//! Proves statements and invoices.

use std::collections::HashMap;

use kernel::Currency;
use kernel::id::{MerchantId, StatementId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{invoice, sale_invoice, statement};
use crate::error::Error;
use crate::model::closed::summarize;
use crate::model::{ClosedStatement, Invoice, SaleInvoice, StatementLine};
use crate::query::moved_on;

/// Documents looked at together.
const BATCH: u64 = 200;

/// Every way in which statements and invoices are wrong. Empty when all is well.
///
/// Each statement begins where the one before ended, with its balance; its lines are what the journal says of its
/// period and lead to its closing balance; nothing of it was changed (A10). The numbers of invoices have no gaps, and
/// what they say is what was issued.
///
/// # Errors
/// The database error.
pub async fn papers<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    statements(conn, &mut found).await?;
    invoices(conn, &mut found).await?;
    sale_invoices(conn, &mut found).await?;
    series(conn, &mut found).await?;
    Ok(found)
}

/// In the order in which they were closed, so that each comes after the one before it.
async fn statements<C: ConnectionTrait>(conn: &C, found: &mut Vec<String>) -> Result<(), Error> {
    let mut last: HashMap<(MerchantId, Currency), ClosedStatement> = HashMap::new();
    let mut after: Option<(i64, StatementId)> = None;
    loop {
        let mut query = statement::Entity::find()
            .order_by_asc(statement::Column::CycleNo)
            .order_by_asc(statement::Column::Id)
            .limit(BATCH);
        if let Some((cycle_no, id)) = after {
            let same = sea_orm::Condition::all()
                .add(statement::Column::CycleNo.eq(cycle_no))
                .add(statement::Column::Id.gt(id));
            let next = sea_orm::Condition::any().add(statement::Column::CycleNo.gt(cycle_no)).add(same);
            query = query.filter(next);
        }
        let rows = query.all(conn).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        after = Some((end.cycle_no, end.id));
        for row in rows {
            let closed = ClosedStatement::try_from(row)?;
            let key = (closed.merchant_id, closed.currency);
            one_statement(conn, &closed, last.get(&key), found).await?;
            last.insert(key, closed);
        }
    }
}

async fn one_statement<C: ConnectionTrait>(
    conn: &C,
    closed: &ClosedStatement,
    before: Option<&ClosedStatement>,
    found: &mut Vec<String>,
) -> Result<(), Error> {
    let name = format!("statement {}", closed.id);
    if closed.fingerprint() != closed.hash {
        found.push(format!("{name}: was changed after it was closed"));
    }
    let expected = before.map_or((1, closed.from, 0), |before| (before.cycle_no + 1, before.to, before.closing_minor));
    if (closed.cycle_no, closed.from, closed.opening_minor) != expected {
        found.push(format!("{name}: does not begin where the one before ended (A10)"));
    }
    let change: i64 = closed.lines.iter().map(StatementLine::incl_tax_minor).sum();
    if closed.opening_minor + change != closed.closing_minor {
        found.push(format!("{name}: its lines do not lead to its closing balance (A10)"));
    }
    let (moved, count) = moved_on(conn, closed.merchant_id, closed.currency, closed.from, closed.to).await?;
    if summarize(&moved).lines != closed.lines || count != closed.entry_count {
        found.push(format!("{name}: the journal says something else of its period (A10)"));
    }
    Ok(())
}

async fn invoices<C: ConnectionTrait>(conn: &C, found: &mut Vec<String>) -> Result<(), Error> {
    let mut after = None;
    loop {
        let mut query = invoice::Entity::find().order_by_asc(invoice::Column::Id).limit(BATCH);
        if let Some(after) = after {
            query = query.filter(invoice::Column::Id.gt(after));
        }
        let rows = query.all(conn).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        after = Some(end.id);
        for row in rows {
            let issued = Invoice::try_from(row)?;
            let name = format!("invoice {}", issued.number);
            if issued.fingerprint() != issued.hash {
                found.push(format!("{name}: was changed after it was issued"));
            }
            let (lines, taxes) = (&issued.content.lines, &issued.content.taxes);
            let net: i64 = lines.iter().map(|line| line.net_minor).sum();
            let (base, tax) = taxes.iter().fold((0, 0), |(base, tax), one| (base + one.net_minor, tax + one.tax_minor));
            if (net, base, tax) != (issued.net_minor, issued.net_minor, issued.tax_minor) {
                found.push(format!("{name}: its lines do not sum to its totals"));
            }
        }
    }
}

/// Those of merchants to companies: as they were issued, with lines that sum to the totals.
async fn sale_invoices<C: ConnectionTrait>(conn: &C, found: &mut Vec<String>) -> Result<(), Error> {
    let mut after = None;
    loop {
        let mut query = sale_invoice::Entity::find().order_by_asc(sale_invoice::Column::Id).limit(BATCH);
        if let Some(after) = after {
            query = query.filter(sale_invoice::Column::Id.gt(after));
        }
        let rows = query.all(conn).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        after = Some(end.id);
        for row in rows {
            let issued = SaleInvoice::try_from(row)?;
            let name = format!("invoice {} of merchant {}", issued.number, issued.merchant_id);
            if issued.fingerprint() != issued.hash {
                found.push(format!("{name}: was changed after it was issued"));
            }
            let lines = issued.content.lines.iter();
            let of_lines = lines.fold((0, 0), |(net, tax), line| (net + line.net_minor, tax + line.tax_minor));
            let taxes = issued.content.taxes.iter();
            let of_taxes = taxes.fold((0, 0), |(net, tax), one| (net + one.net_minor, tax + one.tax_minor));
            let said = (issued.net_minor, issued.tax_minor);
            if of_lines != said || of_taxes != said {
                found.push(format!("{name}: its lines do not sum to its totals"));
            }
        }
    }
}

#[derive(FromQueryResult)]
struct Series {
    legal_entity: String,
    kind: String,
    year: i32,
    last_no: i64,
    count: i64,
    first: Option<i64>,
    last: Option<i64>,
}

async fn series<C: ConnectionTrait>(conn: &C, found: &mut Vec<String>) -> Result<(), Error> {
    let sql = "SELECT s.legal_entity, s.kind, s.year, s.last_no, COUNT(i.id) AS count, MIN(i.seq_no) AS first,
            MAX(i.seq_no) AS last
        FROM document_series s LEFT JOIN (SELECT id, legal_entity, kind, year, seq_no FROM invoice
                UNION ALL SELECT id, legal_entity, kind, year, seq_no FROM sale_invoice) i
            ON i.legal_entity = s.legal_entity AND i.kind = s.kind AND i.year = s.year
        GROUP BY s.legal_entity, s.kind, s.year, s.last_no ORDER BY s.legal_entity, s.kind, s.year";
    for row in Series::find_by_statement(db::dialect::statement(conn, sql, [])).all(conn).await? {
        let whole = row.count == row.last_no && row.first == Some(1) && row.last == Some(row.last_no);
        if !whole {
            let Series { legal_entity, kind, year, last_no, count, .. } = row;
            found.push(format!("numbers of {legal_entity}, {kind}, {year}: {last_no} were given, {count} are there"));
        }
    }
    Ok(())
}

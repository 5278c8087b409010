//! Where money comes from.

use context::{Ctx, Error as CoreError, within_merchants};
use kernel::Page;
use kernel::PageArgs;
use kernel::id::{HoldId, PayoutId};
use sea_orm::{EntityTrait, FromQueryResult, QueryFilter};

use super::journal::{LineFilter, merchant_lines};
use crate::actions::{READ_BALANCE, READ_PAYOUT};
use crate::entity::{hold, payout};
use crate::error::Error;
use crate::model::{HoldKind, JournalLine, Kind};

/// What a payout is made of.
#[derive(Debug, Clone)]
pub struct PayoutBasis {
    /// What was left after the payout before, in minor units.
    pub carried_minor: i64,
    /// What happened to the available money since then, the newest first.
    pub lines: Page<JournalLine>,
}

#[derive(FromQueryResult)]
struct Window {
    this_seq: i64,
    last_seq: i64,
    carried: i64,
}

/// What a payout is made of: what the one before left, and every line since.
///
/// # Errors
/// `NotFound`, also for another merchant's; a bad cursor.
pub async fn payout_basis(ctx: &Ctx, id: PayoutId, page: &PageArgs) -> Result<PayoutBasis, Error> {
    let grant = ctx.authorize(READ_PAYOUT)?;
    let own = within_merchants(&grant, payout::Column::MerchantId);
    let row = payout::Entity::find_by_id(id).filter(own).one(&ctx.read_for(&grant)).await?;
    let row = row.ok_or(CoreError::NotFound("payout"))?;
    let sql = "SELECT w.this_seq, w.last_seq, CAST(COALESCE((
            SELECT SUM(CASE e.direction WHEN 'credit' THEN e.amount_minor ELSE -e.amount_minor END)
            FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id JOIN ledger_tx t ON t.id = e.tx_id
            WHERE a.merchant_id = ? AND a.currency = ? AND a.role = 'liability:merchant:available'
                AND t.seq <= w.last_seq), 0) AS bigint) AS carried
        FROM (SELECT t.seq AS this_seq, COALESCE((
                SELECT MAX(p.seq) FROM ledger_entry e JOIN ledger_tx p ON p.id = e.tx_id
                WHERE e.merchant_id = ? AND p.currency = t.currency AND p.kind = ? AND p.seq < t.seq), 0) AS last_seq
            FROM ledger_tx t WHERE t.idempotency_key = ?) w";
    let values = [
        row.merchant_id.into(),
        row.currency.into(),
        row.merchant_id.into(),
        Kind::PayoutInitiated.as_str().into(),
        format!("payout:{id}").into(),
    ];
    let window = Window::find_by_statement(db::dialect::statement(&ctx.read_for(&grant), sql, values))
        .one(&ctx.read_for(&grant))
        .await?;
    let window = window.ok_or_else(|| CoreError::internal(format!("{id} is not in the ledger")))?;
    let filter = LineFilter {
        currency: Some(row.currency),
        account: Some("available".to_owned()),
        between: Some((window.last_seq, window.this_seq)),
        ..LineFilter::default()
    };
    let lines = merchant_lines(ctx, row.merchant_id, &filter, page).await?;
    Ok(PayoutBasis { carried_minor: window.carried, lines })
}

/// What earned the money of a hold, as the handlers named it: the parcel. A reserve is followed to its sale.
///
/// # Errors
/// `NotFound`, also for another merchant's.
pub async fn source_of_hold(ctx: &Ctx, id: HoldId) -> Result<String, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let own = || within_merchants(&grant, hold::Column::MerchantId);
    let missing = || CoreError::NotFound("hold");
    let row = hold::Entity::find_by_id(id).filter(own()).one(&ctx.read_for(&grant)).await?.ok_or_else(missing)?;
    if HoldKind::parse(&row.kind) != Some(HoldKind::Reserve) {
        return Ok(row.source_id);
    }
    let sale: HoldId = row.source_id.parse().map_err(|_| missing())?;
    let row = hold::Entity::find_by_id(sale).filter(own()).one(&ctx.read_for(&grant)).await?.ok_or_else(missing)?;
    Ok(row.source_id)
}

//! Releases what waited long enough.

use chrono::{DateTime, Duration, Utc};
use context::{Ctx, WriteTx};
use kernel::id::MerchantId;
use kernel::{Currency, Money, Rounding};
use marketplace::Settings;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::actions::POST;
use crate::entity::hold;
use crate::error::Error;
use crate::event::FundsReleased;
use crate::model::build::{Release, released, reserve_released};
use crate::model::{Hold, HoldKind};
use crate::post::Ledger;
use crate::repo::{self, NewHold};

/// Holds released in one transaction.
const BATCH: u64 = 200;

/// What a release did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Released {
    /// Holds that ended.
    pub holds: usize,
}

/// Sets when the money of a sale is released: the hold period after its delivery. `source_id` is that of
/// [`crate::SaleRecognized`]. Does nothing when it is released already.
///
/// # Errors
/// The database error.
pub async fn schedule_release(ctx: &Ctx, source_id: &str, release_at: DateTime<Utc>) -> Result<(), Error> {
    ctx.authorize(POST)?;
    let tx = ctx.begin_write().await?;
    hold::Entity::update_many()
        .col_expr(hold::Column::ReleaseAt, Expr::value(release_at))
        .filter(hold::Column::Kind.eq(HoldKind::Sale.as_str()))
        .filter(hold::Column::SourceId.eq(source_id))
        .filter(hold::Column::ReleasedAt.is_null())
        .exec(&*tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Releases everything that was due at `now`: sales become available less the reserve, reserves become available.
///
/// # Errors
/// The database error; what was released before it stays released.
pub async fn release_due(ctx: &Ctx, now: DateTime<Utc>) -> Result<Released, Error> {
    ctx.authorize(POST)?;
    let market = marketplace::snapshot(ctx).await.map_err(context::Error::internal)?;
    let mut done = Released::default();
    let currencies: Vec<Currency> = hold::Entity::find()
        .select_only()
        .column(hold::Column::Currency)
        .distinct()
        .filter(hold::Column::ReleasedAt.is_null())
        .filter(hold::Column::ReleaseAt.lte(now))
        .filter(repo::not_paused())
        .into_tuple()
        .all(ctx.read())
        .await?;
    for currency in currencies {
        loop {
            let count = release_batch(ctx, currency, now, &market.settings).await?;
            done.holds += count;
            if count == 0 {
                break;
            }
        }
    }
    Ok(done)
}

async fn release_batch(ctx: &Ctx, currency: Currency, now: DateTime<Utc>, settings: &Settings) -> Result<usize, Error> {
    let mut tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, currency).await?;
    let due = repo::due_holds(&tx, currency, now, BATCH).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let mut merchants: Vec<MerchantId> = due.iter().map(|hold| hold.merchant_id).collect();
    merchants.sort_unstable();
    merchants.dedup();
    let terms = merchants::selling_terms_on(&*tx, &merchants).await.map_err(context::Error::internal)?;
    let keep_until = ledger.posted_at() + Duration::days(settings.reserve_days.into());
    let (mut postings, mut reserves, mut facts) = (Vec::new(), Vec::new(), Vec::new());
    for hold in &due {
        let left = hold.left_minor();
        if left == 0 {
            continue;
        }
        let mut release = Release {
            hold_id: hold.id,
            merchant_id: hold.merchant_id,
            merchant_order_id: hold.merchant_order_id,
            currency,
            amount_minor: left,
            reserve_minor: 0,
            at: ledger.posted_at(),
        };
        if hold.kind == HoldKind::Reserve {
            postings.push(reserve_released(&release)?);
            continue;
        }
        let reserve = terms.get(&hold.merchant_id).map_or(settings.reserve_ppm, |terms| terms.reserve(settings));
        release.reserve_minor = reserve.of(left, Rounding::HalfUp).clamp(0, left);
        reserves.extend(kept_back(&tx, hold, release.reserve_minor, keep_until));
        facts.push(FundsReleased {
            merchant: hold.merchant_id,
            merchant_order: hold.merchant_order_id,
            amount: Money::new(left, currency),
        });
        postings.push(released(&release)?);
    }
    ledger.post(postings).await?;
    repo::insert_holds(&tx, reserves).await?;
    repo::mark_released(&tx, due.iter().map(|hold| hold.id).collect()).await?;
    for fact in &facts {
        tx.emit(fact);
    }
    tx.commit().await?;
    Ok(due.len())
}

fn kept_back(tx: &WriteTx, sale: &Hold, amount_minor: i64, release_at: DateTime<Utc>) -> Option<NewHold> {
    let hold =
        Hold { id: tx.new_id(), kind: HoldKind::Reserve, amount_minor, drawn_minor: 0, release_at, ..sale.clone() };
    (amount_minor > 0).then(|| NewHold { hold, source_id: sale.id.to_string() })
}

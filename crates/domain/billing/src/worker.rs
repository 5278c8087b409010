//! The jobs of billing.

use std::sync::Arc;

use async_trait::async_trait;
use context::{Ctx, World};
use kernel::Money;
use kernel::id::PayoutRunId;
use outbox::{DispatcherBuilder, Failure, Job};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::actions::RUN_PAYOUT;
use crate::entity::{payout, payout_run};
use crate::error::Error;

/// Takes the files for the bank; implemented where object storage is.
#[async_trait]
pub trait PayoutFileSink: Send + Sync {
    /// Stores `body` under `key`; storing it again replaces it.
    ///
    /// # Errors
    /// A text for the log.
    async fn put(&self, key: &str, content_type: &str, body: Vec<u8>) -> Result<(), String>;
}

/// Writes the file of a payout run for the bank.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WritePayoutFile {
    /// The run.
    pub run: PayoutRunId,
}

impl Job for WritePayoutFile {
    const KIND: &'static str = "payout_file.v1";
    const MAX_ATTEMPTS: i32 = 20;
}

/// Registers the workers of billing.
#[must_use]
pub fn register(builder: DispatcherBuilder, world: &Arc<World>, sink: &Arc<dyn PayoutFileSink>) -> DispatcherBuilder {
    let (world, sink) = (world.clone(), sink.clone());
    builder.work(move |job: WritePayoutFile, _| {
        let (ctx, sink) = (Ctx::system(world.clone(), "billing"), sink.clone());
        async move { write_file(&ctx, sink.as_ref(), job.run).await }
    })
}

async fn write_file(ctx: &Ctx, sink: &dyn PayoutFileSink, run: PayoutRunId) -> Result<(), Failure> {
    ctx.authorize(RUN_PAYOUT).map_err(Error::from)?;
    let rows = payout::Entity::find()
        .filter(payout::Column::RunId.eq(run))
        .order_by_asc(payout::Column::Id)
        .all(ctx.read())
        .await?;
    let key = format!("payouts/{run}.csv");
    sink.put(&key, "text/csv; charset=utf-8", csv(&rows).into_bytes()).await.map_err(Failure::Retry)?;
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

/// One line a payout, RFC 4180.
fn csv(rows: &[payout::Model]) -> String {
    let mut out = String::from("reference,holder,iban,amount,currency\r\n");
    for row in rows {
        let amount = Money::new(row.amount_minor, row.currency).amount();
        let fields = [row.reference.as_str(), &row.holder, &row.iban, &amount, row.currency.code()];
        let fields: Vec<String> = fields.into_iter().map(quoted).collect();
        out.push_str(&fields.join(","));
        out.push_str("\r\n");
    }
    out
}

/// Quotes where needed. A text that a spreadsheet would take for a formula is made harmless.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let field = if formula { format!("'{field}") } else { field.to_owned() };
    if field.contains([',', '"', '\r', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_and_formulas_defused() {
        assert_eq!(quoted("Ann"), "Ann");
        assert_eq!(quoted("Ann, \"Co\""), "\"Ann, \"\"Co\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
    }
}

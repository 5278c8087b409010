//! What happened, by order.

use std::collections::{BTreeMap, HashMap};

use access::Grant;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use context::{WriteTx, within_merchants};
use kernel::id::{MerchantId, MerchantOrderId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::entity::rating::{fact_row, order_row};
use crate::model::rating::{
    Count, Exclusion, ExclusionTag, Fact, Formula, Metric, MetricInput, MetricRule, ONE, RatedOrder,
};
use crate::repo::conversation::question;

/// What one order says of a metric, for the list of what is behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehindMetric {
    /// The order.
    pub order: RatedOrder,
    /// What it adds.
    pub count: Count,
}

/// One order within the reach of the grant.
pub(crate) async fn order<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: MerchantOrderId,
) -> Result<RatedOrder, Error> {
    let own = order_row::Entity::find_by_id(id).filter(within_merchants(grant, order_row::Column::MerchantId));
    of_row(own.one(conn).await?.ok_or(context::Error::NotFound("rated order"))?)
}

/// Keeps what an order says now, under the lock of its merchant's rating; whether it says something else than before.
pub(crate) async fn note(tx: &WriteTx, order: &RatedOrder, facts: &[Fact]) -> Result<bool, Error> {
    use fact_row::{Column, Entity};
    let known = Entity::find().filter(Column::MerchantOrderId.eq(order.merchant_order)).all(&**tx).await?;
    let known: BTreeMap<String, (i64, i64)> = known.into_iter().map(|row| (row.metric, (row.k, row.n))).collect();
    let said = facts.iter().filter(|fact| fact.count.n > 0);
    let said: BTreeMap<String, (i64, i64)> =
        said.map(|fact| (fact.metric.as_str().to_owned(), (fact.count.k, fact.count.n))).collect();
    if said == known {
        return Ok(false);
    }
    insert_order(tx, order).await?;
    // It may have been excluded since it was first known.
    let excluded = order_row::Entity::find_by_id(order.merchant_order).one(&**tx).await?;
    let counted = excluded.is_none_or(|row| row.excluded_at.is_none());
    let gone: Vec<&str> = known.keys().filter(|metric| !said.contains_key(*metric)).map(String::as_str).collect();
    if !gone.is_empty() {
        let own = Entity::delete_many().filter(Column::MerchantOrderId.eq(order.merchant_order));
        own.filter(Column::Metric.is_in(gone)).exec(&**tx).await?;
    }
    let rows = said.into_iter().filter(|(metric, count)| known.get(metric) != Some(count)).map(|(metric, (k, n))| {
        fact_row::ActiveModel {
            merchant_order_id: Set(order.merchant_order),
            metric: Set(metric),
            merchant_id: Set(order.merchant),
            ordered_at: Set(order.ordered_at),
            k: Set(k),
            n: Set(n),
            counted: Set(counted),
        }
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        let over = OnConflict::columns([Column::MerchantOrderId, Column::Metric])
            .update_columns([Column::K, Column::N])
            .to_owned();
        Entity::insert_many(rows).on_conflict(over).exec_without_returning(&**tx).await?;
    }
    Ok(true)
}

async fn insert_order(tx: &WriteTx, order: &RatedOrder) -> Result<(), Error> {
    let row = order_row::ActiveModel {
        merchant_order_id: Set(order.merchant_order),
        merchant_id: Set(order.merchant),
        number: Set(order.number.clone()),
        ordered_at: Set(order.ordered_at),
        excluded_tag: Set(None),
        excluded_reason: Set(None),
        excluded_by: Set(None),
        excluded_at: Set(None),
        version: Set(1),
    };
    let first = OnConflict::column(order_row::Column::MerchantOrderId).do_nothing().to_owned();
    order_row::Entity::insert(row).on_conflict(first).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Lets an order count or not, if nobody changed it since version `order.version - 1`.
pub(crate) async fn save_exclusion(tx: &WriteTx, order: &RatedOrder) -> Result<bool, Error> {
    let excluded = order.excluded.as_ref();
    let row = order_row::ActiveModel {
        excluded_tag: Set(excluded.map(|of| of.tag.as_str().to_owned())),
        excluded_reason: Set(excluded.map(|of| of.reason.clone())),
        excluded_by: Set(excluded.map(|of| of.author_name.clone())),
        excluded_at: Set(excluded.map(|of| of.at)),
        version: Set(order.version),
        ..Default::default()
    };
    let saved = order_row::Entity::update_many()
        .set(row)
        .filter(order_row::Column::MerchantOrderId.eq(order.merchant_order))
        .filter(order_row::Column::Version.eq(order.version - 1))
        .exec(&**tx)
        .await?;
    if saved.rows_affected != 1 {
        return Ok(false);
    }
    fact_row::Entity::update_many()
        .col_expr(fact_row::Column::Counted, Expr::value(excluded.is_none()))
        .filter(fact_row::Column::MerchantOrderId.eq(order.merchant_order))
        .exec(&**tx)
        .await?;
    Ok(true)
}

/// What was counted of these merchants, by the metrics of a formula in their order. One statement, and one for questions.
pub(crate) async fn counts<C: ConnectionTrait>(
    conn: &C,
    merchants: &[MerchantId],
    formula: &Formula,
    today: NaiveDate,
) -> Result<HashMap<MerchantId, Vec<MetricInput>>, Error> {
    if merchants.is_empty() {
        return Ok(HashMap::new());
    }
    let found = of_orders(conn, merchants, formula, today).await?;
    let answers = match formula.rule(Metric::AnswersInTime) {
        Some(rule) => question::counts(conn, merchants, rule.window(today), today).await?,
        None => HashMap::new(),
    };
    let inputs = |merchant: MerchantId| {
        let input = |rule: &MetricRule| {
            let (from, until) = rule.window(today);
            let count = match rule.metric {
                Metric::AnswersInTime => answers.get(&merchant),
                metric => found.get(&(merchant, metric.as_str().to_owned())),
            };
            MetricInput { metric: rule.metric, from, until, count: count.copied().unwrap_or_default() }
        };
        formula.metrics.iter().map(input).collect()
    };
    Ok(merchants.iter().map(|merchant| (*merchant, inputs(*merchant))).collect())
}

/// What orders say of these merchants.
async fn of_orders<C: ConnectionTrait>(
    conn: &C,
    merchants: &[MerchantId],
    formula: &Formula,
    today: NaiveDate,
) -> Result<HashMap<(MerchantId, String), Count>, Error> {
    use fact_row::{Column, Entity};
    let mut any = Condition::any();
    for rule in formula.metrics.iter().filter(|rule| rule.metric != Metric::AnswersInTime) {
        any = any.add(within(rule.metric, rule.window(today)));
    }
    if any.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(MerchantId, String, i64, i64)> = Entity::find()
        .select_only()
        .column(Column::MerchantId)
        .column(Column::Metric)
        .column_as(db::dialect::sum_i64(Expr::col((Entity, Column::K))), "k")
        .column_as(db::dialect::sum_i64(Expr::col((Entity, Column::N))), "n")
        .filter(Column::MerchantId.is_in(db::dialect::pad(merchants.to_vec())))
        .filter(Column::Counted.eq(true))
        .filter(any)
        .group_by(Column::MerchantId)
        .group_by(Column::Metric)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(merchant, metric, k, n)| ((merchant, metric), Count { k, n })).collect())
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn within(metric: Metric, (from, until): (NaiveDate, NaiveDate)) -> Condition {
    Condition::all()
        .add(fact_row::Column::Metric.eq(metric.as_str()))
        .add(fact_row::Column::OrderedAt.gte(midnight(from)))
        .add(fact_row::Column::OrderedAt.lt(midnight(until)))
}

/// The orders behind what was counted of a metric, the newest first, after a place in that order. With `target` only
/// those whose value is worse.
pub(crate) async fn behind<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    merchant: MerchantId,
    input: &MetricInput,
    (target, after): (Option<i64>, Option<(DateTime<Utc>, MerchantOrderId)>),
    limit: u64,
) -> Result<Vec<BehindMetric>, Error> {
    use fact_row::{Column, Entity};
    let mut find = Entity::find()
        .filter(within_merchants(grant, Column::MerchantId))
        .filter(Column::MerchantId.eq(merchant))
        .filter(within(input.metric, (input.from, input.until)))
        .order_by_desc(Column::OrderedAt)
        .order_by_desc(Column::MerchantOrderId)
        .limit(limit);
    if let Some(after) = after {
        let place = Expr::tuple([Expr::col(Column::OrderedAt), Expr::col(Column::MerchantOrderId)]);
        find = find.filter(place.lt(Expr::tuple([Expr::value(after.0), Expr::value(after.1)])));
    }
    if let Some(target) = target {
        let (value, wanted) = (Expr::col(Column::K).mul(ONE), Expr::col(Column::N).mul(target));
        let worse = if input.metric.more_is_better() { value.lt(wanted) } else { value.gt(wanted) };
        find = find.filter(worse);
    }
    let facts = find.all(conn).await?;
    let ids: Vec<MerchantOrderId> = facts.iter().map(|row| row.merchant_order_id).collect();
    let mut orders: HashMap<MerchantOrderId, order_row::Model> = HashMap::new();
    if !ids.is_empty() {
        let named = order_row::Column::MerchantOrderId.is_in(db::dialect::pad(ids));
        let found = order_row::Entity::find().filter(named).all(conn).await?;
        orders = found.into_iter().map(|row| (row.merchant_order_id, row)).collect();
    }
    let behind = facts.into_iter().filter_map(|fact| {
        let count = Count { k: fact.k, n: fact.n };
        orders.remove(&fact.merchant_order_id).map(|row| Ok(BehindMetric { order: of_row(row)?, count }))
    });
    behind.collect()
}

fn of_row(row: order_row::Model) -> Result<RatedOrder, Error> {
    let tag = row.excluded_tag.as_deref().map(|tag| super::super::known("excluded_tag", tag, ExclusionTag::parse));
    let said = tag.transpose()?.zip(row.excluded_reason).zip(row.excluded_by.zip(row.excluded_at));
    let excluded = said.map(|((tag, reason), (author_name, at))| Exclusion { tag, reason, author_name, at });
    Ok(RatedOrder {
        merchant_order: row.merchant_order_id,
        merchant: row.merchant_id,
        number: row.number,
        ordered_at: row.ordered_at,
        excluded,
        version: row.version,
    })
}

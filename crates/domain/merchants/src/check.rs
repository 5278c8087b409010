//! What `souk verify` derives again here.

use std::collections::HashMap;

use db::dialect;
use kernel::id::MerchantScoreId;
use sea_orm::ConnectionTrait;

use crate::model::rating::Formula;
use crate::{Error, repo};

/// Scores that are computed again in one go.
const CHUNK: u64 = 1_000;

/// Computes each stored rating again from what it was computed from, and compares what follows from it. Differences as
/// sentences; empty when all is well.
///
/// # Errors
/// The database error; what is stored and cannot be read.
pub async fn ratings<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut formulas: HashMap<i64, Formula> = HashMap::new();
    let mut after: Option<MerchantScoreId> = None;
    loop {
        let scores = repo::rating::score::all_after(conn, after, CHUNK).await?;
        let Some(last) = scores.last() else { break };
        after = Some(last.id);
        for score in scores {
            if let std::collections::hash_map::Entry::Vacant(place) = formulas.entry(score.formula) {
                place.insert(repo::rating::formula::find(conn, score.formula).await?);
            }
            let rated = formulas.get(&score.formula).and_then(|formula| formula.rate(&score.inputs));
            let (rating, known) = (rated.as_ref().map(|of| of.rating), rated.as_ref().is_some_and(|of| of.known));
            if (rating, known) != (score.rating, score.known) {
                found.push(format!("score {}: stored {:?}, its inputs come to {rating:?}", score.id, score.rating));
            }
        }
    }
    for (sql, what) in RULES {
        let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0);
        if count > 0 {
            found.push(format!("ratings: {count} {what}"));
        }
    }
    Ok(found)
}

const RULES: [(&str, &str); 3] = [
    (
        "SELECT count(*) FROM merchant_rating r JOIN merchant_score s ON s.id = r.score_id
            WHERE s.merchant_id <> r.merchant_id OR s.known <> r.known
            OR coalesce(s.rating, -1) <> coalesce(r.rating, -1)",
        "that are not what their score says",
    ),
    (
        "SELECT count(*) FROM rating_fact f JOIN rated_order o ON o.merchant_order_id = f.merchant_order_id
            WHERE f.counted <> (o.excluded_at IS NULL) OR f.merchant_id <> o.merchant_id OR f.ordered_at <> o.ordered_at",
        "facts that are not of their order",
    ),
    (
        "SELECT count(*) FROM merchant m LEFT JOIN merchant_rating r ON r.merchant_id = m.id
            WHERE m.stars IS NOT NULL AND coalesce(r.override_rating, CASE WHEN r.known THEN r.rating END) IS NULL",
        "stars of merchants of whom nothing is known",
    ),
];

//! What `souk verify` derives again here.

use std::collections::HashMap;

use db::dialect;
use kernel::id::{MerchantScoreId, MessageId};
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

/// Compares conversations with their messages, and looks for words that should be gone. Differences as sentences; empty when
/// all is well.
///
/// # Errors
/// The database error.
pub async fn conversations<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut after: Option<MessageId> = None;
    loop {
        let words = repo::conversation::message::words_after(conn, after, CHUNK).await?;
        let Some((last, ..)) = words.last() else { break };
        after = Some(*last);
        for (id, words, kept) in words {
            if kept.as_deref() != Some(repo::conversation::message::digest(&words).as_str()) {
                found.push(format!("message {id}: its words are not those that were written"));
            }
        }
    }
    for (sql, what) in CONVERSATION_RULES {
        let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0);
        if count > 0 {
            found.push(format!("conversations: {count} {what}"));
        }
    }
    Ok(found)
}

const CONVERSATION_RULES: [(&str, &str); 8] = [
    (
        "SELECT count(*) FROM message_words w JOIN conversation c ON c.id = w.conversation_id WHERE c.erased_at IS NOT NULL",
        "words of conversations whose buyer was forgotten",
    ),
    (
        "SELECT count(*) FROM message_asset a JOIN conversation c ON c.id = a.conversation_id WHERE c.erased_at IS NOT NULL",
        "files of conversations whose buyer was forgotten",
    ),
    (
        "SELECT count(*) FROM conversation WHERE erased_at IS NOT NULL
            AND (buyer_name <> 'Erased' OR title <> 'Erased' OR closed_at IS NULL)",
        "that still name a buyer who was forgotten",
    ),
    (
        "SELECT count(*) FROM message_redaction r JOIN message_words w ON w.message_id = r.message_id",
        "messages whose words were taken away and are there",
    ),
    (
        "SELECT count(*) FROM message m JOIN conversation c ON c.id = m.conversation_id
            WHERE m.words_sha256 IS NOT NULL AND c.erased_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM message_words w WHERE w.message_id = m.id)
            AND NOT EXISTS (SELECT 1 FROM message_redaction r WHERE r.message_id = m.id)",
        "messages whose words are gone and nobody said why",
    ),
    (
        "SELECT count(*) FROM (SELECT c.id FROM conversation c LEFT JOIN message m ON m.conversation_id = c.id
            GROUP BY c.id, c.message_count, c.buyer_count, c.merchant_count, c.operator_count
            HAVING c.message_count <> count(m.id) OR c.message_count <> coalesce(max(m.number), 0)
            OR c.buyer_count <> sum(CASE WHEN m.visibility = 'all' THEN 1 ELSE 0 END)
            OR c.merchant_count <> sum(CASE WHEN m.visibility IN ('all', 'team', 'merchant') THEN 1 ELSE 0 END)
            OR c.operator_count <> sum(CASE WHEN m.visibility IN ('all', 'team', 'operator') THEN 1 ELSE 0 END)) d",
        "that count other messages than there are",
    ),
    (
        "SELECT count(*) FROM conversation c JOIN message m ON m.conversation_id = c.id
            WHERE m.number = (SELECT max(l.number) FROM message l WHERE l.conversation_id = c.id AND l.awaiting IS NOT NULL)
            AND (m.awaiting <> c.awaiting OR (m.kind = 'closed') <> (c.closed_at IS NOT NULL))",
        "that wait for somebody else than their last message says",
    ),
    (
        "SELECT count(*) FROM conversation_question q JOIN message m ON m.id = q.message_id
            WHERE m.side <> 'buyer' OR m.visibility <> 'all' OR m.conversation_id <> q.conversation_id
            OR m.posted_at <> q.asked_at",
        "questions that are not what their message says",
    ),
];

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

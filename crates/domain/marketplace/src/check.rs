//! What `souk verify` re-derives here.

use db::dialect;
use sea_orm::{ConnectionTrait, DbErr};

/// What is stored twice, and must agree.
const RULES: [(&str, &str); 13] = [
    (
        "SELECT count(*) FROM (
            SELECT 1 AS gap FROM change_log GROUP BY entity, entity_id HAVING MAX(sequence) > COUNT(*) OR MIN(sequence) < 1
        ) g",
        "things of which a change is missing in the history",
    ),
    (
        "SELECT count(*) FROM change_log a JOIN change_log b
            ON b.entity = a.entity AND b.entity_id = a.entity_id AND b.sequence = a.sequence + 1
        WHERE b.stamp < a.stamp",
        "changes that the feed tells before the one that was made earlier",
    ),
    (
        "SELECT count(*) FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id
        WHERE (d.merchant_id IS NULL) <> (e.merchant_id IS NULL) OR d.merchant_id <> e.merchant_id",
        "messages that belong to somebody else than their endpoint",
    ),
    (
        "SELECT count(*) FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id
            JOIN change_log c ON c.id = d.change_id
        WHERE e.merchant_id IS NOT NULL AND (c.merchant_id IS NULL OR c.merchant_id <> e.merchant_id)",
        "messages that tell a merchant of what is another's",
    ),
    (
        "SELECT count(*) FROM webhook_attempt a JOIN webhook_delivery d ON d.id = a.delivery_id
        WHERE a.number > d.attempt_count",
        "tries that their message does not count",
    ),
    (
        "SELECT count(*) FROM webhook_delivery d WHERE (d.delivered_at IS NOT NULL) <> EXISTS (
            SELECT 1 FROM webhook_attempt a WHERE a.delivery_id = d.id AND a.status BETWEEN 200 AND 299
        )",
        "messages whose tries do not say whether they were taken",
    ),
    (
        "SELECT count(*) FROM task t WHERE t.state <> CASE WHEN t.resolved_at IS NOT NULL THEN 'resolved'
            WHEN t.paused_at IS NOT NULL THEN 'waiting'
            WHEN t.assignee_id IS NOT NULL OR t.first_responded_at IS NOT NULL THEN 'in_progress' ELSE 'open' END",
        "tasks whose state is not what happened to them",
    ),
    (
        "SELECT count(*) FROM task t WHERE (t.paused_at IS NOT NULL) <> EXISTS (
            SELECT 1 FROM task_pause p WHERE p.task_id = t.id AND p.to_at IS NULL
        )",
        "tasks of which nobody knows whether they wait",
    ),
    (
        "SELECT count(*) FROM task t WHERE t.resolution_breached_at IS NULL AND t.resolved_at > t.due_at
            OR t.first_response_breached_at IS NULL AND t.first_responded_at > t.first_response_due_at",
        "tasks that were late and are not marked",
    ),
    (
        "SELECT count(*) FROM task_pause p JOIN task_pause q ON q.task_id = p.task_id AND q.number = p.number + 1
        WHERE p.to_at IS NULL OR q.from_at < p.to_at",
        "tasks that waited twice at the same time",
    ),
    (
        "SELECT count(*) FROM notification n JOIN notification_delivery d ON d.id = n.delivery_id
        WHERE d.channel <> 'in_app' OR d.state <> 'sent' OR d.sent_as <> d.id OR d.user_id <> n.user_id OR d.user_id IS NULL",
        "notifications that were not told as they are shown",
    ),
    (
        "SELECT count(*) FROM notification_rule r WHERE r.version <> (
            SELECT COUNT(*) FROM notification_rule_version v WHERE v.rule_id = r.id
        )",
        "rules of notifications of which a version is missing",
    ),
    (
        "SELECT count(*) FROM notification_delivery d JOIN notification_delivery f ON f.id = d.sent_as
        WHERE f.state <> 'sent' OR f.sent_as <> f.id OR f.recipient <> d.recipient OR f.channel <> d.channel",
        "tellings that went with one that was not sent",
    ),
];

/// Differences between what is stored and what must hold, as sentences; empty when all is well.
///
/// # Errors
/// The database error.
pub async fn check<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, DbErr> {
    let mut found = Vec::new();
    for (sql, what) in RULES {
        let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0);
        if count > 0 {
            found.push(format!("marketplace: {count} {what}"));
        }
    }
    Ok(found)
}

//! What somebody has to do in time, and merchants' balances that somebody has to look at.
//!
//! A breach is written once and for ever: triggers of both databases refuse to change or clear it, and to delete a task.
//! A task of the merchants' side has the merchant as its owner; one that is about a merchant but the operator's has none.

use crate::Step::{self, Owned, Postgres, Sql, Sqlite};
use crate::{Seen, Wall};

const fn walled(table: &'static str, owner: &'static str) -> Step {
    Owned(Wall { table, owner, seen: Seen::Owner })
}

pub(crate) const STATEMENTS: &[Step] = &[
    // `home_queue` is where it was before it went up because it was late. `rank` is the priority, 1 for the most urgent. `strikes_at` is when one of the clocks strikes next; none strikes
    // while it waits, nor when it is resolved.
    Sql("CREATE TABLE task (
        id {id} NOT NULL PRIMARY KEY,
        kind text NOT NULL,
        subject text NOT NULL,
        merchant_id {id},
        owner_id {id},
        title text NOT NULL,
        queue text NOT NULL,
        home_queue text NOT NULL,
        assignee_id {id},
        assignee_name text,
        rank bigint NOT NULL CHECK (rank BETWEEN 1 AND 4),
        settings_version bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'in_progress', 'waiting', 'resolved')),
        is_resolved boolean NOT NULL,
        opened_at {at} NOT NULL,
        due_at {at} NOT NULL,
        warn_at {at} NOT NULL,
        first_response_due_at {at},
        first_responded_at {at},
        escalation_level bigint NOT NULL CHECK (escalation_level BETWEEN 0 AND 2),
        strikes_at {at},
        paused_at {at},
        pause_reason text,
        pause_count bigint NOT NULL CHECK (pause_count >= 0),
        note_count bigint NOT NULL CHECK (note_count >= 0),
        resolved_at {at},
        outcome text,
        first_response_breached_at {at},
        resolution_breached_at {at},
        version bigint NOT NULL CHECK (version > 0),
        CHECK (owner_id IS NULL OR (merchant_id IS NOT NULL AND owner_id = merchant_id)),
        CHECK ((assignee_id IS NULL) = (assignee_name IS NULL)),
        CHECK ((resolved_at IS NULL) = (outcome IS NULL)),
        CHECK (is_resolved = (resolved_at IS NOT NULL)),
        CHECK (is_resolved = (state = 'resolved')),
        CHECK ((paused_at IS NULL) = (pause_reason IS NULL)),
        CHECK ((state = 'waiting') = (paused_at IS NOT NULL)),
        CHECK (strikes_at IS NULL OR state IN ('open', 'in_progress')),
        CHECK ((escalation_level = 2) = (resolution_breached_at IS NOT NULL))
    )"),
    // One open task for a kind and a thing, whoever opens it.
    Sql("CREATE UNIQUE INDEX task_open ON task (kind, subject) WHERE resolved_at IS NULL AND kind <> 'manual'"),
    Sql("CREATE INDEX task_strikes ON task (strikes_at, id) WHERE strikes_at IS NOT NULL"),
    Sql("CREATE INDEX task_subject ON task (subject, is_resolved, due_at, id)"),
    Sql("CREATE INDEX task_due ON task (is_resolved, due_at, id)"),
    Sql("CREATE INDEX task_rank ON task (is_resolved, rank, due_at, id)"),
    Sql("CREATE INDEX task_newest ON task (is_resolved, id)"),
    Sql("CREATE INDEX task_queue_due ON task (queue, is_resolved, due_at, id)"),
    Sql("CREATE INDEX task_queue_rank ON task (queue, is_resolved, rank, due_at, id)"),
    Sql("CREATE INDEX task_queue_newest ON task (queue, is_resolved, id)"),
    Sql("CREATE INDEX task_assignee_due ON task (assignee_id, is_resolved, due_at, id)"),
    Sql("CREATE INDEX task_assignee_rank ON task (assignee_id, is_resolved, rank, due_at, id)"),
    Sql("CREATE INDEX task_assignee_newest ON task (assignee_id, is_resolved, id)"),
    Sql("CREATE INDEX task_merchant_due ON task (merchant_id, is_resolved, due_at, id)"),
    Sql("CREATE INDEX task_merchant_rank ON task (merchant_id, is_resolved, rank, due_at, id)"),
    Sql("CREATE INDEX task_merchant_newest ON task (merchant_id, is_resolved, id)"),
    // For reports: when the clocks of a task were decided.
    Sql("CREATE INDEX task_done ON task (resolved_at) WHERE resolved_at IS NOT NULL"),
    Sql("CREATE INDEX task_late ON task (resolution_breached_at) WHERE resolution_breached_at IS NOT NULL"),
    Sql("CREATE INDEX task_answered ON task (first_responded_at) WHERE first_responded_at IS NOT NULL"),
    Sql(
        "CREATE INDEX task_unanswered ON task (first_response_breached_at) WHERE first_response_breached_at IS NOT NULL",
    ),
    Sqlite(
        "CREATE TRIGGER task_breach_stays BEFORE UPDATE ON task WHEN
            (OLD.first_response_breached_at IS NOT NULL
                AND NEW.first_response_breached_at IS NOT OLD.first_response_breached_at)
            OR (OLD.resolution_breached_at IS NOT NULL AND NEW.resolution_breached_at IS NOT OLD.resolution_breached_at)
        BEGIN SELECT RAISE(ABORT, 'a breach stays'); END",
    ),
    Sqlite("CREATE TRIGGER task_stays BEFORE DELETE ON task BEGIN SELECT RAISE(ABORT, 'a task stays'); END"),
    Postgres(
        "CREATE FUNCTION task_breach_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP <> 'UPDATE' THEN
                RAISE EXCEPTION 'a task stays';
            END IF;
            IF (OLD.first_response_breached_at IS NOT NULL
                    AND NEW.first_response_breached_at IS DISTINCT FROM OLD.first_response_breached_at)
                OR (OLD.resolution_breached_at IS NOT NULL
                    AND NEW.resolution_breached_at IS DISTINCT FROM OLD.resolution_breached_at) THEN
                RAISE EXCEPTION 'a breach stays';
            END IF;
            RETURN NEW;
        END $$",
    ),
    Postgres(
        "CREATE TRIGGER task_breach_stays BEFORE UPDATE OR DELETE ON task
        FOR EACH ROW EXECUTE FUNCTION task_breach_stays()",
    ),
    Postgres(
        "CREATE TRIGGER task_stays BEFORE TRUNCATE ON task FOR EACH STATEMENT EXECUTE FUNCTION task_breach_stays()",
    ),
    // When its clocks stood still.
    Sql("CREATE TABLE task_pause (
        task_id {id} NOT NULL REFERENCES task (id),
        number bigint NOT NULL CHECK (number > 0),
        owner_id {id},
        reason text NOT NULL,
        from_at {at} NOT NULL,
        to_at {at},
        PRIMARY KEY (task_id, number),
        CHECK (to_at IS NULL OR to_at >= from_at)
    )"),
    Sql("CREATE UNIQUE INDEX task_pause_open ON task_pause (task_id) WHERE to_at IS NULL"),
    Sql("CREATE TABLE task_note (
        task_id {id} NOT NULL REFERENCES task (id),
        number bigint NOT NULL CHECK (number > 0),
        owner_id {id},
        text text NOT NULL,
        author text NOT NULL,
        author_name text NOT NULL,
        created_at {at} NOT NULL,
        PRIMARY KEY (task_id, number)
    )"),
    Step::AppendOnly("task_note"),
    // `filter` is JSON.
    Sql("CREATE TABLE task_view (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id},
        user_id {id} NOT NULL,
        user_name text NOT NULL,
        shared boolean NOT NULL,
        name text NOT NULL,
        filter text NOT NULL,
        sort text NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        updated_at {at} NOT NULL
    )"),
    Sql("CREATE INDEX task_view_of ON task_view (merchant_id, id)"),
    // A balance that somebody has to look at: one row from when it was found to when it was in order again. `threshold` is
    // minor units, or days for what waits.
    Sql("CREATE TABLE critical_balance (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL,
        currency text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('negative', 'reserve_short', 'payable_too_old')),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        threshold bigint NOT NULL CHECK (threshold >= 0),
        severity_ppm bigint NOT NULL,
        since_at {at} NOT NULL,
        ended_at {at},
        CHECK (ended_at IS NULL OR ended_at >= since_at)
    )"),
    Sql("CREATE UNIQUE INDEX critical_balance_open ON critical_balance (merchant_id, currency, kind)
        WHERE ended_at IS NULL"),
    Sql("CREATE INDEX critical_balance_worst ON critical_balance (severity_ppm, id) WHERE ended_at IS NULL"),
    Sql("CREATE INDEX critical_balance_of ON critical_balance (merchant_id, severity_ppm, id) WHERE ended_at IS NULL"),
    walled("critical_balance", "merchant_id"),
    walled("task", "owner_id"),
    walled("task_pause", "owner_id"),
    walled("task_note", "owner_id"),
    walled("task_view", "merchant_id"),
];

//! Outbox, jobs, schedules, idempotency keys and the change log.

use crate::Step::{self, AppendOnly, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE outbox_event (
        id {id} NOT NULL PRIMARY KEY,
        kind text NOT NULL,
        subject text NOT NULL,
        payload text NOT NULL,
        actor text NOT NULL,
        occurred_at {at} NOT NULL,
        attempt_count integer NOT NULL,
        available_at {at} NOT NULL,
        locked_until {at},
        dispatched_at {at},
        last_error text
    )"),
    Sql("CREATE INDEX outbox_event_due ON outbox_event (id) WHERE dispatched_at IS NULL"),
    Sql("CREATE INDEX outbox_event_subject ON outbox_event (subject, id)"),
    Sql("CREATE TABLE outbox_done (
        event_id {id} NOT NULL REFERENCES outbox_event (id),
        handler text NOT NULL,
        PRIMARY KEY (event_id, handler)
    )"),
    Sql("CREATE TABLE job (
        id {id} NOT NULL PRIMARY KEY,
        kind text NOT NULL,
        payload text NOT NULL,
        dedup_key text UNIQUE,
        state text NOT NULL CHECK (state IN ('ready', 'done', 'dead')),
        attempt_count integer NOT NULL,
        max_attempts integer NOT NULL,
        available_at {at} NOT NULL,
        locked_until {at},
        last_error text,
        created_at {at} NOT NULL,
        finished_at {at}
    )"),
    Sql("CREATE INDEX job_due ON job (id) WHERE state = 'ready'"),
    Sql("CREATE INDEX job_dead ON job (id) WHERE state = 'dead'"),
    Sql("CREATE TABLE schedule_slot (
        schedule text NOT NULL,
        slot_at {at} NOT NULL,
        PRIMARY KEY (schedule, slot_at)
    )"),
    Sql("CREATE TABLE idempotency_key (
        owner text NOT NULL,
        route text NOT NULL,
        key text NOT NULL,
        input_hash text NOT NULL,
        response text,
        created_at {at} NOT NULL,
        PRIMARY KEY (owner, route, key)
    )"),
    Sql("CREATE TABLE change_log (
        id {id} NOT NULL PRIMARY KEY,
        entity text NOT NULL,
        entity_id text NOT NULL,
        merchant_id {id},
        action text NOT NULL,
        actor text NOT NULL,
        actor_name text NOT NULL,
        on_behalf_of text,
        source text NOT NULL,
        request_id text NOT NULL,
        ip text,
        reason text,
        fields text NOT NULL,
        changed_at {at} NOT NULL
    )"),
    Sql("CREATE INDEX change_log_entity ON change_log (entity, entity_id, changed_at, id)"),
    Sql("CREATE INDEX change_log_merchant ON change_log (merchant_id, changed_at, id) WHERE merchant_id IS NOT NULL"),
    Sql("CREATE INDEX change_log_time ON change_log (changed_at, id)"),
    Sql("CREATE INDEX change_log_kind ON change_log (entity, changed_at, id)"),
    Sql("CREATE INDEX change_log_actor ON change_log (actor, changed_at, id)"),
    Sql("CREATE INDEX change_log_behalf ON change_log (on_behalf_of, changed_at, id) WHERE on_behalf_of IS NOT NULL"),
    AppendOnly("change_log"),
    // What people said about changes; goes when whom or what it is about is forgotten.
    Sql("CREATE TABLE change_words (
        change_id {id} NOT NULL PRIMARY KEY REFERENCES change_log (id),
        about_kind text NOT NULL,
        about_id text NOT NULL,
        words text NOT NULL
    )"),
    Sql("CREATE INDEX change_words_about ON change_words (about_kind, about_id)"),
];

//! Who is told of what: rules, what became of each telling, and what people read in Souk itself.
//!
//! A notification gets its place in the stream of a person as a change gets its place in the change log (`m0030_integrations`):
//! the stamp of the writing transaction, so that a reader who goes on from a place misses none.

use crate::Step::{self, Owned, Postgres, Sql, Sqlite};
use crate::{Seen, Wall};

const fn walled(table: &'static str) -> Step {
    Owned(Wall { table, owner: "merchant_id", seen: Seen::Owner })
}

pub(crate) const STATEMENTS: &[Step] = &[
    // The operator's rules. `document` is JSON; the address of a chat is sealed, for whoever has it may write there.
    Sql("CREATE TABLE notification_rule (
        id {id} NOT NULL PRIMARY KEY,
        event text NOT NULL,
        active boolean NOT NULL,
        document text NOT NULL,
        chat_url text,
        chat_url_key text,
        author_name text NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK ((chat_url IS NULL) = (chat_url_key IS NULL))
    )"),
    Sql("CREATE INDEX notification_rule_event ON notification_rule (event, id)"),
    // What a rule said at each version.
    Sql("CREATE TABLE notification_rule_version (
        rule_id {id} NOT NULL REFERENCES notification_rule (id),
        version bigint NOT NULL CHECK (version > 0),
        event text NOT NULL,
        active boolean NOT NULL,
        document text NOT NULL,
        chat_url text,
        chat_url_key text,
        author_name text NOT NULL,
        created_at {at} NOT NULL,
        PRIMARY KEY (rule_id, version)
    )"),
    Step::AppendOnly("notification_rule_version"),
    // One event to one recipient by one channel under one key, whatever the number of tries. `merchant_id` is the merchant
    // concerned. What goes together names the row that is sent.
    Sql("CREATE TABLE notification_delivery (
        id {id} NOT NULL PRIMARY KEY,
        rule_id {id} NOT NULL REFERENCES notification_rule (id),
        rule_key text NOT NULL,
        source_id {id} NOT NULL,
        event text NOT NULL,
        merchant_id {id},
        channel text NOT NULL CHECK (channel IN ('mail', 'in_app', 'webhook', 'chat')),
        recipient text NOT NULL,
        user_id {id},
        seat_merchant_id {id},
        seat_role text,
        title text NOT NULL,
        body text NOT NULL,
        subject_kind text NOT NULL,
        subject_id text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('info', 'warning', 'urgent')),
        digest boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('held', 'waiting', 'sent', 'failed', 'dropped')),
        dropped_why text CHECK (dropped_why IN ('opted_out', 'gone', 'rule_off', 'out_of_reach')),
        attempt_count bigint NOT NULL CHECK (attempt_count >= 0),
        round_count bigint NOT NULL CHECK (round_count >= 0),
        due_at {at} NOT NULL,
        locked_until {at},
        last_error text,
        sent_as {id},
        created_at {at} NOT NULL,
        settled_at {at},
        UNIQUE (source_id, recipient, channel, rule_key),
        CHECK ((state IN ('held', 'waiting')) = (settled_at IS NULL)),
        CHECK ((state = 'dropped') = (dropped_why IS NOT NULL)),
        CHECK ((state = 'sent') = (sent_as IS NOT NULL)),
        CHECK ((user_id IS NULL) = (seat_role IS NULL))
    )"),
    Sql("CREATE INDEX notification_delivery_rule ON notification_delivery (rule_id, id)"),
    Sql("CREATE INDEX notification_delivery_state ON notification_delivery (state, id)"),
    Sql("CREATE INDEX notification_delivery_event ON notification_delivery (event, id)"),
    Sql("CREATE INDEX notification_delivery_merchant ON notification_delivery (merchant_id, id)"),
    Sql("CREATE INDEX notification_delivery_to
        ON notification_delivery (rule_id, channel, recipient, created_at)"),
    Sql("CREATE INDEX notification_delivery_due ON notification_delivery (channel, due_at)
        WHERE state IN ('held', 'waiting')"),
    // What a person reads in Souk itself, while it has the seat for which it was told.
    Sql("CREATE TABLE notification (
        id {id} NOT NULL PRIMARY KEY,
        user_id {id} NOT NULL,
        merchant_id {id},
        role text NOT NULL,
        delivery_id {id} NOT NULL UNIQUE REFERENCES notification_delivery (id),
        event text NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        subject_kind text NOT NULL,
        subject_id text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('info', 'warning', 'urgent')),
        created_at {at} NOT NULL,
        read_at {at},
        stamp bigint NOT NULL DEFAULT 0
    )"),
    Sql("CREATE INDEX notification_user ON notification (user_id, id)"),
    Sql("CREATE INDEX notification_unread ON notification (user_id, id) WHERE read_at IS NULL"),
    Sql("CREATE INDEX notification_stream ON notification (user_id, stamp, id)"),
    Sql("CREATE INDEX notification_feed ON notification (stamp, id)"),
    Sql("CREATE INDEX notification_old ON notification (read_at) WHERE read_at IS NOT NULL"),
    // Rows are removed when they are old, so the last stamp is kept apart.
    Sqlite("CREATE TABLE notification_clock (id integer NOT NULL PRIMARY KEY CHECK (id = 1), last bigint NOT NULL)"),
    Sqlite("INSERT INTO notification_clock (id, last) VALUES (1, 0)"),
    Sqlite(
        "CREATE TRIGGER notification_position AFTER INSERT ON notification BEGIN
        UPDATE notification_clock SET last = last + 1;
        UPDATE notification SET stamp = (SELECT last FROM notification_clock) WHERE rowid = NEW.rowid;
    END",
    ),
    Postgres(
        "CREATE FUNCTION notification_position() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.stamp := pg_current_xact_id()::text::bigint + (SELECT ahead FROM change_clock);
            RETURN NEW;
        END $$",
    ),
    Postgres(
        "CREATE TRIGGER notification_position BEFORE INSERT ON notification
        FOR EACH ROW EXECUTE FUNCTION notification_position()",
    ),
    // What a person does not want to be told. No row: it does.
    Sql("CREATE TABLE notification_opt_out (
        user_id {id} NOT NULL,
        event text NOT NULL,
        channel text NOT NULL CHECK (channel IN ('mail', 'in_app')),
        since {at} NOT NULL,
        PRIMARY KEY (user_id, event, channel)
    )"),
    walled("notification_delivery"),
    walled("notification"),
];

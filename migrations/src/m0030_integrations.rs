//! What other systems read and are told: positions in the change log, and webhooks.
//!
//! A reader of the change log asks for what came after the last row it saw. On PostgreSQL neither ids nor sequences can say
//! that: both are given before the commit, so a row may appear behind one that was read already. The stamp is the number of
//! the writing transaction, and only rows below the oldest running transaction are shown (`history::feed`). Changes of one
//! thing are numbered, and none gets a lower stamp than the one before it.

use crate::Step::{self, Owned, Postgres, Sql, Sqlite};
use crate::{Seen, Wall};

const fn walled(table: &'static str) -> Step {
    Owned(Wall { table, owner: "merchant_id", seen: Seen::Owner })
}

pub(crate) const STATEMENTS: &[Step] = &[
    // How far stamps are ahead of the numbers of transactions: those begin anew in another cluster, stamps do not.
    Sql("CREATE TABLE change_clock (
        id integer NOT NULL PRIMARY KEY CHECK (id = 1),
        ahead bigint NOT NULL
    )"),
    Sql("INSERT INTO change_clock (id, ahead) VALUES (1, 0)"),
    Sql("ALTER TABLE change_log ADD COLUMN sequence bigint NOT NULL DEFAULT 0"),
    Sql("ALTER TABLE change_log ADD COLUMN stamp bigint NOT NULL DEFAULT 0"),
    Sqlite("DROP TRIGGER change_log_no_update"),
    Sqlite(
        "UPDATE change_log SET stamp = rowid, sequence = (SELECT COUNT(*) FROM change_log o
        WHERE o.entity = change_log.entity AND o.entity_id = change_log.entity_id AND o.id <= change_log.id)",
    ),
    Postgres("ALTER TABLE change_log DISABLE TRIGGER change_log_append_only"),
    Postgres(
        "UPDATE change_log c SET stamp = 1, sequence = n.nth FROM (
            SELECT id, row_number() OVER (PARTITION BY entity, entity_id ORDER BY id) AS nth FROM change_log
        ) n WHERE n.id = c.id",
    ),
    Postgres("ALTER TABLE change_log ENABLE TRIGGER change_log_append_only"),
    Sql("DROP INDEX change_log_entity"),
    Sql("CREATE INDEX change_log_entity ON change_log (entity, entity_id, sequence)"),
    Sql("CREATE INDEX change_log_feed ON change_log (stamp, sequence, id)"),
    Sql("CREATE INDEX change_log_feed_merchant ON change_log (merchant_id, stamp, sequence, id)
        WHERE merchant_id IS NOT NULL"),
    // One writer: positions are given in the order of commits. A row without a position is the one being written.
    Sqlite(
        "CREATE TRIGGER change_log_no_update BEFORE UPDATE ON change_log WHEN OLD.stamp <> 0
        BEGIN SELECT RAISE(ABORT, 'change_log is append-only'); END",
    ),
    Sqlite(
        "CREATE TRIGGER change_log_position AFTER INSERT ON change_log BEGIN
        UPDATE change_log SET
            sequence = (SELECT COALESCE(MAX(sequence), 0) + 1 FROM change_log
                WHERE entity = NEW.entity AND entity_id = NEW.entity_id),
            stamp = (SELECT COALESCE(MAX(stamp), 0) + 1 FROM change_log)
        WHERE rowid = NEW.rowid;
    END",
    ),
    // Whoever writes the next change of a thing waits for who wrote the last one: its row is locked. After the wait
    // that row may not be the last any more. Nobody races for the first change: it is made with the thing itself.
    Postgres(
        "CREATE FUNCTION change_log_position() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            held bigint;
            newest record;
        BEGIN
            LOOP
                SELECT sequence INTO held FROM change_log WHERE entity = NEW.entity AND entity_id = NEW.entity_id
                    ORDER BY sequence DESC LIMIT 1 FOR UPDATE;
                SELECT sequence, stamp INTO newest FROM change_log
                    WHERE entity = NEW.entity AND entity_id = NEW.entity_id ORDER BY sequence DESC LIMIT 1;
                EXIT WHEN newest.sequence IS NOT DISTINCT FROM held;
            END LOOP;
            NEW.sequence := COALESCE(held, 0) + 1;
            NEW.stamp := GREATEST(
                pg_current_xact_id()::text::bigint + (SELECT ahead FROM change_clock),
                COALESCE(newest.stamp, 0)
            );
            RETURN NEW;
        END $$",
    ),
    Postgres(
        "CREATE TRIGGER change_log_position BEFORE INSERT ON change_log
        FOR EACH ROW EXECUTE FUNCTION change_log_position()",
    ),
    // Where changes are told. `kinds` is JSON, empty for all. The secrets are sealed with the keys that are named beside
    // them. Everything up to the position was turned into deliveries.
    Sql("CREATE TABLE webhook_endpoint (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id},
        url text NOT NULL,
        description text NOT NULL,
        kinds text NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'disabled')),
        disabled_why text CHECK (disabled_why IN ('by_hand', 'gone', 'failing')),
        secret text NOT NULL,
        secret_key text NOT NULL,
        old_secret text,
        old_secret_key text,
        old_secret_until {at},
        after_stamp bigint NOT NULL,
        after_sequence bigint NOT NULL,
        after_id {id} NOT NULL,
        failing_since {at},
        paused_until {at},
        author_name text NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK ((state = 'disabled') = (disabled_why IS NOT NULL)),
        CHECK ((old_secret IS NULL) = (old_secret_until IS NULL) AND (old_secret IS NULL) = (old_secret_key IS NULL))
    )"),
    Sql("CREATE INDEX webhook_endpoint_merchant ON webhook_endpoint (merchant_id, id)"),
    Sql("CREATE INDEX webhook_endpoint_active ON webhook_endpoint (id) WHERE state = 'active'"),
    // One message to one endpoint, whatever the number of tries: its id is the `webhook-id`.
    Sql("CREATE TABLE webhook_delivery (
        id {id} NOT NULL PRIMARY KEY,
        endpoint_id {id} NOT NULL REFERENCES webhook_endpoint (id),
        merchant_id {id},
        change_id {id} REFERENCES change_log (id),
        kind text NOT NULL,
        body text NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
        attempt_count bigint NOT NULL CHECK (attempt_count >= 0),
        round_count bigint NOT NULL CHECK (round_count >= 0),
        due_at {at} NOT NULL,
        locked_until {at},
        created_at {at} NOT NULL,
        delivered_at {at},
        UNIQUE (endpoint_id, change_id),
        CHECK (state <> 'delivered' OR delivered_at IS NOT NULL)
    )"),
    Sql("CREATE INDEX webhook_delivery_merchant ON webhook_delivery (merchant_id, id)"),
    Sql("CREATE INDEX webhook_delivery_any ON webhook_delivery (state, id)"),
    Sql("CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint_id, id)"),
    Sql("CREATE INDEX webhook_delivery_state ON webhook_delivery (endpoint_id, state, id)"),
    Sql("CREATE INDEX webhook_delivery_range ON webhook_delivery (endpoint_id, created_at)"),
    Sql("CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, due_at) WHERE state = 'pending'"),
    Sql("CREATE TABLE webhook_attempt (
        id {id} NOT NULL PRIMARY KEY,
        delivery_id {id} NOT NULL REFERENCES webhook_delivery (id),
        merchant_id {id},
        number bigint NOT NULL CHECK (number > 0),
        began_at {at} NOT NULL,
        took_ms bigint NOT NULL,
        status integer,
        answer text NOT NULL,
        error text,
        UNIQUE (delivery_id, number)
    )"),
    Step::AppendOnly("webhook_attempt"),
    walled("webhook_endpoint"),
    walled("webhook_delivery"),
    walled("webhook_attempt"),
];

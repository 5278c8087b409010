//! What other systems tell of merchants: which system keeps which fields, by which number it knows whom, and its messages.

use crate::Step::{self, Owned, Sql};
use crate::{Seen, Wall};

const fn walled(table: &'static str) -> Step {
    Owned(Wall { table, owner: "merchant_id", seen: Seen::Owner })
}

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE sync_system (
        id {id} NOT NULL PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        active boolean NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL
    )"),
    // A field is kept by one system at most; without a row people keep it.
    Sql("CREATE TABLE sync_field (
        field text NOT NULL PRIMARY KEY,
        system_id {id} NOT NULL REFERENCES sync_system (id)
    )"),
    Sql("CREATE INDEX sync_field_system ON sync_field (system_id)"),
    Sql("CREATE TABLE sync_link (
        system_id {id} NOT NULL REFERENCES sync_system (id),
        external_id text NOT NULL,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        revision bigint NOT NULL CHECK (revision >= 0),
        linked_by_name text NOT NULL,
        linked_at {at} NOT NULL,
        synced_at {at},
        PRIMARY KEY (system_id, external_id),
        UNIQUE (system_id, merchant_id)
    )"),
    Sql("CREATE INDEX sync_link_merchant ON sync_link (merchant_id)"),
    walled("sync_link"),
    // A message is taken once. Its body is kept only as long as somebody has to look at it: it holds personal data.
    Sql("CREATE TABLE sync_message (
        id {id} NOT NULL PRIMARY KEY,
        system_id {id} NOT NULL REFERENCES sync_system (id),
        message_key text NOT NULL,
        digest text NOT NULL,
        external_id text NOT NULL,
        merchant_id {id} REFERENCES merchant (id),
        revision bigint NOT NULL CHECK (revision > 0),
        body text,
        state text NOT NULL CHECK (state IN ('applied', 'unchanged', 'outdated', 'dead', 'dropped')),
        applied text NOT NULL,
        ignored text NOT NULL,
        fault_code text,
        fault_field text,
        fault_text text,
        attempt_count bigint NOT NULL,
        received_at {at} NOT NULL,
        settled_at {at} NOT NULL,
        UNIQUE (system_id, message_key),
        CHECK ((state = 'dead') = (body IS NOT NULL)),
        CHECK (state <> 'dead' OR fault_code IS NOT NULL)
    )"),
    Sql("CREATE INDEX sync_message_system ON sync_message (system_id, id)"),
    Sql("CREATE INDEX sync_message_state ON sync_message (state, id)"),
    Sql("CREATE INDEX sync_message_merchant ON sync_message (merchant_id, id) WHERE merchant_id IS NOT NULL"),
    walled("sync_message"),
];

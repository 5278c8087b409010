//! After the order is placed: returns, incidents, and what pauses the release of earnings.

use crate::Step::{self, AppendOnly, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE goods_return (
        id {id} NOT NULL PRIMARY KEY,
        order_id {id} NOT NULL REFERENCES customer_order (id),
        merchant_order_id {id} NOT NULL REFERENCES merchant_order (id),
        merchant_id {id} NOT NULL,
        number text NOT NULL UNIQUE,
        state text NOT NULL,
        reason text NOT NULL,
        note text,
        method text,
        label text,
        location_id {id},
        rejection text,
        answer text,
        carrier text,
        tracking_number text,
        refund_id {id},
        requested_by text NOT NULL,
        requested_at {at} NOT NULL,
        decided_at {at},
        received_at {at},
        inspected_at {at},
        resolved_at {at},
        closed_at {at},
        version bigint NOT NULL
    )"),
    Sql("CREATE INDEX goods_return_merchant ON goods_return (merchant_id, id)"),
    Sql("CREATE INDEX goods_return_merchant_state ON goods_return (merchant_id, state, id)"),
    Sql("CREATE INDEX goods_return_state ON goods_return (state, id)"),
    Sql("CREATE INDEX goods_return_order ON goods_return (order_id, id)"),
    Sql("CREATE INDEX goods_return_part ON goods_return (merchant_order_id, id)"),
    Sql("CREATE TABLE goods_return_line (
        return_id {id} NOT NULL REFERENCES goods_return (id),
        order_line_id {id} NOT NULL REFERENCES order_line (id),
        quantity bigint NOT NULL CHECK (quantity > 0),
        ok bigint NOT NULL CHECK (ok >= 0),
        bad bigint NOT NULL CHECK (bad >= 0),
        restocked bigint NOT NULL CHECK (restocked >= 0),
        bad_reason text,
        PRIMARY KEY (return_id, order_line_id),
        CHECK (ok + bad <= quantity),
        CHECK (restocked <= ok)
    )"),
    Sql("CREATE TABLE incident (
        id {id} NOT NULL PRIMARY KEY,
        order_id {id} NOT NULL REFERENCES customer_order (id),
        merchant_order_id {id} NOT NULL REFERENCES merchant_order (id),
        merchant_id {id} NOT NULL,
        reason text NOT NULL,
        note text,
        outcome text,
        opened_by text NOT NULL,
        opened_at {at} NOT NULL,
        closed_by text,
        closed_at {at}
    )"),
    Sql("CREATE UNIQUE INDEX incident_one_open ON incident (merchant_order_id) WHERE closed_at IS NULL"),
    Sql("CREATE INDEX incident_part ON incident (merchant_order_id, id)"),
    Sql("CREATE INDEX incident_merchant ON incident (merchant_id, id)"),
    Sql("CREATE TABLE tracking_event (
        id {id} NOT NULL PRIMARY KEY,
        carrier_code text NOT NULL,
        tracking_number text NOT NULL,
        code text NOT NULL,
        state text,
        occurred_at {at} NOT NULL,
        body text NOT NULL,
        received_at {at} NOT NULL,
        UNIQUE (carrier_code, tracking_number, code, occurred_at)
    )"),
    AppendOnly("tracking_event"),
    Sql("CREATE TABLE release_pause (
        merchant_order_id {id} NOT NULL PRIMARY KEY,
        paused boolean NOT NULL,
        step bigint NOT NULL,
        changed_at {at} NOT NULL
    )"),
];

//! Tables of `inventory`.

use crate::Step::{self, AppendOnly, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE stock_location (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL,
        code text NOT NULL,
        name text NOT NULL,
        country text NOT NULL,
        priority integer NOT NULL,
        store text,
        active boolean NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        UNIQUE (merchant_id, code)
    )"),
    Sql("CREATE INDEX stock_location_merchant ON stock_location (merchant_id, id)"),
    Sql("CREATE TABLE stock_level (
        id {id} NOT NULL PRIMARY KEY,
        stock_item_id {id} NOT NULL,
        location_id {id} NOT NULL REFERENCES stock_location (id),
        merchant_id {id} NOT NULL,
        sku text NOT NULL,
        on_hand bigint NOT NULL CHECK (on_hand >= 0),
        reserved bigint NOT NULL CHECK (reserved >= 0),
        safety bigint NOT NULL CHECK (safety >= 0),
        version bigint NOT NULL,
        updated_at {at} NOT NULL,
        CHECK (reserved <= on_hand),
        UNIQUE (stock_item_id, location_id)
    )"),
    Sql("CREATE INDEX stock_level_merchant ON stock_level (merchant_id, sku, id)"),
    Sql("CREATE INDEX stock_level_sku ON stock_level (sku, id)"),
    Sql("CREATE INDEX stock_level_location ON stock_level (location_id)"),
    Sql("CREATE TABLE stock_movement (
        id {id} NOT NULL PRIMARY KEY,
        stock_level_id {id} NOT NULL REFERENCES stock_level (id),
        merchant_id {id} NOT NULL,
        kind text NOT NULL CHECK (kind IN ('received', 'shipped', 'adjusted', 'counted', 'returned', 'written_off')),
        quantity bigint NOT NULL CHECK (quantity <> 0),
        balance bigint NOT NULL CHECK (balance >= 0),
        reference text,
        reason text,
        actor text NOT NULL,
        moved_at {at} NOT NULL,
        CHECK ((kind IN ('received', 'returned') AND quantity > 0) OR (kind IN ('shipped', 'written_off') AND quantity < 0)
            OR kind IN ('adjusted', 'counted'))
    )"),
    Sql("CREATE INDEX stock_movement_level ON stock_movement (stock_level_id, id)"),
    Sql("CREATE INDEX stock_movement_merchant ON stock_movement (merchant_id, id)"),
    AppendOnly("stock_movement"),
    Sql("CREATE TABLE stock_reservation (
        id {id} NOT NULL PRIMARY KEY,
        order_line_id {id} NOT NULL,
        stock_level_id {id} NOT NULL REFERENCES stock_level (id),
        location_id {id} NOT NULL REFERENCES stock_location (id),
        quantity bigint NOT NULL CHECK (quantity > 0),
        consumed bigint NOT NULL CHECK (consumed >= 0),
        released bigint NOT NULL CHECK (released >= 0),
        created_at {at} NOT NULL,
        CHECK (consumed + released <= quantity),
        UNIQUE (order_line_id, location_id)
    )"),
    Sql("CREATE INDEX stock_reservation_level ON stock_reservation (stock_level_id)"),
];

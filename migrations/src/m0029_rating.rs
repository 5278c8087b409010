//! How merchants are rated: what happened by order, formulas in versions, scores with what they were computed from.

use crate::Step::{self, Owned, Sql};
use crate::{Seen, Wall};

const fn walled(table: &'static str) -> Step {
    Owned(Wall { table, owner: "merchant_id", seen: Seen::Owner })
}

pub(crate) const STATEMENTS: &[Step] = &[
    // What buyers see of the rating: hundredths of stars.
    Sql("ALTER TABLE merchant ADD COLUMN stars bigint CHECK (stars BETWEEN 100 AND 500)"),
    // A version never changes. `formula` is JSON.
    Sql("CREATE TABLE rating_formula (
        version bigint NOT NULL PRIMARY KEY CHECK (version > 0),
        formula text NOT NULL,
        note text NOT NULL,
        author text NOT NULL,
        author_name text NOT NULL,
        created_at {at} NOT NULL
    )"),
    Step::AppendOnly("rating_formula"),
    // The last one is in force.
    Sql("CREATE TABLE rating_activation (
        number bigint NOT NULL PRIMARY KEY CHECK (number > 0),
        version bigint NOT NULL REFERENCES rating_formula (version),
        actor text NOT NULL,
        actor_name text NOT NULL,
        at {at} NOT NULL
    )"),
    Sql("CREATE INDEX rating_activation_version ON rating_activation (version, number)"),
    Step::AppendOnly("rating_activation"),
    // What Souk rates by until the operator says otherwise: shares in millionths. It warns nobody.
    Sql(
        r#"INSERT INTO rating_formula (version, formula, note, author, author_name, created_at) VALUES (1, '{"metrics":[
        {"metric":"defects","windowDays":180,"maturityDays":0,"priorOrders":50,"prior":10000,"target":10000,"worst":50000,"weight":30},
        {"metric":"late_shipment","windowDays":90,"maturityDays":0,"priorOrders":50,"prior":20000,"target":20000,"worst":100000,"weight":20},
        {"metric":"acceptance","windowDays":90,"maturityDays":0,"priorOrders":50,"prior":980000,"target":980000,"worst":850000,"weight":15},
        {"metric":"cancelation","windowDays":90,"maturityDays":0,"priorOrders":50,"prior":10000,"target":10000,"worst":100000,"weight":15},
        {"metric":"returns","windowDays":180,"maturityDays":0,"priorOrders":50,"prior":30000,"target":30000,"worst":200000,"weight":10},
        {"metric":"valid_tracking","windowDays":90,"maturityDays":0,"priorOrders":50,"prior":950000,"target":950000,"worst":600000,"weight":10}
        ],"threshold":null}', 'What Souk brings along', 'system:souk', 'Souk', '2026-01-01T00:00:00+00:00')"#,
    ),
    Sql(
        "INSERT INTO rating_activation (number, version, actor, actor_name, at) VALUES (1, 1, 'system:souk', 'Souk', '2026-01-01T00:00:00+00:00')",
    ),
    // An order that ratings are made of. An excluded one counts for nothing.
    Sql("CREATE TABLE rated_order (
        merchant_order_id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        number text NOT NULL,
        ordered_at {at} NOT NULL,
        excluded_tag text CHECK (excluded_tag IN ('force_majeure', 'buyer_caused', 'marketplace_fault', 'other')),
        excluded_reason text,
        excluded_by text,
        excluded_at {at},
        version bigint NOT NULL CHECK (version > 0),
        CHECK ((excluded_tag IS NULL) = (excluded_at IS NULL)),
        CHECK ((excluded_reason IS NULL) = (excluded_at IS NULL)),
        CHECK ((excluded_by IS NULL) = (excluded_at IS NULL))
    )"),
    // What an order says of a metric: `k` of `n`. `counted` is what the order says of being excluded.
    Sql("CREATE TABLE rating_fact (
        merchant_order_id {id} NOT NULL REFERENCES rated_order (merchant_order_id),
        metric text NOT NULL,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        ordered_at {at} NOT NULL,
        k bigint NOT NULL CHECK (k >= 0),
        n bigint NOT NULL CHECK (n > 0),
        counted boolean NOT NULL,
        PRIMARY KEY (merchant_order_id, metric)
    )"),
    Sql("CREATE INDEX rating_fact_of ON rating_fact (merchant_id, metric, ordered_at, merchant_order_id)"),
    // A rating as it was computed once, with what it was computed from: JSON.
    Sql("CREATE TABLE merchant_score (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        formula_version bigint NOT NULL REFERENCES rating_formula (version),
        inputs text NOT NULL,
        rating bigint CHECK (rating BETWEEN 0 AND 100000000),
        known boolean NOT NULL,
        computed_at {at} NOT NULL
    )"),
    Sql("CREATE INDEX merchant_score_of ON merchant_score (merchant_id, id)"),
    Step::AppendOnly("merchant_score"),
    // Where the rating of a merchant stands. `asked` while a job is on its way to compute it again; `due_at` is when the
    // clock asks for that.
    Sql("CREATE TABLE merchant_rating (
        merchant_id {id} NOT NULL PRIMARY KEY REFERENCES merchant (id),
        score_id {id} REFERENCES merchant_score (id),
        rating bigint CHECK (rating BETWEEN 0 AND 100000000),
        known boolean NOT NULL,
        asked boolean NOT NULL,
        due_at {at} NOT NULL,
        override_rating bigint CHECK (override_rating BETWEEN 0 AND 100000000),
        override_reason text,
        override_until {at},
        override_by text,
        override_at {at},
        version bigint NOT NULL CHECK (version > 0),
        CHECK ((override_rating IS NULL) = (override_reason IS NULL)),
        CHECK ((override_rating IS NULL) = (override_until IS NULL)),
        CHECK ((override_rating IS NULL) = (override_by IS NULL)),
        CHECK ((override_rating IS NULL) = (override_at IS NULL))
    )"),
    Sql("CREATE INDEX merchant_rating_due ON merchant_rating (due_at, merchant_id)"),
    // A rating below the threshold: warned, restricted once, over.
    Sql("CREATE TABLE rating_fall (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        formula_version bigint NOT NULL REFERENCES rating_formula (version),
        rating bigint NOT NULL,
        below bigint NOT NULL,
        warned_at {at} NOT NULL,
        restrict_at {at} NOT NULL,
        reason_code text NOT NULL,
        restricted_at {at},
        ended_at {at},
        CHECK (rating < below),
        CHECK (restrict_at >= warned_at)
    )"),
    Sql("CREATE UNIQUE INDEX rating_fall_open ON rating_fall (merchant_id) WHERE ended_at IS NULL"),
    Sql("CREATE INDEX rating_fall_of ON rating_fall (merchant_id, id)"),
    walled("rated_order"),
    walled("rating_fact"),
    walled("merchant_score"),
    walled("merchant_rating"),
    walled("rating_fall"),
];

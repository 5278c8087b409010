//! Tables of `marketplace`.

use crate::Step::{self, AppendOnly, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    // One row. Every write of the marketplace locks it first and gives it a new stamp, so writes come one after
    // another and a stamp names the content of all tables below.
    Sql("CREATE TABLE marketplace_version (
        id integer NOT NULL PRIMARY KEY CHECK (id = 1),
        version bigint NOT NULL,
        stamp text NOT NULL
    )"),
    Sql("INSERT INTO marketplace_version (id, version, stamp) VALUES (1, 0, '')"),
    Sql("CREATE TABLE marketplace_settings (
        version bigint NOT NULL PRIMARY KEY CHECK (version > 0),
        document text NOT NULL,
        reason text,
        author text NOT NULL,
        author_name text NOT NULL,
        created_at {at} NOT NULL
    )"),
    AppendOnly("marketplace_settings"),
    Sql("CREATE TABLE channel (
        id {id} NOT NULL PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        currencies text NOT NULL,
        default_currency text NOT NULL,
        locales text NOT NULL,
        default_locale text NOT NULL,
        country text NOT NULL,
        prices_include_tax boolean NOT NULL,
        rounding text NOT NULL CHECK (rounding IN ('half_up', 'half_even', 'half_down')),
        active boolean NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL
    )"),
    Sql("CREATE TABLE tax_class (
        id {id} NOT NULL PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL
    )"),
    Sql("CREATE TABLE tax_rate (
        tax_class_id {id} NOT NULL REFERENCES tax_class (id),
        country text NOT NULL,
        valid_from_on {on} NOT NULL,
        rate_ppm bigint NOT NULL CHECK (rate_ppm BETWEEN 0 AND 1000000),
        PRIMARY KEY (tax_class_id, country, valid_from_on)
    )"),
    Sql("CREATE TABLE delivery_method (
        id {id} NOT NULL PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('home', 'pickup_point', 'store_pickup', 'freight',
            'courier_same_day', 'digital', 'service')),
        pricing text NOT NULL CHECK (pricing IN ('rates', 'quoted')),
        product_types text NOT NULL,
        countries text NOT NULL,
        tax_class_id {id} NOT NULL REFERENCES tax_class (id),
        max_weight_g bigint CHECK (max_weight_g > 0),
        transit_days_min integer NOT NULL CHECK (transit_days_min >= 0),
        transit_days_max integer NOT NULL,
        tracking_required boolean NOT NULL,
        signature_required boolean NOT NULL,
        cut_off text,
        cod_allowed boolean NOT NULL,
        zones text NOT NULL,
        carriers text NOT NULL,
        travel_days text NOT NULL,
        own_rates text NOT NULL,
        position integer NOT NULL,
        active boolean NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK (transit_days_max >= transit_days_min)
    )"),
    Sql("CREATE TABLE delivery_rate (
        delivery_method_id {id} NOT NULL REFERENCES delivery_method (id),
        currency text NOT NULL,
        product_type text NOT NULL,
        first_minor bigint NOT NULL CHECK (first_minor >= 0),
        additional_minor bigint NOT NULL CHECK (additional_minor >= 0),
        free_above_minor bigint CHECK (free_above_minor >= 0),
        funded_by text NOT NULL CHECK (funded_by IN ('merchant', 'operator')),
        brackets text NOT NULL,
        surcharges text NOT NULL,
        PRIMARY KEY (delivery_method_id, currency, product_type)
    )"),
    Sql("CREATE TABLE carrier (
        id {id} NOT NULL PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        tracking_url_template text,
        number_pattern text,
        event_map text NOT NULL,
        active boolean NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL
    )"),
    // merchant_id and category_id belong to crates above; commission rules outlive what they name.
    Sql("CREATE TABLE commission_rule (
        id {id} NOT NULL PRIMARY KEY,
        name text NOT NULL,
        is_default boolean NOT NULL,
        merchant_id {id},
        category_id {id},
        tier text,
        channel_id {id} REFERENCES channel (id),
        product_id {id},
        country text,
        base text NOT NULL CHECK (base IN ('gross', 'net')),
        item_ppm bigint NOT NULL CHECK (item_ppm BETWEEN 0 AND 1000000),
        shipping_ppm bigint NOT NULL CHECK (shipping_ppm BETWEEN 0 AND 1000000),
        min_on_zero boolean NOT NULL,
        priority integer NOT NULL,
        valid_from {at} NOT NULL,
        valid_to {at},
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK (valid_to IS NULL OR valid_to > valid_from),
        CHECK (merchant_id IS NULL OR tier IS NULL),
        CHECK (NOT is_default OR (merchant_id IS NULL AND category_id IS NULL AND tier IS NULL
            AND channel_id IS NULL AND product_id IS NULL AND country IS NULL AND valid_to IS NULL))
    )"),
    Sql("CREATE UNIQUE INDEX commission_rule_default ON commission_rule (is_default) WHERE is_default"),
    Sql("CREATE TABLE commission_amount (
        commission_rule_id {id} NOT NULL REFERENCES commission_rule (id),
        currency text NOT NULL,
        fixed_per_order_minor bigint NOT NULL CHECK (fixed_per_order_minor >= 0),
        min_per_line_minor bigint CHECK (min_per_line_minor >= 0),
        max_per_line_minor bigint CHECK (max_per_line_minor >= 0),
        fixed_per_line_minor bigint NOT NULL CHECK (fixed_per_line_minor >= 0),
        brackets text NOT NULL,
        PRIMARY KEY (commission_rule_id, currency),
        CHECK (min_per_line_minor IS NULL OR max_per_line_minor IS NULL OR max_per_line_minor >= min_per_line_minor)
    )"),
];

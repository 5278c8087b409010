//! Tables of `catalog`.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    // `path` holds the ids of the ancestors and of the category itself, each 26 characters and a slash.
    Sql("CREATE TABLE category (
        id {id} NOT NULL PRIMARY KEY,
        parent_id {id} REFERENCES category (id),
        slug text NOT NULL UNIQUE,
        name text NOT NULL,
        name_fold text NOT NULL,
        path text NOT NULL UNIQUE,
        depth integer NOT NULL CHECK (depth BETWEEN 0 AND 9),
        position integer NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK ((parent_id IS NULL) = (depth = 0))
    )"),
    Sql("CREATE INDEX category_children ON category (parent_id, position, id)"),
    // The one row that serializes changes of the tree: two moves that cross would make a cycle.
    Sql("CREATE TABLE category_tree (
        id integer NOT NULL PRIMARY KEY CHECK (id = 1),
        version bigint NOT NULL
    )"),
    Sql("INSERT INTO category_tree (id, version) VALUES (1, 1)"),
    Sql("CREATE TABLE attribute (
        id {id} NOT NULL PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('text', 'number', 'boolean', 'select', 'measurement')),
        unit text,
        rules text NOT NULL,
        filterable boolean NOT NULL,
        position integer NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK ((kind = 'measurement') = (unit IS NOT NULL))
    )"),
    Sql("CREATE TABLE product (
        id {id} NOT NULL PRIMARY KEY,
        owner_id {id},
        external_handle text,
        slug text NOT NULL UNIQUE,
        title text NOT NULL,
        title_fold text NOT NULL,
        search_fold text NOT NULL,
        description text NOT NULL,
        brand text,
        product_type text NOT NULL,
        tax_class_id {id},
        status text NOT NULL CHECK (status IN ('draft', 'in_review', 'published', 'archived')),
        review_note text,
        version bigint NOT NULL CHECK (version > 0),
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        published_at {at},
        CHECK (status <> 'published' OR published_at IS NOT NULL)
    )"),
    Sql("CREATE UNIQUE INDEX product_handle ON product (owner_id, external_handle)
        WHERE owner_id IS NOT NULL AND external_handle IS NOT NULL"),
    Sql("CREATE UNIQUE INDEX product_handle_operator ON product (external_handle)
        WHERE owner_id IS NULL AND external_handle IS NOT NULL"),
    Sql("CREATE INDEX product_owner ON product (owner_id, id)"),
    Sql("CREATE INDEX product_status ON product (status, id)"),
    Sql("CREATE INDEX product_title ON product (title_fold, id)"),
    Sql("CREATE INDEX product_updated ON product (updated_at, id)"),
    Sql("CREATE TABLE product_channel (
        product_id {id} NOT NULL REFERENCES product (id),
        channel_id {id} NOT NULL,
        published_at {at} NOT NULL,
        PRIMARY KEY (product_id, channel_id)
    )"),
    Sql("CREATE INDEX product_channel_by_channel ON product_channel (channel_id, product_id)"),
    Sql("CREATE TABLE product_category (
        product_id {id} NOT NULL REFERENCES product (id),
        category_id {id} NOT NULL REFERENCES category (id),
        position integer NOT NULL,
        PRIMARY KEY (product_id, category_id)
    )"),
    Sql("CREATE INDEX product_category_by_category ON product_category (category_id, product_id)"),
    // `published_gtin` repeats `gtin` while the product is published: one live product per trade item number,
    // also when two are published at once.
    Sql("CREATE TABLE variant (
        id {id} NOT NULL PRIMARY KEY,
        product_id {id} NOT NULL REFERENCES product (id),
        owner_id {id},
        sku text NOT NULL,
        gtin text,
        published_gtin text UNIQUE,
        title text NOT NULL,
        options text NOT NULL,
        weight_g bigint CHECK (weight_g >= 0),
        position integer NOT NULL,
        archived boolean NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL
    )"),
    Sql("CREATE INDEX variant_product ON variant (product_id, position, id)"),
    Sql("CREATE UNIQUE INDEX variant_sku ON variant (owner_id, sku) WHERE owner_id IS NOT NULL"),
    Sql("CREATE UNIQUE INDEX variant_sku_operator ON variant (sku) WHERE owner_id IS NULL"),
    Sql("CREATE INDEX variant_gtin ON variant (gtin) WHERE gtin IS NOT NULL"),
    // `value` is the canonical text; `number_micro` the number times a million for kinds that compare.
    Sql("CREATE TABLE product_value (
        product_id {id} NOT NULL REFERENCES product (id),
        attribute_id {id} NOT NULL REFERENCES attribute (id),
        value text NOT NULL,
        number_micro bigint,
        PRIMARY KEY (product_id, attribute_id)
    )"),
    Sql("CREATE INDEX product_value_by_attribute ON product_value (attribute_id, value)"),
    Sql("CREATE TABLE variant_value (
        variant_id {id} NOT NULL REFERENCES variant (id),
        attribute_id {id} NOT NULL REFERENCES attribute (id),
        product_id {id} NOT NULL REFERENCES product (id),
        value text NOT NULL,
        number_micro bigint,
        PRIMARY KEY (variant_id, attribute_id)
    )"),
    Sql("CREATE INDEX variant_value_by_product ON variant_value (product_id)"),
    Sql("CREATE INDEX variant_value_by_attribute ON variant_value (attribute_id, value)"),
    Sql("CREATE TABLE product_image (
        product_id {id} NOT NULL REFERENCES product (id),
        position integer NOT NULL,
        variant_id {id} REFERENCES variant (id),
        asset_id {id},
        url text,
        alt text NOT NULL,
        PRIMARY KEY (product_id, position),
        CHECK ((asset_id IS NULL) <> (url IS NULL))
    )"),
    Sql("CREATE INDEX product_image_asset ON product_image (asset_id) WHERE asset_id IS NOT NULL"),
];

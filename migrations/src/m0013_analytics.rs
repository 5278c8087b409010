//! Tables of `analytics`: projections that can be thrown away and made again.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    // A product in a channel and currency in which something of it can be bought. One index for each order of the list.
    Sql("CREATE TABLE storefront_listing (
        channel_id {id} NOT NULL,
        currency text NOT NULL,
        product_id {id} NOT NULL,
        published_at {at} NOT NULL,
        title_fold text NOT NULL,
        price_minor bigint NOT NULL,
        available boolean NOT NULL,
        PRIMARY KEY (channel_id, currency, product_id)
    )"),
    Sql(
        "CREATE INDEX storefront_listing_newest ON storefront_listing (channel_id, currency, published_at, product_id)",
    ),
    Sql("CREATE INDEX storefront_listing_title ON storefront_listing (channel_id, currency, title_fold, product_id)"),
    Sql("CREATE INDEX storefront_listing_price ON storefront_listing (channel_id, currency, price_minor, product_id)"),
    Sql("CREATE INDEX storefront_listing_product ON storefront_listing (product_id)"),
    Sql("CREATE TABLE storefront_text (
        product_id {id} NOT NULL PRIMARY KEY,
        search_fold text NOT NULL
    )"),
    Sql("CREATE TABLE storefront_category (
        category_id {id} NOT NULL,
        product_id {id} NOT NULL,
        PRIMARY KEY (category_id, product_id)
    )"),
    Sql("CREATE INDEX storefront_category_product ON storefront_category (product_id)"),
    Sql("CREATE TABLE storefront_attribute (
        product_id {id} NOT NULL,
        code text NOT NULL,
        value_fold text NOT NULL,
        value_number bigint,
        PRIMARY KEY (code, value_fold, product_id)
    )"),
    Sql("CREATE INDEX storefront_attribute_product ON storefront_attribute (product_id, code)"),
    Sql("CREATE INDEX storefront_attribute_number ON storefront_attribute (code, value_number, product_id)
        WHERE value_number IS NOT NULL"),
];

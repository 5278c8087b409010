//! Tables of `offers`.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE offer (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL,
        product_id {id} NOT NULL,
        variant_id {id} NOT NULL,
        sku text NOT NULL,
        stock_item_id {id} NOT NULL,
        condition text NOT NULL CHECK (condition IN ('new', 'refurbished', 'used')),
        status text NOT NULL CHECK (status IN ('active', 'paused', 'ended')),
        handling_days integer CHECK (handling_days >= 0),
        min_quantity bigint NOT NULL CHECK (min_quantity >= 1),
        max_quantity bigint CHECK (max_quantity >= min_quantity),
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL
    )"),
    // An ended offer keeps its row for history; its SKU and its place beside the variant are free again.
    Sql("CREATE UNIQUE INDEX offer_sku ON offer (merchant_id, sku) WHERE status <> 'ended'"),
    Sql("CREATE UNIQUE INDEX offer_variant_once ON offer (merchant_id, variant_id, condition) WHERE status <> 'ended'"),
    Sql("CREATE INDEX offer_merchant ON offer (merchant_id, id)"),
    Sql("CREATE INDEX offer_variant ON offer (variant_id)"),
    Sql("CREATE INDEX offer_product ON offer (product_id)"),
    Sql("CREATE INDEX offer_stock_item ON offer (stock_item_id)"),
    Sql("CREATE TABLE offer_price (
        id {id} NOT NULL PRIMARY KEY,
        offer_id {id} NOT NULL REFERENCES offer (id),
        channel_id {id},
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
        compare_at_minor bigint CHECK (compare_at_minor > amount_minor)
    )"),
    // NULLs are distinct in a unique index, so prices for all channels need one of their own.
    Sql(
        "CREATE UNIQUE INDEX offer_price_channel ON offer_price (offer_id, currency, channel_id) WHERE channel_id IS NOT NULL",
    ),
    // The two unique indexes are partial; neither finds all prices of an offer.
    Sql("CREATE INDEX offer_price_offer ON offer_price (offer_id)"),
    Sql("CREATE UNIQUE INDEX offer_price_general ON offer_price (offer_id, currency) WHERE channel_id IS NULL"),
];

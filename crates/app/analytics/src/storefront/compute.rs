//! What the listing of some products should be, and what it is.

use db::dialect::{pad, placeholders, statement};
use kernel::id::ProductId;
use kernel::text::fold;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Value};

use crate::entity::{storefront_attribute, storefront_category, storefront_listing, storefront_text};
use crate::error::Error;

/// The rows of some products, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) listing: Vec<storefront_listing::Model>,
    pub(super) texts: Vec<storefront_text::Model>,
    pub(super) categories: Vec<storefront_category::Model>,
    pub(super) attributes: Vec<storefront_attribute::Model>,
}

impl Rows {
    fn sorted(mut self) -> Self {
        self.listing.sort();
        self.texts.sort();
        self.categories.sort();
        self.attributes.sort();
        self
    }
}

/// A price holds in a channel when it is the channel's own, or general and the offer has no own price there.
const LISTING: &str = "
    WITH candidate AS (
        SELECT pc.channel_id, op.currency, p.id AS product_id, pc.published_at, p.title_fold, op.amount_minor,
            CASE WHEN COALESCE((
                SELECT SUM(CASE WHEN l.on_hand > l.reserved + l.safety THEN l.on_hand - l.reserved - l.safety ELSE 0 END)
                FROM stock_level l JOIN stock_location s ON s.id = l.location_id
                WHERE l.stock_item_id = o.stock_item_id AND s.active
            ), 0) >= o.min_quantity THEN 1 ELSE 0 END AS in_stock
        FROM product p
        JOIN product_channel pc ON pc.product_id = p.id
        JOIN channel ch ON ch.id = pc.channel_id AND ch.active
        JOIN offer o ON o.product_id = p.id AND o.status = 'active'
        JOIN variant v ON v.id = o.variant_id AND NOT v.archived
        JOIN merchant m ON m.id = o.merchant_id AND m.listed
        JOIN offer_price op ON op.offer_id = o.id AND (op.channel_id IS NULL OR op.channel_id = pc.channel_id)
        WHERE p.id IN ({ids}) AND p.status = 'published' AND ch.currencies LIKE '%\"' || op.currency || '\"%'
            AND (op.channel_id IS NOT NULL OR NOT EXISTS (
                SELECT 1 FROM offer_price own
                WHERE own.offer_id = o.id AND own.currency = op.currency AND own.channel_id = pc.channel_id))
    )
    SELECT channel_id, currency, product_id, published_at, title_fold,
        COALESCE(MIN(CASE WHEN in_stock = 1 THEN amount_minor END), MIN(amount_minor)) AS price_minor,
        MAX(in_stock) = 1 AS available
    FROM candidate
    GROUP BY channel_id, currency, product_id, published_at, title_fold";

const CATEGORIES: &str = "
    WITH RECURSIVE above (product_id, category_id, parent_id) AS (
        SELECT pc.product_id, c.id, c.parent_id
        FROM product_category pc JOIN category c ON c.id = pc.category_id JOIN product p ON p.id = pc.product_id
        WHERE pc.product_id IN ({ids}) AND p.status = 'published'
        UNION
        SELECT above.product_id, c.id, c.parent_id FROM above JOIN category c ON c.id = above.parent_id
    )
    SELECT DISTINCT category_id, product_id FROM above";

const ATTRIBUTES: &str = "
    SELECT pv.product_id, a.code, pv.value AS value_fold, pv.number_micro AS value_number
    FROM product_value pv
    JOIN attribute a ON a.id = pv.attribute_id AND a.filterable
    JOIN product p ON p.id = pv.product_id AND p.status = 'published'
    WHERE pv.product_id IN ({ids})
    UNION
    SELECT vv.product_id, a.code, vv.value, vv.number_micro
    FROM variant_value vv
    JOIN attribute a ON a.id = vv.attribute_id AND a.filterable
    JOIN variant v ON v.id = vv.variant_id AND NOT v.archived
    JOIN product p ON p.id = vv.product_id AND p.status = 'published'
    WHERE vv.product_id IN ({ids})";

const TEXTS: &str = "
    SELECT p.id AS product_id, p.search_fold, p.description FROM product p WHERE p.id IN ({ids}) AND p.status = 'published'";

/// How much of a description is searched, in characters.
const DESCRIPTION_MAX: usize = 2_000;

#[derive(FromQueryResult)]
struct TextRow {
    product_id: ProductId,
    search_fold: String,
    description: String,
}

/// What the listing of these products should be by the tables of the domains. Four statements.
pub(super) async fn expected<C: ConnectionTrait>(conn: &C, products: &[ProductId]) -> Result<Rows, Error> {
    let mut rows = Rows {
        listing: select(conn, LISTING, products, 1).await?,
        texts: select(conn, TEXTS, products, 1).await?.into_iter().map(text).collect(),
        categories: select(conn, CATEGORIES, products, 1).await?,
        attributes: select(conn, ATTRIBUTES, products, 2).await?,
    };
    for attribute in &mut rows.attributes {
        attribute.value_fold = fold(&attribute.value_fold);
    }
    // Values that differ only in spelling fold to one row.
    let mut rows = rows.sorted();
    rows.attributes.dedup_by(|a, b| (a.product_id, &a.code, &a.value_fold) == (b.product_id, &b.code, &b.value_fold));
    Ok(rows)
}

/// What the listing of these products is. Four statements.
pub(super) async fn stored<C: ConnectionTrait>(conn: &C, products: &[ProductId]) -> Result<Rows, Error> {
    let ids = || pad(products.to_vec());
    let rows = Rows {
        listing: storefront_listing::Entity::find()
            .filter(storefront_listing::Column::ProductId.is_in(ids()))
            .all(conn)
            .await?,
        texts: storefront_text::Entity::find()
            .filter(storefront_text::Column::ProductId.is_in(ids()))
            .all(conn)
            .await?,
        categories: storefront_category::Entity::find()
            .filter(storefront_category::Column::ProductId.is_in(ids()))
            .all(conn)
            .await?,
        attributes: storefront_attribute::Entity::find()
            .filter(storefront_attribute::Column::ProductId.is_in(ids()))
            .all(conn)
            .await?,
    };
    Ok(rows.sorted())
}

async fn select<C: ConnectionTrait, T: FromQueryResult>(
    conn: &C,
    sql: &str,
    products: &[ProductId],
    lists: usize,
) -> Result<Vec<T>, Error> {
    let sql = sql.replace("{ids}", &placeholders(products.len()));
    let ids: Vec<Value> = pad(products.iter().map(|id| (*id).into()).collect());
    Ok(T::find_by_statement(statement(conn, &sql, vec![ids; lists].concat())).all(conn).await?)
}

/// Title, brand, SKUs and trade item numbers as the catalog folds them, and the description.
fn text(row: TextRow) -> storefront_text::Model {
    let description: String = row.description.chars().take(DESCRIPTION_MAX).collect();
    let search_fold = format!("{} {}", row.search_fold, fold(&description));
    storefront_text::Model { product_id: row.product_id, search_fold }
}

//! The list itself: pages by key, each order by its own index.

use chrono::{DateTime, Utc};
use context::Ctx;
use db::dialect::{like_escape, statement};
use kernel::id::{CategoryId, ChannelId, ProductId};
use kernel::text::fold;
use kernel::{Currency, Invalid, Page, PageArgs};
use sea_orm::{FromQueryResult, Value};

use super::LISTING_READ;
use crate::error::Error;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The last published first.
    #[default]
    Newest,
    /// By title.
    Title,
    /// The cheapest first.
    PriceAsc,
    /// The dearest first.
    PriceDesc,
}

/// A wish about an attribute: one of some values, or a number within bounds.
#[derive(Debug, Clone, Default)]
pub struct AttributeFilter {
    /// The code of the attribute.
    pub code: String,
    /// One of these; any value when empty.
    pub values: Vec<String>,
    /// At least this number, in millionths.
    pub min_micro: Option<i64>,
    /// At most this number, in millionths.
    pub max_micro: Option<i64>,
}

/// What to list. All wishes must be met.
#[derive(Debug, Clone)]
pub struct ListingQuery {
    /// The channel.
    pub channel_id: ChannelId,
    /// The currency of the prices.
    pub currency: Currency,
    /// In this category or below it.
    pub category_id: Option<CategoryId>,
    /// With these attributes; at most 10.
    pub attributes: Vec<AttributeFilter>,
    /// At least this price, in minor units.
    pub min_price_minor: Option<i64>,
    /// At most this price, in minor units.
    pub max_price_minor: Option<i64>,
    /// Every word occurs in title, brand, description or a SKU.
    pub text: Option<String>,
    /// Only what is in stock.
    pub available_only: bool,
    /// The order.
    pub sort: Sort,
}

impl ListingQuery {
    /// Everything in a channel and currency, the newest first.
    #[must_use]
    pub fn all(channel_id: ChannelId, currency: Currency) -> Self {
        Self {
            channel_id,
            currency,
            category_id: None,
            attributes: Vec::new(),
            min_price_minor: None,
            max_price_minor: None,
            text: None,
            available_only: false,
            sort: Sort::Newest,
        }
    }
}

/// A product in the list.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Listed {
    /// The product.
    pub product_id: ProductId,
    /// When it was published in the channel.
    pub published_at: DateTime<Utc>,
    /// The lowest price, in minor units.
    pub price_minor: i64,
    /// Whether it is in stock.
    pub available: bool,
    title_fold: String,
}

const ATTRIBUTES_MAX: usize = 10;
const VALUES_MAX: usize = 50;
const WORDS_MAX: usize = 8;
const TEXT_MAX: usize = 200;

/// One page of what a storefront lists. One statement.
///
/// # Errors
/// `Invalid` for a bad cursor or too many wishes; the right may be missing.
pub async fn list(ctx: &Ctx, query: &ListingQuery, page: &PageArgs) -> Result<Page<Listed>, Error> {
    ctx.authorize(LISTING_READ)?;
    let (sql, values) = Sql::of(query, page)?.finish(query.sort, page);
    let rows = Listed::find_by_statement(statement(ctx.read(), &sql, values)).all(ctx.read()).await?;
    Ok(match query.sort {
        Sort::Newest => Page::from_rows(rows, page, |row| (row.published_at, row.product_id)),
        Sort::Title => Page::from_rows(rows, page, |row| (row.title_fold.clone(), row.product_id)),
        Sort::PriceAsc | Sort::PriceDesc => Page::from_rows(rows, page, |row| (row.price_minor, row.product_id)),
    })
}

/// How one product is listed in a channel and currency; `None` when nothing of it can be bought there.
///
/// # Errors
/// The database error; the right may be missing.
pub async fn listed(
    ctx: &Ctx,
    channel_id: ChannelId,
    currency: Currency,
    product_id: ProductId,
) -> Result<Option<Listed>, Error> {
    ctx.authorize(LISTING_READ)?;
    let sql = "SELECT l.product_id, l.published_at, l.price_minor, l.available, l.title_fold
        FROM storefront_listing l WHERE l.channel_id = ? AND l.currency = ? AND l.product_id = ?";
    let values: [Value; 3] = [channel_id.into(), currency.into(), product_id.into()];
    Ok(Listed::find_by_statement(statement(ctx.read(), sql, values)).one(ctx.read()).await?)
}

/// A statement under construction.
struct Sql {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Sql {
    fn of(query: &ListingQuery, page: &PageArgs) -> Result<Self, Error> {
        let mut sql = Self { conditions: Vec::new(), values: Vec::new() };
        sql.and("l.channel_id = ?", [query.channel_id.into()]);
        sql.and("l.currency = ?", [query.currency.into()]);
        if query.available_only {
            sql.and("l.available", []);
        }
        if let Some(min) = query.min_price_minor {
            sql.and("l.price_minor >= ?", [min.into()]);
        }
        if let Some(max) = query.max_price_minor {
            sql.and("l.price_minor <= ?", [max.into()]);
        }
        if let Some(category) = query.category_id {
            let of_category =
                "l.product_id IN (SELECT c.product_id FROM storefront_category c WHERE c.category_id = ?)";
            sql.and(of_category, [category.into()]);
        }
        if query.attributes.len() > ATTRIBUTES_MAX {
            return Err(Invalid::new("attributes", "TOO_MANY", format!("at most {ATTRIBUTES_MAX} attributes")).into());
        }
        for (index, wish) in query.attributes.iter().enumerate() {
            sql.attribute(index, wish)?;
        }
        if let Some(text) = &query.text {
            sql.text(text)?;
        }
        sql.after(query.sort, page)?;
        Ok(sql)
    }

    fn and(&mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition.into());
        self.values.extend(values);
    }

    fn attribute(&mut self, index: usize, wish: &AttributeFilter) -> Result<(), Invalid> {
        if wish.values.len() > VALUES_MAX {
            let field = format!("attributes.{index}.values");
            return Err(Invalid::new(field, "TOO_MANY", format!("at most {VALUES_MAX} values")));
        }
        let mut inner = "a.product_id = l.product_id AND a.code = ?".to_owned();
        let mut values: Vec<Value> = vec![wish.code.clone().into()];
        if !wish.values.is_empty() {
            inner.push_str(&format!(" AND a.value_fold IN ({})", db::dialect::placeholders(wish.values.len())));
            values.extend(db::dialect::pad(wish.values.iter().map(|value| fold(value).into()).collect()));
        }
        for (bound, sign) in [(wish.min_micro, ">="), (wish.max_micro, "<=")] {
            if let Some(bound) = bound {
                inner.push_str(&format!(" AND a.value_number {sign} ?"));
                values.push(bound.into());
            }
        }
        self.and(format!("EXISTS (SELECT 1 FROM storefront_attribute a WHERE {inner})"), values);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Invalid> {
        if text.chars().count() > TEXT_MAX {
            return Err(Invalid::new("text", "TOO_LONG", format!("must have at most {TEXT_MAX} characters")));
        }
        let folded = fold(text);
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
        if words.is_empty() {
            return Ok(());
        }
        let likes = vec!["t.search_fold LIKE ? ESCAPE '\\'"; words.len()].join(" AND ");
        let values = words.iter().map(|word| format!("%{}%", like_escape(word)).into());
        let inner = format!("SELECT 1 FROM storefront_text t WHERE t.product_id = l.product_id AND {likes}");
        self.and(format!("EXISTS ({inner})"), values);
        Ok(())
    }

    fn after(&mut self, sort: Sort, page: &PageArgs) -> Result<(), Invalid> {
        let (column, sign) = (sort.column(), if sort.descends() { "<" } else { ">" });
        let later = format!("({column}, l.product_id) {sign} (?, ?)");
        let key: Option<[Value; 2]> = match sort {
            Sort::Newest => page.after_key::<(DateTime<Utc>, ProductId)>()?.map(|(at, id)| [at.into(), id.into()]),
            Sort::Title => page.after_key::<(String, ProductId)>()?.map(|(title, id)| [title.into(), id.into()]),
            Sort::PriceAsc | Sort::PriceDesc => {
                page.after_key::<(i64, ProductId)>()?.map(|(price, id)| [price.into(), id.into()])
            }
        };
        if let Some(key) = key {
            self.and(later, key);
        }
        Ok(())
    }

    fn finish(self, sort: Sort, page: &PageArgs) -> (String, Vec<Value>) {
        let (column, order) = (sort.column(), if sort.descends() { "DESC" } else { "ASC" });
        let sql = format!(
            "SELECT l.product_id, l.published_at, l.price_minor, l.available, l.title_fold
            FROM storefront_listing l WHERE {}
            ORDER BY {column} {order}, l.product_id {order} LIMIT {}",
            self.conditions.join(" AND "),
            page.limit()
        );
        (sql, self.values)
    }
}

impl Sort {
    const fn column(self) -> &'static str {
        match self {
            Self::Newest => "l.published_at",
            Self::Title => "l.title_fold",
            Self::PriceAsc | Self::PriceDesc => "l.price_minor",
        }
    }

    const fn descends(self) -> bool {
        matches!(self, Self::Newest | Self::PriceDesc)
    }
}

//! Products.

use std::collections::HashMap;

use context::Ctx;
use db::dialect::{like_escape, pad};
use kernel::id::{ChannelId, MerchantId, ProductId};
use kernel::text::fold;
use kernel::{Page, PageArgs};
use sea_orm::sea_query::LikeExpr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait as _, Select};

use crate::Error;
use crate::actions::{PRODUCT_ARCHIVE, PRODUCT_EDIT, PRODUCT_HISTORY, PRODUCT_LIST, PRODUCT_PUBLISH, PRODUCT_READ};
use crate::entity::{product, product_category, product_channel};
use crate::model::{Product, ProductAction, ProductStatus, Rights, allowed_actions};
use crate::query::for_sale;
use crate::repo::{rows, scope};

/// Which products a list shows, among those the caller may read.
#[derive(Debug, Clone, Default)]
pub struct ProductFilter {
    /// Those of this owner.
    pub owner: Option<MerchantId>,
    /// Only those the caller owns: a merchant's own, for the operator those without a merchant.
    pub own: bool,
    /// In one of these states; empty: any.
    pub statuses: Vec<ProductStatus>,
    /// With this text in title, brand, article number or trade item number.
    pub text: Option<String>,
    /// In this category itself.
    pub category: Option<kernel::id::CategoryId>,
    /// Published in this channel.
    pub channel: Option<ChannelId>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProductSort {
    /// Newest first.
    #[default]
    Newest,
    /// By title.
    Title,
    /// Changed last first.
    Updated,
}

/// The longest text a list is searched for, in characters.
const SEARCH_MAX: usize = 120;

/// A page of the products the caller may read.
///
/// # Errors
/// Denied; a cursor of another list; the database error.
pub async fn list(
    ctx: &Ctx,
    filter: &ProductFilter,
    sort: ProductSort,
    page: &PageArgs,
) -> Result<Page<Product>, Error> {
    let grant = ctx.authorize_within(PRODUCT_LIST)?;
    let own = ctx.actor().merchant().filter(|_| !grant.is_wide());
    let query = product::Entity::find().filter(scope::listed(&grant)).filter(wanted(filter, own));
    let query = sorted(query, sort, page)?;
    let found = query.limit(page.limit()).all(&ctx.read_for(&grant)).await?;
    let found = found.into_iter().map(rows::product).collect::<Result<Vec<_>, _>>()?;
    Ok(match sort {
        ProductSort::Newest => Page::from_rows(found, page, |p| p.id),
        ProductSort::Title => Page::from_rows(found, page, |p| (fold(&p.title), p.id)),
        ProductSort::Updated => Page::from_rows(found, page, |p| (p.updated_at, p.id)),
    })
}

fn wanted(filter: &ProductFilter, own: Option<MerchantId>) -> Condition {
    let mut wanted = Condition::all();
    if filter.own {
        wanted = wanted.add(match own {
            Some(merchant) => product::Column::OwnerId.eq(merchant),
            None => product::Column::OwnerId.is_null(),
        });
    }
    if let Some(owner) = filter.owner {
        wanted = wanted.add(product::Column::OwnerId.eq(owner));
    }
    if !filter.statuses.is_empty() {
        wanted = wanted.add(product::Column::Status.is_in(filter.statuses.iter().map(|status| status.as_str())));
    }
    if let Some(text) = filter.text.as_deref().map(fold).filter(|text| !text.is_empty()) {
        let text: String = text.chars().take(SEARCH_MAX).collect();
        let like = LikeExpr::new(format!("%{}%", like_escape(&text))).escape('\\');
        wanted = wanted.add(product::Column::SearchFold.like(like));
    }
    if let Some(category) = filter.category {
        let products = product_category::Entity::find()
            .select_only()
            .column(product_category::Column::ProductId)
            .filter(product_category::Column::CategoryId.eq(category));
        wanted = wanted.add(product::Column::Id.in_subquery(products.into_query()));
    }
    if let Some(channel) = filter.channel {
        let products = product_channel::Entity::find()
            .select_only()
            .column(product_channel::Column::ProductId)
            .filter(product_channel::Column::ChannelId.eq(channel));
        wanted = wanted.add(product::Column::Id.in_subquery(products.into_query()));
    }
    wanted
}

fn sorted(
    query: Select<product::Entity>,
    sort: ProductSort,
    page: &PageArgs,
) -> Result<Select<product::Entity>, Error> {
    use product::Column::{Id, TitleFold, UpdatedAt};
    Ok(match sort {
        ProductSort::Newest => {
            let after = page.after_key::<ProductId>()?.map(|id| Condition::all().add(Id.lt(id)));
            query.filter(after.unwrap_or_else(Condition::all)).order_by_desc(Id)
        }
        ProductSort::Title => {
            let after = page.after_key::<(String, ProductId)>()?.map(|(title, id)| {
                Condition::any()
                    .add(TitleFold.gt(title.clone()))
                    .add(Condition::all().add(TitleFold.eq(title)).add(Id.gt(id)))
            });
            query.filter(after.unwrap_or_else(Condition::all)).order_by_asc(TitleFold).order_by_asc(Id)
        }
        ProductSort::Updated => {
            let after = page.after_key::<(chrono::DateTime<chrono::Utc>, ProductId)>()?.map(|(at, id)| {
                Condition::any().add(UpdatedAt.lt(at)).add(Condition::all().add(UpdatedAt.eq(at)).add(Id.lt(id)))
            });
            query.filter(after.unwrap_or_else(Condition::all)).order_by_desc(UpdatedAt).order_by_desc(Id)
        }
    })
}

/// The products the caller may read among `ids`.
///
/// # Errors
/// Denied; the database error.
pub async fn by_ids(ctx: &Ctx, ids: &[ProductId]) -> Result<HashMap<ProductId, Product>, Error> {
    let grant = ctx.authorize_within(PRODUCT_READ)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = product::Entity::find()
        .filter(product::Column::Id.is_in(pad(ids.to_vec())))
        .filter(scope::readable(&grant))
        .all(&ctx.read_for(&grant))
        .await?;
    found.into_iter().map(|row| Ok((row.id, rows::product(row)?))).collect()
}

/// One product.
///
/// # Errors
/// Not found, which includes products the caller may not read.
pub async fn by_id(ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    Ok(by_ids(ctx, &[id]).await?.remove(&id).ok_or(context::Error::NotFound("product"))?)
}

/// The channels in which the products are published, for those the caller may read.
///
/// # Errors
/// Denied; the database error.
pub async fn channels_by_product_ids(
    ctx: &Ctx,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Vec<ChannelId>>, Error> {
    let readable: Vec<ProductId> = by_ids(ctx, ids).await?.into_keys().collect();
    Ok(for_sale::channels_on(ctx.read(), &readable).await?)
}

/// What the caller can do with the product now.
#[must_use]
pub fn actions_of(ctx: &Ctx, product: &Product) -> Vec<ProductAction> {
    let reaches = |action| ctx.authorize_within(action).is_ok_and(|grant| scope::reaches(&grant, product.owner));
    let rights = Rights {
        edit: reaches(PRODUCT_EDIT),
        publish: reaches(PRODUCT_PUBLISH),
        archive: reaches(PRODUCT_ARCHIVE),
        operator: ctx.authorize_within(PRODUCT_EDIT).is_ok_and(|grant| grant.is_wide()),
    };
    allowed_actions(product.status, rights)
}

/// Whether the caller sees what only the owner and the operator see of the product.
#[must_use]
pub fn is_own(ctx: &Ctx, product: &Product) -> bool {
    ctx.authorize(PRODUCT_HISTORY).is_ok_and(|grant| scope::reaches(&grant, product.owner))
}

/// The changes of a product, newest first: by its owner or the operator.
///
/// # Errors
/// Not found, which includes products of others; the database error.
pub async fn history(ctx: &Ctx, id: ProductId, page: &PageArgs) -> Result<Page<history::ChangeRow>, Error> {
    let grant = ctx.authorize_within(PRODUCT_HISTORY)?;
    let found = product::Entity::find_by_id(id).filter(scope::writable(&grant)).one(&ctx.read_for(&grant)).await?;
    found.ok_or(context::Error::NotFound("product"))?;
    Ok(::history::list(&ctx.read_for(&grant), &history::ChangeFilter::of("product", id), None, page).await??)
}

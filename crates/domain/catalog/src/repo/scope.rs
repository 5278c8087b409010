//! Which products a grant reaches.

use std::collections::HashSet;

use access::{Grant, Reach};
use context::{no_rows, within_merchants};
use kernel::Invalid;
use kernel::id::{CategoryId, MerchantId, ProductId, TypedId as _};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait as _,
    RelationDef,
};

use crate::Error;
use crate::entity::{category, product, product_category, variant};
use crate::model::ProductStatus;

/// The products that may be read: all, the own and the published ones, or the published ones. Of a grant over parts of
/// the catalog what lies there, and what is published anyway.
pub(crate) fn readable(grant: &Grant) -> Condition {
    let published = product::Column::Status.eq(ProductStatus::Published.as_str());
    match (grant.merchants(), grant.bounds()) {
        (Reach::All, None) => Condition::all(),
        (Reach::Nothing, _) => Condition::all().add(published),
        (Reach::Only(merchant), None) => Condition::any().add(product::Column::OwnerId.eq(merchant)).add(published),
        (_, Some(_)) => Condition::any().add(writable(grant)).add(published),
    }
}

/// The products that may be listed: like [`readable`], of a grant over parts of the catalog only what lies there.
pub(crate) fn listed(grant: &Grant) -> Condition {
    match within_categories(grant, product::Column::Id) {
        Some(within) => Condition::all().add(readable(grant)).add(within),
        None => readable(grant),
    }
}

/// The products that may be changed: all, or the own ones, as far as they lie in the grant's part of the catalog.
pub(crate) fn writable(grant: &Grant) -> Condition {
    within_merchants(grant, product::Column::OwnerId).add_option(within_categories(grant, product::Column::Id))
}

/// Rows of products in the grant's part of the catalog; `column` holds the product's id. `None` when the grant has no
/// bounds; no row when its bounds are of another kind.
pub fn within_categories<C: ColumnTrait>(grant: &Grant, column: C) -> Option<Condition> {
    let categories = grant.bounds()?.categories();
    if categories.is_empty() {
        return Some(no_rows());
    }
    Some(Condition::all().add(column.in_subquery(products_below(&categories))))
}

/// The products among `ids` in the grant's part of the catalog. For callers that have authorized.
///
/// # Errors
/// The database error.
pub async fn reached_on<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    ids: Vec<ProductId>,
) -> Result<HashSet<ProductId>, context::Error> {
    let among = Condition::all().add(product::Column::Id.is_in(db::dialect::pad(ids)));
    let found = product::Entity::find()
        .select_only()
        .column(product::Column::Id)
        .filter(among.add_option(within_categories(grant, product::Column::Id)));
    Ok(found.into_tuple::<ProductId>().all(conn).await?.into_iter().collect())
}

/// The products that hang on these categories or on ones below.
fn products_below(categories: &[CategoryId]) -> SelectStatement {
    let to_category: RelationDef = product_category::Entity::belongs_to(category::Entity)
        .from(product_category::Column::CategoryId)
        .to(category::Column::Id)
        .into();
    product_category::Entity::find()
        .select_only()
        .column(product_category::Column::ProductId)
        .join(JoinType::InnerJoin, to_category)
        .filter(below(categories))
        .into_query()
}

/// The categories themselves and what is below them: their id is a step of the path.
fn below(categories: &[CategoryId]) -> Condition {
    let step = |id: &CategoryId| category::Column::Path.contains(format!("{}/", kernel::id::encode(id.uuid())));
    categories.iter().map(step).fold(Condition::any(), Condition::add)
}

/// Refuses a change that puts a product beyond the grant's part of the catalog, or reaches into another part: every
/// category that it gets lies within, and one at least does.
pub(crate) async fn require_within<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    before: &[CategoryId],
    after: &[CategoryId],
) -> Result<(), Error> {
    let Some(bounds) = grant.bounds() else { return Ok(()) };
    let limits = bounds.categories();
    let within: Vec<CategoryId> = if limits.is_empty() {
        Vec::new()
    } else {
        category::Entity::find()
            .select_only()
            .column(category::Column::Id)
            .filter(category::Column::Id.is_in(after.to_vec()))
            .filter(below(&limits))
            .into_tuple()
            .all(conn)
            .await?
    };
    let beyond = after.iter().position(|id| !before.contains(id) && !within.contains(id));
    let fault = |field: String| Invalid::new(field, "OUT_OF_SCOPE", "is not in the part of the catalog you work on");
    match beyond {
        Some(index) => Err(fault(format!("categories.{index}")).into()),
        None if within.is_empty() => Err(fault("categories".to_owned()).into()),
        None => Ok(()),
    }
}

/// Whether the product of `owner` may be changed, whatever its categories.
pub(crate) fn reaches(grant: &Grant, owner: Option<MerchantId>) -> bool {
    match grant.merchants() {
        Reach::All => true,
        Reach::Only(merchant) => owner == Some(merchant),
        Reach::Nothing => false,
    }
}

/// From a variant to its product.
pub(crate) fn variant_product() -> RelationDef {
    variant::Entity::belongs_to(product::Entity).from(variant::Column::ProductId).to(product::Column::Id).into()
}

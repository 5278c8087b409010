//! What merchants own, for callers that have authorized.

use db::dialect::pad;
use kernel::id::{MerchantId, ProductId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use crate::entity::product::{Column, Entity};
use crate::model::ProductStatus;

/// How many products a merchant owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnedCount {
    /// Those that are not archived.
    pub loaded: u64,
    /// Those that the operator published.
    pub accepted: u64,
}

/// The merchants that own some of these products, each once.
///
/// # Errors
/// The database error.
pub async fn owners_on<C: ConnectionTrait>(
    conn: &C,
    products: &[ProductId],
) -> Result<Vec<MerchantId>, context::Error> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let owners: Vec<Option<MerchantId>> = Entity::find()
        .select_only()
        .column(Column::OwnerId)
        .distinct()
        .filter(Column::Id.is_in(pad(products.to_vec())))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(owners.into_iter().flatten().collect())
}

/// How many products this merchant owns.
///
/// # Errors
/// The database error.
pub async fn owned_count_on<C: ConnectionTrait>(conn: &C, merchant: MerchantId) -> Result<OwnedCount, context::Error> {
    let own = || Entity::find().filter(Column::OwnerId.eq(merchant));
    let loaded = own().filter(Column::Status.ne(ProductStatus::Archived.as_str())).count(conn).await?;
    let accepted = own().filter(Column::Status.eq(ProductStatus::Published.as_str())).count(conn).await?;
    Ok(OwnedCount { loaded, accepted })
}

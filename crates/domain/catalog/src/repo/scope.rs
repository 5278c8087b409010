//! Which products a grant reaches.

use access::{Grant, Reach};
use context::within_merchants;
use kernel::id::MerchantId;
use sea_orm::{ColumnTrait, Condition, EntityTrait, RelationDef};

use crate::entity::{product, variant};
use crate::model::ProductStatus;

/// The products that may be read: all, the own and the published ones, or the published ones.
pub(crate) fn readable(grant: &Grant) -> Condition {
    let published = product::Column::Status.eq(ProductStatus::Published.as_str());
    match grant.merchants() {
        Reach::All => Condition::all(),
        Reach::Only(merchant) => Condition::any().add(product::Column::OwnerId.eq(merchant)).add(published),
        Reach::Nothing => Condition::all().add(published),
    }
}

/// The products that may be changed: all, or the own ones.
pub(crate) fn writable(grant: &Grant) -> Condition {
    within_merchants(grant, product::Column::OwnerId)
}

/// Whether the product of `owner` may be changed.
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

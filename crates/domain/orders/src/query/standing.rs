//! What is open of a merchant.

use context::WriteTx;
use kernel::id::MerchantId;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::Error;
use crate::entity::merchant_order;
use crate::model::status::MerchantOrderState;

/// How many merchant orders of this merchant are not over: neither closed nor refused, expired or canceled. For whoever
/// closes the merchant, and has authorized it.
///
/// # Errors
/// The database error.
pub async fn open_of_merchant_on(tx: &WriteTx, merchant: MerchantId) -> Result<u64, Error> {
    use MerchantOrderState::{AwaitingAcceptance, AwaitingPayment, Delivered, Shipped, Staging, ToShip};
    let open = [Staging, AwaitingAcceptance, AwaitingPayment, ToShip, Shipped, Delivered];
    let found = merchant_order::Entity::find()
        .filter(merchant_order::Column::MerchantId.eq(merchant))
        .filter(merchant_order::Column::State.is_in(open))
        .count(&**tx)
        .await?;
    Ok(found)
}

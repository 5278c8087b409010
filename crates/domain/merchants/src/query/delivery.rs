//! What merchants ask for delivery.

use std::collections::HashMap;

use context::{Ctx, merchant_meant, within_merchants};
use kernel::id::{DeliveryMethodId, MerchantId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::READ_DELIVERY;
use crate::entity::delivery_row::{Column, Entity};
use crate::model::MerchantDelivery;
use crate::{Error, repo};

/// The prices that a merchant set for delivery, by method; one's own when no merchant is named.
///
/// # Errors
/// Not found for another's; a bad cursor; denied; the database error.
pub async fn deliveries(
    ctx: &Ctx,
    merchant: Option<MerchantId>,
    page: &PageArgs,
) -> Result<Page<MerchantDelivery>, Error> {
    let grant = ctx.authorize(READ_DELIVERY)?;
    let merchant = merchant_meant(&grant, merchant)?;
    let mut find = Entity::find()
        .filter(Column::MerchantId.eq(merchant))
        .filter(within_merchants(&grant, Column::MerchantId))
        .order_by_asc(Column::DeliveryMethodId)
        .limit(page.limit());
    if let Some(after) = page.after_key::<DeliveryMethodId>()? {
        find = find.filter(Column::DeliveryMethodId.gt(after));
    }
    let rows: Result<Vec<MerchantDelivery>, Error> =
        find.all(&ctx.read_for(&grant)).await?.into_iter().map(repo::delivery::delivery).collect();
    Ok(Page::from_rows(rows?, page, |of| of.method_id))
}

/// What these merchants ask for delivery, for planning. One statement.
///
/// # Errors
/// The database error.
pub async fn deliveries_on<C: ConnectionTrait>(
    conn: &C,
    merchants: &[MerchantId],
) -> Result<HashMap<MerchantId, Vec<MerchantDelivery>>, Error> {
    let mut found: HashMap<MerchantId, Vec<MerchantDelivery>> = HashMap::new();
    if merchants.is_empty() {
        return Ok(found);
    }
    let rows = Entity::find().filter(Column::MerchantId.is_in(db::dialect::pad(merchants.to_vec()))).all(conn).await?;
    for row in rows {
        found.entry(row.merchant_id).or_default().push(repo::delivery::delivery(row)?);
    }
    Ok(found)
}

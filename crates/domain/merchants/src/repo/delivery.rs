//! Prices of merchants for delivery.

use access::Grant;
use context::{WriteTx, within_merchants};
use kernel::id::{DeliveryMethodId, MerchantId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::delivery_row::{ActiveModel, Column, Entity, Model};
use crate::model::MerchantDelivery;

pub(crate) fn delivery(row: Model) -> Result<MerchantDelivery, Error> {
    Ok(MerchantDelivery {
        rates: serde_json::from_str(&row.rates)?,
        merchant_id: row.merchant_id,
        method_id: row.delivery_method_id,
        set_by: row.set_by,
        set_by_name: row.set_by_name,
        set_at: row.set_at,
        version: row.version,
    })
}

/// The prices of one merchant for one method, within the reach of the grant.
pub(crate) async fn find<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    merchant: MerchantId,
    method: DeliveryMethodId,
) -> Result<Option<MerchantDelivery>, Error> {
    let found = Entity::find_by_id((merchant, method)).filter(within_merchants(grant, Column::MerchantId));
    found.one(conn).await?.map(delivery).transpose()
}

/// Saves prices with the version after the one that the caller saw, if nobody was faster.
pub(crate) async fn save(tx: &WriteTx, grant: &Grant, of: &MerchantDelivery) -> Result<(), Error> {
    let stale = || Error::from(context::Error::Stale("delivery rates"));
    let row = ActiveModel {
        merchant_id: Set(of.merchant_id),
        delivery_method_id: Set(of.method_id),
        rates: Set(serde_json::to_string(&of.rates)?),
        set_by: Set(of.set_by.clone()),
        set_by_name: Set(of.set_by_name.clone()),
        set_at: Set(of.set_at),
        version: Set(of.version),
    };
    if of.version == 1 {
        let inserted = Entity::insert(row).exec_without_returning(&**tx).await;
        inserted.map_err(|error| match db::violated(&error) {
            Some(db::error::Violation::Unique) => stale(),
            _ => error.into(),
        })?;
        return Ok(());
    }
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::MerchantId.eq(of.merchant_id))
        .filter(Column::DeliveryMethodId.eq(of.method_id))
        .filter(Column::Version.eq(of.version - 1))
        .filter(within_merchants(grant, Column::MerchantId))
        .exec(&**tx)
        .await?;
    if saved.rows_affected == 1 { Ok(()) } else { Err(stale()) }
}

//! Addresses, contacts and tax ids of merchants.

use std::collections::HashMap;

use access::Grant;
use context::{WriteTx, within_merchants};
use kernel::id::MerchantId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::party_row::{ActiveModel, Column, Entity, Model};
use crate::model::Counterparty;

/// What is known of a merchant, within the reach of the grant.
pub(crate) async fn find<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    merchant: MerchantId,
) -> Result<Counterparty, Error> {
    let own = Entity::find_by_id(merchant).filter(within_merchants(grant, Column::MerchantId));
    own.one(conn).await?.map(of_row).transpose().map(|found| found.unwrap_or(Counterparty::unknown(merchant)))
}

/// What is known of these merchants. One statement.
pub(crate) async fn all<C: ConnectionTrait>(
    conn: &C,
    merchants: &[MerchantId],
) -> Result<HashMap<MerchantId, Counterparty>, Error> {
    let rows = Entity::find().filter(Column::MerchantId.is_in(db::dialect::pad(merchants.to_vec()))).all(conn).await?;
    rows.into_iter().map(|row| of_row(row).map(|of| (of.merchant, of))).collect()
}

/// Writes it, if nobody changed it since version `of.version - 1`.
pub(crate) async fn save(tx: &WriteTx, of: &Counterparty) -> Result<bool, Error> {
    let row = ActiveModel {
        merchant_id: Set(of.merchant),
        addresses: Set(serde_json::to_string(&of.addresses)?),
        contacts: Set(serde_json::to_string(&of.contacts)?),
        tax_ids: Set(serde_json::to_string(&of.tax_ids)?),
        version: Set(of.version),
        updated_at: Set(tx.now()),
    };
    if of.version == 1 {
        let first = OnConflict::column(Column::MerchantId).do_nothing().to_owned();
        return Ok(Entity::insert(row).on_conflict(first).exec_without_returning(&**tx).await? == 1);
    }
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::MerchantId.eq(of.merchant))
        .filter(Column::Version.eq(of.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

fn of_row(row: Model) -> Result<Counterparty, Error> {
    Ok(Counterparty {
        merchant: row.merchant_id,
        addresses: serde_json::from_str(&row.addresses)?,
        contacts: serde_json::from_str(&row.contacts)?,
        tax_ids: serde_json::from_str(&row.tax_ids)?,
        version: row.version,
    })
}

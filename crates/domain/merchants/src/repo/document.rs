//! Documents that merchants handed in.

use access::Grant;
use context::{WriteTx, within_merchants};
use kernel::id::MerchantDocumentId;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::onboarding::document_row::{ActiveModel, Column, Entity, Model};
use crate::model::{Document, DocumentState};

pub(crate) async fn insert(tx: &WriteTx, document: &Document) -> Result<(), Error> {
    let row = ActiveModel {
        id: Set(document.id),
        merchant_id: Set(document.merchant),
        kind: Set(document.kind.clone()),
        title: Set(document.title.clone()),
        number: Set(document.number.clone()),
        issuer: Set(document.issuer.clone()),
        asset_id: Set(document.asset),
        expires_on: Set(document.expires_on),
        submitted_by: Set(tx.ctx().actor().id()),
        submitted_at: Set(document.submitted_at),
        ..changed(document)
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// What a review or a withdrawal changes.
fn changed(document: &Document) -> ActiveModel {
    ActiveModel {
        state: Set(document.state.as_str().to_owned()),
        review_note: Set(document.review_note.clone()),
        reviewed_by: Set(document.reviewed_by.clone()),
        reviewed_at: Set(document.reviewed_at),
        version: Set(document.version),
        ..Default::default()
    }
}

pub(crate) async fn find<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: MerchantDocumentId,
) -> Result<Document, Error> {
    let row = Entity::find_by_id(id).filter(within_merchants(grant, Column::MerchantId)).one(conn).await?;
    of_row(row.ok_or(context::Error::NotFound("document"))?)
}

/// Whether nobody changed it since version `seen`.
pub(crate) async fn save(tx: &WriteTx, document: &Document, seen: i64) -> Result<bool, Error> {
    let saved = Entity::update_many()
        .set(changed(document))
        .filter(Column::Id.eq(document.id))
        .filter(Column::Version.eq(seen))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

pub(crate) fn of_row(row: Model) -> Result<Document, Error> {
    Ok(Document {
        state: super::known("document state", &row.state, DocumentState::parse)?,
        id: row.id,
        merchant: row.merchant_id,
        kind: row.kind,
        title: row.title,
        number: row.number,
        issuer: row.issuer,
        asset: row.asset_id,
        expires_on: row.expires_on,
        submitted_at: row.submitted_at,
        review_note: row.review_note,
        reviewed_by: row.reviewed_by,
        reviewed_at: row.reviewed_at,
        version: row.version,
    })
}

//! Notes about merchants.

use access::Grant;
use context::{WriteTx, within_merchants};
use kernel::id::MerchantNoteId;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::note_row::{ActiveModel, Column, Entity, Model};
use crate::model::Note;

/// The merchant was loaded through the grant.
pub(crate) async fn insert(tx: &WriteTx, note: &Note) -> Result<(), Error> {
    let row = ActiveModel {
        id: Set(note.id),
        merchant_id: Set(note.merchant),
        words: Set(note.words.clone()),
        author: Set(tx.ctx().actor().id()),
        author_name: Set(note.author_name.clone()),
        written_at: Set(note.written_at),
        editor_name: Set(None),
        edited_at: Set(None),
        version: Set(note.version),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: MerchantNoteId) -> Result<Note, Error> {
    let row = Entity::find_by_id(id).filter(within_merchants(grant, Column::MerchantId)).one(conn).await?;
    Ok(of_row(row.ok_or(context::Error::NotFound("note"))?))
}

/// Whether nobody changed it since version `note.version - 1`.
pub(crate) async fn save(tx: &WriteTx, note: &Note) -> Result<bool, Error> {
    let row = ActiveModel {
        words: Set(note.words.clone()),
        editor_name: Set(note.editor_name.clone()),
        edited_at: Set(note.edited_at),
        version: Set(note.version),
        ..Default::default()
    };
    let own = Entity::update_many().set(row).filter(Column::Id.eq(note.id));
    Ok(own.filter(Column::Version.eq(note.version - 1)).exec(&**tx).await?.rows_affected == 1)
}

/// Whether nobody changed it since version `note.version`.
pub(crate) async fn remove(tx: &WriteTx, note: &Note) -> Result<bool, Error> {
    let own = Entity::delete_many().filter(Column::Id.eq(note.id)).filter(Column::Version.eq(note.version));
    Ok(own.exec(&**tx).await?.rows_affected == 1)
}

pub(crate) fn of_row(row: Model) -> Note {
    Note {
        id: row.id,
        merchant: row.merchant_id,
        words: row.words,
        author_name: row.author_name,
        written_at: row.written_at,
        editor_name: row.editor_name,
        edited_at: row.edited_at,
        version: row.version,
    }
}

//! Systems, the fields they keep, their links to merchants and their messages.

use access::Grant;
use context::{WriteTx, within_merchants};
use kernel::id::{MerchantId, SyncMessageId, SyncSystemId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef};

use crate::Error;
use crate::entity::sync::{field_row, link_row, message_row, system_row};
use crate::model::sync::{PartyPatch, SyncFault, SyncField, SyncLink, SyncMessage, SyncState, SyncSystem};

pub(crate) async fn system<C: ConnectionTrait>(conn: &C, id: SyncSystemId) -> Result<SyncSystem, Error> {
    let row = system_row::Entity::find_by_id(id).one(conn).await?.ok_or(context::Error::NotFound("system"))?;
    let fields = fields(conn, &[id]).await?;
    Ok(of_row(row, &fields))
}

/// Its row is locked until the transaction ends: what it keeps is decided by one at a time.
pub(crate) async fn lock_system(tx: &WriteTx, id: SyncSystemId) -> Result<SyncSystem, Error> {
    let row = system_row::Entity::find_by_id(id).lock_exclusive().one(&**tx).await?;
    let fields = fields(&**tx, &[id]).await?;
    Ok(of_row(row.ok_or(context::Error::NotFound("system"))?, &fields))
}

pub(crate) async fn system_by_code<C: ConnectionTrait>(conn: &C, code: &str) -> Result<Option<SyncSystem>, Error> {
    let row = system_row::Entity::find().filter(system_row::Column::Code.eq(code)).one(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let fields = fields(conn, &[row.id]).await?;
    Ok(Some(of_row(row, &fields)))
}

/// The fields of these systems.
pub(crate) async fn fields<C: ConnectionTrait>(
    conn: &C,
    systems: &[SyncSystemId],
) -> Result<Vec<(SyncSystemId, SyncField)>, Error> {
    let systems = db::dialect::pad(systems.to_vec());
    let rows = field_row::Entity::find().filter(field_row::Column::SystemId.is_in(systems)).all(conn).await?;
    rows.into_iter().map(|row| Ok((row.system_id, field(&row.field)?))).collect()
}

fn field(name: &str) -> Result<SyncField, Error> {
    Ok(SyncField::parse(name).ok_or_else(|| context::Error::internal(format!("sync_field.field: {name}")))?)
}

pub(crate) fn of_row(row: system_row::Model, fields: &[(SyncSystemId, SyncField)]) -> SyncSystem {
    let mut own: Vec<SyncField> = fields.iter().filter(|(of, _)| *of == row.id).map(|(_, field)| *field).collect();
    own.sort_unstable();
    SyncSystem {
        id: row.id,
        code: row.code,
        name: row.name,
        active: row.active,
        fields: own,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// Whether the code was free.
pub(crate) async fn insert_system(tx: &WriteTx, of: &SyncSystem) -> Result<bool, Error> {
    let row = system_row::ActiveModel {
        id: Set(of.id),
        code: Set(of.code.clone()),
        name: Set(of.name.clone()),
        active: Set(of.active),
        version: Set(of.version),
        created_at: Set(of.created_at),
        updated_at: Set(of.updated_at),
    };
    let taken = OnConflict::column(system_row::Column::Code).do_nothing().to_owned();
    Ok(system_row::Entity::insert(row).on_conflict(taken).exec_without_returning(&**tx).await? == 1)
}

/// Writes the row; it is locked.
pub(crate) async fn save_system(tx: &WriteTx, of: &SyncSystem) -> Result<(), Error> {
    let row = system_row::ActiveModel {
        name: Set(of.name.clone()),
        active: Set(of.active),
        version: Set(of.version),
        updated_at: Set(of.updated_at),
        ..Default::default()
    };
    system_row::Entity::update_many().set(row).filter(system_row::Column::Id.eq(of.id)).exec(&**tx).await?;
    Ok(())
}

/// Gives a system these fields and no others; the first of them that another one keeps.
pub(crate) async fn set_fields(tx: &WriteTx, of: &SyncSystem) -> Result<Option<SyncField>, Error> {
    field_row::Entity::delete_many().filter(field_row::Column::SystemId.eq(of.id)).exec(&**tx).await?;
    for field in &of.fields {
        let row = field_row::ActiveModel { field: Set(field.as_str().to_owned()), system_id: Set(of.id) };
        let kept = OnConflict::column(field_row::Column::Field).do_nothing().to_owned();
        if field_row::Entity::insert(row).on_conflict(kept).exec_without_returning(&**tx).await? == 0 {
            return Ok(Some(*field));
        }
    }
    Ok(None)
}

/// The fields of a merchant that active systems keep which know it, with the name of the system.
pub(crate) async fn kept_of(tx: &WriteTx, merchant: MerchantId) -> Result<Vec<(SyncField, String)>, Error> {
    let to_system = |from: link_row::Column| -> RelationDef {
        link_row::Entity::belongs_to(system_row::Entity).from(from).to(system_row::Column::Id).into()
    };
    let systems: Vec<system_row::Model> = system_row::Entity::find()
        .join(JoinType::InnerJoin, to_system(link_row::Column::SystemId).rev())
        .filter(link_row::Column::MerchantId.eq(merchant))
        .filter(system_row::Column::Active.eq(true))
        .all(&**tx)
        .await?;
    if systems.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<SyncSystemId> = systems.iter().map(|row| row.id).collect();
    let name = |id| systems.iter().find(|row| row.id == id).map(|row| row.name.clone()).unwrap_or_default();
    Ok(fields(&**tx, &ids).await?.into_iter().map(|(id, field)| (field, name(id))).collect())
}

/// Whether neither side was linked.
pub(crate) async fn insert_link(tx: &WriteTx, of: &SyncLink) -> Result<bool, Error> {
    let row = link_row::ActiveModel {
        system_id: Set(of.system),
        external_id: Set(of.external_id.clone()),
        merchant_id: Set(of.merchant),
        revision: Set(of.revision),
        linked_by_name: Set(of.linked_by_name.clone()),
        linked_at: Set(of.linked_at),
        synced_at: Set(of.synced_at),
    };
    let taken = OnConflict::new().do_nothing().to_owned();
    Ok(link_row::Entity::insert(row).on_conflict(taken).exec_without_returning(&**tx).await? == 1)
}

/// A link within the reach of the grant, under lock until the transaction ends: messages about one are taken one by one.
pub(crate) async fn lock_link(
    tx: &WriteTx,
    grant: &Grant,
    system: SyncSystemId,
    external_id: &str,
) -> Result<Option<SyncLink>, Error> {
    let own = link_row::Entity::find_by_id((system, external_id.to_owned()));
    let own = own.filter(within_merchants(grant, link_row::Column::MerchantId)).lock_exclusive();
    Ok(own.one(&**tx).await?.map(link))
}

/// Notes that a revision was taken; the row is locked.
pub(crate) async fn taken(tx: &WriteTx, of: &SyncLink, revision: i64) -> Result<(), Error> {
    let row = link_row::ActiveModel { revision: Set(revision), synced_at: Set(Some(tx.now())), ..Default::default() };
    let own = link_row::Entity::update_many().set(row).filter(link_row::Column::SystemId.eq(of.system));
    own.filter(link_row::Column::ExternalId.eq(of.external_id.as_str())).exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn remove_link(tx: &WriteTx, of: &SyncLink) -> Result<(), Error> {
    let own = link_row::Entity::delete_many().filter(link_row::Column::SystemId.eq(of.system));
    own.filter(link_row::Column::ExternalId.eq(of.external_id.as_str())).exec(&**tx).await?;
    Ok(())
}

pub(crate) fn link(row: link_row::Model) -> SyncLink {
    SyncLink {
        system: row.system_id,
        external_id: row.external_id,
        merchant: row.merchant_id,
        revision: row.revision,
        linked_by_name: row.linked_by_name,
        linked_at: row.linked_at,
        synced_at: row.synced_at,
    }
}

/// Whether a message with this key is new. Who sends the same meanwhile waits here.
pub(crate) async fn claim(tx: &WriteTx, of: &SyncMessage) -> Result<bool, Error> {
    use message_row::Column;
    let known = OnConflict::columns([Column::SystemId, Column::MessageKey]).do_nothing().to_owned();
    let row = active(of)?;
    Ok(message_row::Entity::insert(row).on_conflict(known).exec_without_returning(&**tx).await? == 1)
}

/// Writes what became of a message that this transaction claimed or locked.
pub(crate) async fn settle(tx: &WriteTx, of: &SyncMessage) -> Result<(), Error> {
    message_row::Entity::update_many().set(active(of)?).filter(message_row::Column::Id.eq(of.id)).exec(&**tx).await?;
    Ok(())
}

fn active(of: &SyncMessage) -> Result<message_row::ActiveModel, Error> {
    let names = |fields: &[SyncField]| serde_json::to_string(fields);
    Ok(message_row::ActiveModel {
        id: Set(of.id),
        system_id: Set(of.system),
        message_key: Set(of.key.clone()),
        digest: Set(of.digest.clone()),
        external_id: Set(of.external_id.clone()),
        merchant_id: Set(of.merchant),
        revision: Set(of.revision),
        body: Set(of.body.as_ref().map(serde_json::to_string).transpose()?),
        state: Set(of.state.as_str().to_owned()),
        applied: Set(names(&of.applied)?),
        ignored: Set(names(&of.ignored)?),
        fault_code: Set(of.fault.as_ref().map(|fault| fault.code.clone())),
        fault_field: Set(of.fault.as_ref().and_then(|fault| fault.field.clone())),
        fault_text: Set(of.fault.as_ref().map(|fault| fault.text.clone())),
        attempt_count: Set(of.attempts),
        received_at: Set(of.received_at),
        settled_at: Set(of.settled_at),
    })
}

pub(crate) async fn message_by_key(tx: &WriteTx, system: SyncSystemId, key: &str) -> Result<SyncMessage, Error> {
    let own = message_row::Entity::find().filter(message_row::Column::SystemId.eq(system));
    let row = own.filter(message_row::Column::MessageKey.eq(key)).one(&**tx).await?;
    message(row.ok_or(context::Error::NotFound("message"))?)
}

/// Messages by id, under lock until the transaction ends, in the order in which they came.
pub(crate) async fn lock_messages(tx: &WriteTx, ids: &[SyncMessageId]) -> Result<Vec<SyncMessage>, Error> {
    let own = message_row::Entity::find().filter(message_row::Column::Id.is_in(db::dialect::pad(ids.to_vec())));
    let rows = own.order_by_asc(message_row::Column::Id).lock_exclusive().all(&**tx).await?;
    rows.into_iter().map(message).collect()
}

pub(crate) fn message(row: message_row::Model) -> Result<SyncMessage, Error> {
    let state = SyncState::parse(&row.state);
    let fault =
        row.fault_code.map(|code| SyncFault { code, field: row.fault_field, text: row.fault_text.unwrap_or_default() });
    Ok(SyncMessage {
        id: row.id,
        system: row.system_id,
        key: row.message_key,
        digest: row.digest,
        external_id: row.external_id,
        merchant: row.merchant_id,
        revision: row.revision,
        body: row.body.as_deref().map(serde_json::from_str::<PartyPatch>).transpose()?,
        state: state.ok_or_else(|| context::Error::internal(format!("sync_message.state: {}", row.state)))?,
        applied: serde_json::from_str(&row.applied)?,
        ignored: serde_json::from_str(&row.ignored)?,
        fault,
        attempts: row.attempt_count,
        received_at: row.received_at,
        settled_at: row.settled_at,
    })
}

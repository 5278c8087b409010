//! Messages, their words and files.

use std::collections::HashMap;

use context::WriteTx;
use db::dialect::pad;
use kernel::id::{AssetId, ConversationId, MerchantId, MessageId};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};

use super::{side_of, within};
use crate::Error;
use crate::entity::conversation::{asset_row, conversation_row, message_row, redaction_row, words_row};
use crate::model::conversation::{MessageKind, NOBODY, Party, Person, Redaction, SOUK, Side, Visibility};
use crate::repo::known;

/// A message as it is stored, without its words.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: MessageId,
    pub(crate) conversation: ConversationId,
    /// Whose rows it is among; none for what only the operator's people read.
    pub(crate) owner: Option<MerchantId>,
    pub(crate) number: i64,
    pub(crate) kind: MessageKind,
    pub(crate) side: Option<Side>,
    pub(crate) author: String,
    /// The name of somebody of a team; buyers are named by their conversation.
    pub(crate) author_name: Option<String>,
    pub(crate) visibility: Visibility,
    pub(crate) awaiting: Option<Option<Side>>,
    pub(crate) masked: bool,
    pub(crate) mentions: Vec<Person>,
    pub(crate) posted_at: chrono::DateTime<chrono::Utc>,
}

/// SHA-256 of words, as it stays when they are gone.
pub(crate) fn digest(words: &str) -> String {
    kernel::text::hex(Sha256::digest(words.as_bytes()))
}

pub(crate) async fn insert(
    tx: &WriteTx,
    message: &Stored,
    words: Option<&str>,
    files: &[AssetId],
) -> Result<(), Error> {
    let row = message_row::ActiveModel {
        id: Set(message.id),
        conversation_id: Set(message.conversation),
        merchant_id: Set(message.owner),
        number: Set(message.number),
        kind: Set(message.kind.as_str().to_owned()),
        side: Set(message.side.map_or(SOUK, Side::as_str).to_owned()),
        author: Set(message.author.clone()),
        author_name: Set(message.author_name.clone()),
        visibility: Set(message.visibility.as_str().to_owned()),
        awaiting: Set(message.awaiting.map(|side| side.map_or(NOBODY, Side::as_str).to_owned())),
        words_sha256: Set(words.map(digest)),
        masked: Set(message.masked),
        mentions: Set(serde_json::to_string(&message.mentions)?),
        posted_at: Set(message.posted_at),
    };
    message_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    if let Some(words) = words {
        let row = words_row::ActiveModel {
            message_id: Set(message.id),
            conversation_id: Set(message.conversation),
            merchant_id: Set(message.owner),
            words: Set(words.to_owned()),
        };
        words_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    }
    let rows = files.iter().zip(0_i64..).map(|(asset, position)| asset_row::ActiveModel {
        message_id: Set(message.id),
        position: Set(position),
        asset_id: Set(*asset),
        conversation_id: Set(message.conversation),
        merchant_id: Set(message.owner),
    });
    if !files.is_empty() {
        asset_row::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

fn readable(party: Party) -> sea_orm::Condition {
    let shown = Visibility::EACH.into_iter().filter(|of| of.shows_to(party.side())).map(Visibility::as_str);
    sea_orm::Condition::all().add(message_row::Column::Visibility.is_in(shown))
}

/// A message that a party may read.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, party: Party, id: MessageId) -> Result<Stored, Error> {
    let row = message_row::Entity::find_by_id(id).filter(readable(party)).one(conn).await?;
    let message = of_row(row.ok_or(context::Error::NotFound("message"))?)?;
    let own = conversation_row::Entity::find_by_id(message.conversation).filter(within(party));
    let there: Option<ConversationId> =
        own.select_only().column(conversation_row::Column::Id).into_tuple().one(conn).await?;
    there.ok_or(context::Error::NotFound("message"))?;
    Ok(message)
}

/// Any message, for Souk itself.
pub(crate) async fn find_any<C: ConnectionTrait>(conn: &C, id: MessageId) -> Result<Stored, Error> {
    let row = message_row::Entity::find_by_id(id).one(conn).await?;
    of_row(row.ok_or(context::Error::NotFound("message"))?)
}

/// Messages of a conversation that the party was shown to take part in, by number from one end, after a number.
pub(crate) async fn list<C: ConnectionTrait>(
    conn: &C,
    party: Party,
    conversation: ConversationId,
    (newest_first, after): (bool, Option<i64>),
    limit: u64,
) -> Result<Vec<Stored>, Error> {
    use message_row::Column;
    let mut find = message_row::Entity::find()
        .filter(Column::ConversationId.eq(conversation))
        .filter(readable(party))
        .limit(limit);
    if let Some(after) = after {
        find = find.filter(if newest_first { Column::Number.lt(after) } else { Column::Number.gt(after) });
    }
    let find = if newest_first { find.order_by_desc(Column::Number) } else { find.order_by_asc(Column::Number) };
    find.all(conn).await?.into_iter().map(of_row).collect()
}

/// What stands beside messages.
#[derive(Default)]
pub(crate) struct Beside {
    pub(crate) words: HashMap<MessageId, String>,
    pub(crate) files: HashMap<MessageId, Vec<AssetId>>,
    pub(crate) redactions: HashMap<MessageId, Redaction>,
}

/// Words, files and redactions of messages: three statements for any number of them.
pub(crate) async fn beside<C: ConnectionTrait>(conn: &C, ids: &[MessageId]) -> Result<Beside, Error> {
    let mut found = Beside::default();
    if ids.is_empty() {
        return Ok(found);
    }
    let ids = pad(ids.to_vec());
    let words = words_row::Entity::find().filter(words_row::Column::MessageId.is_in(ids.clone())).all(conn).await?;
    found.words = words.into_iter().map(|row| (row.message_id, row.words)).collect();
    let files = asset_row::Entity::find()
        .filter(asset_row::Column::MessageId.is_in(ids.clone()))
        .order_by_asc(asset_row::Column::MessageId)
        .order_by_asc(asset_row::Column::Position)
        .all(conn)
        .await?;
    for row in files {
        found.files.entry(row.message_id).or_default().push(row.asset_id);
    }
    let redactions =
        redaction_row::Entity::find().filter(redaction_row::Column::MessageId.is_in(ids)).all(conn).await?;
    found.redactions = redactions
        .into_iter()
        .map(|row| {
            (row.message_id, Redaction { reason: row.reason, author_name: Some(row.author_name), at: row.redacted_at })
        })
        .collect();
    Ok(found)
}

/// Words with the digest that is kept of them, by message.
pub(crate) async fn words_after<C: ConnectionTrait>(
    conn: &C,
    after: Option<MessageId>,
    limit: u64,
) -> Result<Vec<(MessageId, String, Option<String>)>, Error> {
    let mut find = words_row::Entity::find().order_by_asc(words_row::Column::MessageId).limit(limit);
    if let Some(after) = after {
        find = find.filter(words_row::Column::MessageId.gt(after));
    }
    let words = find.all(conn).await?;
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let ids = pad(words.iter().map(|row| row.message_id).collect::<Vec<_>>());
    let kept: Vec<(MessageId, Option<String>)> = message_row::Entity::find()
        .select_only()
        .columns([message_row::Column::Id, message_row::Column::WordsSha256])
        .filter(message_row::Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    let mut kept: HashMap<MessageId, Option<String>> = kept.into_iter().collect();
    let row = |row: words_row::Model| (row.message_id, row.words, kept.remove(&row.message_id).flatten());
    Ok(words.into_iter().map(row).collect())
}

/// Takes the words and files of a message away, once; whether they were there.
pub(crate) async fn redact(tx: &WriteTx, message: &Stored, redaction: &Redaction) -> Result<bool, Error> {
    let own = words_row::Column::MessageId.eq(message.id);
    let gone = words_row::Entity::delete_many().filter(own).exec(&**tx).await?.rows_affected;
    if gone == 0 {
        return Ok(false);
    }
    asset_row::Entity::delete_many().filter(asset_row::Column::MessageId.eq(message.id)).exec(&**tx).await?;
    let row = redaction_row::ActiveModel {
        message_id: Set(message.id),
        merchant_id: Set(message.owner),
        reason: Set(redaction.reason.clone()),
        author: Set(tx.ctx().actor().id()),
        author_name: Set(tx.ctx().actor().name.clone()),
        redacted_at: Set(redaction.at),
    };
    redaction_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(true)
}

/// Forgets every word and file of a conversation.
pub(crate) async fn forget(tx: &WriteTx, conversation: ConversationId) -> Result<(), Error> {
    let words = words_row::Column::ConversationId.eq(conversation);
    words_row::Entity::delete_many().filter(words).exec(&**tx).await?;
    let files = asset_row::Column::ConversationId.eq(conversation);
    asset_row::Entity::delete_many().filter(files).exec(&**tx).await?;
    Ok(())
}

fn of_row(row: message_row::Model) -> Result<Stored, Error> {
    Ok(Stored {
        id: row.id,
        conversation: row.conversation_id,
        owner: row.merchant_id,
        number: row.number,
        kind: known("message kind", &row.kind, MessageKind::parse)?,
        side: side_of(&row.side, SOUK)?,
        author: row.author,
        author_name: row.author_name,
        visibility: known("visibility", &row.visibility, Visibility::parse)?,
        awaiting: row.awaiting.map(|side| side_of(&side, NOBODY)).transpose()?,
        masked: row.masked,
        mentions: serde_json::from_str(&row.mentions)?,
        posted_at: row.posted_at,
    })
}

//! How far somebody has read.

use std::collections::HashMap;

use context::WriteTx;
use db::dialect;
use kernel::id::ConversationId;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::conversation::{conversation_row, reader_row};
use crate::model::conversation::Side;

/// Notes that a reader has seen so many messages of a conversation; never fewer than before.
pub(crate) async fn mark(tx: &WriteTx, conversation: ConversationId, reader: &str, seen: i64) -> Result<(), Error> {
    let sql = "INSERT INTO conversation_reader (conversation_id, reader, seen, read_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (conversation_id, reader) DO UPDATE SET seen = excluded.seen, read_at = excluded.read_at
        WHERE excluded.seen > conversation_reader.seen";
    let values = [conversation.into(), reader.into(), seen.into(), tx.now().into()];
    tx.execute_raw(dialect::statement(&**tx, sql, values)).await?;
    Ok(())
}

/// How many messages of these conversations a reader has seen. One statement.
pub(crate) async fn seen<C: ConnectionTrait>(
    conn: &C,
    reader: &str,
    ids: &[ConversationId],
) -> Result<HashMap<ConversationId, i64>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = reader_row::Entity::find()
        .filter(reader_row::Column::ConversationId.is_in(dialect::pad(ids.to_vec())))
        .filter(reader_row::Column::Reader.eq(reader))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.conversation_id, row.seen)).collect())
}

/// The conversations with messages that a reader on this side has not seen.
pub(crate) fn unread(side: Side, reader: &str) -> Expr {
    use conversation_row::Column as Of;
    let count = match side {
        Side::Buyer => Of::BuyerCount,
        Side::Merchant => Of::MerchantCount,
        Side::Operator => Of::OperatorCount,
    };
    let up_to_date = Query::select()
        .expr(Expr::value(1))
        .from(reader_row::Entity)
        .and_where(
            Expr::col((reader_row::Entity, reader_row::Column::ConversationId))
                .eq(Expr::col((conversation_row::Entity, Of::Id))),
        )
        .and_where(reader_row::Column::Reader.eq(reader))
        .and_where(
            Expr::col((reader_row::Entity, reader_row::Column::Seen)).gte(Expr::col((conversation_row::Entity, count))),
        )
        .to_owned();
    Expr::not_exists(up_to_date)
}

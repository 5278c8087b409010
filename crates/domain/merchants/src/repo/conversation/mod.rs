//! Conversations.

pub(crate) mod message;
pub(crate) mod question;
pub(crate) mod reader;

use context::WriteTx;
use db::dialect;
use kernel::id::{ConversationId, CustomerId};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::known;
use crate::Error;
use crate::entity::conversation::conversation_row::{Column, Entity, Model};
use crate::model::conversation::{
    Buyer, Conversation, Counts, FORGOTTEN, NOBODY, Party, Person, SOUK, Side, Subject, kind_name, kind_named,
};

/// The conversations of somebody who takes part. Whoever makes a [`Party`] has shown that it is one.
pub(crate) fn within(party: Party) -> Condition {
    let all = Condition::all();
    match party {
        Party::Customer(id) => all.add(Column::CustomerId.eq(id)),
        Party::Guest(order) => all.add(Column::BuyerOrderId.eq(order)),
        Party::Merchant(id) => all.add(Column::MerchantId.eq(id)),
        Party::Operator => all,
    }
}

pub(crate) async fn find<C: ConnectionTrait>(
    conn: &C,
    party: Party,
    id: ConversationId,
) -> Result<Conversation, Error> {
    let row = Entity::find_by_id(id).filter(within(party)).one(conn).await?;
    of_row(row.ok_or(context::Error::NotFound("conversation"))?)
}

/// The same, under lock until the transaction ends: who writes at the same time waits, and is numbered after.
pub(crate) async fn lock(tx: &WriteTx, party: Party, id: ConversationId) -> Result<Conversation, Error> {
    let row = Entity::find_by_id(id).filter(within(party)).lock_exclusive().one(&**tx).await?;
    of_row(row.ok_or(context::Error::NotFound("conversation"))?)
}

pub(crate) async fn insert(tx: &WriteTx, conversation: &Conversation) -> Result<(), Error> {
    Entity::insert(to_row(conversation).into_active_model()).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Saves a locked conversation, whose version has grown by one.
pub(crate) async fn save(tx: &WriteTx, conversation: &Conversation) -> Result<(), Error> {
    let row = to_row(conversation).into_active_model().reset_all();
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(conversation.id))
        .filter(Column::Version.eq(conversation.version - 1))
        .exec(&**tx)
        .await?;
    if saved.rows_affected == 1 { Ok(()) } else { Err(context::Error::Stale("conversation").into()) }
}

/// Counts that a buyer opens one; whoever does the same at once waits.
pub(crate) async fn count_opener(tx: &WriteTx, opener: Uuid) -> Result<(), Error> {
    let sql = "INSERT INTO conversation_opener (id, opened) VALUES (?, 1)
        ON CONFLICT (id) DO UPDATE SET opened = conversation_opener.opened + 1";
    tx.execute_raw(dialect::statement(&**tx, sql, [opener.into()])).await?;
    Ok(())
}

/// When a buyer opened conversations since an instant, the oldest first.
pub(crate) async fn opened_since(
    tx: &WriteTx,
    party: Party,
    since: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<chrono::DateTime<chrono::Utc>>, Error> {
    let mut times: Vec<chrono::DateTime<chrono::Utc>> = Entity::find()
        .select_only()
        .column(Column::OpenedAt)
        .filter(within(party))
        .filter(Column::OpenedBy.eq(Side::Buyer.as_str()))
        // What was opened later was said later, too: the index has this one.
        .filter(Column::BuyerMovedAt.gt(since))
        .filter(Column::OpenedAt.gt(since))
        .into_tuple()
        .all(&**tx)
        .await?;
    times.sort_unstable();
    Ok(times)
}

/// Conversations of a buyer who is to be forgotten.
pub(crate) async fn not_erased<C: ConnectionTrait>(
    conn: &C,
    customer: CustomerId,
) -> Result<Vec<ConversationId>, Error> {
    let of = Entity::find().select_only().column(Column::Id).filter(Column::CustomerId.eq(customer));
    Ok(of.filter(Column::ErasedAt.is_null()).order_by_asc(Column::Id).into_tuple().all(conn).await?)
}

/// Conversations in which nothing was said since an instant and in which no team is waited for, the longest silent first.
pub(crate) async fn idle<C: ConnectionTrait>(
    conn: &C,
    since: chrono::DateTime<chrono::Utc>,
    limit: u64,
) -> Result<Vec<ConversationId>, Error> {
    let quiet = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ClosedAt.is_null())
        .filter(Column::MovedAt.lt(since))
        .filter(Column::Awaiting.is_in([NOBODY, Side::Buyer.as_str()]))
        .order_by_asc(Column::MovedAt)
        .order_by_asc(Column::Id)
        .limit(limit);
    Ok(quiet.into_tuple().all(conn).await?)
}

/// Forgets who the buyer is. The account's id stays: it names nobody any more.
pub(crate) async fn forget(tx: &WriteTx, id: ConversationId) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::BuyerName, Expr::value(FORGOTTEN))
        .col_expr(Column::Title, Expr::value(FORGOTTEN))
        .col_expr(Column::ErasedAt, Expr::value(tx.now()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

fn side_or(side: Option<Side>, none: &'static str) -> &'static str {
    side.map_or(none, Side::as_str)
}

/// A side as it is stored, or the word for none.
pub(crate) fn side_of(stored: &str, none: &str) -> Result<Option<Side>, Error> {
    if stored == none { Ok(None) } else { known("side", stored, Side::parse).map(Some) }
}

fn to_row(of: &Conversation) -> Model {
    let of = of.clone();
    let (customer, order, name) =
        of.buyer.map_or((None, None, None), |buyer| (buyer.customer, buyer.order, Some(buyer.name)));
    let person = |person: Option<Person>| person.map_or((None, None), |person| (Some(person.id), Some(person.name)));
    let (merchant_assignee_id, merchant_assignee_name) = person(of.merchant_assignee);
    let (operator_assignee_id, operator_assignee_name) = person(of.operator_assignee);
    Model {
        id: of.id,
        merchant_id: of.merchant,
        customer_id: customer,
        buyer_order_id: order,
        buyer_name: name,
        subject_kind: kind_name(of.subject.kind).to_owned(),
        subject_id: of.subject.id,
        subject_label: of.subject.label,
        topic: of.topic,
        title: of.title,
        opened_by: of.opened_by.as_str().to_owned(),
        opened_at: of.opened_at,
        operator_since: of.operator_since,
        merchant_assignee_id,
        merchant_assignee_name,
        operator_assignee_id,
        operator_assignee_name,
        awaiting: side_or(of.awaiting, NOBODY).to_owned(),
        awaiting_since: of.awaiting_since,
        closed_at: of.closed.map(|(at, _)| at),
        closed_by: of.closed.map(|(_, by)| side_or(by, SOUK).to_owned()),
        message_count: of.last_number,
        buyer_count: of.counts.buyer,
        merchant_count: of.counts.merchant,
        operator_count: of.counts.operator,
        moved_at: of.moved_at,
        buyer_moved_at: of.buyer_moved_at,
        erased_at: of.erased_at,
        version: of.version,
    }
}

pub(crate) fn of_row(row: Model) -> Result<Conversation, Error> {
    let person = |id, name| Option::zip(id, name).map(|(id, name)| Person { id, name });
    let buyer = row.buyer_name.map(|name| Buyer { customer: row.customer_id, order: row.buyer_order_id, name });
    let closed = row.closed_at.zip(row.closed_by);
    Ok(Conversation {
        id: row.id,
        merchant: row.merchant_id,
        buyer,
        subject: Subject {
            kind: known("subject_kind", &row.subject_kind, kind_named)?,
            id: row.subject_id,
            label: row.subject_label,
        },
        topic: row.topic,
        title: row.title,
        opened_by: known("opened_by", &row.opened_by, Side::parse)?,
        opened_at: row.opened_at,
        operator_since: row.operator_since,
        merchant_assignee: person(row.merchant_assignee_id, row.merchant_assignee_name),
        operator_assignee: person(row.operator_assignee_id, row.operator_assignee_name),
        awaiting: side_of(&row.awaiting, NOBODY)?,
        awaiting_since: row.awaiting_since,
        closed: closed.map(|(at, by)| Ok::<_, Error>((at, side_of(&by, SOUK)?))).transpose()?,
        last_number: row.message_count,
        counts: Counts { buyer: row.buyer_count, merchant: row.merchant_count, operator: row.operator_count },
        moved_at: row.moved_at,
        buyer_moved_at: row.buyer_moved_at,
        erased_at: row.erased_at,
        version: row.version,
    })
}

//! Questions that merchants are to answer.

use std::collections::HashMap;

use access::Grant;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use context::{WriteTx, within_merchants};
use kernel::id::{ConversationId, MerchantId, MessageId};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::Error;
use crate::entity::conversation::question_row::{ActiveModel, Column, Entity, Model};
use crate::model::conversation::{Outcome, Question};
use crate::model::rating::{Count, MetricInput};
use crate::repo::known;

/// The question of a locked conversation that is open.
pub(crate) async fn open(tx: &WriteTx, conversation: ConversationId) -> Result<Option<Question>, Error> {
    let open = Entity::find().filter(Column::ConversationId.eq(conversation)).filter(Column::EndedAt.is_null());
    open.one(&**tx).await?.map(of_row).transpose()
}

pub(crate) async fn insert(tx: &WriteTx, question: &Question) -> Result<(), Error> {
    let row = ActiveModel {
        message_id: Set(question.message),
        conversation_id: Set(question.conversation),
        merchant_id: Set(question.merchant),
        asked_at: Set(question.asked_at),
        due_at: Set(question.due_at),
        ended_at: Set(None),
        outcome: Set(None),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Ends an open question; its conversation is locked.
pub(crate) async fn end(tx: &WriteTx, message: MessageId, outcome: Outcome) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(tx.now()))
        .col_expr(Column::Outcome, Expr::value(outcome.as_str()))
        .filter(Column::MessageId.eq(message))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Asked in the days of a metric, and decided: answered, missed, or late before today.
fn counted((from, until): (NaiveDate, NaiveDate), today: NaiveDate) -> Condition {
    let decided = Condition::any()
        .add(Column::Outcome.is_in([Outcome::Answered.as_str(), Outcome::Missed.as_str()]))
        .add(Condition::all().add(Column::EndedAt.is_null()).add(Column::DueAt.lt(midnight(today))));
    Condition::all().add(Column::AskedAt.gte(midnight(from))).add(Column::AskedAt.lt(midnight(until))).add(decided)
}

fn in_time() -> Expr {
    let answered = Column::Outcome.eq(Outcome::Answered.as_str());
    answered.and(Expr::col(Column::EndedAt).lte(Expr::col(Column::DueAt)))
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Questions of these merchants answered in time (`k`), over all that are decided (`n`). One statement.
pub(crate) async fn counts<C: ConnectionTrait>(
    conn: &C,
    merchants: &[MerchantId],
    window: (NaiveDate, NaiveDate),
    today: NaiveDate,
) -> Result<HashMap<MerchantId, Count>, Error> {
    let one = CaseStatement::new().case(in_time(), 1_i64).finally(0_i64);
    let rows: Vec<(MerchantId, i64, i64)> = Entity::find()
        .select_only()
        .column(Column::MerchantId)
        .column_as(db::dialect::sum_i64(one), "k")
        .column_as(db::dialect::sum_i64(Expr::value(1_i64)), "n")
        .filter(Column::MerchantId.is_in(db::dialect::pad(merchants.to_vec())))
        .filter(counted(window, today))
        .group_by(Column::MerchantId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(merchant, k, n)| (merchant, Count { k, n })).collect())
}

/// The questions behind what was counted, the newest first, after a place in that order; with `late` only those that were
/// not answered in time.
pub(crate) async fn behind<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    merchant: MerchantId,
    (input, today): (&MetricInput, NaiveDate),
    (late, after): (bool, Option<(DateTime<Utc>, MessageId)>),
    limit: u64,
) -> Result<Vec<Question>, Error> {
    let mut find = Entity::find()
        .filter(within_merchants(grant, Column::MerchantId))
        .filter(Column::MerchantId.eq(merchant))
        .filter(counted((input.from, input.until), today))
        .order_by_desc(Column::AskedAt)
        .order_by_desc(Column::MessageId)
        .limit(limit);
    if let Some(after) = after {
        let place = Expr::tuple([Expr::col(Column::AskedAt), Expr::col(Column::MessageId)]);
        find = find.filter(place.lt(Expr::tuple([Expr::value(after.0), Expr::value(after.1)])));
    }
    if late {
        let other = Condition::any()
            .add(Column::Outcome.is_null())
            .add(Column::Outcome.ne(Outcome::Answered.as_str()))
            .add(Expr::col(Column::EndedAt).gt(Expr::col(Column::DueAt)));
        find = find.filter(other);
    }
    find.all(conn).await?.into_iter().map(of_row).collect()
}

fn of_row(row: Model) -> Result<Question, Error> {
    let outcome = row.outcome.as_deref().map(|outcome| known("outcome", outcome, Outcome::parse)).transpose()?;
    Ok(Question {
        message: row.message_id,
        conversation: row.conversation_id,
        merchant: row.merchant_id,
        asked_at: row.asked_at,
        due_at: row.due_at,
        ended: row.ended_at.zip(outcome),
    })
}

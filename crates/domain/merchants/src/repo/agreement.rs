//! Agreements and who accepted them.

use access::Grant;
use chrono::{DateTime, Utc};
use context::{WriteTx, within_merchants};
use kernel::id::{AgreementId, MerchantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Iterable as _, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::entity::onboarding::{acceptance_row, agreement_row};
use crate::model::{Acceptance, Agreement};

/// Writes a version; whether nobody else wrote one with its number.
pub(crate) async fn insert(tx: &WriteTx, agreement: &Agreement, author: String) -> Result<bool, Error> {
    use agreement_row::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        id: Set(agreement.id),
        code: Set(agreement.code.clone()),
        number: Set(agreement.number),
        title: Set(agreement.title.clone()),
        body: Set(agreement.body.clone()),
        sha256: Set(agreement.sha256.clone()),
        types: Set(serde_json::to_string(&agreement.types)?),
        change_note: Set(agreement.change_note.clone()),
        valid_from: Set(agreement.valid_from),
        grace_until: Set(agreement.grace_until),
        author: Set(author),
        author_name: Set(agreement.author_name.clone()),
        created_at: Set(agreement.created_at),
    };
    let first = OnConflict::columns([Column::Code, Column::Number]).do_nothing().to_owned();
    Ok(Entity::insert(row).on_conflict(first).exec_without_returning(&**tx).await? == 1)
}

/// The number of the newest version of an agreement; 0 when there is none.
pub(crate) async fn newest_number(tx: &WriteTx, code: &str) -> Result<i64, Error> {
    use agreement_row::{Column, Entity};
    let newest = Entity::find().filter(Column::Code.eq(code)).order_by_desc(Column::Number).one(&**tx).await?;
    Ok(newest.map_or(0, |row| row.number))
}

pub(crate) async fn find<C: ConnectionTrait>(conn: &C, id: AgreementId) -> Result<Agreement, Error> {
    let row = agreement_row::Entity::find_by_id(id).one(conn).await?;
    of_row(row.ok_or(context::Error::NotFound("agreement"))?)
}

/// Every version of every agreement, without their words. There are few: people read them.
pub(crate) async fn all<C: ConnectionTrait>(conn: &C) -> Result<Vec<Agreement>, Error> {
    use agreement_row::{Column, Entity, Model};
    use sea_orm::sea_query::Expr;
    let kept = Column::iter().filter(|column| !matches!(column, Column::Body));
    let rows = Entity::find()
        .select_only()
        .columns(kept)
        .expr_as(Expr::val(""), "body")
        .order_by_asc(Column::Code)
        .order_by_asc(Column::Number)
        .into_model::<Model>()
        .all(conn)
        .await?;
    rows.into_iter().map(of_row).collect()
}

/// Which versions somebody accepted for a merchant.
pub(crate) async fn accepted<C: ConnectionTrait>(conn: &C, merchant: MerchantId) -> Result<Vec<(String, i64)>, Error> {
    use acceptance_row::{Column, Entity};
    let rows = Entity::find()
        .select_only()
        .columns([Column::Code, Column::Number])
        .filter(Column::MerchantId.eq(merchant))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows)
}

/// Acceptances within the reach of the grant, of one merchant, by agreement and version.
pub(crate) async fn acceptances<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    merchant: MerchantId,
) -> Result<Vec<Acceptance>, Error> {
    use acceptance_row::{Column, Entity};
    let rows = Entity::find()
        .filter(within_merchants(grant, Column::MerchantId))
        .filter(Column::MerchantId.eq(merchant))
        .order_by_asc(Column::Code)
        .order_by_asc(Column::Number)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(acceptance_of).collect())
}

/// The acceptance of a version for a merchant.
pub(crate) async fn acceptance<C: ConnectionTrait>(
    conn: &C,
    merchant: MerchantId,
    agreement: AgreementId,
) -> Result<Option<Acceptance>, Error> {
    use acceptance_row::{Column, Entity};
    let row = Entity::find()
        .filter(Column::MerchantId.eq(merchant))
        .filter(Column::AgreementId.eq(agreement))
        .one(conn)
        .await?;
    Ok(row.map(acceptance_of))
}

/// Keeps an acceptance; whether nobody accepted the version for this merchant before.
pub(crate) async fn accept(tx: &WriteTx, acceptance: &Acceptance) -> Result<bool, Error> {
    use acceptance_row::{ActiveModel, Column, Entity};
    let origin = tx.ctx().origin();
    let row = ActiveModel {
        id: Set(acceptance.id),
        merchant_id: Set(acceptance.merchant),
        agreement_id: Set(acceptance.agreement),
        code: Set(acceptance.code.clone()),
        number: Set(acceptance.number),
        sha256: Set(acceptance.sha256.clone()),
        actor: Set(acceptance.actor.clone()),
        actor_name: Set(acceptance.actor_name.clone()),
        ip: Set(acceptance.ip.clone()),
        source: Set(origin.source.to_owned()),
        request_id: Set(origin.request_id.clone()),
        at: Set(acceptance.at),
    };
    let first = OnConflict::columns([Column::MerchantId, Column::AgreementId]).do_nothing().to_owned();
    Ok(Entity::insert(row).on_conflict(first).exec_without_returning(&**tx).await? == 1)
}

/// Puts the end of the time of grace on all merchants that must accept a new version, in one statement. The version of
/// each row grows, so that nobody who changes it meanwhile writes over this.
pub(crate) async fn announce(tx: &WriteTx, agreement: &Agreement) -> Result<u64, Error> {
    let due: DateTime<Utc> = agreement.grace_until;
    let of_types = match agreement.types.len() {
        0 => String::new(),
        n => format!(" AND merchant_type IN ({})", vec!["?"; n].join(", ")),
    };
    let sql = format!(
        "UPDATE merchant SET version = version + 1,
            agreements_due_at = CASE WHEN agreements_due_at IS NULL OR agreements_due_at > ? THEN ? ELSE agreements_due_at END,
            turns_at = CASE WHEN turns_at IS NULL OR turns_at > ? THEN ? ELSE turns_at END
        WHERE status <> 'closed'{of_types}"
    );
    let mut values: Vec<sea_orm::Value> = vec![due.into(); 4];
    values.extend(agreement.types.iter().map(|of| of.as_str().into()));
    let done = tx.execute_raw(db::dialect::statement(&**tx, &sql, values)).await?;
    Ok(done.rows_affected())
}

pub(crate) fn of_row(row: agreement_row::Model) -> Result<Agreement, Error> {
    Ok(Agreement {
        types: serde_json::from_str(&row.types)?,
        id: row.id,
        code: row.code,
        number: row.number,
        title: row.title,
        body: row.body,
        sha256: row.sha256,
        change_note: row.change_note,
        valid_from: row.valid_from,
        grace_until: row.grace_until,
        author_name: row.author_name,
        created_at: row.created_at,
    })
}

fn acceptance_of(row: acceptance_row::Model) -> Acceptance {
    Acceptance {
        id: row.id,
        merchant: row.merchant_id,
        agreement: row.agreement_id,
        code: row.code,
        number: row.number,
        sha256: row.sha256,
        actor: row.actor,
        actor_name: row.actor_name,
        ip: row.ip,
        at: row.at,
    }
}

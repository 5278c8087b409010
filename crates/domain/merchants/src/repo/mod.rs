//! Loading and saving. Every function takes a grant and stays within its reach.

pub(crate) mod agreement;
pub(crate) mod appeal;
pub(crate) mod conversation;
pub(crate) mod delivery;
pub(crate) mod document;
pub(crate) mod note;
pub(crate) mod onboarding;
pub(crate) mod party;
pub(crate) mod rating;
pub(crate) mod step;
pub(crate) mod sync;

use access::Grant;
use chrono::{DateTime, Utc};
use context::{WriteTx, within_merchants};
use kernel::id::MerchantId;
use kernel::text;
use marketplace::{BlockEffects, WorkCalendar};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::merchant_row::{ActiveModel, Column, Entity, Model};
use crate::model::{
    BankAccount, BankHint, Closing, Iban, Kyc, KycState, Merchant, PayoutStanding, PayoutState, Profile, Status,
};

/// One merchant within the reach of the grant; what is outside does not exist.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: MerchantId) -> Result<Merchant, Error> {
    merchant(row(conn, grant, id).await?)
}

/// Where a merchant stands, for callers that have shown that it may be named.
pub(crate) async fn status_on<C: ConnectionTrait>(conn: &C, id: MerchantId) -> Result<Status, Error> {
    use sea_orm::QuerySelect as _;
    let found: Option<String> =
        Entity::find_by_id(id).select_only().column(Column::Status).into_tuple().one(conn).await?;
    status(&found.ok_or(context::Error::NotFound("merchant"))?)
}

/// One merchant within the reach of the grant, under lock until the transaction ends.
pub(crate) async fn lock(tx: &WriteTx, grant: &Grant, id: MerchantId) -> Result<Merchant, Error> {
    use sea_orm::QuerySelect as _;
    let own = Entity::find_by_id(id).filter(within_merchants(grant, Column::Id)).lock_exclusive();
    merchant(own.one(&**tx).await?.ok_or(context::Error::NotFound("merchant"))?)
}

/// The account for payouts, with its number.
pub(crate) async fn bank<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: MerchantId,
) -> Result<Option<BankAccount>, Error> {
    Ok(account(&row(conn, grant, id).await?))
}

async fn row<C: ConnectionTrait>(conn: &C, grant: &Grant, id: MerchantId) -> Result<Model, Error> {
    let row = Entity::find_by_id(id).filter(within_merchants(grant, Column::Id)).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("merchant"))?)
}

pub(crate) async fn insert_many(tx: &WriteTx, grant: &Grant, merchants: &[Merchant]) -> Result<(), Error> {
    if !grant.is_wide() {
        return Err(context::Error::Denied(access::Denied::Lacking(grant.action())).into());
    }
    let rows: Result<Vec<ActiveModel>, Error> = merchants.iter().map(active).collect();
    Entity::insert_many(rows?).exec_without_returning(&**tx).await.map_err(taken)?;
    Ok(())
}

/// A merchant of somebody who applies and has no reach yet.
pub(crate) async fn insert_application(tx: &WriteTx, merchant: &Merchant) -> Result<(), Error> {
    Entity::insert(active(merchant)?).exec_without_returning(&**tx).await.map_err(taken)?;
    Ok(())
}

/// Saves everything but the bank account, if nobody changed the merchant since version `seen`.
pub(crate) async fn save(tx: &WriteTx, grant: &Grant, merchant: &Merchant, seen: i64) -> Result<(), Error> {
    update(tx, grant, active(merchant)?, merchant.id, seen).await
}

/// Sets or clears the bank account, if nobody changed the merchant since version `seen`. An account that takes the
/// place of another one, now or of one that was removed before, is replaced: payouts to it cool down.
pub(crate) async fn save_bank(
    tx: &WriteTx,
    grant: &Grant,
    merchant: &Merchant,
    bank: Option<&BankAccount>,
    seen: i64,
) -> Result<(), Error> {
    let known = row(&**tx, grant, merchant.id).await?;
    let same = bank.is_some_and(|bank| known.bank_iban.as_deref() == Some(bank.iban.as_str()));
    let replaces = known.bank_replaced_at.is_some() || known.bank_iban.is_some();
    let row = ActiveModel {
        bank_replaced_at: if replaces && !same { Set(Some(tx.now())) } else { NotSet },
        bank_iban: Set(bank.map(|b| b.iban.as_str().to_owned())),
        bank_holder: Set(bank.map(|b| b.holder.clone())),
        bank_changed_at: Set(bank.map(|_| tx.now())),
        ..active(merchant)?
    };
    update(tx, grant, row, merchant.id, seen).await
}

async fn update(tx: &WriteTx, grant: &Grant, row: ActiveModel, id: MerchantId, seen: i64) -> Result<(), Error> {
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(seen))
        .filter(within_merchants(grant, Column::Id))
        .exec(&**tx)
        .await?;
    if saved.rows_affected == 1 { Ok(()) } else { Err(context::Error::Stale("merchant").into()) }
}

/// Merchants for which an instant has come, the longest waiting first.
pub(crate) async fn due_to_turn<C: ConnectionTrait>(
    conn: &C,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<MerchantId>, Error> {
    use sea_orm::{QueryOrder as _, QuerySelect as _};
    let due = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::TurnsAt.lte(now))
        .order_by_asc(Column::TurnsAt)
        .limit(limit);
    Ok(due.into_tuple().all(conn).await?)
}

/// The merchant, locked, with whether lists show it; `None` when its instant has not come (any more).
pub(crate) async fn lock_to_turn(
    tx: &WriteTx,
    grant: &Grant,
    id: MerchantId,
    now: DateTime<Utc>,
) -> Result<Option<(Merchant, bool)>, Error> {
    use sea_orm::QuerySelect as _;
    let row = Entity::find_by_id(id)
        .filter(within_merchants(grant, Column::Id))
        .filter(Column::TurnsAt.lte(now))
        .lock_exclusive()
        .one(&**tx)
        .await?;
    row.map(|row| {
        let listed = row.listed;
        Ok((merchant(row)?, listed))
    })
    .transpose()
}

/// Notes what the clock changed; the row was locked.
pub(crate) async fn turn(tx: &WriteTx, grant: &Grant, merchant: &Merchant, now: DateTime<Utc>) -> Result<(), Error> {
    let row = ActiveModel {
        listed: Set(merchant.is_listed(now)),
        turns_at: Set(merchant.turns_at(now)),
        ..Default::default()
    };
    update(tx, grant, row, merchant.id, merchant.version).await
}

/// Which of these slugs are in use.
pub(crate) async fn slugs_in_use(tx: &WriteTx, slugs: Vec<String>) -> Result<Vec<String>, Error> {
    use sea_orm::QuerySelect as _;
    let found: Vec<String> = Entity::find()
        .select_only()
        .column(Column::Slug)
        .filter(Column::Slug.is_in(db::dialect::pad(slugs)))
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(found)
}

/// The statement filter for a text: every word must occur.
pub(crate) fn containing(filter: &str) -> sea_orm::Condition {
    let mut all = sea_orm::Condition::all();
    for word in text::fold(filter).split(' ').filter(|word| !word.is_empty()) {
        let pattern = format!("%{}%", db::dialect::like_escape(word));
        all = all.add(Expr::col(Column::SearchFold).like(sea_orm::sea_query::LikeExpr::new(pattern).escape('\\')));
    }
    all
}

fn taken(error: DbErr) -> Error {
    match db::violated(&error) {
        Some(db::error::Violation::Unique) => context::Error::Taken { field: "slug".to_owned() }.into(),
        _ => error.into(),
    }
}

fn active(merchant: &Merchant) -> Result<ActiveModel, Error> {
    Ok(ActiveModel {
        id: Set(merchant.id),
        name: Set(merchant.profile.name.clone()),
        name_fold: Set(text::fold(&merchant.profile.name)),
        search_fold: Set(merchant.search_fold()),
        slug: Set(merchant.slug.clone()),
        merchant_type: Set(merchant.merchant_type.clone()),
        status: Set(merchant.status.as_str().to_owned()),
        status_reason: Set(merchant.status_reason.clone()),
        reason_code: Set(merchant.reason_code.clone()),
        effects: Set(merchant.effects.as_ref().map(serde_json::to_string).transpose()?),
        status_changed_at: Set(merchant.status_changed_at),
        kyc_state: Set(merchant.kyc.state.as_str().to_owned()),
        kyc_reason: Set(merchant.kyc.reason.clone()),
        kyc_expires_at: Set(merchant.kyc.expires_at),
        payout_state: Set(merchant.payout.state.as_str().to_owned()),
        payout_reason: Set(merchant.payout.reason.clone()),
        closings: Set(serde_json::to_string(&merchant.closings)?),
        agreements_due_at: Set(merchant.agreements_due_at),
        // As it is at the time of the change; the clock changes them by `turn_due`.
        listed: Set(merchant.is_listed(merchant.updated_at)),
        turns_at: Set(merchant.turns_at(merchant.updated_at)),
        applied_by: Set(merchant.applied_by),
        country: Set(merchant.profile.country.clone()),
        contact_email: Set(merchant.profile.contact_email.clone()),
        legal: Set(serde_json::to_string(&merchant.legal)?),
        handling_days: Set(merchant.profile.handling_days),
        auto_accept: Set(merchant.profile.auto_accept),
        tier: Set(merchant.tier.clone()),
        commission_vat_ppm: Set(merchant.commission_vat_ppm),
        reserve_ppm: Set(merchant.reserve_ppm),
        operator_remits_tax: Set(merchant.operator_remits_tax),
        calendar: Set(merchant.calendar.as_ref().map(serde_json::to_string).transpose()?),
        version: Set(merchant.version),
        created_at: Set(merchant.created_at),
        updated_at: Set(merchant.updated_at),
        // The account has its own command; here it stays as it is.
        ..Default::default()
    })
}

pub(crate) fn account(row: &Model) -> Option<BankAccount> {
    let (iban, holder) = row.bank_iban.clone().zip(row.bank_holder.clone())?;
    Some(BankAccount { iban: Iban::stored(iban), holder })
}

/// The masked account, for people.
pub(crate) fn hint(bank: &BankAccount, changed_at: DateTime<Utc>) -> BankHint {
    BankHint { masked_iban: bank.iban.masked(), holder: bank.holder.clone(), changed_at }
}

pub(crate) fn calendar(stored: Option<&str>) -> Result<Option<WorkCalendar>, Error> {
    Ok(stored.map(serde_json::from_str).transpose()?)
}

pub(crate) fn status(stored: &str) -> Result<Status, Error> {
    known("status", stored, Status::parse)
}

pub(crate) fn kyc_state(stored: &str) -> Result<KycState, Error> {
    known("kyc_state", stored, KycState::parse)
}

pub(crate) fn payout_state(stored: &str) -> Result<PayoutState, Error> {
    known("payout_state", stored, PayoutState::parse)
}

pub(crate) fn effects(stored: Option<&str>) -> Result<Option<BlockEffects>, Error> {
    Ok(stored.map(serde_json::from_str).transpose()?)
}

pub(crate) fn closings(stored: &str) -> Result<Vec<Closing>, Error> {
    Ok(serde_json::from_str(stored)?)
}

pub(crate) fn known<T>(column: &str, stored: &str, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
    let unknown = || context::Error::internal(format!("merchant.{column} holds {stored:?}"));
    Ok(parse(stored).ok_or_else(unknown)?)
}

pub(crate) fn merchant(row: Model) -> Result<Merchant, Error> {
    Ok(Merchant {
        bank: account(&row).zip(row.bank_changed_at).map(|(bank, at)| hint(&bank, at)),
        status: status(&row.status)?,
        effects: effects(row.effects.as_deref())?,
        kyc: Kyc { state: kyc_state(&row.kyc_state)?, reason: row.kyc_reason, expires_at: row.kyc_expires_at },
        payout: PayoutStanding { state: payout_state(&row.payout_state)?, reason: row.payout_reason },
        closings: closings(&row.closings)?,
        legal: serde_json::from_str(&row.legal)?,
        id: row.id,
        slug: row.slug,
        merchant_type: row.merchant_type,
        status_reason: row.status_reason,
        reason_code: row.reason_code,
        status_changed_at: row.status_changed_at,
        agreements_due_at: row.agreements_due_at,
        applied_by: row.applied_by,
        profile: Profile {
            name: row.name,
            contact_email: row.contact_email,
            country: row.country,
            handling_days: row.handling_days,
            auto_accept: row.auto_accept,
        },
        tier: row.tier,
        commission_vat_ppm: row.commission_vat_ppm,
        reserve_ppm: row.reserve_ppm,
        operator_remits_tax: row.operator_remits_tax,
        calendar: calendar(row.calendar.as_deref())?,
        stars: row.stars,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

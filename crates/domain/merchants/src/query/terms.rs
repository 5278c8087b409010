//! What other domains read in their own transactions. They have authorized their own action.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use context::WriteTx;
use kernel::Rate;
use kernel::id::MerchantId;
use sea_orm::{ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::merchant_row::{Column, Entity};
use crate::model::merchant::sells_at;
use crate::model::{InvoiceParty, PayoutAccount, SellingTerms, Status};
use crate::{Error, repo};

/// What [`SellingTerms`] are made of: every page of a storefront and every order reads it, so not the rest of the row.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct TermsRow {
    id: MerchantId,
    status: String,
    agreements_due_at: Option<DateTime<Utc>>,
    closings: String,
    effects: Option<String>,
    calendar: Option<String>,
    name: String,
    slug: String,
    country: String,
    handling_days: i32,
    auto_accept: bool,
    tier: String,
    commission_vat_ppm: Option<Rate>,
    reserve_ppm: Option<Rate>,
    operator_remits_tax: bool,
}

/// On what terms these merchants sell at this moment. One statement.
///
/// Offers of a merchant that does not sell at the moment, or that is missing, must not be sold.
///
/// # Errors
/// The database error.
pub async fn selling_terms_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[MerchantId],
) -> Result<HashMap<MerchantId, SellingTerms>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = Entity::find().filter(Column::Id.is_in(db::dialect::pad(ids.to_vec())));
    let rows = found.into_partial_model::<TermsRow>().all(conn).await?;
    let terms = rows.into_iter().map(|row| {
        let terms = SellingTerms {
            id: row.id,
            status: repo::status(&row.status)?,
            agreements_due_at: row.agreements_due_at,
            closings: repo::closings(&row.closings)?,
            open_orders: repo::effects(row.effects.as_deref())?.unwrap_or_default().open_orders,
            calendar: repo::calendar(row.calendar.as_deref())?,
            name: row.name,
            slug: row.slug,
            country: row.country,
            handling_days: row.handling_days,
            auto_accept: row.auto_accept,
            tier: row.tier,
            commission_vat_ppm: row.commission_vat_ppm,
            reserve_ppm: row.reserve_ppm,
            operator_remits_tax: row.operator_remits_tax,
        };
        Ok((terms.id, terms))
    });
    terms.collect()
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct StandingRow {
    id: MerchantId,
    handling_days: i32,
    status: String,
    agreements_due_at: Option<DateTime<Utc>>,
    closings: String,
}

/// Which of these merchants sell at `at`, with the working days they need from order to dispatch. One statement.
///
/// # Errors
/// The database error.
pub async fn selling_among_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[MerchantId],
    at: DateTime<Utc>,
) -> Result<HashMap<MerchantId, i32>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = Entity::find().filter(Column::Id.is_in(db::dialect::pad(ids.to_vec())));
    let rows = found.into_partial_model::<StandingRow>().all(conn).await?;
    let mut selling = HashMap::with_capacity(rows.len());
    for row in rows {
        if sells_at(repo::status(&row.status)?, row.agreements_due_at, &repo::closings(&row.closings)?, at) {
            selling.insert(row.id, row.handling_days);
        }
    }
    Ok(selling)
}

/// Which of these merchants come: nothing is decided about them yet.
///
/// # Errors
/// The database error.
pub async fn coming_among_on<C: ConnectionTrait>(conn: &C, ids: &[MerchantId]) -> Result<Vec<MerchantId>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .filter(Column::Status.is_in(Status::COMING.map(Status::as_str)));
    Ok(rows.into_tuple().all(conn).await?)
}

/// Whether all of these merchants sell at this moment. Nobody blocks one of them before the transaction ends.
///
/// # Errors
/// The database error.
pub async fn keep_selling_in_tx(tx: &WriteTx, ids: &[MerchantId]) -> Result<bool, Error> {
    if ids.is_empty() {
        return Ok(true);
    }
    let rows: Vec<(String, Option<DateTime<Utc>>, String)> = Entity::find()
        .select_only()
        .columns([Column::Status, Column::AgreementsDueAt, Column::Closings])
        .filter(Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .order_by_asc(Column::Id)
        .lock_shared()
        .into_tuple()
        .all(&**tx)
        .await?;
    let mut selling = true;
    for (status, due, closings) in rows {
        selling &= sells_at(repo::status(&status)?, due, &repo::closings(&closings)?, tx.now());
    }
    Ok(selling)
}

/// Where the money of these merchants goes. For payouts only: the numbers are not masked.
///
/// # Errors
/// The database error.
pub async fn payout_accounts_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[MerchantId],
) -> Result<HashMap<MerchantId, PayoutAccount>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(Column::Id.is_in(db::dialect::pad(ids.to_vec()))).all(conn).await?;
    let accounts = rows.into_iter().map(|row| {
        let bank = repo::account(&row);
        let status = repo::status(&row.status)?;
        let account = PayoutAccount {
            id: row.id,
            status,
            effects: repo::effects(row.effects.as_deref())?,
            kyc: repo::kyc_state(&row.kyc_state)?,
            standing: repo::payout_state(&row.payout_state)?,
            bank,
            bank_changed_at: row.bank_changed_at,
            bank_replaced_at: row.bank_replaced_at,
            name: row.name,
        };
        Ok((account.id, account))
    });
    accounts.collect()
}

/// Who these merchants are on invoices. For billing, which has authorized.
///
/// # Errors
/// The database error.
pub async fn invoice_parties_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[MerchantId],
) -> Result<HashMap<MerchantId, InvoiceParty>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(Column::Id.is_in(db::dialect::pad(ids.to_vec()))).all(conn).await?;
    let parties = rows.into_iter().map(|row| {
        let party = InvoiceParty {
            id: row.id,
            legal: serde_json::from_str(&row.legal)?,
            name: row.name,
            contact_email: row.contact_email,
            commission_vat_ppm: row.commission_vat_ppm,
        };
        Ok((party.id, party))
    });
    parties.collect()
}

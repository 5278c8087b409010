//! What other domains read in their own transactions. They have authorized their own action.

use std::collections::HashMap;

use kernel::Rate;
use kernel::id::MerchantId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::entity::merchant_row::{Column, Entity};
use crate::model::{InvoiceParty, PayoutAccount, SellingTerms};
use crate::{Error, repo};

/// The columns of [`SellingTerms`], in its order.
type TermsRow =
    (MerchantId, String, String, String, String, i32, bool, String, Option<Rate>, Option<Rate>, bool, Option<String>);

/// On what terms these merchants sell at this moment. One statement.
///
/// Offers of a merchant whose `can_sell` is false, or that is missing, must not be sold.
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
    let rows: Vec<TermsRow> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Name, Column::Slug, Column::Status, Column::Country, Column::HandlingDays])
        .columns([Column::AutoAccept, Column::Tier, Column::CommissionVatPpm, Column::ReservePpm])
        .columns([Column::OperatorRemitsTax, Column::Calendar])
        .filter(Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .into_tuple()
        .all(conn)
        .await?;
    let terms = rows.into_iter().map(|row| {
        let (id, name, slug, status, country, handling_days, auto_accept, tier, vat, reserve, remits, calendar) = row;
        let terms = SellingTerms {
            id,
            name,
            slug,
            can_sell: repo::status(&status)?.can_sell(),
            country,
            handling_days,
            auto_accept,
            tier,
            commission_vat_ppm: vat,
            reserve_ppm: reserve,
            operator_remits_tax: remits,
            calendar: repo::calendar(calendar.as_deref())?,
        };
        Ok((id, terms))
    });
    terms.collect()
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
        let (bank_changed_at, bank_replaced_at) = (row.bank_changed_at, row.bank_replaced_at);
        Ok((row.id, PayoutAccount { id: row.id, name: row.name, status, bank, bank_changed_at, bank_replaced_at }))
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

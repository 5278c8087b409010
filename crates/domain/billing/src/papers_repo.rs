//! Load and save of statements, invoices, files and billing profiles.

use std::collections::HashMap;

use context::{Error as CoreError, WriteTx};
use kernel::id::{InvoiceId, MerchantId, StatementId};
use kernel::{Currency, Invalid};
use marketplace::{PayoutSchedule, StatementCycle};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QueryOrder,
};

use crate::entity::{document_file, invoice, merchant_billing, statement};
use crate::error::Error;
use crate::model::{BillingProfile, ClosedStatement, DocumentFile, Invoice, InvoiceKind};

impl TryFrom<statement::Model> for ClosedStatement {
    type Error = Error;

    fn try_from(row: statement::Model) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            merchant_id: row.merchant_id,
            currency: row.currency,
            cycle_no: row.cycle_no,
            cycle: row.cycle,
            time_zone: row.time_zone,
            from: row.from_at,
            to: row.to_at,
            opening_minor: row.opening_minor,
            closing_minor: row.closing_minor,
            entry_count: row.entry_count,
            lines: serde_json::from_str(&row.lines).map_err(CoreError::from)?,
            hash: row.hash,
            closed_at: row.closed_at,
        })
    }
}

impl TryFrom<invoice::Model> for Invoice {
    type Error = Error;

    fn try_from(row: invoice::Model) -> Result<Self, Error> {
        let unknown = || CoreError::internal(format!("invoice.kind holds {:?}", row.kind));
        Ok(Self {
            id: row.id,
            kind: InvoiceKind::parse(&row.kind).ok_or_else(unknown)?,
            legal_entity: row.legal_entity,
            year: row.year,
            seq_no: row.seq_no,
            number: row.number,
            merchant_id: row.merchant_id,
            currency: row.currency,
            statement_id: row.statement_id,
            corrects_id: row.corrects_id,
            issued_on: row.issued_on,
            net_minor: row.net_minor,
            tax_minor: row.tax_minor,
            gross_minor: row.gross_minor,
            content: serde_json::from_str(&row.content).map_err(CoreError::from)?,
            hash: row.hash,
            issued_at: row.issued_at,
        })
    }
}

impl From<document_file::Model> for DocumentFile {
    fn from(row: document_file::Model) -> Self {
        Self {
            owner: row.owner,
            format: row.format,
            object_key: row.object_key,
            file_name: row.file_name,
            content_type: row.content_type,
            byte_size: row.byte_size,
            sha256: row.sha256,
            written_at: row.written_at,
        }
    }
}

impl TryFrom<merchant_billing::Model> for BillingProfile {
    type Error = Error;

    fn try_from(row: merchant_billing::Model) -> Result<Self, Error> {
        Ok(Self {
            merchant_id: row.merchant_id,
            statement_cycle: row.statement_cycle.as_deref().and_then(StatementCycle::parse),
            payout_schedule: row.payout_schedule.as_deref().and_then(PayoutSchedule::parse),
            payout_day: row.payout_day.and_then(|day| u32::try_from(day).ok()),
            payout_minimum: serde_json::from_str(&row.payout_minimum).map_err(CoreError::from)?,
            payout_hold_reason: row.payout_hold_reason,
            stripe_account: row.stripe_account,
            stripe_account_at: row.stripe_account_at,
            version: row.version,
        })
    }
}

/// The latest closed statement of a merchant in a currency.
pub(crate) async fn last_statement<C: ConnectionTrait>(
    conn: &C,
    merchant: MerchantId,
    currency: Currency,
) -> Result<Option<ClosedStatement>, Error> {
    let row = statement::Entity::find()
        .filter(statement::Column::MerchantId.eq(merchant))
        .filter(statement::Column::Currency.eq(currency))
        .order_by_desc(statement::Column::CycleNo)
        .one(conn)
        .await?;
    row.map(ClosedStatement::try_from).transpose()
}

/// Writes a closed statement; `false` when somebody was faster.
pub(crate) async fn insert_statement(tx: &WriteTx, closed: &ClosedStatement) -> Result<bool, Error> {
    let row = statement::Model {
        id: closed.id,
        merchant_id: closed.merchant_id,
        currency: closed.currency,
        cycle_no: closed.cycle_no,
        cycle: closed.cycle.clone(),
        time_zone: closed.time_zone.clone(),
        from_at: closed.from,
        to_at: closed.to,
        opening_minor: closed.opening_minor,
        closing_minor: closed.closing_minor,
        entry_count: closed.entry_count,
        lines: serde_json::to_string(&closed.lines).map_err(CoreError::from)?,
        hash: closed.hash.clone(),
        closed_at: closed.closed_at,
    };
    let skip = OnConflict::new().do_nothing().to_owned();
    let insert = statement::Entity::insert(row.into_active_model()).on_conflict(skip);
    Ok(insert.exec_without_returning(&**tx).await? == 1)
}

pub(crate) async fn statement_by_id<C: ConnectionTrait>(conn: &C, id: StatementId) -> Result<ClosedStatement, Error> {
    let row = statement::Entity::find_by_id(id).one(conn).await?;
    row.ok_or(CoreError::NotFound("statement"))?.try_into()
}

#[derive(FromQueryResult)]
struct Number {
    last_no: i64,
}

/// The next number of a series. Its row stays locked until the end of the transaction, so a number that is rolled
/// back is given again and there is never a gap.
pub(crate) async fn next_number(tx: &WriteTx, entity: &str, kind: &str, year: i32) -> Result<i64, Error> {
    let sql = "INSERT INTO document_series (legal_entity, kind, year, last_no) VALUES (?, ?, ?, 1)
        ON CONFLICT (legal_entity, kind, year) DO UPDATE SET last_no = document_series.last_no + 1
        RETURNING last_no";
    let values = [entity.into(), kind.into(), year.into()];
    let row = Number::find_by_statement(db::dialect::statement(&**tx, sql, values)).one(&**tx).await?;
    Ok(row.ok_or_else(|| CoreError::internal("a series gave no number"))?.last_no)
}

pub(crate) async fn insert_invoice(tx: &WriteTx, issued: &Invoice) -> Result<(), Error> {
    let row = invoice::Model {
        id: issued.id,
        legal_entity: issued.legal_entity.clone(),
        kind: issued.kind.as_str().to_owned(),
        year: issued.year,
        seq_no: issued.seq_no,
        number: issued.number.clone(),
        merchant_id: issued.merchant_id,
        currency: issued.currency,
        statement_id: issued.statement_id,
        corrects_id: issued.corrects_id,
        issued_on: issued.issued_on,
        net_minor: issued.net_minor,
        tax_minor: issued.tax_minor,
        gross_minor: issued.gross_minor,
        content: serde_json::to_string(&issued.content).map_err(CoreError::from)?,
        hash: issued.hash.clone(),
        issued_at: issued.issued_at,
    };
    invoice::Entity::insert(row.into_active_model()).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The latest invoice of a merchant in a currency.
pub(crate) async fn last_invoice(
    tx: &WriteTx,
    merchant: MerchantId,
    currency: Currency,
) -> Result<Option<(InvoiceId, String)>, Error> {
    let row = invoice::Entity::find()
        .filter(invoice::Column::MerchantId.eq(merchant))
        .filter(invoice::Column::Currency.eq(currency))
        .filter(invoice::Column::Kind.eq(InvoiceKind::Invoice.as_str()))
        .order_by_desc(invoice::Column::Id)
        .one(&**tx)
        .await?;
    Ok(row.map(|row| (row.id, row.number)))
}

pub(crate) async fn invoice_by_id<C: ConnectionTrait>(conn: &C, id: InvoiceId) -> Result<Invoice, Error> {
    let row = invoice::Entity::find_by_id(id).one(conn).await?;
    row.ok_or(CoreError::NotFound("invoice"))?.try_into()
}

/// Writes down that a file was stored; nothing when it was before.
pub(crate) async fn insert_file(tx: &WriteTx, file: &DocumentFile) -> Result<(), Error> {
    let row = document_file::ActiveModel {
        owner: Set(file.owner.clone()),
        format: Set(file.format.clone()),
        object_key: Set(file.object_key.clone()),
        file_name: Set(file.file_name.clone()),
        content_type: Set(file.content_type.clone()),
        byte_size: Set(file.byte_size),
        sha256: Set(file.sha256.clone()),
        written_at: Set(file.written_at),
    };
    let skip =
        OnConflict::columns([document_file::Column::Owner, document_file::Column::Format]).do_nothing().to_owned();
    document_file::Entity::insert(row).on_conflict(skip).exec_without_returning(&**tx).await?;
    Ok(())
}

/// What differs for these merchants; those for whom nothing differs are left out.
pub(crate) async fn profiles<C: ConnectionTrait>(
    conn: &C,
    merchants: &[MerchantId],
) -> Result<HashMap<MerchantId, BillingProfile>, Error> {
    if merchants.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = db::dialect::pad(merchants.to_vec());
    let rows =
        merchant_billing::Entity::find().filter(merchant_billing::Column::MerchantId.is_in(ids)).all(conn).await?;
    rows.into_iter().map(|row| Ok((row.merchant_id, row.try_into()?))).collect()
}

/// Saves what differs, if nobody changed it since `seen`.
pub(crate) async fn save_profile(tx: &WriteTx, profile: &BillingProfile, seen: i64) -> Result<(), Error> {
    let minimum = serde_json::to_string(&profile.payout_minimum).map_err(CoreError::from)?;
    let day = profile.payout_day.map(i32::try_from).transpose();
    let row = merchant_billing::ActiveModel {
        merchant_id: Set(profile.merchant_id),
        statement_cycle: Set(profile.statement_cycle.map(|cycle| cycle.as_str().to_owned())),
        payout_schedule: Set(profile.payout_schedule.map(|schedule| schedule.as_str().to_owned())),
        payout_day: Set(day.map_err(|_| Invalid::range("payoutDay", 1, 31))?),
        payout_minimum: Set(minimum),
        payout_hold_reason: Set(profile.payout_hold_reason.clone()),
        stripe_account: Set(profile.stripe_account.clone()),
        stripe_account_at: Set(profile.stripe_account_at),
        version: Set(profile.version),
        updated_at: Set(tx.now()),
    };
    let saved = if seen == 0 {
        let skip = OnConflict::column(merchant_billing::Column::MerchantId).do_nothing().to_owned();
        merchant_billing::Entity::insert(row).on_conflict(skip).exec_without_returning(&**tx).await?
    } else {
        let update = merchant_billing::Entity::update_many()
            .set(row)
            .filter(merchant_billing::Column::MerchantId.eq(profile.merchant_id))
            .filter(merchant_billing::Column::Version.eq(seen));
        update.exec(&**tx).await?.rows_affected
    };
    if saved == 1 { Ok(()) } else { Err(CoreError::Stale("billing profile").into()) }
}

//! Load and save of invoices and credit notes of merchants to companies.

use context::{Error as CoreError, WriteTx};
use kernel::id::{MerchantOrderId, SaleInvoiceId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::entity::sale_invoice as row;
use crate::error::Error;
use crate::model::sale::{SaleInvoice, SaleKind};

impl TryFrom<row::Model> for SaleInvoice {
    type Error = Error;

    fn try_from(row: row::Model) -> Result<Self, Error> {
        let unknown = || CoreError::internal(format!("sale_invoice.kind holds {:?}", row.kind));
        Ok(Self {
            id: row.id,
            kind: SaleKind::parse(&row.kind).ok_or_else(unknown)?,
            legal_entity: row.legal_entity,
            year: row.year,
            seq_no: row.seq_no,
            number: row.number,
            merchant_id: row.merchant_id,
            merchant_order_id: row.merchant_order_id,
            order_id: row.order_id,
            company_id: row.company_id,
            source: row.source,
            currency: row.currency,
            issued_on: row.issued_on,
            net_minor: row.net_minor,
            tax_minor: row.tax_minor,
            gross_minor: row.gross_minor,
            promotion_minor: row.promotion_minor,
            content: serde_json::from_str(&row.content).map_err(CoreError::from)?,
            hash: row.hash,
            issued_at: row.issued_at,
        })
    }
}

pub(crate) async fn insert(tx: &WriteTx, issued: &SaleInvoice) -> Result<(), Error> {
    let row = row::Model {
        id: issued.id,
        legal_entity: issued.legal_entity.clone(),
        kind: issued.kind.as_str().to_owned(),
        year: issued.year,
        seq_no: issued.seq_no,
        number: issued.number.clone(),
        merchant_id: issued.merchant_id,
        merchant_order_id: issued.merchant_order_id,
        order_id: issued.order_id,
        company_id: issued.company_id,
        source: issued.source.clone(),
        currency: issued.currency,
        issued_on: issued.issued_on,
        net_minor: issued.net_minor,
        tax_minor: issued.tax_minor,
        gross_minor: issued.gross_minor,
        promotion_minor: issued.promotion_minor,
        content: serde_json::to_string(&issued.content).map_err(CoreError::from)?,
        hash: issued.hash.clone(),
        issued_at: issued.issued_at,
    };
    row::Entity::insert(row.into_active_model()).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn of_source<C: ConnectionTrait>(conn: &C, source: &str) -> Result<Option<SaleInvoice>, Error> {
    let row = row::Entity::find().filter(row::Column::Source.eq(source)).one(conn).await?;
    row.map(SaleInvoice::try_from).transpose()
}

/// The invoices of a merchant order, the oldest first.
pub(crate) async fn invoices_of<C: ConnectionTrait>(
    conn: &C,
    part: MerchantOrderId,
) -> Result<Vec<SaleInvoice>, Error> {
    let rows = row::Entity::find()
        .filter(row::Column::MerchantOrderId.eq(part))
        .filter(row::Column::Kind.eq(SaleKind::Invoice.as_str()))
        .order_by_asc(row::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(SaleInvoice::try_from).collect()
}

pub(crate) async fn by_id<C: ConnectionTrait>(conn: &C, id: SaleInvoiceId) -> Result<SaleInvoice, Error> {
    let row = row::Entity::find_by_id(id).one(conn).await?;
    row.ok_or(CoreError::NotFound("invoice"))?.try_into()
}

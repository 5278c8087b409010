//! The table `buyer_write_off`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{CompanyId, LedgerTxId, MerchantId, MerchantOrderId, OrderId, ReceivableId, WriteOffId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "buyer_write_off")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WriteOffId,
    pub receivable_id: ReceivableId,
    pub order_id: OrderId,
    pub order_number: String,
    pub merchant_order_id: Option<MerchantOrderId>,
    pub merchant_id: Option<MerchantId>,
    pub company_id: CompanyId,
    pub currency: Currency,
    pub amount_minor: i64,
    pub merchant_minor: i64,
    pub recovered_minor: i64,
    pub recovered_merchant_minor: i64,
    pub blocks_credit: bool,
    pub reason: String,
    pub state: String,
    pub requested_by: String,
    pub requested_by_name: String,
    pub requested_at: DateTime<Utc>,
    pub decided_by: Option<String>,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decision_note: Option<String>,
    pub tx_id: Option<LedgerTxId>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

//! The table `payment`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{CreditAccountId, OrderId, PaymentId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentId,
    pub order_id: OrderId,
    pub order_number: String,
    pub method: String,
    pub provider: Option<String>,
    pub token: Option<String>,
    pub charge: Option<String>,
    pub credit_account_id: Option<CreditAccountId>,
    pub credit_minor: i64,
    pub holds: bool,
    pub return_url: Option<String>,
    pub link_hash: Option<String>,
    pub action_url: Option<String>,
    pub capture_order: String,
    pub refund_order: String,
    pub currency: Currency,
    pub amount_minor: i64,
    pub excess_minor: i64,
    pub authorized_minor: i64,
    pub authorize_pending_minor: i64,
    pub captured_minor: i64,
    pub capture_pending_minor: i64,
    pub voided_minor: i64,
    pub void_pending_minor: i64,
    pub refunded_minor: i64,
    pub refund_pending_minor: i64,
    pub failure: Option<String>,
    pub held_until: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub expired_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

//! The table `payment_event`.

use chrono::{DateTime, Utc};
use kernel::id::{PaymentEventId, PaymentId, PaymentOperationId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentEventId,
    pub payment_id: PaymentId,
    pub operation_id: PaymentOperationId,
    pub kind: String,
    pub phase: String,
    pub amount_minor: i64,
    pub told_by: String,
    pub reason: Option<String>,
    pub occurred_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

//! Table `incident`.

use chrono::{DateTime, Utc};
use kernel::id::{IncidentId, MerchantId, MerchantOrderId, OrderId};
use sea_orm::entity::prelude::*;

use crate::model::status::IncidentReason;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IncidentId,
    pub order_id: OrderId,
    pub merchant_order_id: MerchantOrderId,
    pub merchant_id: MerchantId,
    pub reason: IncidentReason,
    pub note: Option<String>,
    pub outcome: Option<String>,
    pub opened_by: String,
    pub opened_at: DateTime<Utc>,
    pub closed_by: Option<String>,
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

//! Table `tracking_event`.

use chrono::{DateTime, Utc};
use kernel::id::TrackingEventId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tracking_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TrackingEventId,
    pub carrier_code: String,
    pub tracking_number: String,
    pub code: String,
    pub state: Option<String>,
    pub occurred_at: DateTime<Utc>,
    pub body: String,
    pub received_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

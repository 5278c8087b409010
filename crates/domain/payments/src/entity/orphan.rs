//! The table `payment_orphan`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::OrphanId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_orphan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrphanId,
    pub provider: String,
    pub charge: String,
    pub kind: String,
    pub currency: Currency,
    pub amount_minor: i64,
    pub found_at: DateTime<Utc>,
    pub returned_at: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

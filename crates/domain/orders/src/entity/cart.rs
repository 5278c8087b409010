//! Table `cart`.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{CartId, ChannelId, CompanyId, CustomerId, OrderId};
use sea_orm::entity::prelude::*;

use crate::model::pickup::PickupChoices;
use crate::model::status::CartState;
use crate::model::types::{Address, DeliveryChoices};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cart")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CartId,
    pub channel_id: ChannelId,
    pub currency: Currency,
    pub customer_id: Option<CustomerId>,
    pub token_hash: Option<String>,
    pub email: Option<String>,
    pub ship_to: Option<Address>,
    pub choices: DeliveryChoices,
    pub pickups: PickupChoices,
    pub locale: Option<String>,
    pub coupon_code: Option<String>,
    pub company_id: Option<CompanyId>,
    pub po_number: Option<String>,
    pub approved_by: Option<CustomerId>,
    pub approved_version: Option<i64>,
    pub approved_minor: Option<i64>,
    pub state: CartState,
    pub order_id: Option<OrderId>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

//! Tables of the marketplace.
#![allow(missing_docs)]

pub(crate) mod channel_row {
    use chrono::{DateTime, Utc};
    use kernel::Currency;
    use kernel::id::ChannelId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "channel")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ChannelId,
        pub code: String,
        pub name: String,
        pub currencies: String,
        pub default_currency: Currency,
        pub locales: String,
        pub default_locale: String,
        pub country: String,
        pub prices_include_tax: bool,
        pub rounding: String,
        pub active: bool,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod tax_class_row {
    use chrono::{DateTime, Utc};
    use kernel::id::TaxClassId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tax_class")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TaxClassId,
        pub code: String,
        pub name: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod tax_rate_row {
    use chrono::NaiveDate;
    use kernel::Rate;
    use kernel::id::TaxClassId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tax_rate")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tax_class_id: TaxClassId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub country: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub valid_from_on: NaiveDate,
        pub rate_ppm: Rate,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod delivery_method_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{DeliveryMethodId, TaxClassId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "delivery_method")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DeliveryMethodId,
        pub code: String,
        pub name: String,
        pub kind: String,
        pub pricing: String,
        pub product_types: String,
        pub countries: String,
        pub tax_class_id: TaxClassId,
        pub max_weight_g: Option<i64>,
        pub max_length_mm: Option<i64>,
        pub max_girth_mm: Option<i64>,
        pub transit_days_min: i32,
        pub transit_days_max: i32,
        pub tracking_required: bool,
        pub signature_required: bool,
        pub cut_off: Option<String>,
        pub cod_allowed: bool,
        pub zones: String,
        pub carriers: String,
        pub travel_days: String,
        pub own_rates: String,
        pub position: i32,
        pub active: bool,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod delivery_rate_row {
    use kernel::Currency;
    use kernel::id::DeliveryMethodId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "delivery_rate")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub delivery_method_id: DeliveryMethodId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub currency: Currency,
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_type: String,
        pub first_minor: i64,
        pub additional_minor: i64,
        pub free_above_minor: Option<i64>,
        pub funded_by: String,
        pub brackets: String,
        pub surcharges: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod carrier_row {
    use chrono::{DateTime, Utc};
    use kernel::id::CarrierId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "carrier")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CarrierId,
        pub code: String,
        pub name: String,
        pub tracking_url_template: Option<String>,
        pub number_pattern: Option<String>,
        pub event_map: String,
        pub active: bool,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod commission_rule_row {
    use chrono::{DateTime, Utc};
    use kernel::Rate;
    use kernel::id::{CategoryId, ChannelId, CommissionRuleId, MerchantId, ProductId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "commission_rule")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CommissionRuleId,
        pub name: String,
        pub is_default: bool,
        pub merchant_id: Option<MerchantId>,
        pub category_id: Option<CategoryId>,
        pub tier: Option<String>,
        pub channel_id: Option<ChannelId>,
        pub product_id: Option<ProductId>,
        pub country: Option<String>,
        pub base: String,
        pub item_ppm: Rate,
        pub shipping_ppm: Rate,
        pub min_on_zero: bool,
        pub priority: i32,
        pub valid_from: DateTime<Utc>,
        pub valid_to: Option<DateTime<Utc>>,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod commission_amount_row {
    use kernel::Currency;
    use kernel::id::CommissionRuleId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "commission_amount")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub commission_rule_id: CommissionRuleId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub currency: Currency,
        pub fixed_per_order_minor: i64,
        pub min_per_line_minor: Option<i64>,
        pub max_per_line_minor: Option<i64>,
        pub fixed_per_line_minor: i64,
        pub brackets: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod pickup_point_row {
    use chrono::{DateTime, Utc};
    use kernel::id::PickupPointId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pickup_point")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PickupPointId,
        pub carrier_code: String,
        pub code: String,
        pub name: String,
        pub kind: String,
        pub line1: String,
        pub postal_code: String,
        pub city: String,
        pub country: String,
        pub hours: Option<String>,
        pub active: bool,
        pub version: i64,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod mail_text_row {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mail_text")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub template: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub locale: String,
        pub subject: String,
        pub body_text: String,
        pub body_html: String,
        pub version: i64,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod settings_row {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "marketplace_settings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub document: String,
        pub reason: Option<String>,
        pub author: String,
        pub author_name: String,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod version_row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "marketplace_version")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub version: i64,
        pub stamp: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod coupon_row {
    use chrono::{DateTime, Utc};
    use kernel::id::CouponId;
    use kernel::{Currency, Rate};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "coupon")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CouponId,
        pub code: String,
        pub name: String,
        pub currency: Currency,
        pub amount_minor: Option<i64>,
        pub percent_ppm: Option<Rate>,
        pub minimum_minor: i64,
        pub valid_from: DateTime<Utc>,
        pub valid_to: Option<DateTime<Utc>>,
        pub uses_max: Option<i64>,
        pub uses: i64,
        pub active: bool,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod task;
mod webhook;
pub(crate) use task::{task_note_row, task_pause_row, task_row, task_view_row};
pub(crate) use webhook::{attempt_row, delivery_row as webhook_delivery_row, endpoint_row};

mod notification;
pub(crate) use notification::{notification_row, opt_out_row, rule_row, rule_version_row, telling_row};

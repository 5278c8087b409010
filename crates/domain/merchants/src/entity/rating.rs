//! Tables of the rating.

pub(crate) mod formula_row {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rating_formula")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub formula: String,
        pub note: String,
        pub author: String,
        pub author_name: String,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod activation_row {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rating_activation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub version: i64,
        pub actor: String,
        pub actor_name: String,
        pub at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod order_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, MerchantOrderId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rated_order")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub merchant_order_id: MerchantOrderId,
        pub merchant_id: MerchantId,
        pub number: String,
        pub ordered_at: DateTime<Utc>,
        pub excluded_tag: Option<String>,
        pub excluded_reason: Option<String>,
        pub excluded_by: Option<String>,
        pub excluded_at: Option<DateTime<Utc>>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod fact_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, MerchantOrderId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rating_fact")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub merchant_order_id: MerchantOrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub metric: String,
        pub merchant_id: MerchantId,
        pub ordered_at: DateTime<Utc>,
        pub k: i64,
        pub n: i64,
        pub counted: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod score_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, MerchantScoreId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "merchant_score")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MerchantScoreId,
        pub merchant_id: MerchantId,
        pub formula_version: i64,
        pub inputs: String,
        pub rating: Option<i64>,
        pub known: bool,
        pub computed_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod rating_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, MerchantScoreId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "merchant_rating")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub merchant_id: MerchantId,
        pub score_id: Option<MerchantScoreId>,
        pub rating: Option<i64>,
        pub known: bool,
        pub asked: bool,
        pub due_at: DateTime<Utc>,
        pub override_rating: Option<i64>,
        pub override_reason: Option<String>,
        pub override_until: Option<DateTime<Utc>>,
        pub override_by: Option<String>,
        pub override_at: Option<DateTime<Utc>>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod fall_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, RatingFallId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rating_fall")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RatingFallId,
        pub merchant_id: MerchantId,
        pub formula_version: i64,
        pub rating: i64,
        pub below: i64,
        pub warned_at: DateTime<Utc>,
        pub restrict_at: DateTime<Utc>,
        pub reason_code: String,
        pub restricted_at: Option<DateTime<Utc>>,
        pub ended_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

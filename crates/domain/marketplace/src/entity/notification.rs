//! Tables of notifications.

pub(crate) mod rule_row {
    use chrono::{DateTime, Utc};
    use kernel::id::NotificationRuleId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notification_rule")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NotificationRuleId,
        pub event: String,
        pub active: bool,
        pub document: String,
        pub chat_url: Option<String>,
        pub chat_url_key: Option<String>,
        pub author_name: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod rule_version_row {
    use chrono::{DateTime, Utc};
    use kernel::id::NotificationRuleId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notification_rule_version")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule_id: NotificationRuleId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub event: String,
        pub active: bool,
        pub document: String,
        pub chat_url: Option<String>,
        pub chat_url_key: Option<String>,
        pub author_name: String,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod telling_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{EventId, MerchantId, NotificationDeliveryId, NotificationRuleId, UserId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notification_delivery")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NotificationDeliveryId,
        pub rule_id: NotificationRuleId,
        pub rule_key: String,
        pub source_id: EventId,
        pub event: String,
        pub merchant_id: Option<MerchantId>,
        pub channel: String,
        pub recipient: String,
        pub user_id: Option<UserId>,
        pub seat_merchant_id: Option<MerchantId>,
        pub seat_role: Option<String>,
        pub title: String,
        pub body: String,
        pub subject_kind: String,
        pub subject_id: String,
        pub severity: String,
        pub digest: bool,
        pub state: String,
        pub dropped_why: Option<String>,
        pub attempt_count: i64,
        pub round_count: i64,
        pub due_at: DateTime<Utc>,
        pub locked_until: Option<DateTime<Utc>>,
        pub last_error: Option<String>,
        pub sent_as: Option<NotificationDeliveryId>,
        pub created_at: DateTime<Utc>,
        pub settled_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod notification_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, NotificationDeliveryId, NotificationId, UserId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notification")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NotificationId,
        pub user_id: UserId,
        pub merchant_id: Option<MerchantId>,
        pub role: String,
        pub delivery_id: NotificationDeliveryId,
        pub event: String,
        pub title: String,
        pub body: String,
        pub subject_kind: String,
        pub subject_id: String,
        pub severity: String,
        pub created_at: DateTime<Utc>,
        pub read_at: Option<DateTime<Utc>>,
        // Given by a trigger: see migrations/src/m0032_notifications.rs.
        pub stamp: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod opt_out_row {
    use chrono::{DateTime, Utc};
    use kernel::id::UserId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notification_opt_out")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub event: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub channel: String,
        pub since: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

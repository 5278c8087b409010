//! Tables of webhooks.

pub(crate) mod endpoint_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{ChangeId, MerchantId, WebhookEndpointId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_endpoint")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: WebhookEndpointId,
        pub merchant_id: Option<MerchantId>,
        pub url: String,
        pub description: String,
        pub kinds: String,
        pub state: String,
        pub disabled_why: Option<String>,
        pub secret: String,
        pub secret_key: String,
        pub old_secret: Option<String>,
        pub old_secret_key: Option<String>,
        pub old_secret_until: Option<DateTime<Utc>>,
        pub after_stamp: i64,
        pub after_sequence: i64,
        pub after_id: ChangeId,
        pub failing_since: Option<DateTime<Utc>>,
        pub paused_until: Option<DateTime<Utc>>,
        pub author_name: String,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod delivery_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{ChangeId, MerchantId, WebhookDeliveryId, WebhookEndpointId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_delivery")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: WebhookDeliveryId,
        pub endpoint_id: WebhookEndpointId,
        pub merchant_id: Option<MerchantId>,
        pub change_id: Option<ChangeId>,
        pub kind: String,
        pub body: String,
        pub state: String,
        pub attempt_count: i64,
        pub round_count: i64,
        pub due_at: DateTime<Utc>,
        pub locked_until: Option<DateTime<Utc>>,
        pub created_at: DateTime<Utc>,
        pub delivered_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod attempt_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, WebhookAttemptId, WebhookDeliveryId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_attempt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: WebhookAttemptId,
        pub delivery_id: WebhookDeliveryId,
        pub merchant_id: Option<MerchantId>,
        pub number: i64,
        pub began_at: DateTime<Utc>,
        pub took_ms: i64,
        pub status: Option<i32>,
        pub answer: String,
        pub error: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

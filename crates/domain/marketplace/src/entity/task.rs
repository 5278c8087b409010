//! Tables of tasks.

pub(crate) mod task_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, TaskId, UserId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TaskId,
        pub kind: String,
        pub subject: String,
        pub merchant_id: Option<MerchantId>,
        pub owner_id: Option<MerchantId>,
        pub title: String,
        pub queue: String,
        pub home_queue: String,
        pub assignee_id: Option<UserId>,
        pub assignee_name: Option<String>,
        pub rank: i64,
        pub settings_version: i64,
        pub state: String,
        pub is_resolved: bool,
        pub opened_at: DateTime<Utc>,
        pub due_at: DateTime<Utc>,
        pub warn_at: DateTime<Utc>,
        pub first_response_due_at: Option<DateTime<Utc>>,
        pub first_responded_at: Option<DateTime<Utc>>,
        pub escalation_level: i64,
        pub strikes_at: Option<DateTime<Utc>>,
        pub paused_at: Option<DateTime<Utc>>,
        pub pause_reason: Option<String>,
        pub pause_count: i64,
        pub note_count: i64,
        pub resolved_at: Option<DateTime<Utc>>,
        pub outcome: Option<String>,
        pub first_response_breached_at: Option<DateTime<Utc>>,
        pub resolution_breached_at: Option<DateTime<Utc>>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod task_pause_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, TaskId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_pause")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: TaskId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub owner_id: Option<MerchantId>,
        pub reason: String,
        pub from_at: DateTime<Utc>,
        pub to_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod task_note_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, TaskId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_note")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: TaskId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub owner_id: Option<MerchantId>,
        pub text: String,
        pub author: String,
        pub author_name: String,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod task_view_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, TaskViewId, UserId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task_view")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TaskViewId,
        pub merchant_id: Option<MerchantId>,
        pub user_id: UserId,
        pub user_name: String,
        pub shared: bool,
        pub name: String,
        pub filter: String,
        pub sort: String,
        pub version: i64,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

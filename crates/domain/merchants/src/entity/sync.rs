//! Tables of what other systems tell.

pub(crate) mod system_row {
    use chrono::{DateTime, Utc};
    use kernel::id::SyncSystemId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sync_system")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SyncSystemId,
        pub code: String,
        pub name: String,
        pub active: bool,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod field_row {
    use kernel::id::SyncSystemId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sync_field")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub field: String,
        pub system_id: SyncSystemId,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod link_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, SyncSystemId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sync_link")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub system_id: SyncSystemId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub external_id: String,
        pub merchant_id: MerchantId,
        pub revision: i64,
        pub linked_by_name: String,
        pub linked_at: DateTime<Utc>,
        pub synced_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod message_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, SyncMessageId, SyncSystemId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sync_message")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SyncMessageId,
        pub system_id: SyncSystemId,
        pub message_key: String,
        pub digest: String,
        pub external_id: String,
        pub merchant_id: Option<MerchantId>,
        pub revision: i64,
        pub body: Option<String>,
        pub state: String,
        pub applied: String,
        pub ignored: String,
        pub fault_code: Option<String>,
        pub fault_field: Option<String>,
        pub fault_text: Option<String>,
        pub attempt_count: i64,
        pub received_at: DateTime<Utc>,
        pub settled_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

//! Tables of conversations.

pub(crate) mod conversation_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{ConversationId, CustomerId, MerchantId, OrderId, UserId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "conversation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ConversationId,
        pub merchant_id: Option<MerchantId>,
        pub customer_id: Option<CustomerId>,
        pub buyer_order_id: Option<OrderId>,
        pub buyer_name: Option<String>,
        pub subject_kind: String,
        pub subject_id: String,
        pub subject_label: String,
        pub topic: String,
        pub title: String,
        pub opened_by: String,
        pub opened_at: DateTime<Utc>,
        pub operator_since: Option<DateTime<Utc>>,
        pub merchant_assignee_id: Option<UserId>,
        pub merchant_assignee_name: Option<String>,
        pub operator_assignee_id: Option<UserId>,
        pub operator_assignee_name: Option<String>,
        pub awaiting: String,
        pub awaiting_since: Option<DateTime<Utc>>,
        pub closed_at: Option<DateTime<Utc>>,
        pub closed_by: Option<String>,
        pub message_count: i64,
        pub buyer_count: i64,
        pub merchant_count: i64,
        pub operator_count: i64,
        pub moved_at: DateTime<Utc>,
        pub buyer_moved_at: DateTime<Utc>,
        pub erased_at: Option<DateTime<Utc>>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod message_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{ConversationId, MerchantId, MessageId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "message")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MessageId,
        pub conversation_id: ConversationId,
        pub merchant_id: Option<MerchantId>,
        pub number: i64,
        pub kind: String,
        pub side: String,
        pub author: String,
        pub author_name: Option<String>,
        pub visibility: String,
        pub awaiting: Option<String>,
        pub words_sha256: Option<String>,
        pub masked: bool,
        pub mentions: String,
        pub posted_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod words_row {
    use kernel::id::{ConversationId, MerchantId, MessageId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "message_words")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub message_id: MessageId,
        pub conversation_id: ConversationId,
        pub merchant_id: Option<MerchantId>,
        pub words: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod asset_row {
    use kernel::id::{AssetId, ConversationId, MerchantId, MessageId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "message_asset")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub message_id: MessageId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i64,
        pub asset_id: AssetId,
        pub conversation_id: ConversationId,
        pub merchant_id: Option<MerchantId>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod redaction_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, MessageId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "message_redaction")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub message_id: MessageId,
        pub merchant_id: Option<MerchantId>,
        pub reason: String,
        pub author: String,
        pub author_name: String,
        pub redacted_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod question_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{ConversationId, MerchantId, MessageId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "conversation_question")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub message_id: MessageId,
        pub conversation_id: ConversationId,
        pub merchant_id: MerchantId,
        pub asked_at: DateTime<Utc>,
        pub due_at: DateTime<Utc>,
        pub ended_at: Option<DateTime<Utc>>,
        pub outcome: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod reader_row {
    use chrono::{DateTime, Utc};
    use kernel::id::ConversationId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "conversation_reader")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub conversation_id: ConversationId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub reader: String,
        pub seen: i64,
        pub read_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

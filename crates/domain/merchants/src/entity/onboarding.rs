//! Tables of onboarding.

pub(crate) mod agreement_row {
    use chrono::{DateTime, Utc};
    use kernel::id::AgreementId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agreement_version")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AgreementId,
        pub code: String,
        pub number: i64,
        pub title: String,
        pub body: String,
        pub sha256: String,
        pub types: String,
        pub change_note: Option<String>,
        pub valid_from: DateTime<Utc>,
        pub grace_until: DateTime<Utc>,
        pub author: String,
        pub author_name: String,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod acceptance_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{AcceptanceId, AgreementId, MerchantId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agreement_acceptance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AcceptanceId,
        pub merchant_id: MerchantId,
        pub agreement_id: AgreementId,
        pub code: String,
        pub number: i64,
        pub sha256: String,
        pub actor: String,
        pub actor_name: String,
        pub ip: Option<String>,
        pub source: String,
        pub request_id: String,
        pub at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod document_row {
    use chrono::{DateTime, NaiveDate, Utc};
    use kernel::id::{AssetId, MerchantDocumentId, MerchantId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "merchant_document")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MerchantDocumentId,
        pub merchant_id: MerchantId,
        pub kind: String,
        pub title: String,
        pub number: Option<String>,
        pub issuer: Option<String>,
        pub asset_id: AssetId,
        pub expires_on: Option<NaiveDate>,
        pub state: String,
        pub submitted_by: String,
        pub submitted_at: DateTime<Utc>,
        pub review_note: Option<String>,
        pub reviewed_by: Option<String>,
        pub reviewed_at: Option<DateTime<Utc>>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod plan_row {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "onboarding_plan")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub merchant_type: String,
        pub items: String,
        pub version: i64,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod waiver_row {
    use chrono::{DateTime, Utc};
    use kernel::id::MerchantId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "onboarding_waiver")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub merchant_id: MerchantId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item: String,
        pub reason: String,
        pub actor: String,
        pub actor_name: String,
        pub at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod progress_row {
    use chrono::{DateTime, Utc};
    use kernel::id::MerchantId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "merchant_progress")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub merchant_id: MerchantId,
        pub products_loaded: i64,
        pub products_accepted: i64,
        pub locations: i64,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

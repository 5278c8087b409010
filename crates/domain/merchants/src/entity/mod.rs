//! Tables of the merchants' administration.
#![allow(missing_docs)]

pub(crate) mod appeal_row;
pub(crate) mod conversation;
pub(crate) mod onboarding;
pub(crate) mod rating;
pub(crate) mod sync;
pub(crate) mod transition_row;

pub(crate) mod merchant_row {
    use chrono::{DateTime, Utc};
    use kernel::Rate;
    use kernel::id::{MerchantId, UserId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "merchant")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MerchantId,
        pub name: String,
        pub name_fold: String,
        pub search_fold: String,
        pub slug: String,
        pub merchant_type: String,
        pub status: String,
        pub status_reason: Option<String>,
        pub reason_code: Option<String>,
        pub effects: Option<String>,
        pub status_changed_at: DateTime<Utc>,
        pub kyc_state: String,
        pub kyc_reason: Option<String>,
        pub kyc_expires_at: Option<DateTime<Utc>>,
        pub payout_state: String,
        pub payout_reason: Option<String>,
        pub closings: String,
        pub agreements_due_at: Option<DateTime<Utc>>,
        pub listed: bool,
        pub turns_at: Option<DateTime<Utc>>,
        pub applied_by: Option<UserId>,
        pub country: String,
        pub contact_email: String,
        pub legal: String,
        pub bank_iban: Option<String>,
        pub bank_holder: Option<String>,
        pub bank_changed_at: Option<DateTime<Utc>>,
        pub bank_replaced_at: Option<DateTime<Utc>>,
        pub handling_days: i32,
        pub auto_accept: bool,
        pub tier: String,
        pub commission_vat_ppm: Option<Rate>,
        pub reserve_ppm: Option<Rate>,
        pub operator_remits_tax: bool,
        pub stars: Option<i64>,
        pub calendar: Option<String>,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod party_row {
    use chrono::{DateTime, Utc};
    use kernel::id::MerchantId;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "merchant_party")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub merchant_id: MerchantId,
        pub addresses: String,
        pub contacts: String,
        pub tax_ids: String,
        pub version: i64,
        pub updated_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod note_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{MerchantId, MerchantNoteId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "merchant_note")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MerchantNoteId,
        pub merchant_id: MerchantId,
        pub words: String,
        pub author: String,
        pub author_name: String,
        pub written_at: DateTime<Utc>,
        pub editor_name: Option<String>,
        pub edited_at: Option<DateTime<Utc>>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod delivery_row {
    use chrono::{DateTime, Utc};
    use kernel::id::{DeliveryMethodId, MerchantId};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "merchant_delivery")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub merchant_id: MerchantId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub delivery_method_id: DeliveryMethodId,
        pub rates: String,
        pub set_by: String,
        pub set_by_name: String,
        pub set_at: DateTime<Utc>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

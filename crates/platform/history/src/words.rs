//! The table `change_words`: what people said about changes, until what it is about is forgotten.

use kernel::id::ChangeId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_words")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub change_id: ChangeId,
    pub about_kind: String,
    pub about_id: String,
    pub words: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

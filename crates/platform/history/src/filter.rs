//! Which changes are asked for.

use chrono::{DateTime, Utc};
use kernel::id::MerchantId;
use sea_orm::{ColumnTrait as _, Condition};

use crate::entity::Column as C;

/// Which changes a list shows: those that meet all wishes; all of them without any.
#[derive(Debug, Clone, Default)]
pub struct ChangeFilter {
    /// Of this kind of thing.
    pub entity: Option<String>,
    /// Of the thing with this id.
    pub entity_id: Option<String>,
    /// Of things of this merchant.
    pub merchant: Option<MerchantId>,
    /// What was done: `created`, `edited`, ...
    pub action: Option<String>,
    /// By this user, key or part of Souk.
    pub actor: Option<String>,
    /// Done by somebody else in the place of this person.
    pub on_behalf_of: Option<String>,
    /// Caused by this request.
    pub request_id: Option<String>,
    /// At this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub until: Option<DateTime<Utc>>,
}

impl ChangeFilter {
    /// The changes of one thing.
    pub fn of(entity: impl Into<String>, id: impl ToString) -> Self {
        Self { entity: Some(entity.into()), entity_id: Some(id.to_string()), ..Self::default() }
    }

    pub(crate) fn condition(&self) -> Condition {
        Condition::all()
            .add_option(self.entity.as_deref().map(|entity| C::Entity.eq(entity)))
            .add_option(self.entity_id.as_deref().map(|id| C::EntityId.eq(id)))
            .add_option(self.merchant.map(|merchant| C::MerchantId.eq(merchant)))
            .add_option(self.action.as_deref().map(|action| C::Action.eq(action)))
            .add_option(self.actor.as_deref().map(|actor| C::Actor.eq(actor)))
            .add_option(self.on_behalf_of.as_deref().map(|person| C::OnBehalfOf.eq(person)))
            .add_option(self.request_id.as_deref().map(|request| C::RequestId.eq(request)))
            .add_option(self.from.map(|from| C::ChangedAt.gte(from)))
            .add_option(self.until.map(|until| C::ChangedAt.lt(until)))
    }
}

//! Batches of accounts.

use std::collections::HashMap;

use context::Ctx;
use identity::User;
use kernel::id::UserId;

use crate::loader::{LoadError, Loader, OfRequest};

/// Accounts by id, for callers who may read them.
pub struct UserLoader(Ctx);

impl OfRequest for UserLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<UserId> for UserLoader {
    type Value = User;

    async fn load(&self, keys: &[UserId]) -> Result<HashMap<UserId, User>, LoadError> {
        identity::users_by_ids(&self.0, keys).await.map_err(LoadError::new)
    }
}

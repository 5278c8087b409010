//! Who works for whom.

use context::WriteTx;
use identity::Team;
use kernel::id::{MerchantId, UserId};

/// The people of the teams.
pub(super) struct People;

impl marketplace::task::Staff for People {
    async fn name(&self, tx: &WriteTx, user: UserId, of: Option<MerchantId>) -> Result<Option<String>, context::Error> {
        let team = of.map_or(Team::Operator, Team::Merchant);
        identity::member_name_on(&**tx, user, team).await.map_err(context::Error::internal)
    }
}

//! Reads.

mod cards;
pub(crate) mod conversation;
mod delivery;
mod list;
mod notes;
mod onboarding;
mod party;
pub(crate) mod rating;
mod steps;
pub(crate) mod sync;
mod terms;

use access::Grant;
use context::{Ctx, within_merchants};
use kernel::PageArgs;
use kernel::id::MerchantId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use serde::de::DeserializeOwned;

use crate::Error;

pub use cards::{card_by_slug, cards_by_ids};
pub use delivery::{deliveries, deliveries_on};
pub use list::{Filter, allowed_kyc, allowed_payout, allowed_transitions, bank_account, by_ids, get, list};
pub use notes::notes;
pub use onboarding::{
    Coming, Stuck, acceptances, agreement, agreements, coming, document, documents, onboarding, plans, stuck,
};
pub use party::counterparties;
pub use steps::{appeal_by_id, appeals, step_by_id, steps};
pub use terms::{
    coming_among_on, invoice_parties_on, keep_selling_in_tx, payout_accounts_on, selling_among_on, selling_terms_on,
};

/// A page of rows that belong to merchants within the reach of the grant, the newest first: of one merchant, if one is
/// named, and as `wanted`. The columns hold the row's id and its merchant.
async fn newest<E, K>(
    ctx: &Ctx,
    grant: &Grant,
    (id, owner): (E::Column, E::Column),
    merchant: Option<MerchantId>,
    wanted: Option<Expr>,
    page: &PageArgs,
) -> Result<Vec<E::Model>, Error>
where
    E: EntityTrait<Model: Send + Sync>,
    K: DeserializeOwned + Into<Value>,
{
    let mut find = E::find().filter(within_merchants(grant, owner)).order_by_desc(id).limit(page.limit());
    if let Some(merchant) = merchant {
        find = find.filter(owner.eq(merchant));
    }
    if let Some(wanted) = wanted {
        find = find.filter(wanted);
    }
    if let Some(after) = page.after_key::<K>()? {
        find = find.filter(id.lt(after));
    }
    Ok(find.all(&ctx.read_for(grant)).await?)
}

//! Questions about merchants.

use access::Masks;
use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};

use super::object::{BankAccount, Merchant, MerchantCard, MerchantStatus};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Which merchants; what is absent does not matter.
#[derive(Debug, Default, InputObject)]
pub struct MerchantFilter {
    /// Only those in this status.
    pub status: Option<MerchantStatus>,
    /// Only those in whose name, slug, legal name or e-mail address every word of this text occurs.
    pub text: Option<String>,
}

/// Questions about merchants.
#[derive(Default)]
pub struct MerchantsQuery;

#[Object]
impl MerchantsQuery {
    /// Merchants by name.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchants(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which merchants; all when absent.")] filter: Option<MerchantFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Merchant>> {
        let page = answer(gql, page_args(first, after))?;
        let filter = filter.unwrap_or_default();
        let filter = merchants::Filter { status: filter.status.map(Into::into), text: filter.text };
        Ok(connection(answer(gql, merchants::list(ctx(gql)?, &filter, &page).await)?, Merchant::from))
    }

    /// One merchant; `null` when there is none within the caller's reach.
    async fn merchant(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Merchant>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, merchants::get(ctx(gql)?, id).await)?.map(Merchant::from))
    }

    /// What everybody may know of the merchant with this slug; `null` when it does not sell.
    async fn merchant_by_slug(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The part of the address of its page.")] slug: String,
    ) -> Gql<Option<MerchantCard>> {
        Ok(answer(gql, merchants::card_by_slug(ctx(gql)?, &slug).await)?.map(MerchantCard::from))
    }

    /// The account for payouts with its whole number; `null` when there is none, and for whom bank accounts are hidden
    /// from.
    async fn merchant_bank_account(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant.")] merchant_id: ID,
    ) -> Gql<Option<BankAccount>> {
        let id = answer(gql, input::id("merchantId", &merchant_id))?;
        let ctx = ctx(gql)?;
        let account = answer(gql, merchants::bank_account(ctx, id).await)?;
        let shown = account.filter(|_| !ctx.hides(merchants::actions::READ_BANK, Masks::BANK_ACCOUNTS));
        Ok(shown.map(BankAccount::from))
    }
}

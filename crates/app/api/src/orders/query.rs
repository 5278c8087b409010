//! Questions about carts and orders.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};
use orders::command::CartAccess;
use orders::query::{self, GuestOrder};

use super::input::{MerchantOrderFilter, OrderFilter};
use super::merchant_order::{Refund, Shipment, refund, shipment};
use super::{Cart, MerchantOrder, Order};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Questions about carts and orders.
#[derive(Default)]
pub struct OrdersQuery;

#[Object]
impl OrdersQuery {
    /// A cart; null when the token does not open it.
    async fn cart(
        &self,
        gql: &Context<'_>,
        id: ID,
        #[graphql(desc = "The cart's secret; not needed by its buyer")] token: Option<String>,
    ) -> Gql<Option<Cart>> {
        let access = CartAccess { id: answer(gql, input::id("id", &id))?, token };
        answer_optional(gql, query::cart(ctx(gql)?, &access).await.map(|cart| Cart { cart }))
    }

    /// The newest open cart of the buyer who asks; null when there is none.
    async fn my_cart(&self, gql: &Context<'_>) -> Gql<Option<Cart>> {
        let newest = answer(gql, query::newest_cart_of_mine(ctx(gql)?).await)?;
        Ok(newest.map(|cart| Cart { cart }))
    }

    /// An order, for the operator, its buyer and the admins of the company that it was bought for; null when there is none.
    async fn order(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Order>> {
        let id = answer(gql, input::id("id", &id))?;
        answer_optional(gql, query::order(ctx(gql)?, id).await.map(Order::from))
    }

    /// The order of somebody who is not signed in; null when number and token do not belong together.
    async fn guest_order(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The order's number")] number: String,
        #[graphql(desc = "The secret of the cart it was placed from")] token: String,
    ) -> Gql<Option<Order>> {
        let guest = GuestOrder { number, token };
        let found = query::guest_order(ctx(gql)?, &guest).await;
        answer_optional(gql, found.map(|row| Order { row, guest: Some(guest) }))
    }

    /// Orders, the newest first: all for the operator, one's own for a buyer; with `companyId` also what others bought
    /// for a company whose admin one is.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn orders(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which orders; all when absent")] filter: Option<OrderFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Order>> {
        let page = answer(gql, page_args(first, after))?;
        let OrderFilter { state, number, email, company_id, placed_from, placed_before } = filter.unwrap_or_default();
        let company = answer(gql, input::optional_id("filter.companyId", company_id.as_ref()))?;
        let state = state.map(Into::into);
        let filter = query::OrderFilter { state, number, email, company, placed_from, placed_before };
        answer(gql, query::orders(ctx(gql)?, &filter, &page).await.map(|page| connection(page, Order::from)))
    }

    /// A merchant order, for its merchant and the operator; null when there is none.
    async fn merchant_order(&self, gql: &Context<'_>, id: ID) -> Gql<Option<MerchantOrder>> {
        let id = answer(gql, input::id("id", &id))?;
        answer_optional(gql, query::merchant_order(ctx(gql)?, id).await.map(MerchantOrder::from))
    }

    /// Merchant orders, the newest first: a merchant's own, or all for the operator.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_orders(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which merchant orders; all when absent")] filter: Option<MerchantOrderFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MerchantOrder>> {
        let page = answer(gql, page_args(first, after))?;
        let MerchantOrderFilter { merchant_id, state, late, number, placed_from, placed_before } =
            filter.unwrap_or_default();
        let merchant = answer(gql, input::optional_id("filter.merchantId", merchant_id.as_ref()))?;
        let state = state.map(Into::into);
        let filter = query::MerchantOrderFilter { merchant, state, number, late, placed_from, placed_before };
        let found = query::merchant_orders(ctx(gql)?, &filter, &page).await;
        answer(gql, found.map(|page| connection(page, MerchantOrder::from)))
    }

    /// A parcel, for its merchant and the operator; null when there is none.
    async fn shipment(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Shipment>> {
        let id = answer(gql, input::id("id", &id))?;
        answer_optional(gql, query::shipment(ctx(gql)?, id).await.map(|found| shipment(&found)))
    }

    /// Refunds that the buyer does not have yet, the oldest first: a merchant's own, or all for the operator.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn open_refunds(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Refund>> {
        let page = answer(gql, page_args(first, after))?;
        let found = query::refunds_open(ctx(gql)?, &page).await;
        let bare = |row| refund(&query::RefundDetail { refund: row, lines: Vec::new() });
        answer(gql, found.map(|page| connection(page, bare)))
    }
}

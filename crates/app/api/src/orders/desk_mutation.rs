//! What the order desk does.

use async_graphql::{Context, Object, SimpleObject};
use orders::actions::{EDIT_DRAFT, EDIT_ORDER};
use orders::command;

use super::Order;
use super::draft::DraftOrder;
use super::draft_input::{DraftOrderCreateInput, DraftOrderDeleteInput, DraftOrderEditInput, DraftOrderPlaceInput};
use super::edit::{OrderEditInput, OrderEditPreview, OrderEditPreviewInput};
use super::plan::SplitPlan;
use crate::error::{Gql, Payload, UserError, ctx, respond};
use crate::{input, payload};

payload! {
    /// What became of `draftOrderCreate`.
    DraftOrderCreatePayload { /// The draft.
        draft: DraftOrder }
    /// What became of `draftOrderEdit`.
    DraftOrderEditPayload { /// The draft.
        draft: DraftOrder }
    /// What became of `orderEditPreview`.
    OrderEditPreviewPayload { /// What the change would do.
        preview: OrderEditPreview }
    /// What became of `draftOrderDelete`.
    DraftOrderDeletePayload { /// The draft.
        draft: DraftOrder }
}

placed_payload! {
    /// What became of `draftOrderPlace`.
    DraftOrderPlacePayload {
        /// What the draft would become now, where that is why nothing was placed: `PLAN_CHANGED`, or a line that cannot be
        /// sold or sent.
        plan }
}

/// What became of `orderEdit`.
#[derive(SimpleObject)]
pub struct OrderEditPayload {
    /// The order.
    pub order: Option<Order>,
    /// What the change would do now, where that is why nothing was done: `PREVIEW_CHANGED`. Whoever agrees confirms again
    /// with its hash.
    pub preview: Option<OrderEditPreview>,
    /// Why nothing was done; empty after success.
    pub user_errors: Vec<UserError>,
}

impl Payload for OrderEditPayload {
    type Done = Order;
    fn done(order: Order) -> Self {
        Self { order: Some(order), preview: None, user_errors: Vec::new() }
    }
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self { order: None, preview: None, user_errors }
    }
}

/// What the order desk does.
#[derive(Default)]
pub struct DeskMutation;

#[Object]
impl DeskMutation {
    /// Begins an order for a buyer, by hand or on the phone. Nothing is reserved before it is placed.
    async fn draft_order_create(
        &self,
        gql: &Context<'_>,
        input: DraftOrderCreateInput,
    ) -> Gql<DraftOrderCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            // Before anything is said of what was given.
            ctx.authorize(EDIT_DRAFT)?;
            command::draft_create(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(DraftOrder::from))
    }

    /// Changes a draft.
    async fn draft_order_edit(&self, gql: &Context<'_>, input: DraftOrderEditInput) -> Gql<DraftOrderEditPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(EDIT_DRAFT)?;
            command::draft_edit(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(DraftOrder::from))
    }

    /// Gives a draft up.
    async fn draft_order_delete(
        &self,
        gql: &Context<'_>,
        input: DraftOrderDeleteInput,
    ) -> Gql<DraftOrderDeletePayload> {
        let ctx = ctx(gql)?;
        let done = async { command::draft_delete(ctx, input::id("id", &input.id)?, input.expected_version).await };
        respond(gql, Box::pin(done).await.map(DraftOrder::from))
    }

    /// Turns a draft into an order, by the same plan and checks as any other; or does nothing and says why.
    async fn draft_order_place(&self, gql: &Context<'_>, input: DraftOrderPlaceInput) -> Gql<DraftOrderPlacePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(EDIT_DRAFT)?;
            command::draft_place(ctx, input.read()?).await
        };
        let done = Box::pin(done).await;
        let plan = done.as_ref().err().and_then(orders::Error::plan).cloned().map(SplitPlan::from);
        let payload: DraftOrderPlacePayload = respond(gql, done.map(Order::from))?;
        Ok(DraftOrderPlacePayload { plan, ..payload })
    }

    /// What a change of a placed order would do: totals, stock, what is to be paid or goes back, and each merchant order
    /// concerned. Nothing is written.
    async fn order_edit_preview(
        &self,
        gql: &Context<'_>,
        input: OrderEditPreviewInput,
    ) -> Gql<OrderEditPreviewPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(EDIT_ORDER)?;
            let (order, base_version, change) = input.read()?;
            command::order_edit_preview(ctx, order, base_version, &change).await
        };
        respond(gql, Box::pin(done).await.map(OrderEditPreview::from))
    }

    /// Changes a placed order as its preview said: what is taken out is not captured or goes back, what is added becomes
    /// merchant orders with a payment of their own.
    async fn order_edit(&self, gql: &Context<'_>, input: OrderEditInput) -> Gql<OrderEditPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let currency = orders::query::currency_to_edit(ctx, input::id("id", &input.id)?).await?;
            command::order_edit(ctx, input.read(currency)?).await
        };
        let done = Box::pin(done).await;
        let preview = match &done {
            Err(orders::Error::EditChanged(preview)) => Some(OrderEditPreview::from((**preview).clone())),
            _ => None,
        };
        let payload: OrderEditPayload = respond(gql, done.map(Order::from))?;
        Ok(OrderEditPayload { preview, ..payload })
    }
}

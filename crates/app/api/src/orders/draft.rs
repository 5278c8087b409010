//! Orders that staff of the operator prepares for buyers.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use orders::actions::EDIT_DRAFT;
use orders::model::cart;
use orders::model::draft::{self, Draft};
use orders::model::status;
use orders::query;

use super::SplitPlan;
use super::cart::postal;
use crate::customers::PostalAddress;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};
use crate::scalar::{Currency, Money};

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::DraftState")]
pub enum DraftOrderState {
    /// Being prepared.
    Open,
    /// Turned into an order.
    Placed,
    /// Given up by somebody.
    Deleted,
    /// Given up because nobody touched it for long.
    Expired,
}

/// Something that can be done with a draft now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "draft::DraftAction")]
pub enum DraftOrderAction {
    /// Change it.
    Edit,
    /// Turn it into an order.
    Place,
    /// Give it up.
    Delete,
}

/// A price that staff gave a line, instead of the offer's.
#[derive(SimpleObject)]
pub struct LinePriceOverride {
    /// The price of a unit as shown in the channel.
    pub unit: Money,
    /// Why.
    pub reason: String,
    /// Who: the id of a user or key.
    pub by: String,
}

/// A line of a draft.
#[derive(SimpleObject)]
pub struct DraftOrderLine {
    /// The id.
    pub id: ID,
    /// What is wanted.
    pub offer_id: ID,
    /// Units.
    pub quantity: i64,
    /// The price that staff gave it.
    pub price: Option<LinePriceOverride>,
}

/// An order that staff of the operator prepares for a buyer. Nothing is reserved before it is placed.
pub struct DraftOrder(pub(super) Draft);

impl From<Draft> for DraftOrder {
    fn from(draft: Draft) -> Self {
        Self(draft)
    }
}

/// An order that staff of the operator prepares for a buyer. Nothing is reserved before it is placed.
#[Object]
impl DraftOrder {
    /// The id.
    fn id(&self) -> ID {
        self.0.id.into()
    }
    /// What became of it.
    fn state(&self) -> DraftOrderState {
        self.0.state.into()
    }
    /// The channel it buys in.
    fn channel_id(&self) -> ID {
        self.0.cart.channel.into()
    }
    /// The currency it is priced in.
    fn currency(&self) -> Currency {
        Currency(self.0.cart.currency)
    }
    /// The buyer's account, if there is one.
    fn customer_id(&self) -> Option<ID> {
        self.0.cart.customer.map(ID::from)
    }
    /// Where to write to.
    fn email(&self) -> Option<&str> {
        self.0.cart.email.as_deref()
    }
    /// Where to send to.
    fn ship_to(&self) -> Option<PostalAddress> {
        self.0.cart.ship_to.clone().map(postal)
    }
    /// The coupon that was entered; the plan says whether it can be used.
    fn coupon_code(&self) -> Option<&str> {
        self.0.cart.coupon_code.as_deref()
    }
    /// What the staff wrote down.
    fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
    /// The lines in their order; at most 500.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    fn lines(&self) -> Vec<DraftOrderLine> {
        let currency = self.0.cart.currency;
        let price = |price: cart::GivenPrice| LinePriceOverride {
            unit: Money::minor(price.unit_minor, currency),
            reason: price.reason,
            by: price.by,
        };
        let line = |line: &cart::CartLine| DraftOrderLine {
            id: line.id.into(),
            offer_id: line.offer.into(),
            quantity: line.quantity,
            price: line.price.clone().map(price),
        };
        self.0.cart.lines.iter().map(line).collect()
    }
    /// How it would be split, priced and sent if it were placed now; null unless it is open.
    #[graphql(complexity = "100 + child_complexity")]
    async fn plan(&self, gql: &Context<'_>) -> Gql<Option<SplitPlan>> {
        if self.0.state != status::DraftState::Open {
            return Ok(None);
        }
        Ok(Some(answer(gql, query::plan_of_draft(ctx(gql)?, &self.0).await)?.into()))
    }
    /// The order it became.
    fn order_id(&self) -> Option<ID> {
        self.0.order.map(ID::from)
    }
    /// What the caller can do now.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<DraftOrderAction>> {
        if !ctx(gql)?.may(EDIT_DRAFT) {
            return Ok(Vec::new());
        }
        Ok(draft::allowed(self.0.state).iter().map(|action| (*action).into()).collect())
    }
    /// The name of the person who began it.
    fn created_by(&self) -> &str {
        &self.0.created_by_name
    }
    /// When it is given up unless somebody touches it.
    fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
    /// Grows with each change.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// When it was begun.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// When it was last changed.
    fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// What the order desk asks for.
#[derive(Default)]
pub struct DeskQuery;

#[Object]
impl DeskQuery {
    /// An order that is being prepared, for the operator; null when there is none.
    async fn draft_order(&self, gql: &Context<'_>, id: ID) -> Gql<Option<DraftOrder>> {
        let id = answer(gql, input::id("id", &id))?;
        answer_optional(gql, query::draft(ctx(gql)?, id).await.map(DraftOrder::from))
    }

    /// Orders that are being prepared, or were, the newest first; for the operator.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn draft_orders(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Those in this state; open ones when absent")] state: Option<DraftOrderState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, DraftOrder>> {
        let page = answer(gql, page_args(first, after))?;
        let state = state.unwrap_or(DraftOrderState::Open).into();
        answer(gql, query::drafts(ctx(gql)?, state, &page).await.map(|page| connection(page, DraftOrder::from)))
    }
}

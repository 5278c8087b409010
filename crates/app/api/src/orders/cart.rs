//! Carts as clients see them.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use orders::model::cart;
use orders::model::status::CartState;
use orders::model::types::Address;

use super::SplitPlan;
use crate::customers::PostalAddress;
use crate::error::{Gql, answer, ctx};
use crate::scalar::{Currency, Money};

/// A cart. It is opened by its secret token, by its buyer, or by the operator.
pub struct Cart {
    pub(super) cart: cart::Cart,
}

/// A line of a cart.
#[derive(SimpleObject)]
pub struct CartLine {
    /// The id.
    pub id: ID,
    /// What is wanted.
    pub offer_id: ID,
    /// Units.
    pub quantity: i64,
    /// A delivery price for the line that replaces the method's rate; such a line is never merged with another.
    pub delivery_quote: Option<Money>,
}

/// A cart. It is opened by its secret token, by its buyer, or by the operator.
#[Object]
impl Cart {
    /// The id.
    fn id(&self) -> ID {
        self.cart.id.into()
    }
    /// The channel it buys in.
    fn channel_id(&self) -> ID {
        self.cart.channel.into()
    }
    /// The currency it is priced in.
    fn currency(&self) -> Currency {
        Currency(self.cart.currency)
    }
    /// Where to write to.
    fn email(&self) -> Option<&str> {
        self.cart.email.as_deref()
    }
    /// Where to send to.
    fn ship_to(&self) -> Option<PostalAddress> {
        self.cart.ship_to.clone().map(postal)
    }
    /// The coupon that was entered; the plan says whether it can be used.
    fn coupon_code(&self) -> Option<&str> {
        self.cart.coupon_code.as_deref()
    }
    /// The company it is bought for.
    fn company_id(&self) -> Option<ID> {
        self.cart.company.map(ID::from)
    }
    /// The company's own number of the order.
    fn po_number(&self) -> Option<&str> {
        self.cart.po_number.as_deref()
    }
    /// The most that the order may cost by the approval of somebody else of the company; null without one for the cart
    /// as it is now.
    fn approved_total(&self) -> Option<Money> {
        self.cart.approval.map(|approval| Money::minor(approval.total_minor, self.cart.currency))
    }
    /// Whether it became an order; then it cannot change any more.
    fn ordered(&self) -> bool {
        self.cart.state == CartState::Ordered
    }
    /// The lines in their order; at most 2000.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    fn lines(&self) -> Vec<CartLine> {
        let currency = self.cart.currency;
        let line = |line: &cart::CartLine| CartLine {
            id: line.id.into(),
            offer_id: line.offer.into(),
            quantity: line.quantity,
            delivery_quote: line.delivery_quote_minor.map(|minor| Money::minor(minor, currency)),
        };
        self.cart.lines.iter().map(line).collect()
    }
    /// How it would be split, priced and sent if it were placed now; null once it was ordered.
    #[graphql(complexity = "50 + child_complexity")]
    async fn plan(&self, gql: &Context<'_>) -> Gql<Option<SplitPlan>> {
        if self.cart.state == CartState::Ordered {
            return Ok(None);
        }
        let plan = answer(gql, orders::command::plan_of(ctx(gql)?, &self.cart).await)?;
        Ok(Some(plan.into()))
    }
    /// Grows with each change.
    fn version(&self) -> i64 {
        self.cart.version
    }
    /// When it was last changed.
    fn updated_at(&self) -> DateTime<Utc> {
        self.cart.updated_at
    }
}

/// A cart that was made.
#[derive(SimpleObject)]
pub struct CartWithToken {
    /// The cart.
    pub cart: Cart,
    /// The secret that opens it, and later the order for somebody who is not signed in. Shown this once.
    pub token: String,
}

/// An address as it was frozen.
pub(super) fn postal(of: Address) -> PostalAddress {
    let Address { name, company, line1, line2, postal_code, city, region, country, phone } = of;
    PostalAddress { name, company, line1, line2, city, region, postal_code, country, phone }
}

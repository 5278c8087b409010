//! Quotes: prices that business buyers ask merchants for.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::Currency as Iso;
use orders::actions::{ACCEPT_QUOTE_FOR, ANSWER_QUOTE, APPROVE_QUOTE, DECIDE_QUOTE};
use orders::model::quote::{self, LineTerms, Party, SeenQuote};
use orders::query;

use super::SplitPlan;
use super::cart::postal;
use super::input::{DeliveryChoiceInput, choices};
use super::order::OrderCompany;
use super::quote_enums::{QuoteAction, QuoteReason, QuoteState, QuoteStepKind};
use super::quote_query::{QuoteOffersLoader, QuoteStepsLoader};
use crate::customers::PostalAddress;
use crate::error::{Gql, answer, ctx};
use crate::loader::load;
use crate::scalar::{Currency, Money};

/// A line that a buyer asks a price for.
#[derive(SimpleObject)]
pub struct QuoteLine {
    /// The id.
    pub id: ID,
    /// What is wanted.
    pub offer_id: ID,
    /// The merchant's article number.
    pub sku: String,
    /// Title of the product when it was asked for.
    pub title: String,
    /// What tells the variant from its siblings.
    pub variant_title: String,
    /// Units asked for.
    pub quantity: i64,
    /// What the offer asked everybody for a unit then.
    pub list_price: Option<Money>,
    /// The price of a unit that the buyer would like.
    pub wished_unit_price: Option<Money>,
    /// What else is to be said of it.
    pub note: Option<String>,
}

/// What a merchant says to a line.
#[derive(SimpleObject)]
pub struct QuoteOfferLine {
    /// The line of the quote.
    pub line_id: ID,
    /// Units; 0 when it is left out.
    pub quantity: i64,
    /// The price of a unit as shown in the channel; null when it is left out.
    pub unit_price: Option<Money>,
    /// Why it is left out.
    pub left_out: Option<QuoteReason>,
}

/// A version of a merchant's offer. It never changes; only the newest can be accepted.
#[derive(SimpleObject)]
pub struct QuoteOffer {
    /// Counts the versions from 1; `quoteAccept` names it.
    pub version: i64,
    /// Every line of the quote. All of them: at most 200.
    pub lines: Vec<QuoteOfferLine>,
    /// All goods as shown in the channel.
    pub goods: Money,
    /// What delivery costs as shown in the channel; null: what the way of delivery costs everybody.
    pub delivery: Option<Money>,
    /// The way of delivery, for all that can go this way; null: the buyer chooses where there is no price for it.
    pub delivery_method_id: Option<ID>,
    /// Until when it can be accepted.
    pub valid_until: DateTime<Utc>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

fn offer(row: orders::QuoteOffer, currency: Iso) -> QuoteOffer {
    let line = |line: &quote::OfferedLine| {
        let (quantity, unit_price, left_out) = match line.terms {
            LineTerms::Sold { quantity, unit_minor } => (quantity, Some(Money::minor(unit_minor, currency)), None),
            LineTerms::LeftOut { reason } => (0, None, Some(reason.into())),
        };
        QuoteOfferLine { line_id: line.line.into(), quantity, unit_price, left_out }
    };
    QuoteOffer {
        version: row.version,
        lines: row.terms.lines.iter().map(line).collect(),
        goods: Money::minor(row.goods_minor, currency),
        delivery: row.terms.delivery_minor.map(|minor| Money::minor(minor, currency)),
        delivery_method_id: row.terms.method.map(ID::from),
        valid_until: row.valid_until,
        made_at: row.made_at,
    }
}

/// A step of a quote, with who took it.
#[derive(SimpleObject)]
pub struct QuoteStep {
    /// What happened.
    pub kind: QuoteStepKind,
    /// The newest version of the offer then; 0 without one.
    pub offer_version: i64,
    /// Who did it.
    pub actor: String,
    /// Why, of a refusal.
    pub reason: Option<QuoteReason>,
    /// Their words.
    pub note: Option<String>,
    /// When.
    pub happened_at: DateTime<Utc>,
}

/// Prices that one buyer asks one merchant for, its offers, and the order they became. Its merchant, its buyer, those who
/// approve for the buyer's company and the operator see it.
pub struct Quote(pub(super) SeenQuote);

impl From<SeenQuote> for Quote {
    fn from(seen: SeenQuote) -> Self {
        Self(seen)
    }
}

impl Quote {
    fn row(&self) -> &orders::QuoteRow {
        &self.0.quote.row
    }

    fn money(&self, minor: i64) -> Money {
        Money::minor(minor, self.row().currency)
    }

    /// What is not for merchants.
    fn unless_merchant<T>(&self, value: T) -> Option<T> {
        (self.0.party != Party::Merchant).then_some(value)
    }
}

/// Prices that one buyer asks one merchant for, its offers, and the order they became. Its merchant, its buyer, those who
/// approve for the buyer's company and the operator see it.
#[Object]
impl Quote {
    /// The id.
    fn id(&self) -> ID {
        self.row().id.into()
    }
    /// The number for people.
    fn number(&self) -> &str {
        &self.row().number
    }
    /// What was asked for at once, also of other merchants, shares it; null for merchants.
    fn request_id(&self) -> Option<ID> {
        self.unless_merchant(self.row().request_id.into())
    }
    /// How far it is. What nobody answered in time has expired.
    fn state(&self, gql: &Context<'_>) -> Gql<QuoteState> {
        Ok(self.0.quote.state_at(ctx(gql)?.now()).into())
    }
    /// What the caller can do now.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<QuoteAction>> {
        let ctx = ctx(gql)?;
        let right = |action: quote::QuoteAction| match action {
            quote::QuoteAction::Offer | quote::QuoteAction::Refuse => ANSWER_QUOTE,
            quote::QuoteAction::Approve => APPROVE_QUOTE,
            quote::QuoteAction::AcceptFor => ACCEPT_QUOTE_FOR,
            _ => DECIDE_QUOTE,
        };
        let can = self.0.allowed_actions(ctx.now()).iter().copied();
        Ok(can.filter(|action| ctx.may(right(*action))).map(QuoteAction::from).collect())
    }
    /// The channel it buys in.
    fn channel_id(&self) -> ID {
        self.row().channel_id.into()
    }
    /// The currency of all amounts.
    fn currency(&self) -> Currency {
        Currency(self.row().currency)
    }
    /// The merchant.
    fn merchant_id(&self) -> ID {
        self.row().merchant_id.into()
    }
    /// Its name when it was asked.
    fn merchant_name(&self) -> &str {
        &self.row().merchant_name
    }
    /// The buyer who asked; null for merchants.
    fn customer_id(&self) -> Option<ID> {
        self.unless_merchant(self.row().customer_id.into())
    }
    /// The name of the buyer who asked.
    fn buyer_name(&self) -> &str {
        &self.row().buyer_name
    }
    /// The company that asks.
    fn company(&self) -> Option<OrderCompany> {
        let name = self.row().company_name.clone()?;
        let id = self.row().company_id.and_then(|id| self.unless_merchant(ID::from(id)));
        Some(OrderCompany { id, name, vat_id: None })
    }
    /// The company's own number.
    fn po_number(&self) -> Option<&str> {
        self.row().po_number.as_deref()
    }
    /// Where it is to go.
    fn ship_to(&self) -> PostalAddress {
        postal(self.row().ship_to.clone())
    }
    /// By when the buyer would like to have it.
    fn wished_on(&self) -> Option<NaiveDate> {
        self.row().wished_on
    }
    /// What the buyer wrote.
    fn note(&self) -> Option<&str> {
        self.row().note.as_deref()
    }
    /// What was asked for. All of them: at most 200.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    fn lines(&self) -> Vec<QuoteLine> {
        let line = |line: &orders::QuoteLine| QuoteLine {
            id: line.id.into(),
            offer_id: line.offer_id.into(),
            sku: line.sku.clone(),
            title: line.title.clone(),
            variant_title: line.variant_title.clone(),
            quantity: line.quantity,
            list_price: line.list_price_minor.map(|minor| self.money(minor)),
            wished_unit_price: line.wished_minor.map(|minor| self.money(minor)),
            note: line.note.clone(),
        };
        self.0.quote.lines.iter().map(line).collect()
    }
    /// The newest version of the offer.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    fn offer(&self) -> Option<QuoteOffer> {
        self.0.quote.offer.clone().map(|row| offer(row, self.row().currency))
    }
    /// Every version of the offer, the oldest first. All of them: at most 50.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn offers(&self, gql: &Context<'_>) -> Gql<Vec<QuoteOffer>> {
        let found = load::<QuoteOffersLoader, _>(gql, self.row().id).await?.unwrap_or_default();
        Ok(found.into_iter().map(|row| offer(row, self.row().currency)).collect())
    }
    /// What happened, the oldest first. All of them.
    #[graphql(complexity = "10 + 5 * child_complexity")]
    async fn steps(&self, gql: &Context<'_>) -> Gql<Vec<QuoteStep>> {
        let found = load::<QuoteStepsLoader, _>(gql, self.row().id).await?.unwrap_or_default();
        let step = |row: orders::QuoteStep| QuoteStep {
            kind: row.kind.into(),
            offer_version: row.offer_version,
            actor: row.actor_name,
            reason: row.reason.map(Into::into),
            note: row.words,
            happened_at: row.happened_at,
        };
        Ok(found.into_iter().map(step).collect())
    }
    /// How the open offer would be split, priced and sent if it were accepted now; null without an open offer.
    #[graphql(complexity = "50 + child_complexity")]
    async fn plan(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Delivery methods, where the offer leaves them to the buyer")] delivery: Option<
            Vec<DeliveryChoiceInput>,
        >,
    ) -> Gql<Option<SplitPlan>> {
        let ctx = ctx(gql)?;
        if self.0.quote.state_at(ctx.now()) != quote::QuoteState::Offered {
            return Ok(None);
        }
        let choices = answer(gql, choices(delivery.unwrap_or_default()))?;
        let plan = query::plan_of_quote(ctx, &self.0.quote, choices).await;
        Ok(Some(answer(gql, plan)?.into()))
    }
    /// The most that the order may cost by the approval of somebody else of the company; null without one for the newest
    /// version of the offer, and for merchants.
    fn approved_total(&self) -> Option<Money> {
        let approval = self.0.quote.approval().and_then(|approval| self.unless_merchant(approval));
        approval.map(|approval| self.money(approval.total_minor))
    }
    /// The order it became; null for merchants, whose part of it is `merchantOrders`.
    fn order_id(&self) -> Option<ID> {
        self.row().order_id.and_then(|id| self.unless_merchant(ID::from(id)))
    }
    /// Until when it is to be answered, by whoever is to answer; null at its end.
    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.row().due_at
    }
    /// Grows with each change; send it back as `expectedVersion`.
    fn version(&self) -> i64 {
        self.row().version
    }
    /// When it was asked for.
    fn created_at(&self) -> DateTime<Utc> {
        self.row().created_at
    }
    /// When it last changed.
    fn updated_at(&self) -> DateTime<Utc> {
        self.row().updated_at
    }
}

//! Coupons as the operator sees them.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::Invalid;
use marketplace::actions::EDIT_COUPONS;
use marketplace::command::{CreateCoupon, EditCoupon, create_coupon, edit_coupon};
use marketplace::{CouponValue, query};

use crate::error::{Gql, answer, answer_optional, ctx, respond};
use crate::page::{connection, page_args};
use crate::scalar::{Currency, DecimalText, Money, MoneyInput};
use crate::{input, payload};

/// A code that makes goods cheaper at the marketplace's expense.
#[derive(Debug, Clone, SimpleObject)]
pub struct Coupon {
    /// The id of the coupon.
    pub id: ID,
    /// What buyers enter.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The currency in which it can be used.
    pub currency: Currency,
    /// The amount it takes off, at most what the goods cost; null for a percentage.
    pub amount: Option<Money>,
    /// The percentage of the goods it takes off; null for an amount.
    pub percent: Option<DecimalText>,
    /// What the goods must cost at least.
    pub minimum: Money,
    /// Since when it can be used.
    pub valid_from: DateTime<Utc>,
    /// Until when.
    pub valid_to: Option<DateTime<Utc>>,
    /// How many orders may use it.
    pub uses_max: Option<i64>,
    /// How many orders have used it.
    pub uses: i64,
    /// Whether it can be used at all.
    pub active: bool,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
}

impl From<marketplace::Coupon> for Coupon {
    fn from(coupon: marketplace::Coupon) -> Self {
        let money = |minor| Money::minor(minor, coupon.currency);
        let (amount, percent) = match coupon.value {
            CouponValue::Amount(minor) => (Some(money(minor)), None),
            CouponValue::Percent(rate) => (None, Some(DecimalText::percent(rate))),
        };
        Self {
            id: coupon.id.to_string().into(),
            amount,
            percent,
            minimum: money(coupon.minimum_minor),
            code: coupon.code,
            name: coupon.name,
            currency: Currency(coupon.currency),
            valid_from: coupon.valid_from,
            valid_to: coupon.valid_to,
            uses_max: coupon.uses_max,
            uses: coupon.uses,
            active: coupon.active,
            version: coupon.version,
        }
    }
}

/// A coupon to be made: it takes off an amount or a percentage.
#[derive(Debug, InputObject)]
pub struct CouponCreateInput {
    /// What buyers enter; upper and lower case are the same.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The currency in which it can be used.
    pub currency: Currency,
    /// The amount it takes off, at most what the goods cost.
    pub amount: Option<MoneyInput>,
    /// The percentage of the goods it takes off.
    pub percent: Option<DecimalText>,
    /// What the goods must cost at least.
    pub minimum: Option<MoneyInput>,
    /// Since when it can be used; now when absent.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when.
    pub valid_to: Option<DateTime<Utc>>,
    /// How many orders may use it; any number when absent.
    pub uses_max: Option<i64>,
}

impl CouponCreateInput {
    fn read(self) -> Result<CreateCoupon, context::Error> {
        let currency = self.currency.0;
        let minor = |field: &str, money: MoneyInput| {
            let money = money.parse(field)?;
            if money.currency == currency {
                return Ok(money.minor);
            }
            Err(Invalid::new(format!("{field}.currency"), "CURRENCY_MISMATCH", "must be the currency of the coupon"))
        };
        let value = match (self.amount, self.percent) {
            (Some(amount), None) => CouponValue::Amount(minor("amount", amount)?),
            (None, Some(percent)) => CouponValue::Percent(percent.to_rate("percent")?),
            _ => return Err(Invalid::new("amount", "NOT_TOGETHER", "give an amount or a percentage").into()),
        };
        let minimum_minor = self.minimum.map(|minimum| minor("minimum", minimum)).transpose()?.unwrap_or(0);
        Ok(CreateCoupon {
            code: self.code,
            name: self.name,
            currency,
            value,
            minimum_minor,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            uses_max: self.uses_max,
        })
    }
}

/// A change of a coupon: what is absent stays. Code and value never change.
#[derive(Debug, InputObject)]
pub struct CouponEditInput {
    /// The coupon.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The name people read.
    pub name: Option<String>,
    /// Until when it can be used; `null`: without end.
    pub valid_to: MaybeUndefined<DateTime<Utc>>,
    /// How many orders may use it; `null`: any number.
    pub uses_max: MaybeUndefined<i64>,
    /// Whether it can be used at all.
    pub active: Option<bool>,
}

impl CouponEditInput {
    fn read(self) -> Result<EditCoupon, context::Error> {
        Ok(EditCoupon {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            name: self.name,
            valid_to: self.valid_to.into(),
            uses_max: self.uses_max.into(),
            active: self.active,
        })
    }
}

payload! {
    /// What became of `couponCreate`.
    CouponCreatePayload {
        /// The new coupon.
        coupon: Coupon }
    /// What became of `couponEdit`.
    CouponEditPayload {
        /// The coupon as it is now.
        coupon: Coupon }
}

/// Questions about coupons.
#[derive(Default)]
pub struct CouponQuery;

#[Object]
impl CouponQuery {
    /// Coupons, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn coupons(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Coupon>> {
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, query::coupons(ctx(gql)?, &page).await)?, Coupon::from))
    }

    /// One coupon.
    async fn coupon(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the coupon.")] id: ID,
    ) -> Gql<Option<Coupon>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, query::coupon(ctx(gql)?, id).await)?.map(Coupon::from))
    }
}

/// Changes of coupons.
#[derive(Default)]
pub struct CouponMutation;

#[Object]
impl CouponMutation {
    /// Makes a coupon. What it takes off is paid by the marketplace; the merchants' prices stay.
    async fn coupon_create(&self, gql: &Context<'_>, input: CouponCreateInput) -> Gql<CouponCreatePayload> {
        let ctx = ctx(gql)?;
        let made = async {
            // Before anything is said of what was given.
            ctx.authorize(EDIT_COUPONS)?;
            create_coupon(ctx, input.read()?).await
        };
        respond(gql, Box::pin(made).await.map(Coupon::from))
    }

    /// Changes a coupon. Placed orders keep what it gave them.
    async fn coupon_edit(&self, gql: &Context<'_>, input: CouponEditInput) -> Gql<CouponEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { edit_coupon(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(Coupon::from))
    }
}

//! What merchants ask for delivery.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use marketplace::Snapshot;
use merchants::MerchantDelivery;

use crate::error::{Gql, answer, ctx, respond};
use crate::input;
use crate::marketplace::delivery::{DeliveryMethod, DeliveryRate};
use crate::marketplace::delivery_input::DeliveryRateInput;
use crate::page::{connection, page_args};
use crate::payload;

/// The prices that a merchant set for a delivery method of the marketplace.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantDeliveryRates {
    /// Names it in `changes`, as a `merchant_delivery`.
    pub id: ID,
    /// The merchant.
    pub merchant_id: ID,
    /// The delivery method.
    pub delivery_method_id: ID,
    /// The delivery method; null when it is switched off.
    pub delivery_method: Option<DeliveryMethod>,
    /// Whether the prices decide now: the marketplace allows it, and there are some.
    pub in_force: bool,
    /// All of them: the prices; none: what the marketplace asks.
    pub rates: Vec<MerchantDeliveryRate>,
    /// Who set them, by name.
    pub set_by: String,
    /// When.
    pub set_at: DateTime<Utc>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
}

/// A price that a merchant set.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantDeliveryRate {
    /// The code of the method's zone it is for; null: wherever there is no price of its own.
    pub zone: Option<String>,
    /// The price.
    pub rate: DeliveryRate,
}

impl MerchantDeliveryRates {
    fn of(of: MerchantDelivery, market: &Snapshot) -> Self {
        let rate = |of: marketplace::MerchantRate| MerchantDeliveryRate { zone: of.zone, rate: of.rate.into() };
        let method = market.delivery_method(of.method_id).filter(|method| method.active);
        Self {
            id: MerchantDelivery::subject(of.merchant_id, of.method_id).into(),
            merchant_id: of.merchant_id.into(),
            delivery_method_id: of.method_id.into(),
            in_force: !of.rates.is_empty() && method.is_some_and(|method| method.own_rates.allowed),
            delivery_method: method.cloned().map(DeliveryMethod::from),
            rates: of.rates.into_iter().map(rate).collect(),
            set_by: of.set_by_name,
            set_at: of.set_at,
            version: of.version,
        }
    }
}

/// New prices of a merchant for a delivery method, in place of those before.
#[derive(Debug, InputObject)]
pub struct MerchantDeliverySetInput {
    /// The merchant; its own staff may leave it out.
    pub merchant_id: Option<ID>,
    /// The delivery method.
    pub delivery_method_id: ID,
    /// The version that was read; 0 when there were no prices yet.
    pub expected_version: i64,
    /// The prices; none: what the marketplace asks holds again.
    pub rates: Vec<MerchantDeliveryRateInput>,
}

/// A price that a merchant sets.
#[derive(Debug, InputObject)]
pub struct MerchantDeliveryRateInput {
    /// The code of the method's zone it is for; absent: wherever there is no price of its own.
    pub zone: Option<String>,
    /// The price.
    pub rate: DeliveryRateInput,
}

impl MerchantDeliverySetInput {
    fn read(self) -> Result<merchants::SetDelivery, context::Error> {
        let rate = |(index, of): (usize, MerchantDeliveryRateInput)| {
            let rate = of.rate.read(&format!("rates.{index}"))?;
            Ok::<_, context::Error>(marketplace::MerchantRate { zone: of.zone, rate })
        };
        Ok(merchants::SetDelivery {
            merchant_id: input::optional_id("merchantId", self.merchant_id.as_ref())?,
            method_id: input::id("deliveryMethodId", &self.delivery_method_id)?,
            expected_version: self.expected_version,
            rates: self.rates.into_iter().enumerate().map(rate).collect::<Result<_, _>>()?,
        })
    }
}

payload! {
    /// What became of `merchantDeliverySet`.
    MerchantDeliverySetPayload {
        /// The prices as they are now.
        delivery_rates: MerchantDeliveryRates }
}

/// Questions about what merchants ask for delivery.
#[derive(Default)]
pub struct MerchantDeliveryQuery;

#[Object]
impl MerchantDeliveryQuery {
    /// The prices that a merchant set for delivery, by method.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_delivery_rates(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; its own staff may leave it out.")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MerchantDeliveryRates>> {
        let page = answer(gql, page_args(first, after))?;
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let ctx = ctx(gql)?;
        let found = answer(gql, merchants::deliveries(ctx, merchant, &page).await)?;
        let market = answer(gql, marketplace::snapshot(ctx).await)?;
        Ok(connection(found, |of| MerchantDeliveryRates::of(of, &market)))
    }
}

/// Changes of what merchants ask for delivery.
#[derive(Default)]
pub struct MerchantDeliveryMutation;

#[Object]
impl MerchantDeliveryMutation {
    /// Sets what a merchant asks for a delivery method, where the marketplace allows it. Orders that were placed keep
    /// their price.
    async fn merchant_delivery_set(
        &self,
        gql: &Context<'_>,
        input: MerchantDeliverySetInput,
    ) -> Gql<MerchantDeliverySetPayload> {
        let ctx = ctx(gql)?;
        let market = answer(gql, marketplace::snapshot(ctx).await)?;
        let set = async { merchants::set_delivery(ctx, input.read()?).await };
        respond(gql, Box::pin(set).await.map(|of| MerchantDeliveryRates::of(of, &market)))
    }
}

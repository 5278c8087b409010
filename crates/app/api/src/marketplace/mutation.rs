//! Changes of channels, taxes, delivery and carriers.

use async_graphql::{Context, Object};
use marketplace::command;

use super::delivery::DeliveryMethod;
use super::delivery_input::{DeliveryMethodCreateInput, DeliveryMethodEditInput};
use super::input::{
    CarrierCreateInput, CarrierEditInput, ChannelCreateInput, ChannelEditInput, TaxClassCreateInput, TaxClassEditInput,
};
use super::object::{Carrier, Channel, TaxClass};
use crate::error::{Gql, ctx, respond};
use crate::payload;

payload! {
    /// What became of `channelCreate`.
    ChannelCreatePayload {
        /// The new channel.
        channel: Channel }
    /// What became of `channelEdit`.
    ChannelEditPayload {
        /// The channel as it is now.
        channel: Channel }
    /// What became of `taxClassCreate`.
    TaxClassCreatePayload {
        /// The new tax class.
        tax_class: TaxClass }
    /// What became of `taxClassEdit`.
    TaxClassEditPayload {
        /// The tax class as it is now.
        tax_class: TaxClass }
    /// What became of `deliveryMethodCreate`.
    DeliveryMethodCreatePayload {
        /// The new delivery method.
        delivery_method: DeliveryMethod }
    /// What became of `deliveryMethodEdit`.
    DeliveryMethodEditPayload {
        /// The delivery method as it is now.
        delivery_method: DeliveryMethod }
    /// What became of `carrierCreate`.
    CarrierCreatePayload {
        /// The new carrier.
        carrier: Carrier }
    /// What became of `carrierEdit`.
    CarrierEditPayload {
        /// The carrier as it is now.
        carrier: Carrier }
}

/// Changes of channels, taxes, delivery and carriers.
#[derive(Default)]
pub struct RulesMutation;

#[Object]
impl RulesMutation {
    /// Makes a channel.
    async fn channel_create(&self, gql: &Context<'_>, input: ChannelCreateInput) -> Gql<ChannelCreatePayload> {
        let made = command::create_channel(ctx(gql)?, input.read()).await;
        respond(gql, made.map(Channel::from))
    }

    /// Changes a channel.
    async fn channel_edit(&self, gql: &Context<'_>, input: ChannelEditInput) -> Gql<ChannelEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { command::edit_channel(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(Channel::from))
    }

    /// Makes a tax class.
    async fn tax_class_create(&self, gql: &Context<'_>, input: TaxClassCreateInput) -> Gql<TaxClassCreatePayload> {
        let ctx = ctx(gql)?;
        let made = async { command::create_tax_class(ctx, input.read()?).await };
        respond(gql, Box::pin(made).await.map(TaxClass::from))
    }

    /// Changes a tax class and its rates.
    async fn tax_class_edit(&self, gql: &Context<'_>, input: TaxClassEditInput) -> Gql<TaxClassEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { command::edit_tax_class(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(TaxClass::from))
    }

    /// Makes a delivery method.
    async fn delivery_method_create(
        &self,
        gql: &Context<'_>,
        input: DeliveryMethodCreateInput,
    ) -> Gql<DeliveryMethodCreatePayload> {
        let ctx = ctx(gql)?;
        let made = async { command::create_delivery_method(ctx, input.read()?).await };
        respond(gql, Box::pin(made).await.map(DeliveryMethod::from))
    }

    /// Changes a delivery method and its rates.
    async fn delivery_method_edit(
        &self,
        gql: &Context<'_>,
        input: DeliveryMethodEditInput,
    ) -> Gql<DeliveryMethodEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { command::edit_delivery_method(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(DeliveryMethod::from))
    }

    /// Makes a carrier.
    async fn carrier_create(&self, gql: &Context<'_>, input: CarrierCreateInput) -> Gql<CarrierCreatePayload> {
        let CarrierCreateInput { code, name, tracking_url_template } = input;
        let made = command::create_carrier(ctx(gql)?, command::CreateCarrier { code, name, tracking_url_template });
        respond(gql, Box::pin(made).await.map(Carrier::from))
    }

    /// Changes a carrier.
    async fn carrier_edit(&self, gql: &Context<'_>, input: CarrierEditInput) -> Gql<CarrierEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { command::edit_carrier(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(Carrier::from))
    }
}

//! Payments that wait for their buyer to open a link.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::object::{PaymentMethod, PaymentState};
use crate::error::{Gql, answer_optional, ctx, respond};
use crate::scalar::Money;
use crate::{input, payload};

/// A payment as whoever has its link sees it.
#[derive(SimpleObject)]
pub struct LinkedPayment {
    /// The number of the order.
    pub order_number: String,
    /// What is to be paid.
    pub amount: Money,
    /// The way it is paid.
    pub method: Option<PaymentMethod>,
    /// Where it stands.
    pub state: PaymentState,
    /// Whether it can be paid now: nothing is on its way and its time is not over.
    pub payable: bool,
    /// Where the buyer has to go to complete it, while the provider waits for that.
    pub action_url: Option<String>,
    /// Why the last try was refused, as a code of the provider.
    pub failure: Option<String>,
    /// Until when it can be paid.
    pub expires_at: Option<DateTime<Utc>>,
}

impl From<payments::Payment> for LinkedPayment {
    fn from(of: payments::Payment) -> Self {
        Self {
            amount: of.amount.into(),
            method: of.method().map(PaymentMethod::from),
            state: of.state().into(),
            payable: of.waits_for_buyer(),
            order_number: of.order_number,
            action_url: of.action_url,
            failure: of.failure,
            expires_at: of.expires_at,
        }
    }
}

/// What a buyer hands over by a link.
#[derive(InputObject)]
pub struct PaymentPayInput {
    /// The secret of the link.
    pub secret: String,
    /// The provider's token of the card or wallet.
    pub card_token: String,
    /// Where the buyer's browser returns after the provider sent it to a page of its own.
    pub return_url: Option<String>,
}

/// A payment that needs a new link.
#[derive(InputObject)]
pub struct PaymentLinkRenewInput {
    /// The payment.
    pub payment_id: ID,
}

payload! {
    /// What became of `paymentPay`.
    PaymentPayPayload { /// The payment.
        payment: LinkedPayment }
    /// What became of `paymentLinkRenew`.
    PaymentLinkRenewPayload { /// The secret of the new link. Shown this once; it is mailed to the buyer, too.
        secret: String }
}

/// Questions of whoever has a link.
#[derive(Default)]
pub struct LinkQuery;

#[Object]
impl LinkQuery {
    /// The payment that a link opens; null when it does not work (any more).
    async fn payment_by_link(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The secret of the link")] secret: String,
    ) -> Gql<Option<LinkedPayment>> {
        let found = payments::query::payment_by_link(ctx(gql)?, &secret).await;
        answer_optional(gql, found.map(LinkedPayment::from))
    }
}

/// What is done with links.
#[derive(Default)]
pub struct LinkMutation;

#[Object]
impl LinkMutation {
    /// Pays by a link. Refused money can be tried again until the link runs out; while a try is on its way, another one
    /// does nothing.
    async fn payment_pay(&self, gql: &Context<'_>, input: PaymentPayInput) -> Gql<PaymentPayPayload> {
        let PaymentPayInput { secret, card_token: token, return_url } = input;
        let paid = payments::pay_by_link(ctx(gql)?, payments::PayByLink { secret, token, return_url });
        respond(gql, Box::pin(paid).await.map(LinkedPayment::from))
    }

    /// Makes a new link for a payment that waits for one to be used, and mails it. The former one stops working.
    async fn payment_link_renew(
        &self,
        gql: &Context<'_>,
        input: PaymentLinkRenewInput,
    ) -> Gql<PaymentLinkRenewPayload> {
        let ctx = ctx(gql)?;
        let made = async { payments::make_link(ctx, input::id("paymentId", &input.payment_id)?).await };
        respond(gql, Box::pin(made).await.map(|secret| secret.reveal().to_owned()))
    }
}

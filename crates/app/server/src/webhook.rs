//! What payment providers tell: `POST /webhooks/payments/{provider}`.

use std::sync::Arc;

use access::Actor;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use context::{Ctx, Origin, World};
use kernel::{Fault as _, FaultKind};
use orders::model::tracking::Scan;
use payments::Providers;
use payments::provider::stripe::Stripe;
use payments::provider::verify;
use payments::webhook::{BODY_MAX, receive, signature_header};
use serde::Deserialize;
use serde_json::json;

use crate::edge::{RequestId, text};
use crate::graphql::{Media, Refusal, read_body, refuse};

/// What the route needs of the process.
pub struct Webhooks {
    /// What all requests share.
    pub world: Arc<World>,
    /// The providers by code.
    pub providers: Providers,
    /// Stripe, whose connected accounts tell of payouts.
    pub stripe: Option<Stripe>,
    /// Signs what carriers tell; empty: nothing is taken from carriers.
    pub carrier_secret: Vec<u8>,
}

impl Webhooks {
    /// The context in which `who` speaks.
    fn ctx(&self, request: &HttpRequest, id: &RequestId, who: &'static str) -> Ctx {
        let ip = request.peer_addr().map(|address| address.ip().to_string());
        let origin = Origin { source: "webhook", request_id: id.to_string(), ip };
        Ctx::new(self.world.clone(), Actor::system(who), origin)
    }
}

/// Takes a webhook. The signature is the permission; 2xx means that it need not be sent again.
pub async fn payment(
    request: HttpRequest,
    provider: Path<String>,
    payload: Payload,
    webhooks: Data<Webhooks>,
) -> HttpResponse {
    let id = RequestId::of(&request);
    let refused = |refusal: Refusal| refuse(&refusal, Media::Json, &id);
    let body = match read_body(payload, BODY_MAX).await {
        Ok(body) => body,
        Err(refusal) => return refused(refusal),
    };
    let header = signature_header(&webhooks.providers, &provider);
    let signature = header.and_then(|name| text(&request, &HeaderName::from_static(name)));
    let ctx = webhooks.ctx(&request, &id, "payments");
    match receive(&ctx, &webhooks.providers, &provider, signature, &body).await {
        Ok(received) => HttpResponse::Ok().json(json!({ "received": format!("{received:?}").to_lowercase() })),
        Err(fault) => refused(match fault.kind() {
            FaultKind::NotFound => Refusal::new(StatusCode::NOT_FOUND, fault.code(), fault.to_string()),
            FaultKind::Internal | FaultKind::Unavailable => {
                tracing::error!(request_id = &*id, error = %fault, "a webhook was not taken; it will come again");
                Refusal::internal()
            }
            _ => {
                tracing::warn!(request_id = &*id, provider = provider.as_str(), error = %fault, "a webhook was refused");
                Refusal::bad_request(fault.code(), fault.to_string())
            }
        }),
    }
}

/// The header that carries the signature of what Stripe tells.
const STRIPE_SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");

/// Takes what Stripe tells of payouts to merchants. The signature is the permission.
pub async fn stripe_payout(request: HttpRequest, payload: Payload, webhooks: Data<Webhooks>) -> HttpResponse {
    let id = RequestId::of(&request);
    let refused = |refusal: Refusal| refuse(&refusal, Media::Json, &id);
    let body = match read_body(payload, BODY_MAX).await {
        Ok(body) => body,
        Err(refusal) => return refused(refusal),
    };
    let ctx = webhooks.ctx(&request, &id, "payouts");
    let Some(stripe) = &webhooks.stripe else {
        return refused(Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", "Stripe is not set up".to_owned()));
    };
    let signature = text(&request, &STRIPE_SIGNATURE).unwrap_or_default();
    let event = match stripe.read_connect_webhook(signature, &body, ctx.now()) {
        Ok(event) => event,
        Err(fault) => {
            tracing::warn!(request_id = &*id, error = %fault, "a webhook of Stripe was refused");
            return refused(Refusal::bad_request("WEBHOOK_REFUSED", fault.to_string()));
        }
    };
    let told = match event {
        Some(event) => billing::command::payout_told(&ctx, event).await,
        None => Ok(()),
    };
    match told {
        Ok(()) => HttpResponse::Ok().json(json!({ "received": true })),
        Err(fault) => {
            tracing::error!(request_id = &*id, error = %fault, "a webhook was not taken; it will come again");
            refused(Refusal::internal())
        }
    }
}

/// The header that carries the signature of what carriers tell: `t=seconds,v1=hex` of HMAC-SHA256 over `t.body`.
const CARRIER_SIGNATURE: HeaderName = HeaderName::from_static("souk-signature");

/// What a carrier sends.
#[derive(Deserialize)]
struct CarrierMessage {
    events: Vec<Scan>,
}

/// Takes what a carrier, or the adapter in front of it, tells of parcels. The signature is the permission.
pub async fn carrier(
    request: HttpRequest,
    carrier: Path<String>,
    payload: Payload,
    webhooks: Data<Webhooks>,
) -> HttpResponse {
    let id = RequestId::of(&request);
    let refused = |refusal: Refusal| refuse(&refusal, Media::Json, &id);
    let bad = |text: &str| Refusal::bad_request("WEBHOOK_REFUSED", text.to_owned());
    let body = match read_body(payload, BODY_MAX).await {
        Ok(body) => body,
        Err(refusal) => return refused(refusal),
    };
    let ctx = webhooks.ctx(&request, &id, "carriers");
    let signature = text(&request, &CARRIER_SIGNATURE).unwrap_or_default();
    let secret = &webhooks.carrier_secret;
    if secret.is_empty() || verify(secret, signature, &body, ctx.now()).is_err() {
        tracing::warn!(request_id = &*id, carrier = carrier.as_str(), "a carrier's message was refused");
        return refused(bad("the signature is missing, forged or old"));
    }
    let Ok(message) = serde_json::from_slice::<CarrierMessage>(&body) else {
        return refused(bad("the body is not a list of events"));
    };
    match orders::command::tracking_events(&ctx, &carrier, &message.events).await {
        Ok(scanned) => HttpResponse::Ok().json(json!({ "new": scanned.new, "parcels": scanned.parcels })),
        Err(fault) => refused(match fault.kind() {
            FaultKind::NotFound => Refusal::new(StatusCode::NOT_FOUND, fault.code(), fault.to_string()),
            FaultKind::Internal | FaultKind::Unavailable => {
                tracing::error!(request_id = &*id, error = %fault, "a carrier's message was not taken");
                Refusal::internal()
            }
            _ => Refusal::bad_request(fault.code(), fault.to_string()),
        }),
    }
}

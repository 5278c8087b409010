//! What payment providers tell: `POST /webhooks/payments/{provider}`.

use std::sync::Arc;

use access::Actor;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use context::{Ctx, Origin, World};
use kernel::{Fault as _, FaultKind};
use payments::Providers;
use payments::webhook::{BODY_MAX, receive, signature_header};
use serde_json::json;

use crate::edge::{RequestId, text};
use crate::graphql::{Media, Refusal, read_body, refuse};

/// What the route needs of the process.
pub struct Webhooks {
    /// What all requests share.
    pub world: Arc<World>,
    /// The providers by code.
    pub providers: Providers,
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
    let ip = request.peer_addr().map(|address| address.ip().to_string());
    let origin = Origin { source: "webhook", request_id: id.to_string(), ip };
    let ctx = Ctx::new(webhooks.world.clone(), Actor::system("payments"), origin);
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

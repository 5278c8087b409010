//! The routes.

use actix_web::guard::fn_guard;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use async_graphql::Executor;
use async_graphql::http::GraphiQLSource;
use payments::provider::Sandbox;

use crate::edge::RequestId;
use crate::graphql::{Endpoint, Media, Refusal, Sockets, connect, handle, refuse, wants_socket};
use crate::health::{self, Health};
use crate::sandbox;
use crate::webhook::{self, Webhooks};

/// What the routes share; the same for all workers.
pub struct Routes<E> {
    /// `/graphql`.
    pub endpoint: Data<Endpoint<E>>,
    /// Connections to `/graphql`.
    pub sockets: Data<Sockets>,
    /// `/readyz`.
    pub health: Data<Health>,
    /// `/webhooks`.
    pub webhooks: Data<Webhooks>,
    /// `/sandbox`, where the sandbox is on.
    pub sandbox: Option<Data<Sandbox>>,
    /// Whether there is `/graphiql`.
    pub graphiql: bool,
}

impl<E> Clone for Routes<E> {
    fn clone(&self) -> Self {
        Self {
            endpoint: self.endpoint.clone(),
            sockets: self.sockets.clone(),
            health: self.health.clone(),
            webhooks: self.webhooks.clone(),
            sandbox: self.sandbox.clone(),
            graphiql: self.graphiql,
        }
    }
}

impl<E: Executor> Routes<E> {
    /// Adds the routes to an application.
    pub fn configure(self, config: &mut ServiceConfig) {
        config
            .app_data(self.endpoint)
            .app_data(self.sockets)
            .app_data(self.health)
            .app_data(self.webhooks)
            .route("/graphql", web::get().guard(fn_guard(wants_socket)).to(connect::<E>))
            .route("/graphql", web::route().to(handle::<E>))
            .route("/webhooks/payments/{provider}", web::post().to(webhook::payment))
            .route("/webhooks/payouts/stripe", web::post().to(webhook::stripe_payout))
            .route("/webhooks/carriers/{carrier}", web::post().to(webhook::carrier))
            .route("/healthz", web::get().to(health::live))
            .route("/readyz", web::get().to(health::ready))
            .default_service(web::route().to(nothing_here));
        if let Some(sandbox) = self.sandbox {
            config
                .app_data(sandbox)
                .route("/sandbox/sessions/{session}", web::get().to(sandbox::page))
                .route("/sandbox/sessions/{session}", web::post().to(sandbox::decide));
        }
        if self.graphiql {
            config.route("/graphiql", web::get().to(graphiql));
        }
    }
}

async fn graphiql() -> HttpResponse {
    let page = GraphiQLSource::build().endpoint("/graphql").subscription_endpoint("/graphql").title("Souk").finish();
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(page)
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    let refusal = Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing here; the API is at /graphql");
    refuse(&refusal, Media::Json, &RequestId::of(&request))
}

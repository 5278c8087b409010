//! The endpoint: from an HTTP request to an HTTP answer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Executor, Request, Response};
use context::{Ctx, World};
use futures::FutureExt as _;

use super::documents::{Unusable, operation};
use super::params::{self, Params};
use super::reply::{self, Cost};
use super::weight::weigh;
use super::{Documents, Media, Refusal};
use crate::auth;
use crate::edge::{RequestId, text};

/// How the endpoint treats requests.
#[derive(Debug, Clone, Copy)]
pub struct EndpointSettings {
    /// Bytes of a body at most.
    pub body_max_bytes: usize,
    /// How long an operation may take.
    pub timeout: Duration,
    /// Whether a proxy in front tells the client's address in `X-Forwarded-For`.
    pub trust_forwarded: bool,
}

/// What the handler needs of the process. One for all workers.
pub struct Endpoint<E> {
    pub(super) executor: E,
    pub(super) world: Arc<World>,
    pub(super) documents: Documents,
    pub(super) settings: EndpointSettings,
    pub(super) attach: fn(Request, Ctx) -> Request,
}

impl<E: Executor> Endpoint<E> {
    /// An endpoint that answers with `executor`.
    ///
    /// `attach` gives the request what resolvers ask for: the [`Ctx`] and the loaders made from it.
    pub fn new(
        executor: E,
        world: Arc<World>,
        documents: Documents,
        settings: EndpointSettings,
        attach: fn(Request, Ctx) -> Request,
    ) -> Self {
        Self { executor, world, documents, settings, attach }
    }
}

/// Answers a GraphQL request: GET for queries, POST for everything.
pub async fn handle<E: Executor>(request: HttpRequest, payload: Payload, endpoint: Data<Endpoint<E>>) -> HttpResponse {
    let request_id = RequestId::of(&request);
    let Some(media) = Media::negotiate(text(&request, &header::ACCEPT)) else {
        let message = "the answer is application/json or application/graphql-response+json";
        let refusal = Refusal::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message);
        return reply::refusal(&refusal, Media::Json, &request_id);
    };
    match endpoint.answer(&request, payload, media, &request_id).await {
        Ok(response) => response,
        Err(Unusable::Refused(refusal)) => reply::refusal(&refusal, media, &request_id),
        Err(Unusable::Malformed(error)) => reply::malformed(error, media, &request_id),
    }
}

impl<E: Executor> Endpoint<E> {
    async fn answer(
        &self,
        http: &HttpRequest,
        payload: Payload,
        media: Media,
        request_id: &str,
    ) -> Result<HttpResponse, Unusable> {
        let params = self.params(http, payload).await?;
        let doc = self.documents.get(&params.query)?;
        let operation = operation(&doc, params.operation_name.as_deref());
        if operation.is_some_and(|o| o.ty == OperationType::Subscription) {
            let message = "subscribe over a WebSocket, by graphql-transport-ws";
            return Err(Refusal::bad_request("SUBSCRIPTION_OVER_HTTP", message).into());
        }
        if http.method() == Method::GET && operation.is_some_and(|o| o.ty != OperationType::Query) {
            return Err(Refusal::method("METHOD_NOT_ALLOWED", "send mutations by POST", "POST").into());
        }
        let limits = self.documents.limits();
        let mut cost = None;
        if let Some(operation) = operation {
            let weight = weigh(&doc, operation, &params.variables);
            weight.check(limits)?;
            cost = Some(Cost { requested: weight.cost, maximum: limits.cost });
        }
        let mutation = operation.is_some_and(|o| o.ty == OperationType::Mutation);
        let execution = self.execute(auth::Caller::of(http, self.settings.trust_forwarded)?, params, &doc, request_id);
        let response = self.guard(execution, mutation, request_id).await??;
        Ok(reply::answer(response, media, request_id, cost))
    }

    /// Finds out who asks, and executes. Borrows nothing: a mutation outlives the connection it came by.
    pub(super) fn execute(
        &self,
        caller: auth::Caller,
        params: Params,
        doc: &ExecutableDocument,
        request_id: &str,
    ) -> impl Future<Output = Result<Response, Refusal>> + Send + use<E> {
        let (world, executor, attach) = (self.world.clone(), self.executor.clone(), self.attach);
        let request = self.request(params, doc);
        let request_id = request_id.to_owned();
        async move {
            let ctx = caller.context(&world, request_id).await?;
            Ok(executor.execute(attach(request, ctx)).await)
        }
    }

    /// The request for the schema.
    pub(super) fn request(&self, params: Params, doc: &ExecutableDocument) -> Request {
        let mut request = Request::new("").variables(params.variables);
        request.operation_name = params.operation_name;
        request.set_parsed_query(doc.clone());
        request
    }

    /// Bounds the time of an execution and keeps a panic from taking more than the request with it.
    ///
    /// A query ends with the connection it came by. A mutation goes on to its end: the client may have gone or
    /// waited too long, but what was begun is either done or rolled back by its own decision.
    pub(super) async fn guard<T: Send + 'static>(
        &self,
        execution: impl Future<Output = T> + Send + 'static,
        mutation: bool,
        request_id: &str,
    ) -> Result<T, Refusal> {
        let caught = AssertUnwindSafe(execution).catch_unwind();
        let limit = self.settings.timeout;
        let timed_out = |message: &'static str| {
            tracing::warn!(request_id, "the operation took longer than {} s", limit.as_secs());
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", message)
        };
        let outcome = if mutation {
            let task = tokio::spawn(caught);
            let joined = tokio::time::timeout(limit, task)
                .await
                .map_err(|_| timed_out("no answer in time; whether it was done is open: ask with the same key"))?;
            joined.unwrap_or_else(|cancelled| Err(Box::new(cancelled.to_string())))
        } else {
            tokio::time::timeout(limit, caught).await.map_err(|_| timed_out("no answer in time; ask for less"))?
        };
        outcome.map_err(|_| {
            tracing::error!(request_id, "the operation panicked");
            Refusal::internal()
        })
    }

    async fn params(&self, http: &HttpRequest, payload: Payload) -> Result<Params, Refusal> {
        match *http.method() {
            Method::GET => params::from_query_string(http.query_string()),
            Method::POST => {
                params::require_json(text(http, &header::CONTENT_TYPE), text(http, &header::CONTENT_ENCODING))?;
                let read = params::read_body(payload, self.settings.body_max_bytes);
                let body = tokio::time::timeout(self.settings.timeout, read).await.map_err(|_| {
                    Refusal::new(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", "the body did not come in time")
                })??;
                params::from_json(&body)
            }
            _ => Err(Refusal::method("METHOD_NOT_ALLOWED", "send GET or POST", "GET, POST")),
        }
    }
}

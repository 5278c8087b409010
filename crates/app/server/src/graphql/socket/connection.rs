//! One connection: what it says, what it is told, and how it ends.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::web::Data;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError, Session};
use api::loader::LoadError;
use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Response, ServerError, Value};
use futures::future::{AbortHandle, Abortable, FutureExt as _};
use futures::stream::{self, BoxStream, SelectAll, StreamExt as _};
use kernel::Fault as _;
use serde_json::Map;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::message::{FromClient, FromServer, Goodbye, Operation};
use super::{Place, Sockets};
use crate::auth::Caller;
use crate::graphql::documents::{Unusable, operation};
use crate::graphql::params::Params;
use crate::graphql::weight::weigh;
use crate::graphql::{Endpoint, Refusal, reply};

/// How long a client may take to say who it is.
const INIT: Duration = Duration::from_secs(10);
/// How often a silent client is asked whether it is there.
const KEEPALIVE: Duration = Duration::from_secs(20);
/// After this time without a word it is taken for gone.
const SILENCE: Duration = Duration::from_secs(50);
/// How often it is looked up whether the caller may still be here.
const RECHECK: Duration = Duration::from_secs(3);
/// How long a client may take to receive a message, or the database to say who it is.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest id of an operation, in bytes.
const ID_MAX: usize = 200;

/// What an operation yields.
enum Yield {
    Answer(String, Box<Response>),
    Done(String),
}

/// A connection.
pub(super) struct Connection<E> {
    endpoint: Data<Endpoint<E>>,
    sockets: Data<Sockets>,
    caller: Caller,
    session: Session,
    request_id: String,
    /// Whether it has begun to say who it is.
    begun: bool,
    /// Its place among those of its caller, once it is known who that is.
    known: Option<Place>,
    running: HashMap<String, AbortHandle>,
    answers: SelectAll<BoxStream<'static, Yield>>,
    heard: Instant,
    _place: Place,
}

impl<E: Executor> Connection<E> {
    pub(super) fn new(
        endpoint: Data<Endpoint<E>>,
        sockets: Data<Sockets>,
        (caller, place): (Caller, Place),
        session: Session,
        request_id: String,
    ) -> Self {
        Self {
            endpoint,
            sockets,
            caller,
            session,
            request_id,
            begun: false,
            known: None,
            running: HashMap::new(),
            answers: SelectAll::new(),
            heard: Instant::now(),
            _place: place,
        }
    }

    /// Listens and answers until one side has enough, or `stopping` resolves.
    pub(super) async fn run(mut self, mut incoming: AggregatedMessageStream, stopping: impl Future<Output = ()>) {
        tokio::pin!(stopping);
        let init_until = Instant::now() + INIT;
        let (mut keepalive, mut recheck) = (interval(KEEPALIVE), interval(RECHECK));
        keepalive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let goodbye = loop {
            let step = tokio::select! {
                biased;
                () = &mut stopping => Err(Some(Goodbye::GoingAway)),
                () = tokio::time::sleep_until(init_until), if self.known.is_none() => Err(Some(Goodbye::InitTimeout)),
                message = incoming.recv() => self.heard(message).await,
                _ = recheck.tick(), if self.known.is_some() => self.recheck().await,
                _ = keepalive.tick() => self.keep_alive().await,
                Some(answer) = self.answers.next(), if !self.answers.is_empty() => self.answer(answer).await,
            };
            if let Err(goodbye) = step {
                break goodbye;
            }
        };
        if let Some(goodbye) = goodbye {
            let (code, reason) = goodbye.frame();
            let reason = CloseReason { code: CloseCode::from(code), description: Some(reason.to_owned()) };
            // Whoever does not receive it is gone anyway.
            let _ = timeout(PATIENCE, self.session.close(Some(reason))).await;
        }
    }

    async fn say(&mut self, message: &FromServer<'_>) -> Result<(), Option<Goodbye>> {
        let text = serde_json::to_string(message).map_err(|error| {
            tracing::error!(request_id = self.request_id, %error, "a message cannot be written as JSON");
            Some(Goodbye::Internal)
        })?;
        // A client that takes nothing, or is gone, is left.
        timeout(PATIENCE, self.session.text(text)).await.ok().and_then(Result::ok).ok_or(None)
    }

    /// Asks a silent client whether it is there; leaves one that does not answer.
    async fn keep_alive(&mut self) -> Result<(), Option<Goodbye>> {
        if self.heard.elapsed() > SILENCE {
            return Err(Some(Goodbye::Silent));
        }
        timeout(PATIENCE, self.session.ping(b"")).await.ok().and_then(Result::ok).ok_or(None)
    }

    /// Leaves a caller who signed out, was blocked, or is a member no more.
    async fn recheck(&mut self) -> Result<(), Option<Goodbye>> {
        self.present().await.map(drop)
    }

    /// The name of the caller as it is now.
    async fn present(&mut self) -> Result<String, Option<Goodbye>> {
        let asked = self.caller.clone().actor(&self.endpoint.world, self.request_id.clone());
        match timeout(PATIENCE, asked).await {
            Ok(Ok(ctx)) if !ctx.actor().is_anonymous() => Ok(ctx.actor().id()),
            Ok(Ok(_)) => Err(Some(Goodbye::Forbidden)),
            Ok(Err(error)) if error.kind() == kernel::FaultKind::Internal => {
                tracing::error!(request_id = self.request_id, %error, "the caller of a connection cannot be looked up");
                Err(Some(Goodbye::Internal))
            }
            Ok(Err(_)) => Err(Some(Goodbye::Forbidden)),
            Err(_) => Err(Some(Goodbye::Internal)),
        }
    }

    async fn heard(
        &mut self,
        message: Option<Result<AggregatedMessage, ProtocolError>>,
    ) -> Result<(), Option<Goodbye>> {
        self.heard = Instant::now();
        match message {
            Some(Ok(AggregatedMessage::Text(text))) => {
                let message = serde_json::from_str(&text).map_err(|_| Some(Goodbye::BadRequest))?;
                self.told(message).await
            }
            Some(Ok(AggregatedMessage::Ping(bytes))) => {
                timeout(PATIENCE, self.session.pong(&bytes)).await.ok().and_then(Result::ok).ok_or(None)
            }
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
            Some(Ok(AggregatedMessage::Binary(_))) => Err(Some(Goodbye::BadRequest)),
            Some(Ok(AggregatedMessage::Close(_))) => Err(Some(Goodbye::Answered)),
            None => Err(None),
            Some(Err(ProtocolError::Overflow)) => Err(Some(Goodbye::TooBig)),
            Some(Err(_)) => Err(Some(Goodbye::BadRequest)),
        }
    }

    async fn told(&mut self, message: FromClient) -> Result<(), Option<Goodbye>> {
        match message {
            FromClient::ConnectionInit { payload } => self.init(payload.unwrap_or_default()).await,
            FromClient::Ping { payload } => self.say(&FromServer::Pong { payload }).await,
            FromClient::Pong => Ok(()),
            FromClient::Subscribe { id, payload } => self.subscribe(id, payload).await,
            FromClient::Complete { id } => {
                if let Some(running) = self.running.remove(&id) {
                    running.abort();
                }
                Ok(())
            }
        }
    }

    /// Finds out who it is: by the payload, or by the headers of the handshake.
    async fn init(&mut self, payload: Map<String, serde_json::Value>) -> Result<(), Option<Goodbye>> {
        if std::mem::replace(&mut self.begun, true) {
            return Err(Some(Goodbye::InitTwice));
        }
        let said = |name: &str| {
            let found = payload.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.and_then(|(_, value)| value.as_str())
        };
        let caller = self.caller.clone().who_says(said("authorization"), said("souk-merchant"));
        self.caller = caller.map_err(|_| Some(Goodbye::Forbidden))?;
        let whom = self.present().await?;
        let place = self.sockets.enter(whom, self.sockets.limits.per_caller);
        self.known = Some(place.ok_or(Some(Goodbye::TooMany))?);
        self.say(&FromServer::ConnectionAck).await
    }

    async fn subscribe(&mut self, id: String, operation: Operation) -> Result<(), Option<Goodbye>> {
        if self.known.is_none() {
            return Err(Some(Goodbye::Unauthorized));
        }
        if id.is_empty() || id.len() > ID_MAX {
            return Err(Some(Goodbye::BadRequest));
        }
        if self.running.contains_key(&id) {
            return Err(Some(Goodbye::Taken));
        }
        if self.running.len() >= self.sockets.limits.operations {
            let message = format!("at most {} operations at the same time", self.sockets.limits.operations);
            return self.refuse(&id, &Refusal::bad_request("TOO_MANY_OPERATIONS", message)).await;
        }
        let params = Params {
            query: operation.query,
            operation_name: operation.operation_name,
            variables: operation.variables.unwrap_or_default(),
        };
        match self.begin(params).await {
            Ok(answers) => {
                let (handle, registration) = AbortHandle::new_pair();
                let (mine, done) = (id.clone(), id.clone());
                let answers = answers.map(move |answer| Yield::Answer(mine.clone(), Box::new(answer)));
                let answers = answers.chain(stream::once(async move { Yield::Done(done) }));
                self.answers.push(Abortable::new(answers, registration).boxed());
                self.running.insert(id, handle);
                Ok(())
            }
            Err(Unusable::Refused(refusal)) => self.refuse(&id, &refusal).await,
            Err(Unusable::Malformed(mut error)) => {
                reply::name(&mut error, "GRAPHQL_PARSE_FAILED", &self.request_id);
                self.say(&FromServer::Error { id: &id, payload: &[error] }).await
            }
        }
    }

    async fn refuse(&mut self, id: &str, refusal: &Refusal) -> Result<(), Option<Goodbye>> {
        let mut error = ServerError::new(refusal.message.as_ref(), None);
        reply::name(&mut error, refusal.code, &self.request_id);
        self.say(&FromServer::Error { id, payload: &[error] }).await
    }

    /// Begins an operation under the limits that hold for requests, too.
    async fn begin(&mut self, params: Params) -> Result<BoxStream<'static, Response>, Unusable> {
        let endpoint = self.endpoint.clone();
        let doc = endpoint.documents.get(&params.query)?;
        let found = operation(&doc, params.operation_name.as_deref());
        if let Some(found) = found {
            weigh(&doc, found, &params.variables).check(endpoint.documents.limits())?;
        }
        let kind = found.map_or(OperationType::Query, |found| found.ty);
        if kind != OperationType::Subscription {
            let (caller, request_id) = (self.caller.clone(), self.request_id.clone());
            let mutation = kind == OperationType::Mutation;
            let once = async move {
                let execution = endpoint.execute(caller, params, &doc, &request_id);
                match endpoint.guard(execution, mutation, &request_id).await {
                    Ok(Ok(response)) => response,
                    Ok(Err(refusal)) | Err(refusal) => refused(&refusal, &request_id),
                }
            };
            return Ok(stream::once(once).boxed());
        }
        if found.is_some_and(|found| found.selection_set.node.items.len() != 1) {
            return Err(Refusal::bad_request("GRAPHQL_VALIDATION_FAILED", "a subscription has one field").into());
        }
        let ctx = self.caller.clone().context(&endpoint.world, self.request_id.clone()).await?;
        let request = endpoint.request(params, &doc);
        let request = (endpoint.attach)(request, ctx).data(self.live_caller());
        let answers = AssertUnwindSafe(endpoint.executor.execute_stream(request, None));
        let request_id = self.request_id.clone();
        let caught = answers.catch_unwind().map(move |answer| {
            answer.unwrap_or_else(|_| {
                tracing::error!(request_id, "a subscription panicked");
                refused(&Refusal::internal(), &request_id)
            })
        });
        Ok(caught.boxed())
    }

    /// The caller, to be asked again by subscriptions.
    fn live_caller(&self) -> api::Caller {
        let (caller, world, request_id) = (self.caller.clone(), self.endpoint.world.clone(), self.request_id.clone());
        api::Caller::new(move || {
            let (caller, world, request_id) = (caller.clone(), world.clone(), request_id.clone());
            async move { caller.actor(&world, request_id).await.map_err(LoadError::new) }.boxed()
        })
    }

    async fn answer(&mut self, answer: Yield) -> Result<(), Option<Goodbye>> {
        match answer {
            Yield::Answer(id, mut response) => {
                // What was completed meanwhile is not told any more.
                if !self.running.contains_key(&id) {
                    return Ok(());
                }
                let request_error = reply::named(&mut response, &self.request_id);
                if request_error && response.data == Value::Null {
                    self.end(&id);
                    return self.say(&FromServer::Error { id: &id, payload: &response.errors }).await;
                }
                self.say(&FromServer::Next { id: &id, payload: &response }).await
            }
            Yield::Done(id) => {
                if self.running.remove(&id).is_none() {
                    return Ok(());
                }
                self.say(&FromServer::Complete { id: &id }).await
            }
        }
    }

    fn end(&mut self, id: &str) {
        if let Some(running) = self.running.remove(id) {
            running.abort();
        }
    }
}

fn refused(refusal: &Refusal, request_id: &str) -> Response {
    let mut error = ServerError::new(refusal.message.as_ref(), None);
    reply::name(&mut error, refusal.code, request_id);
    Response::from_errors(vec![error])
}

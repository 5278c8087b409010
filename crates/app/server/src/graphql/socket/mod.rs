//! GraphQL over WebSocket: subscriptions, by graphql-transport-ws.
//!
//! The library's own handler knows neither the close codes of the protocol nor whose connection it is, sends no pings and
//! lets one client open what it likes, so this one is ours.

mod connection;
mod message;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::{StatusCode, Uri, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use async_graphql::Executor;

use super::reply;
use super::{Endpoint, Media, Refusal};
use crate::auth::Caller;
use crate::edge::{RequestId, text};
use crate::health::Health;

use message::PROTOCOL;

/// How many connections there may be, and what each of them may do.
#[derive(Debug, Clone, Copy)]
pub struct SocketLimits {
    /// Connections of this node.
    pub connections: usize,
    /// Connections of one person or key on this node.
    pub per_caller: usize,
    /// Operations of one connection at the same time.
    pub operations: usize,
    /// Bytes of a message.
    pub message_bytes: usize,
}

/// The connections of a node. One for all workers.
#[derive(Debug)]
pub struct Sockets {
    limits: SocketLimits,
    origins: Vec<String>,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

impl Sockets {
    /// Sockets for pages of these origins, and of the one under which the node itself is reached.
    #[must_use]
    pub fn new(limits: SocketLimits, origins: Vec<String>) -> Self {
        Self { limits, origins, open: Arc::default() }
    }

    /// A place for one more connection of `whom`; `None` when there are `most`.
    fn enter(&self, whom: String, most: usize) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(whom.clone()).or_insert(0);
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { whom, open: self.open.clone() })
    }

    /// Whether a page of this origin may connect: browsers ask nobody before they do.
    fn admits(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        let listed = self.origins.iter().any(|allowed| allowed == "*" || allowed == origin);
        let own = || origin.parse::<Uri>().ok().and_then(|uri| uri.authority().map(|at| at.as_str().to_owned()));
        listed || host.is_some_and(|host| own().is_some_and(|own| own.eq_ignore_ascii_case(host)))
    }
}

/// A connection that is counted.
#[derive(Debug)]
struct Place {
    whom: String,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.whom) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.whom);
            }
        }
    }
}

/// All connections are counted under this name, too.
const EVERYBODY: &str = "";

/// Whether a request wants to become a connection.
#[must_use]
pub fn wants_socket(request: &actix_web::guard::GuardContext<'_>) -> bool {
    let upgrade = request.head().headers().get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Turns a request into a connection.
pub async fn connect<E: Executor>(
    request: HttpRequest,
    payload: Payload,
    endpoint: Data<Endpoint<E>>,
    sockets: Data<Sockets>,
    health: Data<Health>,
) -> HttpResponse {
    match open(&request, payload, endpoint, sockets, &health) {
        Ok(response) => response,
        Err(refusal) => reply::refusal(&refusal, Media::Json, &RequestId::of(&request)),
    }
}

fn open<E: Executor>(
    request: &HttpRequest,
    payload: Payload,
    endpoint: Data<Endpoint<E>>,
    sockets: Data<Sockets>,
    health: &Health,
) -> Result<HttpResponse, Refusal> {
    if !sockets.admits(text(request, &header::ORIGIN), text(request, &header::HOST)) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "ORIGIN_REFUSED", "pages of this origin may not connect"));
    }
    let offered = text(request, &header::SEC_WEBSOCKET_PROTOCOL).unwrap_or_default();
    if !offered.split(',').any(|name| name.trim() == PROTOCOL) {
        return Err(Refusal::bad_request("PROTOCOL_UNKNOWN", "the protocol is graphql-transport-ws"));
    }
    let caller = Caller::of(request, endpoint.settings.trust_forwarded)?;
    let crowded = || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "TOO_MANY_CONNECTIONS", "come back later");
    let place = sockets.enter(EVERYBODY.to_owned(), sockets.limits.connections).ok_or_else(crowded)?;
    let bad = |_| Refusal::bad_request("NO_WEBSOCKET", "the request is no handshake of a WebSocket");
    let (mut response, session, incoming) = actix_ws::handle(request, payload).map_err(bad)?;
    let most = sockets.limits.message_bytes;
    let incoming = incoming.max_frame_size(most).aggregate_continuations().max_continuation_size(most);
    response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, header::HeaderValue::from_static(PROTOCOL));
    let request_id = RequestId::of(request).to_string();
    let connection = connection::Connection::new(endpoint, sockets, (caller, place), session, request_id);
    let stopping = health.stopping();
    actix_web::rt::spawn(connection.run(incoming, stopping));
    Ok(response)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sockets(origins: &[&str]) -> Sockets {
        let limits = SocketLimits { connections: 10, per_caller: 2, operations: 5, message_bytes: 1_000 };
        Sockets::new(limits, origins.iter().map(|&origin| origin.to_owned()).collect())
    }

    #[test]
    fn pages_of_others_do_not_connect() {
        let shop = sockets(&["https://shop.example"]);
        assert!(shop.admits(None, Some("souk.example")), "no browser");
        assert!(shop.admits(Some("https://shop.example"), Some("souk.example")));
        assert!(shop.admits(Some("https://souk.example:8080"), Some("souk.example:8080")), "its own pages");
        for origin in ["https://evil.example", "http://shop.example", "null", "", "https://souk.example"] {
            assert!(!shop.admits(Some(origin), Some("souk.example:8080")), "{origin}");
        }
        assert!(sockets(&["*"]).admits(Some("https://evil.example"), None));
    }

    #[test]
    fn places_are_given_back() {
        let sockets = sockets(&[]);
        let first = sockets.enter("a".to_owned(), 2).unwrap();
        let _second = sockets.enter("a".to_owned(), 2).unwrap();
        assert!(sockets.enter("a".to_owned(), 2).is_none() && sockets.enter("b".to_owned(), 2).is_some());
        drop(first);
        assert!(sockets.enter("a".to_owned(), 2).is_some());
    }
}

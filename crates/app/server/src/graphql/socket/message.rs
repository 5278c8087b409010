//! The messages of graphql-transport-ws, and its close codes.
//!
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>

use async_graphql::{Response, ServerError, Variables};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The name of the protocol in the header `Sec-WebSocket-Protocol`.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goodbye {
    /// The client leaves: its goodbye is answered.
    Answered,
    /// The node stops: come back to another one.
    GoingAway,
    /// A message is longer than may be.
    TooBig,
    /// Something went wrong here.
    Internal,
    /// A message that is none of the protocol.
    BadRequest,
    /// It subscribed before it said who it is.
    Unauthorized,
    /// It is nobody who may be here, or is no longer.
    Forbidden,
    /// It did not say in time who it is.
    InitTimeout,
    /// The id of a subscription is in use.
    Taken,
    /// It said twice who it is.
    InitTwice,
    /// The person has too many connections.
    TooMany,
    /// Nothing was heard from it.
    Silent,
}

impl Goodbye {
    /// The code and the reason of the close frame.
    pub(super) const fn frame(self) -> (u16, &'static str) {
        match self {
            Self::Answered => (1000, "Goodbye"),
            Self::GoingAway => (1001, "Going away"),
            Self::TooBig => (1009, "Message too big"),
            Self::Internal => (1011, "Internal server error"),
            Self::BadRequest => (4400, "Invalid message"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::Taken => (4409, "Subscriber already exists"),
            Self::InitTwice => (4429, "Too many initialisation requests"),
            Self::TooMany => (4429, "Too many connections"),
            Self::Silent => (4499, "Nothing was heard"),
        }
    }
}

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromClient {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Value>,
    },
    Pong,
    Subscribe {
        id: String,
        payload: Operation,
    },
    Complete {
        id: String,
    },
}

/// An operation to be executed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    pub(super) query: String,
    #[serde(default)]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) variables: Option<Variables>,
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromServer<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    Next {
        id: &'a str,
        payload: &'a Response,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_those_of_the_protocol() {
        let read = |text: &str| serde_json::from_str::<FromClient>(text);
        assert!(matches!(read(r#"{"type":"connection_init"}"#).unwrap(), FromClient::ConnectionInit { payload: None }));
        assert!(matches!(read(r#"{"type":"pong","payload":{}}"#).unwrap(), FromClient::Pong));
        let subscribe = r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":null,"extensions":{}}}"#;
        let FromClient::Subscribe { id, payload } = read(subscribe).unwrap() else { unreachable!() };
        assert_eq!((id.as_str(), payload.query.as_str(), payload.operation_name), ("1", "{ a }", None));
        for bad in ["", "[]", r#"{"type":"start","id":"1"}"#, r#"{"type":"subscribe","id":"1"}"#, r#"{"id":"1"}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let write = |message: FromServer<'_>| serde_json::to_string(&message).unwrap();
        assert_eq!(write(FromServer::ConnectionAck), r#"{"type":"connection_ack"}"#);
        assert_eq!(write(FromServer::Complete { id: "1" }), r#"{"type":"complete","id":"1"}"#);
    }
}

//! Another system that is told of changes: a receiver of webhooks, and the published library that checks them.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::task::JoinHandle;

use super::python::interpreter;
use crate::{Error, Result};

/// The version of the library of Standard Webhooks.
const VERSION: &str = "1.1.0";
/// Hangs up instead of answering.
const AWAY: u16 = 0;

/// A message as it came.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// The header `webhook-id`.
    pub id: String,
    /// The header `webhook-timestamp`.
    pub timestamp: String,
    /// The header `webhook-signature`.
    pub signature: String,
    /// The body, byte for byte.
    pub body: String,
    /// Whether it was answered with 2xx.
    pub taken: bool,
}

impl Message {
    /// What the body says.
    #[must_use]
    pub fn said(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// A running receiver; dropping it stops it.
#[derive(Debug)]
pub struct Receiver {
    addr: SocketAddr,
    status: Arc<AtomicU16>,
    got: Arc<Mutex<Vec<Message>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Listens on a free port of the loopback interface, and takes everything.
    ///
    /// # Errors
    /// [`Error::File`] when there is no port.
    pub async fn start() -> Result<Self> {
        let wrong = |e| Error::File("a free port".to_owned(), e);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(wrong)?;
        let addr = listener.local_addr().map_err(wrong)?;
        let (status, got) = (Arc::new(AtomicU16::new(204)), Arc::new(Mutex::new(Vec::new())));
        let task = tokio::spawn(serve(listener, status.clone(), got.clone()));
        Ok(Self { addr, status, got, task })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/souk", self.addr)
    }

    /// From now on it hangs up on whoever calls.
    pub fn down(&self) {
        self.answer(AWAY);
    }

    /// From now on it answers with this status.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// What came so far, tries that failed too.
    #[must_use]
    pub fn got(&self) -> Vec<Message> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it took.
    #[must_use]
    pub fn taken(&self) -> Vec<Message> {
        self.got().into_iter().filter(|message| message.taken).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, status: Arc<AtomicU16>, got: Arc<Mutex<Vec<Message>>>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (status, got) = (status.clone(), got.clone());
        tokio::spawn(async move {
            let _ = converse(socket, &status, &got).await;
        });
    }
}

async fn converse(mut socket: TcpStream, status: &AtomicU16, got: &Mutex<Vec<Message>>) -> std::io::Result<()> {
    let Some((head, body)) = request(&mut socket).await? else { return Ok(()) };
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        let mut named = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let status = status.load(Ordering::SeqCst);
    let message = Message {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body,
        taken: (200..300).contains(&status),
    };
    got.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    if status == AWAY {
        return Ok(());
    }
    let answer = format!("HTTP/1.1 {status} Answer\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    socket.write_all(answer.as_bytes()).await
}

/// Head and body of a request.
pub(super) async fn request(socket: &mut TcpStream) -> std::io::Result<Option<(String, String)>> {
    let mut bytes = Vec::new();
    let mut part = [0_u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().filter_map(|line| line.split_once(':'));
            let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length: usize = length.filter_map(|(_, value)| value.trim().parse().ok()).next().unwrap_or(0);
            if body.len() >= length {
                return Ok(Some((head.to_owned(), body.to_owned())));
            }
        }
        match socket.read(&mut part).await? {
            0 => return Ok(None),
            n => bytes.extend_from_slice(&part[..n]),
        }
    }
}

/// Reads messages and a secret, and lets the library verify each at the time at which it was sent: the clock of a site may
/// be ahead of that of the machine.
const VERIFY: &str = r#"
import json, sys
from datetime import datetime
import standardwebhooks.webhooks as library

asked = json.load(sys.stdin)
webhook = library.Webhook(asked["secret"])
good = []
for message in asked["messages"]:
    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(int(message["timestamp"]), tz)
    library.datetime = Then
    headers = {"webhook-id": message["id"], "webhook-timestamp": message["timestamp"], "webhook-signature": message["signature"]}
    try:
        webhook.verify(message["body"], headers)
        good.append(message["id"])
    except library.WebhookVerificationError:
        pass
print(json.dumps(good))
"#;

/// The ids of those messages that the published library finds signed with `secret`. `None`, said loudly, when it cannot be
/// installed here.
///
/// # Errors
/// [`Error::Program`] when it fails.
pub async fn verified(what: &str, secret: &str, messages: &[Message]) -> Result<Option<Vec<String>>> {
    let Some(python) = interpreter(what, "standardwebhooks", VERSION, "standardwebhooks").await else {
        return Ok(None);
    };
    let failed = |e: std::io::Error| Error::Program(format!("standardwebhooks: {e}"));
    let mut command = Command::new(&python);
    command.args(["-c", VERIFY]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        let asked = json!({ "secret": secret, "messages": messages }).to_string();
        stdin.write_all(asked.as_bytes()).await.map_err(failed)?;
    }
    let output = child.wait_with_output().await.map_err(failed)?;
    let good = serde_json::from_slice(&output.stdout);
    good.map(Some).map_err(|e| Error::Program(format!("standardwebhooks: {e}")))
}

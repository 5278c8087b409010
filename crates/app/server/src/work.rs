//! Events and jobs: who works on them, and how the sandbox card reaches us.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use context::World;
use outbox::Dispatcher;
use payments::provider::{Chaos, Sandbox};
use payments::{Providers, WebhookSender};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::node::Node;
use crate::settings::Payments;

/// How long a webhook of the sandbox may take.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long work may go on after it was told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// The sandbox, where the settings ask for it, and the providers by code.
#[must_use]
pub fn providers(settings: &Payments, world: &Arc<World>) -> (Providers, Option<Arc<Sandbox>>) {
    if !settings.sandbox {
        return (Providers::none(), None);
    }
    let chaos = Chaos {
        twice: settings.sandbox_twice,
        late_seconds: i64::from(settings.sandbox_late_seconds),
        out_of_order: settings.sandbox_out_of_order,
    };
    let sandbox = Arc::new(Sandbox::new(world.clone(), settings.webhook_secret.as_bytes(), chaos));
    (Providers::none().with(sandbox.clone()), Some(sandbox))
}

/// The running work of a process.
#[derive(Debug)]
pub struct Work {
    task: JoinHandle<()>,
    stop: Arc<Notify>,
}

impl Work {
    /// Starts to deliver events and run jobs. `url` is where the sandbox finds this Souk.
    #[must_use]
    pub fn start(node: &Node, url: &str) -> Self {
        let dispatcher = dispatcher(node, url);
        let stop = Arc::new(Notify::new());
        let stopped = stop.clone();
        let task = tokio::spawn(async move { dispatcher.run(async move { stopped.notified().await }).await });
        Self { task, stop }
    }

    /// Takes no more work, and waits for what was begun. What is not finished is taken up at the next start.
    pub async fn stop(self) {
        self.stop.notify_one();
        match tokio::time::timeout(PATIENCE, self.task).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the dispatcher did not end well"),
            Err(_) => tracing::warn!("events and jobs in work are left to the next start"),
        }
    }
}

/// Every handler and worker of Souk.
fn dispatcher(node: &Node, url: &str) -> Dispatcher {
    let world = &node.world;
    let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
    let sender: Arc<dyn WebhookSender> = Arc::new(HttpSender::new(url));
    let sandbox = node.sandbox.clone().map(|sandbox| (sandbox, sender));
    payments::register(builder, world, &node.providers, sandbox).build()
}

/// Posts the webhooks of the sandbox.
pub struct HttpSender {
    client: reqwest::Client,
    url: String,
}

impl HttpSender {
    /// Posts to the Souk at `url`, over plain HTTP.
    #[must_use]
    pub fn new(url: &str) -> Self {
        // It sends to itself or a neighbor: a proxy that the environment names is not meant.
        let client = reqwest::Client::builder().no_proxy().build().unwrap_or_default();
        Self { client, url: url.trim_end_matches('/').to_owned() }
    }
}

#[async_trait]
impl WebhookSender for HttpSender {
    async fn send(&self, provider: &str, signature_header: &str, signature: &str, body: Vec<u8>) -> Result<(), String> {
        let url = format!("{}/webhooks/payments/{provider}", self.url);
        let request = self.client.post(url).timeout(WEBHOOK_TIMEOUT).header(signature_header, signature);
        let answer = request.header("content-type", "application/json").body(body).send().await;
        let status = answer.map_err(|error| reason(&error.without_url()))?.status();
        if status.is_success() { Ok(()) } else { Err(format!("the webhook was answered with {status}")) }
    }
}

/// The error with what caused it; its own text says only that sending failed.
fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

//! Events and jobs: who works on them, and how the sandbox card reaches us.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use context::World;
use mail::Templates;
use outbox::Dispatcher;
use payments::provider::stripe::{Stripe, StripeSettings};
use payments::provider::{Chaos, Sandbox};
use payments::{Providers, WebhookSender};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use workflows::Deps;

use crate::hooks::HttpHooks;
use crate::node::{Node, StartError};
use crate::settings::Payments;
use crate::stripe::StripeLine;

/// How long a webhook of the sandbox may take.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long work may go on after it was told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Stripe, where the settings name an account.
#[must_use]
pub fn stripe(settings: &Payments) -> Option<Stripe> {
    if settings.stripe_secret_key.is_empty() {
        return None;
    }
    let how = StripeSettings {
        secret_key: settings.stripe_secret_key.clone(),
        webhook_secret: settings.stripe_webhook_secret.clone(),
        connect_webhook_secret: settings.stripe_connect_webhook_secret.clone(),
        multicapture: settings.stripe_multicapture,
    };
    Some(Stripe::new(Arc::new(StripeLine::new(&settings.stripe_url)), how))
}

/// The providers by code, and the sandbox among them where the settings ask for it.
#[must_use]
pub fn providers(
    settings: &Payments,
    stripe: Option<&Stripe>,
    public_url: &str,
    world: &Arc<World>,
) -> (Providers, Option<Arc<Sandbox>>) {
    let mut providers = Providers::none();
    if let Some(stripe) = stripe {
        providers = providers.with(Arc::new(stripe.clone()));
    }
    if !settings.sandbox {
        return (providers, None);
    }
    let chaos = Chaos {
        twice: settings.sandbox_twice,
        late_seconds: i64::from(settings.sandbox_late_seconds),
        out_of_order: settings.sandbox_out_of_order,
    };
    let sandbox = Sandbox::new(world.clone(), settings.webhook_secret.as_bytes(), chaos).at(public_url);
    let sandbox = Arc::new(sandbox);
    (providers.with(sandbox.clone()), Some(sandbox))
}

/// The running work of a process.
#[derive(Debug)]
pub struct Work {
    tasks: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Work {
    /// Starts to deliver events, run jobs, tell other systems and people, and keep the schedules. `url` is where the sandbox finds this Souk.
    ///
    /// # Errors
    /// The built-in mail templates cannot be used.
    pub fn start(node: &Node, url: &str) -> Result<Self, StartError> {
        let deps = deps(node)?;
        let dispatcher = dispatcher(node, &deps, url);
        let (stop, _) = watch::channel(false);
        let (events, hooks, notices, clock) = (stopped(&stop), stopped(&stop), stopped(&stop), stopped(&stop));
        let (telling, noticing) = (deps.clone(), deps.clone());
        let tasks = vec![
            tokio::spawn(async move { dispatcher.run(events).await }),
            tokio::spawn(async move { workflows::hooks::run(&telling, hooks).await }),
            tokio::spawn(async move { workflows::notify::run(&noticing, notices).await }),
            tokio::spawn(async move { workflows::schedule::run(&deps, clock).await }),
        ];
        Ok(Self { tasks, stop })
    }

    /// Takes no more work, and waits for what was begun. What is not finished is taken up at the next start.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        match tokio::time::timeout(PATIENCE, futures::future::join_all(self.tasks)).await {
            Ok(ended) => {
                for error in ended.into_iter().filter_map(Result::err) {
                    tracing::error!(%error, "work did not end well");
                }
            }
            Err(_) => tracing::warn!("events and jobs in work are left to the next start"),
        }
    }
}

/// Resolves when `stop` says so, or is gone.
fn stopped(stop: &watch::Sender<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut stop = stop.subscribe();
    async move {
        let _ = stop.wait_for(|stop| *stop).await;
    }
}

/// What the handlers of events need.
///
/// # Errors
/// The built-in mail templates cannot be used.
pub fn deps(node: &Node) -> Result<Deps, StartError> {
    Ok(Deps {
        world: node.world.clone(),
        mailer: node.mailer.clone(),
        templates: Arc::new(Templates::builtin().map_err(StartError::refused)?),
        store: node.store.clone(),
        public_url: node.settings.server.public_url.trim_end_matches('/').to_owned(),
        hooks: Some(Arc::new(HttpHooks::new().map_err(StartError::refused)?)),
        stripe: node.stripe.clone(),
    })
}

/// Every handler and worker of Souk.
fn dispatcher(node: &Node, deps: &Deps, url: &str) -> Dispatcher {
    let world = &node.world;
    let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
    let builder = workflows::register(builder, deps);
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
pub(crate) fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

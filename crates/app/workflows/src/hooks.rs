//! Sends what other systems are told. Messages are rows of `marketplace`, made from the change log; each endpoint has a lane
//! of its own here, so one that answers late keeps nobody else waiting.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use kernel::id::WebhookEndpointId;
use marketplace::command::webhook::{Outgoing, claim_messages, due_endpoints, fan_out, settle_message};
use marketplace::webhook::retry::Answer;
use tokio::task::{Id, JoinSet};

use crate::Deps;

/// How often the change log is looked at.
const POLL: Duration = Duration::from_secs(1);
/// Messages to one endpoint that are on their way at the same time.
const AT_ONCE: u64 = 8;
/// Endpoints that are served at the same time.
const LANES: usize = 64;

/// Posts a message.
#[async_trait]
pub trait HookLine: Send + Sync {
    /// Posts it and says what came of it. It ends within half a minute.
    async fn post(&self, message: &Outgoing) -> Answer;
}

/// What is told whom, from now until `shutdown` resolves. Nodes share: messages are taken under a lease.
pub async fn run(deps: &Deps, shutdown: impl Future<Output = ()> + Send) {
    tokio::pin!(shutdown);
    let Some(line) = deps.hooks.clone() else { return };
    let mut running = JoinSet::new();
    let mut lanes: HashMap<Id, WebhookEndpointId> = HashMap::new();
    loop {
        match due(deps).await {
            Ok(due) => {
                let busy: HashSet<_> = lanes.values().copied().collect();
                for endpoint in due.into_iter().filter(|endpoint| !busy.contains(endpoint)) {
                    if lanes.len() >= LANES {
                        break;
                    }
                    let (deps, line) = (deps.clone(), line.clone());
                    let lane = running.spawn(async move {
                        if let Err(error) = serve(&deps, &line, endpoint).await {
                            tracing::error!(%endpoint, %error, "messages cannot be sent");
                        }
                    });
                    lanes.insert(lane.id(), endpoint);
                }
            }
            Err(error) => tracing::error!(%error, "webhooks cannot be worked on"),
        }
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = running.join_next_with_id() => {
                // A lane that panicked: the leases of its messages run out.
                lanes.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
            }
            () = tokio::time::sleep(POLL) => {}
        }
    }
    while running.join_next().await.is_some() {}
}

/// Tells everybody everything that is due, and waits until it is done. For tests, where the clock jumps.
///
/// # Errors
/// The text of the first fault.
pub async fn round(deps: &Deps) -> Result<(), String> {
    let Some(line) = deps.hooks.clone() else { return Ok(()) };
    let due = due(deps).await.map_err(|error| error.to_string())?;
    let lanes = due.into_iter().map(|endpoint| serve(deps, &line, endpoint));
    join_all(lanes).await.into_iter().collect::<Result<(), _>>().map_err(|error| error.to_string())
}

async fn due(deps: &Deps) -> Result<Vec<WebhookEndpointId>, marketplace::Error> {
    let ctx = deps.ctx();
    fan_out(&ctx).await?;
    due_endpoints(&ctx).await
}

/// Sends what is due to one endpoint.
async fn serve(deps: &Deps, line: &Arc<dyn HookLine>, endpoint: WebhookEndpointId) -> Result<(), marketplace::Error> {
    let ctx = deps.ctx();
    loop {
        let messages = claim_messages(&ctx, endpoint, AT_ONCE).await?;
        if messages.is_empty() {
            return Ok(());
        }
        let sent = messages.iter().map(|message| async {
            let answer = match message.signature {
                Some(_) => line.post(message).await,
                None => unsigned(),
            };
            settle_message(&ctx, message, &answer).await
        });
        for settled in join_all(sent).await {
            settled?;
        }
    }
}

fn unsigned() -> Answer {
    let error = "Souk lacks the key that sealed the secret: rotate it".to_owned();
    Answer { error: Some(error), ..Answer::default() }
}

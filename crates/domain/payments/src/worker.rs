//! The jobs of payments.

use std::sync::Arc;

use context::{Ctx, World};
use kernel::id::PaymentOperationId;
use outbox::{DispatcherBuilder, Failure, Job};
use serde::{Deserialize, Serialize};

use crate::command::{Progress, execute, lookup};
use crate::error::Error;
use crate::provider::{Providers, Sandbox, SandboxWebhook, WebhookSender};

/// Asks a provider for an operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExecuteOperation {
    /// The operation.
    pub operation: PaymentOperationId,
}

impl Job for ExecuteOperation {
    const KIND: &'static str = "payment_execute.v1";
    const MAX_ATTEMPTS: i32 = 20;
}

/// Asks a provider what became of an operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookupOperation {
    /// The operation.
    pub operation: PaymentOperationId,
}

impl Job for LookupOperation {
    const KIND: &'static str = "payment_lookup.v1";
    const MAX_ATTEMPTS: i32 = 50;
}

/// Registers the workers of payments. `sandbox` comes with the sender of its webhooks where the sandbox is on.
#[must_use]
pub fn register(
    builder: DispatcherBuilder,
    world: &Arc<World>,
    providers: &Providers,
    sandbox: Option<(Arc<Sandbox>, Arc<dyn WebhookSender>)>,
) -> DispatcherBuilder {
    let (at, with) = (world.clone(), providers.clone());
    let builder = builder.work(move |job: ExecuteOperation, _| {
        let (ctx, providers) = (Ctx::system(at.clone(), "payments"), with.clone());
        async move { finished(execute(&ctx, &providers, job.operation).await.map(|_| Progress::Settled)) }
    });
    let (at, with) = (world.clone(), providers.clone());
    let builder = builder.work(move |job: LookupOperation, _| {
        let (ctx, providers) = (Ctx::system(at.clone(), "payments"), with.clone());
        async move { finished(lookup(&ctx, &providers, job.operation).await) }
    });
    let Some((sandbox, sender)) = sandbox else { return builder };
    builder.work(move |job: SandboxWebhook, _| {
        let (sandbox, sender) = (sandbox.clone(), sender.clone());
        async move { sandbox.deliver(sender.as_ref(), job).await.map_err(Failure::Retry) }
    })
}

fn finished(result: Result<Progress, Error>) -> Result<(), Failure> {
    match result {
        Ok(Progress::Settled) => Ok(()),
        Ok(Progress::Open) => Err(Failure::Retry("the outcome is not known yet".to_owned())),
        Err(error) => Err(Failure::Retry(error.to_string())),
    }
}

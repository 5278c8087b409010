//! `souk worker`.

use crate::node::{Node, StartError, require_migrated, stop_signal};
use crate::settings::Settings;
use crate::work::Work;

/// Delivers events, runs jobs and keeps schedules until a signal, and answers no requests.
pub(super) async fn worker(settings: Settings) -> Result<(), StartError> {
    let stop = stop_signal()?;
    let node = Node::open(settings).await?;
    require_migrated(&node.world).await?;
    node.resume_clock().await?;
    node.ensure_bucket_in_background();
    let payments = &node.settings.payments;
    let url = if payments.sandbox_url.is_empty() { &node.settings.server.public_url } else { &payments.sandbox_url };
    let work = Work::start(&node, url)?;
    tracing::info!("working");
    stop.await;
    tracing::info!("stopping");
    work.stop().await;
    node.close().await;
    Ok(())
}

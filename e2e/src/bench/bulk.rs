//! Loading many products with their variants, offers and stock.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "figures about time, not about money")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Options, bulk_floor};
use crate::bazaar::{Bazaar, Size};
use crate::report::{Section, figure};
use crate::site::{self, Options as SiteOptions};
use crate::{Kind, Result, Site};

const MERCHANTS: usize = 100;

pub(super) async fn measure(kind: Kind, options: &Options) -> Result<Section> {
    let mut site = Site::start(kind, SiteOptions::default()).await?;
    let before = bulk_floor::row_counts(kind, &site.database_url()).await?;
    let size = Size { merchants: MERCHANTS, products: options.bulk.div_ceil(MERCHANTS), variants: 2, units: 50 };
    let memory = Memory::watch(&site)?;
    let since = Instant::now();
    Bazaar::open(&site.client()?, size).await?;
    let seconds = since.elapsed().as_secs_f64();
    // Events of the load are still worked off: listing, notices. They belong to it, and so does their memory.
    let settled = site.wait_quiet(Duration::from_secs(600)).await?;
    let samples = memory.stop().await;
    site.verify().await?;
    site.stop().await?;
    let after = bulk_floor::row_counts(kind, &site.database_url()).await?;
    let rows: i64 = after.iter().map(|(table, count)| count - before.get(table).copied().unwrap_or(0)).sum();
    let floor = bulk_floor::measure(kind, &site.database_url(), &before, &after).await?;
    site.close().await?;

    let name = if kind == Kind::Postgres { "  floor: COPY" } else { "  floor: one prepared multi-row INSERT" };
    let mut section =
        Section::new(format!("Bulk load, {}", kind.name()), &["", "products/s", "rows/s", "seconds", "of floor"]);
    let products = (MERCHANTS * size.products) as f64;
    let (own, alone) = (rows as f64 / seconds, floor.rows as f64 / floor.seconds);
    let share = format!("{:.0} %", own * 100.0 / alone);
    let texts = [
        format!("souk: {products} products, 2 variants, offers and stock each"),
        figure(products / seconds),
        figure(own),
        format!("{seconds:.1}"),
        share,
    ];
    section.row(texts.to_vec(), json!({ "of": "souk", "products": products, "rows": rows, "seconds": seconds }));
    let texts = [name.to_owned(), String::new(), figure(alone), format!("{:.1}", floor.seconds), String::new()];
    section.row(texts.to_vec(), json!({ "of": "floor", "rows": floor.rows, "seconds": floor.seconds }));
    section.note(format!("{rows} rows in all tables, history and events included; the same rows make the floor"));
    section.note(format!("what the load set off was done {:.1} s after its last answer", settled.as_secs_f64()));
    section.note(format!("memory of the server in MB over the load: {}", samples.join(" ")));
    Ok(section)
}

/// Samples of a process's memory while something runs.
struct Memory {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<Vec<u64>>,
}

impl Memory {
    fn watch(site: &Site) -> Result<Self> {
        let first = site.resident_kib()?;
        let (pid, stop) = (site.pid(), Arc::new(AtomicBool::new(false)));
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            let mut samples = vec![first];
            while !stopped.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(500)).await;
                samples.extend(pid.and_then(|pid| site::resident_kib_of(pid).ok()));
            }
            samples
        });
        Ok(Self { stop, task })
    }

    /// About a dozen of them, evenly spread, in MB.
    async fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        let samples = self.task.await.unwrap_or_default();
        let step = samples.len().div_ceil(12).max(1);
        let mut shown: Vec<_> = samples.iter().step_by(step).collect();
        shown.extend(samples.last());
        shown.into_iter().map(|kib| (kib / 1024).to_string()).collect()
    }
}

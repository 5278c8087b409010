//! Killing the program at random moments while orders are placed and shipped, and looking at what is left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde::Serialize;
use tokio::sync::Mutex;

use chrono::{DateTime, Utc};

use crate::bazaar::{Bazaar, Size};
use crate::market::{Basket, CARD, Placed, Plan};
use crate::site::Options as SiteOptions;
use crate::{Error, Json as _, Kind, Result, Site};

/// How often, and from which seed.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Kills.
    pub rounds: usize,
    /// The same seed kills at the same times.
    pub seed: u64,
    /// Buyers at once.
    pub buyers: usize,
    /// The most orders between two kills.
    pub orders_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 30, seed: 1, buyers: 8, orders_max: 60 }
    }
}

/// What was seen. Anything wrong is an error instead.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Kills.
    pub kills: usize,
    /// Orders that were acknowledged before a kill and there after it.
    pub acknowledged: usize,
    /// Orders whose answer a kill swallowed; sent again under the same key they were placed exactly once.
    pub in_doubt: usize,
    /// Of these: the orders that had been placed before the kill.
    pub placed_unseen: usize,
    /// The longest time from a start after a kill until readiness, in milliseconds.
    pub slowest_start_ms: u128,
}

const SIZE: Size = Size { merchants: 3, products: 4, variants: 1, units: 1_000_000 };

/// What the buyers know when the program dies.
#[derive(Default)]
struct Ledger {
    acknowledged: Vec<Placed>,
    in_doubt: Vec<(Plan, String)>,
}

/// Runs the loop on a database of its own.
///
/// # Errors
/// The first thing that is wrong: a difference that `souk verify` found, a lost order, a doubled one.
pub async fn run(kind: Kind, options: Options) -> Result<Report> {
    let mut site = Site::start(kind, SiteOptions::default()).await?;
    let bazaar = Arc::new(Bazaar::open(&site.client()?, SIZE).await?);
    let mut random = StdRng::seed_from_u64(options.seed);
    let mut report = Report::default();
    for round in 0..options.rounds {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let mut tasks: Vec<_> = (0..options.buyers)
            .map(|buyer| tokio::spawn(buy(bazaar.clone(), ledger.clone(), stop.clone(), round * 1_000 + buyer)))
            .collect();
        tasks.push(tokio::spawn(fulfil(bazaar.clone(), stop.clone())));
        let (orders, more) = (random.random_range(0..=options.orders_max), random.random_range(1..200));
        reach(&ledger, orders).await;
        tokio::time::sleep(Duration::from_millis(more)).await;
        site.kill().await?;
        stop.store(true, Ordering::Relaxed);
        for task in tasks {
            task.await.map_err(|e| Error::Program(format!("a buyer broke: {e}")))??;
        }
        let (started, started_at) = (Instant::now(), now());
        site.up().await?;
        report.slowest_start_ms = report.slowest_start_ms.max(started.elapsed().as_millis());
        let wrong = |e: Error| Error::Program(format!("after kill {} of seed {}: {e}", round + 1, options.seed));
        site.verify().await.map_err(wrong)?;
        let ledger = std::mem::take(&mut *ledger.lock().await);
        settle(&bazaar, ledger, started_at, &mut report).await.map_err(wrong)?;
        report.kills += 1;
    }
    bazaar.fulfil_all().await?;
    site.verify().await?;
    site.close().await?;
    Ok(report)
}

/// Waits for so many acknowledged orders: a moment that depends on the load, not on how fast this machine is.
async fn reach(ledger: &Mutex<Ledger>, orders: usize) {
    let started = Instant::now();
    while ledger.lock().await.acknowledged.len() < orders && started.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Places order after order until the program is gone.
async fn buy(bazaar: Arc<Bazaar>, ledger: Arc<Mutex<Ledger>>, stop: Arc<AtomicBool>, start: usize) -> Result<()> {
    let mut number = start;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let basket: Basket = bazaar.basket(number);
        let plan = match bazaar.storefront.plan(&basket).await {
            Ok(plan) => plan,
            Err(error) => return gone(error),
        };
        let key = bazaar.storefront.key();
        match bazaar.storefront.place(&plan, &key, CARD, Some("tok_ok")).await {
            Ok(placed) => ledger.lock().await.acknowledged.push(placed),
            Err(error) => {
                ledger.lock().await.in_doubt.push((plan, key));
                return gone(error);
            }
        }
    }
    Ok(())
}

/// Accepts, ships and delivers what comes, until the program is gone.
async fn fulfil(bazaar: Arc<Bazaar>, stop: Arc<AtomicBool>) -> Result<()> {
    while !stop.load(Ordering::Relaxed) {
        match bazaar.fulfil_some().await {
            Ok(0) => tokio::time::sleep(Duration::from_millis(20)).await,
            Ok(_) => {}
            Err(error) => return gone(error),
        }
    }
    Ok(())
}

/// A lost connection is what this is about; everything else is wrong.
fn gone(error: Error) -> Result<()> {
    if matches!(error, Error::Http(_)) { Ok(()) } else { Err(error) }
}

/// Every acknowledged order is there; every order in doubt is placed exactly once when it is sent again.
async fn settle(bazaar: &Bazaar, ledger: Ledger, restart: DateTime<Utc>, report: &mut Report) -> Result<()> {
    for placed in &ledger.acknowledged {
        let order = bazaar.storefront.order(placed).await?;
        if order.text("number")? != placed.number || order.minor("total")? != placed.total_minor {
            return Err(Error::Unexpected(format!("order {} changed: {order}", placed.number)));
        }
    }
    report.acknowledged += ledger.acknowledged.len();
    for (plan, key) in ledger.in_doubt {
        let place = || bazaar.storefront.place(&plan, &key, CARD, Some("tok_ok"));
        let (first, second) = (place().await?, place().await?);
        if first.id != second.id {
            return Err(Error::Unexpected(format!("key {key} placed {} and {}", first.number, second.number)));
        }
        report.in_doubt += 1;
        let order = bazaar.storefront.order(&first).await?;
        let placed_at = order.text("placedAt")?.parse::<DateTime<Utc>>();
        let placed_at = placed_at.map_err(|e| Error::Unexpected(format!("placedAt: {e}")))?;
        report.placed_unseen += usize::from(placed_at < restart);
    }
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "compared with times of the program, which has the same clock")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

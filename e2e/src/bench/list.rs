//! The list page of a storefront and the page of a product.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::{COMPARED, Options, body, compare};
use crate::bazaar::{Bazaar, Size};
use crate::floor::{self, ReadFloor};
use crate::load::{self, Until, Work};
use crate::report::Section;
use crate::site::Options as SiteOptions;
use crate::wire::Wire;
use crate::{Client, Error, Json as _, Kind, Result, Site, operations};

const CONNECTIONS: [usize; 2] = [1, 16];
/// Requests before a measurement, for caches and connections.
const WARM_UP: usize = 200;
/// Turns of program and floor in one measurement.
const TURNS: u32 = 5;
const FILE: &str = "storefront/products";

/// Asks for pages, one after the other of a set.
pub(super) struct Pages {
    pub(super) wire: Wire,
    pub(super) bodies: Arc<Vec<Vec<u8>>>,
    pub(super) next: Arc<AtomicUsize>,
}

impl Work for Pages {
    async fn step(&mut self) -> Result<()> {
        let body = &self.bodies[self.next.fetch_add(1, Ordering::Relaxed) % self.bodies.len()];
        let (status, answer) = self.wire.post(body).await?;
        if status == 200 && answer.starts_with(br#"{"data":{"#) && !answer.starts_with(br#"{"data":null"#) {
            return Ok(());
        }
        Err(Error::Unexpected(format!("{status}: {}", String::from_utf8_lossy(&answer[..answer.len().min(300)]))))
    }
}

/// A kind of page.
struct Page {
    name: &'static str,
    bodies: Arc<Vec<Vec<u8>>>,
}

pub(super) async fn measure(kind: Kind, options: &Options) -> Result<Vec<Section>> {
    let mut site = Site::start(kind, SiteOptions::default()).await?;
    let each = options.products.div_ceil(options.merchants);
    let size = Size { merchants: options.merchants, products: each, variants: 3, units: 100 };
    let bazaar = Bazaar::open(&site.client()?, size).await?;
    site.wait_quiet(Duration::from_secs(600)).await?;
    let pages = pages(&site.client()?, &bazaar).await?;
    let mut seen = Vec::with_capacity(pages.len());
    for page in &pages {
        seen.push(capture(&mut site, page).await?);
    }
    // Loading has left its traces in memory; what is measured is a server in its daily life.
    site.up().await?;
    let mut sections = Vec::new();
    for (page, seen) in pages.iter().zip(&seen) {
        let mut section = Section::new(format!("{}, {}", page.name, kind.name()), &COMPARED);
        let mut cpu = Vec::new();
        for connections in CONNECTIONS {
            let both = side_by_side(&site, page, seen, kind, connections, options.each).await?;
            cpu.push(format!("{} us at {connections}", both.cpu_us));
            compare(&mut section, "souk", &both.souk, &both.floor, "requests")?;
        }
        section.note(format!("{} SQL statements a page; the floor runs the same ones, prepared", seen.len()));
        section.note(format!("CPU time of the server a page: {} connections", cpu.join(", ")));
        section.note(format!("memory of the server under this load: {} MB", site.resident_kib()? / 1024));
        sections.push(section);
    }
    site.close().await?;
    Ok(sections)
}

/// The program and its floor.
struct Both {
    souk: load::Figures,
    floor: load::Figures,
    /// CPU time of the server for one request, in microseconds.
    cpu_us: u64,
}

/// Takes turns, so that what else the machine does meets both alike.
async fn side_by_side(
    site: &Site,
    page: &Page,
    seen: &[floor::Seen],
    kind: Kind,
    connections: usize,
    time: Duration,
) -> Result<Both> {
    let pool = floor::connect(kind, &site.database_url(), u32::try_from(connections).unwrap_or(1)).await?;
    let raw = || vec![ReadFloor::new(pool.clone(), seen); connections];
    workers(site, page, connections, Until::Steps(WARM_UP)).await?;
    load::run(raw(), Until::Steps(WARM_UP)).await?;
    let (mut souk, mut floor, mut cpu_ms) = (Vec::new(), Vec::new(), 0);
    for _ in 0..TURNS {
        let before = site.cpu_ms()?;
        let served = workers(site, page, connections, Until::Elapsed(time / TURNS)).await?;
        cpu_ms += site.cpu_ms()? - before;
        let alone = load::run(raw(), Until::Elapsed(time / TURNS)).await?;
        souk.push(served);
        floor.push(alone);
    }
    pool.close().await?;
    let all = |runs: Vec<load::Figures>| runs.into_iter().reduce(load::Figures::and);
    let none = || Error::Data("a measurement is missing".to_owned());
    let (souk, floor) = (all(souk).ok_or_else(none)?, all(floor).ok_or_else(none)?);
    let cpu_us = cpu_ms * 1_000 / (souk.done.max(1) as u64);
    Ok(Both { souk, floor, cpu_us })
}

async fn workers(site: &Site, page: &Page, connections: usize, until: Until) -> Result<load::Figures> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = Vec::with_capacity(connections);
    for _ in 0..connections {
        let wire = Wire::connect(&site.address(), None, None).await?;
        workers.push(Pages { wire, bodies: page.bodies.clone(), next: next.clone() });
    }
    load::run(workers, until).await
}

/// The first pages of the list, and as many products by slug.
async fn pages(client: &Client, bazaar: &Bazaar) -> Result<Vec<Page>> {
    let list = operations::find(FILE, "StorefrontProducts")?;
    let by_slug = operations::find(FILE, "StorefrontProduct")?;
    let market = json!({ "channel": bazaar.market.channel, "currency": bazaar.market.currency });
    let with = |key: &str, value: Value| {
        let mut variables = market.clone();
        variables[key] = value;
        variables
    };
    let mut variables = with("first", json!(20));
    let (mut lists, mut products) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        lists.push(body(list, variables.clone()));
        let answer = client.query(list, variables.clone()).await?;
        for node in answer.nodes("storefrontProducts")? {
            products.push(body(by_slug, with("slug", json!(node.text("product.slug")?))));
        }
        variables["after"] = answer.at("storefrontProducts.pageInfo.endCursor")?.clone();
    }
    Ok(vec![
        Page { name: "List page", bodies: Arc::new(lists) },
        Page { name: "Product by slug", bodies: Arc::new(products) },
    ])
}

/// The statements of one request of a warm server; leaves the server stopped.
async fn capture(site: &mut Site, page: &Page) -> Result<Vec<floor::Seen>> {
    let (name, value) = floor::LOG_LEVEL;
    site.stop().await?;
    site.set(name, Some(value));
    site.up().await?;
    let mut wire = Wire::connect(&site.address(), None, None).await?;
    for _ in 0..3 {
        wire.post(&page.bodies[0]).await?;
    }
    // What runs by the clock writes statements, too: a quiet moment has only the request.
    let mut seen = Vec::new();
    for _ in 0..5 {
        let before = site.log().len();
        wire.post(&page.bodies[0]).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let log = site.log();
        let now: Vec<_> = floor::read_log(&log[before..])?.into_iter().filter(|one| one.transaction == 0).collect();
        if seen.is_empty() || now.len() < seen.len() {
            seen = now;
        }
    }
    site.stop().await?;
    site.set(name, None);
    Ok(seen)
}

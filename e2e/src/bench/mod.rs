//! Measurements: the program beside what the database alone would do in its place, in the same run.
//!
//! Load and program share the machine, so every figure has the load's own work in it; the floor has none of HTTP and
//! GraphQL, neither on the server's side nor on the client's.

mod bulk;
mod bulk_floor;
mod checkout;
mod list;
mod oversell;
mod payout;
mod people;
mod refund;
mod start;

use std::time::Duration;

use serde_json::{Value, json};

pub use oversell::{Rush, rush};

use crate::report::{Section, figure, milliseconds};
use crate::{Error, Kind, Result, crash, load};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// The list page and a product by slug.
    List,
    /// Placing and paying orders.
    Checkout,
    /// Paying delivered units back.
    Refund,
    /// A payout run over many merchants, and their statements.
    Payout,
    /// Signing in, rights and the list of merchants with many people.
    People,
    /// Loading many products.
    Bulk,
    /// 200 buyers for 100 units.
    Oversell,
    /// Start and idle memory.
    Start,
    /// Kills under load.
    Crash,
}

impl Part {
    /// All of them, in the order in which they are best run.
    pub const ALL: [Self; 9] = [
        Self::List,
        Self::Start,
        Self::Checkout,
        Self::Refund,
        Self::Payout,
        Self::People,
        Self::Oversell,
        Self::Bulk,
        Self::Crash,
    ];
}

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Options {
    /// Merchants of the list page.
    pub merchants: usize,
    /// Products of the list page.
    pub products: usize,
    /// Products of the bulk load.
    pub bulk: usize,
    /// Merchants of the payout run.
    pub payees: usize,
    /// Postings in the books before the payout run.
    pub postings: i64,
    /// Merchants of the marketplace with many people.
    pub town: usize,
    /// Roles that were made in it.
    pub roles: usize,
    /// How long each load runs.
    pub each: Duration,
    /// Kills of the crash loop.
    pub kills: usize,
    /// The seed of the crash loop.
    pub seed: u64,
}

/// Measures `part` on `kind`.
///
/// # Errors
/// What kept it from being measured, or a promise that was broken.
pub async fn measure(part: Part, kind: Kind, options: &Options) -> Result<Vec<Section>> {
    match part {
        Part::List => list::measure(kind, options).await,
        Part::Start => start::measure(kind, options).await.map(|section| vec![section]),
        Part::Checkout => checkout::measure(kind, options).await.map(|section| vec![section]),
        Part::Refund => refund::measure(kind, options).await.map(|section| vec![section]),
        Part::Payout => payout::measure(kind, options).await,
        Part::People => people::measure(kind, options).await.map(|section| vec![section]),
        Part::Oversell => oversell::measure(kind).await.map(|section| vec![section]),
        Part::Bulk => bulk::measure(kind, options).await.map(|section| vec![section]),
        Part::Crash => crashes(kind, options).await.map(|section| vec![section]),
    }
}

async fn crashes(kind: Kind, options: &Options) -> Result<Section> {
    let how = crash::Options { rounds: options.kills, seed: options.seed, ..Default::default() };
    let report = crash::run(kind, how).await?;
    let columns = ["kill -9 under load", "kills", "acknowledged", "lost", "in doubt", "doubled", "slowest start"];
    let mut section = Section::new(format!("Crashes, {}", kind.name()), &columns);
    let texts = [
        format!("seed {}", options.seed),
        report.kills.to_string(),
        report.acknowledged.to_string(),
        "0".to_owned(),
        report.in_doubt.to_string(),
        "0".to_owned(),
        format!("{} ms", report.slowest_start_ms),
    ];
    section.row(texts.to_vec(), &report);
    section.note("after each restart `souk verify` was clean; a lost or doubled order would have ended the run");
    Ok(section)
}

/// The columns of [`compare`].
const COMPARED: [&str; 6] = ["", "connections", "per second", "p50", "p99", "of floor"];

/// A row for the program and a row for the floor.
fn compare(
    section: &mut Section,
    what: &str,
    program: &load::Figures,
    floor: &load::Figures,
    unit: &str,
) -> Result<()> {
    for figures in [program, floor] {
        if figures.failed > 0 {
            let first = figures.first_failure.clone().unwrap_or_default();
            return Err(Error::Unexpected(format!("{what}: {} failures, the first: {first}", figures.failed)));
        }
    }
    let share = program.percent_of(floor);
    let texts = |name: String, figures: &load::Figures, share: String| {
        let (p50, p99) = (milliseconds(figures.p50_ms), milliseconds(figures.p99_ms));
        vec![name, figures.connections.to_string(), figure(figures.per_second), p50, p99, share]
    };
    let data = |of: &str, figures: &load::Figures| json!({ "what": what, "of": of, "unit": unit, "figures": figures });
    section.row(texts(what.to_owned(), program, format!("{share:.0} %")), data("souk", program));
    section.row(texts("  floor".to_owned(), floor, String::new()), data("floor", floor));
    Ok(())
}

/// The body of a request.
fn body(document: &str, variables: Value) -> Vec<u8> {
    json!({ "query": document, "variables": variables }).to_string().into_bytes()
}

/// Milliseconds of the Unix epoch.
fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

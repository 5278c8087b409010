//! How long a start takes, and what an idle process holds.
#![allow(clippy::float_arithmetic, reason = "figures about time, not about money")]

use std::time::{Duration, Instant};

use serde_json::json;

use super::Options;
use crate::bazaar::{Bazaar, Size};
use crate::report::Section;
use crate::site::Options as SiteOptions;
use crate::wire::Wire;
use crate::{Error, Kind, Result, Site};

/// How often it is started.
const STARTS: usize = 7;

pub(super) async fn measure(kind: Kind, options: &Options) -> Result<Section> {
    let mut site = Site::start(kind, SiteOptions::default()).await?;
    let products = options.products.min(1_000) / 10;
    Bazaar::open(&site.client()?, Size { merchants: 10, products, variants: 3, units: 10 }).await?;
    site.wait_quiet(Duration::from_secs(60)).await?;
    site.stop().await?;
    let mut times = Vec::with_capacity(STARTS);
    for start in 0..STARTS {
        let since = Instant::now();
        site.spawn()?;
        first_answer(&site, since).await?;
        times.push(since.elapsed());
        if start + 1 < STARTS {
            site.stop().await?;
        }
    }
    times.sort_unstable();
    // Idle is what stays when jobs and connections have come to rest.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let idle_kib = site.resident_kib()?;
    let mut section = Section::new(format!("Start, {}", kind.name()), &["", "median", "slowest", "idle memory"]);
    let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1000.0);
    let (median, slowest) = (times[STARTS / 2], times[STARTS - 1]);
    let memory = format!("{:.1} MB", idle_kib as f64 / 1024.0);
    section.row(
        vec!["start of the process to the first answer of /graphql".to_owned(), ms(median), ms(slowest), memory],
        json!({ "median_ms": median.as_millis(), "slowest_ms": slowest.as_millis(), "idle_kib": idle_kib }),
    );
    site.close().await?;
    Ok(section)
}

async fn first_answer(site: &Site, since: Instant) -> Result<()> {
    let body = br#"{"query":"{ version }"}"#;
    while since.elapsed() < Duration::from_secs(30) {
        if let Ok(mut wire) = Wire::connect(&site.address(), None, None).await
            && let Ok((200, _)) = wire.post(body).await
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Err(Error::Timeout { what: "the first answer".to_owned(), seconds: 30 })
}

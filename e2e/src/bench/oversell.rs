//! Many buyers for few units.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde::Serialize;

use crate::bazaar::{Bazaar, Size};
use crate::market::{BasketLine, CARD};
use crate::report::Section;
use crate::site::Options as SiteOptions;
use crate::{Error, Kind, Result, Site};

const BUYERS: usize = 200;
const UNITS: i64 = 100;

/// What came of a rush.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rush {
    /// Buyers who wanted a unit each.
    pub buyers: usize,
    /// Orders that were placed.
    pub placed: usize,
    /// Buyers who were told `OUT_OF_STOCK` and what is left.
    pub refused: usize,
    /// From the first to the last, in milliseconds.
    pub took_ms: u128,
}

/// Lets `buyers` want one unit each of an offer at the same time: all have the plan of their cart before the first of
/// them places it.
///
/// # Errors
/// The first answer that is neither an order nor `OUT_OF_STOCK`.
pub async fn rush(bazaar: &Arc<Bazaar>, offer: &str, buyers: usize) -> Result<Rush> {
    let line = |_| BasketLine { offer_id: offer.to_owned(), quantity: 1, delivery_minor: None };
    let baskets = (0..buyers).map(|number| bazaar.basket_of(vec![line(number)], number));
    let plans = join_all(baskets.map(|basket| async move { bazaar.storefront.plan(&basket).await })).await;
    let started = Instant::now();
    let mut tasks = Vec::with_capacity(buyers);
    for plan in plans {
        let (plan, bazaar) = (plan?, bazaar.clone());
        tasks.push(tokio::spawn(async move {
            let key = bazaar.storefront.key();
            bazaar.storefront.place(&plan, &key, CARD, Some("tok_ok")).await
        }));
    }
    let mut rush = Rush { buyers, placed: 0, refused: 0, took_ms: 0 };
    for task in tasks {
        match task.await.map_err(|e| Error::Program(format!("a buyer broke: {e}")))? {
            Ok(_) => rush.placed += 1,
            Err(error) if error.code() == "OUT_OF_STOCK" => {
                let left = error.details().and_then(|d| d["lines"][0]["available"].as_i64());
                if left.is_none() {
                    return Err(Error::Unexpected(format!("nobody said what is left: {error}")));
                }
                rush.refused += 1;
            }
            Err(error) => return Err(error),
        }
    }
    rush.took_ms = started.elapsed().as_millis();
    Ok(rush)
}

pub(super) async fn measure(kind: Kind) -> Result<Section> {
    let site = Site::start(kind, SiteOptions::default()).await?;
    let size = Size { merchants: 1, products: 1, variants: 1, units: UNITS };
    let bazaar = Arc::new(Bazaar::open(&site.client()?, size).await?);
    let rush = rush(&bazaar, &bazaar.offers[0][0], BUYERS).await?;
    let wanted = usize::try_from(UNITS).unwrap_or(0);
    if (rush.placed, rush.refused) != (wanted, BUYERS - wanted) {
        return Err(Error::Unexpected(format!("oversold or undersold: {rush:?}")));
    }
    site.wait_quiet(Duration::from_secs(60)).await?;
    site.verify().await?;
    site.close().await?;
    let columns = ["200 buyers at once for 100 units", "placed", "OUT_OF_STOCK", "took"];
    let mut section = Section::new(format!("Oversell, {}", kind.name()), &columns);
    let texts = [String::new(), rush.placed.to_string(), rush.refused.to_string(), format!("{} ms", rush.took_ms)];
    section.row(texts.to_vec(), &rush);
    section.note("`souk verify` is clean after it");
    Ok(section)
}

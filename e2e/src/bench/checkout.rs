//! Orders of five lines and three merchants, placed and paid.

use std::sync::Arc;
use std::time::Duration;

use super::{COMPARED, Options, compare};
use crate::bazaar::{Bazaar, Size};
use crate::floor::{self, WriteFloor};
use crate::load::{self, Until, Work};
use crate::report::Section;
use crate::site::Options as SiteOptions;
use crate::{Kind, Result, Site};

const CONNECTIONS: [usize; 2] = [1, 8];
const SIZE: Size = Size { merchants: 20, products: 20, variants: 1, units: 10_000_000 };

/// How long events and jobs may take to be done.
const PATIENCE: Duration = Duration::from_secs(120);

/// A buyer who orders again and again.
struct Buyer {
    bazaar: Arc<Bazaar>,
    number: usize,
}

impl Work for Buyer {
    async fn step(&mut self) -> Result<()> {
        self.number += 1;
        let placed = self.bazaar.storefront.buy(&self.bazaar.basket(self.number)).await?;
        self.bazaar.storefront.wait_paid(&placed).await
    }
}

pub(super) async fn measure(kind: Kind, options: &Options) -> Result<Section> {
    let mut site = Site::start(kind, SiteOptions::default()).await?;
    let bazaar = Arc::new(Bazaar::open(&site.client()?, SIZE).await?);
    let buyers =
        |count: usize| (0..count).map(|n| Buyer { bazaar: bazaar.clone(), number: n * 1_000_000 }).collect::<Vec<_>>();
    load::run(buyers(2), Until::Steps(10)).await?;
    let mut measured = Vec::new();
    for connections in CONNECTIONS {
        measured.push(load::run(buyers(connections), Until::Elapsed(options.each)).await?);
    }
    site.wait_quiet(PATIENCE).await?;
    site.verify().await?;
    let (seen, since_ms) = capture(&mut site, &bazaar).await?;
    let mut section = Section::new(format!("Checkout, {}", kind.name()), &COMPARED);
    for (connections, figures) in CONNECTIONS.into_iter().zip(&measured) {
        // SQLite has one writer, as in the program.
        let writers = if kind == Kind::Sqlite { 1 } else { u32::try_from(connections).unwrap_or(1) };
        let pool = floor::connect(kind, &site.database_url(), writers).await?;
        let mut work = WriteFloor::new(pool.clone(), &seen, since_ms).await?;
        let dropped = work.drop_unrepeatable().await?;
        let (transactions, statements) = work.size();
        let alone = load::run(vec![work; connections], Until::Elapsed(options.each)).await?;
        pool.close().await?;
        compare(&mut section, "placed and paid", figures, &alone, "orders")?;
        if connections == CONNECTIONS[0] {
            section
                .note(format!("the floor: {transactions} transactions with {statements} writing statements an order"));
            section.notes.extend(dropped.into_iter().map(|why| format!("not in the floor: {why}")));
        }
    }
    section.note("an order here is: cart, split plan, placement, payment, and looking until it is paid");
    site.close().await?;
    Ok(section)
}

/// The statements of one order until it is paid, and when it was sent; leaves the server stopped.
async fn capture(site: &mut Site, bazaar: &Arc<Bazaar>) -> Result<(Vec<floor::Seen>, u64)> {
    let (name, value) = floor::LOG_LEVEL;
    site.stop().await?;
    site.set(name, Some(value));
    site.up().await?;
    let mut buyer = Buyer { bazaar: bazaar.clone(), number: 77 };
    buyer.step().await?;
    site.wait_quiet(PATIENCE).await?;
    let before = site.log().len();
    let since_ms = super::now_ms();
    buyer.step().await?;
    // What the order sets off beyond its payment belongs to it: events, mails.
    site.wait_quiet(PATIENCE).await?;
    let log = site.log();
    site.stop().await?;
    site.set(name, None);
    Ok((floor::read_log(&log[before..])?, since_ms))
}

//! Units that were delivered, paid back one by one.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

use super::{COMPARED, Options, compare};
use crate::bazaar::{Bazaar, Size};
use crate::client::Client;
use crate::floor::{self, WriteFloor};
use crate::load::{self, Until, Work};
use crate::market::BasketLine;
use crate::report::Section;
use crate::site::Options as SiteOptions;
use crate::{Error, Json as _, Kind, Result, Site, operations};

const CONNECTIONS: [usize; 2] = [1, 8];
const SIZE: Size = Size { merchants: 8, products: 1, variants: 1, units: 1_000_000 };
/// Orders, and the units of each.
const ORDERS: usize = 48;
const UNITS: i64 = 12;
/// Orders of one measurement, all connections together: they have more units than it refunds.
const SHARE: usize = 20;
/// Refunds of one measurement, all connections together.
const STEPS: usize = 160;
/// How long events and jobs may take to be done.
const PATIENCE: Duration = Duration::from_secs(180);

/// A merchant order and its one line.
#[derive(Debug, Clone)]
struct Sold {
    merchant_order: String,
    line: String,
    left: i64,
}

/// Somebody who pays back one unit after the other, of one order after the other.
struct Desk {
    staff: Client,
    sold: VecDeque<Sold>,
}

impl Work for Desk {
    async fn step(&mut self) -> Result<()> {
        let mut sold =
            self.sold.pop_front().ok_or_else(|| Error::Unexpected("nothing is left to refund".to_owned()))?;
        let input = json!({
            "merchantOrderId": sold.merchant_order, "lines": [{ "lineId": sold.line, "quantity": 1 }], "reason": "RETURNED",
        });
        self.staff.run(operations::find("merchant/orders", "RefundCreate")?, input).await?;
        sold.left -= 1;
        if sold.left > 0 {
            self.sold.push_back(sold);
        }
        Ok(())
    }
}

pub(super) async fn measure(kind: Kind, _: &Options) -> Result<Section> {
    let mut site = Site::start(kind, SiteOptions::default()).await?;
    let bazaar = Bazaar::open(&site.client()?, SIZE).await?;
    let mut sold = deliver(&bazaar).await?;
    site.wait_quiet(PATIENCE).await?;
    let finance = &bazaar.market.operator;
    let mut measured = Vec::new();
    for connections in CONNECTIONS {
        let share = (SHARE / connections).max(1);
        let mut desks = Vec::new();
        for _ in 0..connections {
            desks.push(Desk { staff: finance.clone(), sold: sold.drain(..share).collect() });
        }
        let figures = load::run(desks, Until::Steps(STEPS / connections)).await?;
        // What the refunds set off (the provider, the ledger, mails) belongs to them, and to nobody's next figure.
        site.wait_quiet(PATIENCE).await?;
        measured.push(figures);
    }
    site.verify().await?;
    let (seen, since_ms) = capture(&mut site, finance.clone(), sold).await?;
    let mut section = Section::new(format!("Refund of one unit, {}", kind.name()), &COMPARED);
    for (connections, figures) in CONNECTIONS.into_iter().zip(&measured) {
        let writers = if kind == Kind::Sqlite { 1 } else { u32::try_from(connections).unwrap_or(1) };
        let pool = floor::connect(kind, &site.database_url(), writers).await?;
        let mut work = WriteFloor::new(pool.clone(), &seen, since_ms).await?;
        // A charge has room for the refunds of its units only, so its books cannot be part of the floor.
        let mut dropped = Vec::new();
        for _ in 0..UNITS {
            dropped.extend(work.drop_unrepeatable().await?);
        }
        let (transactions, statements) = work.size();
        let alone = load::run(vec![work; connections], Until::Steps(STEPS / connections)).await?;
        pool.close().await?;
        compare(&mut section, "refunded", figures, &alone, "refunds")?;
        if connections == CONNECTIONS[0] {
            section.note(format!(
                "the floor: {transactions} transactions with {statements} writing statements a refund, with its provider and ledger"
            ));
            section.notes.extend(dropped.into_iter().map(|why| format!("not in the floor: {why}")));
        }
    }
    site.close().await?;
    Ok(section)
}

/// Orders of one merchant each, paid, sent and delivered.
async fn deliver(bazaar: &Bazaar) -> Result<Vec<Sold>> {
    for number in 0..ORDERS {
        let offer_id = bazaar.offers[number % bazaar.offers.len()][0].clone();
        let basket = bazaar.basket_of(vec![BasketLine { offer_id, quantity: UNITS, delivery_minor: None }], number);
        let placed = bazaar.storefront.buy(&basket).await?;
        bazaar.storefront.wait_paid(&placed).await?;
    }
    bazaar.fulfil_all().await?;
    let mut sold = Vec::new();
    for staff in &bazaar.staff {
        for part in staff.merchant_orders("DELIVERED", 100).await? {
            let document = operations::find("merchant/orders", "MerchantOrder")?;
            let shown = staff.client.query(document, json!({ "id": part.text("id")? })).await?;
            sold.push(read(shown.at("merchantOrder")?)?);
        }
    }
    if sold.len() == ORDERS {
        Ok(sold)
    } else {
        Err(Error::Unexpected(format!("{} orders were delivered", sold.len())))
    }
}

fn read(part: &Value) -> Result<Sold> {
    Ok(Sold { merchant_order: part.text("id")?.to_owned(), line: part.text("lines.0.id")?.to_owned(), left: UNITS })
}

/// The statements of one refund and of what it sets off; leaves the server stopped.
async fn capture(site: &mut Site, staff: Client, sold: Vec<Sold>) -> Result<(Vec<floor::Seen>, u64)> {
    let (name, value) = floor::LOG_LEVEL;
    site.stop().await?;
    site.set(name, Some(value));
    site.up().await?;
    let mut desk = Desk { staff, sold: sold.into() };
    desk.step().await?;
    site.wait_quiet(PATIENCE).await?;
    let before = site.log().len();
    let since_ms = super::now_ms();
    desk.step().await?;
    site.wait_quiet(PATIENCE).await?;
    let log = site.log();
    site.stop().await?;
    site.set(name, None);
    Ok((floor::read_log(&log[before..])?, since_ms))
}

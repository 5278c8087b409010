//! The orders of Olist, once more: everything they need is made, every order is bought, shipped and paid out.
#![allow(clippy::float_arithmetic, reason = "figures about time, not about money")]

mod fulfil;
mod goods;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::market::{Basket, BasketLine, Books, Market, Placed, Storefront, Wanted, each};
use crate::olist::{self, Dataset, OfferKey, Order};
use crate::{Client, Error, Result};

/// How long a phase may go without anything happening.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to replay, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// E-mail and password of an operator.
    pub operator: (String, String),
    /// Requests at once.
    pub concurrency: usize,
    /// Whether to say on standard error what is being done.
    pub talk: bool,
}

/// A phase of the replay.
#[derive(Debug, Clone, Serialize)]
pub struct Phase {
    /// What was done.
    pub name: &'static str,
    /// How often.
    pub count: usize,
    /// For how long.
    pub seconds: f64,
    /// How often in a second.
    pub per_second: f64,
}

/// What came of it. Amounts are in minor units of the currency of the data, as the program answered them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// Orders placed.
    pub orders: usize,
    /// Their parts by merchant.
    pub merchant_orders: usize,
    /// Their lines.
    pub lines: usize,
    /// Orders of several merchants.
    pub split_orders: usize,
    /// The goods.
    pub items_minor: i64,
    /// The delivery.
    pub freight_minor: i64,
    /// What buyers paid.
    pub paid_minor: i64,
    /// What the operator keeps, with tax on it.
    pub commission_minor: i64,
    /// What is left for merchants.
    pub payable_minor: i64,
    /// What the payout run sent to merchants.
    pub paid_out_minor: i64,
    /// What did not go as it should.
    pub failures: usize,
    /// The texts of the first of them.
    pub first_failures: Vec<String>,
    /// All of it.
    pub seconds: f64,
    /// The phases in their order.
    pub phases: Vec<Phase>,
}

/// Replays `data` against the server that `client` speaks to.
///
/// # Errors
/// What kept the replay from going on. What went wrong with single orders is in the summary.
pub async fn run(client: &Client, data: &Dataset, options: &Options) -> Result<Summary> {
    let started = Instant::now();
    let wanted = Wanted {
        channel: "olist".to_owned(),
        currency: olist::CURRENCY.to_owned(),
        country: "BR".to_owned(),
        locale: "pt-BR".to_owned(),
        tax_percent: "17".to_owned(),
        quoted_delivery: true,
        hold_days: 0,
    };
    let (email, password) = &options.operator;
    let market = &Market::open(client, email, password, &wanted).await?;
    let storefront = &market.storefront();
    let before = market.books().await?;
    let mut replay = Replay { data, options, market, storefront, summary: Summary::default(), started };
    replay.phase("set up", 1, started);
    let merchants = replay.merchants().await?;
    let variants = replay.products().await?;
    let offers = replay.offers(&merchants, &variants).await?;
    let placed = replay.orders(&offers).await?;
    let staff = replay.staff(&placed).await;
    replay.fulfil(&staff).await;
    replay.payouts(&before).await?;
    Ok(replay.finish())
}

struct Replay<'a> {
    data: &'a Dataset,
    options: &'a Options,
    market: &'a Market,
    storefront: &'a Storefront,
    summary: Summary,
    started: Instant,
}

impl Replay<'_> {
    /// Writes down what a phase took.
    #[allow(clippy::print_stderr, reason = "a long run says where it is")]
    fn phase(&mut self, name: &'static str, count: usize, since: Instant) {
        let seconds = since.elapsed().as_secs_f64();
        let per_second = if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
        if self.options.talk {
            eprintln!("{name:<14} {count:>6} in {seconds:>7.2} s, {per_second:>8.1}/s");
        }
        self.summary.phases.push(Phase { name, count, seconds, per_second });
    }

    fn failed(&mut self, failures: Vec<String>) {
        self.summary.failures += failures.len();
        let room = 20_usize.saturating_sub(self.summary.first_failures.len());
        self.summary.first_failures.extend(failures.into_iter().take(room));
    }

    /// Every order through cart, plan and checkout, and its money.
    async fn orders(&mut self, offers: &HashMap<OfferKey, String>) -> Result<Vec<Placed>> {
        let since = Instant::now();
        let storefront = self.storefront;
        let buy = |order| async move {
            let basket = basket(order, offers)?;
            let placed = storefront.buy(&basket).await.map_err(|e| Error::Data(format!("order {}: {e}", order.id)))?;
            compare(order, &placed)?;
            Ok(placed)
        };
        let (placed, failures) = each(&self.data.orders, self.options.concurrency, buy).await;
        self.failed(failures);
        self.phase("orders placed", placed.len(), since);
        let since = Instant::now();
        let (paid, failures) = each(&placed, self.options.concurrency, |order| storefront.wait_paid(order)).await;
        let paid = paid.len();
        self.failed(failures);
        self.phase("orders paid", paid, since);
        for order in &placed {
            self.summary.orders += 1;
            self.summary.merchant_orders += order.merchant_orders.len();
            self.summary.split_orders += usize::from(order.merchant_orders.len() > 1);
            self.summary.lines += order.lines;
            self.summary.items_minor += order.goods_minor;
            self.summary.freight_minor += order.delivery_minor;
        }
        Ok(placed)
    }

    /// Earnings are released and paid out; what the books say of it all since `before`.
    async fn payouts(&mut self, before: &Books) -> Result<()> {
        let since = Instant::now();
        self.market.wait_released(PATIENCE * 2).await?;
        self.phase("released", 1, since);
        let since = Instant::now();
        let run = self.market.payout_run(&self.storefront.key()).await?;
        self.phase("payouts", run.count, since);
        let after = self.market.books().await?;
        let summary = &mut self.summary;
        summary.paid_minor = after.paid_minor() - before.paid_minor();
        summary.commission_minor = after.commission_minor() - before.commission_minor();
        summary.payable_minor = after.payable_minor() - before.payable_minor();
        summary.paid_out_minor = run.total_minor;
        let (bought, shared) =
            (summary.items_minor + summary.freight_minor, summary.commission_minor + summary.payable_minor);
        if summary.paid_minor != bought || summary.paid_minor != shared {
            let paid = summary.paid_minor;
            self.failed(vec![format!("{bought} was bought, {paid} was paid, {shared} was shared out")]);
        }
        self.market.payout_run_paid(&run).await.map(drop)
    }

    fn finish(mut self) -> Summary {
        self.summary.seconds = self.started.elapsed().as_secs_f64();
        self.summary
    }
}

/// The lines of an order as a buyer puts them into a cart: each row of the data its own line, with its freight.
fn basket(order: &Order, offers: &HashMap<OfferKey, String>) -> Result<Basket> {
    let line = |line: &olist::Line| {
        let offer_id = offers.get(&line.offer).cloned();
        let offer_id = offer_id.ok_or_else(|| Error::Data(format!("order {}: an offer was not made", order.id)))?;
        Ok(BasketLine { offer_id, quantity: 1, delivery_minor: Some(line.freight_minor) })
    };
    let lines = order.lines.iter().map(line).collect::<Result<_>>()?;
    Ok(Basket { lines, address: order.address.clone(), email: format!("{}@example.com", short(&order.id)) })
}

/// Whether Souk made the same of the order as the data says.
fn compare(order: &Order, placed: &Placed) -> Result<()> {
    let items: i64 = order.lines.iter().map(|line| line.price_minor).sum();
    let freight: i64 = order.lines.iter().map(|line| line.freight_minor).sum();
    let is = (placed.goods_minor, placed.delivery_minor, placed.total_minor, placed.merchant_orders.len());
    let should = (items, freight, items + freight, order.sellers());
    if is == should && placed.lines == order.lines.len() {
        return Ok(());
    }
    Err(Error::Data(format!(
        "order {}: {} lines {is:?} instead of {} {should:?}",
        order.id,
        placed.lines,
        order.lines.len()
    )))
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

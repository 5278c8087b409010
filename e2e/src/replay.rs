//! The orders of Olist, once more: everything they need is made, every order is bought, shipped and paid out.
#![allow(clippy::float_arithmetic, reason = "figures about time, not about money")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::Future;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use crate::market::{
    Basket, BasketLine, Books, Market, NewMerchant, NewOffer, NewProduct, NewStock, NewVariant, Parcel, Placed, Staff,
    Storefront, Wanted, each,
};
use crate::olist::{self, Dataset, OfferKey, Order};
use crate::{Client, Error, Json as _, Result, money};

/// How long a phase may go without anything happening.
const PATIENCE: Duration = Duration::from_secs(60);

/// What succeeded, and the texts of what did not.
type Outcome<T> = (Vec<T>, Vec<String>);

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

    /// A merchant for each seller; their ids by index of the seller.
    async fn merchants(&mut self) -> Result<Vec<String>> {
        let since = Instant::now();
        let rows: Vec<_> = self
            .data
            .sellers
            .iter()
            .map(|seller| NewMerchant {
                name: format!("Loja {}", short(&seller.id)),
                legal_name: format!("Loja {} Ltda.", short(&seller.id)),
                city: if seller.city.is_empty() { "são paulo".to_owned() } else { seller.city.clone() },
                email: format!("loja-{}@example.com", short(&seller.id)),
            })
            .collect();
        let merchants = self.market.merchants(&rows).await?;
        self.phase("merchants", merchants.len(), since);
        Ok(merchants)
    }

    /// The operator's own products, published; the ids of their variants by index of product and price.
    async fn products(&mut self) -> Result<Vec<Vec<String>>> {
        let since = Instant::now();
        let mut names: Vec<&str> = self.data.products.iter().map(|product| product.category.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let mut categories = HashMap::new();
        for name in names {
            categories.insert(name, self.market.category(&name.replace('_', " ")).await?);
        }
        self.phase("categories", categories.len(), since);
        let since = Instant::now();
        let rows: Vec<_> = self
            .data
            .products
            .iter()
            .map(|product| NewProduct {
                handle: format!("olist-{}", product.id),
                title: format!("{} {}", product.category.replace('_', " "), short(&product.id)),
                category_id: categories.get(product.category.as_str()).cloned(),
                images: Vec::new(),
                variants: product
                    .prices
                    .iter()
                    .map(|price| NewVariant {
                        sku: variant_sku(&product.id, *price),
                        option: money::text(*price, money::digits(olist::CURRENCY)),
                        weight_g: product.weight_g,
                    })
                    .collect(),
            })
            .collect();
        let made = self.market.products(None, &rows).await?;
        let ids: Vec<_> = made.iter().map(|product| product.id.clone()).collect();
        self.market.publish(&ids).await?;
        let mut variants = Vec::with_capacity(made.len());
        for (product, made) in self.data.products.iter().zip(made) {
            let by_sku: HashMap<_, _> = made.variants.into_iter().collect();
            let ids = product.prices.iter().map(|price| by_sku.get(&variant_sku(&product.id, *price)).cloned());
            let ids: Option<Vec<_>> = ids.collect();
            variants.push(ids.ok_or_else(|| Error::Unexpected(format!("a variant of {} is missing", product.id)))?);
        }
        self.phase("products", variants.len(), since);
        Ok(variants)
    }

    /// An offer with enough stock for each (seller, variant); ids by key.
    async fn offers(&mut self, merchants: &[String], variants: &[Vec<String>]) -> Result<HashMap<OfferKey, String>> {
        let since = Instant::now();
        let units = self.data.units();
        let mut of_seller: BTreeMap<usize, Vec<OfferKey>> = BTreeMap::new();
        for key in self.data.offers() {
            of_seller.entry(key.seller).or_default().push(key);
        }
        let (data, market, units) = (self.data, self.market, &units);
        let make = |(seller, keys): (usize, Vec<OfferKey>)| async move {
            let merchant = &merchants[seller];
            let location = market.location(merchant, "main").await?;
            let sku = |key: &OfferKey| {
                let product = &data.products[key.product];
                variant_sku(&product.id, product.prices[key.variant])
            };
            let offers: Vec<_> = keys
                .iter()
                .map(|key| NewOffer {
                    sku: sku(key),
                    variant_id: variants[key.product][key.variant].clone(),
                    price_minor: data.products[key.product].prices[key.variant],
                })
                .collect();
            let ids = market.offers(merchant, &offers).await?;
            let stock: Vec<_> = keys
                .iter()
                .map(|key| NewStock {
                    sku: sku(key),
                    location_id: location.clone(),
                    units: units.get(key).copied().unwrap_or(0),
                })
                .collect();
            market.stock(merchant, &stock).await?;
            Ok(keys.into_iter().zip(ids).collect::<Vec<_>>())
        };
        let (made, failures) = each(of_seller, self.options.concurrency, make).await;
        let offers: HashMap<_, _> = made.into_iter().flatten().collect();
        self.failed(failures);
        self.phase("offers, stock", offers.len(), since);
        Ok(offers)
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

    /// Keys with which each merchant that sold something works, and how many merchant orders it has.
    async fn staff(&mut self, placed: &[Placed]) -> Vec<(Staff, usize)> {
        let since = Instant::now();
        let mut expected: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, merchant) in placed.iter().flat_map(|order| &order.merchant_orders) {
            *expected.entry(merchant).or_default() += 1;
        }
        let market = self.market;
        let key = |(merchant, count): (&str, usize)| {
            let merchant = merchant.to_owned();
            async move { Ok((market.staff(&merchant).await?, count)) }
        };
        let (staff, failures) = each(expected, self.options.concurrency, key).await;
        self.failed(failures);
        self.phase("merchant keys", staff.len(), since);
        staff
    }

    /// Merchants accept, ship and deliver everything.
    async fn fulfil<'s>(&mut self, staff: &'s [(Staff, usize)]) {
        let since = Instant::now();
        let accept = |(staff, count): &'s (Staff, usize)| async move {
            let work = |order: Value| async move { staff.accept(&order).await };
            work_off(staff, "AWAITING_ACCEPTANCE", *count, work).await
        };
        let accepted = self.collect(each(staff, self.options.concurrency, accept).await).len();
        self.phase("accepted", accepted, since);

        let since = Instant::now();
        let ship = |(staff, count): &'s (Staff, usize)| async move {
            let work = |order: Value| async move { Ok((staff, staff.ship(&order).await?)) };
            work_off(staff, "TO_SHIP", *count, work).await
        };
        let shipped = self.collect(each(staff, self.options.concurrency, ship).await);
        let parcels: Vec<_> =
            shipped.into_iter().flat_map(|(staff, parcels)| parcels.into_iter().map(move |p| (staff, p))).collect();
        self.phase("shipped", parcels.len(), since);

        let since = Instant::now();
        let deliver = |(staff, parcel): (&'s Staff, Parcel)| async move { staff.deliver(&parcel).await };
        let (delivered, failures) = each(parcels, self.options.concurrency, deliver).await;
        self.failed(failures);
        self.phase("delivered", delivered.len(), since);
    }

    /// The results of all merchants together; writes down what failed.
    fn collect<T>(&mut self, (worked, failures): Outcome<Outcome<T>>) -> Vec<T> {
        self.failed(failures);
        let mut all = Vec::new();
        for (done, failures) in worked {
            all.extend(done);
            self.failed(failures);
        }
        all
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

/// Does `work` with merchant orders in `state` until `expected` of them were seen, or nothing comes any more.
async fn work_off<T, F, Fut>(staff: &Staff, state: &str, expected: usize, work: F) -> Result<Outcome<T>>
where
    F: Fn(Value) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let (mut done, mut failures) = (Vec::new(), Vec::new());
    let (mut seen, mut last) = (HashSet::new(), Instant::now());
    while seen.len() < expected {
        let orders = staff.merchant_orders(state, 100).await?;
        let before = seen.len();
        for order in orders {
            if seen.insert(order.text("id")?.to_owned()) {
                match work(order).await {
                    Ok(result) => done.push(result),
                    Err(error) => failures.push(error.to_string()),
                }
            }
        }
        if seen.len() > before {
            last = Instant::now();
        } else if last.elapsed() > PATIENCE {
            let missing = expected - seen.len();
            failures.extend((0..missing).map(|_| format!("a merchant order never was {state}")));
            break;
        } else {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok((done, failures))
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

fn variant_sku(product: &str, price_minor: i64) -> String {
    format!("{}-{price_minor}", short(product))
}

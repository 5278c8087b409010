//! A payout run over many merchants, their statements, and the end of a period.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;

use super::list::Pages;
use super::{COMPARED, Options, body, compare};
use crate::bazaar::{Bazaar, Size};
use crate::floor::{self, ReadFloor, Seen, WriteFloor};
use crate::load::{self, Figures, Until, Work};
use crate::market::{BasketLine, Market, Staff, complete, each, sign_in};
use crate::report::{Section, milliseconds};
use crate::site::{OPERATOR, Options as SiteOptions};
use crate::wire::Wire;
use crate::{Error, Kind, Result, Site, operations};

/// Lines of an order, each of another merchant.
const LINES: usize = 50;
/// Fulfillment steps at once.
const HANDS: usize = 6;
const CONNECTIONS: [usize; 2] = [1, 16];
const WARM_UP: usize = 200;
/// How long events and jobs may take to be done.
const PATIENCE: Duration = Duration::from_secs(600);

/// What finance asks for once: a run of payouts, or the end of all periods that are over.
#[derive(Clone)]
enum Task {
    Payouts(String),
    Close,
}

/// Somebody of the operator's finance with a task.
struct Finance {
    market: Market,
    task: Task,
    /// How many merchants it is about.
    merchants: usize,
}

impl Work for Finance {
    async fn step(&mut self) -> Result<()> {
        let (what, done) = match &self.task {
            Task::Payouts(key) => ("payouts", self.market.payout_run(key).await?.count),
            Task::Close => ("statements", self.market.statements_close().await?),
        };
        let all = self.merchants;
        if done == all { Ok(()) } else { Err(Error::Unexpected(format!("{done} {what} instead of {all}"))) }
    }
}

/// The marketplace of this measurement.
struct Stage {
    site: Site,
    bazaar: Bazaar,
}

pub(super) async fn measure(kind: Kind, options: &Options) -> Result<Vec<Section>> {
    let site = Site::start(kind, SiteOptions::default().with("SOUK__SANDBOX__CLOCK", "true")).await?;
    let merchants = options.payees;
    let size = Size { merchants, products: 1, variants: 1, units: 1_000_000 };
    let mut stage = Stage { bazaar: Bazaar::open(&site.client()?, size).await?, site };
    let mut orders = 0;
    while stage.postings().await? < options.postings {
        orders += stage.sell().await?;
        stage.site.wait_quiet(PATIENCE).await?;
    }
    stage.bazaar.market.wait_released(PATIENCE).await?;
    let postings = stage.postings().await?;

    let run = stage.once(Task::Payouts("bench 1".to_owned())).await?;
    let settled = stage.site.wait_quiet(PATIENCE).await?;
    let bodies = stage.statements().await?;
    let read = stage.read(&bodies, options).await?;
    let read_floor = stage.capture_read(&bodies).await?;
    // Chores would close periods before they are asked to.
    stage.restart(&[("SOUK__WORKER__ENABLED", Some("false"))]).await?;
    stage.forward().await?;
    let close = stage.once(Task::Close).await?;

    // The same once more, with all statements written down.
    stage.restart(&[("SOUK__WORKER__ENABLED", None)]).await?;
    stage.site.wait_quiet(PATIENCE).await?;
    stage.sell().await?;
    stage.site.wait_quiet(PATIENCE).await?;
    stage.bazaar.market.wait_released(PATIENCE).await?;
    let (name, value) = floor::LOG_LEVEL;
    stage.restart(&[("SOUK__WORKER__ENABLED", Some("false")), (name, Some(value))]).await?;
    let (run_seen, run_since) = stage.run_seen("bench 2").await?;
    stage.restart(&[("SOUK__WORKER__ENABLED", None), (name, None)]).await?;
    stage.site.wait_quiet(PATIENCE).await?;
    stage.site.verify().await?;
    stage.site.stop().await?;

    let mut sections = Vec::new();
    let title = format!("Payout run of {merchants} merchants, {}", kind.name());
    let mut section = stage.beside(title, "runs", &run, (&run_seen, run_since)).await?;
    section.note(format!("the books had {postings} postings of {orders} merchant orders"));
    section.note(format!("mails, the file for the bank and events after it: {} ms", settled.as_millis()));
    sections.push(section);
    let title = format!("Close of {merchants} periods with their invoices, {}", kind.name());
    sections.push(alone(title, &close));
    sections.push(stage.read_beside(&read, &read_floor, options).await?);
    stage.site.close().await?;
    Ok(sections)
}

impl Stage {
    /// One sale of each merchant, delivered; gives how many there were.
    async fn sell(&self) -> Result<usize> {
        let baskets = self.bazaar.offers.chunks(LINES).enumerate().map(|(number, offers)| {
            let line = |of: &Vec<String>| BasketLine { offer_id: of[0].clone(), quantity: 1, delivery_minor: None };
            self.bazaar.basket_of(offers.iter().map(line).collect(), number)
        });
        let buy = async |basket| {
            let placed = self.bazaar.storefront.buy(&basket).await?;
            self.bazaar.storefront.wait_paid(&placed).await
        };
        complete(each(baskets, 2, buy).await)?;
        self.site.wait_quiet(PATIENCE).await?;
        let desk = self.bazaar.market.desk();
        self.work_off("AWAITING_ACCEPTANCE", async |part| desk.accept(&part).await).await?;
        self.site.wait_quiet(PATIENCE).await?;
        self.work_off("TO_SHIP", async |part| {
            for parcel in desk.ship(&part).await? {
                desk.deliver(&parcel).await?;
            }
            Ok(())
        })
        .await
    }

    /// Does something for each merchant order in a state that it leaves by that; gives for how many.
    async fn work_off<Fut>(&self, state: &str, mut act: impl FnMut(serde_json::Value) -> Fut) -> Result<usize>
    where
        Fut: Future<Output = Result<()>>,
    {
        let desk = self.bazaar.market.desk();
        let mut done = 0;
        loop {
            let waiting = desk.merchant_orders(state, 100).await?;
            if waiting.is_empty() {
                return Ok(done);
            }
            done += complete(each(waiting, HANDS, &mut act).await)?.len();
        }
    }

    async fn postings(&self) -> Result<i64> {
        let pool = floor::connect(self.site.kind(), &self.site.database_url(), 1).await?;
        let count = Statement::from_string(pool.get_database_backend(), "SELECT COUNT(*) AS n FROM ledger_entry");
        let row = pool.query_one_raw(count).await?;
        let count = row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or(0);
        pool.close().await?;
        Ok(count)
    }

    fn finance(&self, task: Task) -> Finance {
        Finance { market: self.bazaar.market.clone(), task, merchants: self.bazaar.staff.len() }
    }

    async fn once(&self, task: Task) -> Result<Figures> {
        let figures = load::run(vec![self.finance(task)], Until::Steps(1)).await?;
        match figures.first_failure {
            Some(failure) => Err(Error::Unexpected(failure)),
            None => Ok(figures),
        }
    }

    async fn restart(&mut self, settings: &[(&str, Option<&str>)]) -> Result<()> {
        self.site.stop().await?;
        for (name, value) in settings {
            self.site.set(name, *value);
        }
        self.site.up().await
    }

    /// Puts the clock behind the end of the month, and signs in again: the old session is over by then.
    async fn forward(&mut self) -> Result<()> {
        let now = self.bazaar.market.clock().await?;
        let (year, month) = if now.month() == 12 { (now.year() + 1, 1) } else { (now.year(), now.month() + 1) };
        // A day later, whatever the time zone of the marketplace.
        let then = NaiveDate::from_ymd_opt(year, month, 2).and_then(|day| day.and_hms_opt(12, 0, 0));
        let then = then.ok_or_else(|| Error::Data("no such day".to_owned()))?.and_utc();
        let document = operations::find("operator/marketplace", "SandboxClockSet")?;
        self.bazaar.market.operator.run(document, json!({ "at": then.to_rfc3339() })).await?;
        self.bazaar.market.operator = sign_in(&self.site.client()?, OPERATOR.0, OPERATOR.1).await?;
        Ok(())
    }

    /// The writing transaction of a payout run, and when it was asked for.
    async fn run_seen(&self, key: &str) -> Result<(Vec<Seen>, u64)> {
        let since_ms = u64::try_from(self.bazaar.market.clock().await?.timestamp_millis()).unwrap_or(0);
        let before = self.site.log().len();
        self.once(Task::Payouts(key.to_owned())).await?;
        let seen = floor::read_log(&self.site.log()[before..])?;
        let of_run =
            seen.iter().find(|one| one.sql.starts_with("INSERT INTO \"payout_run\"")).map(|one| one.transaction);
        Ok((seen.into_iter().filter(|one| Some(one.transaction) == of_run).collect(), since_ms))
    }

    /// A section with the floor of what was seen.
    async fn beside(&self, title: String, unit: &str, ours: &Figures, seen: (&[Seen], u64)) -> Result<Section> {
        let mut section = Section::new(title, &COMPARED);
        let pool = floor::connect(self.site.kind(), &self.site.database_url(), 1).await?;
        let mut work = WriteFloor::new(pool.clone(), seen.0, seen.1).await?;
        let dropped = work.drop_unrepeatable().await?;
        let (transactions, statements) = work.size();
        let alone = load::run(vec![work], Until::Steps(3)).await?;
        pool.close().await?;
        compare(&mut section, "souk", ours, &alone, unit)?;
        section.note(format!(
            "the floor: {transactions} transactions with {statements} writing statements, no reading one"
        ));
        section.notes.extend(dropped.into_iter().map(|why| format!("not in the floor: {why}")));
        Ok(section)
    }

    /// Requests for the statement of this month, one for each merchant.
    async fn statements(&self) -> Result<Vec<Vec<u8>>> {
        let document = operations::find("merchant/money", "Statement")?;
        let now = self.bazaar.market.clock().await?;
        let from = now - chrono::Duration::days(30);
        let request = |staff: &Staff| {
            let variables = json!({
                "merchantId": staff.merchant_id, "currency": self.bazaar.market.currency,
                "from": from.to_rfc3339(), "to": now.to_rfc3339(),
            });
            body(document, variables)
        };
        Ok(self.bazaar.staff.iter().map(request).collect())
    }

    async fn read(&self, bodies: &[Vec<u8>], options: &Options) -> Result<Vec<Figures>> {
        let bodies = Arc::new(bodies.to_vec());
        let mut measured = Vec::new();
        for connections in CONNECTIONS {
            for until in [Until::Steps(WARM_UP), Until::Elapsed(options.each)] {
                let next = Arc::new(AtomicUsize::new(0));
                let mut workers = Vec::new();
                for _ in 0..connections {
                    let wire = self.wire().await?;
                    workers.push(Pages { wire, bodies: bodies.clone(), next: next.clone() });
                }
                let figures = load::run(workers, until).await?;
                if matches!(until, Until::Elapsed(_)) {
                    measured.push(figures);
                }
            }
        }
        Ok(measured)
    }

    async fn wire(&self) -> Result<Wire> {
        Wire::connect(&self.site.address(), self.bazaar.market.operator.token(), None).await
    }

    /// The statements of one such request.
    async fn capture_read(&mut self, bodies: &[Vec<u8>]) -> Result<Vec<Seen>> {
        let (name, value) = floor::LOG_LEVEL;
        self.restart(&[(name, Some(value)), ("SOUK__WORKER__ENABLED", Some("false"))]).await?;
        let mut wire = self.wire().await?;
        wire.post(&bodies[0]).await?;
        let before = self.site.log().len();
        wire.post(&bodies[1]).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let seen = floor::read_log(&self.site.log()[before..])?;
        self.site.set(name, None);
        Ok(seen.into_iter().filter(|one| one.transaction == 0).collect())
    }

    async fn read_beside(&self, measured: &[Figures], seen: &[Seen], options: &Options) -> Result<Section> {
        let kind = self.site.kind();
        let mut section = Section::new(format!("Statement of a month, {}", kind.name()), &COMPARED);
        let mut statements = 0;
        for (connections, ours) in CONNECTIONS.into_iter().zip(measured) {
            let readers = u32::try_from(connections).unwrap_or(1);
            let pool = floor::connect(kind, &self.site.database_url(), readers).await?;
            let work = ReadFloor::new(pool.clone(), seen);
            statements = work.statements();
            load::run(vec![work.clone(); connections], Until::Steps(WARM_UP)).await?;
            let alone = load::run(vec![work; connections], Until::Elapsed(options.each)).await?;
            pool.close().await?;
            compare(&mut section, "souk", ours, &alone, "requests")?;
        }
        section.note(format!("{statements} SQL statements a request; the floor runs the same ones, prepared"));
        Ok(section)
    }
}

/// A section without a floor: a period is closed once, so its statements cannot be run again.
fn alone(title: String, ours: &Figures) -> Section {
    let mut section = Section::new(title, &["", "all of them"]);
    section.row(vec!["souk".to_owned(), milliseconds(ours.p50_ms)], json!({ "what": "close", "figures": ours }));
    section.note("a period is closed once: there is no floor");
    section
}

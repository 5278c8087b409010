//! What merchants do with their orders.

use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{PATIENCE, Replay};
use crate::market::{Parcel, Placed, Staff, each};
use crate::{Json as _, Result};

/// What succeeded, and the texts of what did not.
type Outcome<T> = (Vec<T>, Vec<String>);

impl Replay<'_> {
    /// Keys with which each merchant that sold something works, and how many merchant orders it has.
    pub(super) async fn staff(&mut self, placed: &[Placed]) -> Vec<(Staff, usize)> {
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
    pub(super) async fn fulfil<'s>(&mut self, staff: &'s [(Staff, usize)]) {
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

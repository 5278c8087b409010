//! Behaviors of stock, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod counts;
mod orders;
mod races;

use context::Ctx;
use inventory::{
    Issue, LocationCreate, Release, Reserve, Restock, StockLevel, StockSet, StockSetLine, availability_on, check,
};
use kernel::IdGen as _;
use kernel::id::{LocationId, MerchantId, OrderLineId, StockItemId, TypedId as _};
use testkit::TestEnv;

/// A merchant with locations `one` and `two`.
pub struct Shop {
    pub merchant: MerchantId,
    pub staff: Ctx,
    pub one: LocationId,
    pub two: LocationId,
}

pub fn new_merchant() -> MerchantId {
    MerchantId(kernel::SystemClock.uuid())
}

pub fn line() -> OrderLineId {
    OrderLineId::from_uuid(kernel::SystemClock.uuid())
}

pub async fn location(ctx: &Ctx, code: &str, priority: i32) -> LocationId {
    let input = LocationCreate {
        merchant_id: None,
        code: code.to_owned(),
        name: format!("Warehouse {code}"),
        country: "DE".to_owned(),
        priority,
    };
    inventory::location_create(ctx, input).await.unwrap().id
}

pub async fn shop(t: &TestEnv) -> Shop {
    let merchant = new_merchant();
    let staff = t.merchant(merchant);
    let one = location(&staff, "one", 1).await;
    let two = location(&staff, "two", 2).await;
    Shop { merchant, staff, one, two }
}

impl Shop {
    pub fn item(&self, sku: &str) -> StockItemId {
        StockItemId::of(self.merchant, sku)
    }

    pub async fn count(&self, sku: &str, location_id: LocationId, on_hand: i64) -> StockLevel {
        let lines = vec![StockSetLine { sku: sku.to_owned(), location_id, on_hand, safety: None }];
        let input = StockSet { merchant_id: None, lines, reference: None };
        let outcome = inventory::stock_set(&self.staff, input).await.unwrap();
        assert_eq!(outcome.errors, []);
        outcome.levels.into_iter().next().unwrap()
    }

    pub fn want(&self, sku: &str, location_id: LocationId, quantity: i64) -> Reserve {
        Reserve { order_line_id: line(), stock_item_id: self.item(sku), location_id, quantity }
    }

    pub async fn available(&self, t: &TestEnv, sku: &str) -> Vec<(String, i64)> {
        let found = availability_on(t.world.db.read(), &[self.item(sku)]).await.unwrap();
        let places = found.get(&self.item(sku)).cloned().unwrap_or_default();
        places.into_iter().map(|place| (place.location_code, place.available)).collect()
    }

    pub async fn level(&self, sku: &str, location_id: LocationId) -> StockLevel {
        let levels = inventory::levels_by_item_ids(&self.staff, &[self.item(sku)]).await.unwrap();
        levels[&self.item(sku)].iter().find(|level| level.location_id == location_id).unwrap().clone()
    }
}

pub async fn reserve(t: &TestEnv, lines: &[Reserve]) -> Result<(), inventory::Error> {
    let mut tx = t.system().begin_write().await?;
    inventory::reserve_in_tx(&mut tx, lines).await?;
    Ok(tx.commit().await?)
}

pub async fn release(t: &TestEnv, lines: &[Release]) -> Result<(), inventory::Error> {
    let mut tx = t.system().begin_write().await?;
    inventory::release_in_tx(&mut tx, lines).await?;
    Ok(tx.commit().await?)
}

pub async fn issue(t: &TestEnv, lines: &[Issue]) -> Result<(), inventory::Error> {
    let mut tx = t.system().begin_write().await?;
    inventory::issue_in_tx(&mut tx, lines, "shp_1").await?;
    Ok(tx.commit().await?)
}

pub async fn restock(t: &TestEnv, lines: &[Restock]) -> Result<(), inventory::Error> {
    let mut tx = t.system().begin_write().await?;
    inventory::restock_in_tx(&mut tx, lines, "ref_1").await?;
    Ok(tx.commit().await?)
}

/// How many `stock_changed.v1` were told so far.
pub async fn told(t: &TestEnv) -> usize {
    use sea_orm::ConnectionTrait as _;
    let read = t.world.db.read();
    let sql = "SELECT id FROM outbox_event WHERE kind = 'stock_changed.v1'";
    read.query_all_raw(db::dialect::statement(read, sql, [])).await.unwrap().len()
}

pub async fn is_consistent(t: &TestEnv) {
    assert_eq!(check::stock(t.world.db.read()).await.unwrap(), Vec::<String>::new());
}

//! What a merchant's staff do with stock.

use inventory::{AdjustKind, LevelFilter, LocationCreate, LocationEdit, StockAdjust, StockSet, StockSetLine};
use kernel::id::LocationId;
use kernel::{Fault as _, PageArgs};

use crate::{is_consistent, new_merchant, reserve, shop};

fn row(sku: &str, location_id: LocationId, on_hand: i64) -> StockSetLine {
    StockSetLine { sku: sku.to_owned(), location_id, on_hand, safety: None }
}

fn set(lines: Vec<StockSetLine>) -> StockSet {
    StockSet { merchant_id: None, lines, reference: Some("count 7".to_owned()) }
}

fn adjust(sku: &str, location_id: LocationId, delta: i64, kind: AdjustKind) -> StockAdjust {
    let (sku, reason) = (sku.to_owned(), "because".to_owned());
    StockAdjust { merchant_id: None, sku, location_id, delta, kind, reason, reference: None }
}

fn activate(id: LocationId, expected_version: i64, active: bool) -> LocationEdit {
    LocationEdit { id, expected_version, name: None, country: None, priority: None, store: None, active: Some(active) }
}

testkit::both_databases! {
    async fn good_rows_are_taken_and_bad_rows_are_named(t: TestEnv) {
        let shop = shop(&t).await;
        let other = crate::shop(&t).await;
        shop.count("HELD", shop.one, 5).await;
        reserve(&t, &[shop.want("HELD", shop.one, 4)]).await.unwrap();
        let lines = vec![
            row("A", shop.one, 7),
            row(" ", shop.one, 7),
            row("B", shop.one, -1),
            row("A", shop.one, 8),
            row("C", other.one, 1),
            row("HELD", shop.one, 3),
            StockSetLine { safety: Some(2), ..row("D", shop.two, 10) },
        ];
        let outcome = inventory::stock_set(&shop.staff, set(lines)).await.unwrap();
        let errors: Vec<_> = outcome.errors.iter().map(|e| (e.index, e.code, e.field.as_deref())).collect();
        assert_eq!(errors, [
            (1, "REQUIRED", Some("sku")),
            (2, "OUT_OF_RANGE", Some("onHand")),
            (3, "DUPLICATE", Some("sku")),
            (4, "NOT_FOUND", Some("locationId")),
            (5, "BELOW_RESERVED", None),
        ]);
        assert_eq!((outcome.levels.len(), outcome.changed_count), (2, 2));
        assert_eq!(shop.available(&t, "A").await, [("one".to_owned(), 7)]);
        assert_eq!(shop.available(&t, "D").await, [("two".to_owned(), 8)]);
        is_consistent(&t).await;
    }

    async fn the_same_count_again_changes_nothing(t: TestEnv) {
        let shop = shop(&t).await;
        let lines: Vec<StockSetLine> = (0..500).map(|n| row(&format!("S{n}"), shop.one, n)).collect();
        let recorder = t.world.db.recorder();
        let before = recorder.count();
        let first = inventory::stock_set(&shop.staff, set(lines.clone())).await.unwrap();
        assert_eq!((first.levels.len(), first.changed_count, first.errors.len()), (500, 500, 0));
        assert!(recorder.count() - before <= 6, "{}", recorder.count() - before);
        let again = inventory::stock_set(&shop.staff, set(lines.clone())).await.unwrap();
        assert_eq!((again.levels.len(), again.changed_count, again.levels[7].version), (500, 0, 1));
        let mut more = lines.clone();
        more.push(row("S500", shop.one, 1));
        assert_eq!(inventory::stock_set(&shop.staff, set(more)).await.unwrap_err().code(), "OUT_OF_RANGE");
        assert_eq!(inventory::stock_set(&shop.staff, set(vec![])).await.unwrap_err().code(), "OUT_OF_RANGE");
        let raised = lines.into_iter().map(|l| StockSetLine { on_hand: l.on_hand + 1, ..l }).collect();
        let raised = inventory::stock_set(&shop.staff, set(raised)).await.unwrap();
        assert_eq!((raised.changed_count, raised.levels[7].version), (500, 2));
        is_consistent(&t).await;
    }

    async fn adjustments_have_a_reason_and_respect_promises(t: TestEnv) {
        let shop = shop(&t).await;
        let level = inventory::stock_adjust(&shop.staff, adjust("A", shop.one, 5, AdjustKind::Received)).await.unwrap();
        assert_eq!((level.on_hand, level.version), (5, 1));
        reserve(&t, &[shop.want("A", shop.one, 3)]).await.unwrap();
        let lost = adjust("A", shop.one, -3, AdjustKind::WrittenOff);
        let lost = inventory::stock_adjust(&shop.staff, lost).await.unwrap_err();
        assert_eq!((lost.code(), lost.details().unwrap()["reserved"].as_i64()), ("BELOW_RESERVED", Some(3)));
        inventory::stock_adjust(&shop.staff, adjust("A", shop.one, -2, AdjustKind::WrittenOff)).await.unwrap();
        let bad = [
            (0, AdjustKind::Adjusted),
            (-1, AdjustKind::Received),
            (1, AdjustKind::WrittenOff),
            (i64::MIN, AdjustKind::Adjusted),
        ];
        for (delta, kind) in bad {
            let refused = inventory::stock_adjust(&shop.staff, adjust("A", shop.one, delta, kind)).await.unwrap_err();
            assert_eq!(refused.field().as_deref(), Some("delta"), "{delta}");
        }
        let journal = inventory::movements(&shop.staff, None, &PageArgs::first(5)).await.unwrap().into_rows();
        assert_eq!((journal.len(), journal[0].quantity, journal[0].reason.as_deref()), (2, -2, Some("because")));
        is_consistent(&t).await;
    }

    async fn another_merchants_stock_does_not_exist(t: TestEnv) {
        let shop = shop(&t).await;
        let level = shop.count("A", shop.one, 5).await;
        let other = t.merchant(new_merchant());
        let (all, any) = (PageArgs::first(10), LevelFilter::default());
        assert_eq!(inventory::level(&other, level.id).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(inventory::location(&other, shop.one).await.unwrap_err().code(), "NOT_FOUND");
        assert!(inventory::levels(&other, &any, &all).await.unwrap().items.is_empty());
        assert!(inventory::locations(&other, Some(shop.merchant), &all).await.unwrap().items.is_empty());
        assert!(inventory::movements(&other, Some(level.id), &all).await.unwrap().items.is_empty());
        assert!(inventory::levels_by_item_ids(&other, &[shop.item("A")]).await.unwrap().is_empty());
        let stolen = inventory::stock_adjust(&other, adjust("A", shop.one, 1, AdjustKind::Received)).await;
        assert_eq!(stolen.unwrap_err().code(), "NOT_FOUND");
        let foreign = StockSet { merchant_id: Some(shop.merchant), ..set(vec![row("A", shop.one, 0)]) };
        assert_eq!(inventory::stock_set(&other, foreign).await.unwrap_err().code(), "NOT_FOUND");
        let edited = inventory::location_edit(&other, activate(shop.one, 1, false)).await;
        assert_eq!(edited.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(inventory::levels(&t.anonymous(), &any, &all).await.unwrap_err().code(), "UNAUTHENTICATED");
        assert_eq!(inventory::levels(&t.operator(), &any, &all).await.unwrap().items.len(), 1);
        assert_eq!(shop.level("A", shop.one).await.on_hand, 5);
    }

    async fn an_inactive_location_serves_no_new_orders(t: TestEnv) {
        let shop = shop(&t).await;
        shop.count("A", shop.one, 5).await;
        let held = shop.want("A", shop.one, 2);
        reserve(&t, &[held]).await.unwrap();
        inventory::location_edit(&shop.staff, activate(shop.one, 1, false)).await.unwrap();
        let stale = inventory::location_edit(&shop.staff, activate(shop.one, 1, true)).await.unwrap_err();
        assert_eq!(stale.code(), "STALE_VERSION");
        assert_eq!(shop.available(&t, "A").await, []);
        let refused = reserve(&t, &[shop.want("A", shop.one, 1)]).await.unwrap_err();
        assert_eq!(refused.code(), "OUT_OF_STOCK");
        // What was promised before still leaves from there.
        let ship = inventory::Issue { order_line_id: held.order_line_id, location_id: shop.one, quantity: 2 };
        crate::issue(&t, &[ship]).await.unwrap();
        is_consistent(&t).await;
    }

    async fn levels_and_locations_page_without_gaps(t: TestEnv) {
        let shop = shop(&t).await;
        let lines = (0..7).map(|n| row(&format!("S{n}"), shop.one, n)).collect();
        inventory::stock_set(&shop.staff, set(lines)).await.unwrap();
        let filter = LevelFilter { available_at_most: Some(5), ..Default::default() };
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = inventory::levels(&shop.staff, &filter, &PageArgs::new(Some(2), after).unwrap()).await.unwrap();
            after = page.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
            let more = page.has_next;
            seen.extend(page.into_rows().into_iter().map(|level| level.sku));
            if !more {
                break;
            }
        }
        assert_eq!(seen, ["S0", "S1", "S2", "S3", "S4", "S5"]);
        let bad = PageArgs::new(Some(2), Some("nonsense".to_owned())).unwrap();
        assert_eq!(inventory::levels(&shop.staff, &filter, &bad).await.unwrap_err().code(), "BAD_CURSOR");
        let (code, name, country) = ("one".to_owned(), "x".to_owned(), "DE".to_owned());
        let taken = LocationCreate { merchant_id: None, code, name, country, priority: 0 };
        assert_eq!(inventory::location_create(&shop.staff, taken).await.unwrap_err().code(), "TAKEN");
    }
}

//! The history as an audit asks for it.

use chrono::TimeDelta;
use context::{Ctx, changes};
use history::{Change, ChangeFilter};
use kernel::PageArgs;
use kernel::id::MerchantId;

async fn paint(ctx: &Ctx, fence: &str, merchant: MerchantId, action: &'static str) {
    let mut tx = ctx.begin_write().await.unwrap();
    tx.record(Change::new("fence", fence, action).of_merchant(merchant).field("color", "white", "red"));
    tx.commit().await.unwrap();
}

/// Things and what was done to them, the newest first.
async fn found(ctx: &Ctx, filter: ChangeFilter) -> Vec<String> {
    let page = changes(ctx, &filter, &PageArgs::first(10)).await.unwrap();
    page.into_rows().into_iter().map(|change| format!("{} {}", change.entity_id, change.action)).collect()
}

testkit::both_databases! {
    async fn a_change_is_found_by_who_made_it_what_it_did_to_whom_and_when(t: TestEnv) {
        let (operator, other) = (t.operator(), t.operator());
        let (anna, bert): (MerchantId, MerchantId) = (operator.new_id(), operator.new_id());
        let begin = operator.now();
        paint(&operator, "1", anna, "painted").await;
        t.clock.advance(TimeDelta::hours(1));
        paint(&other, "1", anna, "mended").await;
        t.clock.advance(TimeDelta::hours(1));
        paint(&other, "2", bert, "painted").await;

        let all = || ChangeFilter::default();
        assert_eq!(found(&operator, all()).await, ["2 painted", "1 mended", "1 painted"]);
        assert_eq!(found(&operator, ChangeFilter::of("fence", "1")).await, ["1 mended", "1 painted"]);
        let actor = Some(other.actor().id().to_owned());
        assert_eq!(found(&operator, ChangeFilter { actor, ..all() }).await, ["2 painted", "1 mended"]);
        let action = Some("painted".to_owned());
        assert_eq!(found(&operator, ChangeFilter { action, ..all() }).await, ["2 painted", "1 painted"]);
        assert_eq!(found(&operator, ChangeFilter { merchant: Some(bert), ..all() }).await, ["2 painted"]);
        let (from, until) = (Some(begin), Some(begin + TimeDelta::hours(1)));
        assert_eq!(found(&operator, ChangeFilter { from, until, ..all() }).await, ["1 painted"], "the end is not part of it");
        assert_eq!(found(&operator, ChangeFilter { from: until, ..all() }).await, ["2 painted", "1 mended"]);
        assert!(found(&operator, ChangeFilter { on_behalf_of: Some("usr_1".to_owned()), ..all() }).await.is_empty());

        let seller = t.merchant(anna);
        assert_eq!(found(&seller, all()).await, ["1 mended", "1 painted"]);
        assert!(found(&seller, ChangeFilter { merchant: Some(bert), ..all() }).await.is_empty(), "of others nothing");
    }

    async fn pages_of_changes_follow_each_other_and_only_the_operator_reads_addresses(t: TestEnv) {
        let operator = t.operator();
        let anna: MerchantId = operator.new_id();
        for fence in ["1", "2", "3"] {
            // At one instant, too.
            paint(&operator, fence, anna, "painted").await;
        }
        let first = changes(&operator, &ChangeFilter::default(), &PageArgs::first(2)).await.unwrap();
        assert!(first.has_next);
        let after = first.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
        let next = changes(&operator, &ChangeFilter::default(), &PageArgs::new(Some(2), after).unwrap()).await.unwrap();
        assert!(!next.has_next);
        let rows: Vec<_> = first.into_rows().into_iter().chain(next.into_rows()).collect();
        assert_eq!(rows.iter().map(|change| change.entity_id.as_str()).collect::<Vec<_>>(), ["3", "2", "1"]);
        assert!(rows.iter().all(|change| change.ip.as_deref() == Some("127.0.0.1")));
        let seen = changes(&t.merchant(anna), &ChangeFilter::default(), &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!((seen.len(), seen[0].ip.as_deref()), (3, None));
    }
}

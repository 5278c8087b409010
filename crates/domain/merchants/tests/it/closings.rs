use chrono::Duration;
use kernel::Fault as _;
use merchants::{
    Closing, Merchant, PlanClosings, card_by_slug, cards_by_ids, get, plan_closings, selling_terms_on, turn_due,
};

use super::make;

fn planned(merchant: &Merchant, closings: Vec<Closing>) -> PlanClosings {
    PlanClosings { id: merchant.id, expected_version: merchant.version, closings }
}

testkit::both_databases! {
    async fn within_a_closing_nothing_is_sold_and_everybody_sees_until_when(t: TestEnv) {
        let ctx = t.operator();
        let made = make(&ctx, "Kettle").await;
        let (from, until) = (ctx.now() + Duration::days(2), ctx.now() + Duration::days(9));
        let closing = Closing { from, until, note: Some(" Gone fishing ".to_owned()) };
        let staff = t.merchant(made.id);
        let planned = plan_closings(&staff, planned(&made, vec![closing])).await.unwrap();
        assert_eq!(planned.closings[0].note.as_deref(), Some("Gone fishing"));
        let sells = async || selling_terms_on(ctx.read(), &[made.id]).await.unwrap()[&made.id].sells_at(ctx.now());
        let card = async || cards_by_ids(&t.anonymous(), &[made.id]).await.unwrap().remove(&made.id).unwrap();
        assert!(sells().await);
        t.clock.advance(Duration::days(2));
        // The instant counts, whether or not the clock's chore ran.
        assert!(!sells().await);
        assert_eq!((card().await.active, card().await.closed_until), (false, Some(until)));
        assert!(card_by_slug(&t.anonymous(), "kettle").await.unwrap().is_some());
        assert_eq!(turn_due(&t.system(), 10).await.unwrap(), 1);
        assert_eq!(turn_due(&t.system(), 10).await.unwrap(), 0);
        assert_eq!(get(&ctx, made.id).await.unwrap().version, planned.version);
        t.clock.advance(Duration::days(7));
        assert!(sells().await);
        assert_eq!((card().await.active, card().await.closed_until), (true, None));
        assert_eq!(turn_due(&t.system(), 10).await.unwrap(), 1);
        assert_eq!(turn_due(&t.system(), 10).await.unwrap(), 0);
    }

    async fn a_plan_is_the_merchants_own(t: TestEnv) {
        let ctx = t.operator();
        let made = make(&ctx, "Kettle").await;
        let closing = |from: i64, until: i64| Closing { from: ctx.now() + Duration::days(from), until: ctx.now() + Duration::days(until), note: None };
        let other = t.merchant(ctx.new_id());
        assert_eq!(plan_closings(&other, planned(&made, vec![])).await.unwrap_err().code(), "NOT_FOUND");
        let catalog = t.seated(access::Scope::Merchant(made.id), "merchant_catalog");
        assert_eq!(plan_closings(&catalog, planned(&made, vec![])).await.unwrap_err().code(), "FORBIDDEN");
        let overlap = planned(&made, vec![closing(3, 6), closing(1, 4)]);
        assert_eq!(plan_closings(&ctx, overlap).await.unwrap_err().field().as_deref(), Some("closings.0.from"));
        let now = plan_closings(&ctx, planned(&made, vec![closing(-1, 1), closing(-9, -8)])).await.unwrap();
        assert_eq!(now.closings.len(), 1);
        assert!(!now.sells_at(ctx.now()));
        let none = plan_closings(&ctx, planned(&now, vec![])).await.unwrap();
        assert!(none.sells_at(ctx.now()));
    }
}

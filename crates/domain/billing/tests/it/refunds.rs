//! Refunds draw what is pending of their sale first, then what is available.

use billing::query::merchant_balances;
use billing::{Canceled, RefundRequested, SaleComponents};
use chrono::Duration;
use context::Ctx;
use kernel::unit_slots_sum;

use crate::shop::{EUR, Part, capture, sell, sound};

fn refund(ctx: &Ctx, part: &Part, components: SaleComponents, promotion_minor: i64) -> RefundRequested {
    RefundRequested {
        refund_id: ctx.new_id(),
        merchant_id: part.merchant,
        merchant_order_id: part.merchant_order,
        currency: EUR,
        components,
        promotion_minor,
        goodwill_minor: 0,
        jurisdiction: "DE".to_owned(),
        at: ctx.now(),
    }
}

/// Units `from..to` of `units` of everything.
fn units(whole: &SaleComponents, units: i64, from: i64, to: i64) -> SaleComponents {
    let share = |total| unit_slots_sum(total, units, from, to);
    SaleComponents {
        gross_minor: share(whole.gross_minor),
        funded_delivery_minor: share(whole.funded_delivery_minor),
        remitted_tax_minor: share(whole.remitted_tax_minor),
        commission_minor: share(whole.commission_minor),
        fixed_fee_minor: share(whole.fixed_fee_minor),
        commission_tax_minor: share(whole.commission_tax_minor),
    }
}

testkit::both_databases! {
    async fn pending_of_the_sale_comes_first(t: TestEnv) {
        let ctx = t.system();
        let merchant = ctx.new_id();
        let (one, other) = (Part::plain(&ctx, merchant), Part::plain(&ctx, merchant));
        sell(&ctx, &one).await;
        sell(&ctx, &other).await;
        let half = refund(&ctx, &one, units(&one.components, 2, 0, 1), 0);
        billing::post_refund_requested(&ctx, half.clone()).await.unwrap();
        assert!(billing::post_refund_requested(&ctx, half).await.unwrap().replayed);
        let balance = merchant_balances(&ctx, merchant).await.unwrap()[0];
        assert_eq!((balance.pending_minor, balance.available_minor), (8_810 + 4_405, 0));
        t.clock.advance(Duration::days(15));
        billing::release_due(&ctx, ctx.now()).await.unwrap();
        let balance = merchant_balances(&ctx, merchant).await.unwrap()[0];
        assert_eq!((balance.pending_minor, balance.available_minor), (0, 8_810 + 4_405));
        sound(&t).await;
    }

    async fn what_is_paid_out_is_owed(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        sell(&ctx, &part).await;
        t.clock.advance(Duration::days(15));
        billing::release_due(&ctx, ctx.now()).await.unwrap();
        let bigger = SaleComponents { gross_minor: 12_000, ..SaleComponents::default() };
        billing::post_refund_requested(&ctx, refund(&ctx, &part, bigger, 0)).await.unwrap();
        let balance = merchant_balances(&ctx, part.merchant).await.unwrap()[0];
        assert_eq!(balance.available_minor, 8_810 - 12_000);
        sound(&t).await;
    }

    async fn unit_by_unit_every_component_closes(t: TestEnv) {
        let ctx = t.system();
        let part = Part::new(&ctx, ctx.new_id(), ctx.new_id(), [10_001, 997, 1_003, 35, 197, 11]);
        sell(&ctx, &part).await;
        for unit in 0..7 {
            let promotion = unit_slots_sum(part.promotion_minor, 7, unit, unit + 1);
            let input = refund(&ctx, &part, units(&part.components, 7, unit, unit + 1), promotion);
            billing::post_refund_requested(&ctx, input).await.unwrap();
            sound(&t).await;
        }
        let trial = billing::query::trial_balance(&ctx, EUR).await.unwrap();
        let open: Vec<(&str, i64)> =
            trial.iter().filter(|line| line.balance_minor != 0).map(|line| (line.role.as_str(), line.balance_minor)).collect();
        assert_eq!(open, [("asset:psp:clearing", 10_001 - 997), ("liability:refunds_in_transit", 10_001 - 997)]);
    }

    async fn what_was_never_earned_goes_back_whole(t: TestEnv) {
        let ctx = t.system();
        let part = Part::new(&ctx, ctx.new_id(), ctx.new_id(), [2_450, 213, 342, 35, 0, 391]);
        billing::post_captured(&ctx, capture(&ctx, std::slice::from_ref(&part), "sandbox")).await.unwrap();
        let canceled = Canceled {
            refund_id: ctx.new_id(),
            order_id: part.order,
            merchant_id: part.merchant,
            merchant_order_id: part.merchant_order,
            currency: EUR,
            gross_minor: 2_450,
            promotion_minor: 213,
            at: ctx.now(),
        };
        billing::post_canceled(&ctx, canceled).await.unwrap();
        let trial = billing::query::trial_balance(&ctx, EUR).await.unwrap();
        let held = |role: &str| trial.iter().find(|line| line.role == role).unwrap().balance_minor;
        assert_eq!((held("liability:order_funds"), held("liability:refunds_in_transit")), (0, 2_237));
        assert_eq!(held("expense:promotion:marketplace_funded"), 0);
        sound(&t).await;
    }

    async fn goodwill_of_the_operator_comes_back_when_the_sale_is_undone(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        sell(&ctx, &part).await;
        let mut given = refund(&ctx, &part, SaleComponents::default(), 0);
        given.goodwill_minor = 500;
        billing::post_refund_requested(&ctx, given).await.unwrap();
        let held = async |role: &str| {
            let trial = billing::query::trial_balance(&ctx, EUR).await.unwrap();
            trial.iter().filter(|line| line.role == role).map(|line| line.balance_minor).sum::<i64>()
        };
        assert_eq!(held("liability:merchant:pending").await, 8_810, "the merchant keeps its earnings");
        assert_eq!((held("expense:goodwill").await, held("liability:refunds_in_transit").await), (500, 500));
        let mut undone = refund(&ctx, &part, part.components, 0);
        undone.goodwill_minor = -500;
        billing::post_refund_requested(&ctx, undone).await.unwrap();
        assert_eq!((held("expense:goodwill").await, held("liability:refunds_in_transit").await), (0, 10_000));
        assert_eq!((held("liability:merchant:pending").await, held("revenue:commission").await), (0, 0));
        sound(&t).await;
    }

    async fn earnings_wait_until_no_reason_is_left(t: TestEnv) {
        use billing::PauseReason::{Incident, Unpaid};
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        billing::pause(&ctx, part.merchant_order, Unpaid, 1).await.unwrap();
        billing::pause(&ctx, part.merchant_order, Incident, 1).await.unwrap();
        sell(&ctx, &part).await;
        t.clock.advance(Duration::days(15));
        billing::resume(&ctx, part.merchant_order, Incident, 2).await.unwrap();
        assert_eq!(billing::release_due(&ctx, ctx.now()).await.unwrap().holds, 0, "the buyer has not paid");
        billing::resume(&ctx, part.merchant_order, Unpaid, 2).await.unwrap();
        assert_eq!(billing::release_due(&ctx, ctx.now()).await.unwrap().holds, 1);
        sound(&t).await;
    }

    async fn what_is_paused_is_not_released_whatever_the_order_of_the_facts(t: TestEnv) {
        let ctx = t.system();
        let (paused, free) = (Part::plain(&ctx, ctx.new_id()), Part::plain(&ctx, ctx.new_id()));
        billing::pause(&ctx, paused.merchant_order, billing::PauseReason::Incident, 1).await.unwrap();
        sell(&ctx, &paused).await;
        sell(&ctx, &free).await;
        t.clock.advance(Duration::days(15));
        assert_eq!(billing::release_due(&ctx, ctx.now()).await.unwrap().holds, 1);
        // Closed, opened and closed again; the middle one is told last.
        billing::resume(&ctx, paused.merchant_order, billing::PauseReason::Incident, 4).await.unwrap();
        billing::pause(&ctx, paused.merchant_order, billing::PauseReason::Incident, 3).await.unwrap();
        assert_eq!(billing::release_due(&ctx, ctx.now()).await.unwrap().holds, 1);
        sound(&t).await;
    }
}

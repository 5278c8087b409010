//! A changed commission rule is tried on past orders before it is made.

use chrono::Duration;
use kernel::{Currency, Fault as _, FaultKind, Rate};
use marketplace::command::{CreateCommissionRule, create_commission_rule, draft_commission_rule};
use marketplace::{CommissionAmounts, CommissionBase, CommissionBracket, CommissionScope};
use orders::query::{CommissionTrial, commission_preview};

use crate::support::Market;

fn rule(scope: CommissionScope, ppm: i64) -> CreateCommissionRule {
    CreateCommissionRule {
        name: "Trial".to_owned(),
        scope,
        base: CommissionBase::Gross,
        item_ppm: Rate::from_ppm(ppm),
        shipping_ppm: Rate::from_ppm(120_000),
        amounts: vec![CommissionAmounts { fixed_per_order_minor: 35, ..CommissionAmounts::none(Currency::EUR) }],
        min_on_zero: false,
        priority: 0,
        valid_from: None,
        valid_to: None,
    }
}

testkit::both_databases! {
    async fn a_rule_is_tried_on_past_orders_and_nothing_is_written(t: TestEnv) {
        let market = Market::new(t).await;
        let (ann, bob) = (market.shop_with("ann", true).await, market.shop_with("bob", true).await);
        let lamp = market.goods(&ann, "lamp", 10_000, 9).await;
        let chair = market.goods(&bob, "chair", 20_000, 9).await;
        let first = market.placed(&[(lamp, 1), (chair, 1)], "card_sandbox").await;
        market.placed(&[(lamp, 3)], "card_sandbox").await;
        let ctx = market.t.operator();
        let (from, to) = (ctx.now() - Duration::days(1), ctx.now() + Duration::days(1));
        let look = async |input: CreateCommissionRule| {
            let rule = draft_commission_rule(&ctx, input).await.unwrap();
            let found = commission_preview(&ctx, CommissionTrial { rule, replaces: None, from, to }).await.unwrap();
            let of = |id| found.merchants.iter().find(|m| m.merchant == id).unwrap().clone();
            (of(ann.id), of(bob.id))
        };
        // The default takes 12 %; Ann would pay 10 % of her goods: of 100.00 and of 300.00.
        let own = CommissionScope { merchant: Some(ann.id), ..CommissionScope::default() };
        let (of_ann, of_bob) = look(rule(own.clone(), 100_000)).await;
        assert_eq!((of_ann.orders, of_bob.orders), (2, 1));
        assert_eq!((of_ann.charged_minor, of_bob.charged_minor), (of_ann.present_minor, of_bob.present_minor));
        assert_eq!(of_ann.changed_minor - of_ann.present_minor, -800);
        assert_eq!(of_bob.changed_minor, of_bob.present_minor);
        // From 250.00 a line on, 8 %: only the line of 300.00 changes.
        let mut steps = rule(own.clone(), 120_000);
        steps.amounts[0].brackets = vec![CommissionBracket { from_minor: 25_000, item_ppm: Rate::from_ppm(80_000) }];
        let (of_ann, _) = look(steps).await;
        assert_eq!(of_ann.changed_minor - of_ann.present_minor, 2_400 - 3_600);
        // A rule that is made later changes the present, not what was charged.
        create_commission_rule(&ctx, rule(own.clone(), 50_000)).await.unwrap();
        let (of_ann, _) = look(rule(own, 50_000)).await;
        assert_eq!(of_ann.present_minor - of_ann.charged_minor, -(700 + 2_100));
        assert_eq!(of_ann.changed_minor, of_ann.present_minor);
        let line = &market.part(&first, &ann).await.lines[0];
        assert_eq!((line.commission_ppm, line.commission_minor), (120_000, 1_200), "orders keep what was frozen");
        market.verify().await;
    }

    async fn only_the_operator_looks(t: TestEnv) {
        let market = Market::new(t).await;
        let shop = market.shop("ann").await;
        let denied = draft_commission_rule(&shop.staff, rule(CommissionScope::default(), 1)).await.unwrap_err();
        assert_eq!(denied.kind(), FaultKind::Forbidden);
        let ctx = market.t.operator();
        let rule = draft_commission_rule(&ctx, rule(CommissionScope::default(), 1)).await.unwrap();
        let trial = CommissionTrial { rule, replaces: None, from: ctx.now(), to: ctx.now() };
        let foreign = commission_preview(&shop.staff, trial.clone()).await.unwrap_err();
        assert_eq!(foreign.kind(), FaultKind::NotFound);
        let empty = commission_preview(&ctx, trial).await.unwrap_err();
        assert_eq!(empty.field().as_deref(), Some("placedTo"));
    }
}

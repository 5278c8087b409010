//! Coupons: what they take off, who pays it, and that every cent of them comes back.

use context::Ctx;
use kernel::{Currency, Fault as _, Rate};
use marketplace::command::{CreateCoupon, EditSettings, create_coupon, edit_settings};
use marketplace::{Coupon, CouponTax, CouponValue, SettingsPatch};
use orders::command::{self, CancelUnits, CartAccess, RefundUnits};
use orders::model::plan::{Rejected, SplitPlan};
use orders::model::status::{CancelReason, PaymentState, RefundReason, RefundState};
use orders::{Order, query};
use testkit::TestEnv;

use crate::support::{Market, Shop, event_units, place};

async fn coupon(t: &TestEnv, code: &str, value: CouponValue, uses_max: Option<i64>) -> Coupon {
    let new = CreateCoupon {
        code: code.to_owned(),
        name: "Spring".to_owned(),
        currency: Currency::EUR,
        value,
        minimum_minor: 0,
        valid_from: None,
        valid_to: None,
        uses_max,
    };
    create_coupon(&t.operator(), new).await.unwrap()
}

async fn enter(ctx: &Ctx, access: &CartAccess, code: &str) {
    let mut details = crate::support::details();
    details.coupon_code = Some(Some(code.to_owned()));
    command::cart_edit(ctx, access, details).await.unwrap();
}

struct Bought {
    order: Order,
    shops: Vec<Shop>,
    plan: SplitPlan,
}

/// The three merchants of the worked example and a coupon of 20.00.
async fn three(market: &Market, method: &str) -> Bought {
    let mut shops = Vec::new();
    let mut lines = Vec::new();
    for (name, price, units) in [("ann", 1_999, 3), ("bob", 11_610, 1), ("cid", 1_050, 2)] {
        let shop = market.shop_with(name, true).await;
        lines.push((market.goods(&shop, name, price, 10).await, units));
        shops.push(shop);
    }
    coupon(&market.t, "Spring-20", CouponValue::Amount(2_000), None).await;
    let ctx = market.t.anonymous();
    let (_, access) = market.cart(&ctx, &lines).await;
    enter(&ctx, &access, " SPRING-20 ").await;
    let plan = market.plan(&ctx, &access).await;
    let order = command::place(&ctx, place(&access, &plan, "k1", method)).await.unwrap();
    market.drain().await;
    let order = query::order(&market.t.operator(), order.id).await.unwrap();
    Bought { order, shops, plan }
}

testkit::both_databases! {
    async fn a_coupon_is_spread_over_the_merchants_and_paid_by_the_marketplace(t: TestEnv) {
        let market = Market::new(t).await;
        let Bought { order, shops, plan } = three(&market, "card_sandbox").await;
        let shares: Vec<i64> = plan.lines.iter().map(|line| line.discount).collect();
        assert_eq!(shares, [609, 1_178, 213]);
        assert_eq!((plan.totals.goods, plan.totals.discount), (19_707, 2_000));
        assert_eq!(plan.totals.total, 19_707 + plan.totals.delivery - 2_000);
        let order = market.order(&order).await;
        assert_eq!((order.discount_minor, order.coupon_code.as_deref()), (2_000, Some("spring-20")));
        assert_eq!((order.payment_state, order.captured_minor), (PaymentState::Paid, order.total_minor));
        let ann = market.part(&order, &shops[0]).await.merchant_order;
        assert_eq!((ann.goods_minor, ann.discount_minor, ann.captured_discount_minor), (5_997, 609, 609));
        assert_eq!(ann.total_minor, 5_997 + ann.delivery_minor - 609);
        market.verify().await;
    }

    async fn every_unit_gives_its_share_of_the_coupon_back(t: TestEnv) {
        let market = Market::new(t).await;
        let Bought { order, shops, .. } = three(&market, "card_sandbox").await;
        let cid = &shops[2];
        let part = market.part(&order, cid).await;
        cid.ship(&part, None).await.unwrap();
        let mut given = Vec::new();
        for _ in 0..2 {
            let line = part.lines[0].id;
            let input = RefundUnits {
                merchant_order: part.merchant_order.id,
                expected_version: None,
                lines: vec![event_units(line, 1)],
                shipping_of: Vec::new(),
                reason: RefundReason::Returned,
                note: None,
            };
            let refund = command::refund_units(&cid.staff, input).await.unwrap();
            given.push((refund.amount_minor, refund.parts.0.discount));
            market.drain().await;
        }
        assert_eq!(given, [(943, 107), (944, 106)]);
        market.verify().await;
    }

    async fn what_a_coupon_pays_in_full_is_sold_sent_and_given_back_without_a_payment(t: TestEnv) {
        let market = Market::new(t).await;
        coupon(&market.t, "all", CouponValue::Percent(Rate::from_ppm(1_000_000)), None).await;
        for method in ["card_sandbox", "bank_transfer", "cash_on_delivery"] {
            let name = method.split('_').next().unwrap();
            let shop = market.shop_with(name, true).await;
            let offer = market.goods(&shop, &format!("free-{name}"), 20_000, 10).await;
            let ctx = market.t.anonymous();
            let (_, access) = market.cart(&ctx, &[(offer, 2)]).await;
            enter(&ctx, &access, "all").await;
            let plan = market.plan(&ctx, &access).await;
            assert_eq!((plan.totals.discount, plan.totals.total), (40_000, plan.totals.delivery), "{method}");
            let order = command::place(&ctx, place(&access, &plan, name, method)).await.unwrap();
            market.drain().await;
            if method == "bank_transfer" && order.total_minor > 0 {
                market.transfer(&order, order.total_minor, "receipt-1").await;
            }
            let part = market.part(&order, &shop).await;
            let parcel = shop.ship(&part, None).await.unwrap();
            let delivered = command::Deliver { shipment: parcel.id, delivered_at: None, proof: None };
            command::deliver(&shop.staff, delivered).await.unwrap();
            market.drain().await;
            let part = market.part(&order, &shop).await;
            assert_eq!(part.merchant_order.captured_discount_minor, 40_000, "{method}");
            let input = RefundUnits {
                merchant_order: part.merchant_order.id,
                expected_version: None,
                lines: vec![event_units(part.lines[0].id, 2)],
                shipping_of: Vec::new(),
                reason: RefundReason::Returned,
                note: None,
            };
            let refund = command::refund_units(&shop.staff, input).await.unwrap();
            assert_eq!((refund.amount_minor, refund.state), (0, RefundState::Settled), "{method}");
            assert_eq!(refund.parts.0.discount, 40_000);
            market.drain().await;
            market.verify().await;
        }
    }

    async fn a_canceled_part_gives_its_share_back(t: TestEnv) {
        let market = Market::new(t).await;
        let Bought { order, shops, .. } = three(&market, "card_sandbox").await;
        let part = market.part(&order, &shops[2]).await;
        let input = CancelUnits {
            merchant_order: part.merchant_order.id,
            expected_version: None,
            lines: Vec::new(),
            reason: CancelReason::OutOfStock,
            note: None,
        };
        command::cancel_units(&shops[2].staff, input).await.unwrap();
        market.drain().await;
        let part = market.part(&order, &shops[2]).await;
        let refund = &part.refunds[0].refund;
        assert_eq!(refund.parts.0.discount, 213);
        assert_eq!(refund.amount_minor, part.merchant_order.total_minor);
        market.verify().await;
    }

    async fn the_last_use_of_a_coupon_is_given_once(t: TestEnv) {
        let market = Market::new(t).await;
        let shop = market.shop("ann").await;
        let offer = market.goods(&shop, "lamp", 5_000, 50).await;
        coupon(&market.t, "two", CouponValue::Amount(500), Some(2)).await;
        let mut carts = Vec::new();
        for n in 0..8 {
            let ctx = market.t.anonymous();
            let (_, access) = market.cart(&ctx, &[(offer, 1)]).await;
            enter(&ctx, &access, "two").await;
            let plan = market.plan(&ctx, &access).await;
            assert_eq!(plan.totals.discount, 500);
            carts.push((ctx, place(&access, &plan, &format!("k{n}"), "cash_on_delivery")));
        }
        let tasks: Vec<_> = carts
            .into_iter()
            .map(|(ctx, input)| tokio::spawn(async move { command::place(&ctx, input).await }))
            .collect();
        let (mut placed, mut refused) = (0, Vec::new());
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => placed += 1,
                Err(error) => refused.push(error.code()),
            }
        }
        assert_eq!(placed, 2, "{refused:?}");
        assert!(refused.iter().all(|code| matches!(*code, "COUPON_USED_UP" | "PLAN_CHANGED")), "{refused:?}");
        market.verify().await;
    }

    async fn a_coupon_that_does_not_count_is_told_and_does_not_stop_the_order(t: TestEnv) {
        let market = Market::new(t).await;
        let shop = market.shop("ann").await;
        let offer = market.goods(&shop, "lamp", 5_000, 5).await;
        let ctx = market.t.anonymous();
        let (_, access) = market.cart(&ctx, &[(offer, 1)]).await;
        enter(&ctx, &access, "nothing").await;
        let plan = market.plan(&ctx, &access).await;
        let rejection = plan.rejected.iter().find(|rejection| rejection.what == Rejected::Coupon).unwrap();
        assert_eq!((rejection.code.as_str(), rejection.blocking), ("COUPON_UNKNOWN", false));
        assert!(plan.is_placeable() && plan.coupon.is_none() && plan.totals.discount == 0);
        let mut details = crate::support::details();
        details.coupon_code = Some(Some("not a code!".to_owned()));
        let malformed = command::cart_edit(&ctx, &access, details).await.unwrap_err();
        assert_eq!(malformed.field().as_deref(), Some("couponCode"));
    }

    async fn whose_money_a_coupon_is_decides_its_tax(t: TestEnv) {
        let market = Market::new(t).await;
        let shop = market.shop("ann").await;
        let offer = market.goods(&shop, "lamp", 11_900, 5).await;
        coupon(&market.t, "half", CouponValue::Percent(Rate::from_ppm(500_000)), None).await;
        let ctx = market.t.anonymous();
        let (_, access) = market.cart(&ctx, &[(offer, 1)]).await;
        enter(&ctx, &access, "half").await;
        assert_eq!(market.plan(&ctx, &access).await.lines[0].tax, 1_900);
        let patch = SettingsPatch { coupon_tax: Some(CouponTax::PriceReduction), ..SettingsPatch::default() };
        let expected_version = marketplace::snapshot(&ctx).await.unwrap().settings_version;
        edit_settings(&market.t.operator(), EditSettings { expected_version, patch, reason: None }).await.unwrap();
        assert_eq!(market.plan(&ctx, &access).await.lines[0].tax, 950);
    }
}

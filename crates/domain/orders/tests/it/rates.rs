//! What a delivery costs: prices of merchants, and delivery that the marketplace pays.

use kernel::{Currency, Fault as _, Rate};
use marketplace::command::{CreateCoupon, create_coupon};
use marketplace::delivery::RatesOf;
use marketplace::{
    CouponTax, CouponValue, DeliveryMethod, DeliveryRate, Funder, MerchantRate, OwnRates, SettingsPatch,
};
use merchants::{SetDelivery, set_delivery};
use orders::command::{
    CancelUnits, Deliver, EditConfirm, EditOrder, NewDelivery, ParcelEnded, RefundUnits, cancel_units, deliver,
    order_edit, order_edit_preview, parcel_ended, place as place_cart, refund_units,
};
use orders::model::money::Parts;
use orders::model::status::{CancelReason, RefundReason, RefundState};
use orders::query::PartDetail;
use orders::{Order, query};

use crate::edits::way;
use crate::support::{Market, Shop, code, details, event_units, place};

async fn allow(m: &Market, allowed: bool) -> DeliveryMethod {
    m.parcels(|_, edit| edit.own_rates = Some(OwnRates { allowed, highest: Vec::new() })).await
}

/// What a shop asks for the first parcel; further units are free.
async fn asks(shop: &Shop, method: &DeliveryMethod, version: i64, first_minor: i64) {
    let rate = DeliveryRate { first_minor, additional_minor: 0, free_above_minor: None, ..method.rates[0].clone() };
    let rate = DeliveryRate { currency: Currency::EUR, ..rate };
    let rates = vec![MerchantRate { zone: None, rate }];
    let input = SetDelivery { merchant_id: None, method_id: method.id, expected_version: version, rates };
    set_delivery(&shop.staff, input).await.unwrap();
}

fn of(part: &PartDetail) -> &orders::FulfillmentOrder {
    &part.fulfillments[0].fulfillment_order
}

fn refund(part: &PartDetail, units: i64, shipping: bool) -> RefundUnits {
    RefundUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: (units > 0).then(|| event_units(part.lines[0].id, units)).into_iter().collect(),
        shipping_of: shipping.then(|| of(part).id).into_iter().collect(),
        reason: RefundReason::Damaged,
        note: None,
    }
}

async fn redelivered(m: &Market, order: &Order, part: &PartDetail, method: kernel::id::DeliveryMethodId) -> i64 {
    let change =
        EditOrder { delivery: vec![NewDelivery { fulfillment_order: of(part).id, method }], ..EditOrder::default() };
    let version = m.order(order).await.version;
    let preview = order_edit_preview(&m.t.operator(), order.id, version, &change).await.unwrap();
    let confirm = EditConfirm {
        order: order.id,
        base_version: preview.base_version,
        change,
        preview_hash: preview.hash.clone(),
        idempotency_key: format!("edit-{version}"),
        reason: "asked for".to_owned(),
        payment: None,
    };
    order_edit(&m.t.operator(), confirm).await.unwrap();
    m.drain().await;
    preview.refund_minor
}

testkit::both_databases! {
    async fn a_merchants_own_price_is_planned_agreed_to_and_frozen(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop("anna").await, m.shop("bert").await);
        let lines = [(m.goods(&anna, "A1", 1_000, 9).await, 2), (m.goods(&bert, "B1", 700, 9).await, 1)];
        let parcel = allow(&m, true).await;
        asks(&anna, &parcel, 0, 390).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &lines).await;
        let plan = m.plan(&ctx, &access).await;
        let by = |shop: &Shop| plan.consignments.iter().find(|c| c.merchant == shop.id).unwrap().choice().unwrap();
        assert_eq!((by(&anna).price, by(&bert).price, plan.totals.delivery), (390, 490, 880));
        assert!(by(&anna).reasons.iter().any(|reason| reason == "by the merchant's own rates"), "{:?}", by(&anna).reasons);
        assert_eq!((by(&anna).origin.rates_of, by(&bert).origin.rates_of), (RatesOf::Merchant, RatesOf::Operator));
        // Another price between plan and order is another plan.
        asks(&anna, &parcel, 1, 450).await;
        let changed = place_cart(&ctx, place(&access, &plan, "k1", "card_sandbox")).await.unwrap_err();
        assert_eq!(changed.code(), "PLAN_CHANGED");
        let now = m.plan(&ctx, &access).await;
        assert_eq!((now.totals.delivery, now.totals.total), (940, plan.totals.total + 60));
        assert_ne!(now.hash, plan.hash);
        let order = place_cart(&ctx, place(&access, &now, "k2", "card_sandbox")).await.unwrap();
        m.drain().await;
        let part = m.part(&order, &anna).await;
        let origin = &of(&part).delivery_origin;
        assert_eq!((origin.rates_of, origin.version, origin.set_by.clone()), (RatesOf::Merchant, Some(2), Some(anna.staff.actor().id())));
        assert_eq!(origin.set_by_name.as_deref(), Some(anna.staff.actor().name.as_str()));
        assert_eq!(origin.set_at, Some(order.placed_at), "the clock stands still in tests");
        let of_bert = m.part(&order, &bert).await;
        assert_eq!((of(&of_bert).delivery_origin.rates_of, of(&of_bert).delivery_origin.version), (RatesOf::Operator, Some(parcel.version)));
        // What is set or forbidden later is for later orders.
        asks(&anna, &parcel, 2, 990).await;
        assert_eq!(m.plan(&ctx, &m.cart(&ctx, &lines).await.1).await.totals.delivery, 990 + 490);
        allow(&m, false).await;
        assert_eq!(m.plan(&ctx, &m.cart(&ctx, &lines).await.1).await.totals.delivery, 590 + 490, "the marketplace's price");
        let part = m.accept(&order, &anna).await;
        assert_eq!((of(&part).shipping_gross_minor, part.merchant_order.delivery_minor), (450, 450));
        allow(&m, true).await;
        assert_eq!(m.plan(&ctx, &m.cart(&ctx, &lines).await.1).await.totals.delivery, 990 + 490, "allowed again");
        m.verify().await;
    }

    async fn a_changed_delivery_asks_the_merchants_price_too(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1_000, 9).await;
        let express = way(&m, "express", 1_290).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(lamp, 1)]).await;
        let consignment = m.plan(&ctx, &access).await.consignments[0].key.clone();
        let choices = vec![orders::command::DeliveryChoice { consignment, method: express, pickup_point: None }];
        orders::command::cart_edit(&ctx, &access, orders::command::CartDetails { choices, ..details() }).await.unwrap();
        let plan = m.plan(&ctx, &access).await;
        let order = place_cart(&ctx, place(&access, &plan, "k1", "bank_transfer")).await.unwrap();
        m.transfer(&order, order.total_minor, "bank-1").await;
        let parcel = allow(&m, true).await;
        asks(&anna, &parcel, 0, 240).await;
        let part = m.accept(&order, &anna).await;
        assert_eq!(redelivered(&m, &order, &part, parcel.id).await, 1_050, "what the merchant asks by now");
        let now = m.part(&order, &anna).await;
        assert_eq!((of(&now).shipping_gross_minor, of(&now).delivery_origin.version), (240, Some(1)));
        m.verify().await;
    }

    async fn delivery_that_the_marketplace_pays_is_earned_and_comes_back_to_the_cent(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 2_999, 9).await;
        m.funds_parcels().await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(lamp, 3)]).await;
        let plan = m.plan(&ctx, &access).await;
        let choice = plan.consignments[0].choice().unwrap();
        assert_eq!((choice.price, choice.funded, choice.gross()), (0, 690, 690));
        assert_eq!((choice.origin.waived_minor, choice.origin.borne_by), (690, Some(Funder::Operator)));
        assert_eq!((plan.totals.goods, plan.totals.delivery, plan.totals.discount, plan.totals.total), (8_997, 690, 690, 8_997));
        let order = place_cart(&ctx, place(&access, &plan, "k1", "card_sandbox")).await.unwrap();
        m.drain().await;
        let part = m.accept(&order, &anna).await;
        let row = &part.merchant_order;
        assert_eq!((row.delivery_minor, row.discount_minor, row.total_minor), (690, 690, 8_997));
        assert_eq!((row.captured_minor, row.captured_discount_minor), (8_997, 690));
        assert_eq!((of(&part).shipping_gross_minor, of(&part).shipping_discount_minor), (690, 690));
        // 19 % within 6.90, as if the buyer had paid it; 12 % commission.
        assert_eq!((of(&part).shipping_tax_minor, of(&part).shipping_commission_minor), (110, 83));
        let first = anna.ship(&part, Some(1)).await.unwrap().parts.0;
        assert_eq!((first.gross, first.shipping, first.discount, first.shipping_discount), (2_999, 0, 690, 690));
        let rest = anna.ship(&m.part(&order, &anna).await, None).await.unwrap().parts.0;
        assert_eq!((rest.gross, rest.discount), (5_998, 0), "paid for once");
        assert_eq!(first.plus(rest).net() + first.plus(rest).commission_item + 83 + first.plus(rest).commission_vat
            + first.plus(rest).fixed_fee, 8_997 + 690, "the merchant gets it, less what the operator earns");
        // A unit comes back without the delivery, the delivery by itself, both once.
        let part = m.part(&order, &anna).await;
        let unit = refund_units(&anna.staff, refund(&part, 1, false)).await.unwrap();
        assert_eq!((unit.amount_minor, unit.parts.0.discount), (2_999, 0));
        let delivery = refund_units(&anna.staff, refund(&part, 0, true)).await.unwrap();
        assert_eq!((delivery.amount_minor, delivery.state), (0, RefundState::Settled));
        let given = delivery.parts.0;
        assert_eq!((given.discount, given.shipping_discount, given.tax, given.commission_shipping), (690, 690, 110, 83));
        assert_eq!(code(refund_units(&anna.staff, refund(&part, 0, true)).await), "NOTHING_TO_REFUND");
        let last = refund_units(&anna.staff, refund(&part, 2, false)).await.unwrap();
        m.drain().await;
        let undone = [unit.parts.0, given, last.parts.0].into_iter().sum::<Parts>();
        let earned = first.plus(rest);
        assert_eq!((undone.gross, undone.discount, undone.tax, undone.commission_shipping),
            (earned.gross, earned.discount, earned.tax, earned.commission_shipping));
        m.verify().await;
    }

    async fn the_marketplace_keeps_what_it_would_have_paid_for_goods_that_never_leave(t: TestEnv) {
        let m = Market::new(t).await;
        m.funds_parcels().await;
        for (n, method) in ["card_sandbox", "bank_transfer", "cash_on_delivery"].into_iter().enumerate() {
            let shop = m.shop_with(&format!("shop{n}"), true).await;
            let lamp = m.goods(&shop, &format!("L{n}"), 6_000, 9).await;
            let ctx = m.t.anonymous();
            let (_, access) = m.cart(&ctx, &[(lamp, 2)]).await;
            let plan = m.plan(&ctx, &access).await;
            let order = place_cart(&ctx, place(&access, &plan, method, method)).await.unwrap();
            m.drain().await;
            if method == "bank_transfer" {
                m.transfer(&order, order.total_minor, "receipt-1").await;
            }
            let part = m.part(&order, &shop).await;
            let cancel = |lines| CancelUnits {
                merchant_order: part.merchant_order.id, expected_version: None, lines,
                reason: CancelReason::OutOfStock, note: None,
            };
            cancel_units(&shop.staff, cancel(vec![event_units(part.lines[0].id, 1)])).await.unwrap();
            m.drain().await;
            cancel_units(&shop.staff, cancel(Vec::new())).await.unwrap();
            m.drain().await;
            let after = m.part(&order, &shop).await;
            let back: Parts = after.refunds.iter().map(|refund| refund.refund.parts.0).sum();
            let captured = after.merchant_order.captured_discount_minor;
            assert_eq!(captured, if method == "cash_on_delivery" { 0 } else { 590 }, "{method}");
            assert_eq!((back.discount, back.shipping_discount), (captured, captured), "{method}");
            assert_eq!(after.merchant_order.refund_minor, after.merchant_order.captured_minor);
            m.verify().await;
        }
    }

    async fn a_lost_parcel_and_cash_at_the_door_take_the_marketplaces_share_along(t: TestEnv) {
        let m = Market::new(t).await;
        m.funds_parcels().await;
        let shop = m.shop_with("anna", true).await;
        let lamp = m.goods(&shop, "A1", 6_000, 9).await;
        let order = m.placed(&[(lamp, 1)], "card_sandbox").await;
        let parcel = shop.ship(&m.part(&order, &shop).await, None).await.unwrap();
        parcel_ended(&shop.staff, ParcelEnded { shipment: parcel.id, lost: true, restock: false, note: None }).await.unwrap();
        m.drain().await;
        let lost = m.part(&order, &shop).await;
        assert_eq!((lost.merchant_order.refund_minor, lost.refunds[0].refund.parts.0.shipping_discount), (6_000, 490));
        m.verify().await;
        let door = {
            let ctx = m.t.anonymous();
            let (_, access) = m.cart(&ctx, &[(lamp, 1)]).await;
            let plan = m.plan(&ctx, &access).await;
            let order = place_cart(&ctx, place(&access, &plan, "door", "cash_on_delivery")).await.unwrap();
            m.drain().await;
            order
        };
        let mut back = shop.ship(&m.part(&door, &shop).await, None).await.unwrap();
        deliver(&shop.staff, Deliver { shipment: back.id, delivered_at: None, proof: None }).await.unwrap();
        m.drain().await;
        let paid = m.part(&door, &shop).await.merchant_order;
        assert_eq!((paid.captured_minor, paid.captured_discount_minor), (6_000, 490));
        m.verify().await;
        // What is refused at the door is no sale, and the marketplace pays nothing.
        let refused = {
            let ctx = m.t.anonymous();
            let (_, access) = m.cart(&ctx, &[(lamp, 1)]).await;
            let plan = m.plan(&ctx, &access).await;
            let order = place_cart(&ctx, place(&access, &plan, "refused", "cash_on_delivery")).await.unwrap();
            m.drain().await;
            order
        };
        back = shop.ship(&m.part(&refused, &shop).await, None).await.unwrap();
        parcel_ended(&shop.staff, ParcelEnded { shipment: back.id, lost: false, restock: true, note: None }).await.unwrap();
        m.drain().await;
        let nothing = m.part(&refused, &shop).await;
        assert_eq!((nothing.merchant_order.captured_discount_minor, nothing.merchant_order.captured_minor), (0, 0));
        assert_eq!(of(&nothing).shipping_state, orders::model::status::ShippingState::Returned);
        m.verify().await;
    }

    async fn another_way_of_delivery_moves_the_marketplaces_share(t: TestEnv) {
        let m = Market::new(t).await;
        let parcel = m.funds_parcels().await;
        let (anna, free) = (m.shop("anna").await, way(&m, "free", 0).await);
        let lamp = m.goods(&anna, "A1", 6_000, 9).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(lamp, 1)]).await;
        let plan = m.plan(&ctx, &access).await;
        let consignment = plan.consignments[0].key.clone();
        let choices = vec![orders::command::DeliveryChoice { consignment, method: parcel.id, pickup_point: None }];
        orders::command::cart_edit(&ctx, &access, orders::command::CartDetails { choices, ..details() }).await.unwrap();
        let plan = m.plan(&ctx, &access).await;
        assert_eq!((plan.totals.delivery, plan.totals.total), (490, 6_000));
        let order = place_cart(&ctx, place(&access, &plan, "k1", "bank_transfer")).await.unwrap();
        m.transfer(&order, order.total_minor, "bank-1").await;
        let part = m.accept(&order, &anna).await;
        assert_eq!(part.merchant_order.captured_discount_minor, 490);
        assert_eq!(redelivered(&m, &order, &part, free).await, 0, "the buyer paid nothing for it");
        let without = m.part(&order, &anna).await;
        assert_eq!((without.merchant_order.delivery_minor, without.merchant_order.discount_minor), (0, 0));
        assert_eq!((without.refunds[0].refund.amount_minor, without.refunds[0].refund.parts.0.shipping_discount), (0, 490));
        m.verify().await;
        assert_eq!(redelivered(&m, &order, &part, parcel.id).await, 0);
        let again = m.part(&order, &anna).await;
        assert_eq!((again.merchant_order.discount_minor, again.merchant_order.captured_discount_minor), (490, 980));
        m.verify().await;
        anna.ship(&again, None).await.unwrap();
        let total = query::order(&m.t.operator(), order.id).await.unwrap();
        assert_eq!((total.delivery_minor, total.discount_minor, total.total_minor), (490, 490, 6_000));
        m.verify().await;
    }

    async fn a_price_reduction_lowers_the_tax_and_a_coupon_comes_on_top(t: TestEnv) {
        let m = Market::new(t).await;
        m.funds_parcels().await;
        let patch = SettingsPatch { coupon_tax: Some(CouponTax::PriceReduction), ..SettingsPatch::default() };
        m.settings(patch).await;
        let new = CreateCoupon {
            code: "all".to_owned(), name: "All".to_owned(), currency: Currency::EUR,
            value: CouponValue::Percent(Rate::from_ppm(1_000_000)), minimum_minor: 0, valid_from: None, valid_to: None,
            uses_max: None,
        };
        create_coupon(&m.t.operator(), new).await.unwrap();
        let anna = m.shop_with("anna", true).await;
        let lamp = m.goods(&anna, "A1", 6_000, 9).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(lamp, 1)]).await;
        let mut with = details();
        with.coupon_code = Some(Some("all".to_owned()));
        orders::command::cart_edit(&ctx, &access, with).await.unwrap();
        let plan = m.plan(&ctx, &access).await;
        assert_eq!((plan.totals.delivery, plan.totals.discount, plan.totals.tax, plan.totals.total), (490, 6_490, 0, 0));
        let order = place_cart(&ctx, place(&access, &plan, "k1", "card_sandbox")).await.unwrap();
        m.drain().await;
        let part = m.part(&order, &anna).await;
        let parts = anna.ship(&part, None).await.unwrap().parts.0;
        assert_eq!((parts.gross, parts.discount, parts.shipping_discount, parts.tax), (0, 6_490, 490, 0));
        let back = refund_units(&anna.staff, refund(&m.part(&order, &anna).await, 1, true)).await.unwrap();
        assert_eq!((back.amount_minor, back.parts.0.discount), (0, 6_490));
        m.drain().await;
        m.verify().await;
    }
}

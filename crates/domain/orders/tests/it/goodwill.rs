//! Amounts that are given back, reasons, and refunds that another person approves.

use std::collections::BTreeMap;

use kernel::id::FulfillmentOrderId;
use kernel::{Currency, Fault, Money};
use marketplace::model::SettingsPatch;
use orders::command::{RefundAmount, RefundUnits, refund_amount, refund_approve, refund_reject, refund_units};
use orders::model::money::Parts;
use orders::model::status::{Bearer, PaymentState, RefundReason, RefundState};
use orders::query::PartDetail;
use testkit::tokio::task::JoinSet;

use crate::support::{Market, code, event_units};

pub fn amount(part: &PartDetail, minor: i64, bearer: Bearer, key: &str) -> RefundAmount {
    RefundAmount {
        idempotency_key: key.to_owned(),
        merchant_order: part.merchant_order.id,
        amount: Money::new(minor, Currency::EUR),
        bearer,
        lines: Vec::new(),
        shipping_of: Vec::new(),
        reason: RefundReason::Damaged,
        note: None,
    }
}

fn units(part: &PartDetail, quantity: i64, shipping_of: Vec<FulfillmentOrderId>) -> RefundUnits {
    RefundUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: if quantity == 0 { Vec::new() } else { vec![event_units(part.lines[0].id, quantity)] },
        shipping_of,
        reason: RefundReason::Returned,
        note: None,
    }
}

testkit::both_databases! {
    async fn amounts_and_units_in_any_order_close_every_component(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, _) = m.shipped(&shop, offer, 3).await;
        let part = m.part(&order, &shop).await;
        let (staff, operator, total) = (&shop.staff, m.t.operator(), part.merchant_order.total_minor);
        let first = refund_amount(staff, amount(&part, 500, Bearer::Merchant, "k1")).await.unwrap();
        assert_eq!((first.amount_minor, first.parts.0.gross), (500, 500));
        assert!(first.parts.0.commission_item > 0, "the commission on it goes back too");
        let second = refund_amount(&operator, amount(&part, 300, Bearer::Operator, "k2")).await.unwrap();
        assert_eq!((second.amount_minor, second.parts.0), (300, Parts::default()), "the merchant keeps its earnings");
        let mut shipping = amount(&part, 100, Bearer::Merchant, "k3");
        let sent = part.fulfillments[0].fulfillment_order.id;
        shipping.shipping_of = vec![sent];
        let third = refund_amount(staff, shipping).await.unwrap();
        assert_eq!((third.parts.0.shipping, third.parts.0.goods), (100, 0), "shipping is refunded in part");
        m.drain().await;
        m.verify().await;
        let unit = refund_units(staff, units(&part, 1, vec![])).await.unwrap();
        assert!(unit.amount_minor < 1999, "what was given for it before is not given again");
        assert!(unit.parts.0.gross > unit.amount_minor, "the goodwill of the operator comes back");
        let rest = refund_units(staff, units(&part, 2, vec![sent])).await.unwrap();
        m.drain().await;
        let done = m.part(&order, &shop).await;
        let cash: i64 = done.refunds.iter().map(|r| r.refund.amount_minor).sum();
        let back: Parts = done.refunds.iter().map(|r| r.refund.parts.0).sum();
        let earned: Parts = done.shipments.iter().map(|s| s.shipment.parts.0).sum();
        assert_eq!((cash, back.gross), (total, total));
        assert_eq!((back.tax, back.commission_item), (earned.tax, earned.commission_item));
        assert_eq!(back.commission_shipping, earned.commission_shipping);
        assert_eq!(rest.state, RefundState::Requested);
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Refunded, "fully refunded is not paid");
        assert_eq!(code(refund_amount(staff, amount(&part, 1, Bearer::Merchant, "k4")).await), "EXCEEDS_REFUNDABLE");
        m.verify().await;
    }

    async fn an_amount_is_given_once_and_never_beyond_what_is_left(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, _) = m.shipped(&shop, offer, 1).await;
        let part = m.part(&order, &shop).await;
        let first = refund_amount(&shop.staff, amount(&part, 500, Bearer::Merchant, "same")).await.unwrap();
        let again = refund_amount(&shop.staff, amount(&part, 500, Bearer::Merchant, "same")).await.unwrap();
        assert_eq!(first.id, again.id, "a double click gives once");
        let reused = refund_amount(&shop.staff, amount(&part, 400, Bearer::Merchant, "same")).await;
        assert_eq!(code(reused), "IDEMPOTENCY_KEY_REUSED");
        let left = part.merchant_order.total_minor - 500;
        let refused = refund_amount(&shop.staff, amount(&part, left + 1, Bearer::Merchant, "k2")).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("EXCEEDS_REFUNDABLE", Some("amount")));
        assert_eq!(refused.details().unwrap()["available"], Money::new(left, Currency::EUR).amount());
        let mut dollars = amount(&part, 100, Bearer::Merchant, "k3");
        dollars.amount = Money::new(100, Currency::USD);
        assert_eq!(code(refund_amount(&shop.staff, dollars).await), "CURRENCY_MISMATCH");
        let own_cost = refund_amount(&shop.staff, amount(&part, 100, Bearer::Operator, "k4")).await;
        assert_eq!(code(own_cost), "FORBIDDEN", "a merchant does not spend the operator's money");
        m.verify().await;
    }

    async fn racing_refunds_give_each_unit_once(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, _) = m.shipped(&shop, offer, 3).await;
        let part = m.part(&order, &shop).await;
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            let (staff, input) = (shop.staff.clone(), units(&part, 1, vec![]));
            tasks.spawn(async move { refund_units(&staff, input).await });
        }
        let mut given = 0;
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(_) => given += 1,
                refused => assert_eq!(code(refused), "TOO_MANY_UNITS"),
            }
        }
        assert_eq!(given, 3);
        assert_eq!(m.part(&order, &shop).await.merchant_order.refund_minor, 3 * 1999);
        m.drain().await;
        m.verify().await;
    }

    async fn above_the_limit_another_person_decides(t: TestEnv) {
        let m = Market::new(t).await;
        let limit = BTreeMap::from([(Currency::EUR, 2000)]);
        m.settings(SettingsPatch { refund_approval_above: Some(limit), ..Default::default() }).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, _) = m.shipped(&shop, offer, 3).await;
        let part = m.part(&order, &shop).await;
        let asker = m.t.operator();
        let waits = refund_units(&asker, units(&part, 2, vec![])).await.unwrap();
        assert_eq!((waits.state, waits.amount_minor), (RefundState::AwaitingApproval, 3998));
        let quiet = m.part(&order, &shop).await;
        assert_eq!((quiet.merchant_order.refund_minor, quiet.lines[0].refunded), (0, 0), "nothing moved");
        m.verify().await;
        assert_eq!(code(refund_approve(&asker, waits.id).await), "OWN_REQUEST");
        assert_eq!(code(refund_approve(&shop.staff, waits.id).await), "FORBIDDEN");
        let other = m.t.operator();
        let done = refund_approve(&other, waits.id).await.unwrap();
        assert_eq!(done.state, RefundState::Requested);
        let refused = refund_approve(&m.t.operator(), waits.id).await.unwrap_err();
        assert_eq!(refused.code(), "INVALID_TRANSITION");
        assert_eq!(refused.details().unwrap()["state"], "requested");
        m.drain().await;
        assert_eq!(m.part(&order, &shop).await.merchant_order.refund_minor, 3998);
        m.verify().await;
        // What was asked for twice is given once: the second waits for units that are gone.
        let small = refund_units(&asker, units(&part, 1, vec![])).await.unwrap();
        assert_eq!(small.state, RefundState::Requested, "below the limit nobody is asked");
        m.drain().await;
        m.verify().await;
    }

    async fn asking_once_more_because_the_answer_got_lost_asks_for_no_more(t: TestEnv) {
        let m = Market::new(t).await;
        let limit = BTreeMap::from([(Currency::EUR, 1000)]);
        m.settings(SettingsPatch { refund_approval_above: Some(limit), ..Default::default() }).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, _) = m.shipped(&shop, offer, 3).await;
        let part = m.part(&order, &shop).await;
        let seen = RefundUnits { expected_version: Some(part.merchant_order.version), ..units(&part, 1, vec![]) };
        let waits = refund_units(&shop.staff, seen.clone()).await.unwrap();
        assert_eq!(waits.state, RefundState::AwaitingApproval);
        assert_eq!(code(refund_units(&shop.staff, seen).await), "STALE_VERSION");
        assert_eq!(m.part(&order, &shop).await.refunds.len(), 1);
        m.verify().await;
    }

    async fn what_is_left_when_it_is_approved_decides(t: TestEnv) {
        let m = Market::new(t).await;
        let limit = BTreeMap::from([(Currency::EUR, 2000)]);
        m.settings(SettingsPatch { refund_approval_above: Some(limit), ..Default::default() }).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, _) = m.shipped(&shop, offer, 3).await;
        let part = m.part(&order, &shop).await;
        let asker = m.t.operator();
        let one = refund_units(&asker, units(&part, 2, vec![])).await.unwrap();
        let two = refund_units(&asker, units(&part, 2, vec![])).await.unwrap();
        refund_approve(&m.t.operator(), one.id).await.unwrap();
        assert_eq!(code(refund_approve(&m.t.operator(), two.id).await), "TOO_MANY_UNITS");
        let rejected = refund_reject(&m.t.operator(), two.id, Some("twice")).await.unwrap();
        assert_eq!((rejected.state, rejected.failure.as_deref()), (RefundState::Rejected, Some("twice")));
        m.drain().await;
        assert_eq!(m.part(&order, &shop).await.merchant_order.refund_minor, 3998);
        m.verify().await;
    }

    async fn each_actor_has_its_reasons(t: TestEnv) {
        let m = Market::new(t).await;
        let list = BTreeMap::from([("refund.merchant".to_owned(), vec!["returned".to_owned(), "late".to_owned()])]);
        m.settings(SettingsPatch { reasons: Some(list), ..Default::default() }).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, _) = m.shipped(&shop, offer, 2).await;
        let part = m.part(&order, &shop).await;
        let refused = refund_amount(&shop.staff, amount(&part, 100, Bearer::Merchant, "k1")).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("REASON_NOT_ALLOWED", Some("reason")));
        assert_eq!(refused.details().unwrap()["allowed"][1], "late");
        refund_units(&shop.staff, units(&part, 1, vec![])).await.unwrap();
        refund_amount(&m.t.operator(), amount(&part, 100, Bearer::Merchant, "k1")).await.unwrap();
        m.drain().await;
        m.verify().await;
    }
}

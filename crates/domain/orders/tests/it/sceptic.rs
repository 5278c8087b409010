//! What somebody who trusts nobody tries first.

use kernel::{Fault as _, Rate};
use marketplace::command::{EditCommissionRule, EditTaxClass, edit_commission_rule, edit_tax_class};
use orders::command::{ChargeBack, RefundUnits, charge_back, charge_back_of, refund_units};
use orders::model::money::Parts;
use orders::model::status::{PaymentState, RefundKind, RefundReason};
use orders::query::PartDetail;
use payments::{open_dispute, resolve_dispute};
use testkit::tokio::task::JoinSet;

use crate::disputes::{decided, disputed};
use crate::support::{Market, Shop, code, event_units};

fn one_unit(part: &PartDetail) -> RefundUnits {
    RefundUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: vec![event_units(part.lines[0].id, 1)],
        shipping_of: Vec::new(),
        reason: RefundReason::Returned,
        note: None,
    }
}

/// Three units that were sent.
async fn sent(t: testkit::TestEnv) -> (Market, Shop, orders::Order, PartDetail) {
    let m = Market::new(t).await;
    let shop = m.shop("anna").await;
    let offer = m.goods(&shop, "A1", 1999, 5).await;
    let order = m.placed(&[(offer, 3)], "card_sandbox").await;
    let part = m.accept(&order, &shop).await;
    shop.ship(&part, None).await.unwrap();
    (m, shop, order, part)
}

/// A dispute about an order that was lost.
async fn lost(m: &Market, order: &orders::Order, minor: i64) -> ChargeBack {
    let dispute = open_dispute(&m.t.operator(), disputed(order, None, minor)).await.unwrap().id;
    resolve_dispute(&m.t.operator(), decided(dispute, false)).await.unwrap();
    ChargeBack { dispute, order: order.id, payment: order.payment_id, merchant_order: None, amount_minor: minor }
}

testkit::both_databases! {
    async fn two_hundred_refunds_of_three_units_succeed_three_times(t: TestEnv) {
        let (m, shop, order, part) = sent(t).await;
        let mut tasks = JoinSet::new();
        for _ in 0..200 {
            let (staff, input) = (shop.staff.clone(), one_unit(&part));
            tasks.spawn(async move { refund_units(&staff, input).await });
        }
        let (mut done, mut refused) = (0, 0);
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(refund) => {
                    assert_eq!(refund.amount_minor, 1999);
                    done += 1;
                }
                Err(error) => {
                    assert_eq!(error.code(), "TOO_MANY_UNITS", "{error:?}");
                    refused += 1;
                }
            }
        }
        assert_eq!((done, refused), (3, 197));
        m.drain().await;
        let after = m.part(&order, &shop).await;
        assert_eq!((after.refunds.len(), after.merchant_order.refund_minor), (3, 3 * 1999));
        m.verify().await;
    }

    async fn a_rule_and_a_tax_that_change_later_change_no_order(t: TestEnv) {
        let (m, shop, order, part) = sent(t).await;
        let ctx = m.t.operator();
        let market = marketplace::snapshot(&ctx).await.unwrap();
        let rule = market.commission.iter().find(|rule| rule.is_default).unwrap();
        let edit = EditCommissionRule {
            id: rule.id,
            expected_version: rule.version,
            name: None,
            base: None,
            item_ppm: Some(Rate::from_ppm(500_000)),
            shipping_ppm: Some(Rate::from_ppm(500_000)),
            amounts: None,
            min_on_zero: None,
            priority: None,
            valid_from: None,
            valid_to: None,
        };
        edit_commission_rule(&ctx, edit).await.unwrap();
        for class in &market.tax_classes {
            let mut rates = class.rates.clone();
            rates.iter_mut().for_each(|rate| rate.rate_ppm = Rate::from_ppm(250_000));
            let edit =
                EditTaxClass { id: class.id, expected_version: class.version, name: None, rates: Some(rates) };
            edit_tax_class(&ctx, edit).await.unwrap();
        }
        for _ in 0..3 {
            refund_units(&shop.staff, one_unit(&part)).await.unwrap();
        }
        let after = m.part(&order, &shop).await;
        let line = &after.lines[0];
        assert_eq!((line.commission_ppm, line.tax_minor), (part.lines[0].commission_ppm, part.lines[0].tax_minor));
        let back: Parts = after.refunds.iter().map(|refund| refund.refund.parts.0).sum();
        assert_eq!(
            (back.gross, back.commission_item, back.tax, back.commission_vat),
            (3 * 1999, line.commission_minor, line.tax_minor, line.commission_vat_minor),
            "what was frozen at placement goes back, to the cent"
        );
        m.drain().await;
        m.verify().await;
    }

    async fn a_lost_dispute_undoes_what_was_sent_once(t: TestEnv) {
        let (m, shop, order, part) = sent(t).await;
        let amount_minor = order.total_minor;
        let lost = lost(&m, &order, amount_minor).await;
        let system = m.t.system();
        let exposed = charge_back_of(&system, lost).await.unwrap();
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Paid, "a look changes nothing");
        let borne = charge_back(&system, lost).await.unwrap();
        assert_eq!(borne, exposed);
        assert_eq!(charge_back(&system, lost).await.unwrap(), borne, "the same dispute is written once");
        let after = m.part(&order, &shop).await;
        assert_eq!((after.refunds.len(), after.refunds[0].refund.kind), (1, RefundKind::Chargeback));
        assert_eq!(after.merchant_order.refund_minor, amount_minor);
        let earned: Parts = after.shipments.iter().map(|sent| sent.shipment.parts.0).sum();
        assert_eq!(earned.net() - borne[0].parts.net(), -(earned.fixed_fee + after.merchant_order.fixed_fee_vat_minor));
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Refunded);
        assert_eq!(code(refund_units(&shop.staff, one_unit(&part)).await), "TOO_MANY_UNITS");
        m.drain().await;
        m.verify().await;
    }

    async fn a_lost_dispute_about_a_part_is_spread_and_what_follows_closes_every_component(t: TestEnv) {
        let (m, shop, order, part) = sent(t).await;
        let lost = lost(&m, &order, 1_001).await;
        let borne = charge_back(&m.t.system(), lost).await.unwrap();
        assert_eq!((borne.len(), borne[0].parts.gross), (1, 1_001));
        assert!(borne[0].parts.commission_item > 0, "the commission on it goes back too");
        m.drain().await;
        m.verify().await;
        let mut units = one_unit(&part);
        units.lines[0].quantity = part.lines[0].ordered;
        units.shipping_of = part.fulfillments.iter().map(|f| f.fulfillment_order.id).collect();
        let rest = refund_units(&shop.staff, units).await.unwrap();
        assert_eq!(rest.amount_minor, order.total_minor - 1_001, "the buyer has back what was paid and no more");
        let after = m.part(&order, &shop).await;
        let back: Parts = after.refunds.iter().map(|refund| refund.refund.parts.0).sum();
        let earned: Parts = after.shipments.iter().map(|sent| sent.shipment.parts.0).sum();
        assert_eq!((back.gross, back.tax, back.commission_item), (earned.gross, earned.tax, earned.commission_item));
        m.drain().await;
        m.verify().await;
    }
}

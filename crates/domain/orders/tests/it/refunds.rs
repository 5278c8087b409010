//! Paying shipped units back.

use orders::command::{RefundUnits, refund_units};
use orders::model::money::Parts;
use orders::model::status::{PaymentState, RefundReason};

use crate::support::{Market, code, event_units};

fn refund(part: &orders::query::PartDetail, quantity: i64, shipping: bool) -> RefundUnits {
    RefundUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: if quantity == 0 { Vec::new() } else { vec![event_units(part.lines[0].id, quantity)] },
        shipping_of: if shipping { vec![part.fulfillments[0].fulfillment_order.id] } else { Vec::new() },
        reason: RefundReason::Returned,
        note: None,
    }
}

testkit::both_databases! {
    async fn units_go_back_one_by_one_until_nothing_is_left(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let order = m.placed(&[(offer, 3)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        assert_eq!(code(refund_units(&shop.staff, refund(&part, 1, false)).await), "INVALID_TRANSITION");
        shop.ship(&part, Some(2)).await.unwrap();
        assert_eq!(code(refund_units(&shop.staff, refund(&part, 3, false)).await), "TOO_MANY_UNITS");
        assert_eq!(code(refund_units(&shop.staff, refund(&part, 0, false)).await), "NOTHING_TO_REFUND");
        let first = refund_units(&shop.staff, refund(&part, 1, true)).await.unwrap();
        assert_eq!(first.amount_minor, 1999 + part.merchant_order.delivery_minor);
        assert_eq!(first.parts.0.fixed_fee, 0, "the fixed fee is kept");
        m.drain().await;
        assert_eq!(code(refund_units(&shop.staff, refund(&part, 0, true)).await), "NOTHING_TO_REFUND");
        assert_eq!(m.order(&order).await.payment_state, PaymentState::PartiallyRefunded);
        m.verify().await;
        shop.ship(&part, None).await.unwrap();
        for _ in 0..2 {
            refund_units(&shop.staff, refund(&part, 1, false)).await.unwrap();
        }
        m.drain().await;
        assert_eq!(code(refund_units(&shop.staff, refund(&part, 1, false)).await), "TOO_MANY_UNITS");
        let done = m.part(&order, &shop).await;
        let earned: Parts = done.shipments.iter().map(|s| s.shipment.parts.0).sum();
        let back: Parts = done.refunds.iter().map(|r| r.refund.parts.0).sum();
        assert_eq!((back.gross, back.commission_item, back.tax), (earned.gross, earned.commission_item, earned.tax));
        assert_eq!(earned.commission_vat - back.commission_vat, done.merchant_order.fixed_fee_vat_minor);
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Refunded);
        m.verify().await;
    }
}

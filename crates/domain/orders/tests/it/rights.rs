//! Who sees and touches what.

use kernel::PageArgs;
use orders::command::{
    CancelOrder, CancelUnits, Decide, Decision, Deliver, RefundUnits, cancel_order, cancel_units, decide, deliver,
    place as place_cart, refund_units,
};
use orders::model::status::{CancelReason, OrderState, RefundReason};
use orders::query::{self, GuestOrder, MerchantOrderFilter, OrderFilter};

use crate::support::{Market, code, parcel, place};

testkit::both_databases! {
    async fn a_merchant_finds_nothing_of_another(t: TestEnv) {
        let m = Market::new(t).await;
        let (a, b) = (m.shop("anna").await, m.shop("bert").await);
        let lines = [(m.goods(&a, "A1", 1000, 5).await, 2), (m.goods(&b, "B1", 700, 5).await, 1)];
        let order = m.placed(&lines, "card_sandbox").await;
        let part = m.accept(&order, &a).await;
        let shipment = a.ship(&part, Some(1)).await.unwrap();
        let id = part.merchant_order.id;
        let version = m.part(&order, &a).await.merchant_order.version;
        let b_part = m.part(&order, &b).await;
        let staff = &b.staff;
        let choice = Decide { merchant_order: id, expected_version: None, decision: Decision::AcceptAll };
        assert_eq!(code(decide(staff, choice).await), "NOT_FOUND");
        assert_eq!(code(orders::command::ship(staff, parcel(&part, None)).await), "NOT_FOUND");
        assert_eq!(code(deliver(staff, Deliver { shipment: shipment.id, delivered_at: None, proof: None }).await), "NOT_FOUND");
        let cancel = |merchant_order, lines| CancelUnits {
            merchant_order, expected_version: None, lines, reason: CancelReason::Other, note: None,
        };
        assert_eq!(code(cancel_units(staff, cancel(id, vec![])).await), "NOT_FOUND");
        let foreign_line = vec![crate::support::event_units(part.lines[0].id, 1)];
        assert_eq!(code(cancel_units(staff, cancel(b_part.merchant_order.id, foreign_line)).await), "NOT_FOUND");
        let refund = RefundUnits {
            merchant_order: id, expected_version: None, lines: vec![], shipping_of: vec![],
            reason: RefundReason::Goodwill, note: None,
        };
        assert_eq!(code(refund_units(staff, refund).await), "NOT_FOUND");
        assert_eq!(code(query::merchant_order(staff, id).await), "NOT_FOUND");
        assert_eq!(code(query::shipment(staff, shipment.id).await), "NOT_FOUND");
        assert_eq!(code(query::timeline_of_merchant_order(staff, id, &PageArgs::first(9)).await), "NOT_FOUND");
        assert!(query::details_by_merchant_orders(staff, &[id]).await.unwrap().is_empty());
        let filter = MerchantOrderFilter { merchant: Some(a.id), ..MerchantOrderFilter::default() };
        assert!(query::merchant_orders(staff, &filter, &PageArgs::first(9)).await.unwrap().items.is_empty());
        let own = query::merchant_orders(staff, &MerchantOrderFilter::default(), &PageArgs::first(9)).await.unwrap();
        assert_eq!(own.items.len(), 1);
        assert_eq!(code(query::order(staff, order.id).await), "FORBIDDEN");
        assert_eq!(code(query::orders(staff, &OrderFilter::default(), &PageArgs::first(9)).await), "FORBIDDEN");
        assert_eq!(m.part(&order, &a).await.merchant_order.version, version, "nothing was touched");
        m.verify().await;
    }

    async fn buyers_see_and_cancel_their_own(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 5).await;
        let buyer = crate::companies::buyer(&m.t, "bea@example.org").await;
        let stranger = m.t.buyer(m.t.system().new_id());
        let (_, access) = m.cart(&buyer, &[(offer, 2)]).await;
        let plan = m.plan(&buyer, &access).await;
        let order = place_cart(&buyer, place(&access, &plan, "k", "card_sandbox")).await.unwrap();
        m.drain().await;
        assert_eq!(query::order(&buyer, order.id).await.unwrap().customer_id, buyer.actor().customer());
        assert_eq!(query::parts_by_orders(&buyer, &[order.id]).await.unwrap().len(), 1);
        assert_eq!(query::orders(&buyer, &OrderFilter::default(), &PageArgs::first(9)).await.unwrap().items.len(), 1);
        assert_eq!(code(query::order(&stranger, order.id).await), "NOT_FOUND");
        assert!(query::parts_by_orders(&stranger, &[order.id]).await.unwrap().is_empty());
        assert!(query::orders(&stranger, &OrderFilter::default(), &PageArgs::first(9)).await.unwrap().items.is_empty());
        let cancel = CancelOrder { order: order.id, reason: CancelReason::BuyerRequest, note: None };
        assert_eq!(code(cancel_order(&stranger, cancel.clone()).await), "NOT_FOUND");
        assert_eq!(code(cancel_order(&shop.staff, cancel.clone()).await), "FORBIDDEN");
        cancel_order(&buyer, cancel.clone()).await.unwrap();
        m.drain().await;
        assert_eq!(m.order(&order).await.state, OrderState::Canceled);
        assert_eq!(code(cancel_order(&buyer, cancel).await), "INVALID_TRANSITION");
        m.verify().await;
    }

    async fn a_buyer_cannot_cancel_what_was_accepted(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 5).await;
        let buyer = crate::companies::buyer(&m.t, "bea@example.org").await;
        let (_, access) = m.cart(&buyer, &[(offer, 2)]).await;
        let plan = m.plan(&buyer, &access).await;
        let order = place_cart(&buyer, place(&access, &plan, "k", "card_sandbox")).await.unwrap();
        m.drain().await;
        m.accept(&order, &shop).await;
        let cancel = CancelOrder { order: order.id, reason: CancelReason::BuyerRequest, note: None };
        assert_eq!(code(cancel_order(&buyer, cancel).await), "INVALID_TRANSITION");
    }

    async fn a_guest_needs_number_and_secret(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 5).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 2)]).await;
        let plan = m.plan(&ctx, &access).await;
        let order = place_cart(&ctx, place(&access, &plan, "k", "card_sandbox")).await.unwrap();
        let token = access.token.clone().unwrap();
        let guest = GuestOrder { number: order.number.to_lowercase(), token };
        assert_eq!(query::guest_order(&ctx, &guest).await.unwrap().id, order.id);
        assert_eq!(query::guest_parts(&ctx, &guest).await.unwrap().len(), 1);
        let guess = GuestOrder { token: "guess".to_owned(), ..guest };
        assert_eq!(code(query::guest_order(&ctx, &guess).await), "NOT_FOUND");
        assert_eq!(code(query::order(&ctx, order.id).await), "UNAUTHENTICATED");
    }

    async fn lists_are_paged_and_filtered(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 50).await;
        let mut orders = Vec::new();
        for _ in 0..5 {
            orders.push(m.placed(&[(offer, 1)], "cash_on_delivery").await);
        }
        let staff = &shop.staff;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let args = PageArgs::new(Some(2), after).unwrap();
            let page = query::merchant_orders(staff, &MerchantOrderFilter::default(), &args).await.unwrap();
            after = page.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
            let more = page.has_next;
            seen.extend(page.into_rows().into_iter().map(|part| part.order_id));
            if !more {
                break;
            }
        }
        let newest_first: Vec<_> = orders.iter().rev().map(|order| order.id).collect();
        assert_eq!(seen, newest_first);
        let filter = MerchantOrderFilter { number: Some(orders[2].number.to_lowercase()), ..MerchantOrderFilter::default() };
        let found = query::merchant_orders(staff, &filter, &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!(found.iter().map(|part| part.order_id).collect::<Vec<_>>(), [orders[2].id]);
    }
}

//! Goods that come back.

use chrono::Duration;
use kernel::Fault;
use kernel::id::OrderLineId;
use orders::command::{
    ApproveReturn, CancelUnits, Deliver, InspectReturn, InspectedUnits, OfReturn, RefundReturn, RejectReturn,
    RequestReturn, SendGoods, SendReturn, cancel_units, close_due, deliver, return_approve, return_cancel,
    return_close, return_inspect, return_receive, return_refund, return_reject, return_replace,
    return_report_no_reception, return_request, return_send, return_send_back, ship,
};
use orders::model::status::{
    BadReason, CancelReason, FulfillmentState, OrderState, PaymentState, ReturnMethod, ReturnReason, ReturnRejection,
    ReturnState as State,
};
use orders::query::{self, GuestOrder, PartDetail, ReturnDetail, ReturnFilter};
use testkit::tokio::task::JoinSet;

use crate::support::{Market, Shop, code, event_units, parcel};

fn wanted(part: &PartDetail, quantity: i64) -> RequestReturn {
    RequestReturn {
        merchant_order: part.merchant_order.id,
        guest: None,
        lines: vec![event_units(part.lines[0].id, quantity)],
        reason: ReturnReason::ChangedMind,
        note: None,
    }
}

fn of(found: &ReturnDetail) -> OfReturn {
    OfReturn { id: found.goods_return.id, expected_version: Some(found.goods_return.version) }
}

fn approval(found: &ReturnDetail, method: ReturnMethod) -> ApproveReturn {
    ApproveReturn {
        of: of(found),
        method,
        label: Some("https://label.example/1".to_owned()),
        location: None,
        note: None,
    }
}

fn inspected(line: OrderLineId, ok: i64, bad: i64) -> Vec<InspectedUnits> {
    let bad_reason = (bad > 0).then_some(BadReason::DamagedProduct);
    vec![InspectedUnits { line, ok, restocked: ok, bad, bad_reason }]
}

fn refund(found: &ReturnDetail) -> RefundReturn {
    RefundReturn { of: of(found), with_bad: false, shipping_of: Vec::new() }
}

/// Brings a return that was asked for to the table where it was looked at.
async fn looked_at(m: &Market, shop: &Shop, asked: &ReturnDetail, ok: i64, bad: i64) -> ReturnDetail {
    let approved = return_approve(&shop.staff, approval(asked, ReturnMethod::ByMail)).await.unwrap();
    let sent =
        SendReturn { of: of(&approved), carrier: Some("dhl".to_owned()), tracking_number: Some("R1".to_owned()) };
    let sent = return_send(&m.t.operator(), sent).await.unwrap();
    let received = return_receive(&shop.staff, of(&sent)).await.unwrap();
    let lines = inspected(received.lines[0].order_line_id, ok, bad);
    return_inspect(&shop.staff, InspectReturn { of: of(&received), lines }).await.unwrap()
}

testkit::both_databases! {
    /// The table of worked quantities, row by row.
    async fn the_worked_quantities(t: TestEnv) {
        let m = Market::new(t).await;
        let (a, b, c) = (m.shop("anna").await, m.shop("bert").await, m.shop("cleo").await);
        let lines = [
            (m.goods(&a, "A1", 1999, 9).await, 3),
            (m.goods(&b, "B1", 11_610, 9).await, 1),
            (m.goods(&c, "C1", 1050, 9).await, 2),
        ];
        let order = m.placed(&lines, "card_sandbox").await;
        for shop in [&a, &b, &c] {
            m.accept(&order, shop).await;
        }
        let row = async || {
            let line = m.part(&order, &a).await.lines.remove(0);
            let order = m.order(&order).await;
            let units = [line.ordered, line.canceled, line.shipped, line.delivered, line.return_requested, line.refunded];
            (units, order.fulfillment_state, order.payment_state, order.refund_minor)
        };
        use FulfillmentState as F;
        use PaymentState as P;
        assert_eq!(row().await, ([3, 0, 0, 0, 0, 0], F::Unfulfilled, P::Paid, 0));
        let part = m.part(&order, &a).await;
        let first = ship(&a.staff, parcel(&part, Some(2))).await.unwrap();
        assert_eq!(row().await, ([3, 0, 2, 0, 0, 0], F::PartiallyShipped, P::Paid, 0));
        let cancel = CancelUnits {
            merchant_order: part.merchant_order.id,
            expected_version: None,
            lines: vec![event_units(part.lines[0].id, 1)],
            reason: CancelReason::OutOfStock,
            note: None,
        };
        cancel_units(&a.staff, cancel).await.unwrap();
        m.drain().await;
        assert_eq!(row().await, ([3, 1, 2, 0, 0, 0], F::PartiallyShipped, P::PartiallyRefunded, 1999));
        let mut parcels = vec![(&a, first)];
        for shop in [&b, &c] {
            parcels.push((shop, shop.ship(&m.part(&order, shop).await, None).await.unwrap()));
        }
        for (shop, parcel) in parcels {
            deliver(&shop.staff, Deliver { shipment: parcel.id, delivered_at: None, proof: None }).await.unwrap();
        }
        assert_eq!(row().await, ([3, 1, 2, 2, 0, 0], F::Delivered, P::PartiallyRefunded, 1999));
        let part = m.part(&order, &a).await;
        let asked = return_request(&m.t.operator(), wanted(&part, 1)).await.unwrap();
        let seen = looked_at(&m, &a, &asked, 1, 0).await;
        return_refund(&a.staff, refund(&seen)).await.unwrap();
        m.drain().await;
        assert_eq!(row().await, ([3, 1, 2, 2, 1, 1], F::PartiallyReturned, P::PartiallyRefunded, 2 * 1999));
        let more = return_request(&m.t.operator(), wanted(&part, 2)).await.unwrap_err();
        assert_eq!((more.code(), more.field().as_deref()), ("TOO_MANY_UNITS", Some("lines.0.quantity")));
        assert_eq!(more.details().unwrap()["available"], 1, "2 - 1 = 1");
        m.verify().await;
    }

    /// Asked for, received, and asked for again: the same units never pass twice.
    async fn units_that_came_back_are_not_asked_for_again(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, part) = m.delivered(&shop, offer, 2).await;
        let asked = return_request(&m.t.operator(), wanted(&part, 2)).await.unwrap();
        assert_eq!(code(return_request(&m.t.operator(), wanted(&part, 1)).await), "INVALID_TRANSITION");
        let seen = looked_at(&m, &shop, &asked, 2, 0).await;
        assert_eq!(m.available(&shop, "A1").await, 5, "what can be sold again is in stock again");
        assert_eq!(code(return_request(&m.t.operator(), wanted(&part, 2)).await), "INVALID_TRANSITION");
        let paid = return_refund(&shop.staff, refund(&seen)).await.unwrap();
        assert_eq!(paid.goods_return.state, State::Refunded);
        assert_eq!(code(return_refund(&shop.staff, refund(&paid)).await), "INVALID_TRANSITION", "no refund twice");
        m.drain().await;
        let closed = return_close(&shop.staff, of(&paid)).await.unwrap();
        assert_eq!((closed.goods_return.state, closed.allowed_actions().len()), (State::Closed, 0));
        assert_eq!(code(return_request(&m.t.operator(), wanted(&part, 2)).await), "INVALID_TRANSITION");
        let done = m.order(&order).await;
        assert_eq!((done.refund_minor, done.fulfillment_state), (3998, FulfillmentState::Returned));
        m.verify().await;
    }

    async fn only_what_is_as_it_should_be_is_paid_back(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, part) = m.delivered(&shop, offer, 3).await;
        let line = part.lines[0].id;
        let asked = return_request(&m.t.operator(), wanted(&part, 3)).await.unwrap();
        let approved = return_approve(&shop.staff, approval(&asked, ReturnMethod::DropOffPoint)).await.unwrap();
        let received = return_receive(&shop.staff, of(&approved)).await.unwrap();
        let inspect = |lines| return_inspect(&shop.staff, InspectReturn { of: of(&received), lines });
        assert_eq!(code(inspect(inspected(line, 4, 0)).await), "TOO_MANY_UNITS");
        assert_eq!(code(inspect(inspected(line, 1, 1)).await), "LINES_UNDECIDED");
        let mut silent = inspected(line, 1, 2);
        silent[0].bad_reason = None;
        let refused = inspect(silent).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("REQUIRED", Some("lines.0.badReason")));
        let seen = inspect(inspected(line, 1, 2)).await.unwrap();
        assert_eq!(m.available(&shop, "A1").await, 3, "one of three went to stock");
        return_refund(&shop.staff, refund(&seen)).await.unwrap();
        m.drain().await;
        let after = m.part(&order, &shop).await;
        assert_eq!((after.lines[0].return_ok, after.lines[0].return_bad, after.lines[0].refunded), (1, 2, 1));
        assert_eq!(after.merchant_order.refund_minor, 1999);
        m.verify().await;
    }

    async fn a_buyer_asks_in_time_and_the_operator_always(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let buyer = crate::companies::buyer(&m.t, "bea@example.org").await;
        let stranger = m.t.buyer(m.t.system().new_id());
        let (_, access) = m.cart(&buyer, &[(offer, 2)]).await;
        let plan = m.plan(&buyer, &access).await;
        let order = orders::command::place(&buyer, crate::support::place(&access, &plan, "k", "card_sandbox")).await.unwrap();
        m.drain().await;
        let part = m.accept(&order, &shop).await;
        assert_eq!(code(return_request(&buyer, wanted(&part, 1)).await), "INVALID_TRANSITION", "nothing arrived yet");
        let parcel = shop.ship(&part, None).await.unwrap();
        deliver(&shop.staff, Deliver { shipment: parcel.id, delivered_at: None, proof: None }).await.unwrap();
        assert_eq!(code(return_request(&stranger, wanted(&part, 1)).await), "NOT_FOUND");
        assert_eq!(code(return_request(&shop.staff, wanted(&part, 1)).await), "FORBIDDEN");
        assert_eq!(code(return_request(&m.t.anonymous(), wanted(&part, 1)).await), "UNAUTHENTICATED");
        let token = access.token.clone().unwrap();
        let guest = GuestOrder { number: order.number.clone(), token };
        let by_token = RequestReturn { guest: Some(guest), ..wanted(&part, 1) };
        let asked = return_request(&m.t.anonymous(), by_token).await.unwrap();
        assert!(asked.goods_return.number.ends_with("-R1"));
        assert_eq!(code(return_cancel(&stranger, of(&asked)).await), "NOT_FOUND");
        let gone = return_cancel(&buyer, of(&asked)).await.unwrap();
        assert_eq!(gone.goods_return.state, State::Canceled);
        m.t.clock.advance(Duration::days(15));
        let late = return_request(&buyer, wanted(&part, 1)).await.unwrap_err();
        assert_eq!((late.code(), late.details().unwrap()["days"].as_i64()), ("RETURN_WINDOW_CLOSED", Some(14)));
        let kind = return_request(&m.t.operator(), wanted(&part, 1)).await.unwrap();
        let list = query::returns(&buyer, &ReturnFilter::default(), &kernel::PageArgs::first(9)).await.unwrap();
        assert_eq!(list.items.len(), 2);
        let foreign = query::returns(&stranger, &ReturnFilter::default(), &kernel::PageArgs::first(9)).await.unwrap();
        assert!(foreign.items.is_empty());
        let reject = RejectReturn { of: of(&kind), rejection: ReturnRejection::WindowClosed, note: None };
        assert_eq!(code(return_reject(&buyer, reject.clone()).await), "FORBIDDEN");
        let rejected = return_reject(&shop.staff, reject).await.unwrap();
        assert_eq!(rejected.goods_return.state, State::Rejected);
        assert_eq!(m.part(&order, &shop).await.lines[0].return_requested, 0, "the units may be asked for again");
        m.verify().await;
    }

    async fn an_order_is_not_closed_while_a_return_is_open(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, part) = m.delivered(&shop, offer, 2).await;
        let asked = return_request(&m.t.operator(), wanted(&part, 1)).await.unwrap();
        m.t.clock.advance(Duration::days(20));
        assert_eq!(close_due(&m.t.system(), 10).await.unwrap(), 0);
        let approved = return_approve(&shop.staff, approval(&asked, ReturnMethod::ByMail)).await.unwrap();
        let never = return_report_no_reception(&shop.staff, of(&approved)).await.unwrap();
        assert_eq!(never.goods_return.state, State::NoReception);
        assert_eq!(close_due(&m.t.system(), 10).await.unwrap(), 1);
        assert_eq!(m.order(&order).await.state, OrderState::Closed);
        m.verify().await;
    }

    async fn other_goods_or_the_same_go_out_without_money(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, part) = m.delivered(&shop, offer, 2).await;
        let asked = return_request(&m.t.operator(), wanted(&part, 1)).await.unwrap();
        let seen = looked_at(&m, &shop, &asked, 0, 1).await;
        assert_eq!(m.available(&shop, "A1").await, 3);
        let goods = |found: &ReturnDetail| SendGoods { of: of(found), location: None, carrier: None, tracking_number: None };
        let replaced = return_replace(&shop.staff, goods(&seen)).await.unwrap();
        assert_eq!((replaced.goods_return.state, m.available(&shop, "A1").await), (State::Replaced, 2));
        let asked = return_request(&m.t.operator(), wanted(&part, 1)).await.unwrap();
        let seen = looked_at(&m, &shop, &asked, 1, 0).await;
        assert_eq!(m.available(&shop, "A1").await, 3);
        let back = return_send_back(&shop.staff, goods(&seen)).await.unwrap();
        assert_eq!((back.goods_return.state, m.available(&shop, "A1").await), (State::SentBack, 2));
        m.drain().await;
        assert_eq!(m.order(&order).await.refund_minor, 0);
        m.verify().await;
    }

    async fn what_the_buyer_may_keep_is_paid_back_at_once(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, part) = m.delivered(&shop, offer, 2).await;
        let asked = return_request(&m.t.operator(), wanted(&part, 1)).await.unwrap();
        let approved = return_approve(&shop.staff, approval(&asked, ReturnMethod::Returnless)).await.unwrap();
        let refused = return_receive(&shop.staff, of(&approved)).await.unwrap_err();
        assert_eq!(refused.details().unwrap()["allowed"], serde_json::json!(["REFUND", "REPLACE", "CANCEL"]));
        return_refund(&shop.staff, refund(&approved)).await.unwrap();
        m.drain().await;
        assert_eq!(m.order(&order).await.refund_minor, 1999);
        assert_eq!(m.available(&shop, "A1").await, 3);
        m.verify().await;
    }

    async fn racing_requests_take_each_unit_once(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, part) = m.delivered(&shop, offer, 3).await;
        let mut tasks = JoinSet::new();
        for _ in 0..12 {
            let (ctx, input) = (m.t.operator(), wanted(&part, 1));
            tasks.spawn(async move { return_request(&ctx, input).await });
        }
        let mut taken = 0;
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(_) => taken += 1,
                refused => assert_eq!(code(refused), "INVALID_TRANSITION"),
            }
        }
        let after = m.part(&order, &shop).await;
        assert_eq!((taken, after.lines[0].return_requested, after.merchant_order.returns_open), (3, 3, 3));
        m.verify().await;
    }

    async fn a_merchant_touches_no_return_of_another(t: TestEnv) {
        let m = Market::new(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("bert").await);
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (_, part) = m.delivered(&shop, offer, 1).await;
        let asked = return_request(&m.t.operator(), wanted(&part, 1)).await.unwrap();
        let id = asked.goods_return.id;
        assert_eq!(code(return_approve(&other.staff, approval(&asked, ReturnMethod::ByMail)).await), "NOT_FOUND");
        assert_eq!(code(return_refund(&other.staff, refund(&asked)).await), "NOT_FOUND");
        assert_eq!(code(query::goods_return(&other.staff, id).await), "NOT_FOUND");
        assert!(query::returns_by_parts(&other.staff, &[part.merchant_order.id]).await.unwrap().is_empty());
        let stale = OfReturn { id, expected_version: Some(7) };
        assert_eq!(code(return_receive(&shop.staff, stale).await), "STALE_VERSION");
        assert_eq!(query::goods_return(&shop.staff, id).await.unwrap().goods_return.state, State::Requested);
        m.verify().await;
    }
}

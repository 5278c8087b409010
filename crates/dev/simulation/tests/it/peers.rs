//! The twelve faults that only one run from end to end found in a peer (spree PR #14622), each as a promise that is
//! kept here. What of them other tests prove stands in `e2e/PROOFS.md`.

use std::sync::Arc;

use billing::{MarkPaid, MarkReturned, Payout, PayoutState, RunPayouts};
use kernel::{Fault as _, PageArgs};
use orders::Order;
use orders::command::{
    ApproveReturn, CancelOrder, CancelUnits, InspectReturn, InspectedUnits, OfReturn, RefundReturn, RefundUnits,
    RequestReturn,
};
use orders::event::LineUnits;
use orders::model::money::Parts;
use orders::model::status::{CancelReason, FulfillmentState, PaymentState, RefundReason, ReturnMethod, ReturnReason};
use simulation::bed::Bed;
use simulation::market::{EUR, Shop};
use testkit::tokio::task::JoinSet;

/// What is bought of each of three merchants, and what a unit costs.
const THREE: [(&str, i64, i64); 3] = [("anna", 1_999, 3), ("bert", 11_610, 1), ("cleo", 1_050, 2)];

/// One order of three merchants that a card paid.
async fn split(t: testkit::TestEnv) -> (Arc<Bed>, Vec<Shop>, Order) {
    let bed = Bed::open(t).await;
    let (mut shops, mut lines) = (Vec::new(), Vec::new());
    for (name, price, units) in THREE {
        let (shop, offer) = bed.shop(name, price).await;
        shops.push(shop);
        lines.push((offer, units));
    }
    let order = bed.buy(&lines).await;
    (Arc::new(bed), shops, order)
}

async fn end(bed: Arc<Bed>) {
    Arc::into_inner(bed).unwrap().verify().await;
}

async fn pay(bed: &Bed, key: &str) -> Vec<Payout> {
    let input = RunPayouts { run_key: key.to_owned(), currency: EUR, cut_off_at: None, minimum_minor: None };
    let run = billing::run_payouts(&bed.t.operator(), input).await.unwrap();
    let filter = billing::query::PayoutFilter { run: Some(run.id), ..Default::default() };
    let found = billing::query::payouts(&bed.t.operator(), &filter, &PageArgs::first(9)).await.unwrap();
    found.items.into_iter().map(|(_, payout)| payout).collect()
}

async fn refund(bed: &Bed, order: &Order, shop: &Shop, units: i64, with_delivery: bool) -> orders::Refund {
    let part = bed.part(order, shop).await;
    let sent = part.fulfillments.iter().map(|sent| sent.fulfillment_order.id);
    let input = RefundUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: vec![LineUnits { line: part.lines[0].id, quantity: units }],
        shipping_of: if with_delivery { sent.collect() } else { Vec::new() },
        reason: RefundReason::Returned,
        note: None,
    };
    let made = orders::command::refund_units(&shop.staff, input).await.unwrap();
    bed.drain().await;
    made
}

testkit::both_databases! {
    async fn fault_03_an_order_shows_each_merchant_its_own_commission_only(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        let all: Vec<_> = bed.order_parts(&order).await;
        for shop in &shops {
            let ids: Vec<_> = all.iter().map(|part| part.merchant_order.id).collect();
            let seen = orders::query::details_by_merchant_orders(&shop.staff, &ids).await.unwrap();
            let own = bed.part(&order, shop).await;
            assert_eq!(seen.len(), 1, "asked for all three, it sees one");
            let seen = &seen[&own.merchant_order.id];
            let own: i64 = seen.lines.iter().map(|line| line.commission_minor).sum();
            assert_eq!(seen.merchant_order.commission_item_minor, own);
            assert!(seen.lines.iter().all(|line| line.merchant_id == shop.id));
        }
        let of_all: i64 = all.iter().map(|part| part.merchant_order.commission_item_minor).sum();
        assert_eq!(of_all, 720 + 1_393 + 252, "12 % of each line");
        end(bed).await;
    }

    async fn fault_04_a_split_order_is_fulfilled_by_every_merchant(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        for shop in &shops {
            bed.fulfil(&order, shop).await;
        }
        let order = bed.order(&order).await;
        assert_eq!((order.payment_state, order.fulfillment_state), (PaymentState::Paid, FulfillmentState::Delivered));
        assert_eq!(order.captured_minor, order.total_minor);
        end(bed).await;
    }

    async fn fault_05_every_merchant_of_a_split_order_is_paid_out(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        for shop in &shops {
            bed.fulfil(&order, shop).await;
        }
        bed.hold_passes().await;
        let mut earned = Vec::new();
        for shop in &shops {
            earned.push(bed.funds(shop).await.0);
        }
        let paid = pay(&bed, "run 1").await;
        for (shop, earned) in shops.iter().zip(earned) {
            let payout = paid.iter().find(|payout| payout.merchant_id == shop.id).unwrap();
            assert_eq!((payout.amount.minor, payout.state), (earned, PayoutState::Initiated));
        }
        let books = bed.books().await;
        assert_eq!(books["liability:order_funds"], 0, "nothing of the order is nobody's");
        end(bed).await;
    }

    async fn fault_06_canceling_what_left_is_refused_with_a_reason(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        bed.accept(&order, &shops[0]).await;
        bed.ship(&order, &shops[0], None).await;
        let input = CancelOrder { order: order.id, reason: CancelReason::BuyerRequest, note: None };
        let error = orders::command::cancel_order(&bed.t.operator(), input).await.unwrap_err();
        assert_eq!(error.code(), "INVALID_TRANSITION");
        assert_eq!(error.to_string(), "CANCEL is not possible in state shipped");
        let details = error.details().unwrap();
        assert_eq!((details["state"].as_str(), details["allowed"].is_array()), (Some("shipped"), true));
        let part = bed.part(&order, &shops[0]).await.merchant_order;
        let (lines, reason, note) = (Vec::new(), CancelReason::OutOfStock, None);
        let input = CancelUnits { merchant_order: part.id, expected_version: None, lines, reason, note };
        let error = orders::command::cancel_units(&shops[0].staff, input).await.unwrap_err();
        assert_eq!(error.to_string(), "CANCEL is not possible in state shipped");
        end(bed).await;
    }

    async fn fault_07_a_second_parcel_does_not_charge_the_delivery_again(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        bed.accept(&order, &shops[0]).await;
        bed.ship(&order, &shops[0], Some(1)).await;
        bed.ship(&order, &shops[0], Some(2)).await;
        let part = bed.part(&order, &shops[0]).await;
        let earned: Parts = part.shipments.iter().map(|sent| sent.shipment.parts.0).sum();
        // The first unit and two further ones.
        assert_eq!((part.shipments.len(), earned.shipping, part.merchant_order.delivery_minor), (2, 690, 690));
        assert_eq!(earned.gross, part.merchant_order.total_minor);
        assert_eq!(bed.order(&order).await.total_minor, order.total_minor, "what the buyer agreed to");
        end(bed).await;
    }

    async fn fault_08_a_fully_refunded_order_is_not_paid_any_more(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        for (shop, (_, _, units)) in shops.iter().zip(THREE) {
            bed.fulfil(&order, shop).await;
            assert_ne!(bed.order(&order).await.payment_state, PaymentState::Refunded);
            refund(&bed, &order, shop, units, true).await;
        }
        let after = bed.order(&order).await;
        assert_eq!((after.payment_state, after.refund_minor), (PaymentState::Refunded, order.total_minor));
        let books = bed.books().await;
        let left = [books["asset:psp:clearing"], books["liability:refunds_in_transit"], books["revenue:commission"]];
        assert_eq!(left, [0, 0, 0], "the provider has nothing, and nothing was earned");
        end(bed).await;
    }

    async fn fault_09_a_payout_is_never_more_than_what_can_be_sent(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        bed.fulfil(&order, &shops[0]).await;
        bed.hold_passes().await;
        let before = bed.funds(&shops[0]).await.0;
        refund(&bed, &order, &shops[0], 1, false).await;
        let available = bed.funds(&shops[0]).await.0;
        assert!(available < before);
        // Ten runs at once, and a refund after them: what was sent is what was there.
        let mut runs = JoinSet::new();
        for number in 0..10 {
            let bed = bed.clone();
            runs.spawn(async move { pay(&bed, &format!("run {number}")).await });
        }
        let paid: Vec<Payout> = runs.join_all().await.into_iter().flatten().collect();
        assert_eq!(paid.iter().map(|payout| payout.amount.minor).collect::<Vec<_>>(), [available]);
        refund(&bed, &order, &shops[0], 1, false).await;
        assert!(bed.funds(&shops[0]).await.0 < 0, "it owes what was given back");
        assert!(pay(&bed, "run 11").await.is_empty(), "and is paid nothing");
        end(bed).await;
    }

    async fn fault_10_a_payout_that_came_back_is_not_settled_and_is_paid_anew(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        bed.fulfil(&order, &shops[0]).await;
        bed.hold_passes().await;
        let first = pay(&bed, "run 1").await.remove(0);
        let ctx = bed.t.operator();
        let paid = MarkPaid { payout_id: first.id, bank_reference: None, paid_at: None };
        assert_eq!(billing::mark_paid(&ctx, paid.clone()).await.unwrap().state, PayoutState::Paid);
        let back = MarkReturned { payout_id: first.id, reason: "account closed".to_owned() };
        let back = billing::mark_returned(&ctx, back).await.unwrap();
        assert_eq!(back.state, PayoutState::Returned, "a failure after a success counts");
        assert_eq!(billing::mark_paid(&ctx, paid).await.unwrap_err().code(), "NOT_POSSIBLE");
        assert_eq!(bed.funds(&shops[0]).await, (first.amount.minor, 0));
        let second = pay(&bed, "run 2").await.remove(0);
        assert_eq!(second.amount, first.amount);
        assert_ne!(second.id, first.id);
        end(bed).await;
    }

    async fn fault_11_a_refund_takes_the_commission_back_with_it(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        bed.fulfil(&order, &shops[0]).await;
        let earned = bed.books().await["revenue:commission"];
        // 12 % of 59.97 and of 6.90.
        assert_eq!(earned, 720 + 83);
        let given = refund(&bed, &order, &shops[0], 1, false).await;
        assert_eq!((given.amount_minor, given.parts.0.commission_item), (1_999, 240));
        assert_eq!(bed.books().await["revenue:commission"], earned - 240);
        end(bed).await;
    }

    async fn fault_12_what_was_sent_back_is_in_stock_and_paid_back_once(t: TestEnv) {
        let (bed, shops, order) = split(t).await;
        let shop = &shops[0];
        bed.fulfil(&order, shop).await;
        let part = bed.part(&order, shop).await;
        let line = part.lines[0].id;
        let ask = |quantity| RequestReturn {
            merchant_order: part.merchant_order.id,
            guest: None,
            lines: vec![LineUnits { line, quantity }],
            reason: ReturnReason::ChangedMind,
            note: None,
        };
        let ctx = bed.t.operator();
        let asked = orders::command::return_request(&ctx, ask(2)).await.unwrap();
        let of = OfReturn { id: asked.goods_return.id, expected_version: None };
        let (label, location, note) = (None, None, None);
        let approve = ApproveReturn { of, method: ReturnMethod::ByMail, label, location, note };
        orders::command::return_approve(&shop.staff, approve).await.unwrap();
        orders::command::return_receive(&shop.staff, of).await.unwrap();
        let lines = vec![InspectedUnits { line, ok: 2, restocked: 2, bad: 0, bad_reason: None }];
        orders::command::return_inspect(&shop.staff, InspectReturn { of, lines }).await.unwrap();
        let give = RefundReturn { of, with_bad: false, shipping_of: Vec::new() };
        orders::command::return_refund(&shop.staff, give.clone()).await.unwrap();
        let again = orders::command::return_refund(&shop.staff, give).await.unwrap_err();
        assert_eq!(again.code(), "INVALID_TRANSITION");
        let more = orders::command::return_request(&ctx, ask(2)).await.unwrap_err();
        assert_eq!((more.code(), more.details().unwrap()["available"].as_i64()), ("TOO_MANY_UNITS", Some(1)));
        bed.drain().await;
        assert_eq!(bed.order(&order).await.refund_minor, 2 * 1_999);
        let item = kernel::id::StockItemId::of(shop.id, "anna");
        let levels = inventory::levels_by_item_ids(&shop.staff, &[item]).await.unwrap();
        assert_eq!(levels[&item].iter().map(|level| level.on_hand).sum::<i64>(), 10 - 3 + 2);
        end(bed).await;
    }
}

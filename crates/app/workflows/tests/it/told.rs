//! Returns, disputes, money and the end of an order: each fact is told once.

use chrono::Duration;
use kernel::Money;
use marketplace::model::SettingsPatch;
use orders::command::{
    ApproveReturn, Deliver, OfReturn, RejectReturn, RequestReturn, SendReturn, Ship, close_due, deliver,
    return_approve, return_receive, return_reject, return_request, return_send, ship, tracking_events,
};
use orders::model::status::{ReturnMethod, ReturnReason, ReturnRejection};
use orders::model::tracking::Scan;
use orders::query::{PartDetail, ReturnDetail};
use orders::{Order, command};
use payments::{OpenDispute, open_dispute};

use crate::stage::{ANN, market, subjects, told};
use crate::support::{Market, Shop, event_units, parcel, place};

fn of(found: &ReturnDetail) -> OfReturn {
    OfReturn { id: found.goods_return.id, expected_version: Some(found.goods_return.version) }
}

async fn arrived(m: &Market, shop: &Shop) -> (Order, PartDetail) {
    let offer = m.goods(shop, "A1", 1_000, 9).await;
    let order = m.placed(&[(offer, 2)], "card_sandbox").await;
    let part = m.accept(&order, shop).await;
    let parcel = shop.ship(&part, None).await.unwrap();
    deliver(&shop.staff, Deliver { shipment: parcel.id, delivered_at: None, proof: None }).await.unwrap();
    m.drain().await;
    let part = m.part(&order, shop).await;
    (order, part)
}

async fn asked(m: &Market, part: &PartDetail) -> ReturnDetail {
    let wanted = RequestReturn {
        merchant_order: part.merchant_order.id,
        guest: None,
        lines: vec![event_units(part.lines[0].id, 1)],
        reason: ReturnReason::ChangedMind,
        note: None,
    };
    return_request(&m.t.operator(), wanted).await.unwrap()
}

testkit::both_databases! {
    async fn a_return_is_told_step_by_step(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let (order, part) = arrived(&m, &shop).await;
        let before = subjects(&captured, ANN).len();
        let told_now = async || {
            m.drain().await;
            let mails: Vec<_> = captured.messages().into_iter().filter(|mail| mail.to.eq_ignore_ascii_case(ANN)).collect();
            (mails.len() - before, mails.last().unwrap().text.clone())
        };
        let first = asked(&m, &part).await;
        assert_eq!(told_now().await.0, 0, "the buyer asked");
        let reject = RejectReturn { of: of(&first), rejection: ReturnRejection::WindowClosed, note: None };
        return_reject(&shop.staff, reject).await.unwrap();
        let (count, text) = told_now().await;
        assert!(count == 1 && text.contains("the time to return them is over"), "{count} {text}");
        let second = asked(&m, &part).await;
        let (label, method) = (Some("https://label.example/1".to_owned()), ReturnMethod::ByMail);
        let approve = ApproveReturn { of: of(&second), method, label, location: None, note: None };
        let approved = return_approve(&shop.staff, approve).await.unwrap();
        let (count, text) = told_now().await;
        assert!(count == 2 && text.contains("https://label.example/1") && text.contains("1 x Product A1"), "{count} {text}");
        let send = SendReturn { of: of(&approved), carrier: Some("dhl".to_owned()), tracking_number: Some("R1".to_owned()) };
        let sent = return_send(&m.t.operator(), send).await.unwrap();
        return_receive(&shop.staff, of(&sent)).await.unwrap();
        let (count, text) = told_now().await;
        assert!(count == 3 && text.contains(&order.number), "{count} {text}");
    }

    async fn a_dispute_is_told_to_the_operator_and_the_merchant(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let (order, part) = arrived(&m, &shop).await;
        let before = captured.messages().len();
        for _ in 0..2 {
            let input = OpenDispute {
                payment_id: order.payment_id,
                merchant_order_id: Some(part.merchant_order.id),
                reference: "dp_1".to_owned(),
                amount: Money::new(500, order.currency),
                fee_minor: 0,
                reason: "fraudulent".to_owned(),
                opened_at: None,
            };
            open_dispute(&m.t.operator(), input).await.unwrap();
            m.drain().await;
        }
        let mails = captured.messages().split_off(before);
        let mut to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["anna@example.org", "hello@souk.example"], "each once, and not the buyer");
        assert!(mails.iter().all(|mail| mail.text.contains("5.00 EUR")), "{mails:#?}");
    }

    async fn who_kept_the_goods_is_asked_once_how_it_was(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        arrived(&m, &shop).await;
        m.t.clock.advance(Duration::days(60));
        for _ in 0..2 {
            close_due(&m.t.system(), 10).await.unwrap();
            m.drain().await;
        }
        let mails: Vec<_> = subjects(&captured, ANN);
        let asked = mails.iter().filter(|subject| subject.starts_with("How was your order")).count();
        assert_eq!(asked, 1, "{mails:#?}");
    }

    async fn money_that_arrives_is_told_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1_000, 9).await;
        let order = m.placed(&[(offer, 1)], "bank_transfer").await;
        m.transfer(&order, order.total_minor - 100, "R1").await;
        assert_eq!(subjects(&captured, ANN).len(), 1, "a part of it is not the payment");
        m.transfer(&order, 100, "R2").await;
        m.transfer(&order, 50, "R3").await;
        let mails = told(&captured, "Payment");
        assert_eq!((mails.len(), subjects(&captured, ANN).len()), (1, 2), "{:#?}", subjects(&captured, ANN));
        let total = Money::new(order.total_minor, order.currency).to_string();
        assert!(mails[0].text.contains(&total), "{}", mails[0].text);
        // A card that pays at once needs no such mail.
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
        let plan = m.plan(&ctx, &access).await;
        command::place(&ctx, place(&access, &plan, "k2", "card_sandbox")).await.unwrap();
        m.drain().await;
        assert_eq!(told(&captured, "Payment").len(), 1);
    }

    async fn what_the_carrier_says_is_told_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1_000, 9).await;
        let buy = async |key: &str, number: &str| {
            let ctx = m.t.anonymous();
            let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
            let plan = m.plan(&ctx, &access).await;
            let order = command::place(&ctx, place(&access, &plan, key, "card_sandbox")).await.unwrap();
            m.drain().await;
            let part = m.accept(&order, &shop).await;
            ship(&shop.staff, Ship { tracking_number: Some(number.to_owned()), ..parcel(&part, None) }).await.unwrap();
            m.drain().await;
        };
        let said = async |number: &str, code: &str| {
            let scan = Scan {
                tracking_number: number.to_owned(),
                code: code.to_owned(),
                occurred_at: m.t.system().now(),
                text: None,
                received_by: None,
            };
            for _ in 0..2 {
                tracking_events(&m.t.system(), "dhl", std::slice::from_ref(&scan)).await.unwrap();
            }
            m.drain().await;
            subjects(&captured, ANN).len()
        };
        buy("k1", "00340434").await;
        assert_eq!(said("00340434", "out_for_delivery").await, 2, "switched off: {:#?}", subjects(&captured, ANN));
        m.settings(SettingsPatch { mails_off: Some(Vec::new()), ..Default::default() }).await;
        buy("k2", "00340435").await;
        assert_eq!(said("00340435", "out_for_delivery").await, 5, "{:#?}", subjects(&captured, ANN));
        assert_eq!(said("00340435", "delivered").await, 6, "{:#?}", subjects(&captured, ANN));
    }
}

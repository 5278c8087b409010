//! What the kinds of delivery promise, and what shows that they kept it.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use kernel::Fault as _;
use marketplace::DeliveryKind;
use marketplace::command::{EditDeliveryMethod, edit_delivery_method};
use merchants::EditProfile;
use orders::command::{Deliver, Proof, Ship, deliver, ship};
use orders::model::promise::Promise;
use orders::model::status::{MerchantOrderState, ShipmentState};
use orders::{Order, query::PartDetail};

use crate::support::{Market, Shop, code, parcel};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn noon(edit: &mut EditDeliveryMethod) {
    edit.kind = Some(DeliveryKind::CourierSameDay);
    edit.cut_off = Some(NaiveTime::from_hms_opt(12, 0, 0));
    (edit.transit_days_min, edit.transit_days_max) = (Some(0), Some(0));
}

async fn leaves_at_once(m: &Market, shop: &Shop) {
    let merchant = merchants::get(&m.t.operator(), shop.id).await.unwrap();
    let edit = EditProfile {
        id: shop.id,
        expected_version: merchant.version,
        name: None,
        contact_email: None,
        country: None,
        handling_days: Some(0),
        auto_accept: None,
    };
    merchants::edit_profile(&shop.staff, edit).await.unwrap();
}

async fn promised(m: &Market, offer: kernel::id::OfferId) -> Promise {
    let ctx = m.t.anonymous();
    let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
    m.plan(&ctx, &access).await.consignments[0].choice().unwrap().promise
}

async fn refusal(m: &Market, change: impl FnOnce(&mut EditDeliveryMethod)) -> (&'static str, Option<String>) {
    let market = marketplace::snapshot(&m.t.operator()).await.unwrap();
    let mut edit = EditDeliveryMethod::unchanged(market.delivery_method_by_code("parcel").unwrap());
    change(&mut edit);
    let refused = edit_delivery_method(&m.t.operator(), edit).await.unwrap_err();
    (refused.code(), refused.field().as_deref().map(str::to_owned))
}

/// Sent without a carrier.
fn by_hand(part: &PartDetail) -> Ship {
    Ship { carrier: None, tracking_number: None, ..parcel(part, None) }
}

fn signed(shipment: &orders::Shipment, name: &str) -> Deliver {
    let proof = Some(Proof { received_by: Some(name.to_owned()), asset: None });
    Deliver { shipment: shipment.id, delivered_at: None, proof }
}

async fn accepted(m: &Market, shop: &Shop, offer: kernel::id::OfferId) -> (Order, PartDetail) {
    let order = m.placed(&[(offer, 1)], "card_sandbox").await;
    let part = m.accept(&order, shop).await;
    (order, part)
}

testkit::both_databases! {
    async fn a_courier_brings_today_what_is_ordered_before_the_cut_off(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        leaves_at_once(&m, &shop).await;
        m.parcels(|_, edit| noon(edit)).await;
        // Nine in the morning: it leaves and arrives before the day is over.
        let promise = promised(&m, offer).await;
        assert_eq!((promise.ship_by, promise.deliver_from), (at("2026-03-03T00:00:00Z"), at("2026-03-02T09:00:00Z")));
        assert_eq!(promise.deliver_to, at("2026-03-03T00:00:00Z"));
        let order = m.placed(&[(offer, 1)], "card_sandbox").await;
        m.t.clock.advance(Duration::hours(3));
        // At noon the courier is gone.
        let promise = promised(&m, offer).await;
        assert_eq!((promise.ship_by, promise.deliver_to), (at("2026-03-04T00:00:00Z"), at("2026-03-04T00:00:00Z")));
        assert_eq!(promise.deliver_from, at("2026-03-03T00:00:00Z"));
        let before = m.part(&order, &shop).await.merchant_order;
        assert_eq!(before.deliver_to, at("2026-03-03T00:00:00Z"), "what was promised stays");
        // The merchant's own cut-off counts where it is earlier, and every method keeps its own.
        m.parcels(|_, edit| edit.cut_off = Some(NaiveTime::from_hms_opt(13, 0, 0))).await;
        assert_eq!(promised(&m, offer).await.deliver_to, at("2026-03-03T00:00:00Z"));
        let calendar = marketplace::WorkCalendar { cut_off: NaiveTime::from_hms_opt(11, 0, 0), ..Default::default() };
        m.settings(marketplace::model::SettingsPatch { calendar: Some(calendar), ..Default::default() }).await;
        assert_eq!(promised(&m, offer).await.deliver_to, at("2026-03-04T00:00:00Z"));
        m.verify().await;
    }

    async fn a_kind_is_refused_what_it_cannot_keep(t: TestEnv) {
        let m = Market::new(t).await;
        let without = refusal(&m, |edit| { noon(edit); edit.cut_off = None; }).await;
        assert_eq!(without, ("REQUIRED", Some("cutOff".to_owned())));
        let slow = refusal(&m, |edit| { noon(edit); edit.transit_days_max = Some(1); }).await;
        assert_eq!(slow, ("SAME_DAY", Some("transitDaysMax".to_owned())));
        let tracked = refusal(&m, |edit| {
            edit.kind = Some(DeliveryKind::Service);
            edit.tracking_required = Some(true);
        }).await;
        assert_eq!(tracked, ("NOT_CARRIED", Some("trackingRequired".to_owned())));
        let wired = refusal(&m, |edit| {
            (edit.kind, edit.tracking_required) = (Some(DeliveryKind::Digital), Some(false));
            edit.signature_required = Some(true);
        }).await;
        assert_eq!(wired, ("NOT_CARRIED", Some("signatureRequired".to_owned())));
    }

    async fn what_is_to_be_signed_for_has_arrived_when_somebody_signed(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (_, before) = accepted(&m, &shop, offer).await;
        m.parcels(|_, edit| edit.signature_required = Some(true)).await;
        let (order, part) = accepted(&m, &shop, offer).await;
        assert!(part.fulfillments[0].fulfillment_order.signature_required);
        let sent = shop.ship(&part, None).await.unwrap();
        let bare = Deliver { shipment: sent.id, delivered_at: None, proof: None };
        for unsigned in [bare, signed(&sent, " ")] {
            let refused = deliver(&shop.staff, unsigned).await.unwrap_err();
            assert_eq!((refused.code(), refused.field().as_deref()), ("SIGNATURE_REQUIRED", Some("receivedBy")));
        }
        let arrived = deliver(&shop.staff, signed(&sent, "Ann Buyer")).await.unwrap();
        assert_eq!((arrived.state, arrived.received_by.as_deref()), (ShipmentState::Delivered, Some("Ann Buyer")));
        assert_eq!(m.part(&order, &shop).await.merchant_order.state, MerchantOrderState::Delivered);
        // What was ordered before goes as it was agreed to.
        let sent = shop.ship(&before, None).await.unwrap();
        let bare = Deliver { shipment: sent.id, delivered_at: None, proof: None };
        assert_eq!(deliver(&shop.staff, bare).await.unwrap().state, ShipmentState::Delivered);
        m.verify().await;
    }

    async fn a_service_is_done_when_the_merchant_says_so_or_the_buyer_signs(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        m.parcels(|_, edit| {
            (edit.kind, edit.tracking_required) = (Some(DeliveryKind::Service), Some(false));
        }).await;
        let (order, part) = accepted(&m, &shop, offer).await;
        let done = ship(&shop.staff, by_hand(&part)).await.unwrap();
        assert_eq!(done.state, ShipmentState::Delivered);
        assert_eq!(m.part(&order, &shop).await.merchant_order.state, MerchantOrderState::Delivered);
        assert_eq!(code(ship(&shop.staff, by_hand(&part)).await), "INVALID_TRANSITION", "once");
        m.parcels(|_, edit| edit.signature_required = Some(true)).await;
        let (order, part) = accepted(&m, &shop, offer).await;
        let begun = ship(&shop.staff, by_hand(&part)).await.unwrap();
        assert_ne!(begun.state, ShipmentState::Delivered);
        deliver(&shop.staff, signed(&begun, "Ann Buyer")).await.unwrap();
        assert_eq!(m.part(&order, &shop).await.merchant_order.state, MerchantOrderState::Delivered);
        m.verify().await;
    }
}

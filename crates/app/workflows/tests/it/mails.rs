//! One mail a fact.

use chrono::Duration;
use inventory::{LocationEdit, Store, location_edit};
use mail::TemplateText;
use marketplace::command::{ResetMailText, SaveMailText, reset_mail_text, save_mail_text};
use marketplace::model::SettingsPatch;
use orders::command::{
    CartDetails, Decide, Decision, Deliver, cart_edit, decide, deliver, find_overdue, place, remind_due,
};
use orders::event::{OrderPlaced, ShipmentDelivered, ShipmentShipped};

use crate::stage::{ANN, last, market, starting, subjects};
use crate::support::{self, Market, Shop};

async fn delivered(m: &Market, shop: &Shop, parcel: &orders::Shipment) {
    let input = Deliver { shipment: parcel.id, delivered_at: None, proof: None };
    deliver(&shop.staff, input).await.unwrap();
    m.drain().await;
}

testkit::both_databases! {
    async fn a_buyer_of_three_merchants_gets_one_mail_a_fact_and_none_twice(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shops = [m.shop("anna").await, m.shop("berta").await, m.shop("clara").await];
        let mut wanted = Vec::new();
        for (shop, sku) in shops.iter().zip(["A1", "B1", "C1"]) {
            wanted.push((m.goods(shop, sku, 1_000, 9).await, 2));
        }
        let order = m.placed(&wanted, "card_sandbox").await;
        let mut parcels = Vec::new();
        for shop in &shops {
            let part = m.accept(&order, shop).await;
            // The first merchant sends two parcels.
            if parcels.is_empty() {
                parcels.push((shop, shop.ship(&part, Some(1)).await.unwrap()));
            }
            parcels.push((shop, shop.ship(&part, None).await.unwrap()));
            m.drain().await;
        }
        for (shop, parcel) in &parcels {
            delivered(&m, shop, parcel).await;
        }
        let told = subjects(&captured, ANN);
        let counts = |told: &[String]| {
            let delivered = told.iter().filter(|subject| subject.ends_with("was delivered")).count();
            (starting(told, "Your order"), told.iter().filter(|s| s.ends_with("is on its way")).count(), delivered)
        };
        assert_eq!((counts(&told), told.len()), ((1, 4, 4), 9), "{told:#?}");
        for shop in ["anna", "berta", "clara"] {
            assert_eq!(subjects(&captured, &format!("{shop}@example.org")).len(), 1, "{shop}");
        }
        // Facts that are told again are not mailed again.
        let ctx = m.t.system();
        let mut tx = ctx.begin_write().await.unwrap();
        tx.emit(&OrderPlaced {
            order: order.id,
            payment: order.payment_id,
            capture: order.capture,
            currency: order.currency,
            total_minor: order.total_minor,
        });
        for (_, parcel) in &parcels {
            let (merchant_order, merchant, shipment) = (parcel.merchant_order_id, parcel.merchant_id, parcel.id);
            let at = parcel.shipped_at;
            tx.emit(&ShipmentShipped { order: order.id, merchant_order, merchant, shipment, shipped_at: at });
            tx.emit(&ShipmentDelivered { order: order.id, merchant_order, merchant, shipment, delivered_at: at });
        }
        tx.commit().await.unwrap();
        m.drain().await;
        assert_eq!(subjects(&captured, ANN).len(), 9);
    }

    async fn a_mail_speaks_the_buyers_language_in_the_operators_words(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1_000, 9).await;
        let buy = async |key: &str, locale: &str| {
            let ctx = m.t.anonymous();
            let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
            let details = CartDetails { locale: Some(locale.to_owned()), ..CartDetails::default() };
            cart_edit(&ctx, &access, details).await.unwrap();
            let plan = m.plan(&ctx, &access).await;
            let order = place(&ctx, support::place(&access, &plan, key, "cash_on_delivery")).await.unwrap();
            m.drain().await;
            let mut mails = captured.messages().into_iter().filter(|mail| mail.to.eq_ignore_ascii_case(ANN));
            (order, mails.next_back().unwrap())
        };
        let (order, mail) = buy("k1", "de-at").await;
        assert_eq!(order.locale, "de-AT");
        assert_eq!(mail.subject, format!("Ihre Bestellung {}", order.number));
        assert!(mail.text.contains("14,90 EUR"), "{}", mail.text);
        // Own words for Austria; Germany keeps the built-in ones.
        let operator = m.t.operator();
        let text = TemplateText {
            subject: "Servus {{ buyer_name }}".to_owned(),
            text: "{{ total }}".to_owned(),
            html: "<b>{{ buyer_name }}</b>".to_owned(),
        };
        let save = |expected_version, text: TemplateText| SaveMailText {
            template: "order_placed".to_owned(),
            locale: "de-AT".to_owned(),
            expected_version,
            text,
        };
        save_mail_text(&operator, save(0, text.clone())).await.unwrap();
        assert_eq!(buy("k2", "de-AT").await.1.subject, "Servus Ann Buyer");
        assert!(buy("k3", "de").await.1.subject.starts_with("Ihre Bestellung"));
        // What could not be sent is refused when it is saved, and the old text stays.
        let broken = TemplateText { html: "{{ buyers_name }}".to_owned(), ..text };
        let fault = save_mail_text(&operator, save(1, broken)).await.unwrap_err();
        assert_eq!((kernel::Fault::code(&fault), kernel::Fault::field(&fault).as_deref()), ("UNKNOWN_VARIABLE", Some("html")));
        assert_eq!(buy("k4", "de-AT").await.1.html.as_deref(), Some("<b>Ann Buyer</b>"));
        let reset = ResetMailText { template: "order_placed".to_owned(), locale: "de-AT".to_owned(), expected_version: 1 };
        reset_mail_text(&operator, reset).await.unwrap();
        assert!(buy("k5", "de-AT").await.1.subject.starts_with("Ihre Bestellung"));
    }

    async fn a_merchant_is_reminded_once_and_told_once_that_goods_are_late(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1_000, 9).await;
        let system = m.t.system();
        let order = m.placed(&[(offer, 1)], "card_sandbox").await;
        let seen = async || {
            m.drain().await;
            subjects(&captured, "anna@example.org").len()
        };
        assert_eq!((remind_due(&system, 10).await.unwrap(), seen().await), (0, 1));
        m.t.clock.advance(Duration::hours(36));
        assert_eq!((remind_due(&system, 10).await.unwrap(), seen().await), (1, 2));
        assert_eq!((remind_due(&system, 10).await.unwrap(), seen().await), (0, 2));
        assert!(last(&captured).text.contains("2026-03-04 09:00 (UTC)"), "{}", last(&captured).text);
        let part = m.part(&order, &shop).await.merchant_order.id;
        let accept = Decide { merchant_order: part, expected_version: None, decision: Decision::AcceptAll };
        decide(&shop.staff, accept).await.unwrap();
        m.drain().await;
        m.t.clock.advance(Duration::hours(36));
        assert_eq!((find_overdue(&system, 10).await.unwrap(), seen().await), (1, 3));
        assert_eq!(last(&captured).subject, format!("Order {} is late", m.part(&order, &shop).await.merchant_order.number));
        assert!(last(&captured).text.contains("2026-03-04"), "the last day on which it could leave: {}", last(&captured).text);
        assert_eq!((find_overdue(&system, 10).await.unwrap(), seen().await), (0, 3));
        // What nobody needs can be switched off.
        m.settings(SettingsPatch { mails_off: Some(vec!["acceptance_reminder".to_owned()]), ..Default::default() }).await;
        m.placed(&[(offer, 1)], "card_sandbox").await;
        m.t.clock.advance(Duration::hours(40));
        assert_eq!((remind_due(&system, 10).await.unwrap(), seen().await), (1, 4), "the new order, and no reminder");
    }

    async fn a_buyer_hears_where_goods_lie_ready(t: TestEnv) {
        let (m, captured) = market(t).await;
        let shop = m.shop_with("anna", true).await;
        let store = Store {
            line1: "Shop Street 1".to_owned(),
            postal_code: "20095".to_owned(),
            city: "Hamburg".to_owned(),
            hours: None,
        };
        let (store, name) = (Some(Some(store)), None);
        let edit = LocationEdit { id: shop.one, expected_version: 1, name, country: None, priority: None, store, active: None };
        location_edit(&shop.staff, edit).await.unwrap();
        let market = marketplace::snapshot(&m.t.operator()).await.unwrap();
        let usual = market.delivery_method_by_code("parcel").unwrap().clone();
        let in_store = marketplace::command::CreateDeliveryMethod {
            code: "store".to_owned(),
            name: "In the store".to_owned(),
            kind: marketplace::DeliveryKind::StorePickup,
            pricing: usual.pricing,
            product_types: usual.product_types.clone(),
            countries: Vec::new(),
            tax_class_id: usual.tax_class_id,
            max_weight_g: None,
            max_size: marketplace::SizeLimits::default(),
            transit_days_min: 0,
            transit_days_max: 0,
            tracking_required: false,
            signature_required: false,
            cut_off: None,
            cod_allowed: true,
            rates: usual.rates.clone(),
            zones: Vec::new(),
            carriers: Vec::new(),
            travel_days: usual.travel_days.clone(),
            own_rates: marketplace::OwnRates::default(),
            position: 5,
            active: true,
        };
        let method = marketplace::command::create_delivery_method(&m.t.operator(), in_store).await.unwrap().id;
        let offer = m.goods(&shop, "A1", 1_000, 9).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
        let consignment = m.plan(&ctx, &access).await.consignments[0].key.clone();
        let choices = vec![orders::command::DeliveryChoice { consignment, method, pickup_point: None }];
        cart_edit(&ctx, &access, CartDetails { choices, ..CartDetails::default() }).await.unwrap();
        let plan = m.plan(&ctx, &access).await;
        let order = place(&ctx, support::place(&access, &plan, "k1", "cash_on_delivery")).await.unwrap();
        m.drain().await;
        let id = m.part(&order, &shop).await.fulfillments[0].fulfillment_order.id;
        let of = orders::command::OfFulfillment { id, expected_version: None };
        orders::command::pickup_make_ready(&shop.staff, of).await.unwrap();
        m.drain().await;
        let mail = last(&captured);
        assert_eq!(mail.subject, format!("Ready to be collected: your order {}", order.number));
        assert!(mail.text.contains("Warehouse one, Shop Street 1, 20095 Hamburg"), "{}", mail.text);
        assert!(!mail.text.contains("Open:"), "{}", mail.text);
    }
}

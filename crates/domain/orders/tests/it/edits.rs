//! Changes of orders that were placed.

use access::Scope;
use kernel::id::{DeliveryMethodId, OfferId};
use kernel::{Currency, Fault as _, Money, Rate};
use marketplace::command::{CreateCoupon, CreateDeliveryMethod, create_coupon, create_delivery_method};
use marketplace::{CouponValue, DeliveryKind, DeliveryPricing, DeliveryRate, TravelDays};
use orders::command::{
    CancelOrder, CartDetails, EditConfirm, EditOrder, NewDelivery, PayWith, cancel_order, order_edit,
    order_edit_preview, ship,
};
use orders::event::LineUnits;
use orders::model::draft::{DraftLine, NewPrice};
use orders::model::edit::EditPreview;
use orders::model::status::{CancelReason, MerchantOrderState, OrderState, PaymentState};
use orders::model::types::Address;
use orders::{Order, query};
use payments::PayByLink;
use testkit::tokio::task::JoinSet;

use crate::support::{Market, address, code, parcel, place};

fn line(offer: OfferId, quantity: i64) -> DraftLine {
    DraftLine { offer, quantity, price: None }
}

fn paid_by(method: &str) -> Option<PayWith> {
    let token = method.ends_with("_sandbox").then(|| "tok_ok".to_owned());
    Some(PayWith { method: method.to_owned(), token, ..PayWith::default() })
}

async fn preview(m: &Market, order: &Order, change: &EditOrder) -> Result<EditPreview, orders::Error> {
    let version = m.order(order).await.version;
    order_edit_preview(&m.t.operator(), order.id, version, change).await
}

fn confirm(order: &Order, preview: &EditPreview, change: &EditOrder, payment: Option<PayWith>) -> EditConfirm {
    EditConfirm {
        order: order.id,
        base_version: preview.base_version,
        change: change.clone(),
        preview_hash: preview.hash.clone(),
        idempotency_key: format!("edit-{}", preview.base_version),
        reason: "asked for on the phone".to_owned(),
        payment,
    }
}

/// Previews and confirms a change.
async fn edited(m: &Market, order: &Order, change: &EditOrder, payment: Option<PayWith>) -> (Order, EditPreview) {
    let preview = preview(m, order, change).await.unwrap();
    let order = order_edit(&m.t.operator(), confirm(order, &preview, change, payment)).await.unwrap();
    m.drain().await;
    (m.order(&order).await, preview)
}

/// How many units the n-th line has from now on.
async fn quantity(m: &Market, order: &Order, line_no: i64, quantity: i64) -> EditOrder {
    let parts = m.parts(order).await;
    let line = parts.iter().flat_map(|part| &part.lines).find(|line| line.line_no == line_no).unwrap();
    EditOrder { quantities: vec![LineUnits { line: line.id, quantity }], ..EditOrder::default() }
}

fn elsewhere() -> Address {
    Address { line1: "Short Street 2".to_owned(), ..address() }
}

/// Another way to deliver parcels, for so much.
pub async fn way(m: &Market, code: &str, minor: i64) -> DeliveryMethodId {
    way_with(m, code, minor, false).await
}

async fn way_with(m: &Market, code: &str, minor: i64, cod_allowed: bool) -> DeliveryMethodId {
    let ctx = m.t.operator();
    let market = marketplace::snapshot(&ctx).await.unwrap();
    let rate = DeliveryRate {
        currency: Currency::EUR,
        first_minor: minor,
        additional_minor: 0,
        free_above_minor: None,
        product_type: None,
        funded_by: marketplace::Funder::Merchant,
        brackets: Vec::new(),
        surcharges: Vec::new(),
    };
    let input = CreateDeliveryMethod {
        code: code.to_owned(),
        name: code.to_owned(),
        kind: DeliveryKind::Home,
        pricing: DeliveryPricing::Rates,
        product_types: vec!["parcel".to_owned()],
        countries: Vec::new(),
        tax_class_id: market.tax_class_by_code("standard").unwrap().id,
        max_weight_g: None,
        max_size: marketplace::SizeLimits::default(),
        transit_days_min: 2,
        transit_days_max: 5,
        tracking_required: false,
        signature_required: false,
        cut_off: None,
        cod_allowed,
        rates: vec![rate],
        zones: Vec::new(),
        carriers: Vec::new(),
        travel_days: TravelDays::default(),
        own_rates: marketplace::OwnRates::default(),
        position: 9,
        active: true,
    };
    create_delivery_method(&ctx, input).await.unwrap().id
}

testkit::both_databases! {
    async fn lines_and_units_are_taken_out_of_a_paid_order_and_their_money_goes_back(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop("anna").await, m.shop("bert").await);
        let lines = [(m.goods(&anna, "A1", 1000, 9).await, 3), (m.goods(&bert, "B1", 700, 9).await, 1)];
        let order = m.placed(&lines, "bank_transfer").await;
        m.transfer(&order, order.total_minor, "bank-1").await;
        let part = m.accept(&order, &anna).await;
        let change = quantity(&m, &order, 1, 1).await;
        let before = m.order(&order).await;
        let (after, shown) = edited(&m, &order, &change, None).await;
        assert_eq!((shown.refund_minor, shown.extra_minor, shown.added.is_none()), (2000, 0, true));
        assert_eq!(shown.due_before_minor - shown.due_after_minor, 2000);
        assert_eq!((shown.parts.len(), shown.parts[0].merchant), (1, anna.id), "the other merchant is not concerned");
        assert_eq!((after.refund_minor, after.payment_state), (2000, PaymentState::PartiallyRefunded));
        assert_eq!((after.total_minor, before.total_minor), (before.total_minor, order.total_minor), "what was agreed to stays on record");
        assert_eq!(m.available(&anna, "A1").await, 8);
        let kept = m.part(&order, &anna).await;
        assert_eq!((kept.lines[0].canceled, kept.lines[0].ordered), (2, 3));
        // A whole line, and with it all of its merchant's part and its delivery.
        let (after, shown) = edited(&m, &order, &quantity(&m, &order, 2, 0).await, None).await;
        assert_eq!(shown.refund_minor, 700 + 490);
        assert_eq!(m.part(&order, &bert).await.merchant_order.state, MerchantOrderState::Canceled);
        assert_eq!(after.state, OrderState::Placed);
        let steps = query::timeline_of_order(&m.t.operator(), order.id, &kernel::PageArgs::first(50)).await.unwrap();
        let steps = steps.into_rows();
        let step = steps.iter().find(|step| step.kind == "edited").unwrap();
        assert!(step.data.contains("asked for on the phone") && step.actor.starts_with("usr_"));
        anna.ship(&m.part(&order, &anna).await, None).await.unwrap();
        let _ = part;
        m.verify().await;
    }

    async fn lines_are_added_as_merchant_orders_with_a_payment_of_their_own(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop("anna").await, m.shop("bert").await);
        let (lamp, chair) = (m.goods(&anna, "A1", 1000, 9).await, m.goods(&bert, "B1", 700, 9).await);
        let order = m.placed(&[(lamp, 1)], "card_sandbox").await;
        let first = m.accept(&order, &anna).await;
        let change = EditOrder {
            add: vec![line(chair, 2), DraftLine {
                price: Some(NewPrice { unit: Money::new(500, Currency::EUR), reason: "as promised".to_owned() }),
                ..line(lamp, 1)
            }],
            ..EditOrder::default()
        };
        let (after, shown) = edited(&m, &order, &change, paid_by("card_sandbox")).await;
        let plan = shown.added.as_ref().unwrap();
        assert_eq!((plan.totals.goods, plan.consignments.len()), (1900, 2));
        assert_eq!((shown.extra_minor, shown.refund_minor), (plan.totals.total, 0));
        assert_eq!(after.total_minor, order.total_minor + shown.extra_minor);
        assert_eq!(after.authorized_minor, after.total_minor);
        let parts = m.parts(&order).await;
        let numbers: Vec<_> = parts.iter().map(|part| part.merchant_order.number.rsplit('-').next().unwrap().to_owned()).collect();
        assert_eq!(numbers, ["1", "2", "3"]);
        assert_eq!(parts[0].merchant_order, first.merchant_order, "what was there has not moved");
        let more: Vec<_> = parts[1..].iter().map(|part| &part.merchant_order).collect();
        assert!(more.iter().all(|part| part.payment_id != order.payment_id && part.state == MerchantOrderState::AwaitingAcceptance));
        let again = more.iter().find(|part| part.merchant_id == anna.id).unwrap();
        assert_eq!((first.merchant_order.fixed_fee_minor, again.fixed_fee_minor), (35, 0), "the fixed fee is taken once");
        let cheap = parts.iter().flat_map(|part| &part.lines).find(|line| line.unit_price_minor == 500).unwrap();
        assert_eq!((cheap.list_price_minor, cheap.price_reason.as_deref()), (Some(1000), Some("as promised")));
        assert_eq!((m.available(&anna, "A1").await, m.available(&bert, "B1").await), (7, 7));
        // Each payment is captured for its own merchant orders.
        let added = m.accept(&order, &bert).await;
        assert_eq!(added.merchant_order.captured_minor, added.merchant_order.total_minor);
        bert.ship(&added, None).await.unwrap();
        let payments = payments::query::all_of_seen_orders(&m.t.operator(), &[order.id]).await.unwrap().remove(&order.id).unwrap();
        assert_eq!(payments.len(), 2);
        assert_eq!(payments[0].amounts.captured.done_minor, order.total_minor);
        assert_eq!(payments[1].amounts.captured.done_minor, added.merchant_order.total_minor);
        assert_eq!(payments[1].order_number, format!("{}-P2", order.number));
        m.verify().await;
    }

    async fn more_units_cost_what_the_offer_costs_now_and_the_old_ones_what_they_did(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let order = m.placed(&[(lamp, 1)], "card_sandbox").await;
        let before = m.accept(&order, &anna).await;
        // The commission goes up meanwhile: what was sold keeps the rule it was sold by.
        let rule = marketplace::command::CreateCommissionRule {
            name: "Dearer".to_owned(),
            scope: marketplace::CommissionScope { merchant: Some(anna.id), ..Default::default() },
            base: marketplace::CommissionBase::Gross,
            item_ppm: Rate::from_ppm(300_000),
            shipping_ppm: Rate::from_ppm(300_000),
            amounts: vec![marketplace::CommissionAmounts::none(Currency::EUR)],
            min_on_zero: false,
            priority: 5,
            valid_from: None,
            valid_to: None,
        };
        marketplace::command::create_commission_rule(&m.t.operator(), rule).await.unwrap();
        m.t.clock.advance(chrono::Duration::seconds(1));
        let (_, shown) = edited(&m, &order, &quantity(&m, &order, 1, 3).await, paid_by("bank_transfer")).await;
        assert_eq!((shown.parts.len(), shown.added.unwrap().lines[0].quantity), (0, 2));
        let parts = m.parts(&order).await;
        assert_eq!(parts[0].lines, before.lines);
        assert_eq!((parts[0].lines[0].commission_ppm, parts[1].lines[0].commission_ppm), (120_000, 300_000));
        assert_eq!(parts[1].merchant_order.state, MerchantOrderState::Staging, "until the transfer comes");
        let extra = parts[1].merchant_order.total_minor;
        // Buyers write the number they know; it finds the payment that still wants money.
        m.transfer(&order, extra, "bank-2").await;
        assert_eq!(m.parts(&order).await[1].merchant_order.state, MerchantOrderState::AwaitingAcceptance);
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Paid);
        m.verify().await;
    }

    async fn what_is_added_and_not_paid_is_taken_out_again_and_the_rest_stays(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let order = m.placed(&[(lamp, 1)], "card_sandbox").await;
        let first = m.accept(&order, &anna).await;
        let change = EditOrder { add: vec![line(lamp, 2)], ..EditOrder::default() };
        let declined = Some(PayWith { token: Some("tok_declined".to_owned()), ..paid_by("card_sandbox").unwrap() });
        let (after, _) = edited(&m, &order, &change, declined).await;
        assert_eq!(after.state, OrderState::Placed);
        let parts = m.parts(&order).await;
        assert_eq!((&parts[0].merchant_order, parts[1].merchant_order.state), (&first.merchant_order, MerchantOrderState::Canceled));
        assert_eq!(m.available(&anna, "A1").await, 8);
        // A link is there as long as it takes.
        let by_link = Some(PayWith { by_link: true, token: None, ..paid_by("card_sandbox").unwrap() });
        edited(&m, &order, &change, by_link).await;
        let parts = m.parts(&order).await;
        let secret = payments::make_link(&m.t.operator(), parts[2].merchant_order.payment_id).await.unwrap();
        let pay = PayByLink { secret: secret.reveal().to_owned(), token: "tok_ok".to_owned(), return_url: None };
        payments::pay_by_link(&m.t.anonymous(), pay).await.unwrap();
        m.drain().await;
        assert_eq!(m.parts(&order).await[2].merchant_order.state, MerchantOrderState::AwaitingAcceptance);
        // All of it can be canceled; both payments are given up or go back.
        let cancel = CancelOrder { order: order.id, reason: CancelReason::BuyerRequest, note: None };
        cancel_order(&m.t.operator(), cancel).await.unwrap();
        m.drain().await;
        assert_eq!(m.order(&order).await.state, OrderState::Canceled);
        assert_eq!(m.available(&anna, "A1").await, 9);
        m.verify().await;
    }

    async fn a_phone_order_to_be_paid_at_the_door_is_changed_twice_and_once_refused_for_stock(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop_with("anna", true).await;
        let (lamp, vase) = (m.goods(&anna, "A1", 1000, 3).await, m.goods(&anna, "A2", 400, 5).await);
        let order = m.placed(&[(lamp, 3)], "cash_on_delivery").await;
        edited(&m, &order, &quantity(&m, &order, 1, 2).await, None).await;
        let add = EditOrder { add: vec![line(vase, 1)], ..EditOrder::default() };
        edited(&m, &order, &add, paid_by("cash_on_delivery")).await;
        let too_many = EditOrder { add: vec![line(vase, 5)], ..EditOrder::default() };
        let shown = preview(&m, &order, &too_many).await.unwrap();
        assert!(!shown.is_confirmable());
        let refused = order_edit(&m.t.operator(), confirm(&order, &shown, &too_many, paid_by("cash_on_delivery"))).await;
        let refused = refused.unwrap_err();
        assert_eq!((refused.code(), refused.details().unwrap()["lines"][0]["available"].clone()), ("OUT_OF_STOCK", 4.into()));
        let parts = m.parts(&order).await;
        assert_eq!(parts.iter().map(|part| part.merchant_order.state).collect::<Vec<_>>(), [MerchantOrderState::ToShip; 2]);
        for part in &parts {
            let sent = anna.ship(part, None).await.unwrap();
            let input = orders::command::Deliver { shipment: sent.id, delivered_at: None, proof: None };
            orders::command::deliver(&anna.staff, input).await.unwrap();
        }
        m.drain().await;
        let paid = m.order(&order).await;
        assert_eq!((paid.payment_state, paid.captured_minor), (PaymentState::Paid, 2000 + 490 + 100 + 100 + 400 + 490));
        let steps = query::timeline_of_order(&m.t.operator(), order.id, &kernel::PageArgs::first(50)).await.unwrap();
        assert_eq!(steps.into_rows().iter().filter(|step| step.kind == "edited").count(), 2);
        m.verify().await;
    }

    async fn each_addition_is_captured_by_the_method_it_is_paid_by(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop_with("anna", true).await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let order = m.placed(&[(lamp, 1)], "card_sandbox").await;
        let add = EditOrder { add: vec![line(lamp, 1)], ..EditOrder::default() };
        edited(&m, &order, &add, paid_by("cash_on_delivery")).await;
        edited(&m, &order, &add, paid_by("wallet_sandbox")).await;
        let parts = m.parts(&order).await;
        let methods: Vec<&str> = parts.iter().map(|part| part.merchant_order.payment_method.as_str()).collect();
        assert_eq!(methods, ["card_sandbox", "cash_on_delivery", "wallet_sandbox"]);
        assert_eq!(parts.iter().map(|part| part.merchant_order.captured_minor).collect::<Vec<_>>(), [1490, 0, 1490]);
        for part in &parts {
            let sent = anna.ship(part, None).await.unwrap();
            let at_the_door = part.merchant_order.payment_method == "cash_on_delivery";
            assert_eq!(sent.recognized, !at_the_door, "what is paid at the door is earned there");
            let input = orders::command::Deliver { shipment: sent.id, delivered_at: None, proof: None };
            orders::command::deliver(&anna.staff, input).await.unwrap();
        }
        m.drain().await;
        let paid = m.order(&order).await;
        assert_eq!((paid.captured_minor, paid.payment_state), (3 * 1490, PaymentState::Paid));
        m.verify().await;
    }

    async fn an_address_changes_where_nothing_has_left(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop("anna").await, m.shop("bert").await);
        let lines = [(m.goods(&anna, "A1", 1000, 9).await, 2), (m.goods(&bert, "B1", 700, 9).await, 1)];
        let order = m.placed(&lines, "card_sandbox").await;
        let part = m.accept(&order, &anna).await;
        anna.ship(&part, Some(1)).await.unwrap();
        let change = EditOrder { ship_to: Some(elsewhere()), ..EditOrder::default() };
        let (after, shown) = edited(&m, &order, &change, None).await;
        assert_eq!(shown.parts.iter().map(|part| part.merchant).collect::<Vec<_>>(), [bert.id]);
        assert_eq!((shown.extra_minor, shown.refund_minor, shown.due_before_minor), (0, 0, shown.due_after_minor));
        assert_eq!(after.ship_to, elsewhere());
        assert_eq!(m.part(&order, &bert).await.merchant_order.ship_to, elsewhere());
        assert_eq!(m.part(&order, &anna).await.merchant_order.ship_to, address(), "a parcel of it is under way");
        assert_eq!(code(preview(&m, &order, &change).await), "EMPTY", "it goes there already");
        let abroad = EditOrder { ship_to: Some(Address { country: "FR".to_owned(), ..address() }), ..EditOrder::default() };
        let refused = preview(&m, &order, &abroad).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("COUNTRY_FIXED", Some("change.shipTo.country")));
        m.verify().await;
    }

    async fn delivery_changes_to_what_costs_no_more(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let order = m.placed(&[(lamp, 1)], "bank_transfer").await;
        let (shop, express) = (way(&m, "shop", 190).await, way(&m, "express", 1290).await);
        m.transfer(&order, order.total_minor, "bank-1").await;
        let part = m.accept(&order, &anna).await;
        let row = part.fulfillments[0].fulfillment_order.clone();
        let by = |method| EditOrder { delivery: vec![NewDelivery { fulfillment_order: row.id, method }], ..EditOrder::default() };
        let refused = preview(&m, &order, &by(express)).await.unwrap_err();
        assert_eq!((refused.code(), refused.details().unwrap()["more"].clone()), ("DELIVERY_DEARER", "8.00".into()));
        assert_eq!(code(preview(&m, &order, &by(m.t.system().new_id())).await), "UNKNOWN");
        let (after, shown) = edited(&m, &order, &by(shop), None).await;
        assert_eq!((shown.refund_minor, shown.parts[0].delivery_changed), (300, true));
        assert_eq!((after.delivery_minor, after.total_minor, after.refund_minor), (190, order.total_minor - 300, 300));
        let moved = m.part(&order, &anna).await;
        let now = &moved.fulfillments[0].fulfillment_order;
        assert_eq!((now.method_code.as_str(), now.shipping_gross_minor, now.tracking_required), ("shop", 190, false));
        assert_eq!((row.shipping_commission_minor, now.shipping_commission_minor), (59, 23), "12 %, as when it was sold");
        let sent = anna.ship(&moved, None).await.unwrap();
        assert_eq!(sent.gross_minor, 1190);
        m.verify().await;
    }

    async fn delivery_that_becomes_cheaper_before_the_card_is_charged_is_not_held_for_ever(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let order = m.placed(&[(lamp, 1)], "card_sandbox").await;
        let shop = way(&m, "shop", 190).await;
        let row = m.part(&order, &anna).await.fulfillments[0].fulfillment_order.id;
        let change = EditOrder { delivery: vec![NewDelivery { fulfillment_order: row, method: shop }], ..EditOrder::default() };
        let (_, shown) = edited(&m, &order, &change, None).await;
        assert_eq!(shown.refund_minor, 0);
        m.accept(&order, &anna).await;
        let payment = payments::query::payment(&m.t.operator(), order.payment_id).await.unwrap();
        assert_eq!((payment.amounts.captured.done_minor, payment.amounts.voided.done_minor), (1190, 300));
        m.verify().await;
    }

    async fn the_coupon_of_what_stays_is_not_spread_anew(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop_with("anna", true).await, m.shop_with("bert", true).await);
        let lines = [(m.goods(&anna, "A1", 1000, 9).await, 3), (m.goods(&bert, "B1", 2000, 9).await, 1)];
        let coupon = CreateCoupon {
            code: "ten".to_owned(),
            name: "Ten off".to_owned(),
            currency: Currency::EUR,
            value: CouponValue::Amount(1_000),
            minimum_minor: 0,
            valid_from: None,
            valid_to: None,
            uses_max: None,
        };
        create_coupon(&m.t.operator(), coupon).await.unwrap();
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &lines).await;
        let entered = CartDetails { coupon_code: Some(Some("ten".to_owned())), ..CartDetails::default() };
        orders::command::cart_edit(&ctx, &access, entered).await.unwrap();
        let plan = m.plan(&ctx, &access).await;
        let order = orders::command::place(&ctx, place(&access, &plan, "k1", "card_sandbox")).await.unwrap();
        m.drain().await;
        // 10.00 over 30.00 and 20.00: 6.00 and 4.00; two of the three units take 4.00 of the 6.00 along.
        let (_, shown) = edited(&m, &order, &quantity(&m, &order, 1, 1).await, None).await;
        assert_eq!(shown.refund_minor, 2_000 - 400);
        let kept = m.part(&order, &bert).await;
        assert_eq!((kept.lines[0].discount_minor, kept.merchant_order.refund_minor), (400, 0));
        let (_, shown) = edited(&m, &order, &quantity(&m, &order, 2, 0).await, None).await;
        assert_eq!(shown.refund_minor, 2_000 - 400 + 490);
        let left = m.order(&order).await;
        assert_eq!(left.captured_minor - left.refund_minor, 1_000 - 200 + 690, "one unit with its coupon, and its delivery");
        m.verify().await;
    }

    async fn a_change_is_made_on_the_version_that_was_seen(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let order = m.placed(&[(lamp, 3)], "card_sandbox").await;
        let part = m.accept(&order, &anna).await;
        let change = quantity(&m, &order, 1, 1).await;
        let shown = preview(&m, &order, &change).await.unwrap();
        assert_eq!((m.order(&order).await.version, m.available(&anna, "A1").await), (shown.base_version, 6), "nothing was written");
        let other = EditConfirm { preview_hash: "0".repeat(32), ..confirm(&order, &shown, &change, None) };
        let refused = order_edit(&m.t.operator(), other).await.unwrap_err();
        assert_eq!((refused.code(), refused.details().unwrap()["hash"].clone()), ("PREVIEW_CHANGED", shown.hash.clone().into()));
        anna.ship(&part, Some(1)).await.unwrap();
        assert_eq!(code(order_edit(&m.t.operator(), confirm(&order, &shown, &change, None)).await), "STALE_VERSION");
        // The same key again is answered, not done again.
        let shown = preview(&m, &order, &change).await.unwrap();
        let input = confirm(&order, &shown, &change, None);
        let desk = m.t.operator();
        let first = order_edit(&desk, input.clone()).await.unwrap();
        let again = order_edit(&desk, input).await.unwrap();
        assert_eq!((again.id, again.version, again.refund_minor), (first.id, first.version, 2000));
        let less = quantity(&m, &order, 1, 0).await;
        let refused = preview(&m, &order, &less).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("OUT_OF_RANGE", Some("change.quantities.0.quantity")));
        m.verify().await;
    }

    async fn only_the_operator_changes_orders_and_only_while_there_is_something_to_change(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let order = m.placed(&[(lamp, 1)], "bank_transfer").await;
        let change = EditOrder { add: vec![line(lamp, 1)], ..EditOrder::default() };
        assert_eq!(code(preview(&m, &order, &change).await), "INVALID_TRANSITION", "its merchants do not have it yet");
        let version = m.order(&order).await.version;
        for (ctx, expected) in [
            (m.t.anonymous(), "UNAUTHENTICATED"),
            (m.t.buyer(m.t.system().new_id()), "FORBIDDEN"),
            (anna.staff.clone(), "FORBIDDEN"),
            (m.t.seated(Scope::Operator, "operator_finance"), "FORBIDDEN"),
        ] {
            assert_eq!(code(order_edit_preview(&ctx, order.id, version, &change).await), expected);
        }
        m.transfer(&order, order.total_minor, "bank-1").await;
        let support = m.t.seated(Scope::Operator, "operator_support");
        let version = m.order(&order).await.version;
        assert!(order_edit_preview(&support, order.id, version, &change).await.unwrap().is_confirmable());
        assert_eq!(code(preview(&m, &order, &EditOrder::default()).await), "EMPTY");
        let unpaid = preview(&m, &order, &change).await.unwrap();
        let refused = order_edit(&support, confirm(&order, &unpaid, &change, None)).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("REQUIRED", Some("payment")));
    }

    async fn a_unit_is_never_both_shipped_and_taken_out(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 50).await;
        for round in 0..4 {
            let order = m.placed(&[(lamp, 2)], "bank_transfer").await;
            m.transfer(&order, order.total_minor, &format!("bank-{round}")).await;
            let part = m.accept(&order, &anna).await;
            let change = quantity(&m, &order, 1, 1).await;
            let shown = preview(&m, &order, &change).await.unwrap();
            let mut tasks = JoinSet::new();
            for n in 0..6 {
                let (desk, staff) = (m.t.operator(), anna.staff.clone());
                let input = EditConfirm { idempotency_key: format!("{round}-{n}"), ..confirm(&order, &shown, &change, None) };
                let all = parcel(&part, Some(2));
                tasks.spawn(async move {
                    if n % 2 == 0 {
                        order_edit(&desk, input).await.map(|_| "edited")
                    } else {
                        ship(&staff, all).await.map(|_| "shipped")
                    }
                });
            }
            let (mut edits, mut parcels) = (0, 0);
            while let Some(result) = tasks.join_next().await {
                match result.unwrap() {
                    Ok("edited") => edits += 1,
                    Ok(_) => parcels += 1,
                    Err(error) => assert!(matches!(error.code(), "STALE_VERSION" | "TOO_MANY_UNITS" | "INVALID_TRANSITION"), "{error}"),
                }
            }
            assert_eq!(edits + parcels, 1, "one of them won: {edits} changes, {parcels} parcels");
            m.drain().await;
            let left = &m.part(&order, &anna).await.lines[0];
            assert_eq!((left.shipped, left.canceled), if edits == 1 { (0, 1) } else { (2, 0) });
        }
        m.verify().await;
    }

    async fn dearer_delivery_is_taken_at_the_door(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let order = m.placed(&[(lamp, 1)], "cash_on_delivery").await;
        let express = way_with(&m, "express", 1290, true).await;
        let part = m.accept(&order, &anna).await;
        let row = part.fulfillments[0].fulfillment_order.clone();
        let change = EditOrder { delivery: vec![NewDelivery { fulfillment_order: row.id, method: express }], ..EditOrder::default() };
        let (after, shown) = edited(&m, &order, &change, None).await;
        assert_eq!((shown.extra_minor, shown.refund_minor), (800, 0));
        assert_eq!(shown.due_after_minor - shown.due_before_minor, 800);
        assert_eq!((after.total_minor, after.delivery_minor), (order.total_minor + 800, 1290));
        let sent = anna.ship(&m.part(&order, &anna).await, None).await.unwrap();
        let input = orders::command::Deliver { shipment: sent.id, delivered_at: None, proof: None };
        orders::command::deliver(&anna.staff, input).await.unwrap();
        m.drain().await;
        let paid = m.order(&order).await;
        assert_eq!((paid.captured_minor, paid.payment_state), (order.total_minor + 800, PaymentState::Paid));
        m.verify().await;
    }
}

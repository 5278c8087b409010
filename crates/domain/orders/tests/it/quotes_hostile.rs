//! What must not work with quotes.

use access::Scope;
use catalog::command::{Publish, products_unpublish};
use chrono::{Duration, NaiveDate};
use customers::CompanyRole;
use kernel::{Currency, Fault as _, Money};
use merchants::ChangeStatus;
use orders::command::{
    DeliveryChoice, QuoteAccept, QuoteOfferMake, QuoteRequest, erase_buyer, quote_accept, quote_ask_change,
    quote_decline, quote_offer, quote_request, quote_withdraw,
};
use orders::model::quote::{NewLineTerms, QuoteReason, QuoteState, SeenQuote, WantedLine};
use orders::query::{self, QuoteFilter};

use crate::companies::{buyer, company, member};
use crate::quotes::{accepting, asking, eur, offering, said, stage, wanted};
use crate::support::code;

fn named<T: std::fmt::Debug>(result: Result<T, orders::Error>) -> (&'static str, Option<String>) {
    let error = result.unwrap_err();
    (error.code(), error.field())
}

fn at(code: &'static str, field: &str) -> (&'static str, Option<String>) {
    (code, Some(field.to_owned()))
}

testkit::both_databases! {
    async fn a_request_is_refused_by_the_field_that_is_wrong(t: TestEnv) {
        let s = stage(t).await;
        let ask = async |input: QuoteRequest| named(quote_request(&s.bea, input).await);
        let good = || asking(&s.works, vec![wanted(s.lamp, 1)]);
        let usd = Money::new(5, Currency::USD);
        for (input, expected) in [
            (QuoteRequest { lines: vec![wanted(s.bea.new_id(), 1)], ..good() }, at("OFFER_NOT_FOR_SALE", "lines.0.offerId")),
            (QuoteRequest { lines: vec![wanted(s.lamp, 0)], ..good() }, at("OUT_OF_RANGE", "lines.0.quantity")),
            (QuoteRequest { lines: vec![wanted(s.lamp, -3)], ..good() }, at("OUT_OF_RANGE", "lines.0.quantity")),
            (QuoteRequest { lines: vec![wanted(s.lamp, i64::MAX)], ..good() }, at("OUT_OF_RANGE", "lines.0.quantity")),
            (QuoteRequest { lines: vec![WantedLine { wished: Some(eur(-1)), ..wanted(s.lamp, 1) }], ..good() }, at("OUT_OF_RANGE", "lines.0.wishedUnitPrice")),
            (QuoteRequest { lines: vec![WantedLine { wished: Some(usd), ..wanted(s.lamp, 1) }], ..good() }, at("CURRENCY_MISMATCH", "lines.0.wishedUnitPrice.currency")),
            (QuoteRequest { lines: vec![], ..good() }, at("REQUIRED", "lines")),
            (QuoteRequest { channel: Some("nowhere".to_owned()), ..good() }, at("UNKNOWN", "channel")),
            (QuoteRequest { channel: None, ..good() }, at("REQUIRED", "channel")),
            (QuoteRequest { currency: Some("JPY".parse().unwrap()), ..good() }, at("NOT_IN_CHANNEL", "currency")),
            (QuoteRequest { company: Some(s.bea.new_id()), ..good() }, at("UNKNOWN", "companyId")),
            (QuoteRequest { company: None, ..good() }, at("COMPANY_NEEDED", "companyId")),
            (QuoteRequest { ship_to: None, ..good() }, at("REQUIRED", "shipTo")),
            (QuoteRequest { wished_on: NaiveDate::from_ymd_opt(2020, 1, 1), ..good() }, at("OUT_OF_RANGE", "wishedOn")),
            (QuoteRequest { wished_on: NaiveDate::from_ymd_opt(9999, 1, 1), ..good() }, at("OUT_OF_RANGE", "wishedOn")),
            (QuoteRequest { note: Some("x".repeat(2001)), ..good() }, at("TOO_LONG", "note")),
            (QuoteRequest { po_number: Some("x".repeat(61)), ..good() }, at("TOO_LONG", "poNumber")),
            (QuoteRequest { idempotency_key: " ".to_owned(), ..good() }, at("REQUIRED", "idempotencyKey")),
        ] {
            assert_eq!(ask(input).await, expected);
        }
        let (_, access) = s.m.cart(&s.bea, &[(s.lamp, 1)]).await;
        let both = QuoteRequest { cart: Some(access.clone()), ..good() };
        assert_eq!(ask(both).await, at("NOT_TOGETHER", "cartId"));
        // A foreign cart does not exist, and the company of others cannot be named.
        let eve = buyer(&s.m.t, "eve@example.org").await;
        let of_cart = QuoteRequest { cart: Some(orders::command::CartAccess { token: None, ..access }), channel: None, lines: vec![], ..good() };
        let own = company(&eve, false).await;
        let foreign = QuoteRequest { company: Some(own.id), ..of_cart };
        assert_eq!(code(quote_request(&eve, foreign).await), "NOT_FOUND");
        assert_eq!(named(quote_request(&eve, good()).await), at("UNKNOWN", "companyId"));
        for (ctx, expected) in [
            (s.m.t.anonymous(), "UNAUTHENTICATED"),
            (s.anna.staff.clone(), "FORBIDDEN"),
            (s.m.t.operator(), "NOT_FOUND"),
            (s.m.t.seated(Scope::Operator, "operator_operations"), "FORBIDDEN"),
        ] {
            assert_eq!(code(quote_request(&ctx, good()).await), expected);
        }
        let page = kernel::PageArgs::first(20);
        assert!(query::quotes(&s.m.t.operator(), &QuoteFilter::default(), &page).await.unwrap().into_rows().is_empty());
        // Where the marketplace allows it, buyers ask for themselves.
        s.m.settings(marketplace::SettingsPatch { private_quotes: Some(true), ..Default::default() }).await;
        let private = quote_request(&eve, QuoteRequest { company: None, ..good() }).await.unwrap().remove(0);
        assert_eq!((private.quote.row.company_id, private.quote.row.company_name), (None, None));
    }

    async fn an_offer_is_refused_by_the_field_that_is_wrong(t: TestEnv) {
        let s = stage(t).await;
        let asked = s.asked(3).await;
        let staff = s.anna.staff.clone();
        let good = || offering(&asked, &[(900, None)], None);
        let line = |change: fn(NewLineTerms) -> NewLineTerms| QuoteOfferMake { lines: good().lines.into_iter().map(change).collect(), ..good() };
        let now = s.bea.now();
        let pickup = marketplace::snapshot(&s.m.t.operator()).await.unwrap().delivery_methods.iter()
            .find(|method| method.kind == marketplace::DeliveryKind::StorePickup).map(|method| method.id);
        let mut cases = vec![
            (line(|l| NewLineTerms { unit: Some(eur(-1)), ..l }), at("OUT_OF_RANGE", "lines.0.unitPrice")),
            (line(|l| NewLineTerms { unit: Some(eur(i64::MAX)), ..l }), at("OUT_OF_RANGE", "lines.0.unitPrice")),
            (line(|l| NewLineTerms { unit: Some(Money::new(9, Currency::USD)), ..l }), at("CURRENCY_MISMATCH", "lines.0.unitPrice.currency")),
            (line(|l| NewLineTerms { quantity: Some(0), ..l }), at("OUT_OF_RANGE", "lines.0.quantity")),
            (line(|l| NewLineTerms { quantity: Some(-1), ..l }), at("OUT_OF_RANGE", "lines.0.quantity")),
            (line(|l| NewLineTerms { quantity: Some(100_001), ..l }), at("OUT_OF_RANGE", "lines.0.quantity")),
            (line(|l| NewLineTerms { unit: Some(eur(1_000_000_000)), quantity: Some(100_000), ..l }), at("AMOUNT_TOO_LARGE", "lines.0.unitPrice")),
            (line(|l| NewLineTerms { unit: None, left_out: Some(QuoteReason::Other), ..l }), at("NOTHING_OFFERED", "lines")),
            (QuoteOfferMake { delivery: Some(eur(-1)), ..good() }, at("OUT_OF_RANGE", "delivery")),
            (QuoteOfferMake { delivery: Some(Money::new(1, Currency::USD)), ..good() }, at("CURRENCY_MISMATCH", "delivery.currency")),
            (QuoteOfferMake { method: Some(staff.new_id()), ..good() }, at("UNKNOWN", "deliveryMethodId")),
            (QuoteOfferMake { valid_until: Some(now), ..good() }, at("OUT_OF_RANGE", "validUntil")),
            (QuoteOfferMake { valid_until: Some(now + Duration::days(366)), ..good() }, at("OUT_OF_RANGE", "validUntil")),
            (QuoteOfferMake { expected_version: 0, ..good() }, at("STALE_VERSION", "expectedVersion")),
            (QuoteOfferMake { quote: staff.new_id(), ..good() }, ("NOT_FOUND", None)),
        ];
        cases.extend(pickup.map(|method| (QuoteOfferMake { method: Some(method), ..good() }, at("NOT_CHOOSABLE", "deliveryMethodId"))));
        for (input, expected) in cases {
            assert_eq!(named(quote_offer(&staff, input).await), expected);
        }
        assert_eq!(code(quote_offer(&staff, QuoteOfferMake { lines: vec![], ..good() }).await), "LINES_UNDECIDED");
        for ctx in [s.bea.clone(), s.m.t.seated(Scope::Merchant(s.anna.id), "merchant_fulfillment"), s.m.t.seated(Scope::Operator, "operator_support")] {
            assert_eq!(code(quote_offer(&ctx, good()).await), "FORBIDDEN");
        }
        assert_eq!(s.seen(&s.bea, &asked).await.quote.row.offer_version, 0, "nothing of it was written");
        quote_offer(&staff, good()).await.unwrap();
    }

    async fn nobody_else_answers_for_the_buyer(t: TestEnv) {
        let s = stage(t).await;
        let offered = s.offered(2, 900).await;
        let accept = accepting(&s.bea, &offered, "k1").await;
        let (ann, joined) = member(&s.bea, &s.m.t, &s.works, "ann@example.org", CompanyRole::Buyer, None).await;
        let eve = buyer(&s.m.t, "eve@example.org").await;
        company(&eve, false).await;
        // Another buyer of the company without the right to approve, somebody of another company, the merchant, staff.
        for (ctx, expected) in [
            (ann.clone(), "NOT_FOUND"), (eve, "NOT_FOUND"), (s.anna.staff.clone(), "FORBIDDEN"),
            (s.m.t.operator(), "NOT_FOUND"), (s.m.t.anonymous(), "UNAUTHENTICATED"),
        ] {
            assert_eq!(code(quote_accept(&ctx, accept.clone()).await), expected);
            if expected == "NOT_FOUND" && ctx.actor().customer().is_some() {
                assert_eq!(code(query::quote(&ctx, offered.quote.row.id).await), expected);
                assert_eq!(code(quote_decline(&ctx, said(&offered, "")).await), expected);
            }
        }
        assert_eq!(code(quote_decline(&s.m.t.operator(), said(&offered, "")).await), "INVALID_TRANSITION");
        let page = kernel::PageArgs::first(20);
        let of_works = QuoteFilter { company: Some(s.works.id), ..QuoteFilter::default() };
        assert!(query::quotes(&ann, &of_works, &page).await.unwrap().into_rows().is_empty());
        assert_eq!(query::quotes(&s.bea, &of_works, &page).await.unwrap().into_rows().len(), 1);
        // Who left the company reaches what it asked for no more; its admins do.
        let asked = quote_request(&ann, QuoteRequest { idempotency_key: "ann".to_owned(), ..asking(&s.works, vec![wanted(s.lamp, 1)]) });
        let asked = asked.await.unwrap().remove(0);
        let theirs = quote_offer(&s.anna.staff, offering(&asked, &[(800, None)], None)).await.unwrap();
        let accept = accepting(&ann, &theirs, "k2").await;
        customers::company_member_remove(&s.bea, joined.id).await.unwrap();
        assert_eq!(code(quote_accept(&ann, accept.clone()).await), "NOT_FOUND");
        assert_eq!(code(quote_ask_change(&ann, said(&theirs, "more")).await), "NOT_FOUND");
        assert!(query::quotes(&ann, &QuoteFilter::default(), &page).await.unwrap().into_rows().is_empty());
        assert_eq!(s.m.available(&s.anna, "A1").await, 50, "nothing was reserved");
        let order = quote_accept(&s.bea, accept).await.unwrap();
        assert_eq!((order.customer_id, order.company_id), (s.bea.actor().customer(), Some(s.works.id)));
        s.m.verify().await;
    }

    async fn what_cannot_be_sold_any_more_is_neither_offered_nor_accepted(t: TestEnv) {
        let s = stage(t).await;
        let offered = s.offered(2, 900).await;
        let accept = accepting(&s.bea, &offered, "k1").await;
        let again = || QuoteRequest { idempotency_key: "again".to_owned(), ..asking(&s.works, vec![wanted(s.lamp, 1)]) };
        // Too few are left: the offer stands, the order has to wait.
        s.anna.stock("A1", s.anna.one, 1).await;
        assert_eq!(code(quote_accept(&s.bea, accept.clone()).await), "OUT_OF_STOCK");
        s.anna.stock("A1", s.anna.one, 50).await;
        let offer = offers::by_ids(&s.anna.staff, &[s.lamp]).await.unwrap().remove(&s.lamp).unwrap();
        let channels = vec![offered.quote.row.channel_id];
        products_unpublish(&s.m.t.operator(), Publish { products: vec![offer.product_id], channels, expected_version: None }).await.unwrap();
        assert_eq!(code(quote_accept(&s.bea, accept.clone()).await), "PRODUCT_NOT_PUBLISHED");
        assert_eq!(named(quote_request(&s.bea, again()).await), at("PRODUCT_NOT_PUBLISHED", "lines.0.offerId"));
        let revised = offering(&s.seen(&s.anna.staff, &offered).await, &[(800, None)], None);
        assert_eq!(named(quote_offer(&s.anna.staff, revised).await), at("PRODUCT_NOT_PUBLISHED", "lines.0.lineId"));
    }

    async fn a_merchant_that_leaves_sells_nothing_by_quote(t: TestEnv) {
        let s = stage(t).await;
        let offered = s.offered(2, 900).await;
        let accept = accepting(&s.bea, &offered, "k1").await;
        let leave = ChangeStatus { id: s.anna.id, expected_version: 1, reason_code: None, reason: Some("gone".to_owned()) };
        merchants::offboard(&s.m.t.operator(), leave).await.unwrap();
        assert_eq!(code(quote_accept(&s.bea, accept).await), "MERCHANT_CANNOT_SELL");
        let again = QuoteRequest { idempotency_key: "again".to_owned(), ..asking(&s.works, vec![wanted(s.lamp, 1)]) };
        assert_eq!(named(quote_request(&s.bea, again).await), at("MERCHANT_CANNOT_SELL", "lines.0.offerId"));
        let revised = offering(&s.seen(&s.m.t.operator(), &offered).await, &[(800, None)], None);
        assert_eq!(named(quote_offer(&s.m.t.operator(), revised).await), at("MERCHANT_CANNOT_SELL", "lines.0.lineId"));
    }

    async fn what_was_agreed_is_what_is_paid(t: TestEnv) {
        let s = stage(t).await;
        let asked = s.asked(3).await;
        let offered = quote_offer(&s.anna.staff, offering(&asked, &[(900, None)], Some(1000))).await.unwrap();
        let accept = accepting(&s.bea, &offered, "k1").await;
        for wrong in [
            QuoteAccept { expected_total_minor: 1, ..accept.clone() },
            QuoteAccept { plan_hash: "0".repeat(32), ..accept.clone() },
        ] {
            assert_eq!(code(quote_accept(&s.bea, wrong).await), "PLAN_CHANGED");
        }
        // The price of delivery holds for the way the merchant sends it.
        let choice = DeliveryChoice { consignment: "*".to_owned(), method: s.bea.new_id(), pickup_point: None };
        let chosen = QuoteAccept { choices: vec![choice], ..accept.clone() };
        assert_eq!(named(quote_accept(&s.bea, chosen).await), at("NOT_CHOOSABLE", "delivery"));
        let order = quote_accept(&s.bea, accept.clone()).await.unwrap();
        assert_eq!(quote_accept(&s.bea, accept.clone()).await.unwrap().id, order.id, "the same key again");
        let other = QuoteAccept { po_number: Some("PO-8".to_owned()), ..accept };
        assert_eq!(code(quote_accept(&s.bea, other).await), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!((order.goods_minor, order.delivery_minor, order.discount_minor), (2700, 1000, 0));
        s.m.verify().await;
    }

    async fn who_asked_is_forgotten_and_what_was_offered_stays(t: TestEnv) {
        let s = stage(t).await;
        let open = s.offered(1, 900).await;
        quote_ask_change(&s.bea, said(&open, "Bea wants more")).await.unwrap();
        let customer = s.bea.actor().customer().unwrap();
        erase_buyer(&s.m.t.system(), customer).await.unwrap();
        let seen: SeenQuote = s.seen(&s.m.t.operator(), &open).await;
        let row = &seen.quote.row;
        assert_eq!((row.state, row.buyer_name.as_str(), row.note.as_deref()), (QuoteState::Withdrawn, "Erased", None));
        assert_eq!((row.ship_to.name.as_str(), row.ship_to.line1.as_str(), row.ship_to.country.as_str()), ("Erased", "", "DE"));
        assert_eq!(seen.quote.offer.as_ref().unwrap().goods_minor, 900);
        let steps = query::steps_by_quotes(&s.m.t.operator(), &[row.id]).await.unwrap().remove(&row.id).unwrap();
        assert!(steps.iter().all(|step| step.words.is_none() && !step.actor_name.contains("Bea")));
        assert_eq!(code(quote_withdraw(&s.bea, said(&seen, "")).await), "INVALID_TRANSITION");
        erase_buyer(&s.m.t.system(), customer).await.unwrap();
    }
}

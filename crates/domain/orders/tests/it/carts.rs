//! Filling carts.

use access::Scope;
use chrono::Duration;
use kernel::Fault;
use kernel::id::{OfferId, TypedId as _};
use kernel::{Currency, Money};
use orders::command::{
    CartAccess, QuantityChange, cart_create as create, cart_lines_add, cart_lines_set, carts_forget,
};
use orders::model::cart::{LINES_MAX, NewLine, QUANTITY_MAX};
use orders::query;

use crate::support::{Market, cart_create, code, new_line};

testkit::both_databases! {
    async fn a_cart_is_opened_by_its_secret_its_buyer_and_the_operator_only(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 10).await;
        let buyer = crate::companies::buyer(&m.t, "bea@example.org").await;
        let (cart, access) = m.cart(&buyer, &[(offer, 1)]).await;
        let open = CartAccess { id: cart.id, token: None };
        assert!(query::cart(&buyer, &open).await.is_ok());
        assert!(query::cart(&m.t.operator(), &open).await.is_ok());
        assert!(query::cart(&m.t.anonymous(), &access).await.is_ok());
        assert_eq!(query::newest_cart_of_mine(&buyer).await.unwrap().map(|cart| cart.id), Some(cart.id));
        let guess = CartAccess { id: cart.id, token: Some("guess".to_owned()) };
        for stranger in [m.t.anonymous(), m.t.merchant(shop.id), m.t.buyer(m.t.system().new_id())] {
            assert_eq!(code(query::cart(&stranger, &open).await), "NOT_FOUND");
            assert_eq!(code(query::cart(&stranger, &guess).await), "NOT_FOUND");
            assert_eq!(code(cart_lines_add(&stranger, &guess, vec![new_line(offer, 1)]).await), "NOT_FOUND");
        }
    }

    async fn lines_are_merged_changed_and_taken_out(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let (one, two) = (m.goods(&shop, "A1", 1000, 10).await, m.goods(&shop, "A2", 500, 10).await);
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(one, 1)]).await;
        let cart = cart_lines_add(&ctx, &access, vec![new_line(one, 2), new_line(two, 1)]).await.unwrap();
        assert_eq!(cart.lines.iter().map(|l| l.quantity).collect::<Vec<_>>(), [3, 1]);
        let set = |quantity| vec![QuantityChange { line: cart.lines[0].id, quantity }];
        let cart = cart_lines_set(&ctx, &access, set(0)).await.unwrap();
        assert_eq!(cart.lines.len(), 1);
        assert_eq!(query::cart(&ctx, &access).await.unwrap(), cart);
        assert_eq!(code(cart_lines_set(&ctx, &access, set(1)).await), "NOT_FOUND");
    }

    async fn bad_lines_are_named_and_nothing_is_added(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 10).await;
        let ctx = m.t.anonymous();
        let (_, access) = m.cart(&ctx, &[(offer, 1)]).await;
        for quantity in [0, -1, QUANTITY_MAX + 1, i64::MAX] {
            let error = cart_lines_add(&ctx, &access, vec![new_line(offer, quantity)]).await.unwrap_err();
            assert_eq!((error.code(), error.field().as_deref()), ("OUT_OF_RANGE", Some("lines.0.quantity")));
        }
        let unknown = OfferId::from_uuid(uuid::Uuid::from_u128(7));
        let error = cart_lines_add(&ctx, &access, vec![new_line(offer, 1), new_line(unknown, 1)]).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("UNKNOWN", Some("lines.1.offerId")));
        let many = vec![new_line(offer, 1); 10_000];
        assert_eq!(code(cart_lines_add(&ctx, &access, many).await), "TOO_MANY");
        assert_eq!(query::cart(&ctx, &access).await.unwrap().lines[0].quantity, 1);
        let mut wrong = cart_create(vec![]);
        wrong.channel = "mars".to_owned();
        assert_eq!(code(create(&ctx, wrong).await), "UNKNOWN");
        let mut wrong = cart_create(vec![]);
        wrong.currency = Some("JPY".parse().unwrap());
        assert_eq!(code(create(&ctx, wrong).await), "NOT_IN_CHANNEL");
    }

    async fn delivery_prices_come_from_trusted_storefronts_only(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, LINES_MAX as i64 + 9).await;
        let quote = Some(Money::new(77, Currency::EUR));
        let quoted = |n| vec![NewLine { offer, quantity: 1, delivery_quote: quote }; n];
        assert_eq!(code(create(&m.t.anonymous(), cart_create(quoted(1))).await), "UNAUTHENTICATED");
        assert_eq!(code(create(&m.t.merchant(shop.id), cart_create(quoted(1))).await), "FORBIDDEN");
        let storefront = m.t.seated(Scope::Public, "storefront");
        // Minor units of another currency must never pass for those of the cart.
        let foreign = NewLine { offer, quantity: 1, delivery_quote: Some(Money::new(77, Currency::USD)) };
        assert_eq!(code(create(&storefront, cart_create(vec![foreign])).await), "CURRENCY_MISMATCH");
        let created = create(&storefront, cart_create(quoted(3))).await.unwrap();
        let access = CartAccess { id: created.cart.id, token: Some(created.token) };
        let plan = m.plan(&storefront, &access).await;
        assert_eq!((plan.lines.len(), plan.totals.delivery), (3, 231));
        let full = create(&storefront, cart_create(quoted(LINES_MAX))).await.unwrap();
        let access = CartAccess { id: full.cart.id, token: Some(full.token) };
        let error = cart_lines_add(&storefront, &access, quoted(1)).await.unwrap_err();
        assert_eq!(error.code(), "TOO_MANY");
        let plan = m.plan(&storefront, &access).await;
        let order = orders::command::place(&storefront, crate::support::place(&access, &plan, "k", "card_sandbox")).await;
        assert_eq!(order.unwrap().delivery_minor, 77 * LINES_MAX as i64);
        m.verify().await;
    }

    async fn carts_are_forgotten_after_their_time(t: TestEnv) {
        let m = Market::new(t).await;
        let (cart, access) = m.cart(&m.t.anonymous(), &[]).await;
        assert_eq!(carts_forget(&m.t.system(), 100).await.unwrap(), 0);
        m.t.clock.advance(Duration::days(31));
        assert_eq!(carts_forget(&m.t.system(), 100).await.unwrap(), 1);
        assert_eq!(code(query::cart(&m.t.anonymous(), &access).await), "NOT_FOUND");
        let _ = cart;
    }
}

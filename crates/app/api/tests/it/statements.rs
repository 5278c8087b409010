//! How many statements the heaviest documents cost. A list costs the same for two rows and for six.
//!
//! On one thread, as the workers of the server: with more of them a batch may be sent before its level is complete.

use context::Ctx;
use serde_json::{Value, json};
use testkit::TestEnv;

use crate::bazaar::{
    self, ASKED, Bazaar, CHECKOUT, DELIVERY, FINANCE, INTEGRATIONS, MERCHANTS, OFFERS, ONBOARDING, ORDERS, PARTS,
    PRODUCTS, QUOTES, ROWS,
};

/// What an operation cost.
struct Cost {
    operation: &'static str,
    statements: u64,
    sent: Vec<String>,
    answer: Value,
}

/// Runs an operation twice and counts the statements of the second run: what the process keeps is there by then.
async fn cost(t: &TestEnv, ctx: &Ctx, document: &str, operation: &'static str, variables: Value) -> Cost {
    bazaar::run(ctx, document, operation, variables.clone()).await;
    once(t, ctx, document, operation, variables).await
}

async fn once(t: &TestEnv, ctx: &Ctx, document: &str, operation: &'static str, variables: Value) -> Cost {
    let recorder = t.world.db.recorder();
    recorder.start();
    let before = recorder.count();
    let answer = bazaar::run(ctx, document, operation, variables).await;
    let statements = recorder.count() - before;
    let sent = recorder.stop().into_iter().map(|statement| statement.sql).collect();
    Cost { operation, statements, sent, answer }
}

/// Every cost is as pinned; names the statements of those that moved.
fn all_as_pinned(found: &[(Cost, u64)]) {
    let moved = found.iter().filter(|(cost, pinned)| cost.statements != *pinned);
    let told = moved.map(|(cost, pinned)| {
        let (operation, now, sent) = (cost.operation, cost.statements, cost.sent.join("\n  "));
        format!("{operation}: {now} statements, pinned {pinned}\n  {sent}")
    });
    let told: Vec<String> = told.collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

testkit::both_databases! { on one thread:
    async fn documents_cost_the_same_however_many_rows_there_are(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let t = &bazaar.t;
        let (buyer, operator, seller) = (t.anonymous(), t.operator(), t.merchant(bazaar.sellers[0]));
        let company = bazaar.quotes().await.buyer;
        bazaar.hook(&seller, ROWS).await;
        let lists = [
            // The stamp of the marketplace, the page, products, variants, images, offers, what their merchants may,
            // stock, the names of merchants.
            (&buyer, PRODUCTS, "StorefrontProducts", "storefrontProducts", 9),
            // The page, and eight for the parts: the parts, their lines, what is sent from where, parcels and
            // refunds, the last three with lines.
            (&operator, ORDERS, "Orders", "orders", 9),
            (&seller, PARTS, "MerchantOrders", "merchantOrders", 9),
            // The page, lines, offers.
            (&seller, QUOTES, "Quotes", "quotes", 3),
            // The same, and the companies of the buyer.
            (&company, ASKED, "Quotes", "quotes", 4),
            // The page, prices, stock, locations.
            (&seller, OFFERS, "Offers", "offers", 4),
            // The page, balances.
            (&operator, MERCHANTS, "MerchantsWithBalances", "merchants", 2),
            // The page, tries.
            (&operator, INTEGRATIONS, "WebhookDeliveries", "webhookDeliveries", 2),
            (&seller, INTEGRATIONS, "WebhookDeliveries", "webhookDeliveries", 2),
            // The page, entries, accounts.
            (&operator, FINANCE, "LedgerJournal", "ledgerTransactions", 3),
        ];
        let mut found = Vec::new();
        for (ctx, document, operation, field, pinned) in lists {
            let of = |first: usize| cost(t, ctx, document, operation, json!({ "channel": "web", "first": first }));
            let (few, many) = (of(2).await, of(ROWS).await);
            for (cost, rows) in [(&few, 2), (&many, ROWS)] {
                assert_eq!(cost.answer[field]["edges"].as_array().unwrap().len(), rows, "{operation}");
            }
            assert_eq!(few.statements, many.statements, "{operation}: 2 rows and {ROWS}");
            found.push((many, pinned));
        }
        let small = bazaar.cart(&[(0, 0), (1, 0)]).await;
        let large = bazaar.cart(&[(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]).await;
        let cart_of = |cart: &bazaar::OpenCart| json!({ "id": cart.id, "token": cart.token });
        let few = cost(t, &buyer, CHECKOUT, "Cart", cart_of(&small)).await;
        let many = cost(t, &buyer, CHECKOUT, "Cart", cart_of(&large)).await;
        assert_eq!(few.statements, many.statements, "a cart of 2 lines and of 6");
        found.push((many, 9));
        let slug = json!({ "slug": bazaar.slug, "channel": "web" });
        found.push((cost(t, &buyer, PRODUCTS, "StorefrontProduct", slug).await, 11));
        found.push((cost(t, &operator, ORDERS, "Order", json!({ "id": bazaar.orders[0] })).await, 15));

        let five = bazaar.cart(&[(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]).await;
        let place = json!({ "input": five.placement("five lines of three merchants") });
        let placed = once(t, &buyer, CHECKOUT, "OrderPlace", place).await;
        assert_eq!(placed.answer["orderPlace"]["userErrors"], json!([]));
        assert_eq!(placed.answer["orderPlace"]["order"]["merchantOrders"].as_array().unwrap().len(), 3);
        // One of them holds the rows of the merchants, so that none is blocked before the order is there.
        found.push((placed, 33));

        // What merchants ask for delivery is one more statement for all of them, and none where nobody may ask.
        let method = bazaar.lets_merchants_price().await;
        let few = cost(t, &buyer, CHECKOUT, "Cart", cart_of(&small)).await;
        let many = cost(t, &buyer, CHECKOUT, "Cart", cart_of(&large)).await;
        assert_eq!(few.statements, many.statements, "with prices of merchants");
        found.push((many, 10));
        // The rows, and the stamp of the marketplace.
        let priced = cost(t, &seller, DELIVERY, "MerchantDeliveryRates", json!({ "first": 10 })).await;
        let row = &priced.answer["merchantDeliveryRates"]["edges"][0]["node"];
        assert_eq!((&row["deliveryMethodId"], &row["inForce"]), (&json!(method), &json!(true)));
        found.push((priced, 2));
        // The page, plans, the newest agreements, and of all merchants acceptances, tax ids, documents, waivers, progress.
        for n in 0..ROWS {
            let input = json!({ "name": format!("New {n}"), "contactEmail": "new@example.org", "country": "DE" });
            bazaar::run(&operator, MERCHANTS, "MerchantCreate", json!({ "input": input })).await;
        }
        let few = cost(t, &operator, ONBOARDING, "MerchantsComing", json!({ "first": 2 })).await;
        let many = cost(t, &operator, ONBOARDING, "MerchantsComing", json!({ "first": ROWS })).await;
        assert_eq!(many.answer["merchantsComing"]["edges"].as_array().unwrap().len(), ROWS);
        assert_eq!(few.statements, many.statements, "merchants that come");
        found.push((many, 8));
        all_as_pinned(&found);
    }
}

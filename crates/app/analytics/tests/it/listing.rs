//! What storefronts list.

use analytics::storefront::{self, AttributeFilter, ListingQuery, Sort};
use catalog::command::{AttributeCreate, CategoryCreate, attribute_create, category_create};
use catalog::model::{AttributeKind, AttributeRules, ProductInput, ValueInput, VariantInput};
use inventory::{LocationCreate, StockSet, StockSetLine};
use kernel::id::{ChannelId, LocationId, MerchantId, ProductId};
use kernel::{Currency, Fault as _, PageArgs};
use merchants::ChangeStatus;
use testkit::TestEnv;

use crate::world::{channel, draft, euros, merchant, of, offer, publish};

async fn location(t: &TestEnv, merchant: MerchantId) -> LocationId {
    let (code, name, country) = ("main".to_owned(), "Main".to_owned(), "DE".to_owned());
    let input = LocationCreate { merchant_id: None, code, name, country, priority: 1 };
    inventory::location_create(&t.merchant(merchant), input).await.unwrap().id
}

async fn stock(t: &TestEnv, merchant: MerchantId, location_id: LocationId, sku: &str, on_hand: i64) {
    let lines = vec![StockSetLine { sku: sku.to_owned(), location_id, on_hand, safety: None }];
    let input = StockSet { merchant_id: None, lines, reference: None };
    assert_eq!(inventory::stock_set(&t.merchant(merchant), input).await.unwrap().errors, []);
}

async fn ids(t: &TestEnv, query: &ListingQuery) -> Vec<ProductId> {
    let page = storefront::list(&t.anonymous(), query, &PageArgs::first(50)).await.unwrap();
    page.into_rows().into_iter().map(|row| row.product_id).collect()
}

async fn is_up_to_date(t: &TestEnv) {
    assert_eq!(storefront::check(t.world.db.read()).await.unwrap(), Vec::<String>::new());
}

fn in_euros(channel: ChannelId) -> ListingQuery {
    ListingQuery::all(channel, Currency::EUR)
}

testkit::both_databases! {
    async fn the_listing_follows_offers_stock_and_merchants(t: TestEnv) {
        let (acme, rival) = (merchant(&t, "Acme").await, merchant(&t, "Rival").await);
        let (web, app) = (channel(&t, "web").await, channel(&t, "app").await);
        let place = location(&t, rival.id).await;
        let (product, variant) = draft(&t.merchant(acme.id), "Lamp").await;
        offer(&t, acme.id, euros("L-1", variant, 1500)).await;
        let system = t.system();
        storefront::refresh(&system, &[product]).await.unwrap();
        assert_eq!(ids(&t, &in_euros(web)).await, []);
        publish(&t, &[product], web).await;
        assert_eq!(storefront::check(t.world.db.read()).await.unwrap().len(), 1);
        storefront::refresh(&system, &[product, product]).await.unwrap();
        assert_eq!((ids(&t, &in_euros(web)).await, ids(&t, &in_euros(app)).await), (vec![product], vec![]));
        assert_eq!(ids(&t, &ListingQuery::all(web, Currency::USD)).await, []);
        // A dearer offer that is in stock sets the price.
        offer(&t, rival.id, euros("R-1", variant, 1900)).await;
        stock(&t, rival.id, place, "R-1", 2).await;
        storefront::refresh(&system, &[product]).await.unwrap();
        let listed = storefront::list(&t.anonymous(), &in_euros(web), &PageArgs::first(5)).await.unwrap().into_rows();
        assert_eq!((listed[0].price_minor, listed[0].available), (1900, true));
        is_up_to_date(&t).await;
        // Again it writes nothing.
        let recorder = t.world.db.recorder();
        recorder.start();
        storefront::refresh(&system, &[product]).await.unwrap();
        assert!(recorder.stop().iter().all(|s| !s.sql.starts_with("INSERT") && !s.sql.starts_with("DELETE")));
        for shop in [acme, rival] {
            let reason = Some("fraud".to_owned());
            let suspend = ChangeStatus { id: shop.id, expected_version: shop.version, reason_code: None, reason };
            merchants::suspend(&t.operator(), suspend).await.unwrap();
        }
        storefront::rebuild(&system).await.unwrap();
        assert_eq!(ids(&t, &in_euros(web)).await, []);
        is_up_to_date(&t).await;
        assert_eq!(storefront::rebuild(&t.anonymous()).await.unwrap_err().code(), "UNAUTHENTICATED");
    }

    async fn filters_must_all_be_met(t: TestEnv) {
        let acme = merchant(&t, "Acme").await;
        let web = channel(&t, "web").await;
        let place = location(&t, acme.id).await;
        let (staff, admin) = (t.merchant(acme.id), t.operator());
        let category = |parent_id, name: &str| CategoryCreate { parent_id, name: name.to_owned(), slug: None, position: 0 };
        let home = category_create(&admin, category(None, "Home")).await.unwrap().id;
        let lamps = category_create(&admin, category(Some(home), "Lamps")).await.unwrap().id;
        for (code, kind) in [("color", AttributeKind::Text), ("watts", AttributeKind::Number)] {
            let (code, name, rules) = (code.to_owned(), code.to_owned(), AttributeRules::default());
            let input = AttributeCreate { code, name, kind, unit: None, rules, filterable: true, position: 0 };
            attribute_create(&admin, input).await.unwrap();
        }
        let make = |title: &str, sku: &str, category, color: &str, watts: &str| ProductInput {
            title: title.to_owned(),
            description: format!("{title} for the evening"),
            categories: vec![category],
            values: [("color", color), ("watts", watts)].into_iter()
                .map(|(code, value)| ValueInput { attribute: code.to_owned(), value: value.to_owned() }).collect(),
            variants: vec![VariantInput { sku: sku.to_owned(), ..VariantInput::default() }],
            ..ProductInput::default()
        };
        let (lamp, lamp_variant) = of(&staff, make("Crème Lamp", "LMP-1", lamps, "Blå", "7.5")).await;
        let (vase, vase_variant) = of(&staff, make("Vase 50%", "VAS-1", home, "Red", "60")).await;
        offer(&t, acme.id, euros("LMP-1", lamp_variant, 1500)).await;
        offer(&t, acme.id, euros("VAS-1", vase_variant, 2500)).await;
        stock(&t, acme.id, place, "LMP-1", 1).await;
        publish(&t, &[lamp, vase], web).await;
        storefront::refresh(&t.system(), &[lamp, vase]).await.unwrap();
        is_up_to_date(&t).await;
        let all = in_euros(web);
        let with = |change: &dyn Fn(&mut ListingQuery)| { let mut query = all.clone(); change(&mut query); query };
        let attribute = |code: &str, values: &[&str], min_micro, max_micro| AttributeFilter {
            code: code.to_owned(), values: values.iter().map(ToString::to_string).collect(), min_micro, max_micro,
        };
        let cases: Vec<(ListingQuery, Vec<ProductId>)> = vec![
            (with(&|q| q.category_id = Some(lamps)), vec![lamp]),
            (with(&|q| { q.category_id = Some(home); q.sort = Sort::PriceDesc }), vec![vase, lamp]),
            (with(&|q| { q.category_id = Some(home); q.sort = Sort::PriceAsc }), vec![lamp, vase]),
            (with(&|q| q.sort = Sort::Title), vec![lamp, vase]),
            (with(&|q| q.text = Some("EVENING creme".into())), vec![lamp]),
            (with(&|q| q.text = Some("vas-1".into())), vec![vase]),
            (with(&|q| q.text = Some("50%".into())), vec![vase]),
            (with(&|q| q.text = Some("%".into())), vec![vase]),
            (with(&|q| q.text = Some("_".into())), vec![]),
            (with(&|q| q.available_only = true), vec![lamp]),
            (with(&|q| q.min_price_minor = Some(1501)), vec![vase]),
            (with(&|q| q.max_price_minor = Some(1500)), vec![lamp]),
            (with(&|q| q.attributes = vec![attribute("color", &["BLÅ", "green"], None, None)]), vec![lamp]),
            (with(&|q| q.attributes = vec![attribute("watts", &[], Some(8_000_000), None)]), vec![vase]),
            (with(&|q| q.attributes = vec![attribute("watts", &[], None, Some(7_500_000))]), vec![lamp]),
            (with(&|q| { q.attributes = vec![attribute("color", &["red"], None, None), attribute("watts", &[], None, Some(10))] }), vec![]),
        ];
        for (query, wanted) in cases {
            assert_eq!(ids(&t, &query).await, wanted, "{query:?}");
        }
    }

    async fn every_order_pages_without_gaps(t: TestEnv) {
        let acme = merchant(&t, "Acme").await;
        let web = channel(&t, "web").await;
        let mut products = Vec::new();
        for n in 0..7_i64 {
            let (product, variant) = draft(&t.merchant(acme.id), &format!("Thing {n}")).await;
            offer(&t, acme.id, euros(&format!("T-{n}"), variant, 100 + n % 3)).await;
            products.push(product);
        }
        publish(&t, &products, web).await;
        storefront::refresh(&t.system(), &products).await.unwrap();
        for sort in [Sort::Newest, Sort::Title, Sort::PriceAsc, Sort::PriceDesc] {
            let query = ListingQuery { sort, ..in_euros(web) };
            let (mut after, mut seen) = (None, Vec::new());
            loop {
                let args = PageArgs::new(Some(2), after).unwrap();
                let page = storefront::list(&t.anonymous(), &query, &args).await.unwrap();
                after = page.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
                let more = page.has_next;
                seen.extend(page.into_rows().into_iter().map(|row| row.product_id));
                if !more {
                    break;
                }
            }
            assert_eq!(seen, ids(&t, &query).await, "{sort:?}");
            seen.sort();
            assert_eq!(seen, products, "{sort:?}");
            let other = PageArgs::new(Some(2), Some("nonsense".to_owned())).unwrap();
            assert_eq!(storefront::list(&t.anonymous(), &query, &other).await.unwrap_err().code(), "BAD_CURSOR");
        }
    }
}

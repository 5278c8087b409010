//! The catalog through the documents: a merchant writes, the operator publishes, a storefront shows.

use async_graphql::{Request, Variables};
use context::Ctx;
use serde_json::{Value, json};
use testkit::TestEnv;

const MERCHANT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../graphql/operations/merchant/products.graphql");
const OPERATOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../graphql/operations/operator/catalog.graphql");
const STOREFRONT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../graphql/operations/storefront/catalog.graphql");

async fn run(ctx: &Ctx, file: &str, operation: &str, variables: Value) -> Value {
    let request = Request::new(std::fs::read_to_string(file).unwrap())
        .operation_name(operation)
        .variables(Variables::from_json(variables))
        .data(api::Loaders::new(ctx.clone()))
        .data(ctx.clone());
    let answer = serde_json::to_value(api::build(api::Services::default()).execute(request).await).unwrap();
    assert!(answer["data"].is_object() || answer["errors"].is_array(), "{answer}");
    answer
}

fn input(value: Value) -> Value {
    json!({ "input": value })
}

fn shirt() -> Value {
    json!({
        "title": "Linen Shirt", "brand": "Linea",
        "values": [{ "attribute": "fabric", "value": "linen" }],
        "images": [{ "url": "https://img.example/shirt.jpg", "alt": "A shirt" }],
        "variants": [
            { "sku": "LS-S", "options": [{ "name": "Size", "value": "S" }], "weightG": 240 },
            { "sku": "LS-M", "options": [{ "name": "Size", "value": "M" }], "gtin": "4006381333931" },
        ],
    })
}

async fn channel(t: &TestEnv) -> (String, String) {
    let input = marketplace::command::CreateChannel {
        code: "shop".to_owned(),
        name: "Shop".to_owned(),
        currencies: vec![kernel::Currency::EUR],
        default_currency: None,
        locales: vec!["en".to_owned()],
        default_locale: None,
        country: "DE".to_owned(),
        prices_include_tax: true,
        rounding: kernel::Rounding::HalfUp,
        active: true,
    };
    let channel = marketplace::command::create_channel(&t.operator(), input).await.unwrap();
    (channel.id.to_string(), channel.code)
}

testkit::both_databases! {
    async fn a_product_goes_from_its_owner_to_the_storefront(t: TestEnv) {
        let (ann, operator, nobody) = (t.merchant(t.system().new_id()), t.operator(), t.anonymous());
        let (channel, code) = channel(&t).await;
        let options = json!([{ "code": "linen", "label": "Linen" }]);
        let fabric = json!({ "code": "fabric", "name": "Fabric", "kind": "SELECT", "rules": { "options": options } });
        let made = run(&operator, OPERATOR, "AttributeCreate", input(fabric)).await;
        assert_eq!(made["data"]["attributeCreate"]["userErrors"], json!([]));
        let category = run(&operator, OPERATOR, "CategoryCreate", input(json!({ "name": "Shirts" }))).await;
        let mut product = shirt();
        product["categoryIds"] = json!([category["data"]["categoryCreate"]["category"]["id"]]);
        let made = run(&ann, MERCHANT, "ProductCreate", input(json!({ "product": product }))).await;
        let product = &made["data"]["productCreate"]["product"];
        assert_eq!((&product["status"], &product["allowedActions"]), (&json!("DRAFT"), &json!(["EDIT", "SUBMIT", "ARCHIVE"])));
        let sent = run(&ann, MERCHANT, "ProductSubmit", input(json!({ "id": product["id"] }))).await;
        assert_eq!(sent["data"]["productSubmit"]["product"]["status"], "IN_REVIEW");
        let shown = json!({ "slug": "linen-shirt", "channel": code });
        let hidden = run(&nobody, STOREFRONT, "ProductBySlug", shown.clone()).await;
        assert_eq!(hidden["data"]["productBySlug"], Value::Null);
        let both = json!({ "productIds": [product["id"]], "channelIds": [channel] });
        let denied = run(&ann, OPERATOR, "ProductsPublish", input(both.clone())).await;
        assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let live = run(&operator, OPERATOR, "ProductsPublish", input(both)).await;
        assert_eq!(live["data"]["productsPublish"]["products"][0]["channelIds"], json!([channel]));
        let page = run(&nobody, STOREFRONT, "ProductBySlug", shown).await;
        let page = &page["data"]["productBySlug"];
        assert_eq!(page["values"], json!([{ "attribute": { "code": "fabric", "name": "Fabric", "unit": null }, "value": "linen", "display": "Linen" }]));
        assert_eq!(page["variants"][1]["options"], json!([{ "name": "Size", "value": "M" }]));
        assert_eq!((&page["images"][0]["url"], &page["categories"][0]["name"]), (&json!("https://img.example/shirt.jpg"), &json!("Shirts")));
        let history = run(&ann, MERCHANT, "ProductHistory", json!({ "id": product["id"] })).await;
        let actions: Vec<&Value> = history["data"]["product"]["history"]["edges"].as_array().unwrap().iter().map(|e| &e["node"]["action"]).collect();
        assert_eq!(actions, ["published", "submitted", "created"]);
        let foreign = run(&t.merchant(t.system().new_id()), MERCHANT, "ProductHistory", json!({ "id": product["id"] })).await;
        assert_eq!(foreign["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }

    async fn faults_name_the_field_of_the_input(t: TestEnv) {
        let ann = t.merchant(t.system().new_id());
        let at = async |product: Value| {
            let answer = run(&ann, MERCHANT, "ProductCreate", input(json!({ "product": product }))).await;
            let error = &answer["data"]["productCreate"]["userErrors"][0];
            (error["code"].as_str().unwrap_or_default().to_owned(), error["field"].clone())
        };
        let unknown = json!(["input", "product", "values", "0", "attribute"]);
        assert_eq!(at(shirt()).await, ("UNKNOWN_ATTRIBUTE".to_owned(), unknown));
        let variants = json!([{ "sku": "A", "gtin": "4006381333932" }]);
        let gtin = json!(["input", "product", "variants", "0", "gtin"]);
        assert_eq!(at(json!({ "title": "T", "variants": variants })).await, ("GTIN_CHECKSUM".to_owned(), gtin));
        let category = json!(["input", "product", "categoryIds", "0"]);
        let missing = t.system().new_id::<kernel::id::CategoryId>().to_string();
        assert_eq!(at(json!({ "title": "T", "categoryIds": [missing] })).await, ("UNKNOWN_CATEGORY".to_owned(), category.clone()));
        assert_eq!(at(json!({ "title": "T", "categoryIds": ["x"] })).await, ("MALFORMED_ID".to_owned(), category));
        let image = json!(["input", "product", "images", "0"]);
        assert_eq!(at(json!({ "title": "T", "images": [{}] })).await, ("MALFORMED".to_owned(), image));
        let rows = json!([{ "title": "T", "externalHandle": "t" }, { "title": "", "externalHandle": "u" }]);
        let answer = run(&ann, MERCHANT, "ProductsUpsert", input(json!({ "products": rows }))).await;
        let rows = &answer["data"]["productsUpsert"]["rows"];
        assert_eq!((&rows[0]["outcome"], &rows[1]["outcome"]), (&json!("CREATED"), &json!("REJECTED")));
        assert_eq!(rows[1]["userErrors"][0]["field"], json!(["title"]));
        let all = run(&t.anonymous(), MERCHANT, "Products", json!({})).await;
        assert_eq!(all["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}

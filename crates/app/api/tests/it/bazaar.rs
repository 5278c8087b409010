//! A small marketplace with everything in it, made through the documents that the repository offers: six merchants,
//! six products, six orders with parcels and refunds, six entries in the ledger.

use async_graphql::{Request, Response, Variables};
use context::Ctx;
use kernel::id::{MerchantId, OrderId, ProductId};
use serde_json::{Value, json};
use testkit::TestEnv;

pub const DELIVERY: &str = include_str!("../../../../../graphql/operations/merchant/delivery.graphql");
pub const MARKET: &str = include_str!("../../../../../graphql/operations/operator/marketplace.graphql");
pub const CHECKOUT: &str = include_str!("../../../../../graphql/operations/storefront/checkout.graphql");
pub const PRODUCTS: &str = include_str!("../../../../../graphql/operations/storefront/products.graphql");
pub const OFFERS: &str = include_str!("../../../../../graphql/operations/merchant/offers.graphql");
pub const PARTS: &str = include_str!("../../../../../graphql/operations/merchant/orders.graphql");
pub const COMPANIES: &str = include_str!("../../../../../graphql/operations/operator/companies.graphql");
pub const ORDERS: &str = include_str!("../../../../../graphql/operations/operator/orders.graphql");
pub const MERCHANTS: &str = include_str!("../../../../../graphql/operations/operator/merchants.graphql");
pub const ONBOARDING: &str = include_str!("../../../../../graphql/operations/operator/onboarding.graphql");
pub const PEOPLE: &str = include_str!("../../../../../graphql/operations/operator/people.graphql");
pub const FINANCE: &str = include_str!("../../../../../graphql/operations/operator/finance.graphql");
pub const QUOTES: &str = include_str!("../../../../../graphql/operations/merchant/quotes.graphql");
pub const ASKED: &str = include_str!("../../../../../graphql/operations/storefront/quotes.graphql");
pub const INTEGRATIONS: &str = include_str!("../../../../../graphql/operations/operator/integrations.graphql");
pub const SYNC: &str = include_str!("../../../../../graphql/operations/operator/sync.graphql");
pub const TASKS: &str = include_str!("../../../../../graphql/operations/operator/tasks.graphql");
const ACCOUNT: &str = include_str!("../../../../../graphql/operations/storefront/account.graphql");
const COMPANY: &str = include_str!("../../../../../graphql/operations/storefront/companies.graphql");
const STOCK: &str = include_str!("../../../../../graphql/operations/merchant/stock.graphql");

/// How many there are of what lists show.
pub const ROWS: usize = 6;
/// How many of the merchants sell.
const SELLERS: usize = 3;

pub async fn execute(ctx: &Ctx, document: &str, operation: &str, variables: Value) -> Response {
    let request = Request::new(document)
        .operation_name(operation)
        .variables(Variables::from_json(variables))
        .data(api::Loaders::new(ctx.clone()))
        .data(ctx.clone());
    api::build(api::Services::default()).execute(request).await
}

pub async fn run(ctx: &Ctx, document: &str, operation: &str, variables: Value) -> Value {
    let answer = execute(ctx, document, operation, variables).await;
    assert!(answer.errors.is_empty(), "{operation}: {:?}", answer.errors);
    answer.data.into_json().unwrap()
}

/// Runs a mutation that goes well; its result.
pub async fn done(ctx: &Ctx, document: &str, operation: &str, result: &str, input: Value) -> Value {
    let answer = run(ctx, document, operation, json!({ "input": input })).await;
    let payload = answer.as_object().unwrap().values().next().unwrap();
    assert_eq!(payload["userErrors"], json!([]), "{operation}");
    payload[result].clone()
}

/// A cart with its secret.
#[derive(Clone)]
pub struct OpenCart {
    pub id: Value,
    pub token: Value,
    hash: Value,
    total: Value,
}

impl OpenCart {
    /// What `orderPlace` wants of it.
    pub fn placement(&self, key: &str) -> Value {
        json!({ "idempotencyKey": key, "cartId": self.id, "cartToken": self.token, "planHash": self.hash,
            "total": self.total, "payment": { "method": "bank_transfer" } })
    }
}

/// What a company asked for.
pub struct Quotes {
    pub buyer: Ctx,
    pub company: Value,
    pub request: Value,
}

pub struct Bazaar {
    pub t: TestEnv,
    pub sellers: Vec<MerchantId>,
    /// For each seller its offers, one for each variant.
    pub offers: Vec<Vec<Value>>,
    pub slug: Value,
    pub orders: Vec<OrderId>,
}

impl Bazaar {
    pub async fn open(t: TestEnv) -> Self {
        marketplace::bootstrap(&t.operator()).await.unwrap();
        let mut merchants: Vec<MerchantId> = Vec::new();
        for n in 0..ROWS {
            let owner = json!({ "email": format!("owner{n}@example.org"), "name": "Olga" });
            let input = json!({ "name": format!("Merchant {n}"), "contactEmail": format!("m{n}@example.org"),
                "country": "DE", "owner": owner, "approved": true });
            let made = done(&t.operator(), MERCHANTS, "MerchantCreate", "merchant", input).await;
            merchants.push(made["id"].as_str().unwrap().parse().unwrap());
        }
        let sellers = merchants[..SELLERS].to_vec();
        let mut bazaar = Self { t, sellers, offers: Vec::new(), slug: Value::Null, orders: Vec::new() };
        let products = bazaar.goods().await;
        analytics::storefront::refresh(&bazaar.t.system(), &products).await.unwrap();
        for (n, merchant) in merchants.iter().enumerate().take(ROWS) {
            bazaar.sell(n).await;
            let adjust = json!({ "idempotencyKey": format!("k{n}"), "merchantId": merchant, "kind": "CREDIT",
                "amount": { "amount": "5.00", "currency": "EUR" }, "reason": "A gift" });
            let entry = done(&bazaar.t.operator(), FINANCE, "ManualEntryRequest", "entry", adjust).await;
            let decide = json!({ "id": entry["id"], "expectedVersion": 1, "approve": true });
            done(&bazaar.t.system(), FINANCE, "ManualEntryDecide", "entry", decide).await;
        }
        bazaar
    }

    /// Merchants may set prices of parcels, and the first seller does; gives the id of the method.
    pub async fn lets_merchants_price(&self) -> Value {
        let operator = self.t.operator();
        let methods = run(&operator, MARKET, "DeliveryMethods", json!({ "first": 10 })).await;
        let nodes = methods["deliveryMethods"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]);
        let parcel = nodes.clone().find(|node| node["code"] == "parcel").unwrap();
        let edit = json!({ "id": parcel["id"], "expectedVersion": parcel["version"], "ownRates": { "allowed": true } });
        done(&operator, MARKET, "DeliveryMethodEdit", "deliveryMethod", edit).await;
        let rate = json!({ "currency": "EUR", "firstAmount": "3.90", "additionalAmount": "0.00" });
        let set = json!({ "deliveryMethodId": parcel["id"], "expectedVersion": 0, "rates": [{ "rate": rate }] });
        let seller = self.t.merchant(self.sellers[0]);
        done(&seller, DELIVERY, "MerchantDeliverySet", "deliveryRates", set).await;
        parcel["id"].clone()
    }

    /// Six products of two variants with an image; each seller offers and stocks all of them.
    async fn goods(&mut self) -> Vec<ProductId> {
        let operator = self.t.operator();
        let (mut products, mut variants) = (Vec::new(), Vec::new());
        for n in 0..ROWS {
            let variant = |size: &str| catalog::model::VariantInput {
                sku: format!("P{n}-{size}"),
                options: vec![catalog::OptionValue { name: "Size".to_owned(), value: size.to_owned() }],
                weight_g: Some(100),
                ..Default::default()
            };
            let source = catalog::ImageSource::Url(format!("https://img.example/{n}.jpg"));
            let product = catalog::model::ProductInput {
                title: format!("Product {n}"),
                images: vec![catalog::model::ImageInput { source, alt: "It".to_owned(), variant_sku: None }],
                variants: vec![variant("S"), variant("M")],
                ..Default::default()
            };
            let input = catalog::command::ProductCreate { merchant: None, product };
            let made = catalog::command::product_create(&operator, input).await.unwrap();
            let of = catalog::query::variant::by_product_ids(&operator, &[made.id]).await.unwrap();
            variants.extend(of[&made.id].iter().map(|variant| variant.id));
            products.push(made.id);
            self.slug = json!(made.slug);
        }
        let channel = marketplace::snapshot(&operator).await.unwrap().channel_by_code("web").unwrap().id;
        let publish =
            catalog::command::Publish { products: products.clone(), channels: vec![channel], expected_version: None };
        catalog::command::products_publish(&operator, publish).await.unwrap();
        for seller in &self.sellers {
            let staff = self.t.merchant(*seller);
            let price = json!([{ "price": { "amount": "10.00", "currency": "EUR" } }]);
            let lines = variants.iter().enumerate();
            let lines: Vec<Value> =
                lines.map(|(n, id)| json!({ "sku": format!("A{n}"), "variantId": id, "prices": price })).collect();
            let made = done(&staff, OFFERS, "OffersUpsert", "result", json!({ "lines": lines })).await;
            let ids = made["offers"].as_array().unwrap().iter().map(|offer| offer["id"].clone()).collect();
            self.offers.push(ids);
            let input = json!({ "code": "main", "name": "Main", "country": "DE" });
            let location = done(&staff, STOCK, "StockLocationCreate", "location", input).await["id"].clone();
            let lines: Vec<Value> = (0..variants.len())
                .map(|n| json!({ "sku": format!("A{n}"), "locationId": location, "onHand": 100 }))
                .collect();
            done(&staff, STOCK, "StockSet", "result", json!({ "lines": lines })).await;
        }
        products
    }

    /// A cart of one unit of each offer, by seller and variant.
    pub async fn cart(&self, wanted: &[(usize, usize)]) -> OpenCart {
        let lines: Vec<Value> =
            wanted.iter().map(|(seller, n)| json!({ "offerId": self.offers[*seller][*n], "quantity": 1 })).collect();
        let ship_to = json!({ "name": "Bea", "line1": "Am Markt 1", "city": "Berlin", "postalCode": "10117",
            "country": "DE" });
        let input = json!({ "channel": "web", "email": "bea@example.org", "shipTo": ship_to, "lines": lines });
        let made = done(&self.t.anonymous(), CHECKOUT, "CartCreate", "created", input).await;
        let (cart, token) = (&made["cart"], made["token"].clone());
        let (hash, total) = (cart["plan"]["hash"].clone(), cart["plan"]["total"].clone());
        OpenCart { id: cart["id"].clone(), token, hash, total }
    }

    /// A company that asked two sellers for prices as often as there are rows, and got offers of the first.
    pub async fn quotes(&self) -> Quotes {
        identity::set_password_cost(identity::PasswordCost::CHEAP);
        let account = json!({ "email": "quotes@example.org", "password": "correct horse battery", "name": "Bea" });
        let made = done(&self.t.anonymous(), ACCOUNT, "CustomerRegister", "registered", account).await;
        let buyer = self.t.buyer(made["customer"]["id"].as_str().unwrap().parse().unwrap());
        let address = json!({ "name": "Bea", "line1": "Am Markt 1", "city": "Berlin", "postalCode": "10117",
            "country": "DE" });
        let company = json!({ "company": { "name": "Kettle Works", "addresses": [address] } });
        let company = done(&buyer, COMPANY, "CompanyCreate", "company", company).await["id"].clone();
        let mut request = Value::Null;
        for n in 0..ROWS {
            let lines: Vec<Value> = [(0, n), (0, n + 1), (1, n)]
                .map(|(seller, of)| json!({ "offerId": self.offers[seller][of], "quantity": 1 }))
                .into();
            let input = json!({ "idempotencyKey": format!("ask {n}"), "channel": "web", "companyId": company,
                "shipTo": address, "lines": lines });
            let made = done(&buyer, ASKED, "QuoteRequest", "quotes", input).await;
            let seller = self.sellers[0].to_string();
            let own = made.as_array().unwrap().iter().find(|quote| quote["merchantId"] == json!(seller)).unwrap();
            let price = json!({ "amount": "9.00", "currency": "EUR" });
            let lines: Vec<Value> = own["lines"]
                .as_array()
                .unwrap()
                .iter()
                .map(|line| json!({ "lineId": line["id"], "unitPrice": price }))
                .collect();
            let offer = json!({ "id": own["id"], "expectedVersion": 1, "lines": lines });
            done(&self.t.merchant(self.sellers[0]), QUOTES, "QuoteOffer", "quote", offer).await;
            request = own["requestId"].clone();
        }
        Quotes { buyer, company, request }
    }

    /// An order of two merchants: paid, accepted, sent, and one unit of each paid back.
    async fn sell(&mut self, n: usize) {
        let cart = self.cart(&[(0, n), (0, n + 1), (1, n)]).await;
        let placement = cart.placement(&format!("order {n}"));
        let placed = done(&self.t.anonymous(), CHECKOUT, "OrderPlace", "order", placement).await;
        let order: OrderId = placed["id"].as_str().unwrap().parse().unwrap();
        let row = orders::query::order(&self.t.operator(), order).await.unwrap();
        let (payment, amount_minor) = (row.payment_id, row.total_minor);
        let receipt =
            json!({ "reference": placed["number"], "amount": cart.total, "bankReference": format!("bank {n}") });
        done(&self.t.operator(), FINANCE, "BankReceiptRecord", "receipt", receipt).await;
        let operation = self.t.system().new_id();
        let money = orders::command::MoneyArrived { order, payment, merchant_order: None, operation, amount_minor };
        orders::command::money_arrived(&self.t.system(), money).await.unwrap();
        for part in placed["merchantOrders"].as_array().unwrap() {
            let operator = self.t.operator();
            let decide = json!({ "id": part["id"], "acceptAll": true });
            let part = done(&operator, PARTS, "MerchantOrderDecide", "merchantOrder", decide).await;
            let parcel = json!({ "fulfillmentOrderId": part["fulfillmentOrders"][0]["id"], "carrier": "dhl",
                "trackingNumber": "0034" });
            done(&operator, PARTS, "ShipmentCreate", "shipment", parcel).await;
            let lines = json!([{ "lineId": part["lines"][0]["id"], "quantity": 1 }]);
            let refund = json!({ "merchantOrderId": part["id"], "lines": lines, "reason": "RETURNED" });
            done(&operator, PARTS, "RefundCreate", "refund", refund).await;
        }
        self.orders.push(order);
    }
}

impl Bazaar {
    /// An endpoint of webhooks with so many messages; its id.
    pub async fn hook(&self, of: &Ctx, messages: usize) -> Value {
        let input = json!({ "url": "https://erp.example/souk", "description": "ERP", "kinds": ["offer"] });
        let made = done(of, INTEGRATIONS, "WebhookEndpointCreate", "created", input).await;
        let id = made["endpoint"]["id"].clone();
        for _ in 0..messages {
            done(of, INTEGRATIONS, "WebhookPing", "delivery", json!({ "id": id })).await;
        }
        id
    }
}

//! The marketplace of the worked example, and how it is looked at.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Duration, Utc};
use e2e::market::{
    Basket, BasketLine, Market, NewMerchant, NewOffer, NewProduct, NewStock, NewVariant, Parcel, Placed, Staff,
    Storefront, Wanted, sign_in,
};
use e2e::olist::Address;
use e2e::site::OPERATOR;
use e2e::{Client, Json as _, Site};
use serde_json::{Value, json};

use crate::common::{ask, eventually, run};

/// The ids of the test under the names of the example.
#[derive(Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    pub fn put(&mut self, id: &str, name: &str) {
        self.0.insert(id.to_owned(), name.to_owned());
    }

    fn apply(&self, path: &str) -> String {
        self.0.iter().fold(path.to_owned(), |path, (id, name)| path.replace(id, name))
    }
}

pub struct Stall {
    pub id: String,
    pub staff: Staff,
}

pub struct Stage {
    pub market: Market,
    pub merchants: HashMap<&'static str, Stall>,
    pub names: Names,
    pub now: DateTime<Utc>,
    offers: HashMap<&'static str, String>,
    storefront: Storefront,
    client: Client,
}

/// What is sold: name, merchant, title, price.
const GOODS: [(&str, &str, &str, i64); 4] =
    [("A", "A", "Book", 1_999), ("B", "B", "Lamp", 11_610), ("C", "C", "Mug", 1_050), ("B2", "B", "Radio", 15_000)];

impl Stage {
    #[allow(clippy::disallowed_methods, reason = "the program under test starts with the same clock")]
    pub async fn open(site: &Site) -> Self {
        let client = site.client().unwrap();
        let wanted = Wanted {
            channel: "worked".to_owned(),
            currency: "EUR".to_owned(),
            country: "DE".to_owned(),
            locale: "de".to_owned(),
            tax_percent: "19".to_owned(),
            quoted_delivery: true,
            hold_days: 14,
        };
        let market = Market::open(&client, OPERATOR.0, OPERATOR.1, &wanted).await.unwrap();
        let storefront = market.storefront();
        let mut names = Names::default();
        names.put("psp:sandbox", "psp:acme");
        let (merchants, offers) = (HashMap::new(), HashMap::new());
        let mut stage = Self { market, merchants, names, now: Utc::now(), offers, storefront, client };
        stage.terms_of_the_marketplace().await;
        for name in ["A", "B", "C"] {
            stage.merchant(name).await;
        }
        for goods in GOODS {
            stage.goods(goods).await;
        }
        stage.commission().await;
        stage
    }

    async fn terms_of_the_marketplace(&self) {
        let operator = &self.market.operator;
        let shown = ask(operator, "operator/marketplace#MarketplaceSettings", json!({})).await;
        let input = json!({
            "expectedVersion": shown.int("marketplaceSettings.version").unwrap(), "reserveDays": 90,
            "rechargeDisputeFee": true, "refundFixedFee": false,
            "payoutMinimum": [{ "amount": "12.00", "currency": "EUR" }], "reason": "the terms of the example",
        });
        run(operator, "operator/marketplace#MarketplaceSettingsEdit", input).await;
    }

    /// A merchant with its terms: tier, tax on commission, reserve, who remits its sales tax.
    async fn merchant(&mut self, name: &'static str) {
        let row = NewMerchant {
            name: format!("Merchant {name}"),
            legal_name: format!("Company {name}"),
            city: "Berlin".to_owned(),
            email: format!("{}@example.com", name.to_lowercase()),
        };
        let id = self.market.merchants(&[row]).await.unwrap().remove(0);
        let (tier, tax, reserve, remits) = match name {
            "A" => ("basic", "19", "10", false),
            "B" => ("gold", "19", "0", false),
            _ => ("basic", "0", "30", true),
        };
        let operator = &self.market.operator;
        let shown = ask(operator, "operator/merchants#Merchant", json!({ "id": id })).await;
        let input = json!({
            "id": id, "expectedVersion": shown.int("merchant.version").unwrap(), "tier": tier,
            "commissionVatPercent": tax, "reservePercent": reserve, "operatorRemitsTax": remits,
        });
        run(operator, "operator/merchants#MerchantTermsEdit", input).await;
        let staff = self.market.staff(&id).await.unwrap();
        self.names.put(&id, name);
        self.merchants.insert(name, Stall { id, staff });
    }

    async fn goods(&mut self, (name, merchant, title, price_minor): (&'static str, &str, &str, i64)) {
        let owner = self.merchants[merchant].id.clone();
        let of_market = self.market.tax_class_id.clone();
        if name == "A" {
            let rate = json!({ "country": "DE", "validFrom": "2000-01-01", "percent": "7" });
            let input = json!({ "code": "books", "name": "Books", "rates": [rate] });
            let made = run(&self.market.operator, "operator/marketplace#TaxClassCreate", input).await;
            self.market.tax_class_id = made.text("taxClass.id").unwrap().to_owned();
        }
        let variant = NewVariant { sku: title.to_owned(), option: "one".to_owned(), weight_g: Some(100) };
        let product = NewProduct {
            handle: title.to_lowercase(),
            title: title.to_owned(),
            category_id: None,
            images: Vec::new(),
            variants: vec![variant],
        };
        let made = self.market.products(Some(&owner), &[product]).await.unwrap().remove(0);
        self.market.tax_class_id = of_market;
        self.market.publish(std::slice::from_ref(&made.id)).await.unwrap();
        let variant_id = made.variants[0].1.clone();
        let offer = NewOffer { sku: title.to_owned(), variant_id, price_minor };
        let offer = self.market.offers(&owner, &[offer]).await.unwrap().remove(0);
        let location_id = self.market.location(&owner, &format!("shelf-{}", title.to_lowercase())).await.unwrap();
        let stock = NewStock { sku: title.to_owned(), location_id, units: 10 };
        self.market.stock(&owner, &[stock]).await.unwrap();
        self.offers.insert(name, offer);
    }

    async fn commission(&self) {
        let amounts =
            |minimum: Value| json!([{ "currency": "EUR", "fixedPerOrderAmount": "0.35", "minPerLineAmount": minimum }]);
        let rules = [
            ("Books", json!({ "merchantId": self.merchants["A"].id }), "15", Value::Null),
            ("Gold", json!({ "tier": "gold" }), "7", Value::Null),
            ("Mugs", json!({ "merchantId": self.merchants["C"].id }), "12", json!("3.00")),
        ];
        for (name, scope, percent, minimum) in rules {
            let mut input = json!({
                "name": name, "itemPercent": percent, "shippingPercent": percent, "amounts": amounts(minimum),
            });
            input.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
            run(&self.market.operator, "operator/marketplace#CommissionRuleCreate", input).await;
        }
    }

    /// Puts the clock forward and signs in again, since sessions end.
    pub async fn forward(&mut self, by: Duration) {
        let at = self.now + by;
        let input = json!({ "at": at.to_rfc3339() });
        let shown = run(&self.market.operator, "operator/marketplace#SandboxClockSet", input).await;
        self.now = shown.text("now").unwrap().parse().unwrap();
        assert!(self.now >= at);
        self.market.operator = sign_in(&self.client, OPERATOR.0, OPERATOR.1).await.unwrap();
    }

    /// Buys with the wallet, which pays at once, and waits until the merchants see it.
    pub async fn buy(&mut self, name: &str, lines: &[(&str, i64, i64)], coupon: Option<&str>) -> Placed {
        let line = |(offer, quantity, delivery): &(&str, i64, i64)| BasketLine {
            offer_id: self.offers[offer].clone(),
            quantity: *quantity,
            delivery_minor: Some(*delivery),
        };
        let address = Address { city: "Berlin".to_owned(), state: String::new(), zip: "10115".to_owned() };
        let lines = lines.iter().map(line).collect();
        let basket = Basket { lines, address, email: "ana@example.com".to_owned() };
        let plan = self.storefront.plan_with(&basket, coupon).await.unwrap();
        let key = self.storefront.key();
        let placed = self.storefront.place(&plan, &key, "wallet_sandbox", Some("tok_ok")).await.unwrap();
        self.storefront.wait_paid(&placed).await.unwrap();
        self.names.put(&placed.id, name);
        placed
    }

    /// The id of the part of an order that a merchant fulfils.
    pub fn part(&self, order: &Placed, name: &str) -> String {
        let merchant = &self.merchants[name].id;
        order.merchant_orders.iter().find(|(_, of)| of == merchant).unwrap().0.clone()
    }

    pub async fn payment(&self, order: &Placed) -> String {
        let shown = ask(&self.market.operator, "operator/orders#Order", json!({ "id": order.id })).await;
        shown.text("order.payment.id").unwrap().to_owned()
    }

    /// Accepts and ships a part of an order.
    pub async fn ship(&self, order: &Placed, name: &str) -> Parcel {
        let id = self.part(order, name);
        let staff = &self.merchants[name].staff;
        let of_state = async |state: &str| {
            let found = staff.merchant_orders(state, 10).await.unwrap();
            found.into_iter().find(|found| found.text("id").unwrap() == id)
        };
        let to_ship = eventually("the part of the order", async || {
            if let Some(waiting) = of_state("AWAITING_ACCEPTANCE").await {
                staff.accept(&waiting).await.unwrap();
            }
            of_state("TO_SHIP").await
        })
        .await;
        staff.ship(&to_ship).await.unwrap().remove(0)
    }

    /// Runs payouts and checks who is paid and who is not; gives the ids of the payouts in the order of `paid`.
    pub async fn payouts(&mut self, key: &str, paid: &[(&str, i64)], skipped: &[&str]) -> Vec<String> {
        let operator = self.market.operator.clone();
        let made =
            run(&operator, "operator/finance#PayoutRunCreate", json!({ "runKey": key, "currency": "EUR" })).await;
        let left: Vec<String> = made
            .list("run.skipped")
            .unwrap()
            .iter()
            .map(|row| self.names.apply(row.text("merchantId").unwrap()))
            .collect();
        assert!(skipped.iter().all(|name| left.iter().any(|left| left == name)), "{left:?}");
        let filter = json!({ "runId": made.text("run.id").unwrap() });
        let shown = ask(&operator, "merchant/money#Payouts", json!({ "filter": filter, "first": 10 })).await;
        let rows = shown.nodes("payouts").unwrap();
        assert_eq!(rows.len(), paid.len());
        let mut ids = Vec::new();
        for (name, minor) in paid {
            let merchant = &self.merchants[name].id;
            let row = rows.iter().find(|row| row.text("merchantId").unwrap() == merchant).unwrap();
            assert_eq!(row.minor("amount").unwrap(), *minor);
            let id = row.text("id").unwrap().to_owned();
            self.names.put(&id, &format!("{key}:{name}"));
            ids.push(id);
        }
        ids
    }

    /// The journal, the oldest first.
    pub async fn journal(&self) -> Vec<Value> {
        let shown = ask(&self.market.operator, "operator/finance#LedgerJournal", json!({ "first": 100 })).await;
        let mut found: Vec<Value> = shown.nodes("ledgerTransactions").unwrap().into_iter().cloned().collect();
        found.reverse();
        found
    }

    /// Waits until the journal has `count` transactions, and no more.
    pub async fn wait_for(&self, count: usize) {
        let found = eventually(&format!("transaction {count}"), async || {
            let found = self.journal().await;
            (found.len() >= count).then_some(found)
        })
        .await;
        assert_eq!(found.len(), count, "{:#?}", found.last());
    }

    /// Waits until the timers have looked at the clock.
    pub async fn tick(&self) {
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    }

    /// The time of the server.
    pub async fn clock(&self) -> DateTime<Utc> {
        self.market.clock().await.unwrap()
    }

    /// A transaction's lines: each account and side once, under the names of the example.
    pub fn lines(&self, tx: &Value) -> Vec<String> {
        let mut sums = BTreeMap::<String, i64>::new();
        for entry in tx.list("entries").unwrap() {
            let side = if entry.text("side").unwrap() == "DEBIT" { "D" } else { "C" };
            let path = self.names.apply(entry.text("account").unwrap());
            *sums.entry(format!("{path} {side}")).or_default() += entry.minor("amount").unwrap();
        }
        sums.into_iter().map(|(line, minor)| format!("{line} {minor}")).collect()
    }

    /// What every account held at a time, those with nothing left out.
    pub async fn accounts(&self, at: DateTime<Utc>) -> Vec<(String, i64)> {
        let variables = json!({ "currency": "EUR", "asOf": at.to_rfc3339(), "first": 100 });
        let shown = ask(&self.market.operator, "operator/finance#LedgerAccounts", variables).await;
        let accounts = shown.nodes("ledgerAccounts").unwrap().into_iter();
        let held = accounts
            .map(|account| (self.names.apply(account.text("path").unwrap()), account.minor("balance").unwrap()));
        let mut held: Vec<_> = held.filter(|(_, minor)| *minor != 0).collect();
        held.sort();
        held
    }

    /// What one account held at a time.
    pub async fn held(&self, at: DateTime<Utc>, path: &str) -> i64 {
        let path = self.names.apply(path);
        self.accounts(at).await.into_iter().find(|(found, _)| *found == path).map_or(0, |(_, minor)| minor)
    }

    pub async fn available(&self, name: &str) -> i64 {
        let variables = json!({ "merchantId": self.merchants[name].id });
        let shown = ask(&self.market.operator, "operator/finance#MerchantBalancesAt", variables).await;
        let all = shown.list("merchantBalances").unwrap();
        all.iter().find(|row| row.text("currency").unwrap() == "EUR").unwrap().minor("available").unwrap()
    }
}

/// Adds lines such as `asset:bank:main D 100` to what accounts hold, each on the side on which it grows.
pub fn add(sums: &mut BTreeMap<String, i64>, lines: &[&str]) {
    for line in lines {
        let mut words = line.split(' ');
        let (path, side) = (words.next().unwrap(), words.next().unwrap());
        let minor: i64 = words.next().unwrap().parse().unwrap();
        let grows = if path.starts_with("asset:") || path.starts_with("expense:") { "D" } else { "C" };
        *sums.entry(path.to_owned()).or_default() += if side == grows { minor } else { -minor };
    }
}

//! Companies that buy on account: terms, limits, receipts, what their merchants are paid, and who sees what.

use e2e::bazaar::{Bazaar, Size};
use e2e::market::sign_in;
use e2e::site::Options;
use e2e::{Client, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{PATIENCE, ask, eur, eventually, finish, refused, run};

const PASSWORD: &str = "correct horse battery staple";

pub fn address() -> Value {
    json!({ "name": "Accounts", "line1": "Am Markt 2", "city": "Berlin", "postalCode": "10115", "country": "DE" })
}

/// A buyer who signed in, and whose address is proved by the link in the mail.
pub async fn buyer(site: &Site, anybody: &Client, email: &str) -> Client {
    let register = json!({ "email": email, "name": "Bea", "password": PASSWORD });
    run(anybody, "storefront/account#CustomerRegister", register).await;
    let token: String = eventually("the mail with the link", async || {
        let mails = site.mails().unwrap();
        let mail = mails.iter().find(|mail| mail.to.contains(email) && mail.body.contains("token="))?;
        let (_, rest) = mail.body.split_once("token=")?;
        Some(rest.chars().take_while(|c| !c.is_whitespace() && *c != '"').collect())
    })
    .await;
    run(anybody, "storefront/account#EmailVerify", json!({ "token": token })).await;
    sign_in(anybody, email, PASSWORD).await.unwrap()
}

/// What is bought together, as it was agreed to.
pub struct Basket {
    cart: String,
    plan: Value,
}

impl Basket {
    pub async fn fill(buyer: &Client, email: &str, company: &str, po_number: &str, offer: &str) -> Self {
        let cart = json!({ "channel": "bazaar", "email": email, "shipTo": address(), "companyId": company,
            "poNumber": po_number, "lines": [{ "offerId": offer, "quantity": 3 }] });
        let made = run(buyer, "storefront/checkout#CartCreate", cart).await;
        Self {
            cart: made.text("created.cart.id").unwrap().to_owned(),
            plan: made.at("created.cart.plan").unwrap().clone(),
        }
    }

    pub fn total(&self) -> i64 {
        self.plan.minor("total").unwrap()
    }

    pub fn place(&self, key: &str) -> Value {
        json!({ "idempotencyKey": key, "cartId": self.cart, "planHash": self.plan["hash"], "total": self.plan["total"],
            "payment": { "method": "invoice" } })
    }
}

/// The market with a company in it.
pub struct Trade {
    pub bazaar: Bazaar,
    pub bea: Client,
    pub company: String,
    version: i64,
}

impl Trade {
    pub async fn open(site: &Site) -> Self {
        let anybody = site.client().unwrap();
        let size = Size { merchants: 1, products: 1, variants: 1, units: 20 };
        let bazaar = Bazaar::open(&anybody, size).await.unwrap();
        let bea = buyer(site, &anybody, "bea@works.example").await;
        let mut fields = json!({ "name": "Kettle Works GmbH", "vatIds": ["DE136695975"], "addresses": [address()] });
        let wrong = refused(&bea, "storefront/companies#CompanyCreate", json!({ "company": fields })).await;
        assert_eq!(wrong.code(), "CHECK_DIGIT");
        fields["vatIds"] = json!(["DE136695976"]);
        let made = run(&bea, "storefront/companies#CompanyCreate", json!({ "company": fields })).await;
        let company = made.text("company.id").unwrap().to_owned();
        Self { bazaar, bea, company, version: 0 }
    }

    pub fn operator(&self) -> &Client {
        &self.bazaar.market.operator
    }

    pub async fn terms(&mut self, limit: i64, guaranteed: bool) {
        let input = json!({ "companyId": self.company, "limit": eur(limit), "netDays": 30, "guaranteed": guaranteed,
            "expectedVersion": self.version, "reason": "rated" });
        let set = run(self.operator(), "operator/companies#CreditLineSet", input).await;
        self.version = set.int("creditLine.version").unwrap();
    }

    pub async fn fill(&self, po_number: &str) -> Basket {
        let offer = &self.bazaar.offers[0][0];
        Basket::fill(&self.bea, "bea@works.example", &self.company, po_number, offer).await
    }

    /// What can still be ordered, as the buyer sees it.
    pub async fn left(&self) -> Value {
        let seen = ask(&self.bea, "operator/companies#CompanyTerms", json!({ "id": self.company })).await;
        let line = seen.at("company.creditLines.0").unwrap();
        assert!(line["guaranteed"].is_null(), "what was agreed with merchants is not for buyers");
        line["left"]["amount"].clone()
    }

    pub async fn owed(&self, overdue: bool) -> Vec<Value> {
        let filter = json!({ "filter": { "companyId": self.company, "overdue": overdue } });
        let shown = ask(self.operator(), "operator/companies#Receivables", filter).await;
        shown.nodes("receivables").unwrap().into_iter().cloned().collect()
    }

    pub async fn pay(&self, number: &str, minor: i64, bank_reference: &str) {
        let receipt = json!({ "reference": number, "amount": eur(minor), "bankReference": bank_reference });
        run(self.operator(), "operator/finance#BankReceiptRecord", receipt).await;
    }

    pub async fn wait_status(&self, order: &str, status: &str) {
        eventually(&format!("an order {status}"), async || {
            let seen = ask(self.operator(), "operator/orders#Order", json!({ "id": order })).await;
            (seen.text("order.paymentStatus").unwrap() == status).then_some(())
        })
        .await;
    }
}

async fn fetched(trade: &Trade, file: &Value) -> Vec<u8> {
    let answer = trade.bea.http().get(file.text("url").unwrap()).send().await.unwrap();
    answer.bytes().await.unwrap().to_vec()
}

/// The invoice of an order, as its buyer and finance see it, with bytes that stay the same.
async fn billed(trade: &Trade, order: &str, total: i64) {
    let seen = ask(&trade.bea, "storefront/companies#OrderInvoices", json!({ "id": order })).await;
    let invoice = seen.at("order.invoices.0").unwrap();
    assert_eq!((invoice.text("kind").unwrap(), invoice.minor("payable").unwrap()), ("INVOICE", total));
    assert_eq!(invoice.text("buyer.legalName").unwrap(), "Kettle Works GmbH");
    assert_eq!((invoice.text("poNumber").unwrap(), invoice["dueOn"].is_string()), ("PO-77", true));
    let formats: Vec<&str> = invoice.list("files").unwrap().iter().map(|file| file.text("format").unwrap()).collect();
    assert!(formats.contains(&"pdf") && formats.contains(&"csv"), "{formats:?}");
    for file in invoice.list("files").unwrap() {
        let bytes = fetched(trade, file).await;
        let again = fetched(trade, file).await;
        assert_eq!((bytes.len(), &bytes), (usize::try_from(file.int("byteSize").unwrap()).unwrap(), &again));
    }
    let all =
        ask(trade.operator(), "merchant/papers#SaleInvoices", json!({ "filter": { "companyId": trade.company } }))
            .await;
    assert_eq!(all.nodes("saleInvoices").unwrap().len(), 1);
}

/// Somebody of the operator's team from whom personal data is hidden sees the order and no invoice, which names the buyer.
async fn hidden(site: &Site, trade: &Trade, order: &str) {
    let read = json!({ "resource": "order", "verb": "read", "scope": "ALL" });
    let role = json!({ "team": "OPERATOR", "name": "Blind", "masks": ["PERSONAL_DATA"], "permissions": [read] });
    let role = run(trade.operator(), "merchant/team#CustomRoleCreate", role).await;
    let ivy = json!({ "email": "ivy@souk.example", "name": "Ivy", "customRoleId": role.text("customRole.id").unwrap(),
        "password": PASSWORD });
    run(trade.operator(), "merchant/team#MemberAdd", ivy).await;
    let ivy = sign_in(&site.client().unwrap(), "ivy@souk.example", PASSWORD).await.unwrap();
    let seen = ask(&ivy, "storefront/companies#OrderInvoices", json!({ "id": order })).await;
    assert_eq!(seen.at("order.invoices").unwrap(), &json!([]));
    assert!(seen.text("order.id").is_ok(), "the order itself is shown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_buys_on_account() {
    for kind in Kind::present("a company that buys") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let mut trade = Trade::open(&site).await;
        let first = trade.fill("PO-77").await;
        let total = first.total();
        let bea = trade.bea.clone();
        let place = |input| refused(&bea, "storefront/checkout#OrderPlace", input);
        assert_eq!(place(first.place("k1")).await.code(), "NO_INVOICE_TERMS");
        trade.terms(total - 1, false).await;
        let above = place(first.place("k2")).await;
        assert_eq!((above.code(), &above.details().unwrap()["left"]), ("CREDIT_LIMIT_EXCEEDED", &eur(total - 1)));
        trade.terms(total, false).await;
        let placed = run(&bea, "storefront/checkout#OrderPlace", first.place("k3")).await;
        let (order, number) = (placed.text("order.id").unwrap(), placed.text("order.number").unwrap());
        let second = trade.fill("PO-78").await;
        let more = place(second.place("k4")).await;
        assert_eq!((more.code(), &more.details().unwrap()["left"]), ("CREDIT_LIMIT_EXCEEDED", &eur(0)));

        trade.wait_status(order, "AUTHORIZED").await;
        trade.bazaar.fulfil_all().await.unwrap();
        let part = placed.text("order.merchantOrders.0.id").unwrap();
        let staff = &trade.bazaar.staff[0].client;
        let seen = ask(staff, "merchant/orders#MerchantOrder", json!({ "id": part })).await;
        let part = seen.at("merchantOrder").unwrap();
        assert_eq!((part.text("poNumber").unwrap(), part.text("company.vatId").unwrap()), ("PO-77", "DE136695976"));
        trade.wait_status(order, "INVOICED").await;
        site.wait_quiet(PATIENCE).await.unwrap();
        let named = site.mails().unwrap().iter().filter(|mail| mail.body.contains("PO-77")).count();
        assert_eq!(named, 4, "placed, shipped and billed for the buyer, new for the merchant");
        billed(&trade, order, total).await;
        hidden(&site, &trade, order).await;
        let books = trade.bazaar.market.books().await.unwrap();
        assert_eq!(books.sum(&["asset:buyer:receivable"]), total);
        assert!(books.sum(&["liability:merchant:pending"]) > 0, "the merchant waits for the buyer's money");
        assert_eq!(books.sum(&["liability:merchant:available"]), 0);
        assert_eq!((trade.owed(false).await.len(), trade.owed(true).await.len()), (1, 0));
        assert_eq!(
            refused(&bea, "storefront/checkout#OrderPlace", second.place("k5")).await.code(),
            "CREDIT_LIMIT_EXCEEDED"
        );

        trade.pay(number, total, "bank 1").await;
        trade.wait_status(order, "PAID").await;
        site.wait_quiet(PATIENCE).await.unwrap();
        let books = trade.bazaar.market.books().await.unwrap();
        assert_eq!((books.sum(&["asset:buyer:receivable"]), books.sum(&["asset:bank"])), (0, total));
        assert_eq!(trade.left().await, eur(total)["amount"]);
        // What was earned is released by the minute, and paid out.
        trade.bazaar.market.wait_released(std::time::Duration::from_secs(90)).await.unwrap();
        let run_of = trade.bazaar.market.payout_run("march").await.unwrap();
        assert_eq!((run_of.count, run_of.total_minor > 0), (1, true));
        trade.bazaar.market.payout_run_paid(&run_of).await.unwrap();

        let again = run(&bea, "storefront/checkout#OrderPlace", second.place("k6")).await;
        assert_eq!(again.text("order.poNumber").unwrap(), "PO-78");
        assert_eq!(trade.left().await, eur(total - second.total())["amount"]);
        finish(site).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_can_finance_what_a_company_owes() {
    for kind in Kind::present("a company whose debts are guaranteed") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let mut trade = Trade::open(&site).await;
        let basket = trade.fill("PO-1").await;
        trade.terms(basket.total(), true).await;
        let placed = run(&trade.bea, "storefront/checkout#OrderPlace", basket.place("k1")).await;
        trade.wait_status(placed.text("order.id").unwrap(), "AUTHORIZED").await;
        trade.bazaar.fulfil_all().await.unwrap();
        trade.bazaar.market.wait_released(std::time::Duration::from_secs(90)).await.unwrap();
        let paid = trade.bazaar.market.payout_run("march").await.unwrap();
        assert_eq!((paid.count, paid.total_minor > 0), (1, true), "before the buyer has paid");
        assert_eq!(trade.bazaar.market.books().await.unwrap().sum(&["asset:buyer:receivable"]), basket.total());
        finish(site).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_invoices_and_admins_see_the_orders_of_their_company() {
    for kind in Kind::present("an order by phone for a company") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let mut trade = Trade::open(&site).await;
        let anybody = site.client().unwrap();
        let (tom, eve) =
            (buyer(&site, &anybody, "tom@works.example").await, buyer(&site, &anybody, "eve@else.example").await);
        let invite = json!({ "companyId": trade.company, "email": "tom@works.example", "role": "BUYER" });
        run(&trade.bea, "storefront/companies#CompanyMemberInvite", invite).await;
        let offered = ask(&tom, "storefront/companies#CompanyInvitations", json!({})).await;
        let member = offered.nodes("companyInvitations").unwrap()[0].text("member.id").unwrap().to_owned();
        let joined = run(&tom, "storefront/companies#CompanyMemberJoin", json!({ "id": member })).await;

        let desk = trade.operator().clone();
        let create = json!({ "channel": "bazaar", "customerId": joined["member"]["customerId"], "shipTo": address(),
            "companyId": trade.company, "poNumber": "PO-9", "lines": [{ "offerId": trade.bazaar.offers[0][0], "quantity": 2 }] });
        let draft = run(&desk, "operator/desk#DraftOrderCreate", create).await["draft"].clone();
        let total = draft.minor("plan.total").unwrap();
        trade.terms(total, false).await;
        let place = json!({ "idempotencyKey": "phone-1", "id": draft["id"], "expectedVersion": 1, "planHash": draft["plan"]["hash"],
            "total": draft["plan"]["total"], "payment": { "method": "invoice" } });
        let placed = run(&desk, "operator/desk#DraftOrderPlace", place).await["order"].clone();
        assert_eq!(trade.left().await, eur(0)["amount"]);

        let id = placed.text("id").unwrap();
        let list = async |who: &Client| {
            let shown = ask(who, "storefront/companies#CompanyOrders", json!({ "companyId": trade.company })).await;
            shown.nodes("orders").unwrap().iter().map(|order| order.text("id").unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!((list(&trade.bea).await, list(&tom).await), (vec![id.to_owned()], vec![id.to_owned()]));
        assert!(list(&eve).await.is_empty());
        let open =
            async |who: &Client| ask(who, "storefront/checkout#MyOrder", json!({ "id": id })).await["order"].clone();
        assert_eq!(open(&trade.bea).await["allowedActions"], json!([]), "looking is not canceling");
        assert_eq!(open(&tom).await["poNumber"], "PO-9");
        assert!(open(&eve).await.is_null());
        let mine = ask(&trade.bea, "storefront/checkout#MyOrders", json!({})).await;
        assert_eq!(mine.list("orders.edges").unwrap().len(), 0, "somebody else's order is found only by the company");
        finish(site).await;
    }
}

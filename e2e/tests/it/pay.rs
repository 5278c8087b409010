//! Ways to pay beyond the plain card: confirmed by the buyer, with a gift card, by wallet, through Stripe.

use e2e::bazaar::{Bazaar, Size};
use e2e::market::{Placed, sign_in};
use e2e::peer::Localstripe;
use e2e::site::{OPERATOR, Options};
use e2e::{Client, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eventually, finish, run};

const SECRET: &str = "whsec_of_nobody";

struct Shop {
    site: Site,
    bazaar: Bazaar,
    finance: Client,
    anybody: Client,
}

impl Shop {
    async fn open(kind: Kind, options: Options) -> Self {
        let site = Site::start(kind, options).await.unwrap();
        let anybody = site.client().unwrap();
        let size = Size { merchants: 1, products: 2, variants: 1, units: 100 };
        let bazaar = Bazaar::open(&anybody, size).await.unwrap();
        let finance = sign_in(&anybody, OPERATOR.0, OPERATOR.1).await.unwrap();
        Self { site, bazaar, finance, anybody }
    }

    /// Places an order of one unit, paid like this.
    async fn place(&self, payment: Value) -> Placed {
        let line =
            e2e::market::BasketLine { offer_id: self.bazaar.offers[0][0].clone(), quantity: 1, delivery_minor: None };
        let basket = self.bazaar.basket_of(vec![line], 1);
        let plan = self.bazaar.storefront.plan(&basket).await.unwrap();
        self.bazaar.storefront.place_with(&plan, &self.bazaar.storefront.key(), payment).await.unwrap()
    }

    async fn payment(&self, order: &Placed) -> Value {
        let variables = json!({ "number": order.number, "token": order.token });
        ask(&self.anybody, "storefront/checkout#OrderPayment", variables).await["guestOrder"]["payment"].clone()
    }

    async fn until(&self, order: &Placed, state: &str) -> Value {
        eventually(&format!("a payment {state}"), async || {
            let payment = self.payment(order).await;
            (payment.text("state").unwrap() == state).then_some(payment)
        })
        .await
    }

    /// What the buyer does on the page of the sandbox; gives where the browser is sent.
    async fn decide(&self, payment: &Value, outcome: &str) -> String {
        let url = payment.text("actionUrl").unwrap();
        let path = &url[url.find("/sandbox/").unwrap()..];
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let page = http.get(format!("{}{path}", self.site.url())).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("value=\"confirm\""));
        let form = http.post(format!("{}{path}", self.site.url())).form(&[("outcome", outcome)]);
        let answer = form.send().await.unwrap();
        assert_eq!(answer.status(), 303);
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// Refunds everything of a delivered order.
    async fn refund(&self, order: &Placed) {
        let variables = json!({ "number": order.number, "token": order.token });
        let seen = ask(&self.anybody, "storefront/checkout#GuestOrder", variables).await["guestOrder"].clone();
        let part = seen.at("merchantOrders.0").unwrap();
        let lines = json!([{ "lineId": part.text("lines.0.id").unwrap(), "quantity": 1 }]);
        let input = json!({ "merchantOrderId": part.text("id").unwrap(), "lines": lines, "reason": "RETURNED" });
        run(&self.finance, "merchant/orders#RefundCreate", input).await;
    }
}

fn by(method: &str, token: &str) -> Value {
    json!({ "method": method, "cardToken": token, "returnUrl": "https://shop.example/thanks" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buyers_confirm_use_gift_cards_and_wallets() {
    for kind in Kind::present("ways to pay") {
        let shop = Shop::open(kind, Options::default()).await;

        let confirmed = shop.place(by("card_sandbox", "tok_action")).await;
        let payment = shop.until(&confirmed, "ACTION_REQUIRED").await;
        assert_eq!(shop.decide(&payment, "confirm").await, "https://shop.example/thanks");
        shop.until(&confirmed, "AUTHORIZED").await;
        let refused = shop.place(by("wallet_sandbox", "tok_action")).await;
        let payment = shop.until(&refused, "ACTION_REQUIRED").await;
        shop.decide(&payment, "fail").await;
        shop.until(&refused, "FAILED").await;

        let give = json!({
            "amount": { "amount": "3.00", "currency": "EUR" }, "funding": "SOLD", "reason": "sold at the counter",
        });
        let given = run(&shop.finance, "operator/finance#CreditGive", give).await;
        let code = given.text("issued.giftCardCode").unwrap().to_owned();
        let mut mixed = by("card_sandbox", "tok_ok");
        mixed["credit"] = json!({ "giftCardCode": code });
        let mixed = shop.place(mixed).await;
        let payment = shop.until(&mixed, "AUTHORIZED").await;
        assert_eq!(payment.minor("credit").unwrap(), 300);

        let wallet = shop.place(by("wallet_sandbox", "tok_ok")).await;
        shop.until(&wallet, "CAPTURED").await;
        shop.bazaar.fulfil_all().await.unwrap();
        shop.until(&mixed, "CAPTURED").await;
        shop.refund(&mixed).await;
        shop.until(&mixed, "PARTLY_REFUNDED").await;
        shop.refund(&wallet).await;
        shop.until(&wallet, "PARTLY_REFUNDED").await;
        let credit = ask(&shop.finance, "operator/finance#CreditAccounts", json!({})).await;
        assert_eq!(credit.nodes("creditAccounts").unwrap().len(), 1);
        finish(shop.site).await;
    }
}

/// What localstripe has: intents, captures, refunds, signed webhooks. What it lacks (idempotency keys, several
/// captures of one intent, the return address) is tested in `payments` against the published shape.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stripe_is_asked_and_tells() {
    for kind in Kind::present("Stripe") {
        let Some(stripe) = Localstripe::start("payment by Stripe").await.unwrap() else { return };
        let options = Options::default()
            .with("SOUK__PAYMENTS__STRIPE_SECRET_KEY", "sk_test_12345")
            .with("SOUK__PAYMENTS__STRIPE_WEBHOOK_SECRET", SECRET)
            .with("SOUK__PAYMENTS__STRIPE_URL", &stripe.url())
            .with("SOUK__PAYMENTS__STRIPE_MULTICAPTURE", "false");
        let shop = Shop::open(kind, options).await;
        stripe.tell(&format!("{}/webhooks/payments/stripe", shop.site.url()), SECRET).await.unwrap();
        let methods = ask(&shop.anybody, "storefront/payment#PaymentMethods", json!({})).await;
        let codes: Vec<&str> =
            methods.list("paymentMethods").unwrap().iter().map(|method| method.text("code").unwrap()).collect();
        assert!(codes.contains(&"card_stripe") && codes.contains(&"wallet_stripe"), "{codes:?}");

        let card = shop.place(json!({ "method": "card_stripe", "cardToken": "pm_card_visa" })).await;
        shop.until(&card, "AUTHORIZED").await;
        let wallet = shop.place(json!({ "method": "wallet_stripe", "cardToken": "pm_card_visa" })).await;
        shop.until(&wallet, "CAPTURED").await;
        let unknown = shop.place(json!({ "method": "card_stripe", "cardToken": "pm_unknown" })).await;
        shop.until(&unknown, "FAILED").await;
        shop.bazaar.fulfil_all().await.unwrap();
        shop.until(&card, "CAPTURED").await;
        shop.refund(&card).await;
        shop.until(&card, "PARTLY_REFUNDED").await;
        finish(shop.site).await;
    }
}

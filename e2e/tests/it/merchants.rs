//! A merchant comes by itself, brings what the checklist asks for, sells, is blocked and appeals.

use e2e::bazaar::{Bazaar, Size};
use e2e::market::{NewProduct, NewVariant, sign_in};
use e2e::site::Options;
use e2e::{Client, Error, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eventually, finish, refused, run};

const PASSWORD: &str = "correct horse battery";
const EMAIL: &str = "ann@kettle.example";

fn code(error: &Error) -> String {
    match error {
        Error::Refused(errors) => errors[0].code.clone(),
        other => other.code().to_owned(),
    }
}

async fn seen(client: &Client, id: &str) -> Value {
    ask(client, "merchant/onboarding#OwnOnboarding", json!({ "merchantId": id })).await
}

/// The codes of the items in this state.
fn items(seen: &Value, state: &str) -> Vec<String> {
    let list = seen["merchantOnboarding"].as_array().unwrap();
    let of = list.iter().filter(|step| step["state"] == state);
    of.map(|step| step["item"]["code"].as_str().unwrap().to_owned()).collect()
}

/// The input of a step: the merchant as it is now.
async fn step(client: &Client, id: &str, why: &str, reason_code: Option<&str>) -> Value {
    let version = seen(client, id).await["merchant"]["version"].clone();
    json!({ "id": id, "expectedVersion": version, "reason": why, "reasonCode": reason_code })
}

async fn token(site: &Site) -> String {
    eventually("the mail with the link", async || {
        let mails = site.mails().unwrap();
        let mail = mails.iter().find(|mail| mail.to.contains(EMAIL) && mail.body.contains("token="))?;
        let (_, rest) = mail.body.split_once("token=")?;
        Some(rest.chars().take_while(|c| !c.is_whitespace() && *c != '"').collect())
    })
    .await
}

/// What the operator asks for, and the words to be agreed to. Gives the version of the agreement.
async fn compose(operator: &Client) -> Value {
    let item = |code: &str, kind: &str| json!({ "code": code, "kind": kind, "title": code });
    let mut terms = item("terms", "AGREEMENT");
    terms["subject"] = json!("terms");
    let list = [
        terms,
        item("bank", "BANK_ACCOUNT"),
        item("place", "DELIVERY"),
        item("goods", "PRODUCTS_LOADED"),
        item("tax", "TAX_ID"),
    ];
    let plan = json!({ "type": "artisan", "expectedVersion": 0, "items": list });
    run(operator, "operator/onboarding#OnboardingPlanEdit", plan).await;
    let words = json!({ "code": "terms", "title": "Terms", "body": "Be kind to buyers.", "types": ["artisan"] });
    run(operator, "operator/onboarding#AgreementPublish", words).await["agreement"].clone()
}

/// Brings everything but the tax id.
async fn bring(bazaar: &Bazaar, ann: &Client, id: &str, agreement: &Value) {
    let accept = json!({ "merchantId": id, "agreementId": agreement["id"], "sha256": agreement["sha256"] });
    let evidence = run(ann, "merchant/onboarding#AgreementAccept", accept).await;
    assert_eq!(evidence["acceptance"]["sha256"], agreement["sha256"]);
    let version = seen(ann, id).await["merchant"]["version"].clone();
    let account = json!({ "iban": "DE89370400440532013000", "holder": "Ann" });
    let bank = json!({ "id": id, "expectedVersion": version, "account": account });
    run(ann, "merchant/profile#MerchantBankEdit", bank).await;
    let place = json!({ "merchantId": id, "code": "main", "name": "Workshop", "country": "DE" });
    run(ann, "merchant/stock#StockLocationCreate", place).await;
    let variant = NewVariant { sku: "K-1".to_owned(), option: "blue".to_owned(), weight_g: Some(500) };
    let goods = NewProduct {
        handle: "kettle".to_owned(),
        title: "Kettle".to_owned(),
        category_id: None,
        images: Vec::new(),
        variants: vec![variant],
    };
    bazaar.market.products(Some(id), &[goods]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchant_comes_by_itself_sells_is_blocked_and_appeals() {
    for kind in Kind::present("merchants") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let anybody = site.client().unwrap();
        let size = Size { merchants: 1, products: 1, variants: 1, units: 20 };
        let bazaar = Bazaar::open(&anybody, size).await.unwrap();
        let operator = &bazaar.market.operator;
        let agreement = compose(operator).await;

        let apply = json!({ "name": "Kettle", "contactEmail": EMAIL, "country": "DE", "type": "artisan",
            "applicant": { "email": EMAIL, "name": "Ann", "password": PASSWORD } });
        let made = run(&anybody, "merchant/onboarding#MerchantApply", apply).await;
        let id = made.text("merchant.id").unwrap();
        let admit = step(operator, id, "Welcome", None).await;
        let early = refused(operator, "operator/merchants#MerchantAdmit", admit.clone()).await;
        assert_eq!(code(&early), "EMAIL_UNPROVEN");
        run(&anybody, "storefront/account#EmailVerify", json!({ "token": token(&site).await })).await;
        run(operator, "operator/merchants#MerchantAdmit", admit).await;

        let ann = &sign_in(&anybody, EMAIL, PASSWORD).await.unwrap();
        let all = ["terms", "bank", "place", "goods", "tax"];
        assert_eq!(items(&seen(ann, id).await, "MISSING"), all);
        let early = refused(ann, "merchant/onboarding#MerchantSubmit", step(ann, id, "Done?", None).await).await;
        assert_eq!(code(&early), "CHECKLIST_OPEN");
        bring(&bazaar, ann, id, &agreement).await;
        // The place and the goods are counted by facts.
        eventually("the facts", async || (items(&seen(ann, id).await, "DONE") == all[..4]).then_some(())).await;
        let held = ask(operator, "operator/onboarding#OnboardingHoldups", json!({})).await;
        assert_eq!(
            (&held["onboardingHoldups"][0]["item"], &held["onboardingHoldups"][0]["withMerchant"]),
            (&json!("tax"), &json!(1))
        );
        let waive = json!({ "merchantId": id, "item": "tax", "reason": "A small business" });
        run(operator, "operator/onboarding#OnboardingItemWaive", waive).await;
        run(ann, "merchant/onboarding#MerchantSubmit", step(ann, id, "Done", None).await).await;
        run(operator, "operator/merchants#MerchantApprove", step(operator, id, "Welcome", None).await).await;
        let active = seen(ann, id).await["merchant"].clone();
        assert_eq!(
            (&active["status"], &active["canSell"], &active["canBePaid"]),
            (&json!("ACTIVE"), &json!(true), &json!(true))
        );

        let fake = step(operator, id, "The handles are not theirs", Some("counterfeit")).await;
        run(operator, "operator/merchants#MerchantSuspend", fake).await;
        let blocked = seen(ann, id).await["merchant"].clone();
        assert_eq!((&blocked["canSell"], &blocked["canBePaid"]), (&json!(false), &json!(false)));
        assert_eq!(blocked["block"], json!({ "offers": "HIDDEN", "openOrders": "FROZEN", "payouts": "HELD" }));
        let words = json!({ "merchantId": id, "words": "We have the invoices." });
        let appeal = run(ann, "merchant/onboarding#MerchantAppeal", words).await;
        let decide =
            json!({ "id": appeal["appeal"]["id"], "expectedVersion": 1, "grant": true, "answer": "So you do." });
        run(operator, "operator/merchants#MerchantAppealDecide", decide).await;
        assert_eq!(seen(ann, id).await["merchant"]["canSell"], json!(true));
        let steps = ask(operator, "operator/merchants#MerchantSteps", json!({ "merchantId": id, "first": 20 })).await;
        let done: Vec<_> = steps.nodes("merchantSteps").unwrap().iter().map(|of| of["transition"].clone()).collect();
        assert_eq!(done, ["reopen", "suspend", "approve", "submit", "name", "admit"]);
        finish(site).await;
    }
}

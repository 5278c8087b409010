//! Roles of a merchant's own making, a second factor, and sensitive commands.

use std::time::{SystemTime, UNIX_EPOCH};

use e2e::bazaar::{Bazaar, Size};
use e2e::market::sign_in;
use e2e::site::Options;
use e2e::{Client, Error, Json as _, Kind, Site};
use serde_json::{Value, json};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::common::{ask, document, finish, refused, run};

const PASSWORD: &str = "correct horse battery";

async fn denied(client: &Client, operation: &str, variables: Value) -> String {
    match client.query(document(operation), variables).await {
        Ok(data) => panic!("{operation} should have been refused: {data}"),
        Err(error) => error.code().to_owned(),
    }
}

fn code(error: &Error) -> String {
    match error {
        Error::Refused(errors) => errors[0].code.clone(),
        other => other.code().to_owned(),
    }
}

/// The code that an app shows `ahead` steps from now.
fn shown(secret: &str, ahead: u64) -> String {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    TOTP::new(Algorithm::SHA1, 6, 1, 30, bytes).unwrap().generate(now + 30 * ahead)
}

fn own(resource: &str, verb: &str) -> Value {
    json!({ "resource": resource, "verb": verb, "scope": "OWN_MERCHANT" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchant_makes_a_role_and_its_holder_signs_in_with_two_factors() {
    for kind in Kind::present("access") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let size = Size { merchants: 1, products: 1, variants: 1, units: 20 };
        let client = site.client().unwrap();
        let bazaar = Bazaar::open(&client, size).await.unwrap();
        // Keys speak for programs; roles are made by people.
        let merchant = &bazaar.staff[0].merchant_id;
        let ann = json!({ "email": "ann@merchant.example", "name": "Ann", "merchantId": merchant,
            "role": "MERCHANT_OWNER", "password": PASSWORD });
        run(&bazaar.market.operator, "merchant/team#MemberAdd", ann).await;
        let owner = &sign_in(&client, "ann@merchant.example", PASSWORD).await.unwrap();
        let allowed = [own("merchant_order", "read"), own("merchant_order", "ship")];
        let role = json!({ "team": "MERCHANT", "name": "Packers", "permissions": allowed });
        let role = run(owner, "merchant/team#CustomRoleCreate", role).await;
        let id = role.text("customRole.id").unwrap().to_owned();
        let pat = json!({ "email": "pat@merchant.example", "name": "Pat", "customRoleId": id, "password": PASSWORD });
        run(owner, "merchant/team#MemberAdd", pat).await;

        let pat = sign_in(&client, "pat@merchant.example", PASSWORD).await.unwrap();
        ask(&pat, "merchant/orders#MerchantOrders", json!({})).await;
        assert_eq!(denied(&pat, "merchant/offers#Offers", json!({})).await, "FORBIDDEN");
        let other = [own("offer", "read"), own("stock", "read"), own("location", "read")];
        let wider = json!({ "id": id, "expectedVersion": 1, "permissions": other });
        assert_eq!(code(&refused(&pat, "merchant/team#CustomRoleEdit", wider.clone()).await), "FORBIDDEN");
        run(owner, "merchant/team#CustomRoleEdit", wider).await;
        ask(&pat, "merchant/offers#Offers", json!({})).await;
        assert_eq!(denied(&pat, "merchant/orders#MerchantOrders", json!({})).await, "FORBIDDEN");
        let held = json!({ "id": id, "expectedVersion": 2 });
        assert_eq!(code(&refused(owner, "merchant/team#CustomRoleRetire", held).await), "ROLE_IN_USE");

        let made = run(&pat, "storefront/account#TotpEnrol", Value::Null).await;
        let secret = made.text("enrolment.secret").unwrap().to_owned();
        let codes = run(&pat, "storefront/account#TotpConfirm", json!({ "code": shown(&secret, 0) })).await;
        let recovery = codes.list("recoveryCodes").unwrap()[0].clone();
        let step = async || {
            let input = json!({ "email": "pat@merchant.example", "password": PASSWORD });
            let answer = run(&client, "storefront/account#SignIn", input).await;
            assert!(answer["signedIn"].is_null());
            answer.text("challenge.token").unwrap().to_owned()
        };
        let challenge = step().await;
        let confirm = |challenge: &str, proof: Value| {
            let mut input = json!({ "challenge": challenge });
            input.as_object_mut().unwrap().extend(proof.as_object().unwrap().clone());
            input
        };
        let replay = confirm(&challenge, json!({ "code": shown(&secret, 0) }));
        assert_eq!(code(&refused(&client, "storefront/account#SignInConfirm", replay).await), "WRONG_CODE");
        let fresh = confirm(&challenge, json!({ "code": shown(&secret, 1) }));
        let signed = run(&client, "storefront/account#SignInConfirm", fresh).await;
        let pat = client.with_token(signed.text("signedIn.token").unwrap());
        ask(&pat, "merchant/offers#Offers", json!({})).await;
        for wanted in [None, Some("WRONG_CODE")] {
            let input = confirm(&step().await, json!({ "recoveryCode": recovery }));
            match (client.run(document("storefront/account#SignInConfirm"), input).await, wanted) {
                (Ok(_), None) => {}
                (Err(error), Some(wanted)) => assert_eq!(code(&error), wanted),
                (other, _) => panic!("{other:?}"),
            }
        }
        let sessions = ask(&pat, "storefront/account#MySessions", json!({})).await;
        assert_eq!(sessions.nodes("sessions").unwrap().len(), 3);
        finish(site).await;
    }
}

/// The history of a thing: who did it, and on whose behalf.
async fn authors(client: &Client, entity: &str, id: &Value) -> Vec<(String, String)> {
    let asked = ask(client, "operator/people#Changes", json!({ "subject": { "entity": entity, "id": id } })).await;
    let text = |change: &Value, field: &str| change[field].as_str().unwrap_or_default().to_owned();
    asked.nodes("changes").unwrap().iter().map(|of| (text(of, "actor"), text(of, "onBehalfOf"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_acts_in_the_place_of_a_merchants_owner_and_histories_name_both() {
    for kind in Kind::present("access") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let size = Size { merchants: 1, products: 1, variants: 1, units: 20 };
        let client = site.client().unwrap();
        let bazaar = Bazaar::open(&client, size).await.unwrap();
        let operator = &bazaar.market.operator;
        let merchant = &bazaar.staff[0].merchant_id;
        let ann = json!({ "email": "ann@merchant.example", "name": "Ann", "merchantId": merchant,
            "role": "MERCHANT_OWNER", "password": PASSWORD });
        let ann = run(operator, "merchant/team#MemberAdd", ann).await["membership"]["userId"].clone();
        let root = ask(operator, "merchant/team#Whoami", Value::Null).await["me"]["id"].clone();
        let asked = |minutes: i64| {
            json!({ "userId": ann, "merchantId": merchant, "reason": "her stock feed stands still",
                "minutes": minutes, "beyondOwnRights": true })
        };
        let begin = "operator/people#ImpersonationBegin";
        assert_eq!(code(&refused(operator, begin, asked(61)).await), "OUT_OF_RANGE");
        let owner = &sign_in(&client, "ann@merchant.example", PASSWORD).await.unwrap();
        assert_eq!(code(&refused(owner, begin, asked(5)).await), "FORBIDDEN");
        let begun = run(operator, begin, asked(5)).await;
        let acting = client.with_token(begun.text("signedIn.token").unwrap());

        let place = json!({ "code": "hamburg", "name": "Hamburg", "country": "DE" });
        let made = run(&acting, "merchant/stock#StockLocationCreate", place).await;
        let id = &made["location"]["id"];
        let (root, by) = (root.as_str().unwrap().to_owned(), ann.as_str().unwrap().to_owned());
        assert_eq!(authors(owner, "location", id).await, [(root, by)]);

        // Nothing that only the person, a fresh proof or a second person may do.
        assert_eq!(code(&refused(&acting, begin, asked(5)).await), "FORBIDDEN");
        let seen = ask(&acting, "merchant/profile#OwnMerchant", json!({ "id": merchant })).await;
        let iban = json!({ "iban": "DE89370400440532013000", "holder": "Mallory" });
        let bank = json!({ "id": merchant, "expectedVersion": seen["merchant"]["version"], "account": iban });
        assert_eq!(code(&refused(&acting, "merchant/profile#MerchantBankEdit", bank).await), "FORBIDDEN");
        let key = json!({ "name": "ERP", "kind": "MERCHANT", "merchantId": merchant, "role": "MERCHANT_OWNER" });
        assert_eq!(code(&refused(&acting, "merchant/team#ApiKeyCreate", key).await), "FORBIDDEN");
        let change = json!({ "currentPassword": PASSWORD, "newPassword": "another horse battery" });
        assert_eq!(code(&refused(&acting, "storefront/account#PasswordChange", change).await), "FORBIDDEN");

        // She sees it among her sessions, and why; it ends.
        let sessions = ask(owner, "storefront/account#MySessions", json!({})).await;
        let listed = sessions.nodes("sessions").unwrap();
        let told = listed.iter().filter(|of| of["impersonatorId"].is_string());
        let why: Vec<_> = told.map(|of| of["impersonationReason"].clone()).collect();
        assert_eq!(why, [json!("her stock feed stands still")]);
        run(&acting, "operator/people#ImpersonationEnd", Value::Null).await;
        assert_eq!(denied(&acting, "merchant/stock#StockLocations", json!({})).await, "UNAUTHENTICATED");
        finish(site).await;
    }
}

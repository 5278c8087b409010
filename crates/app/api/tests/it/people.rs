//! A buyer through the documents: registers, signs in, keeps an address, signs out.

use async_graphql::{Request, Variables};
use context::Ctx;
use serde_json::{Value, json};
use testkit::TestEnv;

const REGISTER: &str = "mutation($i: CustomerRegisterInput!) { customerRegister(input: $i) { registered { customer { id email } } userErrors { code field } } }";
const SIGN_IN: &str = "mutation($i: SignInInput!) { signIn(input: $i) { signedIn { token user { id } } userErrors { code message field } } }";
const ACCOUNT: &str = "{ me { roles user { email customer { id } } } customer { email addresses { id postal { city country } } } sessions { nodes { isCurrent userAgent } } }";
const ADDRESS: &str = "mutation($i: AddressCreateInput!) { addressCreate(input: $i) { address { id isDefault } userErrors { code field } } }";

async fn run(ctx: &Ctx, document: &str, input: Value) -> Value {
    let request = Request::new(document)
        .variables(Variables::from_json(json!({ "i": input })))
        .data(api::Loaders::new(ctx.clone()))
        .data(ctx.clone());
    serde_json::to_value(api::build(api::Services::default()).execute(request).await).unwrap()
}

async fn bearer(t: &TestEnv, token: &str) -> Result<Ctx, identity::Error> {
    identity::authenticate(&t.world, Some(token), None, t.anonymous().origin().clone()).await
}

testkit::both_databases! {
    async fn a_buyer_registers_signs_in_and_keeps_an_address(t: TestEnv) {
        identity::set_password_cost(identity::PasswordCost::CHEAP);
        let person = json!({ "email": "bea@example.org", "name": "Bea", "password": "correct horse battery" });
        let made = run(&t.anonymous(), REGISTER, person.clone()).await;
        assert_eq!(made["data"]["customerRegister"]["registered"]["customer"]["email"], "bea@example.org");
        let again = run(&t.anonymous(), REGISTER, person).await;
        let problem = json!([{ "code": "TAKEN", "field": ["input", "email"] }]);
        assert_eq!(again["data"]["customerRegister"], json!({ "registered": null, "userErrors": problem }));
        let wrong = run(&t.anonymous(), SIGN_IN, json!({ "email": "bea@example.org", "password": "wrong" })).await;
        assert_eq!(wrong["data"]["signIn"]["userErrors"][0]["code"], "BAD_CREDENTIALS");
        let input = json!({ "email": "bea@example.org", "password": "correct horse battery", "userAgent": "curl" });
        let signed = run(&t.anonymous(), SIGN_IN, input).await;
        let token = signed["data"]["signIn"]["signedIn"]["token"].as_str().unwrap();
        let bea = bearer(&t, token).await.unwrap();
        let address = json!({ "name": "Bea", "line1": "Am Markt 1", "city": "Berlin", "postalCode": "10117", "country": "de" });
        let kept = run(&bea, ADDRESS, json!({ "address": address })).await;
        assert_eq!(kept["data"]["addressCreate"]["address"]["isDefault"], true);
        let bad = run(&bea, ADDRESS, json!({ "address": { "name": "B", "line1": "x", "city": "y", "postalCode": "1", "country": "XX" } })).await;
        assert_eq!(bad["data"]["addressCreate"]["userErrors"][0]["field"], json!(["input", "address", "country"]));
        let account = run(&bea, ACCOUNT, Value::Null).await;
        assert_eq!(account["data"]["me"]["roles"], json!(["buyer", "user", "anonymous"]));
        assert_eq!(account["data"]["customer"]["addresses"][0]["postal"], json!({ "city": "Berlin", "country": "DE" }));
        assert_eq!(account["data"]["sessions"]["nodes"], json!([{ "isCurrent": true, "userAgent": "curl" }]));
        let eve = run(&t.buyer(t.system().new_id()), ADDRESS, json!({ "address": address, "customerId": account["data"]["me"]["user"]["customer"]["id"] })).await;
        assert_eq!(eve["errors"][0]["extensions"]["code"], "NOT_FOUND");
        let out = run(&bea, "mutation { signOut { done } }", Value::Null).await;
        assert_eq!(out["data"]["signOut"]["done"], true);
        assert!(matches!(bearer(&t, token).await, Err(identity::Error::UnknownBearer)));
    }

    async fn too_many_guesses_tell_how_long_to_wait(t: TestEnv) {
        identity::set_password_cost(identity::PasswordCost::CHEAP);
        let guess = json!({ "email": "bea@example.org", "password": "wrong" });
        for _ in 0..6 {
            run(&t.anonymous(), SIGN_IN, guess.clone()).await;
        }
        let limited = run(&t.anonymous(), SIGN_IN, guess).await;
        assert_eq!(limited["errors"][0]["extensions"]["code"], "RATE_LIMITED");
        assert_eq!(limited["errors"][0]["extensions"]["details"]["retryAfterSeconds"], 30);
    }
}

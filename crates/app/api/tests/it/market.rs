//! The marketplace and its merchants, walked through the documents that the repository offers.

use access::Scope;
use serde_json::{Value, json};

use crate::bazaar::run;

const OPERATOR_MARKET: &str = include_str!("../../../../../graphql/operations/operator/marketplace.graphql");
const OPERATOR_MERCHANTS: &str = include_str!("../../../../../graphql/operations/operator/merchants.graphql");
const MERCHANT_PROFILE: &str = include_str!("../../../../../graphql/operations/merchant/profile.graphql");
const STOREFRONT: &str = include_str!("../../../../../graphql/operations/storefront/marketplace.graphql");

/// The result of a mutation that went well.
#[track_caller]
fn done(answer: &Value, field: &str, result: &str) -> Value {
    assert_eq!(answer[field]["userErrors"], json!([]), "{field}");
    answer[field][result].clone()
}

testkit::both_databases! {
    async fn the_operator_sets_up_a_marketplace(t: TestEnv) {
        let ctx = t.operator();
        let input = json!({ "code": "web", "name": "Web", "currencies": ["EUR"], "locales": ["en"], "country": "DE" });
        let answer = run(&ctx, OPERATOR_MARKET, "ChannelCreate", json!({ "input": input })).await;
        let channel = done(&answer, "channelCreate", "channel");
        let input = json!({ "id": channel["id"], "expectedVersion": 1, "name": "Shop" });
        let answer = run(&ctx, OPERATOR_MARKET, "ChannelEdit", json!({ "input": input })).await;
        assert_eq!(done(&answer, "channelEdit", "channel")["version"], 2);
        let rates = json!([{ "country": "DE", "validFrom": "2007-01-01", "percent": "19" }]);
        let input = json!({ "code": "standard", "name": "Standard", "rates": rates });
        let answer = run(&ctx, OPERATOR_MARKET, "TaxClassCreate", json!({ "input": input })).await;
        let class = done(&answer, "taxClassCreate", "taxClass");
        assert_eq!(class["rates"][0]["percent"], "19");
        let rates = json!([{ "currency": "EUR", "firstAmount": "4.90", "additionalAmount": "1", "freeAboveAmount": "100" }]);
        let input = json!({
            "code": "parcel", "name": "Parcel", "kind": "HOME", "productTypes": ["parcel"], "taxClassId": class["id"],
            "transitDaysMin": 1, "transitDaysMax": 3, "maxWeightG": 31500, "rates": rates,
        });
        let answer = run(&ctx, OPERATOR_MARKET, "DeliveryMethodCreate", json!({ "input": input })).await;
        let method = done(&answer, "deliveryMethodCreate", "deliveryMethod");
        assert_eq!(method["rates"][0]["first"], json!({ "amount": "4.90", "currency": "EUR" }));
        let input = json!({ "id": method["id"], "expectedVersion": 1, "maxWeightG": null });
        let answer = run(&ctx, OPERATOR_MARKET, "DeliveryMethodEdit", json!({ "input": input })).await;
        assert_eq!(done(&answer, "deliveryMethodEdit", "deliveryMethod")["maxWeightG"], Value::Null);
        let amounts = json!([{ "currency": "EUR", "fixedPerOrderAmount": "0.35", "minPerLineAmount": "3.00" }]);
        let input = json!({ "name": "Gold", "tier": "gold", "itemPercent": "7.5", "shippingPercent": "0", "amounts": amounts });
        let answer = run(&ctx, OPERATOR_MARKET, "CommissionRuleCreate", json!({ "input": input })).await;
        let rule = done(&answer, "commissionRuleCreate", "commissionRule");
        assert_eq!((&rule["itemPercent"], &rule["amounts"][0]["minPerLine"]["amount"]), (&json!("7.5"), &json!("3.00")));
        let input = json!({ "expectedVersion": 0, "holdDays": 7, "payoutMinimum": [{ "amount": "12.00", "currency": "EUR" }] });
        let answer = run(&ctx, OPERATOR_MARKET, "MarketplaceSettingsEdit", json!({ "input": input })).await;
        let settings = done(&answer, "marketplaceSettingsEdit", "settings");
        assert_eq!((&settings["version"], &settings["holdDays"]), (&json!(1), &json!(7)));

        let seen = run(&t.anonymous(), STOREFRONT, "StorefrontChannel", json!({ "code": "web" })).await;
        assert_eq!(seen["channel"]["name"], "Shop");
        let seen = run(&t.anonymous(), STOREFRONT, "StorefrontDeliveryMethods", json!({})).await;
        assert_eq!(seen["deliveryMethods"]["edges"][0]["node"]["code"], "parcel");
        for (query, field) in [("TaxClasses", "taxClasses"), ("CommissionRules", "commissionRules"),
            ("Channels", "channels"), ("DeliveryMethods", "deliveryMethods"),
            ("MarketplaceSettingsHistory", "marketplaceSettingsHistory")] {
            let page = run(&ctx, OPERATOR_MARKET, query, json!({ "first": 5 })).await;
            assert_eq!(page[field]["edges"].as_array().unwrap().len(), 1, "{query}");
            assert_eq!(page[field]["pageInfo"]["hasNextPage"], false);
        }
    }

    async fn what_is_wrong_names_the_field_of_the_input(t: TestEnv) {
        let ctx = t.operator();
        let wrong = async |operation: &str, field: &str, input: Value| {
            let answer = run(&ctx, OPERATOR_MARKET, operation, json!({ "input": input })).await;
            let error = answer[field]["userErrors"][0].clone();
            (error["code"].as_str().unwrap().to_owned(), error["field"].clone())
        };
        let rates = json!([{ "country": "DE", "validFrom": "2007-01-01", "percent": "101" }]);
        let input = json!({ "code": "standard", "name": "Standard", "rates": rates });
        let path = json!(["input", "rates", "0", "percent"]);
        assert_eq!(wrong("TaxClassCreate", "taxClassCreate", input).await, ("OUT_OF_RANGE".to_owned(), path));
        let input = json!({ "code": "web", "name": "W", "currencies": ["EUR"], "locales": ["en"], "country": "XX" });
        let path = json!(["input", "country"]);
        assert_eq!(wrong("ChannelCreate", "channelCreate", input).await, ("UNKNOWN_COUNTRY".to_owned(), path));
        let input = json!({ "expectedVersion": 3, "holdDays": 1 });
        let (code, _) = wrong("MarketplaceSettingsEdit", "marketplaceSettingsEdit", input).await;
        assert_eq!(code, "STALE_VERSION");
    }

    async fn a_merchant_is_made_approved_and_suspended(t: TestEnv) {
        let ctx = t.operator();
        let input = json!({ "name": "Kettle", "contactEmail": "shop@kettle.example", "country": "DE" });
        let answer = run(&ctx, OPERATOR_MERCHANTS, "MerchantCreate", json!({ "input": input })).await;
        let made = done(&answer, "merchantCreate", "merchant");
        assert_eq!((&made["status"], &made["allowedActions"]), (&json!("APPLIED"), &json!(["ADMIT", "APPROVE", "REJECT", "CLOSE"])));
        let id = made["id"].clone();
        let step = async |operation: &str, version: i64, reason: Option<&str>| {
            let input = json!({ "id": id, "expectedVersion": version, "reason": reason });
            run(&ctx, OPERATOR_MERCHANTS, operation, json!({ "input": input })).await
        };
        let answer = step("MerchantApprove", 1, None).await;
        assert_eq!(done(&answer, "merchantApprove", "merchant")["status"], "ACTIVE");
        let again = step("MerchantApprove", 2, None).await;
        assert_eq!(again["merchantApprove"]["merchant"], Value::Null);
        let error = &again["merchantApprove"]["userErrors"][0];
        assert_eq!((&error["code"], &error["details"]["allowed"]), (&json!("INVALID_TRANSITION"), &json!(["restrict", "suspend", "offboard"])));
        let seen = run(&t.anonymous(), STOREFRONT, "StorefrontMerchant", json!({ "slug": "kettle" })).await;
        assert_eq!(seen["merchantBySlug"]["name"], "Kettle");
        let answer = step("MerchantSuspend", 2, Some("Late")).await;
        assert_eq!(done(&answer, "merchantSuspend", "merchant")["allowedActions"], json!(["REOPEN", "RESTRICT", "OFFBOARD"]));
        let seen = run(&t.anonymous(), STOREFRONT, "StorefrontMerchant", json!({ "slug": "kettle" })).await;
        assert_eq!(seen["merchantBySlug"], Value::Null);
        let filter = json!({ "status": "SUSPENDED", "text": "kett" });
        let page = run(&ctx, OPERATOR_MERCHANTS, "Merchants", json!({ "filter": filter })).await;
        assert_eq!(page["merchants"]["edges"][0]["node"]["id"], id);
    }

    async fn a_merchants_staff_sees_its_own_and_nobody_elses(t: TestEnv) {
        let ctx = t.operator();
        let merchant = |name: &str| json!({ "name": name, "contactEmail": "a@b.example", "country": "DE", "approved": true });
        let input = json!({ "merchants": [merchant("One"), merchant("Two")] });
        let answer = run(&ctx, OPERATOR_MERCHANTS, "MerchantsCreate", json!({ "input": input })).await;
        let made = done(&answer, "merchantsCreate", "merchants");
        let (own, other) = (made[0]["id"].clone(), made[1]["id"].clone());
        let staff = t.seated(Scope::Merchant(own.as_str().unwrap().parse().unwrap()), "merchant_owner");
        let seen = run(&staff, MERCHANT_PROFILE, "OwnMerchant", json!({ "id": own })).await;
        assert_eq!(seen["merchant"]["name"], "One");
        let hidden = run(&staff, MERCHANT_PROFILE, "OwnMerchant", json!({ "id": other })).await;
        assert_eq!(hidden["merchant"], Value::Null);
        let account = json!({ "iban": "DE89 3704 0044 0532 0130 01", "holder": "One" });
        let input = json!({ "id": own, "expectedVersion": 1, "account": account });
        let wrong = run(&staff, MERCHANT_PROFILE, "MerchantBankEdit", json!({ "input": input })).await;
        let error = &wrong["merchantBankEdit"]["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!("CHECKSUM"), &json!(["input", "account", "iban"])));
        let account = json!({ "iban": "DE89 3704 0044 0532 0130 00", "holder": "One" });
        let input = json!({ "id": own, "expectedVersion": 1, "account": account });
        let answer = run(&staff, MERCHANT_PROFILE, "MerchantBankEdit", json!({ "input": input })).await;
        assert_eq!(done(&answer, "merchantBankEdit", "merchant")["bank"]["maskedIban"], "DE••3000");
        let seen = run(&staff, MERCHANT_PROFILE, "OwnBankAccount", json!({ "merchantId": own })).await;
        assert_eq!(seen["merchantBankAccount"]["iban"], "DE89370400440532013000");
    }
}

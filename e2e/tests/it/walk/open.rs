//! The operator opens: merchants with their staff, commission and hold period, channel, tax, delivery.

use e2e::market::sign_in;
use e2e::site::OPERATOR;
use e2e::{Client, Json as _, Site};
use serde_json::json;

use super::{Stall, Walk};
use crate::common::{ask, eventually, refused, run};

const PASSWORD: &str = "carpets and copper 12";
const FILE: &str = "operator/marketplace";

pub async fn marketplace(site: Site) -> Walk {
    let anonymous = site.client().unwrap();
    let operator = operator(&anonymous).await;
    let (channel_id, tax_class_id) = ground(&operator).await;
    let anna = with_owner(&anonymous, &operator, "Anna's Copper", "anna@example.com").await;
    let bruno = invited(&site, &anonymous, &operator).await;
    let clara = with_owner(&anonymous, &operator, "Clara's Candles", "clara@example.com").await;
    let rule = json!({
        "name": "Anna", "merchantId": anna.id, "itemPercent": "12", "shippingPercent": "5",
        "amounts": [{ "currency": "EUR", "fixedPerOrderAmount": "0.35" }],
    });
    run(&operator, &format!("{FILE}#CommissionRuleCreate"), rule).await;
    for stall in [&anna, &bruno, &clara] {
        let merchant = ask(&operator, "operator/merchants#Merchant", json!({ "id": stall.id })).await;
        let account = json!({ "iban": "DE89 3704 0044 0532 0130 00", "holder": "Stall" });
        let version = merchant.int("merchant.version").unwrap();
        let input = json!({ "id": stall.id, "expectedVersion": version, "account": account });
        run(&stall.staff, "merchant/profile#MerchantBankEdit", input).await;
    }
    Walk { site, operator, anonymous, channel_id, tax_class_id, anna, bruno, clara }
}

async fn operator(anonymous: &Client) -> Client {
    let wrong = json!({ "email": OPERATOR.0, "password": "a wrong password" });
    let refusal = refused(anonymous, "storefront/account#SignIn", wrong).await;
    assert_eq!(refusal.code(), "BAD_CREDENTIALS");
    sign_in(anonymous, OPERATOR.0, OPERATOR.1).await.unwrap()
}

/// Channel, tax class, delivery, hold period; gives the ids of channel and tax class.
async fn ground(operator: &Client) -> (String, String) {
    let channel = json!({
        "code": "shop", "name": "Shop", "currencies": ["EUR", "USD"], "locales": ["en", "de"], "country": "DE",
    });
    let channel = run(operator, &format!("{FILE}#ChannelCreate"), channel).await;
    let rate = json!({ "country": "DE", "validFrom": "2020-01-01", "percent": "19" });
    let class = json!({ "code": "goods", "name": "Goods", "rates": [rate] });
    let class = run(operator, &format!("{FILE}#TaxClassCreate"), class).await;
    let tax_class = class.text("taxClass.id").unwrap();
    let methods = [("swift-parcel", "HOME", "parcel", "4.90", true), ("truck", "FREIGHT", "bulky", "29.00", false)];
    for (code, kind, product_type, price, parcel) in methods {
        let rates = json!([{ "currency": "EUR", "firstAmount": price, "additionalAmount": "1.00" }]);
        let method = json!({
            "code": code, "name": code, "kind": kind, "productTypes": [product_type], "countries": ["DE"],
            "taxClassId": tax_class, "transitDaysMin": 1, "transitDaysMax": 3, "trackingRequired": parcel,
            "codAllowed": parcel, "rates": rates, "position": -10,
        });
        run(operator, &format!("{FILE}#DeliveryMethodCreate"), method).await;
    }
    let template = "https://caravan.example/{tracking}";
    let carrier = json!({ "code": "caravan", "name": "Caravan", "trackingUrlTemplate": template });
    run(operator, &format!("{FILE}#CarrierCreate"), carrier).await;
    let settings = ask(operator, &format!("{FILE}#MarketplaceSettings"), json!({})).await;
    let version = settings.int("marketplaceSettings.version").unwrap();
    let edit =
        json!({ "expectedVersion": version, "holdDays": 0, "reservePercent": "0", "commissionVatPercent": "19" });
    run(operator, &format!("{FILE}#MarketplaceSettingsEdit"), edit.clone()).await;
    let stale = refused(operator, &format!("{FILE}#MarketplaceSettingsEdit"), edit).await;
    assert_eq!(stale.code(), "STALE_VERSION");
    (channel.text("channel.id").unwrap().to_owned(), tax_class.to_owned())
}

/// A merchant that is made together with its owner, and approved after that.
async fn with_owner(anonymous: &Client, operator: &Client, name: &str, email: &str) -> Stall {
    let owner = json!({ "email": email, "name": name, "password": PASSWORD });
    let input = json!({ "name": name, "contactEmail": email, "country": "DE", "owner": owner });
    let made = run(operator, "operator/merchants#MerchantCreate", input).await;
    assert_eq!(made.text("merchant.status").unwrap(), "APPLIED");
    let id = made.text("merchant.id").unwrap().to_owned();
    approve(operator, &id, made.int("merchant.version").unwrap()).await;
    let staff = sign_in(anonymous, email, PASSWORD).await.unwrap().acting_for(&id);
    Stall { id, staff }
}

async fn approve(operator: &Client, id: &str, version: i64) {
    let approved = json!({ "id": id, "expectedVersion": version });
    let approved = run(operator, "operator/merchants#MerchantApprove", approved).await;
    assert_eq!(approved.text("merchant.status").unwrap(), "ACTIVE");
}

/// A merchant whose owner follows the link of a mail.
async fn invited(site: &Site, anonymous: &Client, operator: &Client) -> Stall {
    let input = json!({ "name": "Bruno's Benches", "contactEmail": "bruno@example.com", "country": "DE" });
    let made = run(operator, "operator/merchants#MerchantCreate", input).await;
    let id = made.text("merchant.id").unwrap().to_owned();
    approve(operator, &id, made.int("merchant.version").unwrap()).await;
    let invitation =
        json!({ "email": "bruno@example.com", "name": "Bruno", "merchantId": id, "role": "MERCHANT_OWNER" });
    run(operator, "merchant/team#MemberInvite", invitation).await;
    let token = eventually("the invitation by mail", async || {
        // Not the only mail: it is also told that the shop is approved.
        let mails = site.mails().unwrap();
        let mut of_bruno = mails.iter().filter(|mail| mail.to.contains("bruno@example.com"));
        let (_, rest) = of_bruno.find_map(|mail| mail.body.split_once("/invitation?token="))?;
        Some(rest.split(|c: char| c.is_whitespace() || c == '"' || c == '<').next()?.to_owned())
    })
    .await;
    let accept = json!({ "token": token, "password": PASSWORD });
    run(anonymous, "merchant/team#InvitationAccept", accept.clone()).await;
    refused(anonymous, "merchant/team#InvitationAccept", accept).await;
    let staff = sign_in(anonymous, "bruno@example.com", PASSWORD).await.unwrap().acting_for(&id);
    Stall { id, staff }
}

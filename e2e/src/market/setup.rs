//! An operator who opens a marketplace.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Staff, Storefront};
use crate::{Client, Error, Json as _, Result, operations};

/// What kind of marketplace is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The code of its channel.
    pub channel: String,
    /// Its currency.
    pub currency: String,
    /// Its country.
    pub country: String,
    /// Its language.
    pub locale: String,
    /// The tax in its prices, in percent.
    pub tax_percent: String,
    /// Whether storefronts say what a delivery costs; otherwise it is 4.90 and 1.00 for each further unit.
    pub quoted_delivery: bool,
    /// Days until delivered goods can be paid out.
    pub hold_days: u32,
}

impl Wanted {
    /// A channel in Germany that sells in euros, with 19 % tax, where delivered goods can be paid out at once.
    #[must_use]
    pub fn german(channel: &str) -> Self {
        Self {
            channel: channel.to_owned(),
            currency: "EUR".to_owned(),
            country: "DE".to_owned(),
            locale: "en".to_owned(),
            tax_percent: "19".to_owned(),
            quoted_delivery: false,
            hold_days: 0,
        }
    }
}

/// A marketplace that is open for business in one channel and currency.
#[derive(Debug, Clone)]
pub struct Market {
    /// The operator, signed in.
    pub operator: Client,
    /// Its channel.
    pub channel_id: String,
    /// The code of the channel.
    pub channel: String,
    /// Its currency.
    pub currency: String,
    /// Its country.
    pub country: String,
    /// The class of its goods.
    pub tax_class_id: String,
    /// Speaks as its trusted storefront.
    pub shop: Client,
}

/// Signs in.
///
/// # Errors
/// The refusal.
pub async fn sign_in(client: &Client, email: &str, password: &str) -> Result<Client> {
    let document = operations::find("storefront/account", "SignIn")?;
    let payload = client.run(document, json!({ "email": email, "password": password })).await?;
    Ok(client.with_token(payload.text("signedIn.token")?))
}

impl Market {
    /// Signs in and makes what is missing: channel, tax class, delivery method, carrier, hold period, a key for the
    /// storefront.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn open(client: &Client, email: &str, password: &str, wanted: &Wanted) -> Result<Self> {
        let operator = sign_in(client, email, password).await?;
        let setup = Setup { operator: &operator, wanted };
        let channel_id = setup.channel().await?;
        let tax_class_id = setup.tax_class().await?;
        setup.delivery(&tax_class_id).await?;
        setup.settings().await?;
        let shop = client.with_token(&setup.key("STOREFRONT", None, "STOREFRONT").await?);
        Ok(Self {
            channel_id,
            channel: wanted.channel.clone(),
            currency: wanted.currency.clone(),
            country: wanted.country.clone(),
            tax_class_id,
            shop,
            operator,
        })
    }

    /// Its storefront.
    #[must_use]
    pub fn storefront(&self) -> Storefront {
        Storefront::new(self.shop.clone(), &self.channel, &self.currency, &self.country)
    }

    /// The operator's own people, who may do everything for every merchant.
    #[must_use]
    pub fn desk(&self) -> Staff {
        Staff { client: self.operator.clone(), merchant_id: String::new() }
    }

    /// The time that the program's clock shows.
    ///
    /// # Errors
    /// The refusal.
    pub async fn clock(&self) -> Result<DateTime<Utc>> {
        let answer = self.operator.mutate("mutation { ping }", json!({})).await?;
        let text = answer.as_str().unwrap_or_default();
        text.parse().map_err(|e| Error::Unexpected(format!("{e} in {text}")))
    }

    /// Somebody who may do everything for a merchant, by an API key of the merchant.
    ///
    /// # Errors
    /// The refusal.
    pub async fn staff(&self, merchant: &str) -> Result<Staff> {
        let key = api_key(&self.operator, "MERCHANT", Some(merchant), "MERCHANT_OWNER").await?;
        Ok(Staff { client: self.operator.with_token(&key), merchant_id: merchant.to_owned() })
    }
}

async fn api_key(operator: &Client, kind: &str, merchant: Option<&str>, role: &str) -> Result<String> {
    let input = json!({ "name": "e2e", "kind": kind, "merchantId": merchant, "role": role });
    let payload = operator.run(operations::find("merchant/team", "ApiKeyCreate")?, input).await?;
    Ok(payload.text("created.secret")?.to_owned())
}

struct Setup<'a> {
    operator: &'a Client,
    wanted: &'a Wanted,
}

const FILE: &str = "operator/marketplace";

impl Setup<'_> {
    async fn key(&self, kind: &str, merchant: Option<&str>, role: &str) -> Result<String> {
        api_key(self.operator, kind, merchant, role).await
    }

    /// The id of the thing with this code in a list.
    async fn known(&self, operation: &str, list: &str, code: &str) -> Result<Option<String>> {
        let answer = self.operator.query(operations::find(FILE, operation)?, json!({ "first": 100 })).await?;
        for node in answer.nodes(list)? {
            if node.text("code")? == code {
                return Ok(Some(node.text("id")?.to_owned()));
            }
        }
        Ok(None)
    }

    async fn create(&self, operation: &str, thing: &str, input: Value) -> Result<String> {
        let payload = self.operator.run(operations::find(FILE, operation)?, input).await?;
        Ok(payload.text(&format!("{thing}.id"))?.to_owned())
    }

    async fn channel(&self) -> Result<String> {
        let wanted = self.wanted;
        if let Some(id) = self.known("Channels", "channels", &wanted.channel).await? {
            return Ok(id);
        }
        let input = json!({
            "code": wanted.channel, "name": wanted.channel, "currencies": [wanted.currency],
            "locales": [wanted.locale], "country": wanted.country,
        });
        self.create("ChannelCreate", "channel", input).await
    }

    async fn tax_class(&self) -> Result<String> {
        let code = format!("{}-goods", self.wanted.channel);
        if let Some(id) = self.known("TaxClasses", "taxClasses", &code).await? {
            return Ok(id);
        }
        let rate = json!({
            "country": self.wanted.country, "validFrom": "2000-01-01", "percent": self.wanted.tax_percent,
        });
        self.create("TaxClassCreate", "taxClass", json!({ "code": code, "name": code, "rates": [rate] })).await
    }

    async fn delivery(&self, tax_class: &str) -> Result<()> {
        let wanted = self.wanted;
        if self.known("Carriers", "carriers", "correios").await?.is_none() {
            let template = "https://carrier.example/{tracking}";
            let input = json!({ "code": "correios", "name": "Correios", "trackingUrlTemplate": template });
            self.create("CarrierCreate", "carrier", input).await?;
        }
        let code = format!("{}-parcel", wanted.channel);
        if self.known("DeliveryMethods", "deliveryMethods", &code).await?.is_some() {
            return Ok(());
        }
        let rate = json!({ "currency": wanted.currency, "firstAmount": "4.90", "additionalAmount": "1.00" });
        let (pricing, rates) = if wanted.quoted_delivery { ("QUOTED", json!([])) } else { ("RATES", json!([rate])) };
        let input = json!({
            "code": code, "name": "Parcel", "kind": "HOME", "pricing": pricing, "productTypes": ["parcel"],
            "countries": [wanted.country], "taxClassId": tax_class, "transitDaysMin": 2, "transitDaysMax": 5,
            "trackingRequired": true, "rates": rates, "position": -10,
        });
        self.create("DeliveryMethodCreate", "deliveryMethod", input).await.map(drop)
    }

    async fn settings(&self) -> Result<()> {
        let answer = self.operator.query(operations::find(FILE, "MarketplaceSettings")?, json!({})).await?;
        let input = json!({
            "expectedVersion": answer.int("marketplaceSettings.version")?, "holdDays": self.wanted.hold_days,
            "reservePercent": "0", "reason": "set up from outside",
        });
        let payload = self.operator.run(operations::find(FILE, "MarketplaceSettingsEdit")?, input).await?;
        payload.int("settings.version").map(drop)
    }
}

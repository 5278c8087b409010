//! Buyers and their storefront.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{CARD, documents};
use crate::olist::Address;
use crate::{Client, Error, Json as _, Result, money};

/// How long an order may wait for its payment.
const PATIENCE: Duration = Duration::from_secs(60);

/// A line of a basket.
#[derive(Debug, Clone)]
pub struct BasketLine {
    /// What is wanted.
    pub offer_id: String,
    /// Units.
    pub quantity: i64,
    /// What its delivery costs, when the storefront knows.
    pub delivery_minor: Option<i64>,
}

/// What somebody wants to buy, and where it goes.
#[derive(Debug, Clone)]
pub struct Basket {
    /// The lines.
    pub lines: Vec<BasketLine>,
    /// Where to.
    pub address: Address,
    /// Who.
    pub email: String,
}

/// A cart with its split plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The cart.
    pub cart_id: String,
    /// The secret that opens it.
    pub token: String,
    /// The plan as it was answered.
    pub plan: Value,
}

/// An order as it was placed.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its id.
    pub id: String,
    /// Its number for people.
    pub number: String,
    /// The secret that opens it.
    pub token: String,
    /// What the buyer pays, in minor units.
    pub total_minor: i64,
    /// The goods of it.
    pub goods_minor: i64,
    /// The delivery of it.
    pub delivery_minor: i64,
    /// Its parts: id and merchant.
    pub merchant_orders: Vec<(String, String)>,
    /// How many lines it has.
    pub lines: usize,
}

/// A storefront of one channel.
#[derive(Debug)]
pub struct Storefront {
    client: Client,
    channel: String,
    currency: String,
    country: String,
    keys: AtomicU64,
    run: String,
}

impl Storefront {
    /// A storefront that speaks through `client`.
    #[must_use]
    pub fn new(client: Client, channel: &str, currency: &str, country: &str) -> Self {
        let run = uuid::Uuid::from_u128(rand::random()).simple().to_string();
        let (channel, currency, country) = (channel.to_owned(), currency.to_owned(), country.to_owned());
        Self { client, channel, currency, country, keys: AtomicU64::new(0), run }
    }

    /// The client it speaks through.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// An idempotency key that nobody used before.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}-{}", self.run, self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// Fills a cart and asks how it would be split.
    ///
    /// # Errors
    /// The refusal.
    pub async fn plan(&self, basket: &Basket) -> Result<Plan> {
        self.plan_with(basket, None).await
    }

    /// The same with a coupon.
    ///
    /// # Errors
    /// The refusal.
    pub async fn plan_with(&self, basket: &Basket, coupon: Option<&str>) -> Result<Plan> {
        let mut input = self.cart_input(basket);
        if let (Some(coupon), Some(fields)) = (coupon, input.as_object_mut()) {
            fields.insert("couponCode".to_owned(), json!(coupon));
        }
        let payload = self.client.run(documents::CART_CREATE, input).await?;
        let made = payload.at("created")?;
        let (cart_id, token) = (made.text("cart.id")?.to_owned(), made.text("token")?.to_owned());
        Ok(Plan { cart_id, token, plan: made.at("cart.plan")?.clone() })
    }

    fn cart_input(&self, basket: &Basket) -> Value {
        let digits = money::digits(&self.currency);
        let line = |line: &BasketLine| {
            let quote = line
                .delivery_minor
                .map(|minor| json!({ "amount": money::text(minor, digits), "currency": self.currency }));
            let mut input = json!({ "offerId": line.offer_id, "quantity": line.quantity });
            if let (Some(quote), Some(fields)) = (quote, input.as_object_mut()) {
                fields.insert("deliveryQuote".to_owned(), quote);
            }
            input
        };
        let lines: Vec<_> = basket.lines.iter().map(line).collect();
        let address = &basket.address;
        json!({
            "channel": self.channel,
            "currency": self.currency,
            "lines": lines,
            "email": basket.email,
            "shipTo": {
                "name": "Ana Souza", "line1": "Rua das Flores 7", "city": address.city, "postalCode": address.zip,
                "region": address.state, "country": self.country,
            },
        })
    }

    /// Places the order of a plan at the total that it showed.
    ///
    /// # Errors
    /// The refusal.
    pub async fn place(&self, plan: &Plan, key: &str, method: &str, card: Option<&str>) -> Result<Placed> {
        self.place_with(plan, key, json!({ "method": method, "cardToken": card })).await
    }

    /// The same, with everything there is to say about how it is paid.
    ///
    /// # Errors
    /// The refusal.
    pub async fn place_with(&self, plan: &Plan, key: &str, payment: Value) -> Result<Placed> {
        let input = json!({
            "idempotencyKey": key,
            "cartId": plan.cart_id,
            "cartToken": plan.token,
            "planHash": plan.plan.text("hash")?,
            "total": plan.plan.at("total")?,
            "payment": payment,
        });
        let payload = self.client.run(documents::ORDER_PLACE, input).await?;
        placed(payload.at("order")?, &plan.token)
    }

    /// Fills a cart, looks at the plan and places it with the sandbox card.
    ///
    /// # Errors
    /// The refusal.
    pub async fn buy(&self, basket: &Basket) -> Result<Placed> {
        let plan = self.plan(basket).await?;
        self.place(&plan, &self.key(), CARD, Some("tok_ok")).await
    }

    /// Looks at an order as its buyer does.
    ///
    /// # Errors
    /// The refusal.
    pub async fn order(&self, placed: &Placed) -> Result<Value> {
        let variables = json!({ "number": placed.number, "token": placed.token });
        Ok(self.client.query(documents::ORDER, variables).await?.at("guestOrder")?.clone())
    }

    /// Waits until the money of an order is there, so that its merchants see it.
    ///
    /// # Errors
    /// [`Error::Timeout`]; [`Error::Unexpected`] when the payment failed.
    pub async fn wait_paid(&self, placed: &Placed) -> Result<()> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(2);
        while started.elapsed() < PATIENCE {
            let order = self.order(placed).await?;
            match order.text("paymentStatus")? {
                "AUTHORIZED" | "PAID" | "PARTIALLY_PAID" => return Ok(()),
                "VOIDED" => return Err(Error::Unexpected(format!("not paid: {order}"))),
                _ => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(Duration::from_millis(8));
        }
        Err(Error::Timeout { what: format!("the payment of {}", placed.number), seconds: PATIENCE.as_secs() })
    }
}

fn placed(order: &Value, token: &str) -> Result<Placed> {
    let parts = order.list("merchantOrders")?.iter();
    let part = |part: &Value| Ok((part.text("id")?.to_owned(), part.text("merchant.id")?.to_owned()));
    Ok(Placed {
        id: order.text("id")?.to_owned(),
        number: order.text("number")?.to_owned(),
        token: token.to_owned(),
        total_minor: order.minor("total")?,
        goods_minor: order.minor("goods")?,
        delivery_minor: order.minor("delivery")?,
        merchant_orders: parts.map(part).collect::<Result<_>>()?,
        lines: order.list("lines")?.len(),
    })
}

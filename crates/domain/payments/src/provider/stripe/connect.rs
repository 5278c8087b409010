//! Stripe Connect: the operator's money goes to a merchant's account at Stripe, and from there to the merchant's bank.

use chrono::{DateTime, Utc};
use kernel::Money;
use serde::Deserialize;
use serde_json::Value;

use super::shape::failure;
use super::{Call, Form, Reply, Stripe, WRITTEN_OTHERWISE, encoded, field, path_part};
use crate::provider::{NoAnswer, WebhookFault, signature};

/// Under this name the metadata of Stripe's objects hold the key of the payout.
const KEY: &str = "souk_payout";
/// What Stripe says when there is not enough to send.
const SHORT: &str = "balance_insufficient";

/// Money that goes to a connected account, or from there to its bank.
#[derive(Debug, Clone, Copy)]
pub struct ConnectOrder<'a> {
    /// Names the payout: under one key each step is done once.
    pub key: &'a str,
    /// The connected account, `acct_…`.
    pub account: &'a str,
    /// How much.
    pub amount: Money,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// Stripe does it, under this name.
    Taken(String),
    /// There is not enough to send now; later there may be.
    Short,
    /// Stripe will not do it, for this reason.
    Refused(String),
}

/// How far money is on its way from a connected account to its bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankState {
    /// Not there yet.
    OnTheWay,
    /// The bank has it.
    Paid,
    /// It came back to the connected account, for this reason.
    Failed(String),
}

/// What a webhook tells of a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectEvent {
    /// The key of the payout.
    pub key: String,
    /// Stripe's name of it.
    pub name: String,
    /// Where it stands.
    pub state: BankState,
}

#[derive(Deserialize)]
struct Payout {
    id: String,
    status: String,
    failure_code: Option<String>,
    #[serde(default)]
    metadata: Value,
}

impl Payout {
    fn state(&self) -> BankState {
        match self.status.as_str() {
            "paid" => BankState::Paid,
            "failed" | "canceled" => {
                BankState::Failed(self.failure_code.clone().unwrap_or_else(|| format!("payout_{}", self.status)))
            }
            _ => BankState::OnTheWay,
        }
    }
}

#[derive(Deserialize)]
struct Event {
    r#type: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

impl Stripe {
    /// Moves money of the operator to a connected account.
    ///
    /// # Errors
    /// When Stripe gave no answer that counts; ask again with the same order.
    pub async fn transfer(&self, order: ConnectOrder<'_>) -> Result<Moved, NoAnswer> {
        let mut form = money(order);
        form.push(field("destination", order.account));
        self.connect("/v1/transfers".to_owned(), order, "transfer", None, form).await
    }

    /// Moves money from a connected account to its bank.
    ///
    /// # Errors
    /// When Stripe gave no answer that counts; ask again with the same order.
    pub async fn pay_out(&self, order: ConnectOrder<'_>) -> Result<Moved, NoAnswer> {
        self.connect("/v1/payouts".to_owned(), order, "payout", Some(order.account), money(order)).await
    }

    /// Takes a transfer back as a whole.
    ///
    /// # Errors
    /// When Stripe gave no answer that counts; ask again with the same order.
    pub async fn take_back(&self, order: ConnectOrder<'_>, transfer: &str) -> Result<Moved, NoAnswer> {
        let path = format!("/v1/transfers/{}/reversals", path_part(transfer));
        let form = vec![field("amount", order.amount.minor.to_string())];
        self.connect(path, order, "reversal", None, form).await
    }

    /// Asks where money stands on its way from a connected account to its bank.
    ///
    /// # Errors
    /// When Stripe does not show it.
    pub async fn bank_state(&self, account: &str, payout: &str) -> Result<BankState, NoAnswer> {
        let mut headers = self.headers();
        headers.push(("stripe-account", account.to_owned()));
        let path = format!("/v1/payouts/{}", path_part(payout));
        let reply = self.send(Call { method: "GET", path, headers, body: None }).await?;
        let shown = (reply.status < 300).then(|| serde_json::from_slice::<Payout>(&reply.body).ok()).flatten();
        let shown = shown.ok_or_else(|| NoAnswer(format!("Stripe does not show the payout {payout}")))?;
        Ok(shown.state())
    }

    /// Reads a webhook of connected accounts; `None` for one that is none of our business.
    ///
    /// # Errors
    /// A signature that is missing, forged or old; a body that is no event.
    pub fn read_connect_webhook(
        &self,
        signature: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<ConnectEvent>, WebhookFault> {
        let secret = self.settings.connect_webhook_secret.as_bytes();
        if secret.is_empty() {
            return Err(WebhookFault::Forged);
        }
        signature::verify(secret, signature, body, now)?;
        let event: Event = serde_json::from_slice(body).map_err(|_| WebhookFault::Unreadable)?;
        if !matches!(event.r#type.as_str(), "payout.paid" | "payout.failed" | "payout.canceled") {
            return Ok(None);
        }
        let payout: Payout = serde_json::from_value(event.data.object).map_err(|_| WebhookFault::Unreadable)?;
        let key = payout.metadata[KEY].as_str().map(str::to_owned);
        Ok(key.map(|key| ConnectEvent { key, state: payout.state(), name: payout.id }))
    }

    async fn connect(
        &self,
        path: String,
        order: ConnectOrder<'_>,
        step: &str,
        account: Option<&str>,
        form: Form,
    ) -> Result<Moved, NoAnswer> {
        if WRITTEN_OTHERWISE.contains(&order.amount.currency.code()) {
            return Ok(Moved::Refused("unsupported_currency".to_owned()));
        }
        let mut headers = self.headers();
        headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        headers.push(("idempotency-key", format!("{}:{step}", order.key)));
        if let Some(account) = account {
            headers.push(("stripe-account", account.to_owned()));
        }
        let reply = self.line.send(Call { method: "POST", path, headers, body: Some(encoded(form)) }).await;
        moved(&reply.map_err(NoAnswer)?)
    }
}

fn money(order: ConnectOrder<'_>) -> Form {
    vec![
        field("amount", order.amount.minor.to_string()),
        field("currency", order.amount.currency.code().to_lowercase()),
        field(&format!("metadata[{KEY}]"), order.key),
    ]
}

/// A forbidden account is an answer too: the merchant took its leave.
fn moved(reply: &Reply) -> Result<Moved, NoAnswer> {
    let reason = failure(&reply.body);
    match reply.status {
        200..=299 => {
            let name = serde_json::from_slice::<Value>(&reply.body).ok();
            let name = name.and_then(|body| body["id"].as_str().map(str::to_owned));
            name.map(Moved::Taken).ok_or_else(|| NoAnswer("Stripe's answer has no id".to_owned()))
        }
        400 | 402 | 404 if reason == SHORT => Ok(Moved::Short),
        400 | 402 | 404 => Ok(Moved::Refused(reason)),
        403 if reason == "account_invalid" => Ok(Moved::Refused(reason)),
        status => Err(NoAnswer(format!("Stripe answered with {status}: {reason}"))),
    }
}

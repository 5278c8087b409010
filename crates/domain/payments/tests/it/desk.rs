//! A provider, a dispatcher, and somebody who opens payments.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use context::{Ctx, World};
use kernel::id::{MerchantOrderId, OrderId, PaymentId};
use kernel::{Currency, Money};
use outbox::{Dispatcher, Event, StoredEvent};
use payments::event::CreditFunding;
use payments::provider::{Chaos, Sandbox};
use payments::webhook::{Received, receive};
use payments::{
    CapturePart, GiveCredit, OpenPayment, Payment, PaymentProvider, Providers, UseCredit, WebhookSender, capture_in_tx,
    open_in_tx,
};
use testkit::TestEnv;

pub const SECRET: &str = "whsec_test";
pub const EUR: Currency = Currency::EUR;

pub fn eur(minor: i64) -> Money {
    Money::new(minor, EUR)
}

/// A webhook that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    pub signature: String,
    pub body: Vec<u8>,
    pub received: Received,
}

/// Takes webhooks of the sandbox as the server does, without the network between.
struct Direct {
    world: Arc<World>,
    providers: Providers,
    sent: Arc<Mutex<Vec<Sent>>>,
    held: Held,
}

/// Webhooks that were stopped on their way, when they are.
type Held = Arc<Mutex<Option<Vec<String>>>>;

#[async_trait]
impl WebhookSender for Direct {
    async fn send(&self, provider: &str, _header: &str, signature: &str, body: Vec<u8>) -> Result<(), String> {
        if let Some(held) = self.held.lock().unwrap().as_mut() {
            held.push(String::from_utf8(body).unwrap());
            return Ok(());
        }
        let ctx = Ctx::system(self.world.clone(), "webhooks");
        let received = receive(&ctx, &self.providers, provider, Some(signature), &body).await;
        let received = received.map_err(|error| error.to_string())?;
        self.sent.lock().unwrap().push(Sent { signature: signature.to_owned(), body, received });
        Ok(())
    }
}

pub struct Desk {
    pub t: TestEnv,
    pub sandbox: Arc<Sandbox>,
    pub providers: Providers,
    pub sent: Arc<Mutex<Vec<Sent>>>,
    held: Held,
    pub told: Arc<Mutex<Vec<StoredEvent>>>,
    pub dispatcher: Dispatcher,
}

impl Desk {
    pub fn open(t: TestEnv, chaos: Chaos) -> Self {
        Self::behind(t, chaos, |sandbox| sandbox as Arc<dyn PaymentProvider>)
    }

    /// A desk that reaches the sandbox through `line`.
    pub fn behind(t: TestEnv, chaos: Chaos, line: impl FnOnce(Arc<Sandbox>) -> Arc<dyn PaymentProvider>) -> Self {
        let world = t.world.clone();
        let sandbox = Arc::new(Sandbox::new(world.clone(), SECRET, chaos).at("https://souk.example/"));
        let providers = Providers::none().with(line(sandbox.clone()));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let held = Held::default();
        let sender =
            Direct { world: world.clone(), providers: providers.clone(), sent: sent.clone(), held: held.clone() };
        let told = Arc::new(Mutex::new(Vec::new()));
        let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
        let builder = payments::register(builder, &world, &providers, Some((sandbox.clone(), Arc::new(sender))));
        let builder = hear_all(builder, &told);
        Self { t, sandbox, providers, sent, held, told, dispatcher: builder.build() }
    }

    /// Keeps webhooks from arriving from now on.
    pub fn hold_webhooks(&self) {
        *self.held.lock().unwrap() = Some(Vec::new());
    }

    /// The webhooks that were stopped since the last call.
    pub fn held_webhooks(&self) -> Vec<String> {
        self.held.lock().unwrap().as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub fn ctx(&self) -> Ctx {
        self.t.system()
    }

    pub async fn pay(&self, method: &str, token: Option<&str>, minor: i64) -> PaymentId {
        self.pay_with(method, token, minor, None).await.unwrap()
    }

    /// Like `pay`, with credit for a part of it.
    pub async fn pay_with(
        &self,
        method: &str,
        token: Option<&str>,
        minor: i64,
        credit: Option<UseCredit>,
    ) -> Result<PaymentId, payments::Error> {
        let ctx = self.ctx();
        let mut tx = ctx.begin_write().await.unwrap();
        let order_id: OrderId = ctx.new_id();
        let input = OpenPayment {
            order_id,
            order_number: format!("N-{order_id}"),
            method: method.to_owned(),
            amount: eur(minor),
            token: token.map(str::to_owned),
            return_url: Some("https://shop.example/back".to_owned()),
            credit,
            customer_id: None,
            by_link: false,
            company_id: None,
            time_zone: kernel::Zone::BERLIN,
            expires_at: None,
        };
        let id = open_in_tx(&mut tx, input).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A gift card worth `minor`; its code.
    pub async fn gift_card(&self, minor: i64) -> String {
        let input = GiveCredit {
            customer_id: None,
            amount: eur(minor),
            funding: CreditFunding::Sold,
            reason: "sold at the counter".to_owned(),
            expires_at: None,
        };
        payments::give_credit(&self.t.operator(), input).await.unwrap().code.unwrap()
    }

    /// The balance and the reserved part of the only credit there is.
    pub async fn credit(&self) -> (i64, i64) {
        let page = kernel::PageArgs::first(10);
        let accounts = payments::query::credit_accounts(&self.t.operator(), &page).await.unwrap().into_rows();
        assert_eq!(accounts.len(), 1);
        (accounts[0].balance.minor, accounts[0].reserved_minor)
    }

    /// The session in which the buyer confirms the payment.
    pub async fn session_of(&self, id: PaymentId) -> String {
        let url = self.payment(id).await.action_url.unwrap();
        url.rsplit('/').next().unwrap().to_owned()
    }

    pub async fn capture(&self, payment_id: PaymentId, amount_minor: i64) -> Result<(), payments::Error> {
        let ctx = self.ctx();
        let mut tx = ctx.begin_write().await.unwrap();
        let merchant_order_id: MerchantOrderId = ctx.new_id();
        capture_in_tx(&mut tx, CapturePart { payment_id, amount_minor, merchant_order_id }).await?;
        Ok(tx.commit().await?)
    }

    pub async fn close(&self, payment: PaymentId) {
        let mut tx = self.ctx().begin_write().await.unwrap();
        payments::void_rest_in_tx(&mut tx, payment).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn refund(&self, payment_id: PaymentId, amount_minor: i64) -> Result<(), payments::Error> {
        let ctx = self.ctx();
        let mut tx = ctx.begin_write().await.unwrap();
        let refund_id = ctx.new_id();
        payments::refund_in_tx(
            &mut tx,
            payments::RefundPart { payment_id, amount_minor, refund_id, merchant_order_id: None, undone: false },
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// Works, and lets time pass, until nothing is left to be done.
    pub async fn settle(&self) {
        for _ in 0..20 {
            self.dispatcher.drain().await.unwrap();
            self.t.clock.advance(chrono::Duration::seconds(20));
        }
    }

    pub async fn drain(&self) {
        self.dispatcher.drain().await.unwrap();
    }

    pub async fn payment(&self, id: PaymentId) -> Payment {
        payments::query::payment(&self.ctx(), id).await.unwrap()
    }

    /// Kinds of all events told, in order, without versions.
    pub fn told(&self) -> Vec<String> {
        let name = |event: &StoredEvent| event.kind.trim_end_matches(".v1").to_owned();
        self.told.lock().unwrap().iter().map(name).collect()
    }

    pub fn heard<E: Event>(&self) -> Vec<E> {
        let told = self.told.lock().unwrap();
        told.iter().filter(|event| event.kind == E::KIND).map(|event| event.read().unwrap()).collect()
    }

    /// Stored amounts follow from the facts, and the provider's books agree with ours.
    pub async fn sound(&self, captured_minor: i64, held_minor: i64) {
        let conn = self.t.world.db.read();
        assert_eq!(payments::check::payments(conn).await.unwrap(), Vec::<String>::new());
        assert_eq!(payments::check::credit(conn).await.unwrap(), Vec::<String>::new());
        let balances = self.sandbox.balances().await.unwrap();
        let balance = balances.first().map_or((0, 0), |balance| (balance.captured_minor, balance.held_minor));
        assert_eq!(balance, (captured_minor, held_minor));
    }
}

fn hear_all(builder: outbox::DispatcherBuilder, told: &Arc<Mutex<Vec<StoredEvent>>>) -> outbox::DispatcherBuilder {
    use payments::event as e;
    macro_rules! hear {
        ($builder:expr, $($event:ty),*) => {{
            let builder = $builder;
            $(let heard = told.clone();
            let builder = builder.on::<$event, _, _>("test", move |_, stored: StoredEvent| {
                heard.lock().unwrap().push(stored);
                async { Ok(()) }
            });)*
            builder
        }};
    }
    hear!(
        builder,
        e::PaymentAuthorized,
        e::PaymentLate,
        e::RenewalFailed,
        e::CreditGiven,
        e::PaymentFailed,
        e::PaymentExpired,
        e::PaymentCaptured,
        e::CaptureFailed,
        e::TransferArrived,
        e::PaymentVoided,
        e::PaymentRefunded,
        e::RefundFailed,
        e::OrphanMoneyFound,
        e::OrphanMoneyReturned,
        e::ProviderEventRejected
    )
}

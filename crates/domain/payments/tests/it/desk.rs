//! A provider, a dispatcher, and somebody who opens payments.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use context::{Ctx, World};
use kernel::id::{MerchantOrderId, OrderId, PaymentId};
use kernel::{Currency, Money};
use outbox::{Dispatcher, Event, StoredEvent};
use payments::provider::{Chaos, Sandbox};
use payments::webhook::{Received, receive};
use payments::{CapturePart, OpenPayment, Payment, Providers, WebhookSender, capture_in_tx, open_in_tx};
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
}

#[async_trait]
impl WebhookSender for Direct {
    async fn send(&self, provider: &str, _header: &str, signature: &str, body: Vec<u8>) -> Result<(), String> {
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
    pub told: Arc<Mutex<Vec<StoredEvent>>>,
    pub dispatcher: Dispatcher,
}

impl Desk {
    pub fn open(t: TestEnv, chaos: Chaos) -> Self {
        let world = t.world.clone();
        let sandbox = Arc::new(Sandbox::new(world.clone(), SECRET, chaos));
        let providers = Providers::none().with(sandbox.clone());
        let sent = Arc::new(Mutex::new(Vec::new()));
        let sender = Direct { world: world.clone(), providers: providers.clone(), sent: sent.clone() };
        let told = Arc::new(Mutex::new(Vec::new()));
        let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
        let builder = payments::register(builder, &world, &providers, Some((sandbox.clone(), Arc::new(sender))));
        let builder = hear_all(builder, &told);
        Self { t, sandbox, providers, sent, told, dispatcher: builder.build() }
    }

    pub fn ctx(&self) -> Ctx {
        self.t.system()
    }

    pub async fn pay(&self, method: &str, token: Option<&str>, minor: i64) -> PaymentId {
        let ctx = self.ctx();
        let mut tx = ctx.begin_write().await.unwrap();
        let order_id: OrderId = ctx.new_id();
        let input = OpenPayment {
            order_id,
            order_number: format!("N-{order_id}"),
            method: method.to_owned(),
            amount: eur(minor),
            token: token.map(str::to_owned),
            expires_at: None,
        };
        let id = open_in_tx(&mut tx, input).await.unwrap();
        tx.commit().await.unwrap();
        id
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
        payments::refund_in_tx(&mut tx, payments::RefundPart { payment_id, amount_minor, refund_id }).await?;
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

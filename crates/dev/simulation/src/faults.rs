//! What goes wrong: crashes, lost requests and answers, webhooks that come twice, late, in another order or not at all.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use context::{Ctx, World};
use kernel::{Clock, IdGen, ManualClock};
use payments::provider::{Answer, Lookup, NoAnswer, ProviderEvent, Request, Sandbox, WebhookFault};
use payments::{PaymentProvider, Providers, WebhookSender};
use uuid::Uuid;

use crate::chance::Chance;

/// Blows when the clock was asked often enough. Everything that is written asks for the time, so that the same seed
/// crashes at the same place.
#[derive(Debug, Default)]
pub struct Fuse {
    left: AtomicI64,
    blown: AtomicBool,
}

impl Fuse {
    fn tick(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.blown.store(true, Ordering::SeqCst);
        }
    }

    /// Runs `work` and drops it where it waits once the clock was asked `after` times: a crash. What it had committed
    /// stays, nothing else does.
    pub async fn crash<F: Future>(&self, after: i64, work: F) -> Option<F::Output> {
        self.blown.store(false, Ordering::SeqCst);
        self.left.store(after, Ordering::SeqCst);
        let mut work = pin!(work);
        let done = std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.blown.load(Ordering::SeqCst) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        let done = done.await;
        self.left.store(0, Ordering::SeqCst);
        done
    }
}

/// A clock that stands still and burns the fuse.
pub struct BurningClock {
    pub clock: Arc<ManualClock>,
    pub fuse: Arc<Fuse>,
}

impl Clock for BurningClock {
    fn now(&self) -> DateTime<Utc> {
        self.fuse.tick();
        self.clock.now()
    }
}

/// Ids that sort by the clock and then by the order in which they were made; the seed decides the rest.
pub struct SeededIds {
    pub clock: Arc<ManualClock>,
    pub count: AtomicU64,
    pub seed: u64,
}

impl IdGen for SeededIds {
    fn uuid(&self) -> Uuid {
        let millis = u128::from(self.clock.now().timestamp_millis().unsigned_abs());
        let count = u128::from(self.count.fetch_add(1, Ordering::SeqCst));
        let tail = u128::from(Chance::of(self.seed ^ u64::try_from(count).unwrap()).draw() >> 34);
        let sorted = (millis << 80) | (0x7 << 76) | ((count >> 20 & 0xfff) << 64) | (0b10 << 62);
        Uuid::from_u128(sorted | ((count & 0xf_ffff) << 42) | tail)
    }
}

/// How often things go wrong: once in so many times; 0 is never.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    pub line: u64,
    pub webhook: u64,
    pub storage: u64,
    pub worker_crash: u64,
    pub command_crash: u64,
    pub repeat: u64,
}

fn strikes(chance: &Mutex<Chance>, rate: u64) -> bool {
    rate > 0 && chance.lock().unwrap().one_in(rate)
}

/// A line to the provider that loses requests and answers.
pub struct BadLine {
    pub sandbox: Arc<Sandbox>,
    pub chance: Mutex<Chance>,
    pub rate: u64,
}

macro_rules! through_the_line {
    ($($name:ident)*) => {
        #[async_trait]
        impl PaymentProvider for BadLine {
            fn code(&self) -> &'static str {
                self.sandbox.code()
            }
            fn signature_header(&self) -> &'static str {
                self.sandbox.signature_header()
            }
            $(async fn $name(&self, request: Request) -> Result<Answer, NoAnswer> {
                if !strikes(&self.chance, self.rate) {
                    return self.sandbox.$name(request).await;
                }
                if strikes(&self.chance, 2) {
                    return Err(NoAnswer("the request got lost".to_owned()));
                }
                self.sandbox.$name(request).await?;
                Err(NoAnswer("the answer got lost".to_owned()))
            })*
            async fn lookup(&self, request: Lookup) -> Result<Answer, NoAnswer> {
                if strikes(&self.chance, self.rate) {
                    return Err(NoAnswer("nobody is there".to_owned()));
                }
                self.sandbox.lookup(request).await
            }
            fn read_webhook(
                &self,
                signature: &str,
                body: &[u8],
                now: DateTime<Utc>,
            ) -> Result<Option<ProviderEvent>, WebhookFault> {
                self.sandbox.read_webhook(signature, body, now)
            }
        }
    };
}

through_the_line! { authorize capture void refund }

/// Brings webhooks of the sandbox to the product, without HTTP: some twice, some not at all although they were sent,
/// some arrive and are reported as lost.
pub struct BadPost {
    pub world: Arc<World>,
    pub providers: Providers,
    pub chance: Mutex<Chance>,
    pub rate: u64,
}

#[async_trait]
impl WebhookSender for BadPost {
    async fn send(&self, provider: &str, _: &str, signature: &str, body: Vec<u8>) -> Result<(), String> {
        if strikes(&self.chance, self.rate) {
            return Err("the webhook got lost".to_owned());
        }
        let times = if strikes(&self.chance, self.rate) { 2 } else { 1 };
        for _ in 0..times {
            let ctx = Ctx::system(self.world.clone(), "webhook");
            let taken = payments::webhook::receive(&ctx, &self.providers, provider, Some(signature), &body).await;
            taken.map_err(|error| error.to_string())?;
        }
        if strikes(&self.chance, self.rate) { Err("the receipt got lost".to_owned()) } else { Ok(()) }
    }
}

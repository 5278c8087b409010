//! Bad lines to the provider.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use payments::PaymentProvider;
use payments::provider::{Answer, Lookup, NoAnswer, ProviderEvent, Request, Sandbox, WebhookFault};

/// What a line does to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The request gets lost on its way.
    LosesRequest,
    /// The answer gets lost on its way back.
    LosesAnswer,
}

/// A line that spoils calls, as long as there are `left`.
pub struct Line {
    pub sandbox: Arc<Sandbox>,
    pub fate: Fate,
    pub left: AtomicUsize,
    pub lookups_too: bool,
}

impl Line {
    pub fn before(sandbox: Arc<Sandbox>, fate: Fate, left: usize, lookups_too: bool) -> Arc<dyn PaymentProvider> {
        Arc::new(Self { sandbox, fate, left: AtomicUsize::new(left), lookups_too })
    }

    fn spoils(&self) -> bool {
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

macro_rules! through {
    ($($name:ident)*) => {
        #[async_trait]
        impl PaymentProvider for Line {
            fn code(&self) -> &'static str {
                self.sandbox.code()
            }
            fn signature_header(&self) -> &'static str {
                self.sandbox.signature_header()
            }
            $(async fn $name(&self, request: Request) -> Result<Answer, NoAnswer> {
                match (self.spoils(), self.fate) {
                    (false, _) => self.sandbox.$name(request).await,
                    (true, Fate::LosesRequest) => Err(NoAnswer("the request got lost".to_owned())),
                    (true, Fate::LosesAnswer) => {
                        let _ = self.sandbox.$name(request).await;
                        Err(NoAnswer("the answer got lost".to_owned()))
                    }
                }
            })*
            async fn lookup(&self, request: Lookup) -> Result<Answer, NoAnswer> {
                if self.lookups_too && self.spoils() {
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

through! { authorize capture void refund }

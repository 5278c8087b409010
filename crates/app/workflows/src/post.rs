//! The job that sends a mail.

use std::sync::Arc;

use mail::{MailError, Template};
use outbox::{DispatcherBuilder, Failure, HandlerResult, Job, PendingJob};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Deps;

/// A mail to be written and sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendMail {
    /// To whom.
    pub to: String,
    /// The name of the person.
    pub to_name: Option<String>,
    /// In which language.
    pub locale: String,
    /// Which text.
    pub template: Template,
    /// What the text is filled with.
    pub variables: Value,
    /// Names the mail; it is sent once.
    pub key: String,
}

impl Job for SendMail {
    const KIND: &'static str = "send_mail.v1";
    const MAX_ATTEMPTS: i32 = 15;
}

impl SendMail {
    /// The job, stored at most once.
    #[must_use]
    pub fn once(self) -> PendingJob {
        let key = format!("mail:{}", self.key);
        PendingJob::of(&self).once(key)
    }
}

/// Puts mails on their way in a transaction of their own. A mail whose key is known is dropped.
pub(crate) async fn leave(deps: &Deps, mails: Vec<SendMail>) -> HandlerResult {
    if mails.is_empty() {
        return Ok(());
    }
    let ctx = deps.ctx();
    let mut tx = ctx.begin_write().await?;
    for mail in mails {
        tx.enqueue(mail.once());
    }
    tx.commit().await?;
    Ok(())
}

pub(crate) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let deps = Arc::new(deps.clone());
    builder.work(move |job: SendMail, _| {
        let deps = deps.clone();
        async move { send(&deps, job).await }
    })
}

async fn send(deps: &Deps, job: SendMail) -> HandlerResult {
    let rendered = deps.templates.render(job.template, &job.locale, &job.variables);
    let rendered = rendered.map_err(|error| Failure::Fatal(error.to_string()))?;
    let message = rendered.into_message(job.to, job.to_name, message_id(&job.key));
    match deps.mailer.send(&message).await {
        Ok(()) => Ok(()),
        Err(error @ MailError::Temporary { .. }) => Err(Failure::Retry(error.to_string())),
        Err(error) => Err(Failure::Fatal(error.to_string())),
    }
}

/// The key as the left part of a Message-ID: the same at every try.
fn message_id(key: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    key.chars().map(|c| if allowed(c) { c } else { '-' }).take(100).collect()
}

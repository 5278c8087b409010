//! The job that sends a mail.

use std::sync::Arc;

use mail::{MailError, Rendered, Template};
use outbox::{DispatcherBuilder, Failure, HandlerResult, Job, PendingJob};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Deps, retry};

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
    let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
    let off = &market.settings.mails_off;
    let mut tx = ctx.begin_write().await?;
    let wanted = |mail: &SendMail| !off.iter().any(|name| name == mail.template.name());
    // Who was forgotten has an address in a domain that does not exist.
    for mail in mails.into_iter().filter(|mail| wanted(mail) && !mail.to.ends_with(".invalid")) {
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
    let rendered = write(deps, &job).await?;
    let message = rendered.into_message(job.to, job.to_name, message_id(&job.key));
    match deps.mailer.send(&message).await {
        Ok(()) => Ok(()),
        Err(error @ MailError::Temporary { .. }) => Err(Failure::Retry(error.to_string())),
        Err(error) => Err(Failure::Fatal(error.to_string())),
    }
}

/// The mail in the operator's own words, or in the built-in ones. What no longer fits is no reason to send nothing.
async fn write(deps: &Deps, job: &SendMail) -> Result<Rendered, Failure> {
    let market = marketplace::snapshot(&deps.ctx()).await.map_err(retry)?;
    if let Some(own) = market.mail_text(job.template, &job.locale) {
        match deps.templates.render_text(&own.text, &own.locale, &job.variables) {
            Ok(rendered) => return Ok(rendered),
            Err(error) => tracing::error!(%error, mail = job.template.name(), "the own text of a mail does not fit"),
        }
    }
    let rendered = deps.templates.render(job.template, &job.locale, &job.variables);
    rendered.map_err(|error| Failure::Fatal(error.to_string()))
}

/// The key as the left part of a Message-ID: the same at every try.
fn message_id(key: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    key.chars().map(|c| if allowed(c) { c } else { '-' }).take(100).collect()
}

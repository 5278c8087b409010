//! One try to send one telling.

use identity::{Team, User};
use kernel::id::WebhookDeliveryId;
use mail::{MailError, Message};
use marketplace::command::notification::{Outcome, Outgoing};
use marketplace::command::webhook::Outgoing as Posted;
use marketplace::notification::{DroppedWhy, Route};
use marketplace::webhook::retry::{Answer, Verdict, verdict};
use serde_json::json;

use crate::Deps;

/// Sends it, unless nobody is to be told any more.
pub(super) async fn send(deps: &Deps, message: &Outgoing) -> Outcome {
    if !message.in_force {
        return Outcome::Dropped(DroppedWhy::RuleOff);
    }
    let person = match &message.person {
        None => None,
        Some((user, seat)) => {
            match identity::still_holds(&deps.ctx(), *user, Team::of(seat.merchant), &seat.role).await {
                Ok(Some(person)) => Some(person),
                Ok(None) => return Outcome::Dropped(DroppedWhy::Gone),
                Err(error) => return Outcome::Failed(error.to_string()),
            }
        }
    };
    match message.route {
        // What stays in Souk is written together with the outcome.
        Route::InApp | Route::Webhook => Outcome::Sent,
        Route::Mail => mail(deps, message, person).await,
        Route::Chat => chat(deps, message).await,
    }
}

async fn mail(deps: &Deps, message: &Outgoing, person: Option<User>) -> Outcome {
    let (to, to_name) = match person {
        Some(person) => (person.email, Some(person.name)),
        None => (message.recipient.clone(), None),
    };
    // Who was forgotten has an address in a domain that does not exist.
    if to.ends_with(".invalid") {
        return Outcome::Dropped(DroppedWhy::Gone);
    }
    let mail = Message {
        to,
        to_name,
        subject: message.title.clone(),
        text: message.text.clone(),
        // Plain text: nothing of what happened can become HTML.
        html: None,
        reply_to: None,
        message_id: format!("notification-{}", message.id),
    };
    match deps.mailer.send(&mail).await {
        Ok(()) => Outcome::Sent,
        Err(error @ MailError::Temporary { .. }) => Outcome::Failed(error.to_string()),
        Err(error) => Outcome::Hopeless(error.to_string()),
    }
}

/// Posts to the incoming webhook of a chat, by the line that webhooks take: it leads into no network behind Souk.
async fn chat(deps: &Deps, message: &Outgoing) -> Outcome {
    let Some(line) = &deps.hooks else { return Outcome::Failed("this node calls nobody".to_owned()) };
    let Some(url) = message.chat_url.clone() else {
        return Outcome::Failed("Souk lacks the key that sealed the address: set it anew".to_owned());
    };
    let text = format!("*{}*\n{}", escaped(&message.title), escaped(&message.text));
    let posted = Posted {
        id: WebhookDeliveryId(message.id.0),
        number: message.number,
        url,
        at: message.at,
        signature: None,
        body: json!({ "text": text }).to_string(),
    };
    let answer = line.post(&posted).await;
    match verdict(&answer, message.at) {
        Verdict::Taken => Outcome::Sent,
        Verdict::Gone => Outcome::Hopeless(reason(&answer)),
        Verdict::Failed | Verdict::Busy(_) => Outcome::Failed(reason(&answer)),
    }
}

/// Chats read `<…>` as links and names.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn reason(answer: &Answer) -> String {
    match (answer.status, &answer.error) {
        (Some(status), _) => format!("answered with {status}: {}", answer.text),
        (None, Some(error)) => error.clone(),
        (None, None) => "no answer".to_owned(),
    }
}

//! Mails about accounts: invitations, addresses to be proven, forgotten passwords.

use identity::{EmailVerificationRequested, InvitationCreated, PasswordChanged, PasswordResetRequested};
use mail::Template;
use outbox::{DispatcherBuilder, HandlerResult, StoredEvent};
use serde_json::json;

use super::date;
use crate::post::{SendMail, leave};
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("mail_invitation", move |event: InvitationCreated, stored| {
        let deps = at.clone();
        async move { invitation(&deps, event, &stored).await }
    });
    let at = deps.clone();
    let builder = builder.on("mail_verification", move |event: EmailVerificationRequested, stored| {
        let deps = at.clone();
        async move {
            let url = format!("{}/verify?token={}", deps.public_url, event.token.reveal());
            let variables =
                json!({ "buyer_name": event.name, "verify_url": url, "expires_on": date(event.expires_at) });
            person(&deps, Template::EmailVerification, event.email, event.name, variables, &stored).await
        }
    });
    let at = deps.clone();
    let builder = builder.on("mail_password_reset", move |event: PasswordResetRequested, stored| {
        let deps = at.clone();
        async move {
            let url = format!("{}/password?token={}", deps.public_url, event.token.reveal());
            let variables = json!({ "user_name": event.name, "reset_url": url, "expires_on": date(event.expires_at) });
            person(&deps, Template::PasswordReset, event.email, event.name, variables, &stored).await
        }
    });
    let at = deps.clone();
    builder.on("mail_password_changed", move |event: PasswordChanged, stored| {
        let deps = at.clone();
        async move {
            let variables = json!({ "user_name": event.name });
            person(&deps, Template::PasswordChanged, event.email, event.name, variables, &stored).await
        }
    })
}

async fn invitation(deps: &Deps, event: InvitationCreated, stored: &StoredEvent) -> HandlerResult {
    let ctx = deps.ctx();
    let team = match event.merchant {
        None => marketplace::snapshot(&ctx).await.map_err(retry)?.settings.name.clone(),
        Some(id) => {
            let cards = merchants::cards_by_ids(&ctx, &[id]).await.map_err(retry)?;
            cards.get(&id).map(|card| card.name.clone()).unwrap_or_default()
        }
    };
    let url = format!("{}/invitation?token={}", deps.public_url, event.token.reveal());
    let variables = json!({ "merchant_name": team, "accept_url": url, "expires_on": date(event.expires_at) });
    person(deps, Template::MerchantInvited, event.email, event.name, variables, stored).await
}

/// One mail to one person, named by the fact that causes it.
async fn person(
    deps: &Deps,
    template: Template,
    to: String,
    name: String,
    mut variables: serde_json::Value,
    stored: &StoredEvent,
) -> HandlerResult {
    let snapshot = marketplace::snapshot(&deps.ctx()).await.map_err(retry)?;
    variables["marketplace_name"] = snapshot.settings.name.clone().into();
    let key = format!("{}:{}", template.name(), stored.id);
    let mail = SendMail { to, to_name: Some(name), locale: "en".to_owned(), template, variables, key };
    leave(deps, vec![mail]).await
}

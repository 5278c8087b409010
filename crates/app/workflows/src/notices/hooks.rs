//! Mails about endpoints of webhooks to which nothing is sent any more.

use mail::Template;
use marketplace::event::WebhookDisabled;
use marketplace::webhook::DisabledWhy;
use outbox::{DispatcherBuilder, HandlerResult, StoredEvent};
use serde_json::json;

use super::accounts::Person;
use super::orders::mails_on;
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails_on! { builder, deps,
        "mail_webhook_disabled": WebhookDisabled => disabled;
    }
}

/// Once an occasion, to whom the endpoint belongs.
async fn disabled(deps: &Deps, event: WebhookDisabled, _: &StoredEvent) -> HandlerResult {
    let ctx = deps.ctx();
    let endpoint = marketplace::query::webhook_endpoint(&ctx, event.endpoint).await.map_err(retry)?;
    let (email, name, place) = match event.merchant {
        Some(merchant) => {
            let mut found = merchants::by_ids(&ctx, &[merchant]).await.map_err(retry)?;
            let Some(merchant) = found.remove(&merchant) else { return Ok(()) };
            (merchant.profile.contact_email, merchant.profile.name, "merchant")
        }
        None => {
            let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
            let operator = &market.settings.operator;
            (operator.email.clone(), operator.legal_name.clone(), "operator")
        }
    };
    let of = Person::of_team(deps, &email, &name).await?;
    let variables = json!({
        "recipient_name": name,
        "endpoint": endpoint.url,
        "gone": endpoint.disabled == Some(DisabledWhy::Gone),
        "endpoint_url": format!("{}/{place}/webhooks/{}", deps.public_url, endpoint.id),
    });
    let occasion = format!("{}:{}", event.endpoint, event.version);
    of.write(deps, Template::WebhookDisabled, occasion, variables).await
}

//! Mails about accounts: invitations, addresses to be proven, forgotten passwords.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use customers::CompanyMemberInvited;
use identity::{EmailVerificationRequested, InvitationCreated, PasswordChanged, PasswordResetRequested, SignInChanged};
use mail::Template;
use outbox::{DispatcherBuilder, Failure, HandlerResult, StoredEvent};
use serde_json::{Value, json};

use super::day;
use super::orders::mails_on;
use crate::post::{SendMail, leave};
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails_on! { builder, deps,
        "mail_invitation": InvitationCreated => invitation;
        "mail_company_invitation": CompanyMemberInvited => company_invitation;
        "mail_verification": EmailVerificationRequested => verification;
        "mail_password_reset": PasswordResetRequested => password_reset;
        "mail_password_changed": PasswordChanged => password_changed;
        "mail_sign_in_changed": SignInChanged => sign_in_changed;
    }
}

async fn verification(deps: &Deps, event: EmailVerificationRequested, stored: &StoredEvent) -> HandlerResult {
    let url = format!("{}/verify?token={}", deps.public_url, event.token.reveal());
    let of = Person::of(deps, &event.email, Some(&event.name)).await?;
    let variables = json!({ "buyer_name": event.name, "verify_url": url, "expires_on": of.day(event.expires_at) });
    of.write(deps, Template::EmailVerification, stored.id, variables).await
}

async fn password_reset(deps: &Deps, event: PasswordResetRequested, stored: &StoredEvent) -> HandlerResult {
    let url = format!("{}/password?token={}", deps.public_url, event.token.reveal());
    let of = Person::of(deps, &event.email, Some(&event.name)).await?;
    let variables = json!({ "user_name": event.name, "reset_url": url, "expires_on": of.day(event.expires_at) });
    of.write(deps, Template::PasswordReset, stored.id, variables).await
}

async fn password_changed(deps: &Deps, event: PasswordChanged, stored: &StoredEvent) -> HandlerResult {
    let of = Person::of(deps, &event.email, Some(&event.name)).await?;
    of.write(deps, Template::PasswordChanged, stored.id, json!({ "user_name": event.name })).await
}

async fn sign_in_changed(deps: &Deps, event: SignInChanged, stored: &StoredEvent) -> HandlerResult {
    let of = Person::of(deps, &event.email, Some(&event.name)).await?;
    let variables = json!({ "user_name": event.name, "change": event.change, "provider": event.provider });
    of.write(deps, Template::SignInChanged, stored.id, variables).await
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
    let of = Person::of(deps, &event.email, Some(&event.name)).await?;
    let variables = json!({ "merchant_name": team, "accept_url": url, "expires_on": of.day(event.expires_at) });
    of.write(deps, Template::MerchantInvited, stored.id, variables).await
}

/// The mail has no secret: who proves to have the address finds the place that was offered to it.
async fn company_invitation(deps: &Deps, event: CompanyMemberInvited, _: &StoredEvent) -> HandlerResult {
    let ctx = deps.ctx();
    // Taken back or taken before the mail was written.
    let Some((member, company)) = customers::company_offer(&ctx, event.member).await.map_err(retry)? else {
        return Ok(());
    };
    let of = Person::of(deps, &member.email, None).await?;
    let url = format!("{}/companies/invitations", deps.public_url);
    let variables = json!({ "company_name": company.name, "join_url": url });
    of.write(deps, Template::CompanyInvited, event.member, variables).await
}

/// Who is written to.
pub(super) struct Person {
    email: String,
    name: Option<String>,
    locale: String,
    marketplace_name: String,
}

impl Person {
    /// A buyer reads its own language, everybody else that of the marketplace.
    pub(super) async fn of(deps: &Deps, email: &str, name: Option<&str>) -> Result<Self, Failure> {
        let ctx = deps.ctx();
        let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
        let own = customers::locale_of(&ctx, email).await.map_err(retry)?;
        Ok(Self {
            email: email.to_owned(),
            name: name.map(str::to_owned),
            locale: own.unwrap_or_else(|| market.settings.mail_locale.clone()),
            marketplace_name: market.settings.name.clone(),
        })
    }

    /// Somebody of a team, in the language of mails to teams.
    pub(super) async fn of_team(deps: &Deps, email: &str, name: &str) -> Result<Self, Failure> {
        let market = marketplace::snapshot(&deps.ctx()).await.map_err(retry)?;
        Ok(Self {
            email: email.to_owned(),
            name: Some(name.to_owned()),
            locale: market.settings.mail_locale.clone(),
            marketplace_name: market.settings.name.clone(),
        })
    }

    pub(super) fn locale(&self) -> &str {
        &self.locale
    }

    pub(super) fn day(&self, at: DateTime<Utc>) -> String {
        day(at.date_naive(), &self.locale)
    }

    /// One mail, named by the thing it tells of.
    pub(super) async fn write(
        self,
        deps: &Deps,
        template: Template,
        of: impl Display,
        mut variables: Value,
    ) -> HandlerResult {
        variables["marketplace_name"] = self.marketplace_name.into();
        let key = format!("{}:{of}", template.name());
        let mail = SendMail { to: self.email, to_name: self.name, locale: self.locale, template, variables, key };
        leave(deps, vec![mail]).await
    }
}

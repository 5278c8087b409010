//! Mails to merchants about where they stand: let in, approved, turned away, rated too low, blocked, an appeal decided, sent back.

use chrono::Duration;
use kernel::id::MerchantId;
use mail::Template;
use marketplace::{BlockedPayouts, OpenOrders};
use merchants::event::{AppealDecided, DocumentReviewed, MerchantRatingFell, MerchantStepTaken};
use merchants::rating::{Metric, MetricPoints};
use merchants::{Axis, DocumentState, Merchant, Step};
use outbox::{DispatcherBuilder, Failure, HandlerResult, StoredEvent};
use serde_json::{Value, json};

use super::accounts::Person;
use super::is_german;
use super::orders::mails_on;
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails_on! { builder, deps,
        "mail_merchant_step": MerchantStepTaken => taken;
        "mail_merchant_document": DocumentReviewed => reviewed;
        "mail_merchant_appeal": AppealDecided => appealed;
        "mail_rating_warning": MerchantRatingFell => fell;
    }
}

/// A step never changes, so the mail says what was done and why, whatever came after it.
async fn taken(deps: &Deps, event: MerchantStepTaken, _: &StoredEvent) -> HandlerResult {
    let step = merchants::step_by_id(&deps.ctx(), event.step).await.map_err(retry)?;
    match (step.axis, step.transition.as_str()) {
        (Axis::Life, "restrict" | "suspend") => blocked(deps, &step).await,
        (Axis::Life, "admit" | "approve" | "reject" | "reopen" | "close") => stands(deps, &step).await,
        (Axis::Life, "return") => returned(deps, &step, "review").await,
        (Axis::Kyc, "refuse") => returned(deps, &step, "identity").await,
        (Axis::Payout, "reject") => returned(deps, &step, "account").await,
        _ => Ok(()),
    }
}

async fn blocked(deps: &Deps, step: &Step) -> HandlerResult {
    let Some((merchant, of)) = reader(deps, step.merchant).await? else { return Ok(()) };
    let market = marketplace::snapshot(&deps.ctx()).await.map_err(retry)?;
    let days = market.settings.merchants.appeal_days;
    let effects = step.effects.unwrap_or_default();
    let variables = json!({
        "merchant_name": merchant.profile.name,
        "reason": words(step),
        "open_orders": match effects.open_orders {
            OpenOrders::Finish => "finish",
            OpenOrders::AcceptedOnly => "accepted_only",
            OpenOrders::Frozen => "frozen",
        },
        "payouts_held": effects.payouts == BlockedPayouts::Held,
        "appeal_until": (days > 0).then(|| of.day(step.at + Duration::days(days.into()))),
        "shop_url": shop(deps),
    });
    of.write(deps, Template::MerchantBlocked, step.id, variables).await
}

/// What was decided about the merchant itself. What a granted appeal lifts is told with its answer.
async fn stands(deps: &Deps, step: &Step) -> HandlerResult {
    let standing = match step.transition.as_str() {
        "admit" => "admitted",
        "approve" => "approved",
        "reject" => "rejected",
        "reopen" if step.reason_code == merchants::APPEAL_GRANTED => return Ok(()),
        "reopen" => "reopened",
        _ => "closed",
    };
    let Some((merchant, of)) = reader(deps, step.merchant).await? else { return Ok(()) };
    let variables = json!({
        "merchant_name": merchant.profile.name,
        "standing": standing,
        "reason": step.reason,
        "shop_url": shop(deps),
    });
    of.write(deps, Template::MerchantStanding, step.id, variables).await
}

async fn returned(deps: &Deps, step: &Step, what: &str) -> HandlerResult {
    let Some((merchant, of)) = reader(deps, step.merchant).await? else { return Ok(()) };
    let variables = sent_back(deps, &merchant, what, None, words(step));
    of.write(deps, Template::OnboardingReturned, step.id, variables).await
}

async fn reviewed(deps: &Deps, event: DocumentReviewed, _: &StoredEvent) -> HandlerResult {
    let document = merchants::document(&deps.ctx(), event.document).await.map_err(retry)?;
    let (DocumentState::Refused, Some(note)) = (document.state, &document.review_note) else { return Ok(()) };
    let Some((merchant, of)) = reader(deps, document.merchant).await? else { return Ok(()) };
    let variables = sent_back(deps, &merchant, "document", Some(&document.title), note);
    of.write(deps, Template::OnboardingReturned, document.id, variables).await
}

async fn appealed(deps: &Deps, event: AppealDecided, _: &StoredEvent) -> HandlerResult {
    let appeal = merchants::appeal_by_id(&deps.ctx(), event.appeal).await.map_err(retry)?;
    let Some((merchant, of)) = reader(deps, appeal.merchant).await? else { return Ok(()) };
    let variables = json!({
        "merchant_name": merchant.profile.name,
        "granted": event.granted,
        "answer": appeal.answer,
        "shop_url": shop(deps),
    });
    of.write(deps, Template::AppealDecided, appeal.id, variables).await
}

/// The fall never changes; what costs points is said as it is when the mail is written.
async fn fell(deps: &Deps, event: MerchantRatingFell, _: &StoredEvent) -> HandlerResult {
    let ctx = deps.ctx();
    let fall = merchants::rating::fall_by_id(&ctx, event.fall).await.map_err(retry)?;
    let Some((merchant, of)) = reader(deps, fall.merchant).await? else { return Ok(()) };
    let rated = merchants::rating::rating(&ctx, fall.merchant).await.map_err(retry)?.rated;
    let mut costs: Vec<MetricPoints> = rated.map(|rated| rated.metrics).unwrap_or_default();
    costs.retain(|metric| metric.cost() > 0);
    costs.sort_by_key(|metric| std::cmp::Reverse(metric.cost()));
    let german = is_german(of.locale());
    let reason = |metric: &MetricPoints| json!({ "name": words_of(metric.rule.metric, german), "points": points(metric.cost(), german) });
    let variables = json!({
        "merchant_name": merchant.profile.name,
        "rating": points(fall.rating, german),
        "below": points(fall.below, german),
        "restrict_on": of.day(fall.restrict_at),
        "reasons": costs.iter().map(reason).collect::<Vec<_>>(),
        "shop_url": shop(deps),
    });
    of.write(deps, Template::RatingWarning, fall.id, variables).await
}

/// Points with one digit after the point.
fn points(millionths: i64, german: bool) -> String {
    let tenths = (millionths + 50_000) / 100_000;
    format!("{}{}{}", tenths / 10, if german { ',' } else { '.' }, tenths % 10)
}

const fn words_of(metric: Metric, german: bool) -> &'static str {
    let (english, in_german) = match metric {
        Metric::Defects => ("Orders that went wrong", "Fehlerhafte Bestellungen"),
        Metric::LateShipment => ("Late shipments", "Verspäteter Versand"),
        Metric::Acceptance => ("Orders not accepted", "Nicht angenommene Bestellungen"),
        Metric::AutoRefused => ("Orders left unanswered", "Unbeantwortete Bestellungen"),
        Metric::Cancelation => ("Orders canceled after acceptance", "Nach Annahme stornierte Bestellungen"),
        Metric::Incidents => ("Orders with an incident", "Bestellungen mit Reklamation"),
        Metric::Refunds => ("Orders paid back", "Erstattete Bestellungen"),
        Metric::Returns => ("Orders sent back", "Zurückgesandte Bestellungen"),
        Metric::ValidTracking => ("Parcels that cannot be followed", "Pakete ohne Sendungsverfolgung"),
        Metric::ApprovalDelay => ("Time until you decide", "Zeit bis zur Entscheidung"),
        Metric::ShippingDelay => ("Time until you send", "Zeit bis zum Versand"),
        Metric::AnswersInTime => ("Late answers", "Späte Antworten"),
        Metric::Reviews => ("Reviews", "Bewertungen"),
    };
    if german { in_german } else { english }
}

/// What is missing: `missing` names it, `document` is the title of a paper.
fn sent_back(deps: &Deps, merchant: &Merchant, missing: &str, document: Option<&str>, reason: &str) -> Value {
    json!({
        "merchant_name": merchant.profile.name,
        "missing": missing,
        "document": document,
        "reason": reason,
        "shop_url": shop(deps),
    })
}

async fn reader(deps: &Deps, merchant: MerchantId) -> Result<Option<(Merchant, Person)>, Failure> {
    let mut found = merchants::by_ids(&deps.ctx(), &[merchant]).await.map_err(retry)?;
    let Some(merchant) = found.remove(&merchant) else { return Ok(None) };
    let of = Person::of_team(deps, &merchant.profile.contact_email, &merchant.profile.name).await?;
    Ok(Some((merchant, of)))
}

/// Why, in words; Souk itself and people who take something away always give some.
fn words(step: &Step) -> &str {
    step.reason.as_deref().unwrap_or(&step.reason_code)
}

fn shop(deps: &Deps) -> String {
    format!("{}/merchant", deps.public_url)
}

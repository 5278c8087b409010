//! Computing ratings, and what a low one leads to.

use access::Grant;
use chrono::{DateTime, Days, Duration, NaiveTime, Utc};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::MerchantId;
use marketplace::{MerchantSettings, OTHER_REASON};

use super::super::step::{Why, live_in_tx, rules};
use crate::actions::RATE;
use crate::event::MerchantRatingFell;
use crate::model::rating::{Fall, FallStep, Formula, Score, Standing, next_step, stars};
use crate::model::{Merchant, Status, Transition};
use crate::{Error, repo};

/// The reason for which a restriction by the rating ends.
const RECOVERED: &str = "rating_recovered";

/// Computes the rating of a merchant again. Doing it twice changes nothing.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn rate(ctx: &Ctx, merchant: MerchantId) -> Result<Standing, Error> {
    let grant = ctx.authorize(RATE)?;
    let rules = rules(ctx).await?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let standing = repo::rating::lock(&tx, &grant, merchant).await?;
    let standing = rate_in_tx(&mut tx, &grant, &rules, standing).await?;
    tx.commit().await?;
    Ok(standing)
}

/// Computes up to `limit` ratings that the clock asks for: a day has passed, a formula was put in force, something ends.
/// How many were computed: one that fails is told in the log, stays due, and keeps nobody else waiting.
///
/// # Errors
/// Denied; the database error.
pub async fn rate_due(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    ctx.authorize(RATE)?;
    let due = repo::rating::due(ctx.read(), ctx.now(), limit).await?;
    let mut count = 0;
    for merchant in due {
        match rate(ctx, merchant).await {
            Ok(_) => count += 1,
            Err(error) => tracing::error!(%error, %merchant, "a rating cannot be computed"),
        }
    }
    Ok(count)
}

/// Computes a rating under its lock: keeps a score when something else was counted than for the last one, shows it, warns,
/// restricts and lifts.
pub(super) async fn rate_in_tx(
    tx: &mut WriteTx,
    grant: &Grant,
    rules: &MerchantSettings,
    standing: Standing,
) -> Result<Standing, Error> {
    let (version, formula) = repo::rating::formula::active(&**tx).await?;
    let standing = score_in_tx(tx, standing, version, &formula).await?;
    let merchant = repo::lock(tx, grant, standing.merchant).await?;
    let shown = standing.effective(tx.now()).map(stars);
    if merchant.stars != shown {
        repo::rating::show_stars(tx, merchant.id, shown).await?;
    }
    let fall = follow(tx, grant, rules, (version, &formula), &standing, merchant).await?;
    let next = look_again(&standing, fall.as_ref(), tx.now());
    repo::rating::settle(tx, &standing, next).await?;
    Ok(standing)
}

async fn score_in_tx(tx: &WriteTx, standing: Standing, version: i64, formula: &Formula) -> Result<Standing, Error> {
    let merchant = standing.merchant;
    let mut counted = repo::rating::facts::counts(&**tx, &[merchant], formula, tx.now().date_naive()).await?;
    let inputs = counted.remove(&merchant).unwrap_or_default();
    let last = repo::rating::score::find(&**tx, standing.score).await?;
    let same = |last: &Score| {
        let counts = last.inputs.iter().map(|of| (of.metric, of.count));
        last.formula == version && counts.eq(inputs.iter().map(|of| (of.metric, of.count)))
    };
    if last.as_ref().is_some_and(same) {
        return Ok(standing);
    }
    let rated = formula.rate(&inputs);
    let score = Score {
        id: tx.new_id(),
        merchant,
        formula: version,
        rating: rated.as_ref().map(|rated| rated.rating),
        known: rated.is_some_and(|rated| rated.known),
        inputs,
        computed_at: tx.now(),
    };
    repo::rating::score::insert(tx, &score).await?;
    Ok(Standing { score: Some(score.id), rating: score.rating, known: score.known, ..standing })
}

/// Begins, ends or acts on the fall of a merchant; gives the one that is open then.
async fn follow(
    tx: &mut WriteTx,
    grant: &Grant,
    rules: &MerchantSettings,
    (version, formula): (i64, &Formula),
    standing: &Standing,
    merchant: Merchant,
) -> Result<Option<Fall>, Error> {
    let now = tx.now();
    let rating = standing.effective(now);
    let open = repo::rating::fall::open(&**tx, grant, merchant.id).await?;
    let sells = merchant.status == Status::Active;
    let step = next_step(formula.is_low(rating), open.as_ref(), sells, now);
    let mut fall = match (step, open) {
        (FallStep::Stay, open) => return Ok(open),
        (FallStep::Warn, _) => match warn(tx, (version, formula), rating, &merchant).await? {
            Some(fall) => fall,
            None => return Ok(None),
        },
        (_, Some(open)) => open,
        (_, None) => return Ok(None),
    };
    if step == FallStep::End {
        end(tx, grant, &fall, &merchant).await?;
        return Ok(None);
    }
    if fall.restrict_at <= now && fall.restricted_at.is_none() {
        restrict(tx, grant, rules, &mut fall, &merchant).await?;
    }
    Ok(Some(fall))
}

async fn warn(
    tx: &mut WriteTx,
    (version, formula): (i64, &Formula),
    rating: Option<i64>,
    merchant: &Merchant,
) -> Result<Option<Fall>, Error> {
    let Some((threshold, rating)) = formula.threshold.as_ref().zip(rating) else { return Ok(None) };
    let fall = Fall {
        id: tx.new_id(),
        merchant: merchant.id,
        formula: version,
        rating,
        below: threshold.below,
        warned_at: tx.now(),
        restrict_at: tx.now() + Duration::days(threshold.grace_days.into()),
        reason_code: threshold.reason_code.clone(),
        restricted_at: None,
        ended_at: None,
    };
    repo::rating::fall::insert(tx, &fall).await?;
    tx.emit(&MerchantRatingFell { fall: fall.id, merchant: merchant.id });
    let change = Change::new("merchant_rating", merchant.id, "warned").of_merchant(merchant.id);
    tx.record(change.field("restrictAt", None::<DateTime<Utc>>, fall.restrict_at));
    Ok(Some(fall))
}

/// Restricts for the reason of the formula; for `other` when the settings have lost it since.
async fn restrict(
    tx: &mut WriteTx,
    grant: &Grant,
    rules: &MerchantSettings,
    fall: &mut Fall,
    merchant: &Merchant,
) -> Result<(), Error> {
    let code = fall.reason_code.as_str();
    let code = if rules.effects_of(code).is_some() { code } else { OTHER_REASON };
    let why = Why::of_souk(code, "the rating stayed below the threshold");
    let effects = why.effects(rules)?;
    live_in_tx(tx, grant, merchant, Transition::Restrict, &why, Some(effects)).await?;
    fall.restricted_at = Some(tx.now());
    repo::rating::fall::save(tx, fall).await
}

/// Ends a fall, and the restriction that it led to, unless somebody has decided about the merchant since.
async fn end(tx: &mut WriteTx, grant: &Grant, fall: &Fall, merchant: &Merchant) -> Result<(), Error> {
    let by_rating = merchant.status == Status::Restricted && fall.restricted_at == Some(merchant.status_changed_at);
    if by_rating {
        let why = Why::of_souk(RECOVERED, "the rating recovered");
        live_in_tx(tx, grant, merchant, Transition::Reopen, &why, None).await?;
    }
    let over = Fall { ended_at: Some(tx.now()), ..fall.clone() };
    repo::rating::fall::save(tx, &over).await?;
    let change = Change::new("merchant_rating", merchant.id, "recovered").of_merchant(merchant.id);
    tx.record(change.field("reopened", None::<bool>, by_rating));
    Ok(())
}

/// The next instant at which the clock may change the rating: a day ends, and windows move; an override or a time of
/// grace is over.
fn look_again(standing: &Standing, fall: Option<&Fall>, now: DateTime<Utc>) -> DateTime<Utc> {
    let tomorrow = now.date_naive().checked_add_days(Days::new(1)).unwrap_or(now.date_naive());
    let over = standing.overridden(now).map(|over| over.until);
    let grace = fall.filter(|fall| fall.restricted_at.is_none()).map(|fall| fall.restrict_at).filter(|at| *at > now);
    let midnight = tomorrow.and_time(NaiveTime::MIN).and_utc();
    [Some(midnight), over, grace].into_iter().flatten().min().unwrap_or(midnight)
}

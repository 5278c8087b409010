//! How merchants are rated, and why.

use std::collections::HashMap;

use access::Grant;
use chrono::{DateTime, Utc};
use context::{Ctx, merchant_meant};
use kernel::id::{MerchantId, MerchantOrderId, MerchantScoreId, MessageId, RatingFallId};
use kernel::{Invalid, Page, PageArgs};

use crate::actions::{READ_FORMULA, READ_RATING};
use crate::model::conversation::Question;
use crate::model::rating::{Count, Fall, Formula, FormulaVersion, Metric, MetricInput, Rated, Score, Standing, Unit};
pub use crate::repo::rating::facts::BehindMetric;
use crate::{Error, repo};

/// The most that a what-if may count.
const COUNT_MAX: i64 = 1_000_000_000;
/// Merchants that a preview looks at in one go.
const CHUNK: u64 = 200;

/// The rating of a merchant with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Where it stands.
    pub standing: Standing,
    /// The score that counts; `None` before the first one.
    pub score: Option<Score>,
    /// What it is made of.
    pub rated: Option<Rated>,
    /// The formula of the score, or the one in force.
    pub formula: Formula,
    /// Its version.
    pub version: i64,
    /// The time below the threshold that is not over.
    pub fall: Option<Fall>,
}

/// The rating of a merchant; a merchant's own staff may leave out which.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn rating(ctx: &Ctx, merchant: impl Into<Option<MerchantId>>) -> Result<Explained, Error> {
    let grant = ctx.authorize(READ_RATING)?;
    explained(ctx, &grant, merchant.into()).await
}

async fn explained(ctx: &Ctx, grant: &Grant, merchant: Option<MerchantId>) -> Result<Explained, Error> {
    let merchant = merchant_meant(grant, merchant)?;
    let read = ctx.read_for(grant);
    repo::find(&read, grant, merchant).await?;
    let standing = repo::rating::standing(&read, grant, merchant).await?;
    let score = repo::rating::score::find(&read, standing.score).await?;
    let (version, formula) = match &score {
        Some(score) => (score.formula, repo::rating::formula::find(&read, score.formula).await?),
        None => repo::rating::formula::active(&read).await?,
    };
    let rated = score.as_ref().and_then(|score| formula.rate(&score.inputs));
    let fall = repo::rating::fall::open(&read, grant, merchant).await?;
    Ok(Explained { standing, score, rated, formula, version, fall })
}

/// The scores of a merchant with their reasons, the newest first.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn scores(
    ctx: &Ctx,
    merchant: impl Into<Option<MerchantId>>,
    page: &PageArgs,
) -> Result<Page<(Score, Option<Rated>)>, Error> {
    let grant = ctx.authorize(READ_RATING)?;
    let merchant = merchant_meant(&grant, merchant.into())?;
    let read = ctx.read_for(&grant);
    let before = page.after_key::<MerchantScoreId>()?;
    let found = repo::rating::score::list(&read, &grant, merchant, before, page.limit()).await?;
    let mut versions: Vec<i64> = found.iter().map(|score| score.formula).collect();
    versions.sort_unstable();
    versions.dedup();
    let formulas = repo::rating::formula::by_versions(&read, versions).await?;
    let with_reasons = |score: Score| {
        let rated = formulas.get(&score.formula).and_then(|formula| formula.rate(&score.inputs));
        (score, rated)
    };
    let rows: Vec<_> = found.into_iter().map(with_reasons).collect();
    Ok(Page::from_rows(rows, page, |(score, _)| score.id))
}

/// The orders behind what a merchant's rating counts of a metric, the newest first; with `costing` only those that are
/// worse than the target.
///
/// # Errors
/// Not found; a metric that the formula does not have; a bad cursor; denied; the database error.
pub async fn orders_behind(
    ctx: &Ctx,
    merchant: impl Into<Option<MerchantId>>,
    metric: Metric,
    costing: bool,
    page: &PageArgs,
) -> Result<Page<BehindMetric>, Error> {
    let grant = ctx.authorize(READ_RATING)?;
    let after = page.after_key::<(DateTime<Utc>, MerchantOrderId)>()?;
    let of = explained(ctx, &grant, merchant.into()).await?;
    let merchant = of.standing.merchant;
    let Some(rule) = of.formula.rule(metric) else { return Ok(Page::from_rows(Vec::new(), page, key)) };
    let counted = of.score.iter().flat_map(|score| &score.inputs).find(|input| input.metric == metric).copied();
    let (from, until) = rule.window(ctx.now().date_naive());
    let input = counted.unwrap_or(MetricInput { metric, from, until, count: Count::default() });
    let target = costing.then_some(rule.target);
    let read = ctx.read_for(&grant);
    let found = repo::rating::facts::behind(&read, &grant, merchant, &input, (target, after), page.limit()).await?;
    Ok(Page::from_rows(found, page, key))
}

/// The questions behind what a merchant's rating counts of answers, the newest first; with `costing` only those that were not
/// answered in time.
///
/// # Errors
/// Not found; a bad cursor; denied; the database error.
pub async fn questions_behind(
    ctx: &Ctx,
    merchant: impl Into<Option<MerchantId>>,
    costing: bool,
    page: &PageArgs,
) -> Result<Page<Question>, Error> {
    let grant = ctx.authorize(READ_RATING)?;
    let after = page.after_key::<(DateTime<Utc>, MessageId)>()?;
    let of = explained(ctx, &grant, merchant.into()).await?;
    let place = |of: &Question| (of.asked_at, of.message);
    let Some(rule) = of.formula.rule(Metric::AnswersInTime) else {
        return Ok(Page::from_rows(Vec::new(), page, place));
    };
    let inputs = of.score.iter().flat_map(|score| &score.inputs);
    let counted = inputs.filter(|input| input.metric == Metric::AnswersInTime).copied().next();
    // What was late when it was counted.
    let today = of.score.as_ref().map_or(ctx.now(), |score| score.computed_at).date_naive();
    let (from, until) = rule.window(today);
    let input = counted.unwrap_or(MetricInput { metric: Metric::AnswersInTime, from, until, count: Count::default() });
    let (read, merchant) = (ctx.read_for(&grant), of.standing.merchant);
    let (input, place_after) = ((&input, today), (costing, after));
    let found = repo::conversation::question::behind(&read, &grant, merchant, input, place_after, page.limit()).await?;
    Ok(Page::from_rows(found, page, place))
}

fn key(row: &BehindMetric) -> (DateTime<Utc>, MerchantOrderId) {
    (row.order.ordered_at, row.order.merchant_order)
}

/// Times in which merchants were rated too low, the newest first; of one merchant, if one is named.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn falls(ctx: &Ctx, merchant: Option<MerchantId>, page: &PageArgs) -> Result<Page<Fall>, Error> {
    let grant = ctx.authorize(READ_RATING)?;
    let before = page.after_key::<RatingFallId>()?;
    let rows = repo::rating::fall::list(&ctx.read_for(&grant), &grant, merchant, before, page.limit()).await?;
    Ok(Page::from_rows(rows, page, |fall| fall.id))
}

/// One of them.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn fall_by_id(ctx: &Ctx, id: RatingFallId) -> Result<Fall, Error> {
    let grant = ctx.authorize(READ_RATING)?;
    repo::rating::fall::find(&ctx.read_for(&grant), &grant, id).await
}

/// What the rating of a merchant would be if these metrics counted something else. Nothing is kept.
///
/// # Errors
/// Not found; a metric that the formula does not have or that is named twice; a count that cannot be; denied; the
/// database error.
pub async fn what_if(
    ctx: &Ctx,
    merchant: impl Into<Option<MerchantId>>,
    changes: &[(Metric, Count)],
) -> Result<Option<Rated>, Error> {
    let grant = ctx.authorize(READ_RATING)?;
    let of = explained(ctx, &grant, merchant.into()).await?;
    let today = ctx.now().date_naive();
    let mut inputs: Vec<MetricInput> = match of.score {
        Some(score) => score.inputs,
        None => of
            .formula
            .metrics
            .iter()
            .map(|rule| {
                let (from, until) = rule.window(today);
                MetricInput { metric: rule.metric, from, until, count: Count::default() }
            })
            .collect(),
    };
    for (index, (metric, count)) in changes.iter().enumerate() {
        let field = |name: &str| format!("changes.{index}.{name}");
        if changes[..index].iter().any(|(known, _)| known == metric) {
            return Err(Invalid::new(field("metric"), "DUPLICATE", "is there twice").into());
        }
        let Some(input) = inputs.iter_mut().find(|input| input.metric == *metric) else {
            return Err(Invalid::new(field("metric"), "NOT_RATED", "the formula does not have this metric").into());
        };
        if !(0..=COUNT_MAX).contains(&count.n) {
            return Err(Invalid::range(field("n"), 0, COUNT_MAX).into());
        }
        let most = if metric.unit() == Unit::Share { count.n } else { COUNT_MAX };
        if !(0..=most).contains(&count.k) {
            return Err(Invalid::range(field("k"), 0, most).into());
        }
        input.count = *count;
    }
    Ok(of.formula.rate(&inputs))
}

/// What can be counted, and what cannot yet.
///
/// # Errors
/// Denied.
pub fn metrics(ctx: &Ctx) -> Result<&'static [Metric], Error> {
    ctx.authorize(READ_RATING)?;
    Ok(Metric::ALL)
}

/// All versions of the formula, the newest first.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn formulas(ctx: &Ctx, page: &PageArgs) -> Result<Page<FormulaVersion>, Error> {
    ctx.authorize(READ_FORMULA)?;
    let before = page.after_key::<i64>()?;
    let rows = repo::rating::formula::list(ctx.read(), before, page.limit()).await?;
    Ok(Page::from_rows(rows, page, |of| of.version))
}

/// One version; the one in force when none is named.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn formula(ctx: &Ctx, version: Option<i64>) -> Result<FormulaVersion, Error> {
    ctx.authorize(READ_FORMULA)?;
    let version = match version {
        Some(version) => version,
        None => repo::rating::formula::active_version(ctx.read()).await?,
    };
    repo::rating::formula::get(ctx.read(), version).await
}

/// Which way a merchant crosses the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Crossing {
    /// It would be rated too low, and is not.
    Falls,
    /// It is rated too low, and would not be.
    Recovers,
}

/// What a formula would come to for one merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// The merchant.
    pub merchant: MerchantId,
    /// The rating that counts now; `None` when nothing is known.
    pub now: Option<i64>,
    /// The rating that would count.
    pub then: Option<i64>,
    /// What it would be made of.
    pub rated: Option<Rated>,
    /// Which way it would cross the threshold.
    pub crossing: Option<Crossing>,
}

/// What every merchant would be rated by a version of the formula, by what is counted today; only those that cross the
/// threshold, if asked. Nothing is kept.
///
/// # Errors
/// Not found; a bad cursor; denied; the database error.
pub async fn preview(ctx: &Ctx, version: i64, only_crossing: bool, page: &PageArgs) -> Result<Page<Previewed>, Error> {
    let grant = ctx.authorize(READ_FORMULA)?;
    let read = ctx.read_for(&grant);
    let new = repo::rating::formula::find(&read, version).await?;
    let (_, active) = repo::rating::formula::active(&read).await?;
    let (wanted, mut after) = (page.size() + 1, page.after_key::<MerchantId>()?);
    let mut rows: Vec<Previewed> = Vec::new();
    while rows.len() < wanted {
        let limit = if only_crossing { CHUNK } else { page.limit() };
        let standings = repo::rating::standings(&read, &grant, after, limit).await?;
        let Some(last) = standings.last() else { break };
        after = Some(last.merchant);
        let is_last = (standings.len() as u64) < limit;
        let ids: Vec<MerchantId> = standings.iter().map(|standing| standing.merchant).collect();
        let mut counted = repo::rating::facts::counts(&read, &ids, &new, ctx.now().date_naive()).await?;
        let looked = standings.iter().map(|standing| previewed(standing, &mut counted, (&active, &new), ctx.now()));
        rows.extend(looked.filter(|row| !only_crossing || row.crossing.is_some()));
        if is_last {
            break;
        }
    }
    rows.truncate(wanted);
    Ok(Page::from_rows(rows, page, |row| row.merchant))
}

fn previewed(
    standing: &Standing,
    counted: &mut HashMap<MerchantId, Vec<MetricInput>>,
    (active, new): (&Formula, &Formula),
    now: DateTime<Utc>,
) -> Previewed {
    let rated = new.rate(&counted.remove(&standing.merchant).unwrap_or_default());
    let rating = rated.as_ref().map(|rated| rated.rating);
    let known = rated.as_ref().is_some_and(|rated| rated.known);
    let (present, then) = (standing.effective(now), Standing { rating, known, ..standing.clone() }.effective(now));
    let crossing = match (active.is_low(present), new.is_low(then)) {
        (false, true) => Some(Crossing::Falls),
        (true, false) => Some(Crossing::Recovers),
        _ => None,
    };
    Previewed { merchant: standing.merchant, now: present, then, rated, crossing }
}

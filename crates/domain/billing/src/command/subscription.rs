//! What merchants pay each month for selling.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use context::{Ctx, Error as CoreError};
use history::Change;
use kernel::id::MerchantId;
use kernel::{Currency, Invalid, Money, Rounding};
use marketplace::Settings;
use merchants::SellingTerms;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::actions::{ADJUST, POST};
use crate::entity::{subscription, subscription_charge};
use crate::error::Error;
use crate::model::Subscription;
use crate::model::build::{SubscriptionCharged, subscription_charged};
use crate::post::Ledger;

/// Months that one look charges of a subscription; the next look goes on.
const MONTHS_MAX: usize = 24;
/// Subscriptions looked at together.
const BATCH: u64 = 500;

/// What a merchant is to pay each month.
#[derive(Debug, Clone)]
pub struct SetSubscription {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The version that the caller saw; 0 for a new one.
    pub expected_version: i64,
    /// Each month, without tax.
    pub monthly: Money,
    /// From the month of this day on.
    pub from_on: NaiveDate,
    /// To the month of this day; without end when `None`.
    pub until_on: Option<NaiveDate>,
}

/// Sets what a merchant pays each month. Months that were charged stay as they are.
///
/// # Errors
/// `Invalid` input; `NotFound` for an unknown merchant; stale version.
pub async fn set_subscription(ctx: &Ctx, input: SetSubscription) -> Result<Subscription, Error> {
    ctx.authorize(ADJUST)?;
    if input.monthly.minor <= 0 {
        return Err(Invalid::new("monthly", "OUT_OF_RANGE", "must be more than zero").into());
    }
    if input.until_on.is_some_and(|until| until < input.from_on) {
        return Err(Invalid::new("untilOn", "OUT_OF_RANGE", "must not be before the beginning").into());
    }
    let known = merchants::selling_terms_on(ctx.read(), &[input.merchant_id]).await.map_err(CoreError::internal)?;
    if !known.contains_key(&input.merchant_id) {
        return Err(CoreError::NotFound("merchant").into());
    }
    let mut tx = ctx.begin_write().await?;
    let key = (input.merchant_id, input.monthly.currency);
    let before = subscription::Entity::find_by_id(key).lock_exclusive().one(&*tx).await?.map(Subscription::from);
    if before.map_or(0, |before| before.version) != input.expected_version {
        return Err(CoreError::Stale("subscription").into());
    }
    let after = Subscription {
        merchant_id: input.merchant_id,
        currency: input.monthly.currency,
        monthly_minor: input.monthly.minor,
        from_on: input.from_on,
        until_on: input.until_on,
        version: input.expected_version + 1,
    };
    let row = subscription::Model {
        merchant_id: after.merchant_id,
        currency: after.currency,
        monthly_minor: after.monthly_minor,
        from_on: after.from_on,
        until_on: after.until_on,
        version: after.version,
        updated_at: tx.now(),
    };
    use subscription::Column;
    let replace = OnConflict::columns([Column::MerchantId, Column::Currency])
        .update_columns([Column::MonthlyMinor, Column::FromOn, Column::UntilOn, Column::Version, Column::UpdatedAt])
        .to_owned();
    subscription::Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(&*tx).await?;
    let change = Change::new("subscription", after.merchant_id, "set").of_merchant(after.merchant_id);
    tx.record(change.diff(before.as_ref(), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// Charges every month that has begun and was not charged yet, each once. Run by a schedule; returns how many.
///
/// # Errors
/// The database error; what was charged before it stays charged.
pub async fn charge_subscriptions(ctx: &Ctx, now: DateTime<Utc>) -> Result<usize, Error> {
    ctx.authorize(POST)?;
    let market = marketplace::snapshot(ctx).await.map_err(CoreError::internal)?;
    let today = now.date_naive();
    let mut charged = 0;
    let mut after: Option<(MerchantId, Currency)> = None;
    loop {
        use subscription::Column;
        let mut query = subscription::Entity::find()
            .filter(Column::FromOn.lte(today))
            .order_by_asc(Column::MerchantId)
            .order_by_asc(Column::Currency)
            .limit(BATCH);
        if let Some((merchant, currency)) = after {
            let same = Condition::all().add(Column::MerchantId.eq(merchant)).add(Column::Currency.gt(currency));
            query = query.filter(Condition::any().add(Column::MerchantId.gt(merchant)).add(same));
        }
        let rows: Vec<Subscription> = query.all(ctx.read()).await?.into_iter().map(Subscription::from).collect();
        let Some(last) = rows.last() else { return Ok(charged) };
        after = Some((last.merchant_id, last.currency));
        let ids: Vec<MerchantId> = rows.iter().map(|row| row.merchant_id).collect();
        let terms = merchants::selling_terms_on(ctx.read(), &ids).await.map_err(CoreError::internal)?;
        for row in rows {
            charged += charge(ctx, row, &terms, &market.settings, today).await?;
        }
    }
}

async fn charge(
    ctx: &Ctx,
    of: Subscription,
    terms: &HashMap<MerchantId, SellingTerms>,
    settings: &Settings,
    today: NaiveDate,
) -> Result<usize, Error> {
    let Some(terms) = terms.get(&of.merchant_id) else { return Ok(0) };
    let tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, of.currency).await?;
    // Under the lock: another node may have charged meanwhile.
    let last: Option<NaiveDate> = subscription_charge::Entity::find()
        .filter(subscription_charge::Column::MerchantId.eq(of.merchant_id))
        .filter(subscription_charge::Column::Currency.eq(of.currency))
        .order_by_desc(subscription_charge::Column::MonthOn)
        .limit(1)
        .one(&*tx)
        .await?
        .map(|row| row.month_on);
    let months = of.months_due(last, today, MONTHS_MAX);
    if months.is_empty() {
        return Ok(0);
    }
    let tax_minor = terms.commission_vat(settings).of(of.monthly_minor, Rounding::HalfUp);
    let posting = |month: &NaiveDate| {
        subscription_charged(&SubscriptionCharged {
            merchant_id: of.merchant_id,
            month: month.format("%Y-%m").to_string(),
            currency: of.currency,
            amount_minor: of.monthly_minor,
            tax_minor,
            jurisdiction: settings.operator.country.clone(),
            at: ledger.posted_at(),
        })
    };
    let postings = months.iter().map(posting).collect::<Result<Vec<_>, _>>()?;
    let posted = ledger.post(postings).await?;
    let rows = months.iter().zip(&posted).map(|(month, posted)| subscription_charge::ActiveModel {
        merchant_id: Set(of.merchant_id),
        currency: Set(of.currency),
        month_on: Set(*month),
        amount_minor: Set(of.monthly_minor),
        tax_minor: Set(tax_minor),
        tx_id: Set(posted.tx),
        charged_at: Set(tx.now()),
    });
    subscription_charge::Entity::insert_many(rows).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(months.len())
}

//! Buying on account: the credit lines of companies, and what is owed.

use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::CompanyId;
use kernel::{Currency, Invalid, Money, Zone};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::open::OpenPayment;
use crate::actions::EDIT_CREDIT_LINE;
use crate::entity::{credit_line as line, invoice_terms as terms};
use crate::error::Error;
use crate::model::{CreditLine, Method, NET_DAYS_MAX, Needs, Payment, PaymentTerms, TermsKind};

/// The highest limit, in minor units.
const LIMIT_MAX: i64 = 1_000_000_000_000;

/// What a company may owe from now on.
#[derive(Debug, Clone)]
pub struct SetCreditLine {
    /// The company; the caller has shown that it exists.
    pub company_id: CompanyId,
    /// The most it may owe, also the currency.
    pub limit: Money,
    /// From when on the days count.
    pub terms: TermsKind,
    /// Days until an invoice is due.
    pub net_days: u32,
    /// Whether merchants are paid before the buyer has paid.
    pub guaranteed: bool,
    /// The version that the caller saw; 0 for the first terms.
    pub expected_version: i64,
    /// Why, for the history.
    pub reason: String,
}

/// Lets a company buy on account, or changes what was agreed. Orders keep the terms they were placed under; a limit
/// below what is owed stops new orders and nothing else.
///
/// # Errors
/// [`Invalid`] for `limit`, `netDays` or `reason`; stale; the right may be missing.
pub async fn set_credit_line(ctx: &Ctx, input: SetCreditLine) -> Result<CreditLine, Error> {
    ctx.authorize(EDIT_CREDIT_LINE)?;
    let reason = kernel::text::line("reason", &input.reason, 500)?;
    if !(0..=LIMIT_MAX).contains(&input.limit.minor) {
        return Err(Invalid::range("limit", 0, LIMIT_MAX).into());
    }
    if input.net_days > NET_DAYS_MAX {
        return Err(Invalid::range("netDays", 0, NET_DAYS_MAX.into()).into());
    }
    let mut tx = ctx.begin_write().await?;
    let before = lock_line(&tx, input.company_id, input.limit.currency).await?;
    if before.as_ref().map_or(0, |line| line.version) != input.expected_version {
        return Err(CoreError::Stale("credit line").into());
    }
    let after = CreditLine {
        id: before.as_ref().map_or_else(|| tx.new_id(), |line| line.id),
        company_id: input.company_id,
        currency: input.limit.currency,
        limit_minor: input.limit.minor,
        reserved_minor: before.as_ref().map_or(0, |line| line.reserved_minor),
        open_minor: before.as_ref().map_or(0, |line| line.open_minor),
        blocked_minor: before.as_ref().map_or(0, |line| line.blocked_minor),
        terms: PaymentTerms { kind: input.terms, days: input.net_days },
        guaranteed: input.guaranteed,
        version: input.expected_version + 1,
        created_at: before.as_ref().map_or_else(|| tx.now(), |line| line.created_at),
    };
    if !save_terms(&tx, &after, before.is_none()).await? {
        return Err(CoreError::Stale("credit line").into());
    }
    let shown = |line: &CreditLine| Money::new(line.limit_minor, line.currency).to_string();
    let change = Change::new("company", after.company_id, "credit_line_set").because(reason);
    tx.record(
        change
            .field("limit", before.as_ref().map(shown), shown(&after))
            .field("terms", before.as_ref().map(|line| line.terms.kind.as_str()), after.terms.kind.as_str())
            .field("netDays", before.as_ref().map(|line| line.terms.days), after.terms.days)
            .field("guaranteed", before.as_ref().map(|line| line.guaranteed), after.guaranteed),
    );
    tx.commit().await?;
    Ok(after)
}

async fn save_terms(tx: &WriteTx, after: &CreditLine, is_new: bool) -> Result<bool, Error> {
    let mut row = line::ActiveModel {
        limit_minor: Set(after.limit_minor),
        terms_kind: Set(after.terms.kind.as_str().to_owned()),
        net_days: Set(after.terms.days.into()),
        guaranteed: Set(after.guaranteed),
        version: Set(after.version),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    if !is_new {
        let done = line::Entity::update_many().set(row).filter(line::Column::Id.eq(after.id)).exec(&**tx).await?;
        return Ok(done.rows_affected == 1);
    }
    row.id = Set(after.id);
    row.company_id = Set(after.company_id);
    row.currency = Set(after.currency);
    row.reserved_minor = Set(0);
    row.open_minor = Set(0);
    row.blocked_minor = Set(0);
    row.created_at = Set(after.created_at);
    // Somebody else may set the first terms at the same time.
    let unless_there = sea_orm::sea_query::OnConflict::new().do_nothing().to_owned();
    Ok(line::Entity::insert(row).on_conflict(unless_there).exec_without_returning(&**tx).await? == 1)
}

async fn lock_line(tx: &WriteTx, company: CompanyId, currency: Currency) -> Result<Option<CreditLine>, Error> {
    let row = line::Entity::find()
        .filter(line::Column::CompanyId.eq(company))
        .filter(line::Column::Currency.eq(currency))
        .lock_exclusive()
        .one(&**tx)
        .await?;
    Ok(row.map(CreditLine::from))
}

/// The credit line that an order on account is placed on, locked; nothing for other methods. Whoever orders for the same
/// company waits here, so that two orders never take the same credit.
pub(super) async fn reserved_line(
    tx: &WriteTx,
    method: &Method,
    input: &OpenPayment,
) -> Result<Option<CreditLine>, Error> {
    if method.needs != Needs::Terms {
        return Ok(None);
    }
    let none = || Invalid::new("payment.method", "NO_INVOICE_TERMS", "the buyer has no invoice terms in this currency");
    let company = input.company_id.ok_or_else(none)?;
    let line = lock_line(tx, company, input.amount.currency).await?.ok_or_else(none)?;
    let left_minor = line.left_minor();
    if input.amount.minor > left_minor {
        return Err(Error::CreditLimitExceeded { left: Money::new(left_minor, line.currency) });
    }
    Ok(Some(line))
}

/// Keeps what was agreed when the order was placed.
pub(super) async fn freeze_terms(
    tx: &WriteTx,
    payment: &Payment,
    line: &CreditLine,
    time_zone: Zone,
) -> Result<(), Error> {
    let row = terms::ActiveModel {
        payment_id: Set(payment.id),
        line_id: Set(line.id),
        company_id: Set(line.company_id),
        terms_kind: Set(line.terms.kind.as_str().to_owned()),
        net_days: Set(line.terms.days.into()),
        time_zone: Set(time_zone.name().to_owned()),
        guaranteed: Set(line.guaranteed),
    };
    terms::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

//! The buyer's credit: given by the operator, reserved, spent and returned by payments. Its books are ours, so what is
//! wanted of it happens in the transaction that wants it.

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::{CreditAccountId, CreditEntryId, CustomerId};
use kernel::{Currency, Invalid, Money, text};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::open::UseCredit;
use crate::actions::GIVE_CREDIT;
use crate::entity::{credit_account as account, credit_entry as entry};
use crate::error::Error;
use crate::event::{CreditFunding, CreditGiven};
use crate::model::{CreditAccount, CreditKind, Operation, OperationKind, code_hash, new_code, normal_code};

/// The most that can be given at once, in minor units.
const GIVE_MAX: i64 = 1_000_000_000;

/// Credit to be given.
#[derive(Debug, Clone)]
pub struct GiveCredit {
    /// The buyer whose store credit grows; a new gift card when absent.
    pub customer_id: Option<CustomerId>,
    /// How much; more than zero.
    pub amount: Money,
    /// Who pays for it.
    pub funding: CreditFunding,
    /// Why; for the books.
    pub reason: String,
    /// Until when a gift card can be used.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Credit that was given.
#[derive(Debug, Clone)]
pub struct CreditIssued {
    /// The account as it is now.
    pub account: CreditAccount,
    /// The code of a new gift card; shown this once.
    pub code: Option<String>,
}

/// Gives a buyer store credit, or makes a gift card.
///
/// # Errors
/// [`Invalid`] for `amount`, `reason` or `expiresAt`; the right may be missing; the database error.
pub async fn give_credit(ctx: &Ctx, input: GiveCredit) -> Result<CreditIssued, Error> {
    ctx.authorize(GIVE_CREDIT)?;
    let reason = text::line("reason", &input.reason, 200)?;
    if !(1..=GIVE_MAX).contains(&input.amount.minor) {
        return Err(Invalid::range("amount", 1, GIVE_MAX).into());
    }
    if input.expires_at.is_some_and(|at| at <= ctx.now()) {
        return Err(Invalid::new("expiresAt", "OUT_OF_RANGE", "must be in the future").into());
    }
    let mut tx = ctx.begin_write().await?;
    let code = input.customer_id.is_none().then(new_code);
    let id = account_for(&tx, &input, code.as_deref()).await?;
    account::Entity::update_many()
        .col_expr(account::Column::BalanceMinor, Expr::col(account::Column::BalanceMinor).add(input.amount.minor))
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .filter(account::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    let entry_id = tx.new_id::<CreditEntryId>();
    let row = entry::ActiveModel {
        id: Set(entry_id),
        account_id: Set(id),
        kind: Set("issued".to_owned()),
        amount_minor: Set(input.amount.minor),
        operation_id: Set(None),
        receipt_id: Set(None),
        reason: Set(None),
        actor: Set(ctx.actor().id()),
        occurred_at: Set(tx.now()),
    };
    entry::Entity::insert(row).exec_without_returning(&*tx).await?;
    let change = Change::new("credit_account", id, "given").field("amount", (), input.amount.to_string());
    // It may name the buyer: it stands where it can be forgotten, not in the entry, which is there for good.
    tx.record(match input.customer_id {
        Some(customer) => change.about("customer", customer, reason),
        None => change.because(reason),
    });
    tx.emit(&CreditGiven { entry: entry_id, account: id, amount: input.amount, funding: input.funding });
    let account = locked(&tx, id).await?;
    tx.commit().await?;
    Ok(CreditIssued { account, code })
}

/// The account that grows; an empty new one where there is none yet.
async fn account_for(tx: &WriteTx, input: &GiveCredit, code: Option<&str>) -> Result<CreditAccountId, Error> {
    let id = tx.new_id::<CreditAccountId>();
    let kind = if code.is_some() { CreditKind::GiftCard } else { CreditKind::StoreCredit };
    let plain = code.map(normal_code);
    let row = account::ActiveModel {
        id: Set(id),
        kind: Set(kind.as_str().to_owned()),
        customer_id: Set(input.customer_id),
        company_id: Set(None),
        code_hash: Set(code.map(code_hash)),
        code_tail: Set(plain.map(|plain| plain.chars().skip(12).collect())),
        currency: Set(input.amount.currency),
        balance_minor: Set(0),
        reserved_minor: Set(0),
        // Store credit is the buyer's money and does not run out.
        expires_at: Set(input.expires_at.filter(|_| code.is_some())),
        created_at: Set(tx.now()),
        version: Set(1),
    };
    account::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    let Some(customer) = input.customer_id else { return Ok(id) };
    let known = of_customer(tx, customer, input.amount.currency).await?;
    Ok(known.ok_or_else(|| CoreError::internal("store credit was not opened"))?.id)
}

async fn of_customer(tx: &WriteTx, customer: CustomerId, currency: Currency) -> Result<Option<CreditAccount>, Error> {
    let row = account::Entity::find()
        .filter(account::Column::CustomerId.eq(customer))
        .filter(account::Column::Currency.eq(currency))
        .lock_exclusive()
        .one(&**tx)
        .await?;
    Ok(row.map(CreditAccount::from))
}

pub(super) async fn locked(tx: &WriteTx, id: CreditAccountId) -> Result<CreditAccount, Error> {
    let row = account::Entity::find_by_id(id).lock_exclusive().one(&**tx).await?;
    Ok(row.map(CreditAccount::from).ok_or(CoreError::NotFound("credit"))?)
}

/// The account a buyer wants to pay with, locked. A wrong code and another currency look alike.
pub(super) async fn usable(
    tx: &WriteTx,
    wanted: &UseCredit,
    customer: Option<CustomerId>,
    currency: Currency,
) -> Result<CreditAccount, Error> {
    let found = match (&wanted.gift_card_code, customer) {
        (Some(code), _) => {
            let row = account::Entity::find()
                .filter(account::Column::CodeHash.eq(code_hash(code)))
                .filter(account::Column::Currency.eq(currency))
                .lock_exclusive()
                .one(&**tx)
                .await?;
            row.map(CreditAccount::from)
        }
        (None, Some(customer)) => of_customer(tx, customer, currency).await?,
        (None, None) => None,
    };
    let field = if wanted.gift_card_code.is_some() { "payment.credit.giftCardCode" } else { "payment.credit" };
    Ok(found.ok_or_else(|| Invalid::new(field, "UNKNOWN_CREDIT", "there is no such credit in this currency"))?)
}

/// Does what an operation wants of the buyer's credit. Conditional, so that it cannot be overdrawn.
pub(super) async fn apply(tx: &mut WriteTx, operation: &Operation) -> Result<(), Error> {
    use account::Column::{BalanceMinor, ReservedMinor};
    let id: CreditAccountId = operation
        .charge
        .as_deref()
        .and_then(|name| name.parse().ok())
        .ok_or_else(|| CoreError::internal("an operation on credit names no account"))?;
    let minor = operation.amount.minor;
    let (kind, balance, reserved, most) = match operation.kind {
        OperationKind::Authorize => ("reserved", 0, minor, Expr::col(BalanceMinor).sub(Expr::col(ReservedMinor))),
        OperationKind::Capture => ("spent", -minor, -minor, Expr::col(ReservedMinor)),
        OperationKind::Void => ("released", 0, -minor, Expr::col(ReservedMinor)),
        OperationKind::Refund => ("returned", minor, 0, Expr::val(minor)),
    };
    let done = account::Entity::update_many()
        .col_expr(BalanceMinor, Expr::col(BalanceMinor).add(balance))
        .col_expr(ReservedMinor, Expr::col(ReservedMinor).add(reserved))
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .filter(account::Column::Id.eq(id))
        .filter(most.gte(minor))
        .exec(&**tx)
        .await?;
    if done.rows_affected != 1 {
        return Err(Error::CreditTooLow { usable_minor: 0 });
    }
    let row = entry::ActiveModel {
        id: Set(tx.new_id::<CreditEntryId>()),
        account_id: Set(id),
        kind: Set(kind.to_owned()),
        amount_minor: Set(minor),
        operation_id: Set(Some(operation.id)),
        receipt_id: Set(None),
        reason: Set(None),
        actor: Set(tx.ctx().actor().id()),
        occurred_at: Set(tx.now()),
    };
    entry::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

//! What companies paid more than they owed: kept as their credit, used for what they owe, or sent back.

use context::{Ctx, Error as CoreError, Idempotent, WriteTx};
use history::Change;
use kernel::id::{BankReceiptId, CompanyId, CreditAccountId, CreditEntryId, OrderId};
use kernel::{Invalid, Money, text};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize, Serializer};

use super::bank::{account_payments, on_account};
use super::credit::locked;
use super::owed::{self, By};
use crate::actions::RECEIVE;
use crate::entity::{credit_account as account, credit_entry as entry, payment};
use crate::error::Error;
use crate::event::{CompanyCreditReturned, CompanyCreditUsed};
use crate::model::{CreditAccount, CreditKind, Payment};

/// A company's credit that pays what it owes for an order.
#[derive(Debug, Clone, Serialize)]
pub struct UseCompanyCredit {
    /// The caller's unique name of it: asking twice does nothing.
    #[serde(skip)]
    pub idempotency_key: String,
    /// The credit.
    pub account: CreditAccountId,
    /// The order.
    pub order: OrderId,
    /// The most that is used; all that is there and owed when absent.
    #[serde(serialize_with = "most_text")]
    pub most: Option<Money>,
}

/// A company's credit that was sent back to it.
#[derive(Debug, Clone, Serialize)]
pub struct ReturnCompanyCredit {
    /// The caller's unique name of it: asking twice does nothing.
    #[serde(skip)]
    pub idempotency_key: String,
    /// The credit.
    pub account: CreditAccountId,
    /// How much, in the currency of the credit.
    #[serde(serialize_with = "money_text")]
    pub amount: Money,
    /// The bank's name of the transfer.
    pub bank_reference: String,
}

fn money_text<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(money)
}

fn most_text<S: Serializer>(most: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&most.map(|most| most.to_string()).unwrap_or_default())
}

#[derive(Serialize, Deserialize)]
struct Done {
    account: CreditAccountId,
}

/// Keeps what a receipt was too much; the account is opened when it is the first.
pub(super) async fn receive(
    tx: &mut WriteTx,
    company: CompanyId,
    more: Money,
    receipt: BankReceiptId,
) -> Result<CreditAccountId, Error> {
    let row = account::ActiveModel {
        id: Set(tx.new_id::<CreditAccountId>()),
        kind: Set(CreditKind::Company.as_str().to_owned()),
        customer_id: Set(None),
        company_id: Set(Some(company)),
        code_hash: Set(None),
        code_tail: Set(None),
        currency: Set(more.currency),
        balance_minor: Set(0),
        reserved_minor: Set(0),
        expires_at: Set(None),
        created_at: Set(tx.now()),
        version: Set(1),
    };
    let once = OnConflict::new().do_nothing().to_owned();
    account::Entity::insert(row).on_conflict(once).exec_without_returning(&**tx).await?;
    let known = account::Entity::find()
        .filter(account::Column::CompanyId.eq(company))
        .filter(account::Column::Currency.eq(more.currency))
        .one(&**tx)
        .await?;
    let id = known.ok_or_else(|| CoreError::internal("the credit of a company was not opened"))?.id;
    move_by(tx, id, more.minor).await?;
    insert_entry(tx, id, Entry { kind: "received", minor: more.minor, receipt: Some(receipt), reason: None }).await?;
    Ok(id)
}

/// Lets a company's credit pay what is owed for one of its orders, as a receipt would.
///
/// # Errors
/// Not found; [`Invalid`] for `amount` and for an order of somebody else; [`Error::NotPossible`] when nothing is owed;
/// [`Error::CreditTooLow`]; the right may be missing.
pub async fn use_company_credit(ctx: &Ctx, input: UseCompanyCredit) -> Result<CreditAccount, Error> {
    ctx.authorize(RECEIVE)?;
    let mut tx = ctx.begin_write().await?;
    if let Some(known) = replayed(&mut tx, ctx, "company_credit_use", &input.idempotency_key, &input).await? {
        return Ok(known);
    }
    let paying = on_account_of(&tx, input.order).await?;
    let ids = account_payments(&tx, &paying).await?;
    let company = owed::agreed(&tx, paying.id).await?.company_id;
    let credit = locked(&tx, input.account).await?;
    if credit.company_id != Some(company) || credit.balance.currency != paying.amount.currency {
        let text = "is not an order of this company in this currency";
        return Err(Invalid::new("orderId", "NOT_OF_COMPANY", text).into());
    }
    let owed_minor = owed::payable_minor(&tx, &ids).await?;
    let most = in_currency_of(&credit, "most", input.most.unwrap_or(credit.balance))?;
    if most > credit.balance.minor {
        return Err(Error::CreditTooLow { usable_minor: credit.balance.minor });
    }
    let minor = Ord::min(most, owed_minor);
    if minor == 0 {
        return Err(Error::NotPossible("nothing is owed for the order"));
    }
    move_by(&tx, credit.id, -minor).await?;
    let used = Entry { kind: "used", minor, receipt: None, reason: Some(paying.order_number.clone()) };
    let entry = insert_entry(&tx, credit.id, used).await?;
    let paid = owed::pay(&mut tx, &ids, By::Credit(entry), minor).await?;
    let amount = Money::new(minor, credit.balance.currency);
    tx.record(Change::new("credit_account", credit.id, "used").field("amount", (), amount.to_string()));
    tx.emit(&CompanyCreditUsed {
        entry,
        account: credit.id,
        order: input.order,
        amount,
        applied_minor: paid.applied_minor,
        recovered: paid.recovered,
    });
    finish(tx, credit.id).await
}

/// Writes down that credit of a company was transferred back to it.
///
/// # Errors
/// Not found; [`Invalid`] for `amount` or `bankReference`; [`Error::CreditTooLow`]; the right may be missing.
pub async fn return_company_credit(ctx: &Ctx, input: ReturnCompanyCredit) -> Result<CreditAccount, Error> {
    ctx.authorize(RECEIVE)?;
    let reference = text::line("bankReference", &input.bank_reference, 100)?;
    let mut tx = ctx.begin_write().await?;
    if let Some(known) = replayed(&mut tx, ctx, "company_credit_return", &input.idempotency_key, &input).await? {
        return Ok(known);
    }
    let credit = locked(&tx, input.account).await?;
    if credit.kind != CreditKind::Company {
        return Err(Error::NotPossible("only the credit of a company is sent back"));
    }
    let minor = in_currency_of(&credit, "amount", input.amount)?;
    if minor > credit.balance.minor {
        return Err(Error::CreditTooLow { usable_minor: credit.balance.minor });
    }
    move_by(&tx, credit.id, -minor).await?;
    let sent = Entry { kind: "paid_out", minor, receipt: None, reason: Some(reference.clone()) };
    let entry = insert_entry(&tx, credit.id, sent).await?;
    let amount = Money::new(minor, credit.balance.currency);
    let change = Change::new("credit_account", credit.id, "returned").field("amount", (), amount.to_string());
    tx.record(change.field("bankReference", (), &reference));
    tx.emit(&CompanyCreditReturned { entry, account: credit.id, amount });
    finish(tx, credit.id).await
}

/// An amount in minor units of the credit's currency; more than zero.
fn in_currency_of(credit: &CreditAccount, field: &str, amount: Money) -> Result<i64, Error> {
    if amount.currency != credit.balance.currency {
        let text = format!("must be in {}", credit.balance.currency);
        return Err(Invalid::new(format!("{field}.currency"), "CURRENCY_MISMATCH", text).into());
    }
    if amount.minor <= 0 {
        return Err(Invalid::new(field, "OUT_OF_RANGE", "must be more than zero").into());
    }
    Ok(amount.minor)
}

async fn replayed<I: Serialize>(
    tx: &mut WriteTx,
    ctx: &Ctx,
    route: &'static str,
    key: &str,
    input: &I,
) -> Result<Option<CreditAccount>, Error> {
    match tx.idempotent::<Done, _>(ctx.actor().id(), route, key, input).await? {
        Idempotent::Replay(done) => Ok(Some(locked(tx, done.account).await?)),
        Idempotent::Proceed => Ok(None),
    }
}

async fn finish(tx: WriteTx, id: CreditAccountId) -> Result<CreditAccount, Error> {
    let after = locked(&tx, id).await?;
    tx.commit_with_answer(&Done { account: id }).await?;
    Ok(after)
}

/// A payment on account of an order, unlocked.
async fn on_account_of(tx: &WriteTx, order: OrderId) -> Result<Payment, Error> {
    let of_order = payment::Entity::find().filter(payment::Column::OrderId.eq(order));
    let rows = of_order.order_by_asc(payment::Column::Id).all(&**tx).await?;
    if rows.is_empty() {
        return Err(CoreError::NotFound("order").into());
    }
    let found = rows.into_iter().map(Payment::from).find(on_account);
    found.ok_or(Error::NotPossible("the order was not bought on account"))
}

struct Entry {
    kind: &'static str,
    minor: i64,
    receipt: Option<BankReceiptId>,
    reason: Option<String>,
}

async fn insert_entry(tx: &WriteTx, id: CreditAccountId, of: Entry) -> Result<CreditEntryId, Error> {
    let entry_id = tx.new_id::<CreditEntryId>();
    let row = entry::ActiveModel {
        id: Set(entry_id),
        account_id: Set(id),
        kind: Set(of.kind.to_owned()),
        amount_minor: Set(of.minor),
        operation_id: Set(None),
        receipt_id: Set(of.receipt),
        reason: Set(of.reason),
        actor: Set(tx.ctx().actor().id()),
        occurred_at: Set(tx.now()),
    };
    entry::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(entry_id)
}

/// Conditional, so that it is never overdrawn.
async fn move_by(tx: &WriteTx, id: CreditAccountId, minor: i64) -> Result<(), Error> {
    use account::Column::{BalanceMinor, Id, Version};
    let done = account::Entity::update_many()
        .col_expr(BalanceMinor, Expr::col(BalanceMinor).add(minor))
        .col_expr(Version, Expr::col(Version).add(1))
        .filter(Id.eq(id))
        .filter(Expr::col(BalanceMinor).add(minor).gte(0))
        .exec(&**tx)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Error::CreditTooLow { usable_minor: 0 }) }
}

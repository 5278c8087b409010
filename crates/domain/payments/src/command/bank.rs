//! Receipts of the operator's bank.

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use kernel::id::{BankReceiptId, MerchantOrderId, OrderId, PaymentId, PaymentOperationId};
use kernel::{Invalid, Money, text};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::company_credit;
use super::owed::{self, By};
use super::plan::fact;
use crate::actions::RECEIVE;
use crate::entity::{payment, receipt};
use crate::error::Error;
use crate::event::{InvoicePaid, TransferArrived};
use crate::model::{BankReceipt, CaptureMoment, Operation, OperationKind, OperationState, Payment, Phase};
use crate::repo;

/// A line of the bank's statement.
#[derive(Debug, Clone)]
pub struct TransferReceived {
    /// What the buyer wrote: the order number or the id of the payment.
    pub reference: String,
    /// How much arrived; more than zero.
    pub amount: Money,
    /// The bank's unique name of the receipt: entering it twice does nothing.
    pub bank_reference: String,
    /// When it arrived; now when the bank does not say.
    pub received_at: Option<DateTime<Utc>>,
}

/// Enters a receipt. It pays the order it names, as far as the order wants money; the rest stays unapplied, as does
/// a receipt whose reference nobody understands or whose order is closed.
///
/// # Errors
/// `Invalid` input; `KeyReused` when the bank's reference was entered with another amount or order.
pub async fn transfer_received(ctx: &Ctx, input: TransferReceived) -> Result<BankReceipt, Error> {
    ctx.authorize(RECEIVE)?;
    let bank_reference = text::line("bankReference", &input.bank_reference, 100)?;
    let reference = text::line("reference", &input.reference, 100)?;
    if input.amount.minor <= 0 {
        return Err(Invalid::new("amount", "OUT_OF_RANGE", "must be more than zero").into());
    }
    let mut tx = ctx.begin_write().await?;
    let receipt = BankReceipt {
        id: tx.new_id(),
        bank_reference,
        order_reference: reference,
        payment_id: None,
        amount: input.amount,
        applied_minor: 0,
        credited_minor: 0,
        received_at: input.received_at.unwrap_or_else(|| tx.now()),
    };
    // First, so that of two who enter it at once the second waits, and finds what the first one wrote.
    if !insert(&tx, &receipt, &ctx.actor().id()).await? {
        let same = receipt::Column::BankReference.eq(&receipt.bank_reference);
        let known = receipt::Entity::find().filter(same).one(&*tx).await?;
        let known: BankReceipt = known.ok_or(CoreError::NotFound("bank receipt"))?.into();
        let same = known.amount == receipt.amount && known.order_reference == receipt.order_reference;
        return if same { Ok(known) } else { Err(CoreError::KeyReused.into()) };
    }
    let found = find_open(&tx, &receipt).await?;
    let (receipt, operation) = apply(&mut tx, receipt, found, false).await?;
    save(&tx, &receipt, operation).await?;
    tx.commit().await?;
    Ok(receipt)
}

/// Writes a receipt that pays nothing yet; false when its reference is known.
async fn insert(tx: &WriteTx, receipt: &BankReceipt, actor: &str) -> Result<bool, Error> {
    let row = receipt::ActiveModel {
        id: Set(receipt.id),
        order_reference: Set(receipt.order_reference.clone()),
        bank_reference: Set(receipt.bank_reference.clone()),
        payment_id: Set(None),
        operation_id: Set(None),
        currency: Set(receipt.amount.currency),
        amount_minor: Set(receipt.amount.minor),
        applied_minor: Set(0),
        credited_minor: Set(0),
        recorded_by: Set(actor.to_owned()),
        received_at: Set(receipt.received_at),
    };
    let once = OnConflict::column(receipt::Column::BankReference).do_nothing().to_owned();
    Ok(receipt::Entity::insert(row).on_conflict(once).exec_without_returning(&**tx).await? == 1)
}

/// Writes what a receipt pays.
async fn save(tx: &WriteTx, receipt: &BankReceipt, operation: Option<PaymentOperationId>) -> Result<(), Error> {
    receipt::Entity::update_many()
        .col_expr(receipt::Column::PaymentId, Expr::value(receipt.payment_id))
        .col_expr(receipt::Column::OperationId, Expr::value(operation))
        .col_expr(receipt::Column::AppliedMinor, Expr::value(receipt.applied_minor))
        .col_expr(receipt::Column::CreditedMinor, Expr::value(receipt.credited_minor))
        .filter(receipt::Column::Id.eq(receipt.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Lets a receipt that nobody understood pay a payment after all.
///
/// # Errors
/// `NotFound`; [`Error::NotPossible`] when it is matched already, or the payment takes no (more) transfer.
pub async fn match_receipt(ctx: &Ctx, id: BankReceiptId, payment_id: PaymentId) -> Result<BankReceipt, Error> {
    ctx.authorize(RECEIVE)?;
    let mut tx = ctx.begin_write().await?;
    let payment = lock_with_order(&tx, payment_id).await?;
    let row = receipt::Entity::find_by_id(id).lock_exclusive().one(&*tx).await?;
    let receipt: BankReceipt = row.ok_or(CoreError::NotFound("bank receipt"))?.into();
    if receipt.payment_id.is_some() {
        return Err(Error::NotPossible("the receipt is matched already"));
    }
    if !takes(&payment, receipt.amount) {
        return Err(Error::NotPossible("the payment takes no transfer in this currency"));
    }
    if due(&tx, &payment).await? == 0 {
        return Err(Error::NotPossible("the payment is paid in full"));
    }
    let (receipt, operation) = apply(&mut tx, receipt, Some(payment), true).await?;
    save(&tx, &receipt, operation).await?;
    tx.commit().await?;
    Ok(receipt)
}

fn takes(payment: &Payment, amount: Money) -> bool {
    let takes = on_account(payment)
        || payment.closed_at.is_none()
            && payment.method().is_some_and(|method| method.capture == CaptureMoment::OnReceipt);
    takes && payment.amount.currency == amount.currency
}

pub(super) fn on_account(payment: &Payment) -> bool {
    payment.method().is_some_and(|method| method.capture == CaptureMoment::OnShipment)
}

/// What a receipt can pay of a payment that is locked, in minor units.
async fn due(tx: &WriteTx, payment: &Payment) -> Result<i64, Error> {
    if on_account(payment) { owed::payable_minor(tx, &[payment.id]).await } else { Ok(payment.outstanding_minor()) }
}

/// Every payment of an order, locked in the order of their ids: who pays the same order waits here.
async fn lock_all(tx: &WriteTx, order: OrderId) -> Result<Vec<Payment>, Error> {
    let of_order = payment::Entity::find().filter(payment::Column::OrderId.eq(order));
    let rows = of_order.order_by_asc(payment::Column::Id).lock_exclusive().all(&**tx).await?;
    Ok(rows.into_iter().map(Payment::from).collect())
}

/// A payment, locked with the others of its order.
async fn lock_with_order(tx: &WriteTx, id: PaymentId) -> Result<Payment, Error> {
    let missing = || CoreError::NotFound("payment");
    let seen = payment::Entity::find_by_id(id).one(&**tx).await?.ok_or_else(missing)?;
    let all = lock_all(tx, seen.order_id).await?;
    Ok(all.into_iter().find(|payment| payment.id == id).ok_or_else(missing)?)
}

async fn find_open(tx: &WriteTx, receipt: &BankReceipt) -> Result<Option<Payment>, Error> {
    let found = match receipt.order_reference.parse::<PaymentId>() {
        Ok(id) => payment::Entity::find_by_id(id).one(&**tx).await?,
        Err(_) => {
            let number = payment::Column::OrderNumber.eq(&receipt.order_reference);
            payment::Entity::find().filter(number).order_by_asc(payment::Column::Id).one(&**tx).await?
        }
    };
    let Some(named) = found else { return Ok(None) };
    let mut all = lock_all(tx, named.order_id).await?;
    // An order that was changed may want more money by another payment; buyers write the number they know.
    all.sort_by_key(|payment| payment.id != named.id);
    for payment in &all {
        if takes(payment, receipt.amount) && due(tx, payment).await? > 0 {
            return Ok(Some(payment.clone()));
        }
    }
    // What pays nothing on account yet can be matched later.
    Ok(all.into_iter().next().filter(|first| takes(first, receipt.amount) && !on_account(first)))
}

async fn apply(
    tx: &mut WriteTx,
    mut receipt: BankReceipt,
    payment: Option<Payment>,
    matched_later: bool,
) -> Result<(BankReceipt, Option<PaymentOperationId>), Error> {
    if let Some(payment) = payment.as_ref().filter(|payment| on_account(payment)) {
        return Ok((pay_account(tx, receipt, payment.clone(), matched_later).await?, None));
    }
    let mut event = TransferArrived {
        receipt: receipt.id,
        paid: None,
        amount: receipt.amount,
        applied_minor: 0,
        applied_before_minor: 0,
        fully_paid: false,
        operation: None,
        matched_later,
    };
    if let Some(mut payment) = payment {
        let due = payment.outstanding_minor();
        receipt.payment_id = Some(payment.id);
        receipt.applied_minor = receipt.amount.minor.min(due);
        event.paid = Some((payment.id, payment.order_id));
        event.applied_minor = receipt.applied_minor;
        event.applied_before_minor = payment.amounts.captured.done_minor;
        event.fully_paid = due > 0 && receipt.applied_minor == due;
        payment.excess_minor += receipt.amount.minor - receipt.applied_minor;
        if receipt.applied_minor > 0 {
            event.operation = Some(record_done(tx, &mut payment, receipt.applied_minor, None).await?);
            if event.fully_paid {
                payment.expires_at = None;
            }
        }
        repo::save_payment(tx, &payment).await?;
    }
    tx.emit(&event);
    Ok((receipt, event.operation))
}

/// Takes a receipt off what is owed for the order, whichever of its payments it was sold by. The claim was the capture,
/// so no operation comes of it. What is more than the company owes for the order is its credit.
async fn pay_account(
    tx: &mut WriteTx,
    mut receipt: BankReceipt,
    payment: Payment,
    matched_later: bool,
) -> Result<BankReceipt, Error> {
    let ids = account_payments(tx, &payment).await?;
    let paid = owed::pay(tx, &ids, By::Receipt(receipt.id), receipt.amount.minor).await?;
    receipt.payment_id = Some(payment.id);
    receipt.applied_minor = paid.total_minor();
    receipt.credited_minor = receipt.amount.minor - receipt.applied_minor;
    let company = owed::agreed(tx, payment.id).await?.company_id;
    let credit = match receipt.credited_minor {
        0 => None,
        minor => {
            let more = Money::new(minor, receipt.amount.currency);
            Some(company_credit::receive(tx, company, more, receipt.id).await?)
        }
    };
    tx.emit(&InvoicePaid {
        receipt: receipt.id,
        payment: payment.id,
        order: payment.order_id,
        amount: receipt.amount,
        applied_minor: paid.applied_minor,
        recovered: paid.recovered,
        credit,
        credited_minor: receipt.credited_minor,
        matched_later,
    });
    Ok(receipt)
}

/// The payments on account of the order of one of them, locked.
pub(super) async fn account_payments(tx: &WriteTx, of: &Payment) -> Result<Vec<PaymentId>, Error> {
    let all = lock_all(tx, of.order_id).await?;
    let same = |payment: &&Payment| on_account(payment) && payment.amount.currency == of.amount.currency;
    Ok(all.iter().filter(same).map(|payment| payment.id).collect())
}

/// Money that people took: an operation that has happened already. The caller saves the payment.
pub(super) async fn record_done(
    tx: &mut WriteTx,
    payment: &mut Payment,
    amount_minor: i64,
    merchant_order_id: Option<MerchantOrderId>,
) -> Result<PaymentOperationId, Error> {
    let operation = Operation {
        id: tx.new_id(),
        payment_id: Some(payment.id),
        orphan_id: None,
        kind: OperationKind::Capture,
        provider: None,
        amount: Money::new(amount_minor, payment.amount.currency),
        state: OperationState::Succeeded,
        reason: None,
        merchant_order_id,
        refund_id: None,
        created_at: tx.now(),
        settled_at: Some(tx.now()),
        charge: None,
        replaces: None,
        refund_total_minor: None,
        dispute_id: None,
        version: 1,
    };
    repo::insert_operation(tx, &operation).await?;
    let fact = fact(&operation, Phase::Succeeded);
    let told_by = tx.ctx().actor().id();
    repo::insert_facts(tx, payment.id, &[fact], &told_by, None).await?;
    payment.amounts = payment.amounts.told(None, fact);
    Ok(operation.id)
}

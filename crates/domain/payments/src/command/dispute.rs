//! Chargebacks: told by a provider, or entered by people from its report.

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::{DisputeId, MerchantOrderId, OrderId, PaymentId};
use kernel::{Invalid, Money, text};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::covered::{self, disputed, waiting};
use super::plan::enqueue;
use super::settle::{Outcome, settle};
use crate::actions::DISPUTE;
use crate::entity::dispute;
use crate::error::Error;
use crate::event::{DisputeLost, DisputeOpened, DisputeWon};
use crate::model::{Dispute, DisputeState, OperationState};
use crate::provider::{CREDIT, INVOICE};
use crate::repo;

/// What stands where the words of a buyer were.
const ERASED: &str = "Erased";

/// A dispute to be opened.
#[derive(Debug, Clone)]
pub struct OpenDispute {
    /// The payment.
    pub payment_id: PaymentId,
    /// The merchant order it is about; `None`: the order as a whole. The caller knows that it is of the same order.
    pub merchant_order_id: Option<MerchantOrderId>,
    /// The provider's name of it: opening it twice does nothing.
    pub reference: String,
    /// What was taken.
    pub amount: Money,
    /// What the provider charges for it, in minor units.
    pub fee_minor: i64,
    /// The buyer's reason.
    pub reason: String,
    /// When the money was taken; now when `None`.
    pub opened_at: Option<DateTime<Utc>>,
}

/// The bank's decision about a dispute.
#[derive(Debug, Clone)]
pub struct ResolveDispute {
    /// The dispute.
    pub id: DisputeId,
    /// Whether the buyer was wrong.
    pub won: bool,
    /// What of the fee comes back, in minor units.
    pub fee_returned_minor: i64,
    /// When it was decided; now when `None`.
    pub resolved_at: Option<DateTime<Utc>>,
}

/// Takes a dispute as opened: the provider has taken the money. What is disputed cannot be refunded meanwhile.
///
/// # Errors
/// `Invalid` input; `NotFound`; [`Error::NotPossible`] where no provider moved the money; [`Error::ExceedsCaptured`] for
/// more than is captured and neither refunded nor disputed already; `KeyReused` for other content under the reference.
pub async fn open_dispute(ctx: &Ctx, input: OpenDispute) -> Result<Dispute, Error> {
    ctx.authorize(DISPUTE)?;
    let reference = text::line("reference", &input.reference, 100)?;
    let reason = text::line("reason", &input.reason, 300)?;
    if input.amount.minor <= 0 {
        return Err(Invalid::new("amount", "OUT_OF_RANGE", "must be more than zero").into());
    }
    if input.fee_minor < 0 {
        return Err(Invalid::new("fee", "OUT_OF_RANGE", "must not be negative").into());
    }
    let mut tx = ctx.begin_write().await?;
    let payment = repo::lock_payment(&tx, input.payment_id).await?;
    // Credit and what is bought on account move in our own books only.
    let moves = |code: &String| ![CREDIT, INVOICE].contains(&code.as_str());
    let provider = payment.provider.clone().filter(moves).ok_or(Error::NotPossible("no provider moved this money"))?;
    if payment.amount.currency != input.amount.currency {
        return Err(Invalid::new("amount.currency", "CURRENCY_MISMATCH", "must be that of the payment").into());
    }
    let known = dispute::Entity::find()
        .filter(dispute::Column::Provider.eq(&provider))
        .filter(dispute::Column::Reference.eq(&reference))
        .one(&*tx)
        .await?;
    if let Some(known) = known.map(Dispute::from) {
        let same = (known.payment_id, known.amount, known.fee_minor, known.merchant_order_id)
            == (input.payment_id, input.amount, input.fee_minor, input.merchant_order_id);
        return if same { Ok(known) } else { Err(CoreError::KeyReused.into()) };
    }
    let operations = repo::operations_of(&tx, payment.id).await?;
    let gone = covered::sum(&disputed(&tx, payment.id, &operations).await?);
    let refundable_minor = payment.amounts.refundable_minor() - gone;
    if input.amount.minor > refundable_minor {
        return Err(Error::ExceedsCaptured { refundable_minor });
    }
    let opened = Dispute {
        id: tx.new_id(),
        provider,
        reference,
        payment_id: payment.id,
        order_id: payment.order_id,
        merchant_order_id: input.merchant_order_id,
        amount: input.amount,
        fee_minor: input.fee_minor,
        fee_returned_minor: 0,
        reason,
        borne_minor: None,
        state: DisputeState::Open,
        opened_at: input.opened_at.unwrap_or_else(|| tx.now()),
        resolved_at: None,
        version: 1,
    };
    dispute::Entity::insert(row(&opened).into_active_model()).exec_without_returning(&*tx).await?;
    tx.emit(&DisputeOpened {
        dispute: opened.id,
        payment: opened.payment_id,
        order: opened.order_id,
        merchant_order: opened.merchant_order_id,
        provider: opened.provider.clone(),
        amount: opened.amount,
        fee_minor: opened.fee_minor,
        at: opened.opened_at,
    });
    let change = Change::new("dispute", opened.id, "opened");
    tx.record(change.about("order", opened.order_id, &opened.reason));
    tx.commit().await?;
    Ok(opened)
}

/// Takes the bank's decision. The same decision again does nothing. What was to be given back of the money meanwhile is
/// asked of the provider when the dispute is won; when it is lost the buyer has it.
///
/// # Errors
/// `Invalid` input; `NotFound`; [`Error::NotPossible`] when it was decided otherwise.
pub async fn resolve_dispute(ctx: &Ctx, input: ResolveDispute) -> Result<Dispute, Error> {
    ctx.authorize(DISPUTE)?;
    let mut tx = ctx.begin_write().await?;
    let found = dispute::Entity::find_by_id(input.id).one(&*tx).await?.ok_or(CoreError::NotFound("dispute"))?;
    // The payment first: refunds look at its disputes under the same lock.
    repo::lock_payment(&tx, found.payment_id).await?;
    let row = dispute::Entity::find_by_id(input.id).lock_exclusive().one(&*tx).await?;
    let mut decided = Dispute::from(row.ok_or(CoreError::NotFound("dispute"))?);
    let state = if input.won { DisputeState::Won } else { DisputeState::Lost };
    if decided.state == state {
        return Ok(decided);
    }
    if decided.state != DisputeState::Open {
        return Err(Error::NotPossible("the dispute was decided otherwise"));
    }
    let returnable = if input.won { decided.fee_minor } else { 0 };
    if !(0..=returnable).contains(&input.fee_returned_minor) {
        return Err(Invalid::range("feeReturned", 0, returnable).into());
    }
    let at = input.resolved_at.unwrap_or_else(|| tx.now());
    if at < decided.opened_at || at > tx.now() {
        let text = "must be between the time it was opened and now";
        return Err(Invalid::new("resolvedAt", "OUT_OF_RANGE", text).into());
    }
    (decided.state, decided.resolved_at) = (state, Some(at));
    decided.fee_returned_minor = input.fee_returned_minor;
    decided.version += 1;
    save(&tx, &decided).await?;
    let covered_minor = decide_waiting(&mut tx, &decided).await?;
    let Dispute { id: dispute, payment_id: payment, order_id: order, amount, merchant_order_id, .. } = decided;
    let (provider, fee_returned_minor) = (decided.provider.clone(), decided.fee_returned_minor);
    if input.won {
        tx.emit(&DisputeWon { dispute, payment, order, provider, amount, fee_returned_minor, at });
    } else {
        let (fee_minor, merchant_order) = (decided.fee_minor, merchant_order_id);
        tx.emit(&DisputeLost {
            dispute,
            payment,
            order,
            merchant_order,
            provider,
            amount,
            covered_minor,
            fee_minor,
            at,
        });
    }
    tx.record(Change::new("dispute", decided.id, state.as_str()));
    tx.commit().await?;
    Ok(decided)
}

/// Goes on with the refunds that waited for the decision; gives how much they are of a lost dispute, in minor units.
async fn decide_waiting(tx: &mut WriteTx, of: &Dispute) -> Result<i64, Error> {
    let mut covered_minor = 0;
    for mut operation in waiting(tx, of).await? {
        if of.state == DisputeState::Lost {
            covered_minor += operation.amount.minor;
            let outcome = Outcome::Succeeded { charge: None, held_until: None };
            settle(tx, operation.id, outcome, &of.provider).await?;
        } else {
            // The money is ours again: it goes back like any other.
            (operation.state, operation.dispute_id) = (OperationState::Planned, None);
            repo::save_operation(tx, &operation, None).await?;
            enqueue(tx, operation.id);
        }
    }
    Ok(covered_minor)
}

/// Forgets what a buyer said when money of an order was disputed. The caller has authorized.
///
/// # Errors
/// The database error.
pub async fn forget_words_in_tx(tx: &WriteTx, order: OrderId) -> Result<(), Error> {
    dispute::Entity::update_many()
        .col_expr(dispute::Column::Reason, Expr::value(ERASED))
        .filter(dispute::Column::OrderId.eq(order))
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn save(tx: &WriteTx, of: &Dispute) -> Result<(), DbErr> {
    let change = dispute::ActiveModel {
        state: Set(of.state.as_str().to_owned()),
        fee_returned_minor: Set(of.fee_returned_minor),
        resolved_at: Set(of.resolved_at),
        version: Set(of.version),
        ..Default::default()
    };
    dispute::Entity::update_many().set(change).filter(dispute::Column::Id.eq(of.id)).exec(&**tx).await?;
    Ok(())
}

fn row(of: &Dispute) -> dispute::Model {
    dispute::Model {
        id: of.id,
        provider: of.provider.clone(),
        reference: of.reference.clone(),
        payment_id: of.payment_id,
        order_id: of.order_id,
        merchant_order_id: of.merchant_order_id,
        currency: of.amount.currency,
        amount_minor: of.amount.minor,
        fee_minor: of.fee_minor,
        fee_returned_minor: of.fee_returned_minor,
        reason: of.reason.clone(),
        borne_minor: of.borne_minor,
        state: of.state.as_str().to_owned(),
        opened_at: of.opened_at,
        resolved_at: of.resolved_at,
        version: of.version,
    }
}

impl From<dispute::Model> for Dispute {
    fn from(row: dispute::Model) -> Self {
        Self {
            id: row.id,
            provider: row.provider,
            reference: row.reference,
            payment_id: row.payment_id,
            order_id: row.order_id,
            merchant_order_id: row.merchant_order_id,
            amount: Money::new(row.amount_minor, row.currency),
            fee_minor: row.fee_minor,
            fee_returned_minor: row.fee_returned_minor,
            reason: row.reason,
            borne_minor: row.borne_minor,
            state: DisputeState::parse(&row.state).unwrap_or(DisputeState::Open),
            opened_at: row.opened_at,
            resolved_at: row.resolved_at,
            version: row.version,
        }
    }
}

//! What has to be done for what happened: each handler reads anew how the thing stands, and opens or closes its task.

use std::future::Future;

use billing::event::{BalanceBecameCritical, BalanceRecovered, Reconciled};
use billing::query::FindingFilter;
use catalog::ProductStatus;
use catalog::event::{ProductChanged, ProductPublished, ProductReturned, ProductSubmitted, ProductUnpublished};
use kernel::PageArgs;
use kernel::id::{
    AppealId, ConversationId, CriticalBalanceId, DisputeId, MerchantDocumentId, MerchantId, MerchantOrderId, ProductId,
    ReconciliationId, RefundId,
};
use marketplace::CriticalKind;
use marketplace::task::{EnsureTask, TaskKind, ensure, settle};
use merchants::conversation::Side;
use merchants::event::{
    AppealDecided, ConversationClosed, DocumentHandedIn, DocumentReviewed, MerchantAppealed, MerchantCreated,
    MerchantStatusChanged, MerchantStepTaken, MessagePosted,
};
use merchants::{AppealState, DocumentState, KycState, Status};
use orders::event::{LinesRefused, RefundApprovalChanged, ShipmentOverdue, ShipmentShipped, UnitsCanceled};
use outbox::{DispatcherBuilder, Failure, HandlerResult};
use payments::DisputeState;
use payments::event::{DisputeLost, DisputeOpened, DisputeWon};

use crate::{Deps, retry};

macro_rules! looks {
    ($builder:expr, $deps:expr, $($name:literal: $event:ty => $look:ident($field:ident);)*) => {{
        let mut builder = $builder;
        $(
            let at = $deps.clone();
            builder = builder.on($name, move |event: $event, _| {
                let deps = at.clone();
                async move { $look(&deps, event.$field).await }
            });
        )*
        builder
    }};
}

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    looks! { builder, deps,
        "task_product_submitted": ProductSubmitted => product(product);
        "task_product_returned": ProductReturned => product(product);
        "task_product_changed": ProductChanged => products(products);
        "task_product_published": ProductPublished => products(products);
        "task_product_unpublished": ProductUnpublished => products(products);
        "task_merchant_created": MerchantCreated => merchant(merchant);
        "task_merchant_status": MerchantStatusChanged => merchant(merchant);
        "task_merchant_step": MerchantStepTaken => merchant(merchant);
        "task_document_handed_in": DocumentHandedIn => document(document);
        "task_document_reviewed": DocumentReviewed => document(document);
        "task_appealed": MerchantAppealed => appeal(appeal);
        "task_appeal_decided": AppealDecided => appeal(appeal);
        "task_refund_approval": RefundApprovalChanged => refund(refund);
        "task_shipment_overdue": ShipmentOverdue => late(merchant_order);
        "task_shipment_shipped": ShipmentShipped => late(merchant_order);
        "task_units_canceled": UnitsCanceled => late(merchant_order);
        "task_lines_refused": LinesRefused => late(merchant_order);
        "task_dispute_opened": DisputeOpened => dispute(dispute);
        "task_dispute_won": DisputeWon => dispute(dispute);
        "task_dispute_lost": DisputeLost => dispute(dispute);
        "task_balance_critical": BalanceBecameCritical => balance(balance);
        "task_balance_recovered": BalanceRecovered => balance(balance);
        "task_reconciled": Reconciled => reconciliation(reconciliation);
        "task_message_posted": MessagePosted => answers(conversation);
        "task_conversation_closed": ConversationClosed => answers(conversation);
    }
}

/// How a thing stands.
enum Standing {
    /// Somebody has to do something.
    Waits(Option<MerchantId>, String),
    /// Nobody has, and this came of it.
    Over(&'static str),
}

/// Opens the task of a thing, or closes it.
async fn keep<F>(deps: &Deps, kind: TaskKind, subject: String, look: impl Fn() -> F + Send + Sync) -> HandlerResult
where
    F: Future<Output = Result<Standing, Failure>> + Send,
{
    let ctx = deps.ctx();
    let mut standing = look().await?;
    if let Standing::Waits(merchant, title) = standing {
        let wanted = EnsureTask { kind, subject: subject.clone(), merchant, title };
        ensure(&ctx, wanted).await.map_err(retry)?;
        // Once more: what ended meanwhile may have been told before there was a task to close.
        standing = look().await?;
    }
    if let Standing::Over(outcome) = standing {
        settle(&ctx, kind, &subject, outcome).await.map_err(retry)?;
    }
    Ok(())
}

/// Who wants to sell, or brought papers, is looked at.
async fn merchant(deps: &Deps, id: MerchantId) -> HandlerResult {
    let look = move || async move {
        let of = merchants::get(&deps.ctx(), id).await.map_err(retry)?;
        let asks = matches!(of.status, Status::Applied | Status::InReview) || of.kyc.state == KycState::PendingApproval;
        let title = || format!("Review the merchant {}", of.profile.name);
        Ok(if asks { Standing::Waits(Some(id), title()) } else { Standing::Over(of.status.as_str()) })
    };
    keep(deps, TaskKind::KycReview, id.to_string(), look).await
}

/// Whom a conversation waits for has to answer. Its topic names it: its title may name people, and a task stays.
async fn answers(deps: &Deps, id: ConversationId) -> HandlerResult {
    for (kind, side) in [(TaskKind::AnswerBuyer, Side::Merchant), (TaskKind::AnswerMerchant, Side::Operator)] {
        let look = move || async move {
            let thread = merchants::conversation::conversation(&deps.ctx(), id).await.map_err(retry)?;
            let of = thread.conversation();
            Ok(match (of.closed, of.awaiting) {
                (Some(_), _) => Standing::Over("closed"),
                (None, Some(awaited)) if awaited == side => {
                    Standing::Waits(of.merchant, format!("A conversation waits for an answer: {}", of.topic))
                }
                (None, _) => Standing::Over("answered"),
            })
        };
        keep(deps, kind, id.to_string(), look).await?;
    }
    Ok(())
}

async fn document(deps: &Deps, id: MerchantDocumentId) -> HandlerResult {
    let look = move || async move {
        let of = merchants::document(&deps.ctx(), id).await.map_err(retry)?;
        Ok(match of.state {
            DocumentState::Submitted => Standing::Waits(Some(of.merchant), format!("Review the document {}", of.title)),
            done => Standing::Over(done.as_str()),
        })
    };
    keep(deps, TaskKind::DocumentReview, id.to_string(), look).await
}

async fn appeal(deps: &Deps, id: AppealId) -> HandlerResult {
    let look = move || async move {
        let ctx = deps.ctx();
        let of = merchants::appeal_by_id(&ctx, id).await.map_err(retry)?;
        if of.state != AppealState::Open {
            return Ok(Standing::Over(of.state.as_str()));
        }
        let name = merchants::get(&ctx, of.merchant).await.map_err(retry)?.profile.name;
        Ok(Standing::Waits(Some(of.merchant), format!("Decide about the appeal of {name}")))
    };
    keep(deps, TaskKind::Appeal, id.to_string(), look).await
}

async fn refund(deps: &Deps, id: RefundId) -> HandlerResult {
    let look = move || async move {
        let found = orders::query::refund_standing_on(deps.ctx().read(), id).await.map_err(retry)?;
        Ok(match found {
            Some(of) if of.waits => Standing::Waits(Some(of.merchant), format!("Approve a refund of {}", of.amount)),
            Some(of) if of.rejected => Standing::Over("rejected"),
            Some(_) | None => Standing::Over("approved"),
        })
    };
    keep(deps, TaskKind::ApproveRefund, id.to_string(), look).await
}

/// What should have left is sent, or taken out of the order.
async fn late(deps: &Deps, part: MerchantOrderId) -> HandlerResult {
    let all = move || async move { orders::query::late_work_on(deps.ctx().read(), part).await.map_err(retry) };
    for of in all().await? {
        let id = of.fulfillment_order;
        let look = move || async move {
            let waits = all().await?.into_iter().find(|of| of.fulfillment_order == id && of.waits);
            let title = |number: &str| format!("Send what is late of {number}");
            Ok(waits.map_or(Standing::Over("done"), |of| Standing::Waits(Some(of.merchant), title(&of.number))))
        };
        keep(deps, TaskKind::LateShipment, id.to_string(), look).await?;
    }
    Ok(())
}

async fn dispute(deps: &Deps, id: DisputeId) -> HandlerResult {
    let look = move || async move {
        let of = payments::query::dispute(&deps.ctx(), id).await.map_err(retry)?;
        let title = || format!("Answer the dispute {} about {}", of.reference, of.amount);
        Ok(match of.state {
            DisputeState::Open => Standing::Waits(None, title()),
            closed => Standing::Over(closed.as_str()),
        })
    };
    keep(deps, TaskKind::DisputeEvidence, id.to_string(), look).await
}

async fn balance(deps: &Deps, id: CriticalBalanceId) -> HandlerResult {
    let look = move || async move {
        let ctx = deps.ctx();
        let of = billing::query::critical_balance(&ctx, id).await.map_err(retry)?;
        if of.ended_at.is_some() {
            return Ok(Standing::Over("in order again"));
        }
        let name = merchants::get(&ctx, of.merchant_id).await.map_err(retry)?.profile.name;
        let title = match of.kind {
            CriticalKind::Negative => format!("{name} owes {}", of.amount),
            CriticalKind::ReserveShort => format!("The reserve of {name} lacks {}", of.amount),
            CriticalKind::PayableTooOld => format!("{} of {name} waits for more than {} days", of.amount, of.threshold),
        };
        Ok(Standing::Waits(Some(of.merchant_id), title))
    };
    keep(deps, TaskKind::CriticalBalance, id.to_string(), look).await
}

async fn reconciliation(deps: &Deps, id: ReconciliationId) -> HandlerResult {
    let look = move || async move {
        let ctx = deps.ctx();
        let filter = FindingFilter { reconciliation: Some(id), outcome: None, open: true };
        let open = billing::query::findings(&ctx, &filter, &PageArgs::first(1)).await.map_err(retry)?;
        if open.items.is_empty() {
            return Ok(Standing::Over("explained"));
        }
        let file = billing::query::reconciliation(&ctx, id).await.map_err(retry)?;
        Ok(Standing::Waits(None, format!("Explain what differs in {}", file.file_name)))
    };
    keep(deps, TaskKind::ReconcileDiff, id.to_string(), look).await
}

async fn product(deps: &Deps, id: ProductId) -> HandlerResult {
    let look = move || async move {
        let of = catalog::query::product::by_id(&deps.ctx(), id).await.map_err(retry)?;
        Ok(match of.status {
            ProductStatus::InReview => Standing::Waits(of.owner, format!("Review the product {}", of.title)),
            done => Standing::Over(done.as_str()),
        })
    };
    keep(deps, TaskKind::ApproveProduct, id.to_string(), look).await
}

/// Of many products that were changed only those are looked at that have a task.
async fn products(deps: &Deps, ids: Vec<ProductId>) -> HandlerResult {
    let subjects: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let ctx = deps.ctx();
    let open = marketplace::query::open_task_subjects_on(ctx.read(), TaskKind::ApproveProduct, &subjects);
    let open = open.await.map_err(retry)?;
    for id in ids.into_iter().filter(|id| open.contains(&id.to_string())) {
        product(deps, id).await?;
    }
    Ok(())
}

//! What orders and payments tell, posted in the ledger.
//!
//! Postings may come in another order than the facts happened, when nodes share the work. An account that must not
//! go below zero then refuses the later fact, and the handler tries again until the earlier one is posted.

use billing::PauseReason;
use billing::command::{
    post_canceled, post_captured, post_cod_kept, post_credit_given, post_recognized, post_refund_requested,
    post_refund_settled, post_transfer, schedule_release,
};
use billing::model::build::{
    Canceled, Captured, CapturedPart, CodKept, CreditGiven as Gift, RefundRequested as Given, RefundSettled,
    SaleComponents, SaleRecognized, Transfer,
};
use chrono::Duration;
use kernel::id::PaymentOperationId;
use orders::event::{IncidentChanged, PartCaptured, RefundRequested, ShipmentDelivered, ShipmentRecognized};
use orders::model::money::Parts;
use outbox::{DispatcherBuilder, Failure, HandlerResult, StoredEvent};
use payments::event::{
    CreditFunding, CreditGiven, MoneyPlace, PaymentCaptured, PaymentLate, PaymentRefunded, TransferArrived,
};

use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("ledger_captured", move |event: PaymentCaptured, stored| {
        let deps = at.clone();
        async move { captured(&deps, event, &stored).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_gift", move |event: PartCaptured, stored| {
        let deps = at.clone();
        async move { gift(&deps, event, &stored).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_late", move |event: PaymentLate, stored| {
        let deps = at.clone();
        async move { late(&deps, event, &stored).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_transfer", move |event: TransferArrived, stored| {
        let deps = at.clone();
        async move { transfer(&deps, event, &stored).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_credit_given", move |event: CreditGiven, stored| {
        let deps = at.clone();
        async move { credit_given(&deps, event, &stored).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_recognized", move |event: ShipmentRecognized, stored| {
        let deps = at.clone();
        async move { recognized(&deps, event, &stored).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_delivered", move |event: ShipmentDelivered, _| {
        let deps = at.clone();
        async move { delivered(&deps, event).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_refund_requested", move |event: RefundRequested, stored| {
        let deps = at.clone();
        async move { refund_requested(&deps, event, &stored).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_incident", move |event: IncidentChanged, _| {
        let deps = at.clone();
        async move { incident(&deps, event).await }
    });
    let at = deps.clone();
    builder.on("ledger_refunded", move |event: PaymentRefunded, stored| {
        let deps = at.clone();
        async move { refunded(&deps, event, &stored).await }
    })
}

async fn captured(deps: &Deps, event: PaymentCaptured, stored: &StoredEvent) -> HandlerResult {
    // Cash that the merchant keeps never reaches us; its sale is posted as one fact, when it is recognized.
    if event.place == MoneyPlace::Merchant {
        return Ok(());
    }
    let parts = parts(deps, event.operation).await?;
    let input = Captured {
        operation_id: event.operation,
        order_id: event.order,
        currency: event.amount.currency,
        place: event.place,
        parts,
        at: stored.occurred_at,
    };
    post_captured(&deps.ctx(), input).await.map(drop).map_err(retry)
}

/// A part that a coupon pays in full: no provider moves money, so no payment tells of it.
async fn gift(deps: &Deps, event: PartCaptured, stored: &StoredEvent) -> HandlerResult {
    if event.gross_minor > 0 || event.discount_minor == 0 {
        return Ok(());
    }
    let input = Captured {
        operation_id: event.operation,
        order_id: event.order,
        currency: event.currency,
        place: MoneyPlace::Bank,
        parts: vec![CapturedPart {
            merchant_id: event.merchant,
            merchant_order_id: event.merchant_order,
            gross_minor: event.discount_minor,
            promotion_minor: event.discount_minor,
        }],
        at: stored.occurred_at,
    };
    post_captured(&deps.ctx(), input).await.map(drop).map_err(retry)
}

/// Money that was taken late is posted like any other once the order has taken it, if only to send it back.
async fn late(deps: &Deps, event: PaymentLate, stored: &StoredEvent) -> HandlerResult {
    let Some(place) = event.taken else { return Ok(()) };
    let (payment, order, operation, amount) = (event.payment, event.order, event.operation, event.amount);
    captured(deps, PaymentCaptured { payment, order, operation, merchant_order: None, amount, place }, stored).await
}

async fn credit_given(deps: &Deps, event: CreditGiven, stored: &StoredEvent) -> HandlerResult {
    let input = Gift {
        entry_id: event.entry,
        account: event.account.to_string(),
        currency: event.amount.currency,
        amount_minor: event.amount.minor,
        sold: event.funding == CreditFunding::Sold,
        at: stored.occurred_at,
    };
    post_credit_given(&deps.ctx(), input).await.map(drop).map_err(retry)
}

async fn transfer(deps: &Deps, event: TransferArrived, stored: &StoredEvent) -> HandlerResult {
    let parts = match event.operation {
        Some(operation) => parts(deps, operation).await?,
        None => Vec::new(),
    };
    let (received_minor, drawn_minor) =
        if event.matched_later { (0, event.applied_minor) } else { (event.amount.minor, 0) };
    let input = Transfer {
        receipt_id: event.receipt,
        order_id: event.paid.map(|(_, order)| order),
        currency: event.amount.currency,
        received_minor,
        drawn_minor,
        parts,
        at: stored.occurred_at,
    };
    post_transfer(&deps.ctx(), input).await.map(drop).map_err(retry)
}

/// The shares of what an operation brought. Orders spread it when they hear of it; until then there is none.
async fn parts(deps: &Deps, operation: PaymentOperationId) -> Result<Vec<CapturedPart>, Failure> {
    let ctx = deps.ctx();
    let shares = orders::query::captures_of_operation(&ctx, operation).await.map_err(retry)?;
    if shares.is_empty() {
        return Err(Failure::Retry("the order has not taken the money yet".to_owned()));
    }
    let ids: Vec<_> = shares.iter().map(|share| share.merchant_order_id).collect();
    let owners = orders::query::merchant_orders_by_ids(&ctx, &ids).await.map_err(retry)?;
    let part = |share: orders::Capture| {
        let owner = owners.get(&share.merchant_order_id)?;
        Some(CapturedPart {
            merchant_id: owner.merchant_id,
            merchant_order_id: share.merchant_order_id,
            gross_minor: share.amount_minor + share.discount_minor,
            promotion_minor: share.discount_minor,
        })
    };
    let parts: Option<Vec<_>> = shares.into_iter().map(part).collect();
    parts.ok_or_else(|| Failure::Retry("a merchant order is missing".to_owned()))
}

async fn recognized(deps: &Deps, event: ShipmentRecognized, stored: &StoredEvent) -> HandlerResult {
    let ctx = deps.ctx();
    let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
    let (components, jurisdiction) = (components(&event.parts), market.settings.operator.country.clone());
    // What costs nothing and earns nothing leaves no trace in the books.
    if components == SaleComponents::default() {
        return Ok(());
    }
    if let Some(operation_id) = event.kept_by_merchant {
        let input = CodKept {
            operation_id,
            merchant_id: event.merchant,
            merchant_order_id: event.merchant_order,
            currency: event.currency,
            components,
            promotion_minor: event.parts.discount,
            jurisdiction,
            at: stored.occurred_at,
        };
        return post_cod_kept(&ctx, input).await.map(drop).map_err(retry);
    }
    let input = SaleRecognized {
        source_id: event.shipment.to_string(),
        order_id: event.order,
        merchant_id: event.merchant,
        merchant_order_id: event.merchant_order,
        currency: event.currency,
        components,
        jurisdiction,
        // Delivery brings it forward; this holds when no delivery is ever reported.
        release_at: stored.occurred_at + Duration::days(i64::from(market.settings.fallback_days)),
        at: stored.occurred_at,
    };
    // Before the sale is posted, so that it is never released in between.
    super::owed::wait_for_buyer(deps, event.merchant_order).await?;
    post_recognized(&ctx, input).await.map(drop).map_err(retry)
}

async fn delivered(deps: &Deps, event: ShipmentDelivered) -> HandlerResult {
    let ctx = deps.ctx();
    let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
    let release_at = event.delivered_at + Duration::days(i64::from(market.settings.hold_days));
    schedule_release(&ctx, &event.shipment.to_string(), release_at).await.map_err(retry)
}

/// The money of a merchant order with an open incident waits.
async fn incident(deps: &Deps, event: IncidentChanged) -> HandlerResult {
    let ctx = deps.ctx();
    if event.open {
        billing::pause(&ctx, event.merchant_order, PauseReason::Incident, event.step).await.map_err(retry)
    } else {
        billing::resume(&ctx, event.merchant_order, PauseReason::Incident, event.step).await.map_err(retry)
    }
}

async fn refund_requested(deps: &Deps, event: RefundRequested, stored: &StoredEvent) -> HandlerResult {
    let ctx = deps.ctx();
    if !event.recognized {
        let input = Canceled {
            refund_id: event.refund,
            order_id: event.order,
            merchant_id: event.merchant,
            merchant_order_id: event.merchant_order,
            currency: event.currency,
            gross_minor: event.amount_minor + event.parts.discount,
            promotion_minor: event.parts.discount,
            at: stored.occurred_at,
        };
        return post_canceled(&ctx, input).await.map(drop).map_err(retry);
    }
    // Units that cost nothing and earned nothing: there is nothing to post.
    if event.amount_minor == 0 && event.parts == Parts::default() {
        return Ok(());
    }
    let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
    let input = Given {
        refund_id: event.refund,
        merchant_id: event.merchant,
        merchant_order_id: event.merchant_order,
        currency: event.currency,
        components: components(&event.parts),
        promotion_minor: event.parts.discount,
        goodwill_minor: event.amount_minor - event.parts.gross,
        jurisdiction: market.settings.operator.country.clone(),
        at: stored.occurred_at,
    };
    post_refund_requested(&ctx, input).await.map(drop).map_err(retry)
}

async fn refunded(deps: &Deps, event: PaymentRefunded, stored: &StoredEvent) -> HandlerResult {
    let input = RefundSettled {
        operation_id: event.operation,
        refund_id: event.refund,
        currency: event.amount.currency,
        amount_minor: event.amount.minor,
        place: event.place,
        at: stored.occurred_at,
    };
    post_refund_settled(&deps.ctx(), input).await.map(drop).map_err(retry)
}

pub(super) fn components(parts: &Parts) -> SaleComponents {
    SaleComponents {
        gross_minor: parts.gross + parts.discount,
        funded_delivery_minor: parts.shipping_discount,
        remitted_tax_minor: parts.tax_remitted,
        commission_minor: parts.commission_item + parts.commission_shipping,
        fixed_fee_minor: parts.fixed_fee,
        commission_tax_minor: parts.commission_vat,
    }
}

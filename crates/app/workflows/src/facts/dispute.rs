//! What becomes of money that buyers' banks took back, in orders and in the ledger.

use billing::command::{
    post_dispute_absorbed, post_dispute_fee_recharged, post_dispute_lost, post_dispute_opened, post_dispute_won,
};
use billing::model::build::{
    DisputeAbsorbed, DisputeFeeRecharged, DisputeLost as Lost, DisputeOpened as Opened, DisputeWon as Won, Exposed,
};
use kernel::allocate;
use kernel::id::MerchantId;
use orders::command::{ChargeBack, ChargedBack, charge_back, charge_back_of};
use outbox::{DispatcherBuilder, HandlerResult};
use payments::event::{DisputeLost, DisputeOpened, DisputeWon};

use super::ledger::components;
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("ledger_dispute_opened", move |event: DisputeOpened, _| {
        let deps = at.clone();
        async move { opened(&deps, event).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_dispute_won", move |event: DisputeWon, _| {
        let deps = at.clone();
        async move { won(&deps, event).await }
    });
    let at = deps.clone();
    builder.on("ledger_dispute_lost", move |event: DisputeLost, _| {
        let deps = at.clone();
        async move { lost(&deps, event).await }
    })
}

/// The money is gone; what the merchants concerned would lose is frozen.
async fn opened(deps: &Deps, event: DisputeOpened) -> HandlerResult {
    let ctx = deps.ctx();
    let input = ChargeBack {
        dispute: event.dispute,
        order: event.order,
        payment: event.payment,
        merchant_order: event.merchant_order,
        amount_minor: event.amount.minor,
    };
    let borne = charge_back_of(&ctx, input).await.map_err(retry)?;
    let exposed = borne.iter().map(|borne| Exposed {
        merchant_id: borne.merchant,
        merchant_order_id: borne.merchant_order,
        net_minor: borne.parts.net(),
    });
    let input = Opened {
        dispute_id: event.dispute,
        provider: event.provider,
        currency: event.amount.currency,
        amount_minor: event.amount.minor,
        fee_minor: event.fee_minor,
        exposed: exposed.collect(),
        at: event.at,
    };
    post_dispute_opened(&ctx, input).await.map(drop).map_err(retry)
}

async fn won(deps: &Deps, event: DisputeWon) -> HandlerResult {
    let input = Won {
        dispute_id: event.dispute,
        provider: event.provider,
        currency: event.amount.currency,
        amount_minor: event.amount.minor,
        fee_returned_minor: event.fee_returned_minor,
        at: event.at,
    };
    post_dispute_won(&deps.ctx(), input).await.map(drop).map_err(retry)
}

/// Every merchant bears its part as if it had refunded it, the operator what is left; every step may be repeated.
async fn lost(deps: &Deps, event: DisputeLost) -> HandlerResult {
    let ctx = deps.ctx();
    let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
    let input = ChargeBack {
        dispute: event.dispute,
        order: event.order,
        payment: event.payment,
        merchant_order: event.merchant_order,
        amount_minor: event.amount.minor,
    };
    let borne = charge_back(&ctx, input).await.map_err(retry)?;
    for borne in &borne {
        let input = Lost {
            dispute_id: event.dispute,
            currency: event.amount.currency,
            merchant_id: borne.merchant,
            merchant_order_id: borne.merchant_order,
            components: components(&borne.parts),
            promotion_minor: borne.parts.discount,
            jurisdiction: market.settings.operator.country.clone(),
            at: event.at,
        };
        post_dispute_lost(&ctx, input).await.map_err(retry)?;
    }
    // What refunds waited for is theirs. Also when it is nothing: a merchant that had something to lose at the beginning
    // may bear nothing in the end.
    let amount_minor =
        event.amount.minor - event.covered_minor - borne.iter().map(|borne| borne.parts.gross).sum::<i64>();
    let (dispute_id, currency, at) = (event.dispute, event.amount.currency, event.at);
    let input = DisputeAbsorbed { dispute_id, currency, amount_minor, at };
    post_dispute_absorbed(&ctx, input).await.map_err(retry)?;
    if !market.settings.recharge_dispute_fee {
        return Ok(());
    }
    for (merchant_id, amount_minor) in fee_shares(&borne, event.fee_minor) {
        let (dispute_id, currency, at) = (event.dispute, event.amount.currency, event.at);
        let input = DisputeFeeRecharged { dispute_id, currency, merchant_id, amount_minor, at };
        post_dispute_fee_recharged(&ctx, input).await.map_err(retry)?;
    }
    Ok(())
}

/// What each merchant pays of the provider's fee, by what it lost.
fn fee_shares(borne: &[ChargedBack], fee_minor: i64) -> Vec<(MerchantId, i64)> {
    let weights: Vec<u64> = borne.iter().map(|borne| u64::try_from(borne.parts.gross).unwrap_or(0)).collect();
    let shares = allocate(fee_minor, &weights).unwrap_or_default();
    let of = borne.iter().map(|borne| borne.merchant).zip(shares);
    of.filter(|(_, minor)| *minor > 0).collect()
}

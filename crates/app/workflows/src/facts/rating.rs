//! What happened to orders, for the ratings of their merchants.

use context::WriteTx;
use kernel::id::{MerchantId, MerchantOrderId};
use marketplace::DeliveryKind;
use merchants::conversation::Side;
use merchants::event::MessagePosted;
use merchants::job::RateMerchants;
use merchants::rating::{self, ConductSource, Count, Fact, Metric};
use orders::event::{
    IncidentChanged, LinesRefused, MerchantOrderAccepted, RefundRequested, ReturnChanged, ShipmentDelivered,
    ShipmentEnded, ShipmentOverdue, ShipmentShipped, UnitsCanceled,
};
use orders::model::status::{Bearer, CancelReason, Outcome, RefundKind, ReturnReason, ReturnState};
use orders::query::{Conduct, RefundConduct};
use outbox::{DispatcherBuilder, HandlerResult};

use crate::{Deps, retry};

/// Ratings computed in one go.
const BATCH: u64 = 200;

macro_rules! notes_on {
    ($builder:expr, $deps:expr, $($name:literal: $event:ty;)*) => {{
        let mut builder = $builder;
        $(
            let at = $deps.clone();
            builder = builder.on($name, move |event: $event, _| {
                let deps = at.clone();
                async move { note(&deps, event.merchant, event.merchant_order).await }
            });
        )*
        builder
    }};
}

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.work(move |job: RateMerchants, _| {
        let deps = at.clone();
        async move { compute(&deps, job).await }
    });
    let at = deps.clone();
    let builder = builder.on("rating_answered", move |event: MessagePosted, _| {
        let deps = at.clone();
        async move { answered(&deps, event).await }
    });
    notes_on! { builder, deps,
        "rating_accepted": MerchantOrderAccepted;
        "rating_refused": LinesRefused;
        "rating_canceled": UnitsCanceled;
        "rating_shipped": ShipmentShipped;
        "rating_overdue": ShipmentOverdue;
        "rating_delivered": ShipmentDelivered;
        "rating_ended": ShipmentEnded;
        "rating_incident": IncidentChanged;
        "rating_return": ReturnChanged;
        "rating_refund": RefundRequested;
    }
}

/// What a merchant or a closing says ends questions; what a buyer asks counts when it is answered or late.
async fn answered(deps: &Deps, event: MessagePosted) -> HandlerResult {
    match event.merchant.filter(|_| event.author_side != Some(Side::Buyer)) {
        Some(merchant) => rating::note_answers(&deps.ctx(), merchant).await.map_err(retry),
        None => Ok(()),
    }
}

async fn note(deps: &Deps, merchant: MerchantId, order: MerchantOrderId) -> HandlerResult {
    rating::note_conduct(&deps.ctx(), merchant, order, &Orders).await.map(drop).map_err(retry)
}

async fn compute(deps: &Deps, job: RateMerchants) -> HandlerResult {
    let ctx = deps.ctx();
    if let Some(merchant) = job.merchant {
        return rating::rate(&ctx, merchant).await.map(drop).map_err(retry);
    }
    while rating::rate_due(&ctx, BATCH).await.map_err(retry)? == BATCH {}
    Ok(())
}

/// The orders.
struct Orders;

impl ConductSource for Orders {
    async fn conduct(&self, tx: &WriteTx, order: MerchantOrderId) -> Result<Option<rating::Conduct>, context::Error> {
        let found = orders::query::conduct_on(&**tx, order).await.map_err(context::Error::internal)?;
        Ok(found.map(|conduct| rating::Conduct {
            facts: facts(&conduct),
            merchant: conduct.merchant,
            number: conduct.number,
            ordered_at: conduct.placed_at,
        }))
    }
}

/// What the merchant had in its hands. What buyers cause counts for nothing.
const fn is_the_merchants(reason: CancelReason) -> bool {
    use CancelReason::{
        AddressProblem, BuyerRequest, Expired, Fraud, Other, OutOfStock, PaymentFailed, PriceError, Refused,
    };
    match reason {
        OutOfStock | PriceError | Refused | Expired | Other => true,
        BuyerRequest | AddressProblem | Fraud | PaymentFailed => false,
    }
}

/// What an order says of each metric.
fn facts(of: &Conduct) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |metric, k: i64, n: i64| facts.push(Fact { metric, count: Count { k, n } });
    let own = |undecided| {
        of.canceled.iter().any(|of| of.undecided == undecided && of.units > 0 && is_the_merchants(of.reason))
    };
    let accepted = of.outcome == Some(Outcome::Accepted);
    let refused = own(true);
    let decided = i64::from(accepted || refused);
    add(Metric::Acceptance, i64::from(accepted && !refused), decided);
    add(Metric::AutoRefused, i64::from(decided == 1 && of.outcome == Some(Outcome::Expired)), decided);
    add(Metric::Cancelation, i64::from(accepted && own(false)), i64::from(accepted));
    if let Some((released, at)) = of.released_at.zip(of.decided_at) {
        add(Metric::ApprovalDelay, (at - released).num_minutes().max(0), decided);
    }
    let left = of.parcels.iter().map(|parcel| parcel.shipped_at).min();
    let late = of.late_at.is_some();
    add(Metric::LateShipment, i64::from(late), i64::from(late || left.is_some()));
    if let Some((decided, left)) = of.decided_at.zip(left) {
        add(Metric::ShippingDelay, (left - decided).num_minutes().max(0), 1);
    }
    let carried = |kind: &str| {
        DeliveryKind::parse(kind).is_some_and(|kind| kind.is_carried() && kind != DeliveryKind::StorePickup)
    };
    let parcels = of.parcels.iter().filter(|parcel| carried(&parcel.method_kind));
    let (tracked, all) = parcels.fold((0, 0), |(tracked, all), parcel| (tracked + i64::from(parcel.tracked), all + 1));
    add(Metric::ValidTracking, tracked, all);
    let troubled = of.incidents > 0;
    add(Metric::Incidents, i64::from(troubled), i64::from(accepted || troubled));
    let repaid = of.refunds.iter().any(is_repaid_by_merchant);
    add(Metric::Refunds, i64::from(repaid), i64::from(repaid || left.is_some()));
    let back = of.returns.iter().filter(|of| came_back(of.state) && of.reason != ReturnReason::ChangedMind);
    let reasons: Vec<ReturnReason> = back.map(|of| of.reason).collect();
    let returned = !reasons.is_empty();
    add(Metric::Returns, i64::from(returned), i64::from(returned || of.arrived));
    let lost = of.parcels.iter().any(|parcel| parcel.lost);
    let defect = troubled || lost || reasons.iter().any(|of| is_bad(*of)) || of.refunds.iter().any(is_for_a_defect);
    add(Metric::Defects, i64::from(defect), i64::from(defect || left.is_some()));
    facts.retain(|fact| fact.count.n > 0);
    facts
}

fn is_repaid_by_merchant(refund: &RefundConduct) -> bool {
    let kind = matches!(refund.kind, RefundKind::Refund | RefundKind::Goodwill);
    kind && refund.bearer == Bearer::Merchant && refund.of_return != Some(ReturnReason::ChangedMind)
}

fn is_for_a_defect(refund: &RefundConduct) -> bool {
    let named = ["damaged", "not_as_described", "lost"].contains(&refund.reason.as_str());
    refund.kind == RefundKind::Chargeback || (named && refund.bearer == Bearer::Merchant)
}

const fn came_back(state: ReturnState) -> bool {
    !matches!(state, ReturnState::Rejected | ReturnState::Canceled | ReturnState::NoReception)
}

const fn is_bad(reason: ReturnReason) -> bool {
    use ReturnReason::{Damaged, Defective, NotAsDescribed, WrongProduct};
    matches!(reason, Damaged | Defective | WrongProduct | NotAsDescribed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{DateTime, Duration, TimeZone as _, Utc};
    use orders::query::{CanceledByMerchant, ParcelConduct, ReturnConduct};

    use super::*;

    fn start() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap()
    }

    fn accepted() -> Conduct {
        Conduct {
            merchant: MerchantId(kernel::id::decode("00000000000000000000000000").unwrap()),
            number: "S-1".to_owned(),
            placed_at: start(),
            released_at: Some(start()),
            decided_at: Some(start() + Duration::minutes(90)),
            outcome: Some(Outcome::Accepted),
            late_at: None,
            arrived: false,
            canceled: Vec::new(),
            parcels: Vec::new(),
            incidents: 0,
            refunds: Vec::new(),
            returns: Vec::new(),
        }
    }

    fn sent() -> Conduct {
        let parcel = ParcelConduct {
            shipped_at: start() + Duration::hours(5),
            method_kind: "home".to_owned(),
            tracked: true,
            lost: false,
        };
        Conduct { arrived: true, parcels: vec![parcel], ..accepted() }
    }

    fn canceled(reason: CancelReason, undecided: bool) -> Vec<CanceledByMerchant> {
        vec![CanceledByMerchant { units: 1, reason, undecided }]
    }

    fn count(of: &Conduct, metric: Metric) -> Option<(i64, i64)> {
        facts(of).iter().find(|fact| fact.metric == metric).map(|fact| (fact.count.k, fact.count.n))
    }

    #[test]
    fn nothing_is_said_before_something_happened() {
        let waiting = Conduct { outcome: None, decided_at: None, ..accepted() };
        assert!(facts(&waiting).is_empty());
    }

    #[test]
    fn refusing_counts_also_when_it_is_done_by_canceling_before_deciding() {
        assert_eq!(count(&accepted(), Metric::Acceptance), Some((1, 1)));
        let in_part = Conduct { canceled: canceled(CancelReason::OutOfStock, true), ..accepted() };
        assert_eq!(count(&in_part, Metric::Acceptance), Some((0, 1)));
        let early = Conduct { outcome: None, decided_at: None, ..in_part };
        assert_eq!((count(&early, Metric::Acceptance), count(&early, Metric::Cancelation)), (Some((0, 1)), None));
        let lapsed = canceled(CancelReason::Expired, true);
        let lapsed = Conduct { outcome: Some(Outcome::Expired), canceled: lapsed, ..accepted() };
        assert_eq!(
            (count(&lapsed, Metric::Acceptance), count(&lapsed, Metric::AutoRefused)),
            (Some((0, 1)), Some((1, 1)))
        );
    }

    #[test]
    fn what_buyers_cause_counts_for_nothing() {
        for reason in [CancelReason::Fraud, CancelReason::AddressProblem, CancelReason::BuyerRequest] {
            let refused = Conduct { outcome: Some(Outcome::Refused), canceled: canceled(reason, true), ..accepted() };
            assert_eq!((count(&refused, Metric::Acceptance), count(&refused, Metric::AutoRefused)), (None, None));
            let later = Conduct { canceled: canceled(reason, false), ..accepted() };
            assert_eq!(count(&later, Metric::Cancelation), Some((0, 1)));
        }
        let later = Conduct { canceled: canceled(CancelReason::OutOfStock, false), ..accepted() };
        assert_eq!(
            (count(&later, Metric::Cancelation), count(&later, Metric::Acceptance)),
            (Some((1, 1)), Some((1, 1)))
        );
        let changed = ReturnConduct { reason: ReturnReason::ChangedMind, state: ReturnState::Refunded };
        let refund = RefundConduct {
            kind: RefundKind::Refund,
            reason: "returned".to_owned(),
            bearer: Bearer::Merchant,
            of_return: Some(ReturnReason::ChangedMind),
        };
        let back = Conduct { returns: vec![changed], refunds: vec![refund.clone()], ..sent() };
        for metric in [Metric::Returns, Metric::Refunds, Metric::Defects] {
            assert_eq!(count(&back, metric), Some((0, 1)), "{metric:?}");
        }
        let broken = ReturnConduct { reason: ReturnReason::Defective, ..changed };
        let refund = RefundConduct { of_return: Some(ReturnReason::Defective), ..refund };
        let back = Conduct { returns: vec![broken], refunds: vec![refund], ..sent() };
        for metric in [Metric::Returns, Metric::Refunds, Metric::Defects] {
            assert_eq!(count(&back, metric), Some((1, 1)), "{metric:?}");
        }
        let rejected = ReturnConduct { state: ReturnState::Rejected, ..broken };
        assert_eq!(count(&Conduct { returns: vec![rejected], ..sent() }, Metric::Defects), Some((0, 1)));
    }

    #[test]
    fn parcels_are_late_followed_and_lost() {
        let good = sent();
        assert_eq!(
            (count(&good, Metric::LateShipment), count(&good, Metric::ValidTracking)),
            (Some((0, 1)), Some((1, 1)))
        );
        assert_eq!(
            (count(&good, Metric::ApprovalDelay), count(&good, Metric::ShippingDelay)),
            (Some((90, 1)), Some((210, 1)))
        );
        let overdue = Conduct { late_at: Some(start()), ..accepted() };
        assert_eq!((count(&overdue, Metric::LateShipment), count(&overdue, Metric::Defects)), (Some((1, 1)), None));
        let mut parcels = sent().parcels;
        parcels.push(ParcelConduct { tracked: false, lost: true, ..parcels[0].clone() });
        parcels.push(ParcelConduct { method_kind: "store_pickup".to_owned(), tracked: false, ..parcels[0].clone() });
        let lost = Conduct { parcels, ..sent() };
        assert_eq!((count(&lost, Metric::ValidTracking), count(&lost, Metric::Defects)), (Some((1, 2)), Some((1, 1))));
        let trouble = Conduct { incidents: 2, ..accepted() };
        assert_eq!(
            (count(&trouble, Metric::Incidents), count(&trouble, Metric::Defects)),
            (Some((1, 1)), Some((1, 1)))
        );
    }
}

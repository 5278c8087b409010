//! What happens to orders, as ratings and their mails tell of it.

use chrono::Duration;
use merchants::rating::{
    Count, Formula, Metric, MetricRule, Threshold, activate_formula, create_formula, rating, scores,
};
use orders::command::{CancelUnits, OpenIncident, cancel_units, find_overdue, incident_open};
use orders::event::{MerchantOrderAccepted, ShipmentOverdue};
use orders::model::status::{CancelReason, IncidentReason};

use crate::stage::{market, told};
use crate::support::{Market, Shop};

const COUNTED: [Metric; 5] =
    [Metric::Acceptance, Metric::LateShipment, Metric::Cancelation, Metric::Incidents, Metric::ValidTracking];

/// What is counted counts alike, unsmoothed, over two months; below 90 points a merchant is warned.
async fn formula(m: &Market) {
    let rule = |metric: Metric| {
        let (target, worst) = if metric.more_is_better() { (1_000_000, 0) } else { (0, 1_000_000) };
        let (window_days, maturity_days, prior_orders, prior, weight) = (60, 0, 0, 0, 1);
        MetricRule { metric, window_days, maturity_days, prior_orders, prior, target, worst, weight }
    };
    let threshold = Threshold { below: 90_000_000, grace_days: 14, reason_code: "low_rating".to_owned() };
    let formula = Formula { metrics: COUNTED.map(rule).to_vec(), threshold: Some(threshold) };
    let version = create_formula(&m.t.operator(), formula, "All alike").await.unwrap().version;
    activate_formula(&m.t.operator(), version).await.unwrap();
}

async fn counted(m: &Market, shop: &Shop) -> [(i64, i64); 5] {
    m.drain().await;
    let seen = rating(&shop.staff, None).await.unwrap();
    let inputs = seen.score.map(|score| score.inputs).unwrap_or_default();
    COUNTED.map(|metric| {
        let found = inputs.iter().find(|input| input.metric == metric);
        let Count { k, n } = found.map(|input| input.count).unwrap_or_default();
        (k, n)
    })
}

testkit::both_databases! {
    async fn what_happens_to_orders_rates_their_merchant(t: TestEnv) {
        let (m, captured) = market(t).await;
        formula(&m).await;
        let anna = m.shop("anna").await;
        let offer = m.goods(&anna, "A1", 1_000, 9).await;
        m.delivered(&anna, offer, 1).await;
        assert_eq!(counted(&m, &anna).await, [(1, 1), (0, 1), (0, 1), (0, 1), (1, 1)]);
        assert!(told(&captured, "Your rating on").is_empty());
        // Accepted, and canceled for want of stock.
        let order = m.placed(&[(offer, 1)], "card_sandbox").await;
        let part = m.accept(&order, &anna).await;
        let cancel = CancelUnits {
            merchant_order: part.merchant_order.id, expected_version: None, lines: Vec::new(),
            reason: CancelReason::OutOfStock, note: None,
        };
        cancel_units(&anna.staff, cancel).await.unwrap();
        assert_eq!(counted(&m, &anna).await, [(2, 2), (0, 1), (1, 2), (0, 2), (1, 1)]);
        // Late, and then an incident.
        let order = m.placed(&[(offer, 1)], "card_sandbox").await;
        let part = m.accept(&order, &anna).await;
        m.t.clock.advance(Duration::days(10));
        find_overdue(&m.t.system(), 10).await.unwrap();
        assert_eq!(counted(&m, &anna).await, [(3, 3), (1, 2), (1, 3), (0, 3), (1, 1)]);
        anna.ship(&part, None).await.unwrap();
        let open = OpenIncident { merchant_order: part.merchant_order.id, reason: IncidentReason::Damaged, note: None };
        incident_open(&m.t.operator(), open).await.unwrap();
        let all = [(3, 3), (1, 2), (1, 3), (1, 3), (2, 2)];
        assert_eq!(counted(&m, &anna).await, all);
        // 100 + 50 + 66.7 + 66.7 + 100 of 500: below the threshold, and told once.
        let seen = rating(&anna.staff, None).await.unwrap();
        assert_eq!(seen.standing.rating.map(|rating| rating / 1_000_000), Some(76));
        let warned = told(&captured, "Your rating on");
        assert_eq!((warned.len(), warned[0].to.as_str()), (1, "anna@example.org"));
        for said in ["of 100 points; we ask for 90.0", "rated 83.3 of", "Late shipments: 10.0", "Orders canceled after acceptance: 6.7"] {
            assert!(warned[0].text.contains(said), "{said} in {}", warned[0].text);
        }
        // Facts that are told again, and out of order, change nothing.
        let (row, before) = (&part.merchant_order, scores(&anna.staff, None, &kernel::PageArgs::first(50)).await.unwrap().into_rows());
        let mut tx = m.t.system().begin_write().await.unwrap();
        tx.emit(&ShipmentOverdue {
            order: order.id, merchant_order: row.id, merchant: anna.id, ship_by: row.ship_by,
            fulfillment_order: part.fulfillments[0].fulfillment_order.id,
        });
        tx.emit(&MerchantOrderAccepted {
            order: order.id, merchant_order: row.id, merchant: anna.id, accepted_minor: 0, automatic: false,
        });
        tx.commit().await.unwrap();
        assert_eq!(counted(&m, &anna).await, all);
        let after = scores(&anna.staff, None, &kernel::PageArgs::first(50)).await.unwrap().into_rows();
        assert_eq!(before, after);
        assert_eq!(told(&captured, "Your rating on").len(), 1);
        assert_eq!(merchants::check::ratings(m.t.world.db.read()).await.unwrap(), Vec::<String>::new());
    }
}

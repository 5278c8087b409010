//! Something is wrong with a merchant order.

use chrono::Duration;
use kernel::Fault;
use orders::command::{CloseIncident, OpenIncident, close_due, incident_close, incident_open};
use orders::model::status::IncidentReason;
use orders::query::{self, IncidentFilter, PartDetail};
use testkit::tokio::task::JoinSet;

use crate::support::{Market, code};

fn open(part: &PartDetail) -> OpenIncident {
    let reason = IncidentReason::NotReceived;
    OpenIncident { merchant_order: part.merchant_order.id, reason, note: Some("Nothing came.".to_owned()) }
}

fn close(part: &PartDetail) -> CloseIncident {
    CloseIncident { merchant_order: part.merchant_order.id, outcome: Some("Found at the neighbour's.".to_owned()) }
}

testkit::both_databases! {
    async fn an_order_waits_while_something_is_wrong(t: TestEnv) {
        let m = Market::new(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("bert").await);
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, part) = m.delivered(&shop, offer, 2).await;
        assert_eq!(code(incident_open(&shop.staff, open(&part)).await), "FORBIDDEN");
        let stranger = m.t.buyer(m.t.system().new_id());
        assert_eq!(code(incident_open(&stranger, open(&part)).await), "NOT_FOUND");
        assert_eq!(code(incident_close(&m.t.operator(), close(&part)).await), "INVALID_TRANSITION");
        incident_open(&m.t.operator(), open(&part)).await.unwrap();
        let refused = incident_open(&m.t.operator(), open(&part)).await.unwrap_err();
        assert_eq!(refused.code(), "INVALID_TRANSITION");
        let allowed = refused.details().unwrap()["allowed"].to_string();
        assert!(allowed.contains("CLOSE_INCIDENT") && !allowed.contains("\"CLOSE\""), "{allowed}");
        m.verify().await;
        m.t.clock.advance(Duration::days(20));
        assert_eq!(close_due(&m.t.system(), 10).await.unwrap(), 0, "not closed while it is open");
        let closed = incident_close(&m.t.operator(), close(&part)).await.unwrap();
        assert!(closed.closed_at.is_some());
        let step = m.part(&order, &shop).await.merchant_order.incident_steps;
        assert_eq!(step, 2);
        assert_eq!(close_due(&m.t.system(), 10).await.unwrap(), 1);
        let all = IncidentFilter::default();
        let page = kernel::PageArgs::first(9);
        assert_eq!(query::incidents(&shop.staff, &all, &page).await.unwrap().items.len(), 1);
        assert!(query::incidents(&other.staff, &all, &page).await.unwrap().items.is_empty());
        m.verify().await;
    }

    async fn one_incident_is_open_at_a_time(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1999, 5).await;
        let (order, part) = m.delivered(&shop, offer, 1).await;
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (ctx, input) = (m.t.operator(), open(&part));
            tasks.spawn(async move { incident_open(&ctx, input).await });
        }
        let mut opened = 0;
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(_) => opened += 1,
                refused => assert_eq!(code(refused), "INVALID_TRANSITION"),
            }
        }
        assert_eq!((opened, m.part(&order, &shop).await.merchant_order.incident_steps), (1, 1));
        m.verify().await;
    }
}

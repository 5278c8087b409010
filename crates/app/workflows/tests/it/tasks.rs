//! What happens opens tasks and closes them again.

use std::collections::BTreeMap;

use billing::{EntryKind, RecordDebtPayment, RequestEntry, decide_entry, record_debt_payment, request_entry};
use chrono::Duration;
use context::Ctx;
use kernel::{Currency, Money, PageArgs};
use marketplace::SettingsPatch;
use marketplace::query::tasks;
use marketplace::task::{Side, Task, TaskFilter, TaskKind, TaskSort, TaskState};
use merchants::{ChangeKyc, ChangeStatus, DecideAppeal, KycTransition};
use orders::command::{RefundUnits, find_overdue, refund_approve, refund_units};
use orders::event::ShipmentOverdue;
use orders::model::status::RefundReason;

use crate::stage::market;
use crate::standing::file;
use crate::support::{Market, Shop, event_units};

pub(crate) async fn found(ctx: &Ctx, kind: TaskKind, state: Option<TaskState>) -> Vec<Task> {
    let filter = TaskFilter { kind: Some(kind), state, ..TaskFilter::default() };
    tasks(ctx, filter, TaskSort::Opened, &PageArgs::first(20)).await.unwrap().into_rows()
}

/// The open tasks of a kind, as the operator sees them, once everything was carried.
pub(crate) async fn open(m: &Market, kind: TaskKind) -> Vec<Task> {
    m.drain().await;
    found(&m.t.operator(), kind, None).await
}

/// What came of the closed ones.
pub(crate) async fn closed(m: &Market, kind: TaskKind) -> Vec<String> {
    m.drain().await;
    let done = found(&m.t.operator(), kind, Some(TaskState::Resolved)).await;
    done.into_iter().filter_map(|task| task.outcome).collect()
}

async fn step(m: &Market, shop: &Shop, reason: Option<&str>) -> ChangeStatus {
    let seen = merchants::get(&m.t.operator(), shop.id).await.unwrap();
    ChangeStatus { id: shop.id, expected_version: seen.version, reason_code: None, reason: reason.map(str::to_owned) }
}

testkit::both_databases! {
    async fn what_merchants_bring_is_looked_at(t: TestEnv) {
        let (m, _) = market(t).await;
        let anna = m.shop("anna").await;
        assert!(open(&m, TaskKind::KycReview).await.is_empty(), "who was approved at once asks nobody");
        let operator = m.t.operator();
        let kyc = async |ctx: &Ctx, transition| {
            let expected_version = merchants::get(&operator, anna.id).await.unwrap().version;
            if transition == KycTransition::Submit {
                merchants::submit_kyc(ctx, anna.id, expected_version).await.unwrap();
                return;
            }
            let change = ChangeKyc { id: anna.id, expected_version, transition, reason_code: None, reason: None, expires_at: None };
            merchants::change_kyc(ctx, change).await.unwrap();
        };
        kyc(&operator, KycTransition::Require).await;
        assert!(open(&m, TaskKind::KycReview).await.is_empty());
        kyc(&anna.staff, KycTransition::Submit).await;
        let review = open(&m, TaskKind::KycReview).await;
        assert_eq!((review.len(), review[0].merchant, review[0].side), (1, Some(anna.id), Side::Operator));
        assert_eq!((review[0].subject.clone(), review[0].title.as_str()), (anna.id.to_string(), "Review the merchant anna"));
        kyc(&operator, KycTransition::Approve).await;
        assert_eq!((open(&m, TaskKind::KycReview).await.len(), closed(&m, TaskKind::KycReview).await.len()), (0, 1));

        merchants::suspend(&operator, step(&m, &anna, Some("Late")).await).await.unwrap();
        let appeal = merchants::appeal(&anna.staff, anna.id, "It was the carrier").await.unwrap();
        assert_eq!(open(&m, TaskKind::Appeal).await[0].subject, appeal.id.to_string());
        let decide = DecideAppeal { id: appeal.id, expected_version: 1, grant: true, answer: "So it was.".to_owned() };
        merchants::decide_appeal(&operator, decide).await.unwrap();
        assert_eq!((closed(&m, TaskKind::Appeal).await, open(&m, TaskKind::Appeal).await.len()), (vec!["granted".to_owned()], 0));
    }

    async fn what_is_late_is_the_merchants_task_until_it_left(t: TestEnv) {
        let (m, _) = market(t).await;
        let (anna, bob) = (m.shop("anna").await, m.shop("bob").await);
        let offer = m.goods(&anna, "A1", 1_000, 9).await;
        let order = m.placed(&[(offer, 2)], "card_sandbox").await;
        let part = m.accept(&order, &anna).await;
        m.t.clock.advance(Duration::days(10));
        find_overdue(&m.t.system(), 10).await.unwrap();
        let late = open(&m, TaskKind::LateShipment).await;
        assert_eq!((late.len(), late[0].owner()), (1, Some(anna.id)));
        assert!(late[0].title.contains(&part.merchant_order.number), "{}", late[0].title);
        assert_eq!(found(&anna.staff, TaskKind::LateShipment, None).await.len(), 1);
        assert!(found(&bob.staff, TaskKind::LateShipment, None).await.is_empty());
        anna.ship(&part, Some(1)).await.unwrap();
        assert_eq!(open(&m, TaskKind::LateShipment).await.len(), 1, "something has still to leave");
        let part = m.part(&order, &anna).await;
        anna.ship(&part, None).await.unwrap();
        assert_eq!((open(&m, TaskKind::LateShipment).await.len(), closed(&m, TaskKind::LateShipment).await), (0, vec!["done".to_owned()]));
        // A fact that is told again, and late, opens nothing.
        let row = &part.merchant_order;
        let mut tx = m.t.system().begin_write().await.unwrap();
        tx.emit(&ShipmentOverdue {
            order: order.id, merchant_order: row.id, merchant: anna.id, ship_by: row.ship_by,
            fulfillment_order: part.fulfillments[0].fulfillment_order.id,
        });
        tx.commit().await.unwrap();
        assert!(open(&m, TaskKind::LateShipment).await.is_empty());
    }

    async fn a_refund_above_the_limit_is_somebodys_task(t: TestEnv) {
        let (m, _) = market(t).await;
        let limit = BTreeMap::from([(Currency::EUR, 500)]);
        m.settings(SettingsPatch { refund_approval_above: Some(limit), ..SettingsPatch::default() }).await;
        let anna = m.shop("anna").await;
        let offer = m.goods(&anna, "A1", 1_000, 9).await;
        let (_, part) = m.delivered(&anna, offer, 1).await;
        let input = RefundUnits {
            merchant_order: part.merchant_order.id,
            expected_version: None,
            lines: vec![event_units(part.lines[0].id, 1)],
            shipping_of: Vec::new(),
            reason: RefundReason::Damaged,
            note: None,
        };
        let refund = refund_units(&m.t.operator(), input).await.unwrap();
        let waits = open(&m, TaskKind::ApproveRefund).await;
        assert_eq!((waits.len(), waits[0].subject.clone(), waits[0].queue.as_str()), (1, refund.id.to_string(), "finance"));
        refund_approve(&m.t.operator(), refund.id).await.unwrap();
        assert_eq!((open(&m, TaskKind::ApproveRefund).await.len(), closed(&m, TaskKind::ApproveRefund).await), (0, vec!["approved".to_owned()]));
    }

    async fn a_critical_balance_is_somebodys_task_until_it_recovers(t: TestEnv) {
        let (m, _) = market(t).await;
        let anna = m.shop("anna").await;
        let amount = Money::new(50_000, Currency::EUR);
        let ask = RequestEntry {
            idempotency_key: "fine".to_owned(), kind: EntryKind::Debit, merchant_id: anna.id, amount, reason: "A fine".to_owned(),
        };
        let entry = request_entry(&m.t.operator(), ask).await.unwrap();
        let yes = billing::DecideEntry { id: entry.id, expected_version: 1, approve: true, note: None };
        decide_entry(&m.t.system(), yes).await.unwrap();
        billing::watch_balances(&m.t.system()).await.unwrap();
        let task = open(&m, TaskKind::CriticalBalance).await;
        assert_eq!((task.len(), task[0].merchant, task[0].owner()), (1, Some(anna.id), None));
        assert!(task[0].title.starts_with("anna owes "), "{}", task[0].title);
        assert!(found(&anna.staff, TaskKind::CriticalBalance, None).await.is_empty());
        let paid = RecordDebtPayment { reference: "camt-1".to_owned(), merchant_id: anna.id, amount, received_at: None };
        record_debt_payment(&m.t.operator(), paid).await.unwrap();
        billing::watch_balances(&m.t.system()).await.unwrap();
        let over = closed(&m, TaskKind::CriticalBalance).await;
        assert_eq!((over, open(&m, TaskKind::CriticalBalance).await.len()), (vec!["in order again".to_owned()], 0));
    }

    async fn documents_and_products_are_looked_at_until_somebody_decides(t: TestEnv) {
        let (m, _) = market(t).await;
        let anna = m.shop("anna").await;
        let operator = m.t.operator();
        let asset = file(&m, &anna).await;
        let hand_in = || merchants::HandInDocument {
            merchant: anna.id, kind: "trade_licence".to_owned(), title: "Licence".to_owned(), number: None, issuer: None, asset,
            expires_on: None,
        };
        let first = merchants::hand_in_document(&anna.staff, hand_in()).await.unwrap();
        let second = merchants::hand_in_document(&anna.staff, hand_in()).await.unwrap();
        assert_eq!(open(&m, TaskKind::DocumentReview).await.len(), 2);
        merchants::withdraw_document(&anna.staff, first.id, 1).await.unwrap();
        let review = merchants::ReviewDocument { id: second.id, expected_version: 1, approve: true, note: None };
        merchants::review_document(&operator, review).await.unwrap();
        let mut outcomes = closed(&m, TaskKind::DocumentReview).await;
        outcomes.sort();
        assert_eq!((outcomes, open(&m, TaskKind::DocumentReview).await.len()), (vec!["approved".to_owned(), "withdrawn".to_owned()], 0));

        let product = catalog::model::ProductInput {
            title: "Kettle".to_owned(),
            variants: vec![catalog::model::VariantInput { sku: "K1".to_owned(), ..Default::default() }],
            ..Default::default()
        };
        let create = catalog::command::ProductCreate { merchant: None, product };
        let kettle = catalog::command::product_create(&anna.staff, create).await.unwrap();
        assert!(open(&m, TaskKind::ApproveProduct).await.is_empty());
        let step = |id| catalog::command::Step { id, expected_version: None };
        catalog::command::product_submit(&anna.staff, step(kettle.id)).await.unwrap();
        let task = open(&m, TaskKind::ApproveProduct).await;
        assert_eq!((task.len(), task[0].title.as_str(), task[0].merchant), (1, "Review the product Kettle", Some(anna.id)));
        catalog::command::product_revise(&anna.staff, step(kettle.id)).await.unwrap();
        assert_eq!((closed(&m, TaskKind::ApproveProduct).await, open(&m, TaskKind::ApproveProduct).await.len()), (vec!["draft".to_owned()], 0));
        catalog::command::product_submit(&anna.staff, step(kettle.id)).await.unwrap();
        assert_eq!(open(&m, TaskKind::ApproveProduct).await.len(), 1);
        let channels = vec![marketplace::snapshot(&operator).await.unwrap().channels[0].id];
        let publish = catalog::command::Publish { products: vec![kettle.id], channels, expected_version: None };
        catalog::command::products_publish(&operator, publish).await.unwrap();
        assert_eq!((open(&m, TaskKind::ApproveProduct).await.len(), closed(&m, TaskKind::ApproveProduct).await.len()), (0, 2));
    }

    async fn a_dispute_and_a_difference_are_the_operators_task(t: TestEnv) {
        let (m, _) = market(t).await;
        let anna = m.shop("anna").await;
        let operator = m.t.operator();
        let offer = m.goods(&anna, "A1", 1_000, 9).await;
        let (order, part) = m.delivered(&anna, offer, 2).await;
        let dispute = payments::OpenDispute {
            payment_id: order.payment_id,
            merchant_order_id: Some(part.merchant_order.id),
            reference: "dp_1".to_owned(),
            amount: Money::new(500, order.currency),
            fee_minor: 0,
            reason: "fraudulent".to_owned(),
            opened_at: None,
        };
        let dispute = payments::open_dispute(&operator, dispute).await.unwrap();
        let task = open(&m, TaskKind::DisputeEvidence).await;
        assert_eq!((task.len(), task[0].subject.clone(), task[0].owner()), (1, dispute.id.to_string(), None));
        let import = billing::Import {
            source: billing::model::reconcile::ReconciliationSource::Provider,
            provider: Some("sandbox".to_owned()),
            format: billing::ImportFormat::Csv,
            currency: Currency::EUR,
            file_name: "report.csv".to_owned(),
            content: "id,type,amount,fee,net,currency,created,reference,payout\nt1,balance_adjustment,-3.00,,,EUR,2026-01-02T09:00:00Z,who knows,\n"
                .to_owned(),
            from: None,
            to: None,
            balance_minor: None,
        };
        let file = billing::import_file(&operator, import).await.unwrap();
        let task = open(&m, TaskKind::ReconcileDiff).await;
        assert_eq!((task.len(), task[0].subject.clone()), (1, file.id.to_string()));
        assert_eq!(task[0].title, "Explain what differs in report.csv");
        let filter = billing::query::FindingFilter { reconciliation: Some(file.id), outcome: None, open: true };
        for finding in billing::query::findings(&operator, &filter, &PageArgs::first(50)).await.unwrap().into_rows() {
            assert_eq!(open(&m, TaskKind::ReconcileDiff).await.len(), 1);
            billing::resolve_finding(&operator, finding.id, finding.version, "Asked the provider").await.unwrap();
        }
        assert_eq!((closed(&m, TaskKind::ReconcileDiff).await, open(&m, TaskKind::ReconcileDiff).await.len()), (vec!["explained".to_owned()], 0));
    }
}

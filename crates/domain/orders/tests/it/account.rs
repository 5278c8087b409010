//! Orders of companies on account: reserved when placed, owed when shipped, never above the limit.

use access::Scope;
use context::Ctx;
use customers::Company;
use kernel::{Currency, Fault, Money, PageArgs};
use orders::command::{
    CancelUnits, CartDetails, DraftCreate, DraftPlace, EditConfirm, EditOrder, NewDelivery, PayWith, RefundUnits,
    cancel_units, draft_create, draft_place, order_edit, order_edit_preview, place as place_cart, refund_units, ship,
};
use orders::model::draft::DraftLine;
use orders::model::status::{CancelReason, PaymentState, RefundReason};
use orders::{Order, query};
use payments::query::{ReceivableFilter, credit_lines_of_seen_companies, open_receivables, refunds_to_pay};
use payments::{CreditLine, SetCreditLine, TermsKind, set_credit_line};
use testkit::tokio;

use crate::companies::{buyer, company, for_company};
use crate::quotes::{Stage, stage};
use crate::support::{Market, code, details, event_units, parcel, place};

pub async fn terms(m: &Market, of: &Company, limit: i64, expected_version: i64) -> CreditLine {
    let input = SetCreditLine {
        company_id: of.id,
        limit: Money::new(limit, Currency::EUR),
        terms: TermsKind::Net,
        net_days: 30,
        guaranteed: false,
        expected_version,
        reason: "asked for it".to_owned(),
    };
    set_credit_line(&m.t.operator(), input).await.unwrap()
}

/// Reserved, open and left.
pub async fn line(m: &Market, of: &Company) -> (i64, i64, i64) {
    let lines = credit_lines_of_seen_companies(&m.t.operator(), &[of.id]).await.unwrap();
    let line = &lines[&of.id][0];
    (line.reserved_minor, line.open_minor, line.left_minor())
}

pub async fn on_account(
    m: &Market,
    ctx: &Ctx,
    of: &Company,
    lines: &[(kernel::id::OfferId, i64)],
) -> Result<Order, orders::Error> {
    let (_, access) = m.cart(ctx, lines).await;
    for_company(ctx, &access, of, None).await;
    let plan = m.plan(ctx, &access).await;
    let key = access.id.to_string();
    place_cart(ctx, place(&access, &plan, &key, "invoice")).await
}

testkit::both_databases! {
    async fn goods_are_owed_from_when_they_leave_until_they_are_paid(t: TestEnv) {
        let Stage { m, anna: shop, lamp: offer, bea, works } = stage(t).await;
        let refused = on_account(&m, &bea, &works, &[(offer, 3)]).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("NO_INVOICE_TERMS", Some("payment.method")));
        terms(&m, &works, 10_000, 0).await;
        let order = on_account(&m, &bea, &works, &[(offer, 3)]).await.unwrap();
        let total = order.total_minor;
        m.drain().await;
        assert_eq!(line(&m, &works).await, (total, 0, 10_000 - total));
        let part = m.accept(&order, &shop).await;
        assert_eq!(part.merchant_order.captured_minor, 0, "nothing is owed for what has not left");
        let parcel = shop.ship(&part, Some(1)).await.unwrap();
        m.drain().await;
        let seen = m.order(&order).await;
        assert_eq!((seen.owed_minor, seen.captured_minor, seen.payment_state), (parcel.gross_minor, parcel.gross_minor, PaymentState::Invoiced));
        assert_eq!(line(&m, &works).await, (total - parcel.gross_minor, parcel.gross_minor, 10_000 - total));
        // What is canceled frees its credit.
        let lines = vec![event_units(part.lines[0].id, 1)];
        let cancel = CancelUnits {
            merchant_order: part.merchant_order.id, expected_version: None, lines, reason: CancelReason::BuyerRequest, note: None,
        };
        cancel_units(&m.t.operator(), cancel).await.unwrap();
        m.drain().await;
        assert_eq!(line(&m, &works).await, (1000, parcel.gross_minor, 9000 - parcel.gross_minor));
        shop.ship(&m.part(&order, &shop).await, None).await.unwrap();
        m.drain().await;
        let owed = parcel.gross_minor + 1000;
        assert_eq!(line(&m, &works).await, (0, owed, 10_000 - owed));
        // Due thirty days after each parcel left.
        let now = m.t.system().now();
        let overdue = |days| ReceivableFilter { company: Some(works.id), due_before: Some(now + chrono::Duration::days(days)) };
        let list = async |days| open_receivables(&m.t.operator(), overdue(days), &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!((list(30).await.len(), list(31).await.len()), (0, 2));
        m.transfer(&order, owed - 1, "bank 1").await;
        assert_eq!((m.order(&order).await.owed_minor, m.order(&order).await.payment_state), (1, PaymentState::Invoiced));
        m.transfer(&order, 1, "bank 2").await;
        assert_eq!((m.order(&order).await.owed_minor, m.order(&order).await.payment_state), (0, PaymentState::Paid));
        assert_eq!((line(&m, &works).await, list(31).await.len()), ((0, 0, 10_000), 0));
        m.verify().await;
    }

    async fn what_is_paid_back_is_owed_no_more_or_transferred(t: TestEnv) {
        let Stage { m, anna: shop, lamp: offer, bea, works } = stage(t).await;
        terms(&m, &works, 10_000, 0).await;
        let order = on_account(&m, &bea, &works, &[(offer, 3)]).await.unwrap();
        m.drain().await;
        let part = m.accept(&order, &shop).await;
        shop.ship(&part, None).await.unwrap();
        m.drain().await;
        let refund = async |quantity| {
            let input = RefundUnits {
                merchant_order: part.merchant_order.id, expected_version: None, lines: vec![event_units(part.lines[0].id, quantity)],
                shipping_of: vec![], reason: RefundReason::Goodwill, note: None,
            };
            refund_units(&m.t.operator(), input).await.unwrap();
            m.drain().await;
        };
        refund(1).await;
        let open = order.total_minor - 1000;
        assert_eq!(line(&m, &works).await, (0, open, 10_000 - open));
        // Half of the next unit is open still, the other half was paid.
        m.transfer(&order, open - 500, "bank 1").await;
        refund(1).await;
        assert_eq!(line(&m, &works).await, (0, 0, 10_000));
        let waiting = refunds_to_pay(&m.t.operator(), &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!(waiting.iter().map(|operation| operation.amount.minor).collect::<Vec<_>>(), [500]);
        let seen = m.order(&order).await;
        assert_eq!((seen.owed_minor, seen.refund_minor, seen.payment_state), (0, 2000, PaymentState::PartiallyRefunded));
        // A lower limit stops new orders only.
        terms(&m, &works, 0, 1).await;
        let refused = on_account(&m, &bea, &works, &[(offer, 1)]).await.unwrap_err();
        assert_eq!((refused.code(), refused.details().unwrap()["left"]["amount"].as_str()), ("CREDIT_LIMIT_EXCEEDED", Some("0.00")));
        m.verify().await;
    }

    async fn twenty_orders_at_once_never_exceed_the_limit(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let bea = buyer(&m.t, "bea@example.org").await;
        let works = company(&bea, false).await;
        let mut carts = Vec::new();
        let mut total = 0;
        for n in 0..20 {
            let offer = m.goods(&shop, &format!("A{n}"), 1000, 5).await;
            let (_, access) = m.cart(&bea, &[(offer, 1)]).await;
            for_company(&bea, &access, &works, None).await;
            let plan = m.plan(&bea, &access).await;
            total = plan.totals.total;
            carts.push(place(&access, &plan, &format!("k{n}"), "invoice"));
        }
        // Room for seven and nearly eight.
        terms(&m, &works, total * 8 - 1, 0).await;
        let mut tries = tokio::task::JoinSet::new();
        for cart in carts {
            let ctx = bea.clone();
            tries.spawn(async move { place_cart(&ctx, cart).await.map_or_else(|e| e.code(), |_| "OK") });
        }
        let answers = tries.join_all().await;
        assert_eq!(answers.iter().filter(|answer| **answer == "OK").count(), 7);
        assert_eq!(answers.iter().filter(|answer| **answer == "CREDIT_LIMIT_EXCEEDED").count(), 13);
        assert_eq!(line(&m, &works).await, (total * 7, 0, total - 1));
        m.drain().await;
        m.verify().await;
    }

    async fn parcels_cancellations_and_new_orders_at_once_move_the_credit_once_each(t: TestEnv) {
        let Stage { m, anna: shop, lamp: offer, bea, works } = stage(t).await;
        terms(&m, &works, 100_000, 0).await;
        let mut tries = tokio::task::JoinSet::new();
        let (mut parts, mut carts) = (Vec::new(), Vec::new());
        for n in 0..6 {
            let order = on_account(&m, &bea, &works, &[(offer, 2)]).await.unwrap();
            m.drain().await;
            parts.push(m.accept(&order, &shop).await);
            let (_, access) = m.cart(&bea, &[(offer, 2)]).await;
            for_company(&bea, &access, &works, None).await;
            carts.push(place(&access, &m.plan(&bea, &access).await, &format!("k{n}"), "invoice"));
        }
        let (before, total) = (line(&m, &works).await, carts[0].expected_total_minor);
        assert_eq!(before, (6 * total, 0, 100_000 - 6 * total));
        for (part, cart) in parts.into_iter().zip(carts) {
            let (staff, desk, ctx) = (shop.staff.clone(), m.t.operator(), bea.clone());
            let cancel = CancelUnits {
                merchant_order: part.merchant_order.id, expected_version: None,
                lines: vec![event_units(part.lines[0].id, 1)], reason: CancelReason::BuyerRequest, note: None,
            };
            let parcel = parcel(&part, Some(1));
            tries.spawn(async move { ship(&staff, parcel).await.map(drop) });
            tries.spawn(async move { cancel_units(&desk, cancel).await.map(drop) });
            tries.spawn(async move { place_cart(&ctx, cart).await.map(drop) });
        }
        for answer in tries.join_all().await {
            answer.unwrap();
        }
        // One unit of each of six orders left, one was canceled, six more orders are there.
        let owed = 6 * (total - 1000);
        assert_eq!(line(&m, &works).await, (6 * total, owed, 100_000 - 6 * total - owed));
        m.drain().await;
        m.verify().await;
    }

    async fn a_canceled_order_owes_nothing(t: TestEnv) {
        let Stage { m, lamp: offer, bea, works, .. } = stage(t).await;
        terms(&m, &works, 10_000, 0).await;
        let order = on_account(&m, &bea, &works, &[(offer, 3)]).await.unwrap();
        m.drain().await;
        let input = orders::command::CancelOrder { order: order.id, reason: CancelReason::BuyerRequest, note: None };
        orders::command::cancel_order(&bea, input).await.unwrap();
        m.drain().await;
        assert_eq!(line(&m, &works).await, (0, 0, 10_000));
        // Money for it belongs to nobody until somebody matches it.
        m.transfer(&order, 500, "bank 1").await;
        let unmatched = payments::query::receipts(&m.t.operator(), true, &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!(unmatched.len(), 1);
        let eve = buyer(&m.t, "eve@example.org").await;
        assert_eq!(code(query::order(&eve, order.id).await), "NOT_FOUND");
        m.verify().await;
    }

    async fn what_is_paid_back_early_leaves_the_credit_of_what_still_leaves(t: TestEnv) {
        let Stage { m, anna: shop, lamp: offer, bea, works } = stage(t).await;
        terms(&m, &works, 10_000, 0).await;
        let order = on_account(&m, &bea, &works, &[(offer, 4)]).await.unwrap();
        m.drain().await;
        let part = m.accept(&order, &shop).await;
        let first = shop.ship(&part, Some(1)).await.unwrap().gross_minor;
        m.drain().await;
        let refund = RefundUnits {
            merchant_order: part.merchant_order.id, expected_version: None, lines: vec![event_units(part.lines[0].id, 1)],
            shipping_of: vec![], reason: RefundReason::Goodwill, note: None,
        };
        refund_units(&m.t.operator(), refund).await.unwrap();
        m.drain().await;
        assert_eq!(line(&m, &works).await, (3000, first - 1000, 7000 - first + 1000));
        let cancel = CancelUnits {
            merchant_order: part.merchant_order.id, expected_version: None, lines: vec![event_units(part.lines[0].id, 1)],
            reason: CancelReason::BuyerRequest, note: None,
        };
        cancel_units(&m.t.operator(), cancel).await.unwrap();
        assert_eq!(line(&m, &works).await.0, 2000);
        shop.ship(&m.part(&order, &shop).await, None).await.unwrap();
        m.drain().await;
        let owed = first + 1000;
        assert_eq!(line(&m, &works).await, (0, owed, 10_000 - owed));
        m.verify().await;
    }

    async fn the_order_desk_invoices_within_the_limit(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 9).await;
        let bea = buyer(&m.t, "bea@example.org").await;
        let works = company(&bea, true).await;
        let desk = m.t.seated(Scope::Operator, "operator_support");
        let of_company = CartDetails { company: Some(Some(works.id)), po_number: Some(Some("PO-9".to_owned())), ..details() };
        let input = DraftCreate {
            channel: "web".to_owned(), currency: None, customer: bea.actor().customer(),
            lines: vec![DraftLine { offer, quantity: 3, price: None }], details: of_company, note: None,
        };
        let draft = draft_create(&desk, input).await.unwrap();
        let plan = query::plan_of_draft(&desk, &draft).await.unwrap();
        let total = plan.totals.total;
        let placing = |by_link| DraftPlace {
            draft: draft.id, idempotency_key: "desk-1".to_owned(), expected_version: draft.version,
            expected_total_minor: total, plan_hash: plan.hash.clone(),
            payment: PayWith { method: "invoice".to_owned(), by_link, ..PayWith::default() }, bill_to: None,
        };
        assert_eq!(code(draft_place(&desk, placing(false)).await), "NO_INVOICE_TERMS");
        terms(&m, &works, total - 1, 0).await;
        assert_eq!(code(draft_place(&desk, placing(false)).await), "CREDIT_LIMIT_EXCEEDED");
        terms(&m, &works, total, 1).await;
        assert_eq!(code(draft_place(&desk, placing(true)).await), "NOT_WITH_METHOD");
        let order = draft_place(&desk, placing(false)).await.unwrap();
        assert_eq!((order.payment_method.as_str(), order.po_number.as_deref()), ("invoice", Some("PO-9")));
        assert_eq!((order.company_id, order.customer_id), (Some(works.id), bea.actor().customer()));
        assert_eq!(line(&m, &works).await, (total, 0, 0));
        m.drain().await;
        m.verify().await;
    }

    async fn what_is_added_to_an_order_needs_credit_and_is_paid_by_its_number(t: TestEnv) {
        let Stage { m, anna: shop, lamp: offer, bea, works } = stage(t).await;
        terms(&m, &works, 10_000, 0).await;
        let order = on_account(&m, &bea, &works, &[(offer, 2)]).await.unwrap();
        m.drain().await;
        m.accept(&order, &shop).await;
        let change = EditOrder { add: vec![DraftLine { offer, quantity: 1, price: None }], ..EditOrder::default() };
        let version = m.order(&order).await.version;
        let preview = order_edit_preview(&m.t.operator(), order.id, version, &change).await.unwrap();
        let confirm = || EditConfirm {
            order: order.id, base_version: version, change: change.clone(), preview_hash: preview.hash.clone(),
            idempotency_key: "edit-1".to_owned(), reason: "asked for".to_owned(),
            payment: Some(PayWith { method: "invoice".to_owned(), ..PayWith::default() }),
        };
        let extra = preview.extra_minor;
        terms(&m, &works, order.total_minor + extra - 1, 1).await;
        assert_eq!(code(order_edit(&m.t.operator(), confirm()).await), "CREDIT_LIMIT_EXCEEDED");
        terms(&m, &works, order.total_minor + extra, 2).await;
        order_edit(&m.t.operator(), confirm()).await.unwrap();
        m.drain().await;
        let all = order.total_minor + extra;
        assert_eq!(line(&m, &works).await, (all, 0, 0));
        for part in m.parts(&order).await {
            if part.merchant_order.outcome.is_none() {
                let input = orders::command::Decide {
                    merchant_order: part.merchant_order.id, expected_version: None, decision: orders::command::Decision::AcceptAll,
                };
                orders::command::decide(&shop.staff, input).await.unwrap();
            }
            shop.ship(&part, None).await.unwrap();
            m.drain().await;
        }
        assert_eq!((line(&m, &works).await, m.order(&order).await.owed_minor), ((0, all, 0), all));
        // One number, two payments: each receipt pays what is still open.
        m.transfer(&order, order.total_minor, "bank 1").await;
        m.transfer(&order, extra, "bank 2").await;
        assert_eq!((m.order(&order).await.owed_minor, line(&m, &works).await), (0, (0, 0, all)));
        m.verify().await;
    }

    async fn days_count_from_the_end_of_the_month_here_and_stay_as_agreed(t: TestEnv) {
        let Stage { m, anna: shop, lamp: offer, bea, works } = stage(t).await;
        let agree = async |kind, net_days, expected_version| {
            let input = SetCreditLine {
                company_id: works.id, limit: Money::new(10_000, Currency::EUR), terms: kind, net_days,
                guaranteed: false, expected_version, reason: "agreed".to_owned(),
            };
            set_credit_line(&m.t.operator(), input).await.unwrap();
        };
        agree(TermsKind::EndOfMonth, 10, 0).await;
        // In UTC it is still January, in Berlin it is February.
        let midnight: chrono::DateTime<chrono::Utc> = "2027-01-31T23:30:00Z".parse().unwrap();
        let order = on_account(&m, &bea, &works, &[(offer, 2)]).await.unwrap();
        m.drain().await;
        let part = m.accept(&order, &shop).await;
        m.t.clock.advance(midnight - m.t.system().now());
        agree(TermsKind::Net, 0, 1).await;
        shop.ship(&part, Some(1)).await.unwrap();
        m.drain().await;
        let owed = payments::query::receivables_of_seen_orders(&m.t.operator(), &[order.id]).await.unwrap();
        let owed = &owed[&order.id][0];
        let due = (owed.due_on.to_string(), owed.due_at.to_rfc3339());
        assert_eq!(due, ("2027-03-10".to_owned(), "2027-03-10T23:00:00+00:00".to_owned()), "as agreed when it was ordered");
    }

    async fn dearer_delivery_needs_credit_and_is_owed_with_the_parcel(t: TestEnv) {
        let Stage { m, anna: shop, lamp: offer, bea, works } = stage(t).await;
        terms(&m, &works, 10_000, 0).await;
        let order = on_account(&m, &bea, &works, &[(offer, 1)]).await.unwrap();
        m.drain().await;
        let part = m.accept(&order, &shop).await;
        let express = crate::edits::way(&m, "express", 1290).await;
        let row = part.fulfillments[0].fulfillment_order.clone();
        let delivery = vec![NewDelivery { fulfillment_order: row.id, method: express }];
        let change = EditOrder { delivery, ..EditOrder::default() };
        let version = m.order(&order).await.version;
        let preview = order_edit_preview(&m.t.operator(), order.id, version, &change).await.unwrap();
        assert_eq!((preview.extra_minor, line(&m, &works).await.0), (800, order.total_minor), "a preview takes nothing");
        let confirm = || EditConfirm {
            order: order.id, base_version: version, change: change.clone(), preview_hash: preview.hash.clone(),
            idempotency_key: "e1".to_owned(), reason: "in a hurry".to_owned(), payment: None,
        };
        terms(&m, &works, order.total_minor + 799, 1).await;
        assert_eq!(code(order_edit(&m.t.operator(), confirm()).await), "CREDIT_LIMIT_EXCEEDED");
        terms(&m, &works, order.total_minor + 800, 2).await;
        let desk = m.t.operator();
        for _ in 0..2 {
            order_edit(&desk, confirm()).await.unwrap();
        }
        m.drain().await;
        let all = order.total_minor + 800;
        assert_eq!(line(&m, &works).await, (all, 0, 0));
        shop.ship(&m.part(&order, &shop).await, None).await.unwrap();
        m.drain().await;
        assert_eq!((m.order(&order).await.owed_minor, line(&m, &works).await), (all, (0, all, 0)));
        m.transfer(&order, all, "bank 1").await;
        assert_eq!(m.order(&order).await.payment_state, PaymentState::Paid);
        m.verify().await;
    }
}

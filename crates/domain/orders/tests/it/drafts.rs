//! Orders that staff prepares for buyers.

use access::Scope;
use chrono::Duration;
use context::Ctx;
use kernel::id::OfferId;
use kernel::{Currency, Fault as _, Money};
use orders::Order;
use orders::command::{
    CartAccess, CartDetails, DraftCreate, DraftEdit, DraftPlace, PayWith, QuantityChange, draft_create, draft_delete,
    draft_edit, draft_place, drafts_expire,
};
use orders::model::draft::{Draft, DraftLine, NewPrice, PriceChange};
use orders::model::status::{DraftState, OrderSource, OrderState, PaymentState};
use orders::query;
use payments::{PayByLink, expire_due, make_link, pay_by_link};
use testkit::tokio::task::JoinSet;

use crate::support::{Market, address, code, details};

fn line(offer: OfferId, quantity: i64) -> DraftLine {
    DraftLine { offer, quantity, price: None }
}

fn price(minor: i64, reason: &str) -> NewPrice {
    NewPrice { unit: Money::new(minor, Currency::EUR), reason: reason.to_owned() }
}

fn create(lines: Vec<DraftLine>) -> DraftCreate {
    DraftCreate {
        channel: "web".to_owned(),
        currency: None,
        customer: None,
        lines,
        details: details(),
        note: Some("called at nine".to_owned()),
    }
}

fn edit(draft: &Draft) -> DraftEdit {
    DraftEdit {
        draft: draft.id,
        expected_version: draft.version,
        add: Vec::new(),
        set: Vec::new(),
        prices: Vec::new(),
        details: CartDetails::default(),
        customer: None,
        note: None,
    }
}

async fn placing(ctx: &Ctx, draft: &Draft, method: &str, by_link: bool) -> DraftPlace {
    let plan = query::plan_of_draft(ctx, draft).await.unwrap();
    let token = (method.ends_with("_sandbox") && !by_link).then(|| "tok_ok".to_owned());
    DraftPlace {
        draft: draft.id,
        idempotency_key: "desk-1".to_owned(),
        expected_version: draft.version,
        expected_total_minor: plan.totals.total,
        plan_hash: plan.hash,
        payment: PayWith { method: method.to_owned(), token, by_link, ..PayWith::default() },
        bill_to: None,
    }
}

/// A support agent's order paid by a link: the order and the secret that the buyer was sent.
async fn by_link(m: &Market, lines: Vec<DraftLine>) -> (Order, String) {
    let desk = m.t.operator();
    let draft = draft_create(&desk, create(lines)).await.unwrap();
    let order = draft_place(&desk, placing(&desk, &draft, "card_sandbox", true).await).await.unwrap();
    m.drain().await;
    let secret = make_link(&desk, order.payment_id).await.unwrap();
    (order, secret.reveal().to_owned())
}

async fn pay(m: &Market, secret: &str, token: &str) -> Result<payments::Payment, payments::Error> {
    let input = PayByLink { secret: secret.to_owned(), token: token.to_owned(), return_url: None };
    let paid = pay_by_link(&m.t.anonymous(), input).await;
    m.drain().await;
    paid
}

testkit::both_databases! {
    async fn a_phone_order_goes_through_the_plan_and_the_placing_of_every_order(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop("anna").await, m.shop("bert").await);
        let (lamp, chair) = (m.goods(&anna, "A1", 1000, 5).await, m.goods(&bert, "B1", 2000, 5).await);
        let desk = m.t.seated(Scope::Operator, "operator_support");
        let draft = draft_create(&desk, create(vec![line(lamp, 2), line(chair, 1)])).await.unwrap();
        assert_eq!((draft.state, draft.cart.lines.len(), draft.note.as_deref()), (DraftState::Open, 2, Some("called at nine")));
        assert_eq!(m.available(&anna, "A1").await, 5, "nothing is reserved yet");
        let order = draft_place(&desk, placing(&desk, &draft, "cash_on_delivery", false).await).await.unwrap();
        assert_eq!((order.source, order.state), (OrderSource::Phone, OrderState::Placed));
        assert_eq!((order.customer_id, order.email.as_str()), (None, "ann@example.org"));
        assert_eq!(m.parts(&order).await.len(), 2, "an order of several merchants");
        assert_eq!((m.available(&anna, "A1").await, m.available(&bert, "B1").await), (3, 4));
        let placed = query::draft(&desk, draft.id).await.unwrap();
        assert_eq!((placed.state, placed.order), (DraftState::Placed, Some(order.id)));
        m.verify().await;
    }

    async fn staff_who_shop_too_do_not_become_the_buyer(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 5).await;
        let registered = customers::register(&m.t.anonymous(), customers::Register {
            email: "bea@example.org".to_owned(),
            password: "a long password 1".to_owned(),
            name: "Bea".to_owned(),
            locale: None,
        }).await.unwrap();
        let desk = m.t.operator();
        let mut input = create(vec![line(lamp, 1)]);
        input.customer = Some(registered.customer.id);
        input.details.email = None;
        let draft = draft_create(&desk, input).await.unwrap();
        let order = draft_place(&desk, placing(&desk, &draft, "bank_transfer", false).await).await.unwrap();
        assert_eq!((order.customer_id, order.email.as_str()), (Some(registered.customer.id), "bea@example.org"));
        let nobody = DraftCreate { customer: Some(desk.new_id()), ..create(vec![]) };
        assert_eq!(draft_create(&desk, nobody).await.unwrap_err().field().as_deref(), Some("customerId"));
    }

    async fn another_price_needs_a_right_and_a_reason_and_names_who_gave_it(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 5).await;
        let support = m.t.seated(Scope::Operator, "operator_support");
        let cheap = DraftLine { price: Some(price(700, "scratched")), ..line(lamp, 2) };
        assert_eq!(code(draft_create(&support, create(vec![cheap.clone()])).await), "FORBIDDEN");
        let silent = DraftLine { price: Some(price(700, "  ")), ..line(lamp, 2) };
        let desk = m.t.operator();
        let refused = draft_create(&desk, create(vec![silent])).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("REQUIRED", Some("lines.0.price.reason")));
        let draft = draft_create(&desk, create(vec![cheap])).await.unwrap();
        let plan = query::plan_of_draft(&desk, &draft).await.unwrap();
        assert_eq!((plan.lines[0].unit_price, plan.lines[0].list_price, plan.totals.goods), (700, Some(1000), 1400));
        // Support may change the rest of it; the price stays, with who gave it.
        let more = DraftEdit { set: vec![QuantityChange { line: draft.cart.lines[0].id, quantity: 3 }], ..edit(&draft) };
        let draft = draft_edit(&support, more).await.unwrap();
        let back = DraftEdit { prices: vec![PriceChange { line: draft.cart.lines[0].id, price: None }], ..edit(&draft) };
        assert_eq!(code(draft_edit(&support, back).await), "FORBIDDEN");
        let order = draft_place(&support, placing(&support, &draft, "cash_on_delivery", false).await).await.unwrap();
        let kept = &m.part(&order, &anna).await.lines[0];
        assert_eq!((kept.unit_price_minor, kept.list_price_minor, kept.gross_minor), (700, Some(1000), 2100));
        assert_eq!(kept.price_reason.as_deref(), Some("scratched"));
        assert_eq!(kept.price_by, Some(desk.actor().id()));
        m.verify().await;
    }

    async fn drafts_are_changed_by_version_and_deleted(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let (lamp, vase) = (m.goods(&anna, "A1", 1000, 5).await, m.goods(&anna, "A2", 500, 5).await);
        let desk = m.t.operator();
        let draft = draft_create(&desk, create(vec![line(lamp, 2)])).await.unwrap();
        let first = draft.cart.lines[0].id;
        let change = DraftEdit {
            add: vec![line(lamp, 1), line(vase, 4)],
            note: Some(None),
            details: CartDetails { email: Some("new@example.org".to_owned()), ..CartDetails::default() },
            ..edit(&draft)
        };
        let changed = draft_edit(&desk, change.clone()).await.unwrap();
        let lines: Vec<(OfferId, i64)> = changed.cart.lines.iter().map(|l| (l.offer, l.quantity)).collect();
        assert_eq!((lines, changed.note.clone(), changed.version), (vec![(lamp, 3), (vase, 4)], None, 2));
        assert_eq!(query::draft(&desk, draft.id).await.unwrap(), changed);
        assert_eq!(code(draft_edit(&desk, change).await), "STALE_VERSION");
        let unknown = DraftEdit { add: vec![line(desk.new_id(), 1)], ..edit(&changed) };
        assert_eq!(draft_edit(&desk, unknown).await.unwrap_err().field().as_deref(), Some("add.0.offerId"));
        let negative = DraftEdit { set: vec![QuantityChange { line: first, quantity: -1 }], ..edit(&changed) };
        assert_eq!(draft_edit(&desk, negative).await.unwrap_err().field().as_deref(), Some("set.0.quantity"));
        assert_eq!(code(draft_delete(&desk, draft.id, 1).await), "STALE_VERSION");
        let gone = draft_delete(&desk, draft.id, 2).await.unwrap();
        assert_eq!(gone.state, DraftState::Deleted);
        let after = DraftPlace { expected_version: 3, ..placing(&desk, &changed, "bank_transfer", false).await };
        assert_eq!(code(draft_place(&desk, after).await), "INVALID_TRANSITION");
        assert_eq!(code(draft_delete(&desk, draft.id, 3).await), "INVALID_TRANSITION");
        let page = kernel::PageArgs::first(20);
        assert!(query::drafts(&desk, DraftState::Open, &page).await.unwrap().into_rows().is_empty());
        assert_eq!(query::drafts(&desk, DraftState::Deleted, &page).await.unwrap().into_rows().len(), 1);
    }

    async fn drafts_expire_when_nobody_touches_them(t: TestEnv) {
        let m = Market::new(t).await;
        let desk = m.t.operator();
        let old = draft_create(&desk, create(vec![])).await.unwrap();
        m.t.clock.advance(Duration::days(29));
        let touched = draft_create(&desk, create(vec![])).await.unwrap();
        assert_eq!(drafts_expire(&m.t.system(), 10).await.unwrap(), 0);
        m.t.clock.advance(Duration::days(2));
        assert_eq!(orders::command::carts_forget(&m.t.system(), 10).await.unwrap(), 0, "their carts are not forgotten");
        assert_eq!(drafts_expire(&m.t.system(), 10).await.unwrap(), 1);
        assert_eq!(query::draft(&desk, old.id).await.unwrap().state, DraftState::Expired);
        assert_eq!(query::draft(&desk, touched.id).await.unwrap().state, DraftState::Open);
        assert_eq!(code(draft_edit(&desk, DraftEdit { expected_version: 2, ..edit(&old) }).await), "INVALID_TRANSITION");
    }

    async fn nobody_else_reaches_a_draft(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 5).await;
        let buyer: kernel::id::CustomerId = m.t.system().new_id();
        let draft = draft_create(&m.t.operator(), create(vec![line(lamp, 1)])).await.unwrap();
        for (ctx, expected) in [
            (m.t.anonymous(), "UNAUTHENTICATED"),
            (m.t.buyer(buyer), "FORBIDDEN"),
            (anna.staff.clone(), "FORBIDDEN"),
            (m.t.seated(Scope::Operator, "operator_catalog"), "FORBIDDEN"),
        ] {
            assert_eq!(code(query::draft(&ctx, draft.id).await), expected);
            assert_eq!(code(draft_edit(&ctx, edit(&draft)).await), expected);
            let access = CartAccess { id: draft.cart.id, token: None };
            assert_eq!(code(query::cart(&ctx, &access).await), "NOT_FOUND", "nor its cart");
        }
        let access = CartAccess { id: draft.cart.id, token: None };
        assert_eq!(code(query::cart(&m.t.operator(), &access).await), "NOT_FOUND", "a draft is changed as a draft");
        assert_eq!(code(draft_edit(&m.t.operator(), DraftEdit { draft: m.t.system().new_id(), ..edit(&draft) }).await), "NOT_FOUND");
    }

    async fn a_draft_that_is_placed_by_many_at_once_is_one_order(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 50).await;
        let desk = m.t.operator();
        let draft = draft_create(&desk, create(vec![line(lamp, 2)])).await.unwrap();
        let placing = placing(&desk, &draft, "cash_on_delivery", false).await;
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let key = if n < 4 { "a" } else { "b" };
            let (desk, input) = (desk.clone(), DraftPlace { idempotency_key: key.to_owned(), ..placing.clone() });
            tasks.spawn(async move { draft_place(&desk, input).await });
        }
        let (mut same, mut refused) = (Vec::new(), 0);
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(order) => same.push(order.id),
                Err(error) => {
                    assert_eq!(error.code(), "INVALID_TRANSITION");
                    refused += 1;
                }
            }
        }
        same.dedup();
        assert_eq!((same.len(), refused), (1, 4), "the winner's key answers its order, the other key is refused");
        assert_eq!(m.available(&anna, "A1").await, 48);
        m.verify().await;
    }

    async fn a_link_is_paid_whatever_was_refused_before(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 5).await;
        let (order, secret) = by_link(&m, vec![line(lamp, 2)]).await;
        assert_eq!(m.available(&anna, "A1").await, 3, "reserved until the link runs out");
        assert_eq!(pay(&m, "guess", "tok_ok").await.unwrap_err().code(), "NOT_FOUND");
        pay(&m, &secret, "tok_declined").await.unwrap();
        let seen = payments::query::payment_by_link(&m.t.anonymous(), &secret).await.unwrap();
        assert!(seen.waits_for_buyer() && seen.failure.is_some());
        assert_eq!(m.order(&order).await.state, OrderState::Placed, "one refusal is not the end");
        pay(&m, &secret, "tok_ok").await.unwrap();
        let paid = m.order(&order).await;
        assert_eq!((paid.payment_state, paid.released_at.is_some()), (PaymentState::Authorized, true));
        // The link is of no use any more, and does no harm.
        pay(&m, &secret, "tok_ok").await.unwrap();
        assert_eq!(m.order(&order).await.authorized_minor, order.total_minor);
        assert_eq!(make_link(&m.t.operator(), order.payment_id).await.unwrap_err().code(), "NOT_POSSIBLE");
        let part = m.accept(&order, &anna).await;
        anna.ship(&part, None).await.unwrap();
        m.verify().await;
    }

    async fn a_link_that_runs_out_gives_the_goods_free(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 5).await;
        let (order, former) = by_link(&m, vec![line(lamp, 2)]).await;
        let secret = make_link(&m.t.operator(), order.payment_id).await.unwrap().reveal().to_owned();
        assert_eq!(pay(&m, &former, "tok_ok").await.unwrap_err().code(), "NOT_FOUND", "a new link replaces the former");
        m.t.clock.advance(Duration::days(8));
        assert_eq!(expire_due(&m.t.system(), m.t.system().now()).await.unwrap(), [order.payment_id]);
        orders::command::payment_failed(&m.t.system(), order.id, order.payment_id, "payment_expired").await.unwrap();
        assert_eq!(pay(&m, &secret, "tok_ok").await.unwrap_err().code(), "NOT_POSSIBLE");
        assert_eq!(m.order(&order).await.state, OrderState::Canceled);
        assert_eq!(m.available(&anna, "A1").await, 5);
        m.verify().await;
    }

    async fn a_link_that_many_open_is_charged_once(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 5).await;
        let (order, secret) = by_link(&m, vec![line(lamp, 1)]).await;
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let input = PayByLink { secret: secret.clone(), token: "tok_ok".to_owned(), return_url: None };
            let ctx = m.t.anonymous();
            tasks.spawn(async move { pay_by_link(&ctx, input).await.map(drop) });
        }
        while let Some(result) = tasks.join_next().await {
            result.unwrap().unwrap();
        }
        m.drain().await;
        let operations = payments::query::operations_by_payments(&m.t.operator(), &[order.payment_id]).await.unwrap();
        assert_eq!(operations[&order.payment_id].len(), 1);
        m.verify().await;
    }

    async fn a_link_is_for_methods_that_need_one(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 5).await;
        let desk = m.t.operator();
        let draft = draft_create(&desk, create(vec![line(lamp, 1)])).await.unwrap();
        let refused = draft_place(&desk, placing(&desk, &draft, "bank_transfer", true).await).await.unwrap_err();
        assert_eq!(refused.field().as_deref(), Some("payment.byLink"));
        let nowhere = DraftCreate { details: CartDetails::default(), ..create(vec![line(lamp, 1)]) };
        let nowhere = draft_create(&desk, nowhere).await.unwrap();
        let placing = placing(&desk, &nowhere, "bank_transfer", false).await;
        assert_eq!(draft_place(&desk, placing).await.unwrap_err().field().as_deref(), Some("shipTo"));
        let _ = address();
    }
}

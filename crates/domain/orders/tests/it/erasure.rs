//! Buyers who are forgotten.

use kernel::id::CustomerId;
use orders::command::{CancelOrder, DraftCreate, DraftPlace, PayWith, cancel_order, draft_create, draft_place};
use orders::command::{close, erase_buyer, erase_order};
use orders::model::draft::DraftLine;
use orders::model::status::{CancelReason, DraftState};
use orders::{Order, query};
use payments::event::CreditFunding;
use payments::{GiveCredit, OpenDispute};

use crate::disputes::disputed;
use crate::support::{Market, details};

async fn ordered(m: &Market, customer: CustomerId, offer: kernel::id::OfferId) -> Order {
    let desk = m.t.operator();
    let input = DraftCreate {
        channel: "web".to_owned(),
        currency: None,
        customer: Some(customer),
        lines: vec![DraftLine { offer, quantity: 1, price: None }],
        details: details(),
        note: Some("Ann called".to_owned()),
    };
    let draft = draft_create(&desk, input).await.unwrap();
    let plan = query::plan_of_draft(&desk, &draft).await.unwrap();
    let input = DraftPlace {
        draft: draft.id,
        idempotency_key: draft.id.to_string(),
        expected_version: draft.version,
        expected_total_minor: plan.totals.total,
        plan_hash: plan.hash,
        payment: PayWith { method: "cash_on_delivery".to_owned(), ..PayWith::default() },
        bill_to: Some(crate::support::address()),
    };
    let order = draft_place(&desk, input).await.unwrap();
    m.drain().await;
    m.order(&order).await
}

/// Who is to be forgotten.
async fn ann(m: &Market) -> CustomerId {
    let register = customers::Register {
        email: "ann@example.org".to_owned(),
        password: "a long password 1".to_owned(),
        name: "Ann".to_owned(),
        locale: None,
    };
    customers::register(&m.t.anonymous(), register).await.unwrap().customer.id
}

/// What the history says about Ann.
async fn told(m: &Market) -> Vec<String> {
    let rows = context::changes(&m.t.operator(), &history::ChangeFilter::default(), &kernel::PageArgs::first(100))
        .await
        .unwrap()
        .into_rows();
    let words = rows.iter().map(|row| format!("{}: {:?} {:?}", row.entity, row.reason, row.fields));
    words.filter(|words| words.contains("Ann")).collect()
}

testkit::both_databases! {
    async fn why_something_was_done_is_forgotten_with_whom_it_names(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, ann) = (m.shop("anna").await, ann(&m).await);
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let desk = m.t.operator();
        let give = |customer, reason: &str| GiveCredit {
            customer_id: Some(customer),
            amount: kernel::Money::new(500, kernel::Currency::EUR),
            funding: CreditFunding::Goodwill,
            reason: reason.to_owned(),
            expires_at: None,
        };
        payments::give_credit(&desk, give(ann, "Ann waited for a week")).await.unwrap();
        payments::give_credit(&desk, give(m.t.system().new_id(), "Anneliese waited, too")).await.unwrap();
        let user = customers::customer(&desk, ann).await.unwrap().user;
        identity::user_block(&desk, identity::UserBlock { user, reason: "Ann lost her phone".to_owned() }).await.unwrap();
        let (_, access) = m.cart(&m.t.buyer(ann), &[(lamp, 1)]).await;
        let plan = m.plan(&m.t.buyer(ann), &access).await;
        let place = crate::support::place(&access, &plan, "k1", "wallet_sandbox");
        let order = orders::command::place(&m.t.buyer(ann), place).await.unwrap();
        m.drain().await;
        let input = OpenDispute { reason: "Ann says it was not her".to_owned(), ..disputed(&order, None, order.total_minor) };
        let dispute = payments::open_dispute(&desk, input).await.unwrap().id;
        let all = told(&m).await;
        assert_eq!(all.len(), 4, "{all:?}");

        let erase = customers::CustomerErase { customer: Some(ann), reason: "asked for it".to_owned() };
        customers::erase(&desk, erase).await.unwrap();
        erase_buyer(&m.t.system(), ann).await.unwrap();
        let left = told(&m).await;
        assert_eq!(left.len(), 2, "the order is not at its end, and the other buyer stays: {left:?}");
        let cancel = CancelOrder { order: order.id, reason: CancelReason::Fraud, note: None };
        cancel_order(&desk, cancel).await.unwrap();
        assert!(erase_order(&m.t.system(), order.id).await.unwrap());
        let left = told(&m).await;
        assert!(left.len() == 1 && left[0].contains("Anneliese"), "{left:?}");
        assert_eq!(payments::query::dispute(&desk, dispute).await.unwrap().reason, "Erased");
        m.verify().await;
    }

    async fn who_bought_is_forgotten_and_what_was_sold_stays(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop_with("anna", true).await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let ann = ann(&m).await;
        let (canceled, open) = (ordered(&m, ann, lamp).await, ordered(&m, ann, lamp).await);
        let other = m.placed(&[(lamp, 1)], "cash_on_delivery").await;
        let desk = m.t.operator();
        let held = m.part(&canceled, &anna).await.fulfillments[0].fulfillment_order.id;
        let of = orders::command::OfFulfillment { id: held, expected_version: None };
        orders::command::fulfillment_hold(&anna.staff, of, "Ann is on holiday").await.unwrap();
        let note = Some("Ann moves to Paris".to_owned());
        let cancel = CancelOrder { order: canceled.id, reason: CancelReason::BuyerRequest, note };
        cancel_order(&m.t.operator(), cancel).await.unwrap();
        let said = async |of: &Order| {
            let steps = query::timeline_of_order(&desk, of.id, &kernel::PageArgs::first(50)).await.unwrap().into_rows();
            steps.iter().filter(|step| step.data.contains("Ann")).map(|step| step.kind.clone()).collect::<Vec<_>>()
        };
        assert_eq!(said(&canceled).await, ["fulfillment_held", "units_canceled"]);
        let waiting = draft_create(&desk, DraftCreate {
            channel: "web".to_owned(), currency: None, customer: Some(ann), lines: vec![], details: details(), note: Some("Ann".to_owned()),
        }).await.unwrap();
        m.cart(&m.t.buyer(ann), &[(lamp, 1)]).await;

        assert_eq!(erase_buyer(&m.t.system(), ann).await.unwrap(), 1, "the one at its end");
        assert_eq!(said(&canceled).await, Vec::<String>::new(), "what was written about it, too");
        let left = m.part(&canceled, &anna).await.fulfillments[0].fulfillment_order.hold_reason.clone();
        assert!(left.is_none_or(|reason| reason == "Erased"));
        let gone = m.order(&canceled).await;
        assert_eq!((gone.email.clone(), gone.ship_to.name.as_str()), (format!("{}@erased.invalid", canceled.id), "Erased"));
        assert_eq!((gone.ship_to.line1.as_str(), gone.ship_to.country.as_str()), ("", "DE"));
        assert_eq!(gone.bill_to.clone().unwrap().name, "Erased");
        assert_eq!((gone.total_minor, gone.tax_minor, gone.customer_id), (canceled.total_minor, canceled.tax_minor, Some(ann)));
        assert_eq!(m.part(&canceled, &anna).await.merchant_order.ship_to.name, "Erased");
        assert_eq!(m.order(&other).await.ship_to, other.ship_to, "of nobody else");
        let draft = query::draft(&desk, waiting.id).await.unwrap();
        assert_eq!((draft.state, draft.note, draft.cart.email, draft.cart.ship_to), (DraftState::Deleted, None, None, None));
        assert_eq!(query::newest_cart_of_mine(&m.t.buyer(ann)).await.unwrap(), None);

        // Goods under way must arrive; when it is over the order forgets, too.
        assert_eq!(m.order(&open).await.ship_to, open.ship_to);
        assert!(!erase_order(&m.t.system(), open.id).await.unwrap());
        let sent = anna.ship(&m.part(&open, &anna).await, None).await.unwrap();
        let proof = orders::command::Proof { received_by: Some("Ann".to_owned()), asset: None };
        let input = orders::command::Deliver { shipment: sent.id, delivered_at: None, proof: Some(proof) };
        orders::command::deliver(&anna.staff, input).await.unwrap();
        m.drain().await;
        let part = m.part(&open, &anna).await.merchant_order.id;
        close(&m.t.system(), part).await.unwrap();
        assert!(erase_order(&m.t.system(), open.id).await.unwrap());
        assert!(!erase_order(&m.t.system(), open.id).await.unwrap(), "once");
        let part = m.part(&open, &anna).await;
        assert_eq!((part.shipments[0].shipment.received_by.clone(), part.merchant_order.ship_to.name.as_str()), (None, "Erased"));
        assert!(!erase_order(&m.t.system(), other.id).await.unwrap(), "nobody wanted that");
        m.verify().await;
    }
}

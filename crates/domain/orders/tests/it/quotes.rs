//! Prices that business buyers ask merchants for.

use chrono::Duration;
use context::Ctx;
use customers::CompanyRole;
use kernel::id::OfferId;
use kernel::{Currency, Fault as _, Money};
use orders::Order;
use orders::command::{
    OfQuote, PayWith, QuoteAccept, QuoteApprove, QuoteOfferMake, QuoteRefuse, QuoteRequest, quote_accept,
    quote_approve, quote_ask_change, quote_decline, quote_offer, quote_refuse, quote_request, quote_withdraw,
    quotes_expire,
};
use orders::model::quote::{
    NewLineTerms, Party, QuoteAction, QuoteReason, QuoteState, QuoteStepKind, SeenQuote, WantedLine,
};
use orders::model::status::{OrderSource, PaymentState};
use orders::query;
use testkit::TestEnv;
use testkit::tokio::task::JoinSet;

use crate::companies::{buyer, company, for_company, member};
use crate::support::{Market, Shop, address, code};

pub fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub fn wanted(offer: OfferId, quantity: i64) -> WantedLine {
    WantedLine { offer, quantity, wished: None, note: None }
}

pub fn asking(of: &customers::Company, lines: Vec<WantedLine>) -> QuoteRequest {
    QuoteRequest {
        idempotency_key: "ask-1".to_owned(),
        cart: None,
        channel: Some("web".to_owned()),
        currency: None,
        lines,
        company: Some(of.id),
        po_number: Some("PO-7".to_owned()),
        ship_to: Some(address()),
        wished_on: None,
        note: Some("for the new office".to_owned()),
    }
}

/// An offer of `units` for each line, or what was asked for.
pub fn offering(seen: &SeenQuote, units: &[(i64, Option<i64>)], delivery: Option<i64>) -> QuoteOfferMake {
    let line = |(line, (unit, quantity)): (&orders::QuoteLine, &(i64, Option<i64>))| NewLineTerms {
        line: line.id,
        unit: Some(eur(*unit)),
        quantity: *quantity,
        left_out: None,
    };
    QuoteOfferMake {
        quote: seen.quote.row.id,
        expected_version: seen.quote.row.version,
        lines: seen.quote.lines.iter().zip(units).map(line).collect(),
        delivery: delivery.map(eur),
        method: None,
        valid_until: None,
        note: None,
    }
}

pub fn said(seen: &SeenQuote, note: &str) -> OfQuote {
    let note = Some(note.to_owned());
    OfQuote { quote: seen.quote.row.id, expected_version: seen.quote.row.version, note }
}

/// Accepting what there is now.
pub async fn accepting(ctx: &Ctx, seen: &SeenQuote, key: &str) -> QuoteAccept {
    let plan = query::plan_of_quote(ctx, &seen.quote, Vec::new()).await.unwrap();
    QuoteAccept {
        quote: seen.quote.row.id,
        idempotency_key: key.to_owned(),
        offer_version: seen.quote.row.offer_version,
        expected_total_minor: plan.totals.total,
        plan_hash: plan.hash,
        payment: PayWith { method: "bank_transfer".to_owned(), ..PayWith::default() },
        choices: Vec::new(),
        email: None,
        bill_to: None,
        po_number: None,
    }
}

/// A market with a merchant, its lamp, and a buyer of a company.
pub struct Stage {
    pub m: Market,
    pub anna: Shop,
    pub lamp: OfferId,
    pub bea: Ctx,
    pub works: customers::Company,
}

pub async fn stage(t: TestEnv) -> Stage {
    let m = Market::new(t).await;
    let anna = m.shop("anna").await;
    let lamp = m.goods(&anna, "A1", 1000, 50).await;
    let bea = buyer(&m.t, "bea@example.org").await;
    let works = company(&bea, false).await;
    Stage { m, anna, lamp, bea, works }
}

impl Stage {
    pub async fn asked(&self, quantity: i64) -> SeenQuote {
        let input = asking(&self.works, vec![wanted(self.lamp, quantity)]);
        quote_request(&self.bea, input).await.unwrap().remove(0)
    }

    pub async fn offered(&self, quantity: i64, unit: i64) -> SeenQuote {
        let asked = self.asked(quantity).await;
        quote_offer(&self.anna.staff, offering(&asked, &[(unit, None)], None)).await.unwrap();
        self.seen(&self.bea, &asked).await
    }

    pub async fn seen(&self, ctx: &Ctx, of: &SeenQuote) -> SeenQuote {
        query::quote(ctx, of.quote.row.id).await.unwrap()
    }
}

async fn order_of(m: &Market, seen: &SeenQuote) -> Order {
    let row = query::quote(&m.t.operator(), seen.quote.row.id).await.unwrap().quote.row;
    query::order(&m.t.operator(), row.order_id.unwrap()).await.unwrap()
}

testkit::both_databases! {
    async fn a_request_is_answered_revised_and_becomes_an_order_for_the_offered_prices(t: TestEnv) {
        let s = stage(t).await;
        let asked = s.asked(20).await;
        let row = &asked.quote.row;
        assert_eq!((row.state, row.offer_version, asked.party), (QuoteState::Requested, 0, Party::Buyer));
        assert_eq!((row.company_name.as_deref(), row.buyer_name.as_str()), (Some("Kettle Works GmbH"), "Bea Buyer"));
        assert_eq!(asked.quote.lines[0].list_price_minor, Some(1000));
        let first = quote_offer(&s.anna.staff, offering(&asked, &[(900, None)], Some(1500))).await.unwrap();
        assert_eq!((first.quote.row.state, first.party), (QuoteState::Offered, Party::Merchant));
        let old = accepting(&s.bea, &first, "old").await;
        let change = quote_ask_change(&s.bea, said(&first, "850 and fewer")).await.unwrap();
        assert_eq!(change.quote.row.state, QuoteState::ChangeAsked);
        assert_eq!(code(quote_accept(&s.bea, old.clone()).await), "INVALID_TRANSITION");
        let second = quote_offer(&s.anna.staff, offering(&change, &[(849, Some(18))], Some(1500))).await.unwrap();
        let refused = quote_accept(&s.bea, old).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("STALE_VERSION", Some("offerVersion")));
        assert_eq!(refused.details().unwrap()["offerVersion"], 2);
        assert_eq!(s.m.available(&s.anna, "A1").await, 50, "nothing is reserved yet");

        let order = quote_accept(&s.bea, accepting(&s.bea, &second, "k1").await).await.unwrap();
        assert_eq!((order.source, order.customer_id), (OrderSource::Quote, s.bea.actor().customer()));
        assert_eq!((order.company_id, order.po_number.as_deref()), (Some(s.works.id), Some("PO-7")));
        assert_eq!((order.goods_minor, order.delivery_minor, order.total_minor), (18 * 849, 1500, 18 * 849 + 1500));
        assert_eq!((order.email.as_str(), order.bill_to.clone().unwrap().city.as_str()), ("bea@example.org", "Wien"));
        assert_eq!(s.m.available(&s.anna, "A1").await, 32);
        let part = s.m.part(&order, &s.anna).await;
        let line = &part.lines[0];
        assert_eq!((line.ordered, line.unit_price_minor, line.list_price_minor), (18, 849, Some(1000)));
        assert_eq!((line.quote_id, line.price_by.clone()), (Some(row.id), Some(s.anna.staff.actor().id())));
        assert_eq!(line.price_reason.as_deref(), Some(format!("quote {}, version 2", row.number).as_str()));
        // Commission is taken of what was offered, not of the list price.
        let rate = part.merchant_order.commission_item_minor * 1_000_000 / (18 * 849);
        assert!((rate - line.commission_ppm).abs() < 100, "{rate} of {}", line.commission_ppm);
        s.m.transfer(&order, order.total_minor, "bank-1").await;
        assert_eq!(s.m.order(&order).await.payment_state, PaymentState::Paid);
        let done = s.seen(&s.bea, &asked).await;
        assert_eq!((done.quote.row.state, done.quote.row.order_id, done.quote.row.due_at), (QuoteState::Accepted, Some(order.id), None));
        assert!(done.allowed_actions(s.bea.now()).is_empty());
        let steps = query::steps_by_quotes(&s.bea, &[row.id]).await.unwrap().remove(&row.id).unwrap();
        let kinds: Vec<QuoteStepKind> = steps.iter().map(|step| step.kind).collect();
        assert_eq!(kinds, [QuoteStepKind::Requested, QuoteStepKind::Offered, QuoteStepKind::ChangeAsked, QuoteStepKind::Offered, QuoteStepKind::Accepted]);
        assert_eq!(steps[2].words.as_deref(), Some("850 and fewer"));
        let versions = query::offers_by_quotes(&s.bea, &[row.id]).await.unwrap().remove(&row.id).unwrap();
        assert_eq!(versions.iter().map(|offer| offer.goods_minor).collect::<Vec<_>>(), [18_000, 18 * 849]);
        s.m.verify().await;
    }

    async fn each_merchant_answers_its_own_part_and_sees_no_other(t: TestEnv) {
        let s = stage(t).await;
        let bert = s.m.shop("bert").await;
        let chair = s.m.goods(&bert, "B1", 2000, 5).await;
        let (_, access) = s.m.cart(&s.bea, &[(s.lamp, 2), (chair, 1)]).await;
        for_company(&s.bea, &access, &s.works, Some("PO-9")).await;
        let input = QuoteRequest { cart: Some(access.clone()), channel: None, lines: vec![], company: None, po_number: None,
            ship_to: None, ..asking(&s.works, vec![]) };
        let made = quote_request(&s.bea, input.clone()).await.unwrap();
        assert_eq!(made.len(), 2);
        assert_eq!(made[0].quote.row.request_id, made[1].quote.row.request_id);
        assert_eq!(made[0].quote.row.po_number.as_deref(), Some("PO-9"));
        assert_eq!(quote_request(&s.bea, input.clone()).await.unwrap(), made, "the same key, the same quotes");
        let other = QuoteRequest { note: None, ..input };
        assert_eq!(code(quote_request(&s.bea, other).await), "IDEMPOTENCY_KEY_REUSED");
        let page = kernel::PageArgs::first(20);
        let all = query::QuoteFilter::default();
        let of = |shop: &Shop| made.iter().find(|quote| quote.quote.row.merchant_id == shop.id).unwrap().clone();
        for (shop, foreign) in [(&s.anna, of(&bert)), (&bert, of(&s.anna))] {
            let own = query::quotes(&shop.staff, &all, &page).await.unwrap().into_rows();
            assert_eq!(own.iter().map(|seen| seen.quote.row.merchant_id).collect::<Vec<_>>(), [shop.id]);
            assert_eq!(own[0].quote.lines.len(), 1);
            let id = foreign.quote.row.id;
            assert_eq!(code(query::quote(&shop.staff, id).await), "NOT_FOUND");
            assert_eq!(code(quote_offer(&shop.staff, offering(&foreign, &[(1, None)], None)).await), "NOT_FOUND");
            let refuse = QuoteRefuse { quote: id, expected_version: 1, reason: QuoteReason::Other, note: None };
            assert_eq!(code(quote_refuse(&shop.staff, refuse).await), "NOT_FOUND");
            assert!(query::steps_by_quotes(&shop.staff, &[id]).await.unwrap().is_empty());
            assert!(query::offers_by_quotes(&shop.staff, &[id]).await.unwrap().is_empty());
            let merchant = query::QuoteFilter { merchant: Some(foreign.quote.row.merchant_id), ..all.clone() };
            assert!(query::quotes(&shop.staff, &merchant, &page).await.unwrap().into_rows().is_empty());
            let company = query::QuoteFilter { company: Some(s.works.id), ..all.clone() };
            assert!(query::quotes(&shop.staff, &company, &page).await.unwrap().into_rows().is_empty());
        }
        // One merchant refuses, the other one's part becomes an order.
        let refuse = QuoteRefuse { quote: of(&bert).quote.row.id, expected_version: 1, reason: QuoteReason::OutOfStock, note: None };
        assert_eq!(quote_refuse(&bert.staff, refuse).await.unwrap().quote.row.state, QuoteState::Refused);
        let offered = quote_offer(&s.m.t.operator(), offering(&of(&s.anna), &[(950, None)], None)).await.unwrap();
        assert_eq!(offered.party, Party::Operator, "the operator answers for a merchant");
        quote_accept(&s.bea, accepting(&s.bea, &offered, "k1").await).await.unwrap();
        let order = order_of(&s.m, &offered).await;
        assert_eq!((s.m.parts(&order).await.len(), order.goods_minor), (1, 1900));
        let request = query::QuoteFilter { request: Some(made[0].quote.row.request_id), ..all };
        assert_eq!(query::quotes(&s.bea, &request, &page).await.unwrap().into_rows().len(), 2);
        assert!(!query::cart(&s.bea, &access).await.unwrap().lines.is_empty(), "the cart stays as it was");
        s.m.verify().await;
    }

    async fn lines_are_left_out_and_more_is_sold_than_the_offer_sells_at_once(t: TestEnv) {
        let s = stage(t).await;
        let vase = s.m.goods(&s.anna, "A2", 500, 5).await;
        let lines = vec![wanted(s.lamp, 200), WantedLine { wished: Some(eur(300)), ..wanted(vase, 1) }];
        let asked = quote_request(&s.bea, asking(&s.works, lines)).await.unwrap().remove(0);
        assert_eq!(asked.quote.lines[1].wished_minor, Some(300));
        let mut offer = offering(&asked, &[(800, Some(40)), (0, None)], Some(0));
        offer.lines[1] = NewLineTerms { unit: None, left_out: Some(QuoteReason::PriceTooLow), ..offer.lines[1].clone() };
        let offered = quote_offer(&s.anna.staff, offer).await.unwrap();
        let order = quote_accept(&s.bea, accepting(&s.bea, &offered, "k1").await).await.unwrap();
        assert_eq!((order.goods_minor, order.delivery_minor), (32_000, 0), "free delivery was offered");
        assert_eq!(s.m.part(&order, &s.anna).await.lines.len(), 1);
        s.m.verify().await;
    }

    async fn many_who_accept_at_once_get_one_order(t: TestEnv) {
        let s = stage(t).await;
        let offered = s.offered(3, 700).await;
        let (tom, _) = member(&s.bea, &s.m.t, &s.works, "tom@example.org", CompanyRole::Approver, None).await;
        let input = accepting(&s.bea, &offered, "a").await;
        let mut tasks = JoinSet::new();
        for n in 0..9 {
            // The same key, another key, and somebody else of the company.
            let ctx = if n % 3 == 2 { tom.clone() } else { s.bea.clone() };
            let key = if n % 3 == 0 { "a" } else { "b" };
            let input = QuoteAccept { idempotency_key: key.to_owned(), ..input.clone() };
            tasks.spawn(async move { quote_accept(&ctx, input).await });
        }
        let (mut orders, mut refused) = (Vec::new(), 0);
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(order) => orders.push(order.id),
                Err(error) => {
                    assert_eq!(error.code(), "INVALID_TRANSITION", "{error:?}");
                    refused += 1;
                }
            }
        }
        assert_eq!((orders.len(), refused), (3, 6), "the winner's key answers its order");
        orders.dedup();
        assert_eq!(orders.len(), 1);
        assert_eq!(s.m.available(&s.anna, "A1").await, 47);
        let page = kernel::PageArgs::first(20);
        let placed = query::orders(&s.m.t.operator(), &query::OrderFilter::default(), &page).await.unwrap();
        assert_eq!(placed.into_rows().len(), 1);
        s.m.verify().await;
    }

    async fn accepting_and_revising_at_once_does_one_of_both(t: TestEnv) {
        let s = stage(t).await;
        for round in 0..4 {
            let input = QuoteRequest { idempotency_key: format!("ask-{round}"), ..asking(&s.works, vec![wanted(s.lamp, 1)]) };
            let asked = quote_request(&s.bea, input).await.unwrap().remove(0);
            let offered = quote_offer(&s.anna.staff, offering(&asked, &[(700, None)], None)).await.unwrap();
            let (accept, revise) = (accepting(&s.bea, &offered, &format!("k{round}")).await, offering(&offered, &[(999, None)], None));
            let (bea, staff) = (s.bea.clone(), s.anna.staff.clone());
            let (accepted, revised) = testkit::tokio::join!(
                testkit::tokio::spawn(async move { quote_accept(&bea, accept).await }),
                testkit::tokio::spawn(async move { quote_offer(&staff, revise).await }),
            );
            match (accepted.unwrap(), revised.unwrap()) {
                (Ok(order), Err(late)) => assert_eq!((order.goods_minor, late.code()), (700, "INVALID_TRANSITION")),
                (Err(late), Ok(seen)) => assert_eq!((late.code(), seen.quote.row.offer_version), ("STALE_VERSION", 2)),
                both => panic!("{both:?}"),
            }
        }
        s.m.verify().await;
    }

    async fn above_the_limit_somebody_else_of_the_company_approves_the_offer(t: TestEnv) {
        let s = stage(t).await;
        let (ann, _) = member(&s.bea, &s.m.t, &s.works, "ann@example.org", CompanyRole::Buyer, Some(2000)).await;
        let (tom, _) = member(&s.bea, &s.m.t, &s.works, "tom@example.org", CompanyRole::Approver, Some(4000)).await;
        let asked = quote_request(&ann, asking(&s.works, vec![wanted(s.lamp, 3)])).await.unwrap().remove(0);
        let offered = quote_offer(&s.anna.staff, offering(&asked, &[(900, None)], Some(0))).await.unwrap();
        let accept = accepting(&ann, &offered, "k1").await;
        assert_eq!(code(quote_accept(&ann, accept.clone()).await), "SPENDING_LIMIT_EXCEEDED");
        let approve = |offer_version, expected_total_minor| QuoteApprove {
            quote: asked.quote.row.id, offer_version, expected_total_minor, choices: vec![],
        };
        let total = accept.expected_total_minor;
        let eve = buyer(&s.m.t, "eve@example.org").await;
        assert_eq!(code(quote_approve(&eve, approve(1, total)).await), "NOT_FOUND");
        assert_eq!(code(quote_approve(&ann, approve(1, total)).await), "OWN_REQUEST");
        assert_eq!(code(quote_approve(&tom, approve(2, total)).await), "STALE_VERSION");
        assert_eq!(code(quote_approve(&tom, approve(1, total + 1)).await), "PLAN_CHANGED");
        let approved = quote_approve(&tom, approve(1, total)).await.unwrap();
        assert_eq!(approved.quote.approval().map(|a| (Some(a.by), a.total_minor)), Some((tom.actor().customer(), total)));
        // The merchant does not see who of the company approves, and what it revises was not approved.
        let steps = query::steps_by_quotes(&s.anna.staff, &[asked.quote.row.id]).await.unwrap();
        assert!(steps.values().flatten().all(|step| step.kind != QuoteStepKind::Approved));
        let seen = s.seen(&s.anna.staff, &asked).await;
        quote_offer(&s.anna.staff, offering(&seen, &[(1500, None)], Some(0))).await.unwrap();
        let revised = s.seen(&ann, &asked).await;
        assert_eq!(revised.quote.approval(), None);
        assert_eq!(code(quote_accept(&ann, accepting(&ann, &revised, "k2").await).await), "SPENDING_LIMIT_EXCEEDED");
        assert_eq!(code(quote_approve(&tom, approve(2, 4500)).await), "SPENDING_LIMIT_EXCEEDED", "nor may the approver");
        quote_approve(&s.bea, approve(2, 4500)).await.unwrap();
        let order = quote_accept(&ann, accepting(&ann, &revised, "k3").await).await.unwrap();
        assert_eq!((order.customer_id, order.approved_by, order.total_minor), (ann.actor().customer(), s.bea.actor().customer(), 4500));
        s.m.verify().await;
    }

    async fn what_nobody_answers_in_time_expires(t: TestEnv) {
        let s = stage(t).await;
        let (silent, offered) = {
            let input = QuoteRequest { idempotency_key: "ask-2".to_owned(), ..asking(&s.works, vec![wanted(s.lamp, 1)]) };
            (quote_request(&s.bea, input).await.unwrap().remove(0), s.offered(1, 900).await)
        };
        let accept = accepting(&s.bea, &offered, "k1").await;
        assert_eq!(quotes_expire(&s.m.t.system(), 10).await.unwrap(), 0);
        s.m.t.clock.advance(Duration::days(14) + Duration::seconds(1));
        // Also before the timer came by.
        let refused = quote_accept(&s.bea, accept.clone()).await.unwrap_err();
        assert_eq!((refused.code(), refused.details().unwrap()["state"].as_str()), ("INVALID_TRANSITION", Some("expired")));
        assert_eq!(code(quote_offer(&s.anna.staff, offering(&silent, &[(1, None)], None)).await), "INVALID_TRANSITION");
        assert!(s.seen(&s.bea, &offered).await.allowed_actions(s.bea.now()).is_empty());
        assert_eq!(quotes_expire(&s.m.t.system(), 1).await.unwrap(), 1);
        assert_eq!(quotes_expire(&s.m.t.system(), 10).await.unwrap(), 1);
        assert_eq!(quotes_expire(&s.m.t.system(), 10).await.unwrap(), 0);
        for of in [&silent, &offered] {
            assert_eq!(s.seen(&s.bea, of).await.quote.row.state, QuoteState::Expired);
        }
        assert_eq!(code(quote_accept(&s.bea, accept).await), "INVALID_TRANSITION");
        assert_eq!(code(quote_withdraw(&s.bea, said(&s.seen(&s.bea, &silent).await, "")).await), "INVALID_TRANSITION");
    }

    async fn the_buyer_declines_and_withdraws_and_the_merchant_takes_back(t: TestEnv) {
        let s = stage(t).await;
        let ask = async |key: &str| {
            let input = QuoteRequest { idempotency_key: key.to_owned(), ..asking(&s.works, vec![wanted(s.lamp, 1)]) };
            quote_request(&s.bea, input).await.unwrap().remove(0)
        };
        let offer = async |seen: &SeenQuote| quote_offer(&s.anna.staff, offering(seen, &[(900, None)], None)).await.unwrap();
        let asked = ask("1").await;
        let refused = quote_decline(&s.bea, said(&asked, "too dear")).await.unwrap_err();
        assert_eq!((refused.code(), refused.details().unwrap()["allowed"][0].as_str()), ("INVALID_TRANSITION", Some("WITHDRAW")));
        let stale = OfQuote { expected_version: 9, ..said(&asked, "") };
        assert_eq!(code(quote_withdraw(&s.bea, stale).await), "STALE_VERSION");
        assert_eq!(quote_withdraw(&s.bea, said(&asked, "")).await.unwrap().quote.row.state, QuoteState::Withdrawn);
        let offered = offer(&ask("2").await).await;
        assert_eq!(quote_ask_change(&s.bea, said(&offered, " ")).await.unwrap_err().field().as_deref(), Some("note"));
        assert_eq!(quote_decline(&s.bea, said(&offered, "too dear")).await.unwrap().quote.row.state, QuoteState::Declined);
        assert_eq!(code(quote_offer(&s.anna.staff, offering(&s.seen(&s.anna.staff, &offered).await, &[(1, None)], None)).await), "INVALID_TRANSITION");
        let offered = offer(&ask("3").await).await;
        assert_eq!(offered.allowed_actions(s.bea.now()), [QuoteAction::Offer, QuoteAction::Refuse]);
        let back = QuoteRefuse { quote: offered.quote.row.id, expected_version: 2, reason: QuoteReason::OutOfStock, note: Some("sold".to_owned()) };
        quote_refuse(&s.anna.staff, back).await.unwrap();
        assert_eq!(code(quote_accept(&s.bea, accepting(&s.bea, &offered, "k").await).await), "INVALID_TRANSITION");
        assert_eq!(s.m.available(&s.anna, "A1").await, 50);
    }
}

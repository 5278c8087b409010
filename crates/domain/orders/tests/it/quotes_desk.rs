//! Offers accepted at the order desk, how many may be open, and lists that agree with the clock.

use access::Scope;
use chrono::Duration;
use customers::CompanyRole;
use kernel::{Fault as _, PageArgs};
use marketplace::SettingsPatch;
use orders::command::{QuoteRequest, quote_accept, quote_accept_for, quote_request, quotes_expire};
use orders::model::quote::{Party, QuoteAction, QuoteState};
use orders::model::status::OrderSource;
use orders::query::{self, QuoteFilter};
use testkit::tokio::task::JoinSet;

use crate::companies::{buyer, member};
use crate::quotes::{Stage, accepting, asking, offering, stage, wanted};
use crate::support::code;

fn request(s: &Stage, key: &str) -> QuoteRequest {
    QuoteRequest { idempotency_key: key.to_owned(), ..asking(&s.works, vec![wanted(s.lamp, 2)]) }
}

async fn listed(s: &Stage, state: QuoteState) -> usize {
    let filter = QuoteFilter { state: Some(state), ..QuoteFilter::default() };
    let found = query::quotes(&s.bea, &filter, &PageArgs::first(50)).await.unwrap().into_rows();
    assert!(found.iter().all(|seen| seen.quote.state_at(s.bea.now()) == state));
    found.len()
}

testkit::both_databases! {
    async fn the_desk_accepts_for_the_buyer_who_asked(t: TestEnv) {
        let s = stage(t).await;
        let offered = s.offered(3, 900).await;
        let desk = s.m.t.seated(Scope::Operator, "operator_support");
        let seen = s.seen(&desk, &offered).await;
        assert_eq!(seen.party, Party::Operator);
        assert!(seen.allowed_actions(desk.now()).contains(&QuoteAction::AcceptFor));
        let input = accepting(&desk, &seen, "desk-1").await;
        for ctx in [s.bea.clone(), s.anna.staff.clone(), s.m.t.seated(Scope::Operator, "operator_finance")] {
            assert_eq!(code(quote_accept_for(&ctx, input.clone()).await), "FORBIDDEN");
        }
        assert_eq!(code(quote_accept(&desk, input.clone()).await), "FORBIDDEN");
        let order = quote_accept_for(&desk, input.clone()).await.unwrap();
        assert_eq!((order.customer_id, order.company_id), (s.bea.actor().customer(), Some(s.works.id)));
        assert_eq!((order.source, order.placed_by.as_deref()), (OrderSource::Quote, Some(desk.actor().name.as_str())));
        assert_eq!((order.email.as_str(), order.goods_minor), ("bea@example.org", 2_700));
        let steps = query::steps_by_quotes(&desk, &[offered.quote.row.id]).await.unwrap();
        assert_eq!(steps[&offered.quote.row.id].last().unwrap().actor_name, desk.actor().name);
        assert_eq!(quote_accept_for(&desk, input).await.unwrap().id, order.id, "the same key again");
        let again = accepting(&desk, &seen, "desk-2").await;
        assert_eq!(code(quote_accept_for(&desk, again).await), "INVALID_TRANSITION");
        s.m.drain().await;
        s.m.verify().await;
        // Who accepts for itself placed it.
        let other = quote_request(&s.bea, request(&s, "own")).await.unwrap().remove(0);
        orders::command::quote_offer(&s.anna.staff, offering(&other, &[(900, None)], None)).await.unwrap();
        let other = s.seen(&s.bea, &other).await;
        let own = quote_accept(&s.bea, accepting(&s.bea, &other, "own").await).await.unwrap();
        assert_eq!(own.placed_by, None);
    }

    async fn the_limits_of_the_buyer_count_at_the_desk(t: TestEnv) {
        let s = stage(t).await;
        let (tom, _) = member(&s.bea, &s.m.t, &s.works, "tom@example.org", CompanyRole::Buyer, Some(1_000)).await;
        let asked = quote_request(&tom, request(&s, "tom")).await.unwrap().remove(0);
        orders::command::quote_offer(&s.anna.staff, offering(&asked, &[(900, None)], None)).await.unwrap();
        let desk = s.m.t.seated(Scope::Operator, "operator_operations");
        let seen = s.seen(&desk, &asked).await;
        let input = accepting(&desk, &seen, "desk").await;
        assert_eq!(code(quote_accept_for(&desk, input).await), "SPENDING_LIMIT_EXCEEDED");
    }

    async fn requests_at_once_never_open_more_quotes_than_are_allowed(t: TestEnv) {
        let s = stage(t).await;
        s.m.settings(SettingsPatch { quotes_per_buyer: Some(3), ..SettingsPatch::default() }).await;
        let mut tries = JoinSet::new();
        for n in 0..8 {
            let (ctx, input) = (s.bea.clone(), request(&s, &format!("k{n}")));
            tries.spawn(async move { quote_request(&ctx, input).await.map_or_else(|e| e.code(), |_| "OK") });
        }
        let answers = tries.join_all().await;
        let count = |of: &str| answers.iter().filter(|answer| **answer == of).count();
        assert_eq!((count("OK"), count("QUOTES_LIMIT")), (3, 5));
        let error = quote_request(&s.bea, request(&s, "more")).await.unwrap_err();
        let details = error.details().unwrap();
        assert_eq!((&details["of"], &details["limit"], &details["open"]), (&"BUYER".into(), &3.into(), &3.into()));
        // What nobody answered in time does not count, also before the timer came by.
        s.m.t.clock.advance(Duration::days(15));
        quote_request(&s.bea, request(&s, "later")).await.unwrap();
        // Everybody of the company counts for the company.
        s.m.settings(SettingsPatch { quotes_per_company: Some(2), ..SettingsPatch::default() }).await;
        let (tom, _) = member(&s.bea, &s.m.t, &s.works, "tom@example.org", CompanyRole::Buyer, None).await;
        quote_request(&tom, request(&s, "tom-1")).await.unwrap();
        let error = quote_request(&tom, request(&s, "tom-2")).await.unwrap_err();
        assert_eq!((error.code(), &error.details().unwrap()["of"]), ("QUOTES_LIMIT", &"COMPANY".into()));
        s.m.settings(SettingsPatch { quotes_per_company: Some(0), ..SettingsPatch::default() }).await;
        quote_request(&tom, request(&s, "tom-3")).await.unwrap();
        let eve = buyer(&s.m.t, "eve@example.org").await;
        assert_eq!(code(quote_request(&eve, request(&s, "eve")).await), "UNKNOWN", "the company of others");
    }

    async fn lists_by_state_agree_with_the_clock(t: TestEnv) {
        let s = stage(t).await;
        s.offered(3, 900).await;
        quote_request(&s.bea, request(&s, "second")).await.unwrap();
        assert_eq!([listed(&s, QuoteState::Requested).await, listed(&s, QuoteState::Offered).await, listed(&s, QuoteState::Expired).await], [1, 1, 0]);
        s.m.t.clock.advance(Duration::days(14));
        assert_eq!([listed(&s, QuoteState::Requested).await, listed(&s, QuoteState::Offered).await, listed(&s, QuoteState::Expired).await], [0, 0, 2]);
        quotes_expire(&s.m.t.system(), 10).await.unwrap();
        assert_eq!(listed(&s, QuoteState::Expired).await, 2, "the timer changes nothing");
    }
}

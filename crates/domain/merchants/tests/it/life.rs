use kernel::Fault as _;
use merchants::{
    ChangeStatus, CreateMerchant, Status, Transition, allowed_transitions, approve, close, create, get, reopen,
    selling_terms_on, suspend,
};

use super::{because, history, make, named};

testkit::both_databases! {
    async fn a_merchant_goes_through_its_life(t: TestEnv) {
        let ctx = t.operator();
        let applied = create(&ctx, CreateMerchant { approved: false, ..named("Kettle") }).await.unwrap();
        let input = ChangeStatus { id: applied.id, expected_version: 1, reason: None };
        let active = approve(&ctx, input).await.unwrap();
        assert_eq!((active.status, active.version), (Status::Active, 2));
        t.clock.advance(chrono::Duration::days(1));
        let suspended = suspend(&ctx, because(&active, "Counterfeits")).await.unwrap();
        assert_eq!((suspended.status, suspended.status_reason.as_deref()), (Status::Suspended, Some("Counterfeits")));
        assert_eq!(suspended.status_changed_at, ctx.now());
        let open = reopen(&ctx, ChangeStatus { id: active.id, expected_version: 3, reason: None }).await.unwrap();
        assert_eq!((open.status, open.status_reason.as_deref()), (Status::Active, None));
        let closed = close(&ctx, because(&open, "Asked to leave")).await.unwrap();
        assert_eq!(get(&ctx, closed.id).await.unwrap(), closed);
        let changes = history(&ctx, &closed).await;
        let actions: Vec<&str> = changes.iter().rev().map(|c| c.action.as_str()).collect();
        assert_eq!(actions, ["created", "approved", "suspended", "reopened", "closed"]);
        assert_eq!(changes[0].reason.as_deref(), Some("Asked to leave"));
    }

    async fn a_suspended_merchant_sells_nothing_from_that_moment_on(t: TestEnv) {
        let ctx = t.operator();
        let (one, other) = (make(&ctx, "One").await, make(&ctx, "Other").await);
        let can_sell = async || {
            let terms = selling_terms_on(ctx.read(), &[one.id, other.id]).await.unwrap();
            (terms[&one.id].can_sell, terms[&other.id].can_sell)
        };
        assert_eq!(can_sell().await, (true, true));
        let suspended = suspend(&ctx, because(&one, "Late")).await.unwrap();
        assert_eq!(can_sell().await, (false, true));
        reopen(&ctx, because(&suspended, "Mended")).await.unwrap();
        assert_eq!(can_sell().await, (true, true));
        assert_eq!(selling_terms_on(ctx.read(), &[ctx.new_id()]).await.unwrap().len(), 0);
    }

    async fn what_the_status_does_not_allow_is_refused(t: TestEnv) {
        let ctx = t.operator();
        let active = make(&ctx, "Kettle").await;
        let error = approve(&ctx, because(&active, "Again")).await.unwrap_err();
        assert_eq!(error.code(), "INVALID_TRANSITION");
        assert_eq!(error.details().unwrap()["allowed"], serde_json::json!(["suspend", "close"]));
        let closed = close(&ctx, because(&active, "Gone")).await.unwrap();
        for command in [reopen(&ctx, because(&closed, "Back")).await, suspend(&ctx, because(&closed, "Out")).await] {
            assert_eq!(command.unwrap_err().code(), "INVALID_TRANSITION");
        }
        assert_eq!(get(&ctx, closed.id).await.unwrap(), closed);
    }

    async fn who_takes_something_away_says_why(t: TestEnv) {
        let ctx = t.operator();
        let active = make(&ctx, "Kettle").await;
        for reason in [None, Some("  ".to_owned())] {
            let input = ChangeStatus { id: active.id, expected_version: 1, reason };
            let error = suspend(&ctx, input.clone()).await.unwrap_err();
            assert_eq!((error.code(), error.field().as_deref()), ("REQUIRED", Some("reason")));
            assert_eq!(close(&ctx, input).await.unwrap_err().code(), "REQUIRED");
        }
        assert_eq!(get(&ctx, active.id).await.unwrap().status, Status::Active);
    }

    async fn of_many_that_decide_at_once_one_wins(t: TestEnv) {
        let ctx = t.operator();
        let active = make(&ctx, "Kettle").await;
        let runs = (0..8).map(|n| {
            let (ctx, input) = (ctx.clone(), because(&active, "Race"));
            tokio::spawn(async move {
                let result = if n % 2 == 0 { suspend(&ctx, input).await } else { close(&ctx, input).await };
                result.map_err(|error| error.code())
            })
        });
        let mut won = 0;
        for run in runs.collect::<Vec<_>>() {
            match run.await.unwrap() {
                Ok(_) => won += 1,
                Err(code) => assert_eq!(code, "STALE_VERSION"),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(get(&ctx, active.id).await.unwrap().version, 2);
        assert_eq!(history(&ctx, &active).await.len(), 2);
    }

    async fn clients_see_what_they_may_do(t: TestEnv) {
        let ctx = t.operator();
        let active = make(&ctx, "Kettle").await;
        assert_eq!(allowed_transitions(&ctx, &active), [Transition::Suspend, Transition::Close]);
        let finance = t.seated(access::Scope::Operator, "operator_finance");
        assert_eq!(allowed_transitions(&finance, &active), [Transition::Suspend]);
        assert_eq!(allowed_transitions(&t.merchant(active.id), &active), []);
    }
}

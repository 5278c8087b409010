use kernel::{Currency, Fault as _, PageArgs};
use merchants::{
    Axis, ChangeStatus, CreateMerchant, Obligation, Status, Transition, admit, allowed_transitions, approve, close,
    create, get, offboard, reject, reopen, restrict, revive, selling_terms_on, send_back, steps, submit, suspend,
};

use super::{Open, because, history, make, named};

const NOTHING: Open = Open(&[]);

testkit::both_databases! {
    async fn a_merchant_goes_through_its_life(t: TestEnv) {
        let ctx = t.operator();
        let applied = create(&ctx, CreateMerchant { approved: false, ..named("Kettle") }).await.unwrap();
        assert_eq!(applied.status, Status::Applied);
        let admitted = admit(&ctx, because(&applied, "Welcome")).await.unwrap();
        let staff = t.merchant(applied.id);
        let sent = submit(&staff, because(&admitted, "All is there")).await.unwrap();
        let back = send_back(&ctx, because(&sent, "A page is missing")).await.unwrap();
        let sent = submit(&staff, because(&back, "Here it is")).await.unwrap();
        let rejected = reject(&ctx, because(&sent, "Not our kind of goods")).await.unwrap();
        let revived = revive(&ctx, because(&rejected, "We talked")).await.unwrap();
        let sent = submit(&staff, because(&revived, "Again")).await.unwrap();
        let input = ChangeStatus { reason: None, ..because(&sent, "") };
        let active = approve(&ctx, input).await.unwrap();
        assert_eq!((active.status, active.status_reason.as_deref()), (Status::Active, None));
        t.clock.advance(chrono::Duration::days(1));
        let restricted = restrict(&ctx, because(&active, "Late")).await.unwrap();
        let suspended = suspend(&ctx, because(&restricted, "Counterfeits")).await.unwrap();
        assert_eq!((suspended.status, suspended.status_reason.as_deref()), (Status::Suspended, Some("Counterfeits")));
        assert_eq!((suspended.reason_code.as_deref(), suspended.status_changed_at), (Some("other"), ctx.now()));
        let open = reopen(&ctx, ChangeStatus { reason: None, ..because(&suspended, "") }).await.unwrap();
        assert_eq!((open.status, open.reason_code.as_deref(), open.effects), (Status::Active, None, None));
        let leaving = offboard(&ctx, because(&open, "Asked to leave")).await.unwrap();
        let closed = close(&ctx, because(&leaving, "Left"), &NOTHING).await.unwrap();
        assert_eq!(get(&ctx, closed.id).await.unwrap(), closed);
        let done = ["created", "admitted", "submitted", "returned", "submitted", "rejected", "revived", "submitted",
            "approved", "restricted", "suspended", "reopened", "offboarded", "closed"];
        let changes = history(&ctx, &closed).await;
        assert_eq!(changes.iter().rev().map(|c| c.action.as_str()).collect::<Vec<_>>(), done);
        assert_eq!(changes[0].reason.as_deref(), Some("Left"));
    }

    /// M1: every step names who took it, why by a code, and when.
    async fn every_step_is_kept_with_actor_code_and_time(t: TestEnv) {
        let ctx = t.operator();
        let active = make(&ctx, "Kettle").await;
        let why = ChangeStatus { reason_code: Some("counterfeit".to_owned()), ..because(&active, "Fake handles") };
        let suspended = suspend(&ctx, why).await.unwrap();
        let at = ctx.now();
        t.clock.advance(chrono::Duration::hours(1));
        reopen(&ctx, because(&suspended, "They were real")).await.unwrap();
        let kept = steps(&t.merchant(active.id), Some(active.id), &PageArgs::first(10)).await.unwrap().into_rows();
        let named: Vec<_> = kept.iter().map(|step| (step.transition.as_str(), step.from.as_str(), step.to.as_str(), step.reason_code.as_str())).collect();
        assert_eq!(named, [("reopen", "suspended", "active", "other"), ("suspend", "active", "suspended", "counterfeit")]);
        let first = &kept[1];
        assert_eq!((first.axis, first.at, first.reason.as_deref()), (Axis::Life, at, Some("Fake handles")));
        assert_eq!((first.actor.as_str(), first.effects), (ctx.actor().id().as_str(), suspended.effects));
        assert!(steps(&t.merchant(ctx.new_id()), Some(active.id), &PageArgs::first(10)).await.unwrap().into_rows().is_empty());
    }

    async fn a_suspended_merchant_sells_nothing_from_that_moment_on(t: TestEnv) {
        let ctx = t.operator();
        let (one, other) = (make(&ctx, "One").await, make(&ctx, "Other").await);
        let can_sell = async || {
            let terms = selling_terms_on(ctx.read(), &[one.id, other.id]).await.unwrap();
            (terms[&one.id].sells_at(ctx.now()), terms[&other.id].sells_at(ctx.now()))
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
        assert_eq!(error.details().unwrap()["allowed"], serde_json::json!(["restrict", "suspend", "offboard"]));
        assert_eq!(close(&ctx, because(&active, "Gone"), &NOTHING).await.unwrap_err().code(), "INVALID_TRANSITION");
        let leaving = offboard(&ctx, because(&active, "Gone")).await.unwrap();
        let closed = close(&ctx, because(&leaving, "Gone"), &NOTHING).await.unwrap();
        for command in [reopen(&ctx, because(&closed, "Back")).await, suspend(&ctx, because(&closed, "Out")).await] {
            assert_eq!(command.unwrap_err().code(), "INVALID_TRANSITION");
        }
        assert_eq!(get(&ctx, closed.id).await.unwrap(), closed);
    }

    /// M4, the half that is here: what is open keeps a merchant from being closed, and nothing of the try is left.
    async fn who_has_something_open_is_not_closed(t: TestEnv) {
        let ctx = t.operator();
        let active = make(&ctx, "Kettle").await;
        let leaving = offboard(&ctx, because(&active, "Asked to")).await.unwrap();
        let open = Open(&[
            Obligation { what: "orders", amount: 2, currency: None },
            Obligation { what: "balance", amount: 1, currency: Some(Currency::EUR) },
        ]);
        let error = close(&ctx, because(&leaving, "Gone"), &open).await.unwrap_err();
        assert_eq!(error.code(), "UNSETTLED");
        assert_eq!(error.details().unwrap()["open"][1], serde_json::json!({ "what": "balance", "amount": 1, "currency": "EUR" }));
        assert_eq!(get(&ctx, active.id).await.unwrap(), leaving);
        assert_eq!(steps(&ctx, Some(active.id), &PageArgs::first(10)).await.unwrap().into_rows().len(), 1);
        assert_eq!(close(&ctx, because(&leaving, "Gone"), &NOTHING).await.unwrap().status, Status::Closed);
    }

    async fn who_takes_something_away_says_why(t: TestEnv) {
        let ctx = t.operator();
        let active = make(&ctx, "Kettle").await;
        for reason in [None, Some("  ".to_owned())] {
            let input = ChangeStatus { reason, ..because(&active, "") };
            let error = suspend(&ctx, input.clone()).await.unwrap_err();
            assert_eq!((error.code(), error.field().as_deref()), ("REQUIRED", Some("reason")));
            assert_eq!(offboard(&ctx, input.clone()).await.unwrap_err().code(), "REQUIRED");
            assert_eq!(close(&ctx, input, &NOTHING).await.unwrap_err().code(), "REQUIRED");
        }
        let unknown = ChangeStatus { reason_code: Some("dislike".to_owned()), ..because(&active, "No") };
        let error = suspend(&ctx, unknown).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("UNKNOWN_REASON", Some("reasonCode")));
        assert_eq!(get(&ctx, active.id).await.unwrap().status, Status::Active);
    }

    async fn of_many_that_decide_at_once_one_wins(t: TestEnv) {
        let ctx = t.operator();
        let active = make(&ctx, "Kettle").await;
        let runs = (0..8).map(|n| {
            let (ctx, input) = (ctx.clone(), because(&active, "Race"));
            tokio::spawn(async move {
                let result = if n % 2 == 0 { suspend(&ctx, input).await } else { offboard(&ctx, input).await };
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
        assert_eq!(steps(&ctx, Some(active.id), &PageArgs::first(10)).await.unwrap().into_rows().len(), 1);
    }

    async fn clients_see_what_they_may_do(t: TestEnv) {
        let ctx = t.operator();
        let active = make(&ctx, "Kettle").await;
        let all = [Transition::Restrict, Transition::Suspend, Transition::Offboard];
        assert_eq!(allowed_transitions(&ctx, &active), all);
        let finance = t.seated(access::Scope::Operator, "operator_finance");
        assert_eq!(allowed_transitions(&finance, &active), [Transition::Restrict, Transition::Suspend]);
        assert_eq!(allowed_transitions(&t.merchant(active.id), &active), []);
        let applied = create(&ctx, CreateMerchant { approved: false, ..named("Pot") }).await.unwrap();
        let admitted = admit(&ctx, because(&applied, "Welcome")).await.unwrap();
        assert_eq!(allowed_transitions(&t.merchant(applied.id), &admitted), [Transition::Submit]);
    }
}

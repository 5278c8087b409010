use chrono::Duration;
use kernel::{Fault as _, PageArgs};
use marketplace::{BlockedPayouts, OpenOrders};
use merchants::{
    AppealState, ChangeStatus, DecideAppeal, Merchant, Status, appeal, appeals, decide_appeal, get, payout_accounts_on,
    reopen, restrict, selling_terms_on, suspend,
};

use super::{because, make};

fn coded(merchant: &Merchant, code: &str) -> ChangeStatus {
    ChangeStatus { reason_code: Some(code.to_owned()), ..because(merchant, "As the rules say") }
}

testkit::both_databases! {
    /// M2: new orders stop whatever the reason; the rest is as the settings say for it.
    async fn the_reason_says_what_a_block_does(t: TestEnv) {
        let ctx = t.operator();
        for (code, accepts, sends, paid) in [
            ("other", true, true, None),
            ("late_shipments", true, true, Some(())),
            ("papers_expired", false, true, None),
            ("counterfeit", false, false, None),
        ] {
            let made = make(&ctx, code).await;
            let blocked = restrict(&ctx, coded(&made, code)).await.unwrap();
            let terms = &selling_terms_on(ctx.read(), &[made.id]).await.unwrap()[&made.id];
            assert_eq!((terms.sells_at(ctx.now()), terms.may_accept(), terms.may_send()), (false, accepts, sends), "{code}");
            let account = &payout_accounts_on(ctx.read(), &[made.id]).await.unwrap()[&made.id];
            let held = if paid.is_some() { "no_bank_account" } else { "not_active" };
            assert_eq!(account.obstacle(false), Some(held), "{code}");
            // What was stated when it was blocked stays, and goes with the block.
            let effects = blocked.effects.unwrap();
            assert_eq!(effects.payouts == BlockedPayouts::Paid, paid.is_some());
            assert_eq!(effects.open_orders == OpenOrders::Finish, accepts);
            let open = reopen(&ctx, because(&blocked, "Mended")).await.unwrap();
            assert_eq!(open.effects, None);
            assert!(selling_terms_on(ctx.read(), &[made.id]).await.unwrap()[&made.id].sells_at(ctx.now()));
        }
    }

    async fn an_appeal_that_is_granted_lifts_the_block(t: TestEnv) {
        let ctx = t.operator();
        let made = make(&ctx, "Kettle").await;
        let staff = t.merchant(made.id);
        assert_eq!(appeal(&staff, made.id, "Why?").await.unwrap_err().code(), "NO_APPEAL");
        let blocked = suspend(&ctx, coded(&made, "counterfeit")).await.unwrap();
        assert_eq!(appeal(&staff, made.id, " ").await.unwrap_err().field().as_deref(), Some("words"));
        let asked = appeal(&staff, made.id, "The invoices are\nattached.").await.unwrap();
        assert_eq!((asked.state, asked.reason_code.as_str(), asked.blocked_at), (AppealState::Open, "counterfeit", blocked.status_changed_at));
        assert_eq!(appeal(&staff, made.id, "Again").await.unwrap_err().code(), "TAKEN");
        let decide = |grant| DecideAppeal { id: asked.id, expected_version: 1, grant, answer: "They are good.\nSorry.".to_owned() };
        assert_eq!(decide_appeal(&staff, decide(true)).await.unwrap_err().code(), "FORBIDDEN");
        let granted = decide_appeal(&ctx, decide(true)).await.unwrap();
        assert_eq!((granted.state, granted.version), (AppealState::Granted, 2));
        let open = get(&ctx, made.id).await.unwrap();
        assert_eq!((open.status, open.reason_code.as_deref()), (Status::Active, Some("appeal_granted")));
        assert_eq!(decide_appeal(&ctx, decide(false)).await.unwrap_err().code(), "ALREADY_DECIDED");
        let seen = appeals(&staff, None, None, &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(seen, [granted]);
        assert!(appeals(&t.merchant(ctx.new_id()), None, None, &PageArgs::first(10)).await.unwrap().into_rows().is_empty());
    }

    async fn an_appeal_against_a_former_block_lifts_no_later_one(t: TestEnv) {
        let ctx = t.operator();
        let made = make(&ctx, "Kettle").await;
        let staff = t.merchant(made.id);
        let blocked = suspend(&ctx, coded(&made, "fraud")).await.unwrap();
        let asked = appeal(&staff, made.id, "It was not us").await.unwrap();
        t.clock.advance(Duration::days(1));
        let open = reopen(&ctx, because(&blocked, "Mended")).await.unwrap();
        let again = suspend(&ctx, coded(&open, "fraud")).await.unwrap();
        let decide = DecideAppeal { id: asked.id, expected_version: 1, grant: true, answer: "True".to_owned() };
        decide_appeal(&ctx, decide).await.unwrap();
        assert_eq!(get(&ctx, made.id).await.unwrap(), again);
        t.clock.advance(Duration::days(31));
        assert_eq!(appeal(&staff, made.id, "Late").await.unwrap_err().code(), "NO_APPEAL");
    }

    async fn of_two_decisions_about_an_appeal_one_counts(t: TestEnv) {
        let ctx = t.operator();
        let made = make(&ctx, "Kettle").await;
        suspend(&ctx, coded(&made, "fraud")).await.unwrap();
        let asked = appeal(&t.merchant(made.id), made.id, "It was not us").await.unwrap();
        let runs: Vec<_> = (0..8).map(|n| {
            let ctx = ctx.clone();
            let input = DecideAppeal { id: asked.id, expected_version: 1, grant: n % 2 == 0, answer: "Decided".to_owned() };
            tokio::spawn(async move { decide_appeal(&ctx, input).await.map_err(|error| error.code()) })
        }).collect();
        let mut decided = Vec::new();
        for run in runs {
            match run.await.unwrap() {
                Ok(appeal) => decided.push(appeal.state),
                Err(code) => assert!(["ALREADY_DECIDED", "STALE_VERSION"].contains(&code), "{code}"),
            }
        }
        assert_eq!(decided.len(), 1);
        let open = get(&ctx, made.id).await.unwrap().status == Status::Active;
        assert_eq!(open, decided == [AppealState::Granted]);
    }
}

//! Answers that are rated.

use chrono::Duration;
use context::Ctx;
use kernel::{Fault as _, PageArgs};
use merchants::check;
use merchants::conversation::{Asked, InviteOperator, Visibility, close, invite};
use merchants::rating::{
    Count, Formula, Metric, MetricRule, activate_formula, create_formula, note_answers, questions_behind, rate, rating,
};

use super::talk::{Talk, asking, said, steer, to, write};

/// Answers alone count, unsmoothed, over a month.
async fn formula(ctx: &Ctx) {
    let rule = MetricRule {
        metric: Metric::AnswersInTime,
        window_days: 30,
        maturity_days: 0,
        prior_orders: 0,
        prior: 0,
        target: 1_000_000,
        worst: 0,
        weight: 1,
    };
    let version =
        create_formula(ctx, Formula { metrics: vec![rule], threshold: None }, "Answers").await.unwrap().version;
    activate_formula(ctx, version).await.unwrap();
}

async fn counted(talk: &Talk) -> (i64, i64) {
    note_answers(&talk.t.system(), talk.merchant).await.unwrap();
    rate(&talk.t.system(), talk.merchant).await.unwrap();
    let seen = rating(&talk.staff, None).await.unwrap();
    let input = seen.score.map(|score| score.inputs[0].count).unwrap_or_default();
    let Count { k, n } = input;
    (k, n)
}

testkit::both_databases! {
    async fn questions_answered_in_time_are_counted_and_explained(t: TestEnv) {
        let talk = Talk::new(t).await;
        formula(&talk.operator).await;
        let quick = talk.ask("Where is it?").await.id;
        assert_eq!(counted(&talk).await, (0, 0), "nothing is decided yet");
        // Asking again before the answer is the same question.
        write(&talk.bea, quick, said("Hello?")).await.unwrap();
        write(&talk.staff, quick, to("Look it up", Visibility::Merchant)).await.unwrap();
        talk.t.clock.advance(Duration::hours(24));
        write(&talk.staff, quick, said("There")).await.unwrap();
        assert_eq!(counted(&talk).await, (1, 1));
        // The next one comes a second too late.
        write(&talk.bea, quick, said("And the cup?")).await.unwrap();
        talk.t.clock.advance(Duration::hours(24) + Duration::seconds(1));
        write(&talk.staff, quick, said("There, too")).await.unwrap();
        assert_eq!(counted(&talk).await, (1, 2));
        // Nobody answers at all: it counts when the day is over.
        let silent = talk.ask("Anybody?").await.id;
        talk.t.clock.advance(Duration::hours(48));
        assert_eq!(counted(&talk).await, (1, 3));
        let seen = rating(&talk.staff, None).await.unwrap();
        assert_eq!(seen.standing.rating, Some(33_333_300 + 33));
        let page = PageArgs::first(10);
        let behind = questions_behind(&talk.staff, None, false, &page).await.unwrap().into_rows();
        assert_eq!(behind.iter().map(|of| of.conversation).collect::<Vec<_>>(), [silent, quick, quick]);
        let late = questions_behind(&talk.staff, None, true, &PageArgs::first(1)).await.unwrap();
        assert!(late.has_next);
        let next = PageArgs::new(Some(5), Some(late.items[0].0.as_str().to_owned())).unwrap();
        let rest = questions_behind(&talk.staff, None, true, &next).await.unwrap().into_rows();
        assert_eq!(rest.iter().map(|of| of.conversation).collect::<Vec<_>>(), [quick]);
        let stranger = talk.t.merchant(talk.operator.new_id());
        assert_eq!(questions_behind(&stranger, talk.merchant, false, &page).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(check::ratings(talk.t.world.db.read()).await.unwrap(), Vec::<String>::new());
        talk.verify().await;
    }

    async fn what_needed_no_answer_counts_for_nothing(t: TestEnv) {
        let talk = Talk::new(t).await;
        formula(&talk.operator).await;
        // Closed by the buyer, thanked for, answered by the operator: in time, so nobody is to blame.
        let closed = talk.ask("Found it").await.id;
        close(&talk.bea, steer(&talk.bea, closed).await).await.unwrap();
        let thanked = talk.ask("Where is it?").await.id;
        write(&talk.bea, thanked, asking("It is here, thank you", Asked::Nobody)).await.unwrap();
        let taken = talk.ask("I want the boss").await.id;
        invite(&talk.bea, InviteOperator { id: taken, words: "Please help".to_owned() }).await.unwrap();
        write(&talk.operator, taken, said("We do")).await.unwrap();
        assert_eq!(counted(&talk).await, (0, 0));
        talk.t.clock.advance(Duration::days(3));
        assert_eq!(counted(&talk).await, (0, 0));
        // A shop that closes instead of answering has not answered.
        let dodged = talk.ask("Where is it?").await.id;
        close(&talk.staff, steer(&talk.staff, dodged).await).await.unwrap();
        assert_eq!(counted(&talk).await, (0, 1));
        // What the shop begins asks the shop nothing.
        let party = merchants::conversation::Party::Merchant(talk.merchant);
        let begun = talk.open_as(&talk.staff, party, talk.opening("Your size?")).await.unwrap().id;
        write(&talk.bea, begun, said("Large")).await.unwrap();
        write(&talk.staff, begun, said("Thank you")).await.unwrap();
        assert_eq!(counted(&talk).await, (1, 2));
    }
}

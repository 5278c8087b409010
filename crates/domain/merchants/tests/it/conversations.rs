//! Conversations: who reads what, whom they wait for, and their end.

use chrono::Duration;
use kernel::{Fault as _, PageArgs};
use merchants::conversation::{
    Asked, AssignConversation, ConversationAction, ConversationFilter, InviteOperator, MessageKind, NewMessage, Party,
    PostMessage, Side, Visibility, assign, close, close_idle, conversation, conversations, conversations_unread,
    invite, mark_read, message, messages, my_conversations, post, reopen,
};
use merchants::{ChangeStatus, close as close_merchant, get, offboard, suspend};
use testkit::tokio::task::JoinSet;

use super::talk::{Talk, asking, said, seen, steer, to, words, write};
use super::{Open, because, make};

testkit::both_databases! {
    async fn each_side_reads_what_is_meant_for_it(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("Where is my kettle?").await.id;
        write(&talk.staff, id, to("Ask the depot", Visibility::Merchant)).await.unwrap();
        write(&talk.staff, id, to("May we send another one?", Visibility::Team)).await.unwrap();
        write(&talk.operator, id, to("A good buyer", Visibility::Operator)).await.unwrap();
        write(&talk.operator, id, to("You may", Visibility::Team)).await.unwrap();
        write(&talk.staff, id, said("Another one is on its way")).await.unwrap();
        assert_eq!(words(&talk.bea, id).await, ["Where is my kettle?", "Another one is on its way"]);
        let (team, note) = (["May we send another one?", "You may"], "Ask the depot");
        let of_staff = ["Where is my kettle?", note, team[0], team[1], "Another one is on its way"];
        assert_eq!(words(&talk.staff, id).await, of_staff);
        let of_operator = ["Where is my kettle?", team[0], "A good buyer", team[1], "Another one is on its way"];
        assert_eq!(words(&talk.operator, id).await, of_operator);
        // Each side counts its own.
        let counts = async |ctx| { let of = seen(ctx, id).await; (of.message_count(), of.unread()) };
        assert_eq!((counts(&talk.bea).await, counts(&talk.staff).await), ((2, 1), (5, 0)));
        assert_eq!((counts(&talk.operator).await, conversations_unread(&talk.bea).await.unwrap()), ((5, 1), 1));
        assert_eq!(mark_read(&talk.bea, id).await.unwrap().unread(), 0);
        assert_eq!(conversations_unread(&talk.bea).await.unwrap(), 0);
        // Pages of one message, from both ends.
        for newest_first in [false, true] {
            let (thread, mut after, mut read) = (seen(&talk.staff, id).await, None, Vec::new());
            loop {
                let page = PageArgs::new(Some(1), after.clone()).unwrap();
                let page = messages(&talk.staff, &thread, newest_first, &page).await.unwrap();
                let Some((cursor, message)) = page.items.into_iter().next() else { break };
                after = Some(cursor.as_str().to_owned());
                read.push(message.words.unwrap());
            }
            if newest_first { read.reverse(); }
            assert_eq!(read, of_staff);
        }
        // Who writes for whom is shown only where it may be known.
        let page = messages(&talk.bea, &seen(&talk.bea, id).await, false, &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!((page[0].author_name.as_deref(), page[1].author_name.as_deref()), (Some("Bea Buyer"), None));
        talk.verify().await;
    }

    async fn nobody_reads_or_writes_what_others_say(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("Where is my kettle?").await.id;
        let note = write(&talk.operator, id, to("A good buyer", Visibility::Operator)).await.unwrap().id;
        let own = write(&talk.staff, id, to("Ask the depot", Visibility::Merchant)).await.unwrap().id;
        let other = make(&talk.operator, "Other").await.id;
        for stranger in [talk.t.merchant(other), talk.t.buyer(talk.operator.new_id())] {
            assert_eq!(conversation(&stranger, id).await.unwrap_err().code(), "NOT_FOUND");
            assert_eq!(write(&stranger, id, said("Hello")).await.unwrap_err().code(), "NOT_FOUND");
            assert_eq!(mark_read(&stranger, id).await.unwrap_err().code(), "NOT_FOUND");
            let list = conversations(&stranger, &ConversationFilter::default(), &PageArgs::first(9)).await.unwrap();
            assert!(list.into_rows().is_empty());
        }
        for (ctx, hidden) in [(&talk.bea, note), (&talk.bea, own), (&talk.staff, note), (&talk.operator, own)] {
            assert_eq!(message(ctx, hidden).await.unwrap_err().code(), "NOT_FOUND");
        }
        assert_eq!(conversation(&talk.t.anonymous(), id).await.unwrap_err().code(), "UNAUTHENTICATED");
        // Nobody writes for readers that are not his.
        for (ctx, visibility) in [
            (&talk.bea, Visibility::Team), (&talk.bea, Visibility::Merchant), (&talk.staff, Visibility::Operator),
            (&talk.operator, Visibility::Merchant),
        ] {
            let refused = write(ctx, id, to("Psst", visibility)).await.unwrap_err();
            assert_eq!((refused.code(), refused.field().as_deref()), ("NOT_ALLOWED", Some("visibility")));
        }
        assert_eq!(words(&talk.bea, id).await.len(), 1);
    }

    async fn it_waits_for_whoever_is_to_answer(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("Where is my kettle?").await.id;
        let awaiting = async || seen(&talk.operator, id).await.conversation().awaiting;
        let waits = async |side, closed| {
            let filter = ConversationFilter { awaiting: Some(side), closed, ..ConversationFilter::default() };
            conversations(&talk.staff, &filter, &PageArgs::first(9)).await.unwrap().into_rows().len()
        };
        assert_eq!((awaiting().await, waits(Some(Side::Merchant), Some(false)).await), (Some(Side::Merchant), 1));
        write(&talk.staff, id, said("On its way")).await.unwrap();
        assert_eq!((awaiting().await, waits(Some(Side::Merchant), None).await), (Some(Side::Buyer), 0));
        // A buyer who is content asks for nothing.
        write(&talk.bea, id, asking("Thank you", Asked::Nobody)).await.unwrap();
        assert_eq!(awaiting().await, None);
        // A note changes nothing.
        write(&talk.staff, id, to("Kind", Visibility::Merchant)).await.unwrap();
        assert_eq!(awaiting().await, None);
        // Who is not content asks the operator, who stays asked until it answers.
        let ask = InviteOperator { id, words: "It never came".to_owned() };
        let thread = invite(&talk.bea, ask).await.unwrap();
        assert_eq!((thread.conversation().awaiting, thread.conversation().operator_since.is_some()), (Some(Side::Operator), true));
        write(&talk.staff, id, said("We are looking")).await.unwrap();
        assert_eq!(awaiting().await, Some(Side::Operator));
        write(&talk.operator, id, asking("What does the carrier say?", Asked::Of(Side::Merchant))).await.unwrap();
        assert_eq!(awaiting().await, Some(Side::Merchant));
        assert_eq!(invite(&talk.operator, InviteOperator { id, words: "x".to_owned() }).await.unwrap_err().code(), "ALREADY_DECIDED");
        let wrong = write(&talk.staff, id, asking("Hm", Asked::Of(Side::Merchant))).await.unwrap_err();
        assert_eq!((wrong.code(), wrong.field().as_deref()), ("NOT_ALLOWED", Some("awaiting")));
        talk.verify().await;
    }

    async fn many_who_write_at_once_are_all_heard_and_a_repeated_request_once(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("Where is my kettle?").await.id;
        let mut tasks = JoinSet::new();
        for n in 0..12 {
            let ctx = [&talk.bea, &talk.staff, &talk.operator][n % 3].clone();
            tasks.spawn(async move { write(&ctx, id, said(&format!("Message {n}"))).await.unwrap() });
        }
        while let Some(done) = tasks.join_next().await { done.unwrap(); }
        assert_eq!((words(&talk.bea, id).await.len(), seen(&talk.bea, id).await.message_count()), (13, 13));
        let again = |words: &str| PostMessage { conversation: id, message: said(words), idempotency_key: "k1".to_owned() };
        let (first, second) = (post(&talk.bea, again("Once")).await.unwrap(), post(&talk.bea, again("Once")).await.unwrap());
        assert_eq!((first.id, words(&talk.bea, id).await.len()), (second.id, 14));
        assert_eq!(post(&talk.bea, again("Twice")).await.unwrap_err().code(), "IDEMPOTENCY_KEY_REUSED");
        talk.verify().await;
    }

    async fn what_is_closed_is_opened_again_by_a_word_or_by_hand(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("Where is my kettle?").await.id;
        let mut old = steer(&talk.bea, id).await;
        write(&talk.staff, id, said("There")).await.unwrap();
        assert_eq!(close(&talk.bea, old.clone()).await.unwrap_err().code(), "STALE_VERSION");
        old.expected_version += 1;
        old.words = Some("It came".to_owned());
        let closed = close(&talk.bea, old).await.unwrap();
        assert_eq!(closed.conversation().closed.map(|(_, by)| by), Some(Some(Side::Buyer)));
        assert_eq!(closed.conversation().awaiting, None);
        assert_eq!(close(&talk.staff, steer(&talk.staff, id).await).await.unwrap_err().code(), "CONVERSATION_CLOSED");
        let allowed = seen(&talk.staff, id).await.allowed(&talk.staff);
        assert!(allowed.contains(&ConversationAction::Reopen) && !allowed.contains(&ConversationAction::Close), "{allowed:?}");
        write(&talk.bea, id, said("But it is broken")).await.unwrap();
        let open = seen(&talk.bea, id).await;
        assert_eq!((open.conversation().closed, open.conversation().awaiting), (None, Some(Side::Merchant)));
        assert_eq!(reopen(&talk.bea, steer(&talk.bea, id).await).await.unwrap_err().code(), "CONVERSATION_OPEN");
        // The settings may want a deliberate step.
        talk.settings(|rules| rules.message_reopens = false).await;
        close(&talk.staff, steer(&talk.staff, id).await).await.unwrap();
        assert_eq!(write(&talk.bea, id, said("Hello?")).await.unwrap_err().code(), "CONVERSATION_CLOSED");
        // Notes are still taken.
        write(&talk.staff, id, to("Keep an eye on it", Visibility::Merchant)).await.unwrap();
        let open = reopen(&talk.bea, steer(&talk.bea, id).await).await.unwrap();
        assert_eq!((open.conversation().closed, open.conversation().awaiting), (None, Some(Side::Merchant)));
        let page = messages(&talk.bea, &open, true, &PageArgs::first(1)).await.unwrap().into_rows();
        assert_eq!(page[0].kind, MessageKind::Reopened);
        talk.verify().await;
    }

    async fn what_nobody_goes_on_with_is_closed_by_the_clock(t: TestEnv) {
        let talk = Talk::new(t).await;
        let (asked, answered) = (talk.ask("Where is it?").await.id, talk.ask("And the cup?").await.id);
        write(&talk.staff, answered, said("On its way")).await.unwrap();
        talk.t.clock.advance(Duration::days(29));
        assert_eq!(close_idle(&talk.t.system(), 10).await.unwrap(), 0);
        talk.t.clock.advance(Duration::days(2));
        assert_eq!(close_idle(&talk.t.system(), 10).await.unwrap(), 1);
        let closed = seen(&talk.bea, answered).await;
        assert_eq!(closed.conversation().closed.map(|(_, by)| by), Some(None));
        // Whoever is waited for on a team is not let off.
        assert_eq!(seen(&talk.bea, asked).await.conversation().closed, None);
        assert_eq!(close_idle(&talk.operator, 10).await.unwrap(), 0);
        assert_eq!(close_idle(&talk.staff, 10).await.unwrap_err().code(), "FORBIDDEN");
        talk.verify().await;
    }

    async fn own_people_care_for_it_and_are_meant(t: TestEnv) {
        let talk = Talk::new(t).await;
        let (id, other) = (talk.ask("Where is it?").await.id, make(&talk.operator, "Other").await.id);
        let (carl, at_desk) = talk.member(Some(talk.merchant), "Carl").await;
        let (dora, _) = talk.member(Some(other), "Dora").await;
        let (emil, support) = talk.member(None, "Emil").await;
        let given = async |ctx: &context::Ctx, assignee| {
            let expected_version = seen(ctx, id).await.conversation().version;
            assign(ctx, AssignConversation { id, expected_version, assignee }).await
        };
        for (ctx, foreign) in [(&talk.staff, dora), (&talk.staff, emil), (&talk.operator, carl)] {
            let refused = given(ctx, Some(foreign)).await.unwrap_err();
            assert_eq!((refused.code(), refused.field().as_deref()), ("NOT_IN_TEAM", Some("assigneeId")));
        }
        given(&talk.staff, Some(carl)).await.unwrap();
        given(&talk.operator, Some(emil)).await.unwrap();
        let mine = ConversationFilter { mine: true, ..ConversationFilter::default() };
        let count = async |ctx: &context::Ctx| conversations(ctx, &mine, &PageArgs::first(9)).await.unwrap().into_rows().len();
        assert_eq!((count(&at_desk).await, count(&support).await, count(&talk.staff).await), (1, 1, 0));
        assert_eq!(given(&talk.bea, Some(carl)).await.unwrap_err().code(), "FORBIDDEN");
        given(&talk.staff, None).await.unwrap();
        assert_eq!(count(&at_desk).await, 0);
        // A note means somebody who reads it.
        let meaning = |users| NewMessage { mentions: users, ..to("Please look", Visibility::Merchant) };
        let noted = write(&talk.staff, id, meaning(vec![carl])).await.unwrap();
        assert_eq!(noted.mentions.iter().map(|of| of.name.as_str()).collect::<Vec<_>>(), ["Carl"]);
        let refused = write(&talk.staff, id, meaning(vec![carl, dora])).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("NOT_IN_TEAM", Some("mentions.1")));
        // Who is meant in an answer is nobody's business but the shop's.
        write(&talk.staff, id, NewMessage { mentions: vec![carl], ..said("Soon") }).await.unwrap();
        let read = messages(&talk.bea, &seen(&talk.bea, id).await, true, &PageArgs::first(1)).await.unwrap().into_rows();
        assert!(read[0].mentions.is_empty());
        talk.verify().await;
    }

    async fn a_blocked_merchant_answers_and_one_that_is_gone_does_not(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("Where is it?").await.id;
        let step = async || -> ChangeStatus { because(&get(&talk.operator, talk.merchant).await.unwrap(), "Late") };
        suspend(&talk.operator, step().await).await.unwrap();
        write(&talk.staff, id, said("On its way")).await.unwrap();
        write(&talk.bea, id, said("When?")).await.unwrap();
        let opened = talk.open_as(&talk.staff, Party::Merchant(talk.merchant), talk.opening("Buy more")).await;
        assert_eq!(opened.unwrap_err().code(), "MERCHANT_BLOCKED");
        let to_operator = merchants::conversation::Opening { buyer: None, ..talk.opening("Why?") };
        talk.open_as(&talk.staff, Party::Merchant(talk.merchant), to_operator).await.unwrap();
        offboard(&talk.operator, step().await).await.unwrap();
        close_merchant(&talk.operator, step().await, &Open(&[])).await.unwrap();
        assert_eq!(write(&talk.staff, id, said("Bye")).await.unwrap_err().code(), "MERCHANT_GONE");
        // The buyer is not left alone: the operator is asked.
        write(&talk.bea, id, said("Hello?")).await.unwrap();
        assert_eq!(seen(&talk.operator, id).await.conversation().awaiting, Some(Side::Operator));
        let opened = talk.open_as(&talk.bea, Party::Customer(talk.customer), talk.opening("Hello?")).await;
        assert_eq!(opened.unwrap_err().code(), "MERCHANT_GONE");
        talk.verify().await;
    }

    async fn buyers_find_their_own_by_what_moved_last(t: TestEnv) {
        let talk = Talk::new(t).await;
        let first = talk.ask("One").await.id;
        talk.t.clock.advance(Duration::minutes(1));
        let second = talk.ask("Two").await.id;
        talk.t.clock.advance(Duration::minutes(1));
        // What a buyer may not read moves nothing for the buyer.
        write(&talk.staff, first, to("Hm", Visibility::Team)).await.unwrap();
        let list = async || -> Vec<_> {
            let rows = my_conversations(&talk.bea, Some(false), &PageArgs::first(9)).await.unwrap().into_rows();
            rows.iter().map(|thread| thread.conversation().id).collect()
        };
        assert_eq!(list().await, [second, first]);
        write(&talk.staff, first, said("There")).await.unwrap();
        assert_eq!(list().await, [first, second]);
        let page = PageArgs::first(1);
        let one = my_conversations(&talk.bea, None, &page).await.unwrap();
        let next = PageArgs::new(Some(1), Some(one.items[0].0.as_str().to_owned())).unwrap();
        let rest = my_conversations(&talk.bea, None, &next).await.unwrap().into_rows();
        assert_eq!(rest[0].conversation().id, second);
        assert_eq!(my_conversations(&talk.staff, None, &page).await.unwrap_err().code(), "NOT_FOUND");
    }
}

//! What the rules of conversations allow, hide and forget.

use chrono::Duration;
use kernel::id::{AssetId, MerchantId};
use kernel::{Fault as _, PageArgs};
use marketplace::{AttachmentKind, ConversationKind};
use merchants::check;
use merchants::conversation::{
    NewMessage, Opening, Party, RedactMessage, Visibility, erase_buyer, message, messages, redact,
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use testkit::TestEnv;

use super::make;
use super::talk::{Talk, said, seen, to, words, write};

/// A file, as if it had been uploaded.
async fn file(t: &TestEnv, owner: Option<MerchantId>, kind: &str, state: &str) -> AssetId {
    let id: AssetId = t.operator().new_id();
    let tx = t.world.db.begin_write().await.unwrap();
    let (now, backend) = (t.operator().now(), tx.get_database_backend());
    let mark = |n: u32| if backend == DbBackend::Postgres { format!("${n}") } else { "?".to_owned() };
    let [asset, merchant, key, expires, created, updated] = [1, 2, 3, 4, 5, 6].map(mark);
    let sql = format!(
        "INSERT INTO asset (id, merchant_id, kind, filename, filename_fold, content_type, byte_size, state, upload_key,
        object_key, thumbnail_state, alt, expires_at, version, created_at, updated_at)
        VALUES ({asset}, {merchant}, '{kind}', 'label.pdf', 'label.pdf', 'application/pdf', 1, '{state}', {key}, 'there',
        'none', '', {expires}, 1, {created}, {updated})"
    );
    let values = [id.into(), owner.into(), id.to_string().into(), now.into(), now.into(), now.into()];
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

testkit::both_databases! {
    async fn buyers_and_merchants_do_not_get_each_others_addresses(t: TestEnv) {
        let talk = Talk::new(t).await;
        let secret = "Call 0151 23456789 or write to bea@example.org about order 260302-7K3Q-F9XM, 12,50 EUR";
        let hidden = "Call ••• or write to ••• about order 260302-7K3Q-F9XM, 12,50 EUR";
        let id = talk.open_as(&talk.bea, Party::Customer(talk.customer), Opening {
            title: "Call 0151 23456789".to_owned(), ..talk.opening(secret)
        }).await.unwrap().id;
        write(&talk.staff, id, said("See www.kettle.example")).await.unwrap();
        assert_eq!(words(&talk.bea, id).await, [secret, "See •••"]);
        assert_eq!(words(&talk.staff, id).await, [hidden, "See www.kettle.example"]);
        assert_eq!(seen(&talk.staff, id).await.conversation().title, "Call •••");
        // The operator's people read the original, if they have the right to.
        assert_eq!(words(&talk.operator, id).await, [secret, "See www.kettle.example"]);
        let finance = talk.t.seated(access::Scope::Operator, "operator_finance");
        assert_eq!(words(&finance, id).await, [hidden, "See •••"]);
        let first = messages(&talk.staff, &seen(&talk.staff, id).await, false, &PageArgs::first(1)).await.unwrap().into_rows();
        assert!(first[0].is_masked);
        // Between the teams nothing is hidden, and of the operator nothing either.
        write(&talk.staff, id, to("Our number is 030 1234567", Visibility::Team)).await.unwrap();
        write(&talk.operator, id, said("Our number is 030 7654321")).await.unwrap();
        assert_eq!(words(&finance, id).await[2..], ["Our number is 030 1234567", "Our number is 030 7654321"]);
        assert_eq!(words(&talk.bea, id).await[2], "Our number is 030 7654321");
        // The operator may let them.
        talk.settings(|rules| rules.mask_contacts = false).await;
        write(&talk.bea, id, said("Mine is 0151 23456789")).await.unwrap();
        assert_eq!(words(&talk.staff, id).await[4], "Mine is 0151 23456789");
        assert_eq!(words(&talk.staff, id).await[0], hidden, "what was hidden stays hidden");
        talk.verify().await;
    }

    async fn what_cannot_be_read_is_not_written(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("Where is it?").await.id;
        let long = "x".repeat(5_001);
        for (words, code) in [
            ("", "REQUIRED"), (" \n\t", "REQUIRED"), ("\u{200b}\u{2060} ", "REQUIRED"), ("a\u{0}b", "MALFORMED"),
            ("bell\u{7}", "MALFORMED"), (long.as_str(), "TOO_LONG"),
        ] {
            let refused = write(&talk.bea, id, said(words)).await.unwrap_err();
            assert_eq!((refused.code(), refused.field().as_deref()), (code, Some("words")), "{words:?}");
        }
        let as_bea = async |opening| talk.open_as(&talk.bea, Party::Customer(talk.customer), opening).await.map(drop).unwrap_err();
        let wrong = as_bea(Opening { topic: "weather".to_owned(), ..talk.opening("Hi") }).await;
        assert_eq!((wrong.code(), wrong.field().as_deref()), ("UNKNOWN_TOPIC", Some("topic")));
        let wrong = as_bea(Opening { title: " ".to_owned(), ..talk.opening("Hi") }).await;
        assert_eq!((wrong.code(), wrong.field().as_deref()), ("REQUIRED", Some("title")));
        talk.settings(|rules| rules.buyers_open = vec![ConversationKind::Product]).await;
        assert_eq!(as_bea(talk.opening("Hi")).await.code(), "KIND_NOT_ALLOWED");
        talk.verify().await;
    }

    async fn files_are_ones_own_and_of_the_right_kind(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("Where is it?").await.id;
        let own = file(&talk.t, Some(talk.merchant), "document", "ready").await;
        let other = make(&talk.operator, "Other").await.id;
        let (theirs, operators) = (file(&talk.t, Some(other), "document", "ready").await, file(&talk.t, None, "document", "ready").await);
        let (pending, film) = (file(&talk.t, Some(talk.merchant), "image", "pending").await, file(&talk.t, Some(talk.merchant), "video", "ready").await);
        let with = |files: Vec<AssetId>| NewMessage { attachments: files, ..said("Here") };
        for (files, code, at) in [
            (vec![theirs], "NOT_USABLE", 0), (vec![operators], "NOT_USABLE", 0), (vec![own, pending], "NOT_USABLE", 1),
            (vec![film], "UNSUPPORTED_TYPE", 0), (vec![own, own], "DUPLICATE", 1),
        ] {
            let refused = write(&talk.staff, id, with(files)).await.unwrap_err();
            assert_eq!((refused.code(), refused.field()), (code, Some(format!("attachments.{at}"))));
        }
        assert_eq!(write(&talk.bea, id, with(vec![own])).await.unwrap_err().code(), "NOT_USABLE");
        talk.settings(|rules| { rules.attachments_max = 1; rules.attachment_kinds.push(AttachmentKind::Video); }).await;
        assert_eq!(write(&talk.staff, id, with(vec![own, film])).await.unwrap_err().code(), "TOO_MANY");
        let sent = write(&talk.staff, id, with(vec![own])).await.unwrap();
        // A document is seen by its owner and the operator only, and by whom it was sent to.
        let got = message(&talk.bea, sent.id).await.unwrap();
        assert_eq!(got.attachments[0].asset.as_ref().map(|asset| asset.filename.as_str()), Some("label.pdf"));
        talk.verify().await;
    }

    async fn words_that_are_taken_away_are_gone_and_the_message_stays(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("Where is it?").await.id;
        let own = file(&talk.t, Some(talk.merchant), "document", "ready").await;
        let rude = write(&talk.staff, id, NewMessage { attachments: vec![own], ..said("You are a fool") }).await.unwrap().id;
        let away = |reason: &str| RedactMessage { message: rude, reason: reason.to_owned() };
        assert_eq!(redact(&talk.staff, away("Oops")).await.unwrap_err().code(), "FORBIDDEN");
        assert_eq!(redact(&talk.operator, away(" ")).await.unwrap_err().field().as_deref(), Some("reason"));
        let gone = redact(&talk.operator, away("Rude")).await.unwrap();
        assert_eq!((gone.words, gone.attachments.len()), (None, 0));
        assert_eq!(redact(&talk.operator, away("Rude")).await.unwrap_err().code(), "ALREADY_DECIDED");
        for ctx in [&talk.bea, &talk.staff] {
            let read = message(ctx, rude).await.unwrap();
            let told = read.redaction.unwrap();
            assert_eq!((read.words, told.reason.as_str(), told.author_name.is_some()), (None, "Rude", std::ptr::eq(ctx, &talk.staff)));
        }
        assert_eq!(seen(&talk.bea, id).await.message_count(), 2);
        // What was written does not change by hand either, and what disappears without a word is found.
        let conn = talk.t.world.db.for_migrations();
        for sql in ["UPDATE message SET number = number + 1", "DELETE FROM message", "DELETE FROM message_redaction"] {
            assert!(conn.execute_unprepared(sql).await.unwrap_err().to_string().contains("append-only"), "{sql}");
        }
        talk.verify().await;
        let tx = talk.t.world.db.begin_write().await.unwrap();
        tx.execute_unprepared("UPDATE message_words SET words = 'No'").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(check::conversations(talk.t.world.db.read()).await.unwrap().len(), 1);
        let tx = talk.t.world.db.begin_write().await.unwrap();
        tx.execute_unprepared("DELETE FROM message_words").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(check::conversations(talk.t.world.db.read()).await.unwrap().len(), 1);
    }

    async fn a_buyer_opens_so_many_a_day_and_no_more(t: TestEnv) {
        let talk = Talk::new(t).await;
        talk.settings(|rules| rules.buyer_opens_per_day = 3).await;
        let party = Party::Customer(talk.customer);
        talk.ask("One").await;
        talk.t.clock.advance(Duration::hours(10));
        let mut tasks = testkit::tokio::task::JoinSet::new();
        for n in 0..6 {
            let (ctx, opening) = (talk.bea.clone(), talk.opening(&format!("At once {n}")));
            tasks.spawn(async move {
                let rules = merchants::conversation::rules(&ctx).await?;
                let mut tx = ctx.begin_write().await?;
                merchants::conversation::open_in_tx(&mut tx, &rules, party, opening).await?;
                Ok::<_, merchants::Error>(tx.commit().await?)
            });
        }
        let mut opened = 0;
        while let Some(done) = tasks.join_next().await {
            match done.unwrap() {
                Ok(()) => opened += 1,
                Err(error) => assert_eq!(error.code(), "RATE_LIMITED", "{error}"),
            }
        }
        assert_eq!(opened, 2);
        let refused = talk.open_as(&talk.bea, party, talk.opening("More")).await.unwrap_err();
        assert_eq!(refused.details().unwrap()["retryAfterSeconds"], 14 * 3600);
        // Others are not held up, and a day later there is room for one.
        talk.another("Hello").await;
        talk.t.clock.advance(Duration::hours(14));
        talk.ask("The next day").await;
        assert_eq!(talk.open_as(&talk.bea, party, talk.opening("More")).await.unwrap_err().code(), "RATE_LIMITED");
    }

    async fn a_buyer_who_is_forgotten_leaves_no_word(t: TestEnv) {
        let talk = Talk::new(t).await;
        let id = talk.ask("I am Bea, Long Street 1").await.id;
        write(&talk.staff, id, said("Dear Bea, it is on its way")).await.unwrap();
        write(&talk.operator, id, to("Bea calls often", Visibility::Operator)).await.unwrap();
        let other = talk.another("Hello").await.id;
        assert_eq!(erase_buyer(&talk.staff, talk.customer).await.unwrap_err().code(), "FORBIDDEN");
        assert_eq!(erase_buyer(&talk.t.system(), talk.customer).await.unwrap(), 1);
        assert_eq!(erase_buyer(&talk.t.system(), talk.customer).await.unwrap(), 0);
        let left = seen(&talk.operator, id).await;
        let of = left.conversation();
        assert_eq!((of.title.as_str(), of.buyer.as_ref().unwrap().name.as_str(), of.closed.is_some()), ("Erased", "Erased", true));
        // Times and counts stay.
        assert_eq!((words(&talk.operator, id).await, left.message_count()), (vec!["-".to_owned(); 4], 4));
        assert_eq!(write(&talk.staff, id, said("Bea?")).await.unwrap_err().code(), "CONVERSATION_CLOSED");
        assert_eq!(words(&talk.staff, other).await, ["Hello"]);
        talk.verify().await;
        // Nothing of it is anywhere, not in histories either.
        let all = context::changes(&talk.operator, &history::ChangeFilter::default(), &PageArgs::first(100)).await.unwrap().into_rows();
        assert!(all.iter().all(|row| !format!("{row:?}").contains("Bea")), "{all:?}");
    }
}

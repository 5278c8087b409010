//! What other systems are told: each message at least once, or visibly given up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use history::Change;
use kernel::id::{WebhookDeliveryId, WebhookEndpointId};
use kernel::{Fault as _, PageArgs};
use mail::{Captured, Mailer, Templates};
use marketplace::command::webhook::{
    CreateEndpoint, Outgoing, ReplayRange, create_endpoint, ping, replay, replay_range, rotate_secret, switch_endpoint,
};
use marketplace::query::{webhook_attempts, webhook_deliveries, webhook_delivery, webhook_endpoint};
use marketplace::webhook::retry::Answer;
use marketplace::webhook::sign::{Secret, signature};
use marketplace::webhook::{Delivery, DeliveryState, DisabledWhy, Endpoint};
use outbox::Dispatcher;
use testkit::{TestEnv, tokio};
use workflows::Deps;
use workflows::hooks::{self, HookLine};

/// How another system answers.
#[derive(Debug, Clone)]
enum Mood {
    Takes,
    /// Nobody is there.
    Away,
    Says(u16, Option<&'static str>),
    /// It never answers.
    Hangs,
}

/// Other systems, by their address.
#[derive(Default)]
struct Others {
    moods: Mutex<BTreeMap<String, Mood>>,
    seen: Mutex<Vec<Outgoing>>,
}

impl Others {
    fn set(&self, url: &str, mood: Mood) {
        self.moods.lock().unwrap().insert(url.to_owned(), mood);
    }

    fn seen(&self, url: &str) -> Vec<Outgoing> {
        self.seen.lock().unwrap().iter().filter(|message| message.url == url).cloned().collect()
    }
}

#[async_trait]
impl HookLine for Others {
    async fn post(&self, message: &Outgoing) -> Answer {
        let mood = self.moods.lock().unwrap().get(&message.url).cloned().unwrap_or(Mood::Takes);
        self.seen.lock().unwrap().push(message.clone());
        match mood {
            Mood::Takes => Answer { status: Some(204), ..Answer::default() },
            Mood::Away => Answer { error: Some("connection refused".to_owned()), ..Answer::default() },
            Mood::Says(status, wait) => {
                let (retry_after, text) = (wait.map(str::to_owned), "\0not now".to_owned());
                Answer { status: Some(status), retry_after, text, ..Answer::default() }
            }
            Mood::Hangs => std::future::pending().await,
        }
    }
}

struct Stage {
    t: TestEnv,
    deps: Deps,
    others: Arc<Others>,
    dispatcher: Dispatcher,
    mails: Captured,
}

const ERP: &str = "https://erp.example/souk";

impl Stage {
    async fn new(t: TestEnv) -> Self {
        marketplace::bootstrap(&t.operator()).await.unwrap();
        let (mailer, mails) = Mailer::captured("Souk <noreply@souk.example>").unwrap();
        let others = Arc::new(Others::default());
        let mut deps = crate::stage::deps(&t, mailer, Arc::new(Templates::builtin().unwrap()));
        deps.hooks = Some(others.clone());
        let world = t.world.clone();
        let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
        let dispatcher = workflows::register(builder, &deps).build();
        Self { t, deps, others, dispatcher, mails }
    }

    async fn endpoint(&self, url: &str, kinds: &[&str]) -> (Endpoint, Secret) {
        let kinds = kinds.iter().map(|&kind| kind.to_owned()).collect();
        let create = CreateEndpoint { merchant: None, url: url.to_owned(), description: String::new(), kinds };
        create_endpoint(&self.t.operator(), create).await.unwrap()
    }

    /// Changes of so many things.
    async fn change(&self, of: &str, count: usize) {
        let mut tx = self.t.system().begin_write().await.unwrap();
        (0..count).for_each(|n| tx.record(Change::new("offer", format!("{of}{n}"), "edited")));
        tx.commit().await.unwrap();
    }

    /// Tells what is due; again while other databases of the server hold back what was changed.
    async fn round(&self) {
        hooks::round(&self.deps).await.unwrap();
    }

    async fn all(&self, endpoint: WebhookEndpointId) -> Vec<Delivery> {
        webhook_deliveries(&self.t.operator(), Some(endpoint), None, &PageArgs::first(100)).await.unwrap().into_rows()
    }

    /// Rounds until there are so many messages.
    async fn made(&self, endpoint: WebhookEndpointId, count: usize) -> Vec<Delivery> {
        for _ in 0..2_000 {
            self.round().await;
            let all = self.all(endpoint).await;
            if all.len() >= count {
                return all;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{} of {count} messages", self.all(endpoint).await.len());
    }

    async fn seen(&self, id: WebhookEndpointId) -> Endpoint {
        webhook_endpoint(&self.t.operator(), id).await.unwrap()
    }

    async fn message(&self, id: WebhookDeliveryId) -> Delivery {
        webhook_delivery(&self.t.operator(), id).await.unwrap()
    }

    async fn well(&self) {
        assert_eq!(marketplace::check::check(self.t.world.db.read()).await.unwrap(), Vec::<String>::new());
    }
}

fn ids(of: &[Outgoing]) -> BTreeSet<String> {
    of.iter().map(|message| message.id.to_string()).collect()
}

testkit::both_databases! {
    /// S2, F4.
    async fn a_receiver_that_was_down_for_three_days_gets_everything(t: TestEnv) {
        let s = Stage::new(t).await;
        let (erp, secret) = s.endpoint(ERP, &["offer"]).await;
        s.others.set(ERP, Mood::Away);
        let begun = s.t.operator().now();
        let mut count = 0;
        for day in 0..3 {
            count += 5;
            s.change(&format!("day{day}-"), 5).await;
            s.made(erp.id, count).await;
            // Nothing is tried before its time: one try now, the others in five seconds, five minutes ...
            for pause in [5, 300, 1_800, 3_600] {
                s.t.clock.advance(TimeDelta::seconds(pause * 11 / 10 + 1));
                s.round().await;
            }
            s.t.clock.advance(begun + TimeDelta::days(day + 1) - s.t.operator().now());
            s.round().await;
        }
        let waiting = s.all(erp.id).await;
        assert!(waiting.iter().all(|message| message.state == DeliveryState::Pending && message.attempts >= 4), "{waiting:?}");
        assert_eq!(s.seen(erp.id).await.failing_since, Some(begun));
        let down = s.others.seen(ERP).len();

        s.others.set(ERP, Mood::Takes);
        for _ in 0..26 {
            s.t.clock.advance(TimeDelta::hours(1));
            s.round().await;
        }
        let taken = s.others.seen(ERP).split_off(down);
        let all = s.all(erp.id).await;
        assert!(all.iter().all(|message| message.state == DeliveryState::Delivered), "{all:?}");
        assert_eq!((taken.len(), ids(&taken).len()), (15, 15), "each once");
        assert_eq!(ids(&s.others.seen(ERP)), ids(&taken), "under the id of every try");
        assert_eq!(all.iter().map(|message| message.id.to_string()).collect::<BTreeSet<_>>(), ids(&taken));
        let told: BTreeSet<_> = all.iter().filter_map(|message| message.change.map(|change| change.to_string())).collect();
        assert_eq!(told.len(), 15, "one message a change");
        assert_eq!(s.seen(erp.id).await.failing_since, None);
        // Each try has its own time, which is signed.
        for message in s.others.seen(ERP) {
            let good = signature(std::slice::from_ref(&secret), &message.id.to_string(), message.at, &message.body);
            assert_eq!(message.signature, good);
        }
        let tries = webhook_attempts(&s.t.operator(), &[all[0].id]).await.unwrap().remove(&all[0].id).unwrap();
        assert_eq!(tries.len() as i64, all[0].attempts);
        assert_eq!((tries[0].number, tries[0].status, tries[0].error.as_deref()), (1, None, Some("connection refused")));
        assert_eq!(tries.last().unwrap().status, Some(204));
        s.well().await;

        // A range of time, once more: the second day.
        let before = s.others.seen(ERP).len();
        let range = ReplayRange { endpoint: erp.id, from: begun + TimeDelta::days(1), to: begun + TimeDelta::days(2), dead_only: false };
        assert_eq!(replay_range(&s.t.operator(), range.clone()).await.unwrap(), 5);
        s.round().await;
        let again = s.others.seen(ERP).split_off(before);
        assert_eq!((again.len(), ids(&again).len()), (5, 5));
        assert!(again.iter().all(|message| message.body.contains("day1-")) && ids(&taken).is_superset(&ids(&again)));
        let backwards = ReplayRange { from: range.to, to: range.from, ..range };
        assert_eq!(replay_range(&s.t.operator(), backwards).await.unwrap_err().field().as_deref(), Some("to"));
        s.well().await;
    }

    async fn a_secret_is_replaced_without_a_lost_message(t: TestEnv) {
        let s = Stage::new(t).await;
        let (erp, old) = s.endpoint(ERP, &["offer"]).await;
        s.change("a", 2).await;
        s.made(erp.id, 2).await;
        let (erp, new) = rotate_secret(&s.t.operator(), erp.id, erp.version, 24).await.unwrap();
        assert_eq!(erp.old_secret_until, Some(s.t.operator().now() + TimeDelta::hours(24)));
        s.change("b", 2).await;
        s.made(erp.id, 4).await;
        s.t.clock.advance(TimeDelta::hours(24));
        s.change("c", 2).await;
        s.made(erp.id, 6).await;
        let seen = s.others.seen(ERP);
        let by = |message: &Outgoing, secrets: &[&Secret]| {
            let secrets: Vec<Secret> = secrets.iter().map(|&secret| secret.clone()).collect();
            message.signature == signature(&secrets, &message.id.to_string(), message.at, &message.body)
        };
        for (n, secrets) in [&[&old][..], &[&old], &[&new, &old], &[&new, &old], &[&new], &[&new]].into_iter().enumerate() {
            assert!(by(&seen[n], secrets), "message {n}");
        }
        // Without an overlap the former one signs no more at once.
        let (erp, newest) = rotate_secret(&s.t.operator(), erp.id, erp.version, 0).await.unwrap();
        s.change("d", 1).await;
        s.made(erp.id, 7).await;
        assert!(by(s.others.seen(ERP).last().unwrap(), &[&newest]));
        assert_eq!(rotate_secret(&s.t.operator(), erp.id, erp.version, 169).await.unwrap_err().field().as_deref(), Some("overlapHours"));
        assert_eq!(rotate_secret(&s.t.operator(), erp.id, 1, 1).await.unwrap_err().code(), "STALE_VERSION");
    }

    async fn who_takes_nothing_for_days_is_disabled_and_told_once(t: TestEnv) {
        let s = Stage::new(t).await;
        let (erp, _) = s.endpoint(ERP, &["offer"]).await;
        s.others.set(ERP, Mood::Says(301, None));
        s.change("a", 1).await;
        let first = s.made(erp.id, 1).await.remove(0);
        for hour in 0..(24 * 6) {
            s.t.clock.advance(TimeDelta::hours(1));
            if hour == 90 {
                // The first message is given up by now: ten tries over three days.
                assert_eq!(s.message(first.id).await.state, DeliveryState::Dead);
                assert_eq!(s.message(first.id).await.attempts, 10);
                s.change("b", 1).await;
                s.made(erp.id, 2).await;
            }
            s.round().await;
            s.dispatcher.drain().await.unwrap();
        }
        let disabled = s.seen(erp.id).await;
        assert_eq!(disabled.disabled, Some(DisabledWhy::Failing));
        let told: Vec<_> = s.mails.messages().into_iter().filter(|mail| mail.subject.starts_with("Nothing is sent")).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].text.contains("For five days") && told[0].text.contains(ERP), "{}", told[0].text);
        assert_eq!(ping(&s.t.operator(), erp.id).await.unwrap_err().code(), "ENDPOINT_DISABLED");
        // Nothing is tried while it is off, and what happens meanwhile is kept.
        let before = s.others.seen(ERP).len();
        s.change("c", 3).await;
        s.t.clock.advance(TimeDelta::days(1));
        s.round().await;
        assert_eq!(s.others.seen(ERP).len(), before);
        s.others.set(ERP, Mood::Takes);
        let back = switch_endpoint(&s.t.operator(), erp.id, disabled.version, true).await.unwrap();
        assert_eq!((back.disabled, back.failing_since), (None, None));
        let all = s.made(erp.id, 5).await;
        let state = |state| all.iter().filter(|message| message.state == state).count();
        assert_eq!((state(DeliveryState::Delivered), state(DeliveryState::Dead)), (4, 1));
        // What was given up is sent again when somebody says so.
        let now = s.t.operator().now();
        let range = ReplayRange { endpoint: erp.id, from: now - TimeDelta::days(30), to: now, dead_only: true };
        assert_eq!(replay_range(&s.t.operator(), range).await.unwrap(), 1);
        s.round().await;
        assert_eq!(s.message(first.id).await.state, DeliveryState::Delivered);
        s.well().await;
    }

    async fn who_is_gone_is_called_no_more_and_who_is_busy_later(t: TestEnv) {
        let s = Stage::new(t).await;
        let (gone, _) = s.endpoint("https://gone.example/", &["offer"]).await;
        let (busy, _) = s.endpoint("https://busy.example/", &["offer"]).await;
        s.others.set("https://gone.example/", Mood::Says(410, None));
        s.others.set("https://busy.example/", Mood::Says(429, Some("600")));
        s.change("a", 1).await;
        s.made(gone.id, 1).await;
        s.made(busy.id, 1).await;
        assert_eq!(s.seen(gone.id).await.disabled, Some(DisabledWhy::Gone));
        assert_eq!(s.seen(busy.id).await.paused_until, Some(s.t.operator().now() + TimeDelta::minutes(10)));
        s.dispatcher.drain().await.unwrap();
        let told = s.mails.messages();
        assert!(told.len() == 1 && told[0].text.contains("410 Gone"), "{told:?}");
        // Also what comes new waits until the ten minutes are over.
        s.change("b", 1).await;
        s.t.clock.advance(TimeDelta::minutes(9));
        s.made(busy.id, 2).await;
        assert_eq!(s.others.seen("https://busy.example/").len(), 1);
        s.others.set("https://busy.example/", Mood::Takes);
        s.t.clock.advance(TimeDelta::minutes(1));
        s.round().await;
        assert!(s.all(busy.id).await.iter().all(|message| message.state == DeliveryState::Delivered));
        assert_eq!((s.seen(busy.id).await.paused_until, s.others.seen("https://gone.example/").len()), (None, 1));
        let first = s.all(busy.id).await.pop().unwrap();
        let tries = webhook_attempts(&s.t.operator(), &[first.id]).await.unwrap().remove(&first.id).unwrap();
        assert_eq!((tries[0].status, tries[0].answer.as_str(), tries.len()), (Some(429), "not now", 2));
        // One message, and a test, whenever somebody wants them.
        let test = ping(&s.t.operator(), busy.id).await.unwrap();
        replay(&s.t.operator(), first.id).await.unwrap();
        s.round().await;
        let last: BTreeSet<_> = s.others.seen("https://busy.example/").iter().rev().take(2).map(|message| message.id).collect();
        assert_eq!(last, BTreeSet::from([test.id, first.id]));
        assert_eq!((s.message(first.id).await.attempts, s.message(test.id).await.kind.as_str()), (3, "ping"));
        s.well().await;
    }

    async fn nodes_that_work_beside_each_other_send_each_message_once(t: TestEnv) {
        let s = Stage::new(t).await;
        let (erp, _) = s.endpoint(ERP, &["offer"]).await;
        let (all, _) = s.endpoint("https://all.example/", &[]).await;
        s.change("a", 60).await;
        for _ in 0..2_000 {
            let (one, two, three) = tokio::join!(hooks::round(&s.deps), hooks::round(&s.deps), hooks::round(&s.deps));
            one.and(two).and(three).unwrap();
            if s.all(erp.id).await.len() >= 60 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let seen = s.others.seen(ERP);
        assert_eq!((seen.len(), ids(&seen).len()), (60, 60));
        let seen = s.others.seen("https://all.example/");
        let offers = seen.iter().filter(|message| message.body.contains("offer.edited")).count();
        assert_eq!((seen.len(), ids(&seen).len(), offers), (seen.len(), seen.len(), 60));
        assert_eq!(s.all(all.id).await.len(), seen.len());
    }

    async fn one_that_never_answers_keeps_nobody_waiting(t: TestEnv) {
        let s = Stage::new(t).await;
        let (slow, _) = s.endpoint("https://slow.example/", &["offer"]).await;
        let (quick, _) = s.endpoint(ERP, &["offer"]).await;
        s.others.set("https://slow.example/", Mood::Hangs);
        s.change("a", 70).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let deps = s.deps.clone();
        let work = tokio::spawn(async move { hooks::run(&deps, async { drop(stopped.await) }).await });
        let began = std::time::Instant::now();
        while s.others.seen(ERP).len() < 70 {
            assert!(began.elapsed() < Duration::from_secs(30), "{} messages", s.others.seen(ERP).len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(s.others.seen("https://slow.example/").len(), 8, "as many as are on their way at once");
        s.change("b", 1).await;
        while s.others.seen(ERP).len() < 71 {
            assert!(began.elapsed() < Duration::from_secs(60), "nothing more is sent");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        work.abort();
        drop(stop);
        assert_eq!(s.all(slow.id).await.iter().filter(|message| message.attempts > 0).count(), 8);
        assert_eq!(s.seen(quick.id).await.disabled, None);
    }

    async fn bad_endpoints_are_refused_with_the_field_that_is_wrong(t: TestEnv) {
        let s = Stage::new(t).await;
        let operator = s.t.operator();
        let refused = async |url: &str, description: &str, kinds: &[&str]| {
            let kinds = kinds.iter().map(|&kind| kind.to_owned()).collect();
            let create = CreateEndpoint { merchant: None, url: url.to_owned(), description: description.to_owned(), kinds };
            let error = create_endpoint(&operator, create).await.unwrap_err();
            (error.field().unwrap_or_default(), error.code())
        };
        assert_eq!(refused("erp.example", "", &[]).await, ("url".to_owned(), "MALFORMED_URL"));
        assert_eq!(refused("http://erp.example/", "", &[]).await, ("url".to_owned(), "URL_REFUSED"));
        assert_eq!(refused("https://169.254.169.254/", "", &[]).await, ("url".to_owned(), "URL_REFUSED"));
        assert_eq!(refused(ERP, &"x".repeat(201), &[]).await.0, "description");
        assert_eq!(refused(ERP, "", &["offer", "Offer!"]).await, ("kinds.1".to_owned(), "MALFORMED"));
        let (erp, secret) = s.endpoint(ERP, &["offer.edited", "offer", "offer"]).await;
        assert_eq!(erp.kinds, ["offer", "offer.edited"]);
        // A copy of the database does not hold the secret.
        let sql = "SELECT secret FROM webhook_endpoint";
        let read = s.t.world.db.read();
        let row = sea_orm::ConnectionTrait::query_one_raw(read, sea_orm::Statement::from_string(s.t.world.db.backend(), sql));
        let kept: String = row.await.unwrap().unwrap().try_get("", "secret").unwrap();
        assert!(!kept.contains(&secret.reveal()[6..]) && secret.reveal().len() > 38);
    }
}

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Duration;
use outbox::{Dispatcher, Failure, PendingJob};
use sea_orm::ConnectionTrait as _;
use serde::{Deserialize, Serialize};
use testkit::TestEnv;

use crate::transaction::{Dry, Painted};

#[derive(Serialize, Deserialize)]
struct Whispered {
    secret: String,
}

impl outbox::Event for Whispered {
    const KIND: &'static str = "whispered.v1";
    const SECRET: bool = true;
    fn subject(&self) -> String {
        "cave".to_owned()
    }
}

#[derive(Serialize, Deserialize)]
struct Rinse {}

impl outbox::Job for Rinse {
    const KIND: &'static str = "rinse.v1";
}

async fn eventually(so: impl Fn() -> bool) {
    for _ in 0..500 {
        if so() {
            return;
        }
        testkit::tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("not within five seconds");
}

fn builder(t: &TestEnv) -> outbox::DispatcherBuilder {
    Dispatcher::builder(t.world.db.clone(), t.clock.clone(), t.world.wake.clone())
}

async fn emit(t: &TestEnv, events: usize) {
    let ctx = t.system();
    let mut tx = ctx.begin_write().await.unwrap();
    for _ in 0..events {
        tx.emit(&Painted { color: "red".to_owned() });
    }
    tx.commit().await.unwrap();
}

async fn enqueue(t: &TestEnv, jobs: Vec<PendingJob>) {
    let ctx = t.system();
    let mut tx = ctx.begin_write().await.unwrap();
    for job in jobs {
        tx.enqueue(job);
    }
    tx.commit().await.unwrap();
}

type Count = Arc<AtomicUsize>;

fn seen(count: &Count) -> usize {
    count.load(Ordering::SeqCst)
}

testkit::both_databases! {
    async fn an_event_reaches_each_handler_once(t: TestEnv) {
        let (a, b) = (Count::default(), Count::default());
        let (a2, b2) = (a.clone(), b.clone());
        let dispatcher = builder(&t)
            .on::<Painted, _, _>("a", move |_, _| { a2.fetch_add(1, Ordering::SeqCst); async { Ok(()) } })
            .on::<Painted, _, _>("b", move |_, _| { b2.fetch_add(1, Ordering::SeqCst); async { Ok(()) } })
            .build();
        emit(&t, 150).await;
        let drained = dispatcher.drain().await.unwrap();
        assert_eq!((drained.events, drained.failures), (150, 0));
        dispatcher.drain().await.unwrap();
        assert_eq!((seen(&a), seen(&b)), (150, 150));
    }

    async fn a_failing_handler_is_tried_again_and_the_other_is_not(t: TestEnv) {
        let (good, bad) = (Count::default(), Count::default());
        let (good2, bad2) = (good.clone(), bad.clone());
        let dispatcher = builder(&t)
            .on::<Painted, _, _>("good", move |_, _| { good2.fetch_add(1, Ordering::SeqCst); async { Ok(()) } })
            .on::<Painted, _, _>("bad", move |_, _| {
                let tries = bad2.fetch_add(1, Ordering::SeqCst);
                async move { if tries < 2 { Err(Failure::Retry("not yet".to_owned())) } else { Ok(()) } }
            })
            .build();
        emit(&t, 1).await;
        assert_eq!(dispatcher.drain().await.unwrap().failures, 1);
        // Nothing is due before the pause is over.
        assert_eq!(dispatcher.drain().await.unwrap(), outbox::Drained::default());
        t.clock.advance(Duration::seconds(2));
        assert_eq!(dispatcher.drain().await.unwrap().failures, 1);
        t.clock.advance(Duration::seconds(3));
        assert_eq!(dispatcher.drain().await.unwrap().events, 1);
        assert_eq!((seen(&good), seen(&bad)), (1, 3));
    }

    async fn two_nodes_share_the_work_without_doubling_it(t: TestEnv) {
        let count = Count::default();
        let node = || {
            let count = count.clone();
            builder(&t).on::<Painted, _, _>("only", move |_, _| { count.fetch_add(1, Ordering::SeqCst); async { Ok(()) } }).build()
        };
        emit(&t, 300).await;
        let (one, two) = (node(), node());
        let (a, b) = testkit::tokio::join!(one.drain(), two.drain());
        assert_eq!(a.unwrap().events + b.unwrap().events, 300);
        assert_eq!(seen(&count), 300);
    }

    async fn a_lease_that_ran_out_is_taken_over(t: TestEnv) {
        emit(&t, 1).await;
        let stuck = builder(&t)
            .on::<Painted, _, _>("h", |_, _| async { std::future::pending::<()>().await; Ok(()) })
            .build();
        let _ = testkit::tokio::time::timeout(std::time::Duration::from_millis(300), stuck.drain()).await;
        let count = Count::default();
        let count2 = count.clone();
        let other = builder(&t).on::<Painted, _, _>("h", move |_, _| { count2.fetch_add(1, Ordering::SeqCst); async { Ok(()) } }).build();
        other.drain().await.unwrap();
        assert_eq!(seen(&count), 0, "the first node still holds the lease");
        t.clock.advance(Duration::seconds(61));
        other.drain().await.unwrap();
        assert_eq!(seen(&count), 1);
    }

    async fn a_job_runs_once_is_deduplicated_and_waits_for_its_time(t: TestEnv) {
        let count = Count::default();
        let count2 = count.clone();
        let dispatcher = builder(&t).work::<Dry, _, _>(move |_, _| { count2.fetch_add(1, Ordering::SeqCst); async { Ok(()) } }).build();
        enqueue(&t, vec![PendingJob::of(&Dry { fence: 1 }).once("a"), PendingJob::of(&Dry { fence: 2 }).once("b")]).await;
        enqueue(&t, vec![PendingJob::of(&Dry { fence: 1 }).once("a")]).await;
        enqueue(&t, vec![PendingJob::of(&Dry { fence: 3 }).at(t.system().now() + Duration::hours(1))]).await;
        assert_eq!(dispatcher.drain().await.unwrap().jobs, 2);
        t.clock.advance(Duration::hours(1));
        assert_eq!(dispatcher.drain().await.unwrap().jobs, 1);
        assert_eq!(seen(&count), 3);
    }

    async fn a_job_that_keeps_failing_is_dead_after_its_last_try(t: TestEnv) {
        let count = Count::default();
        let count2 = count.clone();
        let dispatcher = builder(&t).work::<Dry, _, _>(move |_, _| {
            count2.fetch_add(1, Ordering::SeqCst);
            async { Err(Failure::Retry("no".to_owned())) }
        }).build();
        enqueue(&t, vec![PendingJob::of(&Dry { fence: 1 })]).await;
        for _ in 0..10 {
            dispatcher.drain().await.unwrap();
            t.clock.advance(Duration::minutes(20));
        }
        assert_eq!(seen(&count), 3, "three tries, as the job says");
    }

    async fn slow_jobs_hold_up_only_jobs_of_their_kind(t: TestEnv) {
        let (slow, quick, heard) = (Count::default(), Count::default(), Count::default());
        let (slow2, quick2, heard2) = (slow.clone(), quick.clone(), heard.clone());
        let free = Arc::new(testkit::tokio::sync::Semaphore::new(0));
        let gate = free.clone();
        let dispatcher = builder(&t)
            .work::<Dry, _, _>(move |_, _| {
                let (slow, gate) = (slow2.clone(), gate.clone());
                async move {
                    gate.acquire().await.unwrap().forget();
                    slow.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                }
            })
            .work::<Rinse, _, _>(move |_, _| { quick2.fetch_add(1, Ordering::SeqCst); async { Ok(()) } })
            .on::<Painted, _, _>("h", move |_, _| { heard2.fetch_add(1, Ordering::SeqCst); async { Ok(()) } })
            .build();
        enqueue(&t, (0..10).map(|fence| PendingJob::of(&Dry { fence })).collect()).await;
        let (stop, stopped) = testkit::tokio::sync::oneshot::channel::<()>();
        let running = testkit::tokio::spawn(async move { dispatcher.run(async { let _ = stopped.await; }).await });
        for round in 1..=3 {
            enqueue(&t, vec![PendingJob::of(&Rinse {})]).await;
            emit(&t, 1).await;
            eventually(|| seen(&quick) == round && seen(&heard) == round).await;
        }
        assert_eq!(seen(&slow), 0);
        stop.send(()).unwrap();
        free.add_permits(10);
        running.await.unwrap();
        assert_eq!(seen(&slow), 10, "what was begun is finished before the dispatcher ends");
    }

    async fn jobs_that_could_not_begin_within_the_lease_are_given_back_untried(t: TestEnv) {
        let count = Count::default();
        let (count2, clock) = (count.clone(), t.clock.clone());
        let dispatcher = builder(&t).work::<Dry, _, _>(move |_, _| {
            if count2.fetch_add(1, Ordering::SeqCst) == 0 {
                clock.advance(Duration::seconds(31));
            }
            async { Ok(()) }
        }).build();
        enqueue(&t, (0..40).map(|fence| PendingJob::of(&Dry { fence })).collect()).await;
        assert_eq!(dispatcher.drain().await.unwrap(), outbox::Drained { events: 0, jobs: 40, failures: 0 });
        assert_eq!(seen(&count), 40);
        let more = "SELECT COUNT(*) AS n FROM job WHERE attempt_count <> 1";
        let statement = sea_orm::Statement::from_string(t.world.db.backend(), more);
        let row = t.world.db.read().query_one_raw(statement).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "n").unwrap(), 0, "what was given back was not counted as a try");
    }

    async fn secrets_are_wiped_once_they_were_delivered(t: TestEnv) {
        let dispatcher = builder(&t)
            .on::<Whispered, _, _>("hear", |event, _| async move {
                assert_eq!(event.secret, "open sesame");
                Ok(())
            })
            .work::<Dry, _, _>(|_, _| async { Ok(()) })
            .build();
        let ctx = t.system();
        let mut tx = ctx.begin_write().await.unwrap();
        tx.emit(&Whispered { secret: "open sesame".to_owned() });
        tx.enqueue(PendingJob::of(&Dry { fence: 7 }));
        tx.commit().await.unwrap();
        let drained = dispatcher.drain().await.unwrap();
        assert_eq!((drained.events, drained.jobs), (1, 1));
        for table in ["outbox_event", "job"] {
            let sql = format!("SELECT payload FROM {table}");
            let statement = db::dialect::statement(t.world.db.read(), &sql, []);
            let row = t.world.db.read().query_one_raw(statement).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "{}");
        }
    }

    async fn a_schedule_slot_fires_on_one_node(t: TestEnv) {
        let slot = t.system().now();
        let mut fired = 0;
        for _ in 0..5 {
            let tx = t.world.db.begin_write().await.unwrap();
            fired += usize::from(outbox::claim_slot(&tx, "nightly", slot).await.unwrap());
            tx.commit().await.unwrap();
        }
        assert_eq!(fired, 1);
    }
}

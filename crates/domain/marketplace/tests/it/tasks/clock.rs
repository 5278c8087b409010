//! What the clock says, and that it stays said.

use chrono::Duration;
use marketplace::task::{ResolveTask, TaskKind, TaskState, ensure, pause_task, resolve_task, respond_task, tick};

use super::{count, now, opened, refused, seen, sound, told, wanted};

testkit::both_databases! {
    async fn what_is_late_stays_late(t: TestEnv) {
        let (staff, souk) = (t.operator(), t.system());
        // Four hours to answer, sixteen to do it; it is Monday at ten.
        let task = opened(&t, TaskKind::AnswerMerchant, "cnv_1", None).await;
        t.clock.set(task.first_response_due_at.unwrap());
        assert_eq!(tick(&souk, 10).await.unwrap().struck, 0, "not yet");
        t.clock.advance(Duration::seconds(1));
        assert_eq!((tick(&souk, 10).await.unwrap().struck, tick(&souk, 10).await.unwrap().struck), (1, 0));
        let unanswered = now(&t, task.id).await;
        assert_eq!((unanswered.first_response_breached_at, unanswered.escalation_level), (task.first_response_due_at, 0));
        t.clock.set(task.warn_at + Duration::seconds(1));
        tick(&souk, 10).await.unwrap();
        assert_eq!((now(&t, task.id).await.escalation_level, told(&t, "task_due_soon.v1").await), (1, 1));
        t.clock.set(task.due_at + Duration::seconds(1));
        tick(&souk, 10).await.unwrap();
        let late = now(&t, task.id).await;
        assert_eq!((late.resolution_breached_at, late.escalation_level, late.queue.as_str()), (Some(task.due_at), 2, "escalation"));
        assert_eq!(told(&t, "task_breached.v1").await, 2);
        t.clock.advance(Duration::days(3));
        let answered = respond_task(&staff, seen(&late)).await.unwrap();
        let done = ResolveTask { seen: seen(&answered), outcome: "done".to_owned(), note: None };
        let done = resolve_task(&staff, done).await.unwrap();
        assert_eq!((done.first_response_breached_at, done.resolution_breached_at), (task.first_response_due_at, Some(task.due_at)));
        assert_eq!((tick(&souk, 10).await.unwrap().struck, told(&t, "task_breached.v1").await), (0, 2));
        sound(&t).await;
    }

    // F6: neither a change past the commands nor a removal takes a breach away.
    async fn the_database_keeps_a_breach(t: TestEnv) {
        let task = opened(&t, TaskKind::AnswerMerchant, "cnv_1", None).await;
        for column in ["first_response_breached_at", "resolution_breached_at"] {
            let early = format!("UPDATE task SET {column} = {column} WHERE id = ?");
            assert!(!refused(&t, &early, task.id).await);
        }
        t.clock.set(task.due_at + Duration::seconds(1));
        tick(&t.system(), 10).await.unwrap();
        for column in ["first_response_breached_at", "resolution_breached_at"] {
            let cleared = format!("UPDATE task SET {column} = NULL, escalation_level = 0 WHERE id = ?");
            assert!(refused(&t, &cleared, task.id).await, "{column} is cleared");
            let moved = format!("UPDATE task SET {column} = opened_at WHERE id = ?");
            assert!(refused(&t, &moved, task.id).await, "{column} is moved");
        }
        assert!(refused(&t, "DELETE FROM task WHERE id = ?", task.id).await);
    }

    async fn nobody_escapes_the_clock_by_being_first(t: TestEnv) {
        let staff = t.operator();
        for (n, closes) in [true, false].into_iter().enumerate() {
            let task = opened(&t, TaskKind::AnswerMerchant, &format!("cnv_{n}"), None).await;
            // The node that watches the clock is down.
            t.clock.set(task.due_at + Duration::hours(1));
            let after = if closes {
                let done = ResolveTask { seen: seen(&task), outcome: "done".to_owned(), note: None };
                resolve_task(&staff, done).await.unwrap()
            } else {
                pause_task(&staff, seen(&task), "Asked back").await.unwrap()
            };
            assert_eq!((after.resolution_breached_at, after.escalation_level), (Some(task.due_at), 2));
            assert_eq!(after.first_response_breached_at, task.first_response_due_at);
        }
        assert_eq!(told(&t, "task_breached.v1").await, 4);
        sound(&t).await;
    }

    async fn what_waits_is_never_late(t: TestEnv) {
        let task = opened(&t, TaskKind::Appeal, "apl_1", None).await;
        let waits = pause_task(&t.operator(), seen(&task), "Asked the merchant").await.unwrap();
        t.clock.advance(Duration::days(60));
        assert_eq!(tick(&t.system(), 10).await.unwrap().struck, 0);
        let done = ResolveTask { seen: seen(&waits), outcome: "granted".to_owned(), note: None };
        let done = resolve_task(&t.operator(), done).await.unwrap();
        assert_eq!((done.state(), done.resolution_breached_at, done.paused_at), (TaskState::Resolved, None, None));
        assert!(done.due_at > done.opened_at + Duration::days(60));
        sound(&t).await;
    }

    async fn several_nodes_write_each_strike_once(t: TestEnv) {
        let souk = t.system();
        for n in 0..120 {
            ensure(&souk, wanted(TaskKind::AnswerMerchant, &format!("cnv_{n}"), None)).await.unwrap();
        }
        t.clock.advance(Duration::days(30));
        let nodes = (0..4).map(|_| {
            let ctx = t.system();
            tokio::spawn(async move {
                let mut struck = 0;
                // A node that the others keep from its rows looks again, as the schedule does.
                for _ in 0..40 {
                    struck += tick(&ctx, 7).await.unwrap().struck;
                }
                struck
            })
        });
        let mut struck = 0;
        for node in nodes.collect::<Vec<_>>() {
            struck += node.await.unwrap();
        }
        assert_eq!(struck, 120);
        assert_eq!((told(&t, "task_breached.v1").await, told(&t, "task_due_soon.v1").await), (240, 0));
        let escalated = "SELECT count(*) FROM change_log WHERE entity = 'task' AND action = 'escalated'";
        assert_eq!(count(&t, escalated).await, 120);
        assert_eq!(tick(&souk, 500).await.unwrap().struck, 0);
        sound(&t).await;
    }
}

//! What people and Souk do with tasks.

use chrono::Duration;
use kernel::Fault as _;
use kernel::id::UserId;
use marketplace::query;
use marketplace::task::{
    AssignTask, BulkStep, CreateTask, Direct, ResolveTask, Seen, Side, Task, TaskKind, TaskState, assign_task,
    change_tasks, create_task, direct_task, ensure, note_task, pause_task, reopen_task, resolve_task, respond_task,
    resume, resume_task, settle, wait,
};

use super::{Team, handler, now, opened, seen, sound, to_friday, told, wanted};

fn done(task: &Task, outcome: &str) -> ResolveTask {
    ResolveTask { seen: seen(task), outcome: outcome.to_owned(), note: None }
}

fn given(task: &Task, assignee: Option<UserId>) -> AssignTask {
    AssignTask { id: task.id, expected_version: Some(task.version), assignee }
}

testkit::both_databases! {
    // domain.md F.2, through commands.
    async fn a_task_of_friday_is_due_on_monday_and_after_waiting_on_tuesday(t: TestEnv) {
        let staff = t.operator();
        let settings = marketplace::SettingsPatch { tasks: Some({
            let mut tasks = marketplace::Settings::default().tasks;
            tasks.policies.get_mut(&TaskKind::Appeal).unwrap().resolution_minutes = 240;
            tasks
        }), ..Default::default() };
        let edit = marketplace::command::EditSettings { expected_version: 0, patch: settings, reason: None };
        marketplace::command::edit_settings(&staff, edit).await.unwrap();
        to_friday(&t);
        let task = opened(&t, TaskKind::Appeal, "apl_1", None).await;
        let friday = task.opened_at;
        assert_eq!(task.due_at - friday, Duration::hours(68), "Monday 12:30");
        t.clock.advance(Duration::minutes(65 * 60 + 30));
        let paused = pause_task(&staff, seen(&task), "Asked the merchant").await.unwrap();
        assert_eq!((paused.state(), paused.runs_until()), (TaskState::Waiting, None));
        // What the operator asks of later tasks changes nothing for this one.
        let back = marketplace::command::RestoreSettings { version: 0, expected_version: 1, reason: None };
        marketplace::command::restore_settings(&staff, back).await.unwrap();
        t.clock.advance(Duration::hours(24));
        let running = resume_task(&staff, seen(&paused)).await.unwrap();
        assert_eq!(running.due_at - friday, Duration::hours(92), "Tuesday 12:30");
        sound(&t).await;
    }

    async fn a_thing_has_one_open_task_of_a_kind(t: TestEnv) {
        let ctx = t.system();
        let first = opened(&t, TaskKind::KycReview, "mer_1", None).await;
        assert_eq!(ensure(&ctx, wanted(TaskKind::KycReview, "mer_1", None)).await.unwrap(), first.id);
        assert_ne!(ensure(&ctx, wanted(TaskKind::Appeal, "mer_1", None)).await.unwrap(), first.id);
        assert!(settle(&ctx, TaskKind::KycReview, "mer_1", "approved").await.unwrap());
        assert!(!settle(&ctx, TaskKind::KycReview, "mer_1", "approved").await.unwrap());
        assert_eq!(now(&t, first.id).await.outcome.as_deref(), Some("approved"));
        let next = opened(&t, TaskKind::KycReview, "mer_1", None).await;
        assert_ne!(next.id, first.id);
        let error = reopen_task(&t.operator(), seen(&now(&t, first.id).await), "Once more").await.unwrap_err();
        assert_eq!(error.code(), "TASK_OPEN_ALREADY");
        assert_eq!((told(&t, "task_opened.v1").await, told(&t, "task_resolved.v1").await), (3, 1));
        sound(&t).await;
    }

    async fn of_many_that_open_the_same_task_one_does(t: TestEnv) {
        let opens = (0..8).map(|_| {
            let ctx = t.system();
            tokio::spawn(async move {
                loop {
                    match ensure(&ctx, wanted(TaskKind::LateShipment, "ful_1", None)).await {
                        Ok(id) => return id,
                        Err(error) => assert!(error.code() == "STALE_VERSION" || error.to_string().contains("lock"), "{error}"),
                    }
                }
            })
        });
        let mut ids = Vec::new();
        for open in opens.collect::<Vec<_>>() {
            ids.push(open.await.unwrap());
        }
        ids.dedup();
        assert_eq!((ids.len(), told(&t, "task_opened.v1").await), (1, 1));
    }

    async fn souk_waits_and_goes_on_any_number_of_times(t: TestEnv) {
        let ctx = t.system();
        let task = opened(&t, TaskKind::AnswerBuyer, "cnv_1", None).await;
        assert!(wait(&ctx, TaskKind::AnswerBuyer, "cnv_1").await.unwrap());
        assert!(!wait(&ctx, TaskKind::AnswerBuyer, "cnv_1").await.unwrap());
        t.clock.advance(Duration::hours(2));
        assert!(resume(&ctx, TaskKind::AnswerBuyer, "cnv_1").await.unwrap());
        assert!(!resume(&ctx, TaskKind::AnswerBuyer, "cnv_1").await.unwrap());
        let after = now(&t, task.id).await;
        assert_eq!((after.due_at - task.due_at, after.pause_count), (Duration::hours(2), 1));
        assert!(!wait(&ctx, TaskKind::AnswerBuyer, "cnv_2").await.unwrap(), "nobody asked");
        sound(&t).await;
    }

    async fn people_take_do_and_give_back_tasks(t: TestEnv) {
        let (staff, other) = (t.operator(), t.operator());
        let team = Team(vec![(handler(&other), None)]);
        let task = opened(&t, TaskKind::Appeal, "apl_1", None).await;
        let mine = assign_task(&staff, given(&task, Some(handler(&staff))), &team).await.unwrap();
        assert_eq!((mine.state(), mine.assignee.as_ref().unwrap().name.as_str()), (TaskState::InProgress, "operator_admin"));
        assert_eq!(assign_task(&staff, given(&task, None), &team).await.unwrap_err().code(), "STALE_VERSION");
        let theirs = assign_task(&staff, given(&mine, Some(handler(&other))), &team).await.unwrap();
        let error = assign_task(&staff, given(&theirs, Some(staff.new_id())), &team).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("NOT_ON_THE_TEAM", Some("assigneeId")));
        let nobodys = assign_task(&staff, given(&theirs, None), &team).await.unwrap();
        assert_eq!((nobodys.state(), told(&t, "task_assigned.v1").await), (TaskState::Open, 3));
        let direct = Direct { queue: Some("escalation".to_owned()), priority: None };
        let moved = direct_task(&staff, seen(&nobodys), direct).await.unwrap();
        assert_eq!(moved.queue, "escalation");
        let nowhere = Direct { queue: Some("nowhere".to_owned()), priority: None };
        assert_eq!(direct_task(&staff, seen(&moved), nowhere).await.unwrap_err().code(), "UNKNOWN_QUEUE");
        let answered = respond_task(&staff, seen(&moved)).await.unwrap();
        assert_eq!((answered.state(), answered.first_responded_at), (TaskState::InProgress, Some(staff.now())));
        assert_eq!(respond_task(&staff, seen(&answered)).await.unwrap_err().code(), "TASK_STATE");
        let noted = note_task(&staff, seen(&answered), "He called back.").await.unwrap();
        let closed = resolve_task(&staff, done(&noted, "granted")).await.unwrap();
        assert_eq!((closed.state(), closed.outcome.as_deref()), (TaskState::Resolved, Some("granted")));
        assert_eq!(resolve_task(&staff, done(&closed, "again")).await.unwrap_err().code(), "TASK_STATE");
        let notes = query::task_notes(&staff, &[task.id]).await.unwrap();
        assert_eq!((notes[&task.id].len(), notes[&task.id][0].text.as_str()), (1, "He called back."));
        t.clock.advance(Duration::hours(1));
        let open = reopen_task(&staff, seen(&closed), "A mistake").await.unwrap();
        assert_eq!((open.state(), open.due_at - task.due_at), (TaskState::InProgress, Duration::hours(1)));
        sound(&t).await;
    }

    async fn a_merchant_sees_and_does_what_is_on_its_side(t: TestEnv) {
        let staff = t.operator();
        let (anna, bob) = (staff.new_id(), staff.new_id());
        let (ann, bea) = (t.merchant(anna), t.merchant(bob));
        let late = opened(&t, TaskKind::LateShipment, "ful_1", Some(anna)).await;
        let review = opened(&t, TaskKind::KycReview, "mer_1", Some(anna)).await;
        assert_eq!((late.side, review.side), (Side::Merchant, Side::Operator));
        let own = note_task(&ann, seen(&late), "It leaves today").await.unwrap();
        for (who, task) in [(&ann, &review), (&bea, &own), (&bea, &review)] {
            assert_eq!(query::task(who, task.id).await.unwrap_err().code(), "NOT_FOUND");
            assert_eq!(note_task(who, seen(task), "Mine").await.unwrap_err().code(), "NOT_FOUND");
            assert_eq!(resolve_task(who, done(task, "Mine")).await.unwrap_err().code(), "NOT_FOUND");
        }
        let team = Team(vec![(handler(&bea), Some(bob)), (handler(&staff), None)]);
        for stranger in [handler(&bea), handler(&staff)] {
            let error = assign_task(&ann, given(&own, Some(stranger)), &team).await.unwrap_err();
            assert_eq!(error.code(), "NOT_ON_THE_TEAM");
        }
        let new = |merchant, side| CreateTask {
            title: "Count the stock".to_owned(), subject: None, merchant, side, queue: None, priority: None,
        };
        let mine = create_task(&ann, new(None, None)).await.unwrap();
        assert_eq!((mine.owner(), mine.side), (Some(anna), Side::Merchant));
        assert_eq!(create_task(&ann, new(Some(bob), None)).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(create_task(&ann, new(None, Some(Side::Operator))).await.unwrap_err().code(), "NOT_YOURS");
        let about = create_task(&staff, new(Some(anna), None)).await.unwrap();
        assert_eq!(about.owner(), None);
        let forher = create_task(&staff, new(Some(anna), Some(Side::Merchant))).await.unwrap();
        assert!(query::task(&ann, forher.id).await.is_ok() && query::task(&ann, about.id).await.is_err());
        assert_eq!(create_task(&staff, new(None, Some(Side::Merchant))).await.unwrap_err().code(), "REQUIRED");
        // What is not the merchant's is not in its history either.
        let page = kernel::PageArgs::first(50);
        let filter = history::ChangeFilter { entity: Some("task".to_owned()), ..Default::default() };
        let changes = context::changes(&ann, &filter, &page).await.unwrap().into_rows();
        let hers = [late.id, mine.id, forher.id].map(|id| id.to_string());
        assert!(!changes.is_empty() && changes.iter().all(|change| hers.contains(&change.entity_id)), "{changes:?}");
        sound(&t).await;
    }

    async fn many_at_once_are_answered_one_by_one(t: TestEnv) {
        let staff = t.operator();
        let mut ids = Vec::new();
        for n in 0..3 {
            ids.push(opened(&t, TaskKind::DocumentReview, &format!("mdc_{n}"), None).await.id);
        }
        settle(&t.system(), TaskKind::DocumentReview, "mdc_1", "approved").await.unwrap();
        ids.push(staff.new_id());
        let step = BulkStep::Resolve { outcome: "refused".to_owned(), note: Some("Unreadable".to_owned()) };
        let results = change_tasks(&staff, &ids, &step, &Team(Vec::new())).await.unwrap();
        let codes: Vec<_> = results.iter().map(|of| of.result.as_ref().err().map(|error| error.code())).collect();
        assert_eq!(codes, [None, Some("TASK_STATE"), None, Some("NOT_FOUND")]);
        assert_eq!(now(&t, ids[0]).await.outcome.as_deref(), Some("refused"));
        let too_many: Vec<_> = (0..101).map(|_| staff.new_id()).collect();
        let many = change_tasks(&staff, &too_many, &step, &Team(Vec::new())).await.unwrap_err();
        assert_eq!(many.code(), "TOO_MANY");
        let support = t.seated(access::Scope::Operator, "operator_support");
        let direct = BulkStep::Direct(Direct { queue: Some("finance".to_owned()), priority: None });
        assert_eq!(change_tasks(&support, &ids, &direct, &Team(Vec::new())).await.unwrap_err().code(), "FORBIDDEN");
    }

    async fn only_souk_itself_opens_and_closes_for_what_happened(t: TestEnv) {
        let support = t.seated(access::Scope::Operator, "operator_support");
        for ctx in [&support, &t.merchant(support.new_id())] {
            let error = ensure(ctx, wanted(TaskKind::Appeal, "apl_1", None)).await.unwrap_err();
            assert_eq!(error.code(), "FORBIDDEN");
            assert_eq!(settle(ctx, TaskKind::Appeal, "apl_1", "x").await.unwrap_err().code(), "FORBIDDEN");
        }
        let nobody = Seen { id: support.new_id(), expected_version: None };
        assert_eq!(respond_task(&t.anonymous(), nobody).await.unwrap_err().code(), "UNAUTHENTICATED");
    }
}

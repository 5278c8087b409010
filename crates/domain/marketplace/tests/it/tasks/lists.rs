//! What people see of tasks: lists, queues, views and how many were done in time.

use chrono::Duration;
use context::Ctx;
use kernel::{Fault as _, PageArgs, Rate};
use marketplace::query::{Hits, task_queues, task_report, task_views, tasks};
use marketplace::task::{
    AssignTask, Direct, Priority, SaveTaskView, TaskFilter, TaskKind, TaskSort, TaskState, assign_task, direct_task,
    remove_task_view, respond_task, save_task_view, settle, tick,
};

use super::{Team, handler, now, opened, seen, wanted};

/// The subjects that a list shows, page by page of two.
async fn shown(ctx: &Ctx, filter: &TaskFilter, sort: TaskSort) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = tasks(ctx, filter.clone(), sort, &PageArgs::new(Some(2), after).unwrap()).await.unwrap();
        after = page.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
        let more = page.has_next;
        found.extend(page.into_rows().into_iter().map(|task| task.subject));
        if !more {
            return found;
        }
    }
}

testkit::both_databases! {
    async fn lists_are_filtered_and_sorted(t: TestEnv) {
        let staff = t.operator();
        let anna = staff.new_id();
        // 24, 16, 8, 16 and 24 hours.
        let a = opened(&t, TaskKind::KycReview, "a", Some(anna)).await;
        opened(&t, TaskKind::ApproveProduct, "b", None).await;
        opened(&t, TaskKind::LateShipment, "c", Some(anna)).await;
        t.clock.advance(Duration::hours(1));
        opened(&t, TaskKind::ReconcileDiff, "d", None).await;
        opened(&t, TaskKind::DocumentReview, "e", Some(anna)).await;
        settle(&t.system(), TaskKind::ApproveProduct, "b", "published").await.unwrap();
        let all = TaskFilter::default;
        assert_eq!(shown(&staff, &all(), TaskSort::Due).await, ["c", "d", "a", "e"]);
        assert_eq!(shown(&staff, &all(), TaskSort::Opened).await, ["e", "d", "c", "a"]);
        let low = Direct { queue: None, priority: Some(Priority::Urgent) };
        let a = direct_task(&staff, seen(&a), low).await.unwrap();
        assert_eq!(shown(&staff, &all(), TaskSort::Priority).await, ["a", "c", "d", "e"]);
        let take = AssignTask { id: a.id, expected_version: None, assignee: Some(handler(&staff)) };
        assign_task(&staff, take, &Team(Vec::new())).await.unwrap();
        let due = async |filter: TaskFilter| shown(&staff, &filter, TaskSort::Due).await;
        assert_eq!(due(TaskFilter { mine: true, ..all() }).await, ["a"]);
        assert_eq!(due(TaskFilter { unassigned: true, ..all() }).await, ["c", "d", "e"]);
        assert_eq!(due(TaskFilter { merchant: Some(anna), ..all() }).await, ["c", "a", "e"]);
        assert_eq!(due(TaskFilter { queue: Some("onboarding".to_owned()), ..all() }).await, ["a", "e"]);
        assert_eq!(due(TaskFilter { kind: Some(TaskKind::ReconcileDiff), ..all() }).await, ["d"]);
        assert_eq!(due(TaskFilter { subject: Some("e".to_owned()), ..all() }).await, ["e"]);
        assert_eq!(due(TaskFilter { state: Some(TaskState::Resolved), ..all() }).await, ["b"]);
        assert_eq!(due(TaskFilter { state: Some(TaskState::InProgress), ..all() }).await, ["a"]);
        let (before, late) = (a.due_at, t.system().now() + Duration::hours(30));
        assert_eq!(due(TaskFilter { due_before: Some(before), ..all() }).await, ["c", "d"]);
        t.clock.set(late);
        tick(&t.system(), 10).await.unwrap();
        assert_eq!(due(TaskFilter { late: Some(true), ..all() }).await, ["c"]);
        assert_eq!(due(TaskFilter { late: Some(false), ..all() }).await, ["d", "a", "e"]);
        let own = shown(&t.merchant(anna), &all(), TaskSort::Due).await;
        assert_eq!(own, ["c"], "a merchant sees its side");
        assert!(shown(&t.merchant(staff.new_id()), &all(), TaskSort::Due).await.is_empty());
        let both = TaskFilter { mine: true, unassigned: true, ..all() };
        let error = tasks(&staff, both, TaskSort::Due, &PageArgs::first(5)).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("CONTRADICTORY", Some("filter.assigneeId")));
        let queues = task_queues(&staff).await.unwrap();
        let queue = |name: &str| queues.iter().find(|queue| queue.queue == name).cloned().unwrap();
        let (onboarding, escalation) = (queue("onboarding"), queue("escalation"));
        assert_eq!((onboarding.open_count, onboarding.unassigned_count, onboarding.late_count), (2, 1, 0));
        assert_eq!((escalation.open_count, escalation.late_count, escalation.due_soon_count), (1, 1, 0));
        let hers = task_queues(&t.merchant(anna)).await.unwrap();
        assert_eq!((hers.len(), hers[0].queue.as_str()), (1, "escalation"));
    }

    async fn views_are_ones_own_or_the_teams(t: TestEnv) {
        let (staff, other) = (t.operator(), t.seated(access::Scope::Operator, "operator_support"));
        let merchant = t.merchant(staff.new_id());
        let filter = TaskFilter { late: Some(true), kind: Some(TaskKind::Appeal), ..TaskFilter::default() };
        let view = |name: &str, shared| SaveTaskView {
            id: None, expected_version: None, name: name.to_owned(), shared, filter: filter.clone(), sort: TaskSort::Priority,
        };
        let names = async |ctx: &Ctx| {
            let found = task_views(ctx, &PageArgs::first(10)).await.unwrap().into_rows();
            found.into_iter().map(|view| view.name).collect::<Vec<_>>()
        };
        let team = Team(Vec::new());
        let foreign = TaskFilter { assignee: Some(staff.new_id()), ..TaskFilter::default() };
        let error = save_task_view(&merchant, SaveTaskView { filter: foreign, ..view("Whose", false) }, &team).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("NOT_ON_THE_TEAM", Some("filter.assigneeId")));
        let foreign = TaskFilter { merchant: Some(staff.new_id()), ..TaskFilter::default() };
        let error = save_task_view(&merchant, SaveTaskView { filter: foreign, ..view("Whose", false) }, &team).await.unwrap_err();
        assert_eq!(error.code(), "NOT_FOUND");
        let ours = save_task_view(&staff, view("Late appeals", true), &team).await.unwrap();
        let mine = save_task_view(&staff, view("Mine", false), &team).await.unwrap();
        let theirs = save_task_view(&merchant, view("Ours", true), &team).await.unwrap();
        assert_eq!((&ours.filter, ours.sort), (&filter, TaskSort::Priority));
        assert_eq!((names(&staff).await, names(&other).await), (vec!["Late appeals".to_owned(), "Mine".to_owned()], vec!["Late appeals".to_owned()]));
        assert_eq!(names(&merchant).await, ["Ours"]);
        let change = |id, seen| SaveTaskView { id: Some(id), expected_version: Some(seen), ..view("Changed", false) };
        for (who, id, code) in [
            (&other, mine.id, "NOT_FOUND"), (&other, ours.id, "FORBIDDEN"), (&merchant, ours.id, "NOT_FOUND"), (&staff, theirs.id, "NOT_FOUND"),
        ] {
            assert_eq!(save_task_view(who, change(id, 1), &team).await.unwrap_err().code(), code);
            assert_eq!(remove_task_view(who, id, 1).await.unwrap_err().code(), code);
        }
        assert_eq!(save_task_view(&other, view("Everybody's", true), &team).await.unwrap_err().code(), "FORBIDDEN");
        assert_eq!(save_task_view(&staff, change(mine.id, 2), &team).await.unwrap_err().code(), "STALE_VERSION");
        let changed = save_task_view(&staff, change(mine.id, 1), &team).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.version), ("Changed", 2));
        remove_task_view(&staff, mine.id, 2).await.unwrap();
        assert_eq!(names(&staff).await, ["Late appeals"]);
    }

    async fn a_report_counts_each_clock_once(t: TestEnv) {
        let (staff, souk) = (t.operator(), t.system());
        let start = souk.now();
        for subject in ["quick", "slow", "late", "open"] {
            opened(&t, TaskKind::AnswerMerchant, subject, None).await;
        }
        t.clock.advance(Duration::hours(1));
        for subject in ["quick", "slow"] {
            let id = marketplace::task::ensure(&souk, wanted(TaskKind::AnswerMerchant, subject, None)).await.unwrap();
            respond_task(&staff, seen(&now(&t, id).await)).await.unwrap();
        }
        settle(&souk, TaskKind::AnswerMerchant, "quick", "done").await.unwrap();
        let early = souk.now() + Duration::minutes(1);
        let of = async |from, to| task_report(&staff, from, to).await.unwrap();
        let first = of(start, early).await;
        assert_eq!(first.len(), 1);
        assert_eq!((first[0].kind.as_str(), first[0].queue.as_str()), ("answer_merchant", "merchants"));
        assert_eq!((first[0].first_response, first[0].resolution), (Hits { hits: 2, of: 2 }, Hits { hits: 1, of: 1 }));
        t.clock.advance(Duration::days(4));
        tick(&souk, 10).await.unwrap();
        for subject in ["slow", "late"] {
            settle(&souk, TaskKind::AnswerMerchant, subject, "done at last").await.unwrap();
        }
        // What was late escalated, and is counted when its time ran out; that it was done later changes nothing.
        let whole = of(start, souk.now() + Duration::minutes(1)).await;
        let sum = |of: fn(&marketplace::query::TaskReportLine) -> Hits| {
            whole.iter().map(of).fold((0, 0), |sum, hits| (sum.0 + hits.hits, sum.1 + hits.of))
        };
        assert_eq!((sum(|line| line.first_response), sum(|line| line.resolution)), ((2, 4), (1, 4)));
        assert!(of(souk.now() + Duration::days(1), souk.now() + Duration::days(2)).await.is_empty());
        assert_eq!((whole.len(), whole[0].queue.as_str()), (1, "merchants"), "going up is no other queue");
        assert_eq!(whole[0].resolution.rate(), Some(Rate::from_ppm(250_000)));
        let error = task_report(&staff, early, start).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("OUT_OF_RANGE", Some("to")));
        assert!(task_report(&t.merchant(staff.new_id()), start, early).await.unwrap().is_empty());
    }
}

#![allow(clippy::unwrap_used)]

use chrono::Duration;
use proptest::prelude::*;

use super::*;
use crate::model::task::{Assignee, Priority, Side, TaskAction, TaskKind, TaskSettings, TaskState};

/// A task that has to be answered in eight hours and done in forty, by day and night.
fn appeal() -> (Task, TaskSettings) {
    let mut settings = TaskSettings::default();
    settings.policies.get_mut(&TaskKind::Appeal).unwrap().calendar = "always".to_owned();
    let opened_at = at(0);
    let mut task = Task {
        id: kernel::id::TaskId(kernel::id::decode("00000000000000000000000000").unwrap()),
        kind: TaskKind::Appeal,
        subject: "apl_1".to_owned(),
        merchant: None,
        side: Side::Operator,
        title: "An appeal".to_owned(),
        queue: "onboarding".to_owned(),
        home_queue: "onboarding".to_owned(),
        assignee: None,
        priority: Priority::High,
        settings_version: 0,
        opened_at,
        due_at: opened_at,
        warn_at: opened_at,
        first_response_due_at: None,
        first_responded_at: None,
        escalation_level: 0,
        paused_at: None,
        pause_reason: None,
        pause_count: 0,
        note_count: 0,
        resolved_at: None,
        outcome: None,
        first_response_breached_at: None,
        resolution_breached_at: None,
        version: 1,
    };
    task.wind(&settings.terms(TaskKind::Appeal).unwrap(), &[]);
    (task, settings)
}

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(hours)
}

fn later(of: DateTime<Utc>) -> DateTime<Utc> {
    of + Duration::microseconds(1)
}

#[test]
fn the_clocks_strike_once_each_at_their_time() {
    let (mut task, _) = appeal();
    assert_eq!((task.first_response_due_at, task.warn_at, task.due_at), (Some(at(8)), at(32), at(40)));
    assert_eq!((task.strikes_at(), task.strike(at(8))), (Some(at(8)), vec![]));
    assert_eq!(task.strike(later(at(8))), [Strike::FirstResponse]);
    assert_eq!((task.first_response_breached_at, task.escalation_level), (Some(at(8)), 0));
    assert_eq!((task.strikes_at(), task.strike(at(32))), (Some(at(32)), vec![]));
    assert_eq!((task.strike(later(at(32))), task.escalation_level), (vec![Strike::DueSoon], 1));
    assert_eq!((task.strikes_at(), task.strike(at(40))), (Some(at(40)), vec![]));
    assert_eq!((task.strike(later(at(40))), task.escalation_level), (vec![Strike::Resolution], 2));
    assert_eq!((task.resolution_breached_at, task.strikes_at(), task.strike(at(900))), (Some(at(40)), None, vec![]));
}

#[test]
fn whoever_looks_late_writes_down_when_it_was() {
    let (mut task, _) = appeal();
    assert_eq!(task.strike(at(500)), [Strike::FirstResponse, Strike::Resolution]);
    assert_eq!((task.first_response_breached_at, task.resolution_breached_at), (Some(at(8)), Some(at(40))));
}

#[test]
fn an_answer_in_time_stops_the_first_clock_only() {
    let (mut task, _) = appeal();
    task.first_responded_at = Some(at(5));
    assert_eq!((task.state(), task.strike(at(33))), (TaskState::InProgress, vec![Strike::DueSoon]));
    assert_eq!((task.strike(at(41)), task.first_response_breached_at), (vec![Strike::Resolution], None));
}

#[test]
fn waiting_moves_what_did_not_strike_yet() {
    let (mut task, settings) = appeal();
    let terms = settings.terms(TaskKind::Appeal).unwrap();
    task.strike(at(10));
    task.paused_at = Some(at(10));
    assert_eq!((task.state(), task.strikes_at(), task.strike(at(100))), (TaskState::Waiting, None, vec![]));
    task.wind(&terms, &[Pause { from: at(10), to: None }]);
    assert_eq!(task.due_at, at(40));
    task.paused_at = None;
    task.wind(&terms, &[Pause { from: at(10), to: Some(at(30)) }]);
    assert_eq!((task.first_response_due_at, task.warn_at, task.due_at), (Some(at(8)), at(52), at(60)));
    task.strike(at(61));
    task.wind(&terms, &[Pause { from: at(10), to: Some(at(30)) }, Pause { from: at(61), to: Some(at(99)) }]);
    assert_eq!((task.due_at, task.resolution_breached_at, task.escalation_level), (at(60), Some(at(60)), 2));
}

#[test]
fn what_is_allowed_follows_from_the_state() {
    let allowed = |task: &Task| TaskAction::ALL.into_iter().filter(|of| task.allows(*of)).collect::<Vec<_>>();
    let (mut task, _) = appeal();
    use TaskAction::{Assign, Move, Note, Pause, Prioritize, Reopen, Resolve, Respond, Resume};
    assert_eq!(
        (task.state(), allowed(&task)),
        (TaskState::Open, vec![Assign, Move, Prioritize, Respond, Pause, Resolve, Note])
    );
    let user = kernel::id::UserId(kernel::id::decode("00000000000000000000000000").unwrap());
    task.assignee = Some(Assignee { id: user, name: "Ann".to_owned() });
    task.first_responded_at = Some(at(1));
    assert_eq!(
        (task.state(), allowed(&task)),
        (TaskState::InProgress, vec![Assign, Move, Prioritize, Pause, Resolve, Note])
    );
    task.paused_at = Some(at(2));
    assert_eq!(
        (task.state(), allowed(&task)),
        (TaskState::Waiting, vec![Assign, Move, Prioritize, Resume, Resolve, Note])
    );
    task.resolved_at = Some(at(3));
    assert_eq!((task.state(), allowed(&task)), (TaskState::Resolved, vec![Reopen, Note]));
}

#[derive(Debug, Clone)]
enum Step {
    Look,
    Answer,
    Pause(i64),
    Resolve,
    Reopen,
}

proptest! {
    // Whatever happens in whatever order, a breach stays as it was written, the level never falls, and each clock strikes once.
    #[test]
    fn a_breach_stays(steps in prop::collection::vec((0_i64..20, prop_oneof![
        Just(Step::Look), Just(Step::Answer), (1_i64..30).prop_map(Step::Pause), Just(Step::Resolve), Just(Step::Reopen),
    ]), 1..25)) {
        let (mut task, settings) = appeal();
        let terms = settings.terms(TaskKind::Appeal).unwrap();
        let (mut now, mut pauses, mut said) = (0, Vec::new(), Vec::new());
        for (after, step) in steps {
            now += after;
            let before = task.clone();
            said.extend(task.strike(at(now)));
            match step {
                Step::Look => {}
                Step::Answer => task.first_responded_at = task.first_responded_at.or(Some(at(now))),
                Step::Pause(long) if task.resolved_at.is_none() => {
                    pauses.push(Pause { from: at(now), to: Some(at(now + long)) });
                    now += long;
                }
                Step::Resolve => task.resolved_at = task.resolved_at.or(Some(at(now))),
                Step::Reopen => {
                    if let Some(from) = task.resolved_at.take() {
                        pauses.push(Pause { from, to: Some(at(now)) });
                    }
                }
                Step::Pause(_) => {}
            }
            if task.resolved_at.is_none() {
                task.wind(&terms, &pauses);
            }
            prop_assert!(before.resolution_breached_at.is_none() || task.resolution_breached_at == before.resolution_breached_at);
            prop_assert!(before.first_response_breached_at.is_none() || task.first_response_breached_at == before.first_response_breached_at);
            prop_assert!(task.escalation_level >= before.escalation_level);
            prop_assert_eq!(task.escalation_level == 2, task.resolution_breached_at.is_some());
        }
        for strike in [Strike::DueSoon, Strike::FirstResponse, Strike::Resolution] {
            prop_assert!(said.iter().filter(|of| **of == strike).count() <= 1);
        }
        let worked = terms.hours.worked_between(at(0), at(now), &pauses);
        if task.resolved_at.is_none() && worked > terms.resolution {
            prop_assert!(task.strike(at(now)).contains(&Strike::Resolution) || task.resolution_breached_at.is_some());
        }
    }
}

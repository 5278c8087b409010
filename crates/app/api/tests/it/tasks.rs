//! Tasks, walked through the documents that the repository offers.

use chrono::Duration;
use context::Ctx;
use kernel::id::{MerchantId, TaskId};
use marketplace::task::{EnsureTask, TaskKind, ensure, tick};
use serde_json::{Value, json};
use testkit::TestEnv;

use crate::bazaar::{Bazaar, TASKS, execute, run};

const OWN: &str = include_str!("../../../../../graphql/operations/merchant/tasks.graphql");

/// Runs a mutation that goes well; the task.
async fn done(ctx: &Ctx, document: &str, operation: &str, input: Value) -> Value {
    let answer = run(ctx, document, operation, json!({ "input": input })).await;
    let payload = answer.as_object().unwrap().values().next().unwrap();
    assert_eq!(payload["userErrors"], json!([]), "{operation}");
    payload["task"].clone()
}

/// The fault of a mutation that is refused.
async fn fault(ctx: &Ctx, operation: &str, input: Value) -> Value {
    let answer = run(ctx, TASKS, operation, json!({ "input": input })).await;
    let payload = answer.as_object().unwrap().values().next().unwrap();
    payload["userErrors"][0]["code"].clone()
}

fn seen(task: &Value) -> Value {
    json!({ "id": task["id"], "expectedVersion": task["version"] })
}

fn with(mut input: Value, more: &[(&str, &str)]) -> Value {
    for (name, value) in more {
        input[*name] = json!(value);
    }
    input
}

/// The subjects of a list.
async fn listed(ctx: &Ctx, filter: Value) -> Vec<Value> {
    let page = run(ctx, TASKS, "Tasks", json!({ "filter": filter, "first": 10 })).await;
    let edges = page["tasks"]["edges"].as_array().unwrap().clone();
    edges.into_iter().map(|edge| edge["node"]["id"].clone()).collect()
}

async fn later(t: &TestEnv, at: &Value) {
    let at: chrono::DateTime<chrono::Utc> = at.as_str().unwrap().parse().unwrap();
    t.clock.set(at + Duration::seconds(1));
    tick(&t.system(), 100).await.unwrap();
}

impl Bazaar {
    /// What the stage lacks of tasks: one of the merchant's side that was paused and has a note, one of the operator's
    /// about it, and a view. Gives the merchant's.
    pub async fn tasked(&self, merchant: MerchantId) -> TaskId {
        let (souk, owner) = (self.t.system(), self.t.merchant(merchant));
        let subject = format!("ful_of_{merchant}");
        let want =
            |kind| EnsureTask { kind, subject: subject.clone(), merchant: Some(merchant), title: "Late".to_owned() };
        ensure(&souk, want(TaskKind::KycReview)).await.unwrap();
        let id = ensure(&souk, want(TaskKind::LateShipment)).await.unwrap();
        let input = json!({ "id": id, "expectedVersion": 1, "reason": "The carrier is late" });
        let paused = done(&owner, OWN, "OwnTaskPause", input).await;
        let going = done(&owner, OWN, "OwnTaskResume", seen(&paused)).await;
        done(&owner, OWN, "OwnTaskNote", with(seen(&going), &[("text", "It leaves today.")])).await;
        let view = json!({ "name": "Late ones", "shared": true, "filter": { "late": true } });
        let kept = run(&owner, TASKS, "TaskViewSave", json!({ "input": view })).await;
        assert_eq!(kept["taskViewSave"]["userErrors"], json!([]));
        id
    }
}

testkit::both_databases! {
    async fn a_task_is_taken_is_late_and_stays_late(t: TestEnv) {
        let staff = t.operator();
        let input = json!({ "title": "Call the carrier", "subjectId": "car_1", "priority": "HIGH" });
        let task = done(&staff, TASKS, "TaskCreate", input).await;
        assert_eq!((&task["state"], &task["queue"], &task["side"]), (&json!("OPEN"), &json!("general"), &json!("OPERATOR")));
        let me = staff.actor().user().unwrap().to_string();
        let mine = done(&staff, TASKS, "TaskAssign", with(seen(&task), &[("assigneeId", &me)])).await;
        assert_eq!((&mine["state"], &mine["assigneeId"]), (&json!("IN_PROGRESS"), &json!(me)));
        assert_eq!(mine["allowedActions"], json!(["ASSIGN", "MOVE", "PRIORITIZE", "RESPOND", "PAUSE", "RESOLVE", "NOTE"]));
        assert_eq!(fault(&staff, "TaskAssign", seen(&task)).await, "STALE_VERSION");
        assert_eq!(listed(&staff, json!({ "mine": true })).await, [task["id"].clone()]);
        // Forty hours from Monday at ten: at four fifths it is due soon.
        let due = mine["dueAt"].clone();
        let (opened, ends): (chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>) =
            (mine["openedAt"].as_str().unwrap().parse().unwrap(), due.as_str().unwrap().parse().unwrap());
        assert_eq!(ends - opened, Duration::days(7));
        later(&t, &json!(opened + Duration::days(4) - Duration::minutes(1))).await;
        assert_eq!(run(&staff, TASKS, "Task", json!({ "id": task["id"] })).await["task"]["escalationLevel"], 0);
        later(&t, &json!(opened + Duration::days(4))).await;
        let soon = run(&staff, TASKS, "Task", json!({ "id": task["id"] })).await["task"].clone();
        assert_eq!((&soon["escalationLevel"], &soon["resolutionBreachedAt"]), (&json!(1), &Value::Null));
        let queues = run(&staff, TASKS, "TaskQueues", json!({})).await;
        assert_eq!(queues["taskQueues"], json!([{ "name": "general", "openCount": 1, "lateCount": 0, "dueSoonCount": 1, "unassignedCount": 0 }]));
        later(&t, &due).await;
        let late = run(&staff, TASKS, "Task", json!({ "id": task["id"] })).await["task"].clone();
        assert_eq!((&late["escalationLevel"], &late["resolutionBreachedAt"]), (&json!(2), &due));
        assert_eq!(listed(&staff, json!({ "late": true })).await, [task["id"].clone()]);
        t.clock.advance(Duration::days(1));
        let said = [("outcome", "He comes on Friday"), ("note", "It took three calls.")];
        let closed = done(&staff, TASKS, "TaskResolve", with(seen(&late), &said)).await;
        assert_eq!((&closed["state"], &closed["resolutionBreachedAt"]), (&json!("RESOLVED"), &due));
        assert_eq!(closed["allowedActions"], json!(["REOPEN", "NOTE"]));
        let open = done(&staff, TASKS, "TaskReopen", with(seen(&closed), &[("reason", "He did not come")])).await;
        assert_eq!((&open["resolutionBreachedAt"], &open["escalationLevel"]), (&due, &json!(2)));
        let bulk = json!({ "ids": [task["id"], TaskId(kernel::id::decode("00000000000000000000000000").unwrap())], "outcome": "He came" });
        let answer = run(&staff, TASKS, "TasksResolve", json!({ "input": bulk })).await;
        let results = &answer["tasksResolve"]["results"];
        assert_eq!((&results[0]["task"]["state"], &results[1]["error"]["code"]), (&json!("RESOLVED"), &json!("NOT_FOUND")));
        assert_eq!(results[0]["task"]["resolutionBreachedAt"], due);
        let period = json!({ "from": opened, "to": t.system().now() + Duration::days(1) });
        let report = run(&staff, TASKS, "TaskReport", period).await;
        let none = json!({ "inTimeCount": 0, "count": 0, "percent": null });
        let missed = json!({ "inTimeCount": 0, "count": 1, "percent": "0" });
        assert_eq!(report["taskReport"], json!([{ "kind": "MANUAL", "queue": "general", "firstResponse": none, "resolution": missed }]));
        let task = run(&staff, TASKS, "Task", json!({ "id": task["id"] })).await["task"].clone();
        assert_eq!((&task["notes"][0]["text"], task["pauses"].as_array().unwrap().len()), (&json!("It took three calls."), 1));
    }

    async fn a_merchant_sees_what_its_people_do(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let (t, mine, other) = (&bazaar.t, bazaar.sellers[0], bazaar.sellers[1]);
        let id = bazaar.tasked(mine).await;
        bazaar.tasked(other).await;
        let owner = t.merchant(mine);
        let list = run(&owner, OWN, "OwnTasks", json!({ "first": 10 })).await;
        let nodes: Vec<&Value> = list["tasks"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]).collect();
        assert_eq!((nodes.len(), &nodes[0]["id"], &nodes[0]["kind"]), (1, &json!(id), &json!("LATE_SHIPMENT")));
        assert_eq!(run(&t.merchant(other), OWN, "OwnTask", json!({ "id": id })).await["task"], Value::Null);
        assert_eq!(listed(&t.operator(), json!({ "merchantId": mine })).await.len(), 2);
        let fulfillment = t.seated(access::Scope::Merchant(mine), "merchant_fulfillment");
        let refused = execute(&fulfillment, TASKS, "TaskMove", json!({ "input": with(seen(nodes[0]), &[("queue", "general")]) })).await;
        assert_eq!(refused.errors.len(), 1, "who does tasks does not direct them");
        let actions = &run(&fulfillment, OWN, "OwnTask", json!({ "id": id })).await["task"]["allowedActions"];
        assert_eq!(actions, &json!(["ASSIGN", "RESPOND", "PAUSE", "RESOLVE", "NOTE"]));
    }

    async fn the_operator_says_who_does_what_in_which_time(t: TestEnv) {
        let staff = t.operator();
        let settings = run(&staff, TASKS, "TaskSettings", json!({})).await["marketplaceSettings"].clone();
        let office = &settings["tasks"]["calendars"][1];
        assert_eq!((&office["name"], &office["windows"][0]), (&json!("office"), &json!({ "weekday": 1, "from": "09:00", "to": "17:00" })));
        let edit = |tasks: &Value, seen: i64| json!({ "input": { "expectedVersion": seen, "tasks": tasks } });
        let mut tasks = settings["tasks"].clone();
        let kind = |tasks: &Value, kind: &str| tasks["policies"].as_array().unwrap().iter().position(|of| of["kind"] == kind).unwrap();
        let manual = kind(&tasks, "MANUAL");
        tasks["policies"][manual]["queue"] = json!("desk");
        tasks["policies"][manual]["resolutionMinutes"] = json!(60);
        tasks["calendars"][1]["closed"] = json!([{ "from": "2026-03-02", "to": "2026-03-02", "name": "Carnival" }]);
        let answer = run(&staff, TASKS, "TaskSettingsEdit", edit(&tasks, 0)).await;
        assert_eq!(answer["marketplaceSettingsEdit"]["userErrors"], json!([]));
        let task = done(&staff, TASKS, "TaskCreate", json!({ "title": "Sweep" })).await;
        // Monday is closed: Tuesday at ten in Berlin.
        assert_eq!((&task["queue"], task["dueAt"].as_str().unwrap().starts_with("2026-03-03T09:00:00")), (&json!("desk"), true), "{task}");
        tasks["policies"][manual]["calendar"] = json!("moon");
        let answer = run(&staff, TASKS, "TaskSettingsEdit", edit(&tasks, 1)).await;
        let fault = &answer["marketplaceSettingsEdit"]["userErrors"][0];
        assert_eq!((&fault["code"], &fault["field"]), (&json!("UNKNOWN_CALENDAR"), &json!(["input", "tasks", "policies", "manual", "calendar"])));
    }
}

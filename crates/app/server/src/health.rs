//! Whether the process lives, and whether it can work.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use context::World;
use serde_json::json;
use storage::ObjectStore;
use tokio::sync::watch;

/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What readiness depends on.
#[derive(Clone)]
pub struct Health {
    world: Arc<World>,
    store: ObjectStore,
    stopping: watch::Sender<bool>,
}

impl Health {
    /// Looks at the database of `world` and at `store`.
    #[must_use]
    pub fn new(world: Arc<World>, store: ObjectStore) -> Self {
        Self { world, store, stopping: watch::channel(false).0 }
    }

    /// From now on no new work should be sent here.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Resolves when no new work should be sent here any more.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stopping = self.stopping.subscribe();
        async move {
            // What says so may be gone first: then the process is.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }
}

/// `/healthz`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `/readyz`: database and storage answer, and the process is not about to end.
pub async fn ready(health: Data<Health>) -> HttpResponse {
    let database = async {
        let answer = tokio::time::timeout(PATIENCE, health.world.db.ping()).await;
        answer.map_err(|_| "no answer".to_owned()).and_then(|answer| answer.map_err(|error| error.to_string()))
    };
    let storage = async {
        let answer = tokio::time::timeout(PATIENCE, health.store.ping()).await;
        answer.map_err(|_| "no answer".to_owned()).and_then(|answer| answer.map_err(|error| error.to_string()))
    };
    let (database, storage) = tokio::join!(database, storage);
    let stopping = *health.stopping.borrow();
    let well = database.is_ok() && storage.is_ok() && !stopping;
    // Reasons go to the log: this page is open to everybody.
    let state = |part: &str, result: Result<(), String>| match result {
        Ok(()) => "ok",
        Err(reason) => {
            tracing::warn!(part, reason, "not ready");
            "failed"
        }
    };
    let body = json!({
        "status": if well { "ok" } else if stopping { "stopping" } else { "failed" },
        "database": state("database", database),
        "storage": state("storage", storage),
    });
    if well { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}

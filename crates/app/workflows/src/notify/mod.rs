//! Tells people what happened, as the rules of the operator say. Rules and tellings are rows of `marketplace`; here facts
//! become events of the catalog, audiences become persons, and tellings leave. Each channel has a lane of its own, so one that
//! fails keeps no other waiting.

mod facts;
mod send;

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::time::Duration;

use context::Ctx;
use futures::future::join_all;
use identity::{Holder, Team};
use kernel::id::EventId;
use marketplace::command::notification::{Occurrence, Recipient, claim, due_routes, route, settle};
use marketplace::notification::rule::Facts;
use marketplace::notification::{Route, Rule, Seat, event_kind};
use outbox::{DispatcherBuilder, Failure, HandlerResult};
use tokio::task::{Id, JoinSet};

use crate::{Deps, retry};

use facts::Happening;

/// How often the queue is looked at.
const POLL: Duration = Duration::from_secs(1);
/// Tellings of one channel that are on their way at the same time.
const AT_ONCE: u64 = 16;

pub(crate) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    facts::register(builder, deps)
}

/// Routes a fact by the active rules about it. What was told before is not told again.
async fn tell(ctx: &Ctx, rules: &[Rule], source: EventId, what: Happening) -> HandlerResult {
    let event =
        event_kind(what.event).ok_or_else(|| Failure::Fatal(format!("{} is not in the catalog", what.event)))?;
    let occurrence = Occurrence {
        source,
        event,
        facts: Facts { merchant: what.merchant, channel: what.channel, amount: what.amount },
        concerned: what.concerned,
        subject: what.subject,
        variables: what.variables,
    };
    for rule in rules.iter().filter(|rule| occurrence.meets(rule)) {
        let people = audience(ctx, rule, &occurrence).await?;
        route(ctx, &occurrence, rule, &people).await.map_err(retry)?;
    }
    Ok(())
}

/// The persons of a rule's audience, each once, and the address outside.
async fn audience(ctx: &Ctx, rule: &Rule, of: &Occurrence) -> Result<Vec<Recipient>, Failure> {
    let (wanted, merchant) = (&rule.audience, of.facts.merchant);
    let mut named = wanted.users.clone();
    named.extend(of.concerned.filter(|_| wanted.concerned));
    let mut holders = identity::holders_among(ctx, &named, merchant).await.map_err(retry)?;
    holders.extend(identity::holders(ctx, Team::Operator, &wanted.operator_roles).await.map_err(retry)?);
    if let Some(merchant) = merchant {
        let team = Team::Merchant(merchant);
        holders.extend(identity::holders(ctx, team, &wanted.merchant_roles).await.map_err(retry)?);
    }
    let mut seen = HashSet::new();
    holders.retain(|holder| seen.insert(holder.user.id));
    let person = |holder: Holder| {
        let seat = Seat { merchant: holder.team.merchant(), role: holder.role };
        Recipient::Person(holder.user.id, seat)
    };
    let outside = wanted.address.clone().map(Recipient::Address);
    Ok(holders.into_iter().map(person).chain(outside).collect())
}

/// Sends what is due, from now until `shutdown` resolves. Nodes share: tellings are taken under a lease.
pub async fn run(deps: &Deps, shutdown: impl Future<Output = ()> + Send) {
    tokio::pin!(shutdown);
    let mut running = JoinSet::new();
    let mut lanes: HashMap<Id, Route> = HashMap::new();
    loop {
        match due_routes(&deps.ctx()).await {
            Ok(due) => {
                let busy: HashSet<Route> = lanes.values().copied().collect();
                for route in due.into_iter().filter(|route| !busy.contains(route)) {
                    let deps = deps.clone();
                    let lane = running.spawn(async move {
                        if let Err(error) = serve(&deps, route).await {
                            tracing::error!(channel = route.as_str(), %error, "notifications cannot be sent");
                        }
                    });
                    lanes.insert(lane.id(), route);
                }
            }
            Err(error) => tracing::error!(%error, "notifications cannot be worked on"),
        }
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = running.join_next_with_id() => {
                // A lane that panicked: the leases of its tellings run out.
                lanes.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
            }
            () = tokio::time::sleep(POLL) => {}
        }
    }
    while running.join_next().await.is_some() {}
}

/// Sends everything that is due, and waits until it is done. For tests, where the clock jumps.
///
/// # Errors
/// The text of the first fault.
pub async fn round(deps: &Deps) -> Result<(), String> {
    let due = due_routes(&deps.ctx()).await.map_err(|error| error.to_string())?;
    let lanes = due.into_iter().map(|route| serve(deps, route));
    join_all(lanes).await.into_iter().collect::<Result<(), _>>().map_err(|error| error.to_string())
}

/// Sends what is due by one channel.
async fn serve(deps: &Deps, route: Route) -> Result<(), marketplace::Error> {
    let ctx = deps.ctx();
    loop {
        let taken = claim(&ctx, route, AT_ONCE).await?;
        if taken.is_empty() {
            return Ok(());
        }
        let sent = taken.iter().map(|message| async {
            let outcome = send::send(deps, message).await;
            settle(&ctx, message, &outcome).await
        });
        for settled in join_all(sent).await {
            settled?;
        }
    }
}

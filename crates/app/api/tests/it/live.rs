//! Who may subscribe to what: the table of rights holds queries and mutations, this one the rest.

use std::time::Duration;

use access::{Actor, Principal, Role, Scope, Seat};
use async_graphql::{Executor as _, Request};
use context::Ctx;
use futures::{FutureExt as _, StreamExt as _};
use kernel::id::{CustomerId, MerchantId, TypedId as _, UserId};
use kernel::{IdGen as _, SystemClock};
use testkit::tokio;

use crate::documents::Introspection;

/// The roles, and whether they hear of their notifications, and of changes.
const ROLES: [(&str, bool, bool); 12] = [
    ("anonymous", false, false),
    ("buyer", true, false),
    ("storefront", false, false),
    ("merchant_owner", true, true),
    ("merchant_catalog", true, true),
    ("merchant_fulfillment", true, true),
    ("merchant_finance", true, true),
    ("operator_admin", true, true),
    ("operator_operations", true, true),
    ("operator_finance", true, true),
    ("operator_catalog", true, true),
    ("operator_support", true, true),
];

fn actor(role: &str) -> Actor {
    let id = SystemClock.uuid();
    let scope = match role {
        "anonymous" => return Actor::anonymous(),
        "buyer" => Scope::Customer(CustomerId::from_uuid(id)),
        "storefront" => Scope::Public,
        _ if role.starts_with("merchant_") => Scope::Merchant(MerchantId::from_uuid(id)),
        _ => Scope::Operator,
    };
    let person = (role != "storefront").then(|| Seat { scope: Scope::Public, role: Role::named("user") });
    let seats = std::iter::once(Seat { scope, role: Role::named(role) }).chain(person);
    Actor::new(Principal::User(UserId::from_uuid(id)), role, seats)
}

/// Whether somebody may subscribe: who may not is told at once.
async fn may(schema: &api::SoukSchema, ctx: Ctx, document: &str) -> bool {
    let again = ctx.clone();
    let caller = api::Caller::new(move || std::future::ready(Ok(again.clone())).boxed());
    let request = Request::new(document).data(api::Loaders::new(ctx.clone())).data(ctx).data(caller);
    let mut answers = schema.execute_stream(request, None);
    let Ok(answer) = tokio::time::timeout(Duration::from_millis(400), answers.next()).await else { return true };
    let error = answer.unwrap().errors.remove(0);
    let code = error.extensions.as_ref().and_then(|e| e.get("code")).cloned();
    assert!(
        [Some("UNAUTHENTICATED".into()), Some("FORBIDDEN".into())].contains(&code),
        "{document}: {} {code:?}",
        error.message
    );
    false
}

testkit::both_databases! {
    async fn only_those_may_subscribe_who_may_read(t: TestEnv) {
        let schema = api::build(api::Services::default().with_live(api::Live::new(t.world.clone())));
        let all = Introspection::of(&schema).await;
        let root = all.types().find(|of| of["name"] == "Subscription").unwrap();
        let fields: Vec<_> = root["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(fields, ["notificationReceived", "changed"], "a new one needs a column here");
        for (role, own, changes) in ROLES {
            let notices = may(&schema, t.ctx(actor(role)), "subscription { notificationReceived { cursor } }").await;
            let changed = may(&schema, t.ctx(actor(role)), "subscription { changed { cursor } }").await;
            assert_eq!((notices, changed), (own, changes), "{role}");
        }
    }
}

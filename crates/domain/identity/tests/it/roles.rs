//! Roles that the operator and merchants make.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::{Access, Action, Masks};
use context::{Ctx, World};
use identity::{
    AddMember, Added, ApiKeyCreate, ApiKeyScope, CustomRole, CustomRoleCreate, CustomRoleEdit, Error, FieldMask,
    InvitationAccept, InvitationCreated, MemberAccess, MemberRoleChange, Membership, Permission, PermissionScope,
    RoleName, Team, TeamKind, TeamRole,
};
use kernel::Fault as _;
use kernel::PageArgs;
use kernel::id::{CategoryId, ChannelId, MerchantId};
use sea_orm::ConnectionTrait as _;
use testkit::{Kind, TestEnv, tokio};

use crate::support::{PASSWORD, bearer, code, count, events, hash, owner, sign_in, signed_in, verified};

fn own(resource: &str, verb: &str) -> Permission {
    Permission { resource: resource.to_owned(), verb: verb.to_owned(), scope: PermissionScope::OwnMerchant }
}

fn all(resource: &str, verb: &str) -> Permission {
    Permission { scope: PermissionScope::All, ..own(resource, verb) }
}

fn named(name: &str, team: TeamKind, permissions: Vec<Permission>) -> CustomRoleCreate {
    let (name, description) = (name.to_owned(), String::new());
    CustomRoleCreate { team, merchant: None, name, description, permissions, masks: Vec::new() }
}

async fn packers(ctx: &Ctx) -> CustomRole {
    let allowed = vec![own("merchant_order", "read"), own("merchant_order", "ship")];
    identity::custom_role_create(ctx, named("Packers", TeamKind::Merchant, allowed)).await.unwrap()
}

fn of(role: &CustomRole, permissions: Vec<Permission>) -> CustomRoleEdit {
    CustomRoleEdit {
        id: role.id,
        expected_version: role.version,
        name: None,
        description: None,
        permissions: Some(permissions),
        masks: None,
    }
}

/// Somebody who holds `role` in the team of `merchant`, with a password.
async fn holder(t: &TestEnv, email: &str, merchant: MerchantId, role: TeamRole) -> Membership {
    let access = MemberAccess::Password(hash(PASSWORD).await);
    let (email, name, team) = (email.to_owned(), "Bob".to_owned(), Team::Merchant(merchant));
    match identity::member_add(&t.system(), AddMember { email, name, team, role, access }).await.unwrap() {
        Added::Member(member) => member,
        Added::Invited(_) => panic!("was to be a member at once"),
    }
}

const SHIP: Action = Action::new("merchant_order", "ship");
const CANCEL: Action = Action::new("merchant_order", "cancel");

fn field<T>(result: Result<T, Error>) -> (String, &'static str) {
    let error = result.err().unwrap();
    (error.field().unwrap_or_default(), error.code())
}

testkit::both_databases! {
    async fn a_role_allows_what_it_says_and_a_change_of_it_counts_at_once(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let role = packers(&ann).await;
        assert_eq!((role.merchant, role.version), (Some(merchant), 1));
        holder(&t, "bob@example.org", merchant, role.held()).await;
        let token = sign_in(&t, "bob@example.org").await.token;
        let bob = bearer(&t, &token, None).await.unwrap();
        assert_eq!(bob.authorize(SHIP).unwrap().scope(), access::Scope::Merchant(merchant));
        assert!(bob.authorize(CANCEL).is_err());
        let role = identity::custom_role_edit(&ann, of(&role, vec![own("merchant_order", "cancel")])).await.unwrap();
        // The context that was made before too: what it may is asked anew each time.
        assert!(bob.authorize(SHIP).is_err() && bob.authorize(CANCEL).is_ok());
        assert_eq!(field(identity::custom_role_retire(&ann, role.id, role.version).await), (String::new(), "ROLE_IN_USE"));
        let change = identity::members(&ann, Team::Merchant(merchant), &PageArgs::first(9)).await.unwrap().into_rows();
        let seat = change.iter().find(|member| member.email == "bob@example.org").unwrap().membership;
        assert_eq!(seat.role, role.held());
        identity::member_remove(&ann, seat.id).await.unwrap();
        let ended = identity::custom_role_retire(&ann, role.id, role.version).await.unwrap();
        assert!(ended.retired_at.is_some() && identity::custom_role_retire(&ann, role.id, 3).await.is_err());
        let found = identity::custom_role_history(&ann, role.id, &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!(found.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["retired", "edited", "created"]);
        let edited: Vec<&str> = found[1].fields.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(edited, ["permissions", "version"]);
        assert_eq!(found[1].actor_name, "Ann Example");
    }

    async fn nobody_grants_what_he_lacks_by_a_role(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let lead = vec![own("role", "manage"), own("role", "read"), own("member", "manage"), own("merchant_order", "ship")];
        let lead = identity::custom_role_create(&ann, named("Lead", TeamKind::Merchant, lead)).await.unwrap();
        holder(&t, "bob@example.org", merchant, lead.held()).await;
        let bob = signed_in(&t, "bob@example.org").await;
        // Not by a new role, not by an edit of a role that he holds himself, nor of one that allows more than he has.
        let wider = vec![own("merchant_order", "ship"), own("merchant_order", "cancel")];
        let made = identity::custom_role_create(&bob, named("Mine", TeamKind::Merchant, wider.clone())).await;
        assert_eq!(field(made), ("permissions.1".to_owned(), "PERMISSION_TOO_WIDE"));
        assert_eq!(code(identity::custom_role_edit(&bob, of(&lead, wider)).await), "PERMISSION_TOO_WIDE");
        let packers = packers(&ann).await;
        let less = identity::custom_role_edit(&bob, of(&packers, vec![own("merchant_order", "ship")])).await;
        assert_eq!(field(less), ("permissions.0".to_owned(), "PERMISSION_TOO_WIDE"));
        // Nor by an invitation, a seat or a key.
        let team = Team::Merchant(merchant);
        let add = |role| AddMember { email: "eve@example.org".to_owned(), name: "Eve".to_owned(), team, role, access: MemberAccess::Invite };
        assert_eq!(code(identity::member_add(&bob, add(packers.held())).await), "PERMISSION_TOO_WIDE");
        assert_eq!(code(identity::member_add(&bob, add(RoleName::MerchantOwner.into())).await), "ROLE_TOO_WIDE");
        identity::member_add(&bob, add(lead.held())).await.unwrap();
        let seat = holder(&t, "cid@example.org", merchant, lead.held()).await;
        let change = MemberRoleChange { id: seat.id, role: packers.held(), expected_version: 1 };
        assert_eq!(code(identity::member_role_change(&bob, change).await), "PERMISSION_TOO_WIDE");
        let keys = vec![own("api_key", "manage"), own("merchant_order", "ship")];
        let keys = identity::custom_role_create(&ann, named("Keys", TeamKind::Merchant, keys)).await.unwrap();
        holder(&t, "dan@example.org", merchant, keys.held()).await;
        let dan = signed_in(&t, "dan@example.org").await;
        let key = |role| ApiKeyCreate { name: "ERP".to_owned(), scope: ApiKeyScope::Merchant(merchant), role, expires_at: None };
        assert_eq!(code(identity::api_key_create(&dan, key(packers.held())).await), "PERMISSION_TOO_WIDE");
        assert_eq!(code(identity::api_key_create(&dan, key(RoleName::MerchantFulfillment.into())).await), "ROLE_TOO_WIDE");
        assert_eq!(code(identity::api_key_create(&dan, key(keys.held())).await), "OK");
        assert_eq!(count(&t, "custom_role").await, 3);
    }

    async fn who_does_not_see_a_field_makes_no_role_that_shows_it(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let allowed = vec![own("merchant_order", "read"), own("merchant_order", "ship")];
        let blind = CustomRoleCreate { masks: vec![FieldMask::PersonalData], ..named("Blind", TeamKind::Merchant, allowed) };
        let blind = identity::custom_role_create(&ann, blind).await.unwrap();
        let manage = identity::custom_role_create(&ann, named("Manage", TeamKind::Merchant, vec![own("role", "manage")])).await.unwrap();
        let bob = holder(&t, "bob@example.org", merchant, blind.held()).await;
        let team = Team::Merchant(merchant);
        let access = MemberAccess::Invite;
        let add = AddMember { email: "bob@example.org".to_owned(), name: "Bob".to_owned(), team, role: manage.held(), access };
        identity::member_add(&ann, add).await.unwrap();
        let bob_ctx = signed_in(&t, "bob@example.org").await;
        let token = events::<InvitationCreated>(&t).await.pop().unwrap().token;
        identity::invitation_accept(&bob_ctx, InvitationAccept { token, name: None, password: None }).await.unwrap();
        let bob_ctx = signed_in(&t, "bob@example.org").await;
        assert!(bob_ctx.hides(Action::new("merchant_order", "read"), Masks::PERSONAL_DATA));
        let open = named("Open", TeamKind::Merchant, vec![own("merchant_order", "read")]);
        assert_eq!(code(identity::custom_role_create(&bob_ctx, open.clone()).await), "PERMISSION_TOO_WIDE");
        let closed = CustomRoleCreate { masks: vec![FieldMask::PersonalData], ..open };
        identity::custom_role_create(&bob_ctx, closed).await.unwrap();
        assert_eq!(bob.role, blind.held());
    }

    async fn a_role_of_a_merchant_is_for_its_own_people(t: TestEnv) {
        let (mine, _) = owner(&t, "ann@example.org").await;
        let (other, _) = owner(&t, "eve@example.org").await;
        let (ann, eve) = (signed_in(&t, "ann@example.org").await, signed_in(&t, "eve@example.org").await);
        let role = packers(&ann).await;
        let foreign = CustomRoleCreate { merchant: Some(mine), ..named("X", TeamKind::Merchant, vec![own("stock", "read")]) };
        assert_eq!(code(identity::custom_role_create(&eve, foreign).await), "NOT_FOUND");
        assert_eq!(code(identity::custom_role(&eve, role.id).await), "NOT_FOUND");
        assert_eq!(code(identity::custom_role_edit(&eve, of(&role, vec![own("stock", "read")])).await), "NOT_FOUND");
        assert_eq!(code(identity::custom_role_retire(&eve, role.id, 1).await), "NOT_FOUND");
        assert_eq!(code(identity::custom_role_history(&eve, role.id, &PageArgs::first(1)).await), "NOT_FOUND");
        let access = MemberAccess::Invite;
        let team = Team::Merchant(other);
        let add = AddMember { email: "bob@example.org".to_owned(), name: "Bob".to_owned(), team, role: role.held(), access };
        assert_eq!(field(identity::member_add(&eve, add.clone()).await), ("customRoleId".to_owned(), "NOT_FOUND"));
        assert_eq!(code(identity::member_add(&t.operator(), add).await), "NOT_FOUND");
        // What the operator makes for merchants is seen and given by all of them, and changed by none.
        let shared = named("Counters", TeamKind::Merchant, vec![own("stock", "read"), own("stock", "edit")]);
        let shared = identity::custom_role_create(&t.operator(), shared).await.unwrap();
        for (ctx, merchant) in [(&ann, mine), (&eve, other)] {
            let page = PageArgs::first(9);
            let seen = identity::custom_roles(ctx, Some(Team::Merchant(merchant)), &page).await.unwrap().into_rows();
            assert_eq!(seen.len(), usize::from(merchant == mine));
            let seen = identity::custom_roles(ctx, None, &page).await.unwrap().into_rows();
            assert_eq!(seen.iter().map(|role| role.id).collect::<Vec<_>>(), [shared.id]);
            assert_eq!(code(identity::custom_role_edit(ctx, of(&shared, vec![own("stock", "read")])).await), "NOT_FOUND");
        }
        assert_eq!(code(identity::custom_role_create(&ann, named("Staff", TeamKind::Operator, vec![all("stock", "read")])).await), "MISPLACED");
        let staff = identity::custom_role_create(&t.operator(), named("Staff", TeamKind::Operator, vec![all("stock", "read")])).await.unwrap();
        assert_eq!(code(identity::custom_role(&ann, staff.id).await), "NOT_FOUND");
        let access = MemberAccess::Invite;
        let add = AddMember { email: "bob@example.org".to_owned(), name: "Bob".to_owned(), team: Team::Merchant(mine), role: staff.held(), access };
        assert_eq!(code(identity::member_add(&ann, add).await), "NOT_FOUND");
    }

    async fn what_a_role_cannot_hold_is_refused_by_name(t: TestEnv) {
        let operator = t.operator();
        let category = PermissionScope::Category(CategoryId(t.system().new_id::<CategoryId>().0));
        let channel = PermissionScope::Channel(t.system().new_id::<ChannelId>());
        let scoped = |resource: &str, verb: &str, scope| Permission { scope, ..own(resource, verb) };
        let cases = [
            (TeamKind::Merchant, vec![own("merchant", "suspend")], vec![], "permissions.0", "UNKNOWN_PERMISSION"),
            (TeamKind::Merchant, vec![own("order", "drive")], vec![], "permissions.0", "UNKNOWN_PERMISSION"),
            (TeamKind::Operator, vec![all("*", "*")], vec![], "permissions.0", "UNKNOWN_PERMISSION"),
            (TeamKind::Operator, vec![all("stock", "read"), own("stock", "edit")], vec![], "permissions.1.scope", "SCOPE_MISPLACED"),
            (TeamKind::Merchant, vec![all("stock", "read")], vec![], "permissions.0.scope", "SCOPE_TOO_WIDE"),
            (TeamKind::Merchant, vec![scoped("stock", "edit", category)], vec![], "permissions.0.scope", "SCOPE_UNSUPPORTED"),
            (TeamKind::Merchant, vec![scoped("offer", "edit", channel)], vec![], "permissions.0.scope", "SCOPE_UNSUPPORTED"),
            (TeamKind::Operator, vec![scoped("payment", "read", channel)], vec![], "permissions.0.scope", "SCOPE_UNSUPPORTED"),
            (TeamKind::Operator, vec![all("customer", "read")], vec![FieldMask::PersonalData], "masks.0", "MASK_NOT_HEEDED"),
            (TeamKind::Operator, vec![all("history", "read")], vec![FieldMask::BankAccounts], "masks.0", "MASK_NOT_HEEDED"),
            (TeamKind::Operator, vec![], vec![], "permissions", "REQUIRED"),
            (TeamKind::Operator, vec![all("stock", "read"), all("stock", "read")], vec![], "permissions.1", "DUPLICATE"),
        ];
        for (team, permissions, masks, at, expected) in cases {
            let create = CustomRoleCreate { masks, ..named("X", team, permissions) };
            assert_eq!(field(identity::custom_role_create(&operator, create).await), (at.to_owned(), expected));
        }
        assert_eq!(count(&t, "custom_role").await, 0);
        let good = named("Stock", TeamKind::Operator, vec![all("stock", "read")]);
        identity::custom_role_create(&operator, good.clone()).await.unwrap();
        let again = CustomRoleCreate { name: " STOCK ".to_owned(), ..good };
        assert_eq!(field(identity::custom_role_create(&operator, again).await), ("name".to_owned(), "TAKEN"));
    }

    async fn of_twenty_edits_at_once_one_succeeds(t: TestEnv) {
        owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let role = packers(&ann).await;
        let mut tries = tokio::task::JoinSet::new();
        for index in 0..20 {
            let (ann, verb) = (ann.clone(), if index % 2 == 0 { "ship" } else { "cancel" });
            let edit = of(&role, vec![own("merchant_order", verb)]);
            tries.spawn(async move { identity::custom_role_edit(&ann, edit).await.is_ok() });
        }
        assert_eq!(tries.join_all().await.into_iter().filter(|done| *done).count(), 1);
        assert_eq!(count(&t, "change_log WHERE entity = 'custom_role'").await, 2);
    }

    async fn a_role_that_is_given_while_it_ends_is_given_or_ends(t: TestEnv) {
        for round in 0..6 {
            let (merchant, _) = owner(&t, &format!("ann{round}@example.org")).await;
            let ann = signed_in(&t, &format!("ann{round}@example.org")).await;
            let role = packers(&ann).await;
            let access = MemberAccess::Invite;
            let email = format!("bob{round}@example.org");
            let add = AddMember { email, name: "Bob".to_owned(), team: Team::Merchant(merchant), role: role.held(), access };
            let (given, ended) = tokio::join!(identity::member_add(&ann, add), identity::custom_role_retire(&ann, role.id, 1));
            assert!(given.is_ok() != ended.is_ok(), "{given:?} {ended:?}");
        }
    }

    async fn roles_that_are_held_exist_and_belong_there(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let role = packers(&ann).await;
        let seat = holder(&t, "bob@example.org", merchant, role.held()).await;
        let key = ApiKeyCreate { name: "ERP".to_owned(), scope: ApiKeyScope::Merchant(merchant), role: role.held(), expires_at: None };
        identity::api_key_create(&ann, key).await.unwrap();
        let access = MemberAccess::Invite;
        let add = AddMember { email: "eve@example.org".to_owned(), name: "Eve".to_owned(), team: Team::Merchant(merchant), role: role.held(), access };
        identity::member_add(&ann, add).await.unwrap();
        verified(&t).await;
        let wrong = async |sql: String| {
            t.world.db.for_migrations().execute_unprepared(&sql).await.unwrap();
            identity::check::check(t.world.db.read()).await.unwrap()
        };
        let nobody: kernel::id::CustomRoleId = t.system().new_id();
        let set = |table: &str, role: String| format!("UPDATE {table} SET role = '{role}' WHERE role LIKE 'rol%'");
        for table in ["membership", "invitation", "api_key"] {
            let found = wrong(set(table, nobody.to_string())).await;
            assert_eq!(found, [format!("identity: 1 rows of {table} of roles that do not exist")]);
            assert_eq!(wrong(set(table, role.id.to_string())).await, Vec::<String>::new());
        }
        let ended = "UPDATE custom_role SET retired_at = created_at".to_owned();
        let found = wrong(ended).await;
        assert_eq!(found, ["api_key", "membership"].map(|table| format!("identity: 1 rows of {table} of roles that have ended")));
        let moved = "UPDATE custom_role SET retired_at = NULL, merchant_id = NULL, team = 'operator'".to_owned();
        let found = wrong(moved).await;
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|line| line.ends_with("of roles of other teams")), "{found:?}");
        assert_eq!(seat.role, role.held());
    }

    async fn another_node_hears_of_a_change_within_a_second(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let role = packers(&ann).await;
        holder(&t, "bob@example.org", merchant, role.held()).await;
        let token = sign_in(&t, "bob@example.org").await.token;
        let second = Arc::new(World { access: Access::from_policy(testkit::POLICY).await.unwrap(), ..World::clone(&t.world) });
        let follower = tokio::spawn(identity::follow_roles(second.clone()));
        let there = async || {
            let origin = crate::support::origin("10.0.0.2");
            let ctx = identity::authenticate(&second, Some(token.reveal()), None, origin).await.unwrap();
            (ctx.authorize(SHIP).is_ok(), ctx.authorize(CANCEL).is_ok())
        };
        let wait = async |wanted: (bool, bool)| {
            let begun = Instant::now();
            while there().await != wanted {
                assert!(begun.elapsed() < Duration::from_secs(1), "still not {wanted:?}");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            begun.elapsed()
        };
        wait((true, false)).await;
        // Let it settle down to listen, so that what is measured is not its first look.
        tokio::time::sleep(Duration::from_millis(700)).await;
        let role = identity::custom_role_edit(&ann, of(&role, vec![own("merchant_order", "cancel")])).await.unwrap();
        let taken = wait((false, true)).await;
        if t.kind == Kind::Postgres {
            assert!(taken < Duration::from_millis(250), "told, not found by the timer: {taken:?}");
        }
        identity::custom_role_edit(&ann, of(&role, vec![own("stock", "read")])).await.unwrap();
        wait((false, false)).await;
        follower.abort();
    }
}

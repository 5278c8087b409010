//! casbin behind a memo.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use casbin::{CoreApi, DefaultModel, Enforcer, StringAdapter};

use crate::bounds::{Extent, Masks};
use crate::role::{Decided, RolePolicy};
use crate::{Action, Actor, Denied, Grant, Role, Seat, SignInRules};

/// Cheap tests first: casbin evaluates the matcher once per policy row.
const MODEL: &str = r#"
[request_definition]
r = sub, obj, act, part
[policy_definition]
p = sub, obj, act, part
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = (r.obj == p.obj || p.obj == "*") && (r.act == p.act || p.act == "*") && (p.part == "*" || r.part == p.part) && g(r.sub, p.sub)
"#;

/// The part of a policy line that is good for all rows.
pub(crate) const ALL_ROWS: &str = "*";

/// The policy text cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// A line has the wrong form. casbin would load it and then refuse everything.
    #[error("line {line} of the policy must read `p, role, resource, verb`, `g, role, role` or `n, resource, verb`")]
    Line {
        /// The line, counted from 1.
        line: usize,
    },
    /// casbin refused the policy.
    #[error("the policy cannot be loaded: {0}")]
    Casbin(#[from] casbin::Error),
}

/// The policy in force. Cloning shares it; [`Access::set_roles`] changes it for all.
#[derive(Clone)]
pub struct Access {
    policy: Arc<ArcSwap<Policy>>,
}

#[derive(Clone)]
struct Policy {
    built_in: Arc<BuiltIn>,
    /// Which state of the rows `custom` is; 0 before any was loaded.
    version: i64,
    custom: Arc<HashMap<Role, Arc<Decided>>>,
    rules: Arc<SignInRules>,
}

/// The roles of the policy file.
struct BuiltIn {
    enforcer: Enforcer,
    actions: Vec<(String, Action)>,
    personal: HashSet<Action>,
    memo: RwLock<HashMap<Role, HashMap<Action, bool>>>,
}

/// What an actor may do with an action.
struct Held {
    extent: Extent,
    masks: Masks,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

impl Access {
    /// Compiles a policy from its text: lines `p, role, resource, verb` and `g, role, role`; `*` stands for all. A line
    /// `n, resource, verb` says what nobody does in another's place.
    ///
    /// # Errors
    /// [`PolicyError`] names the line at fault.
    pub async fn from_policy(text: &str) -> Result<Self, PolicyError> {
        let built_in = Arc::new(compile(text).await?);
        let policy = Policy { built_in, version: 0, custom: Arc::default(), rules: Arc::default() };
        Ok(Self { policy: Arc::new(ArcSwap::from_pointee(policy)) })
    }

    /// Puts another policy file in force at once, for this and all clones; roles that are rows stay.
    ///
    /// # Errors
    /// [`PolicyError`]; the old policy stays then.
    pub async fn replace(&self, text: &str) -> Result<(), PolicyError> {
        let built_in = Arc::new(compile(text).await?);
        self.policy.rcu(|now| Policy { built_in: built_in.clone(), ..Policy::clone(now) });
        Ok(())
    }

    /// Puts what is rows in force, for this and all clones: `roles` are all there are at `version`. One that did not
    /// change is not compiled again; an older state than the one in force is left out.
    ///
    /// # Errors
    /// [`PolicyError`]; what was in force stays then.
    pub async fn set_roles(&self, version: i64, roles: Vec<RolePolicy>, rules: SignInRules) -> Result<(), PolicyError> {
        let before = self.policy.load_full();
        let mut custom = HashMap::with_capacity(roles.len());
        for role in roles {
            let decided = match before.custom.get(&role.role) {
                Some(known) if known.version == role.version => known.clone(),
                _ => Arc::new(Decided::of(&role).await?),
            };
            custom.insert(role.role, decided);
        }
        let (custom, rules) = (Arc::new(custom), Arc::new(rules));
        self.policy.rcu(|now| {
            let newer =
                Policy { built_in: now.built_in.clone(), version, custom: custom.clone(), rules: rules.clone() };
            if version > now.version { newer } else { Policy::clone(now) }
        });
        Ok(())
    }

    /// Which state of the roles that are rows is in force; 0 before any was loaded.
    #[must_use]
    pub fn roles_version(&self) -> i64 {
        self.policy.load().version
    }

    /// What is asked of those who sign in.
    #[must_use]
    pub fn rules(&self) -> Arc<SignInRules> {
        self.policy.load().rules.clone()
    }

    /// What the lines of roles of the policy file name, those whose role `wanted` takes; in order, each once.
    #[must_use]
    pub fn actions_named(&self, wanted: impl Fn(&str) -> bool) -> Vec<Action> {
        let policy = self.policy.load();
        let named = policy.built_in.actions.iter().filter(|(role, _)| wanted(role)).map(|(_, action)| *action);
        let mut named: Vec<Action> = named.filter(|action| action.verb != "*").collect();
        named.sort_by_key(|action| (action.resource, action.verb));
        named.dedup();
        named
    }

    /// How far `role` may go with `action`.
    #[must_use]
    pub fn extent(&self, role: &Role, action: Action) -> Extent {
        self.policy.load().held(role, action).extent
    }

    /// How far the `seats` may go together with `action`, and what stays hidden then.
    #[must_use]
    pub fn extent_of(&self, seats: &[Seat], action: Action) -> (Extent, Masks) {
        let held = self.policy.load().over(seats.iter(), action);
        (held.extent, held.masks)
    }

    /// Gives the proof that `actor` may take `action` on all rows of a scope, in the widest scope in which it may.
    ///
    /// # Errors
    /// [`Denied`] when no seat of the actor has the right, or only over a part of the rows.
    pub fn authorize(&self, actor: &Actor, action: Action) -> Result<Grant, Denied> {
        self.decide(actor, action, false)
    }

    /// Like [`Self::authorize`], also for who may act on a part of the rows only. The caller heeds [`Grant::bounds`].
    ///
    /// # Errors
    /// [`Denied`] when no seat of the actor has the right.
    pub fn authorize_within(&self, actor: &Actor, action: Action) -> Result<Grant, Denied> {
        self.decide(actor, action, true)
    }

    fn decide(&self, actor: &Actor, action: Action, narrow: bool) -> Result<Grant, Denied> {
        let policy = self.policy.load();
        if actor.on_behalf_of().is_some() && policy.built_in.personal.contains(&action) {
            return Err(Denied::Lacking(action));
        }
        for seats in actor.seats().chunk_by(|one, next| one.scope == next.scope) {
            let held = policy.of_group(seats, actor.ceiling(), action);
            let bounds = match held.extent {
                Extent::All => None,
                Extent::Within(bounds) if narrow => Some(bounds),
                Extent::Within(_) | Extent::No => continue,
            };
            return Ok(Grant::new(seats[0].scope, action, bounds, held.masks));
        }
        if actor.is_anonymous() { Err(Denied::SignInFirst) } else { Err(Denied::Lacking(action)) }
    }
}

impl Policy {
    fn held(&self, role: &Role, action: Action) -> Held {
        if let Some(custom) = self.custom.get(role) {
            return Held { extent: custom.extent(action), masks: custom.masks };
        }
        let extent = if self.built_in.allows(role, action) { Extent::All } else { Extent::No };
        Held { extent, masks: Masks::NONE }
    }

    /// What seats allow together. A field is hidden unless one that reaches all these rows shows it.
    fn over<'a>(&self, seats: impl Iterator<Item = &'a Seat>, action: Action) -> Held {
        let mut all = Held { extent: Extent::No, masks: Masks::NONE };
        for seat in seats {
            let held = self.held(&seat.role, action);
            all.masks = match (&all.extent, &held.extent) {
                (_, Extent::No) | (Extent::All, Extent::Within(_)) => all.masks,
                (Extent::All, Extent::All) => all.masks.and(held.masks),
                (Extent::Within(_), Extent::Within(_)) => all.masks.or(held.masks),
                (Extent::No, _) | (Extent::Within(_), Extent::All) => held.masks,
            };
            all.extent = all.extent.or(held.extent);
        }
        all
    }

    /// What the seats of one scope allow, as far as the ceiling of the actor does. What everybody may do has none.
    fn of_group(&self, seats: &[Seat], ceiling: Option<&[Seat]>, action: Action) -> Held {
        let Some(ceiling) = ceiling else { return self.over(seats.iter(), action) };
        let everybody = |seat: &&Seat| seat.role.as_str() == Role::ANONYMOUS;
        let free = self.over(seats.iter().filter(everybody), action);
        if free.extent == Extent::All {
            return free;
        }
        let (held, most) = (self.over(seats.iter(), action), self.over(ceiling.iter(), action));
        Held { extent: held.extent.and(&most.extent), masks: held.masks.or(most.masks) }
    }
}

impl BuiltIn {
    fn allows(&self, role: &Role, action: Action) -> bool {
        let memo = self.memo.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = memo.get(role).and_then(|known| known.get(&action)) {
            return *known;
        }
        drop(memo);
        // An error of the engine is a refusal: fail closed.
        let asked = (role.as_str(), action.resource, action.verb, ALL_ROWS);
        let answer = self.enforcer.enforce(asked).unwrap_or(false);
        let mut memo = self.memo.write().unwrap_or_else(PoisonError::into_inner);
        memo.entry(role.clone()).or_default().insert(action, answer);
        answer
    }
}

/// An enforcer over lines of the model.
pub(crate) async fn engine(lines: &str) -> Result<Enforcer, PolicyError> {
    let model = DefaultModel::from_str(MODEL).await?;
    Ok(Enforcer::new(model, StringAdapter::new(lines.to_owned())).await?)
}

async fn compile(text: &str) -> Result<BuiltIn, PolicyError> {
    let (mut lines, mut actions, mut personal) = (String::new(), Vec::new(), HashSet::new());
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split(',').map(str::trim).collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(PolicyError::Line { line: line_number });
        }
        match parts[..] {
            ["p", role, resource, verb] => {
                lines.push_str(&format!("p, {role}, {resource}, {verb}, {ALL_ROWS}\n"));
                actions.push((role.to_owned(), Action::interned(resource, verb)));
            }
            ["g", role, includes] => lines.push_str(&format!("g, {role}, {includes}\n")),
            ["n", resource, verb] => {
                personal.insert(Action::interned(resource, verb));
            }
            _ => return Err(PolicyError::Line { line: line_number }),
        }
    }
    Ok(BuiltIn { enforcer: engine(&lines).await?, actions, personal, memo: RwLock::default() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Limit, Principal, RoleLine, Scope};
    use kernel::id::{MerchantId, UserId};
    use uuid::Uuid;

    const POLICY: &str = "p, anonymous, product, read\n# people\np, clerk, order, ship\ng, owner, clerk\np, owner, bank, edit\np, system, *, *\n";

    async fn grant(scope: Scope, role: &str, action: Action) -> Result<Grant, Denied> {
        let seat = Seat { scope, role: Role::named(role) };
        let actor = Actor::new(Principal::User(UserId(Uuid::nil())), "Ann", [seat]);
        Access::from_policy(POLICY).await.unwrap().authorize(&actor, action)
    }

    #[tokio::test]
    async fn roles_inherit_and_the_seat_gives_the_scope() {
        let merchant = Scope::Merchant(MerchantId(Uuid::nil()));
        assert_eq!(grant(merchant, "owner", Action::new("order", "ship")).await.unwrap().scope(), merchant);
        assert!(grant(merchant, "clerk", Action::new("bank", "edit")).await.is_err());
        assert_eq!(grant(merchant, "clerk", Action::new("product", "read")).await.unwrap().scope(), Scope::Public);
    }

    #[tokio::test]
    async fn what_is_unknown_is_refused() {
        assert!(grant(Scope::Operator, "no_such_role", Action::new("order", "ship")).await.is_err());
        assert!(grant(Scope::Operator, "owner", Action::new("order", "fly")).await.is_err());
        let access = Access::from_policy(POLICY).await.unwrap();
        let denied = access.authorize(&Actor::anonymous(), Action::new("order", "ship"));
        assert_eq!(denied, Err(Denied::SignInFirst));
        assert!(access.authorize(&Actor::system("test"), Action::new("any", "thing")).is_ok());
    }

    fn narrowed(limits: &[Limit], masks: Masks, version: i64) -> RolePolicy {
        let line =
            |limit: &Limit| RoleLine { resource: "product".to_owned(), verb: "edit".to_owned(), limit: Some(*limit) };
        RolePolicy { role: Role::named("rol_1"), version, lines: limits.iter().map(line).collect(), masks }
    }

    #[tokio::test]
    async fn a_narrowed_right_is_none_for_who_does_not_heed_bounds() {
        const EDIT: Action = Action::new("product", "edit");
        let limit = Limit::Category(kernel::id::CategoryId(Uuid::from_u128(7)));
        let access = Access::from_policy(POLICY).await.unwrap();
        let seat = Seat { scope: Scope::Operator, role: Role::named("rol_1") };
        let actor = Actor::new(Principal::User(UserId(Uuid::nil())), "Ann", [seat.clone()]);
        assert!(access.authorize_within(&actor, EDIT).is_err());
        access.set_roles(1, vec![narrowed(&[limit], Masks::PERSONAL_DATA, 1)], SignInRules::default()).await.unwrap();
        assert!(access.authorize(&actor, EDIT).is_err());
        let grant = access.authorize_within(&actor, EDIT).unwrap();
        assert_eq!(grant.bounds().unwrap().limits(), [limit]);
        assert_eq!(grant.masks(), Masks::PERSONAL_DATA);
        // An older state does not come back.
        access.set_roles(1, Vec::new(), SignInRules::default()).await.unwrap();
        assert!(access.authorize_within(&actor, EDIT).is_ok());
        access.set_roles(2, Vec::new(), SignInRules::default()).await.unwrap();
        assert!(access.authorize_within(&actor, EDIT).is_err());
    }

    #[tokio::test]
    async fn a_ceiling_cuts_everything_but_what_everybody_may() {
        const SHIP: Action = Action::new("order", "ship");
        let access = Access::from_policy(POLICY).await.unwrap();
        let seat = |role: &str| Seat { scope: Scope::Operator, role: Role::named(role) };
        let key =
            |ceiling| Actor::new(Principal::Anonymous, "key", [seat("owner")]).under(UserId(Uuid::nil()), ceiling);
        assert!(access.authorize(&key(vec![seat("clerk")]), SHIP).is_ok());
        assert!(access.authorize(&key(vec![seat("clerk")]), Action::new("bank", "edit")).is_err());
        assert!(access.authorize(&key(Vec::new()), SHIP).is_err());
        assert!(access.authorize(&key(Vec::new()), Action::new("product", "read")).is_ok());
    }

    #[tokio::test]
    async fn of_two_hundred_roles_only_the_changed_one_is_decided_anew() {
        let verbs: Vec<String> = (0..30).map(|n| format!("verb{n}")).collect();
        let line = |verb: &String| RoleLine { resource: "product".to_owned(), verb: verb.clone(), limit: None };
        let role = |n: usize, version| RolePolicy {
            role: Role::named(format!("rol_{n}")),
            version,
            lines: verbs.iter().map(line).collect(),
            masks: Masks::NONE,
        };
        let access = Access::from_policy(POLICY).await.unwrap();
        access.set_roles(1, (0..200).map(|n| role(n, 1)).collect(), SignInRules::default()).await.unwrap();
        let before = access.policy.load_full().custom.clone();
        let changed = (0..200).map(|n| role(n, if n == 7 { 2 } else { 1 })).collect();
        access.set_roles(2, changed, SignInRules::default()).await.unwrap();
        let after = access.policy.load_full().custom.clone();
        let anew = |name: &Role| !Arc::ptr_eq(&before[name], &after[name]);
        assert_eq!(after.keys().filter(|name| anew(name)).collect::<Vec<_>>(), [&Role::named("rol_7")]);
        assert_eq!(access.extent(&Role::named("rol_199"), Action::new("product", "verb29")), Extent::All);
        assert_eq!(access.extent(&Role::named("rol_199"), Action::new("product", "verb30")), Extent::No);
    }

    #[tokio::test]
    async fn masks_of_a_narrow_seat_do_not_lift_those_of_a_wide_one() {
        const EDIT: Action = Action::new("product", "edit");
        let limit = Limit::Channel(kernel::id::ChannelId(Uuid::from_u128(7)));
        let access = Access::from_policy(POLICY).await.unwrap();
        let wide = RolePolicy {
            role: Role::named("rol_2"),
            version: 1,
            lines: vec![RoleLine { resource: "product".to_owned(), verb: "edit".to_owned(), limit: None }],
            masks: Masks::BANK_ACCOUNTS,
        };
        access.set_roles(1, vec![narrowed(&[limit], Masks::NONE, 1), wide], SignInRules::default()).await.unwrap();
        let seat = |role: &str| Seat { scope: Scope::Operator, role: Role::named(role) };
        for seats in [[seat("rol_1"), seat("rol_2")], [seat("rol_2"), seat("rol_1")]] {
            assert_eq!(access.extent_of(&seats, EDIT), (Extent::All, Masks::BANK_ACCOUNTS));
        }
    }

    #[tokio::test]
    async fn a_malformed_line_is_named() {
        let error = Access::from_policy("p, a, b, c\np, a, b\n").await.unwrap_err();
        assert!(matches!(error, PolicyError::Line { line: 2 }));
    }
}

//! casbin behind a memo.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use casbin::{CoreApi, DefaultModel, Enforcer, StringAdapter};

use crate::{Action, Actor, Denied, Grant, Role};

/// Cheap tests first: casbin evaluates the matcher once per policy row.
const MODEL: &str = r#"
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = (r.obj == p.obj || p.obj == "*") && (r.act == p.act || p.act == "*") && g(r.sub, p.sub)
"#;

/// The policy text cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// A line has the wrong form. casbin would load it and then refuse everything.
    #[error("line {line} of the policy must read `p, role, resource, verb` or `g, role, role`")]
    Line {
        /// The line, counted from 1.
        line: usize,
    },
    /// casbin refused the policy.
    #[error("the policy cannot be loaded: {0}")]
    Casbin(#[from] casbin::Error),
}

/// The policy in force. Cloning shares it; [`Access::replace`] swaps it for all.
#[derive(Clone)]
pub struct Access {
    policy: Arc<ArcSwap<Policy>>,
}

struct Policy {
    enforcer: Enforcer,
    memo: RwLock<HashMap<(Role, Action), bool>>,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

impl Access {
    /// Compiles a policy from its text: lines `p, role, resource, verb` and `g, role, role`; `*` stands for all.
    ///
    /// # Errors
    /// [`PolicyError`] names the line at fault.
    pub async fn from_policy(text: &str) -> Result<Self, PolicyError> {
        Ok(Self { policy: Arc::new(ArcSwap::from_pointee(compile(text).await?)) })
    }

    /// Puts another policy in force at once, for this and all clones.
    ///
    /// # Errors
    /// [`PolicyError`]; the old policy stays then.
    pub async fn replace(&self, text: &str) -> Result<(), PolicyError> {
        self.policy.store(Arc::new(compile(text).await?));
        Ok(())
    }

    /// Whether `role` may take `action`.
    #[must_use]
    pub fn allows(&self, role: &Role, action: Action) -> bool {
        let policy = self.policy.load();
        let key = (role.clone(), action);
        if let Some(known) = policy.memo.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *known;
        }
        // An error of the engine is a refusal: fail closed.
        let answer = policy.enforcer.enforce((role.as_str(), action.resource, action.verb)).unwrap_or(false);
        policy.memo.write().unwrap_or_else(PoisonError::into_inner).insert(key, answer);
        answer
    }

    /// Gives the proof that `actor` may take `action`, in the widest scope in which it may.
    ///
    /// # Errors
    /// [`Denied`] when no seat of the actor has the right.
    pub fn authorize(&self, actor: &Actor, action: Action) -> Result<Grant, Denied> {
        let seat = actor.seats().iter().find(|seat| self.allows(&seat.role, action));
        match seat {
            Some(seat) => Ok(Grant::new(seat.scope, action)),
            None if actor.is_anonymous() => Err(Denied::SignInFirst),
            None => Err(Denied::Lacking(action)),
        }
    }
}

async fn compile(text: &str) -> Result<Policy, PolicyError> {
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split(',').map(str::trim).collect();
        let fields = match parts.first() {
            Some(&"p") => 4,
            Some(&"g") => 3,
            _ => 0,
        };
        if parts.len() != fields || parts.iter().any(|part| part.is_empty()) {
            return Err(PolicyError::Line { line: line_number });
        }
    }
    let model = DefaultModel::from_str(MODEL).await?;
    let enforcer = Enforcer::new(model, StringAdapter::new(text.to_owned())).await?;
    Ok(Policy { enforcer, memo: RwLock::default() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Principal, Scope, Seat};
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

    #[tokio::test]
    async fn a_malformed_line_is_named() {
        let error = Access::from_policy("p, a, b, c\np, a, b\n").await.unwrap_err();
        assert!(matches!(error, PolicyError::Line { line: 2 }));
    }
}

//! Who acts, and from which seats.

use chrono::{DateTime, Utc};
use kernel::id::{ApiKeyId, CustomerId, MerchantId, SessionId, UserId};

/// The name of a role in the policy: `merchant_owner`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Role(String);

impl Role {
    /// The role that everybody has.
    pub const ANONYMOUS: &'static str = "anonymous";
    /// The role of Souk's own handlers, jobs and schedules.
    pub const SYSTEM: &'static str = "system";

    /// A role by its name. A name the policy does not know grants nothing.
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name in the policy.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In whose data a grant is good. The order is from wide to narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Souk itself: handlers, jobs, schedules, the command line.
    System,
    /// All data, as the operator of the marketplace.
    Operator,
    /// The data of one merchant.
    Merchant(MerchantId),
    /// The data of one buyer.
    Customer(CustomerId),
    /// What everybody may see.
    Public,
}

/// One role held in one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// In whose data.
    pub scope: Scope,
    /// What may be done there.
    pub role: Role,
}

/// Who is behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody signed in.
    Anonymous,
    /// A person.
    User(UserId),
    /// A program with an API key.
    ApiKey(ApiKeyId),
    /// A part of Souk, by name.
    System(&'static str),
}

/// Whose rights limit those of an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ceiling {
    whom: UserId,
    seats: Vec<Seat>,
}

/// Who acts: the principal and the seats held for this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who is behind the request.
    pub principal: Principal,
    /// The name shown in histories.
    pub name: String,
    seats: Vec<Seat>,
    ceiling: Option<Ceiling>,
    session: Option<SessionId>,
    proven_at: Option<DateTime<Utc>>,
    on_behalf_of: Option<UserId>,
}

impl Actor {
    /// Somebody who did not sign in.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new(Principal::Anonymous, "anonymous", [])
    }

    /// A part of Souk acting by itself.
    #[must_use]
    pub fn system(part: &'static str) -> Self {
        let seat = Seat { scope: Scope::System, role: Role::named(Role::SYSTEM) };
        Self::new(Principal::System(part), part, [seat])
    }

    /// A principal with its seats; the seat of everybody is added.
    pub fn new(principal: Principal, name: impl Into<String>, seats: impl IntoIterator<Item = Seat>) -> Self {
        let mut seats: Vec<Seat> = seats.into_iter().collect();
        seats.push(Seat { scope: Scope::Public, role: Role::named(Role::ANONYMOUS) });
        // Stable and wide first: an operator who also shops acts as the operator.
        seats.sort_by_key(|seat| seat.scope);
        Self { principal, name: name.into(), seats, ceiling: None, session: None, proven_at: None, on_behalf_of: None }
    }

    /// The same actor, signed in with this session, who last gave a password or a code at `proven_at`.
    #[must_use]
    pub fn in_session(self, session: SessionId, proven_at: DateTime<Utc>) -> Self {
        Self { session: Some(session), proven_at: Some(proven_at), ..self }
    }

    /// The same actor, who acts in the place of `whom` by this session.
    #[must_use]
    pub fn in_place_of(self, whom: UserId, session: SessionId) -> Self {
        Self { session: Some(session), proven_at: None, on_behalf_of: Some(whom), ..self }
    }

    /// The person in whose place the actor acts, if he does.
    #[must_use]
    pub fn on_behalf_of(&self) -> Option<UserId> {
        self.on_behalf_of
    }

    /// When the person last gave a password or a code in this session.
    #[must_use]
    pub fn proven_at(&self) -> Option<DateTime<Utc>> {
        self.proven_at
    }

    /// The same actor, who never may more than the `seats` of `whom` do: a key and whoever made it.
    #[must_use]
    pub fn under(self, whom: UserId, seats: Vec<Seat>) -> Self {
        Self { ceiling: Some(Ceiling { whom, seats }), ..self }
    }

    /// The seats beyond which the actor never may anything, if there is such a limit.
    #[must_use]
    pub fn ceiling(&self) -> Option<&[Seat]> {
        self.ceiling.as_ref().map(|ceiling| ceiling.seats.as_slice())
    }

    /// The person who answers for what the actor does: the one behind the request, or whoever made the key.
    #[must_use]
    pub fn answerable(&self) -> Option<UserId> {
        self.user().or(self.ceiling.as_ref().map(|ceiling| ceiling.whom))
    }

    /// The session of the request, if a person signed in.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// The seats, the widest scope first.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// The merchant the actor works for in this request, if any.
    #[must_use]
    pub fn merchant(&self) -> Option<MerchantId> {
        self.seats.iter().find_map(|seat| match seat.scope {
            Scope::Merchant(id) => Some(id),
            _ => None,
        })
    }

    /// The buyer's account of the actor, if any.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.seats.iter().find_map(|seat| match seat.scope {
            Scope::Customer(id) => Some(id),
            _ => None,
        })
    }

    /// The user behind the request, if a person is.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self.principal {
            Principal::User(id) => Some(id),
            _ => None,
        }
    }

    /// Whether nobody signed in.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.principal == Principal::Anonymous
    }

    /// A stable text for histories and keys: `usr_…`, `key_…`, `system:workflows`, `anonymous`.
    #[must_use]
    pub fn id(&self) -> String {
        match &self.principal {
            Principal::Anonymous => "anonymous".to_owned(),
            Principal::User(id) => id.to_string(),
            Principal::ApiKey(id) => id.to_string(),
            Principal::System(part) => format!("system:{part}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Access, Action};

    #[tokio::test]
    async fn what_is_personal_is_refused_in_anothers_place() {
        let access = Access::from_policy("p, owner, bank, edit\np, owner, order, ship\nn, bank, edit\n").await.unwrap();
        let seat = Seat { scope: Scope::Operator, role: Role::named("owner") };
        let actor = Actor::new(Principal::User(UserId(uuid::Uuid::nil())), "Ann", [seat]);
        assert!(access.authorize(&actor, Action::new("bank", "edit")).is_ok());
        let acting = actor.in_place_of(UserId(uuid::Uuid::from_u128(1)), SessionId(uuid::Uuid::nil()));
        assert!(access.authorize(&acting, Action::new("bank", "edit")).is_err());
        assert!(access.authorize_within(&acting, Action::new("bank", "edit")).is_err());
        assert!(access.authorize(&acting, Action::new("order", "ship")).is_ok());
    }
}

//! What clients see of accounts, teams and keys.

use async_graphql::connection::Connection;
use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use identity::TeamRole;
use kernel::id::{CustomRoleId, MerchantId};

use super::role::{CustomRole, CustomRoleLoader, Right, right};
use super::session::Session;
use crate::customers::{Customer, CustomerLoader};
use crate::error::{Gql, answer, ctx};
use crate::loader::load;
use crate::page::{connection, page_args};

/// A built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "identity::RoleName")]
pub enum Role {
    /// May do everything.
    OperatorAdmin,
    /// Runs merchants and orders.
    OperatorOperations,
    /// Runs money.
    OperatorFinance,
    /// Runs the catalog.
    OperatorCatalog,
    /// Helps buyers.
    OperatorSupport,
    /// May do everything for one merchant.
    MerchantOwner,
    /// Products, offers and stock of one merchant.
    MerchantCatalog,
    /// Orders and shipments of one merchant.
    MerchantFulfillment,
    /// Balance, statements and payouts of one merchant.
    MerchantFinance,
    /// A trusted storefront; for keys only.
    Storefront,
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "identity::UserStatus")]
pub enum UserStatus {
    /// It can.
    Active,
    /// The operator shut it.
    Blocked,
    /// The person asked to be forgotten.
    Erased,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "identity::InvitationState")]
pub enum InvitationState {
    /// It can be accepted.
    Pending,
    /// It was.
    Accepted,
    /// It was taken back, or replaced by a newer one.
    Revoked,
    /// Nobody accepted it in time.
    Expired,
}

/// For whom an API key acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "identity::ApiKeyKind")]
pub enum ApiKeyKind {
    /// For the operator.
    Operator,
    /// For one merchant.
    Merchant,
    /// As a trusted storefront.
    Storefront,
}

/// A person who can sign in.
pub struct User(pub identity::User);

/// A person who can sign in.
#[Object]
impl User {
    /// The id.
    fn id(&self) -> ID {
        self.0.id.into()
    }
    /// The address to sign in with.
    fn email(&self) -> &str {
        &self.0.email
    }
    /// When the address was proven; null if it was not.
    fn email_verified_at(&self) -> Option<DateTime<Utc>> {
        self.0.email_verified_at
    }
    /// As shown.
    fn name(&self) -> &str {
        &self.0.name
    }
    /// Whether the account can be used.
    fn status(&self) -> UserStatus {
        self.0.status.into()
    }
    /// Whether a password is set.
    fn has_password(&self) -> bool {
        self.0.has_password
    }
    /// The buyer's account, if the person buys.
    async fn customer(&self, gql: &Context<'_>) -> Gql<Option<Customer>> {
        match self.0.customer {
            Some(id) => Ok(load::<CustomerLoader, _>(gql, id).await?.map(Customer)),
            None => Ok(None),
        }
    }
    /// The sessions, the newest first. For the operator; one's own are `sessions`.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn sessions(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Session>> {
        let page = answer(gql, page_args(first, after))?;
        let found = identity::user_sessions(ctx(gql)?, self.0.id, &page).await;
        answer(gql, found.map(|page| connection(page, Session)))
    }
    /// Grows with each change.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// Since when there is an account.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

fn built_in(role: TeamRole) -> Option<Role> {
    role.built_in().map(Role::from)
}

fn custom(role: TeamRole) -> Option<ID> {
    role.custom().map(ID::from)
}

/// A role that a person holds in a team.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Membership {
    /// The id.
    pub id: ID,
    /// The person.
    pub user_id: ID,
    /// The merchant; null for the operator's team.
    pub merchant_id: Option<ID>,
    /// The built-in role; null for one that somebody made.
    pub role: Option<Role>,
    /// Grows with each change.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
    #[graphql(skip)]
    held: Option<CustomRoleId>,
}

#[ComplexObject]
impl Membership {
    /// The role that the operator or the merchant made; null for a built-in one.
    async fn custom_role(&self, gql: &Context<'_>) -> Gql<Option<CustomRole>> {
        match self.held {
            Some(id) => Ok(load::<CustomRoleLoader, _>(gql, id).await?.map(CustomRole)),
            None => Ok(None),
        }
    }
}

impl From<identity::Membership> for Membership {
    fn from(of: identity::Membership) -> Self {
        Self {
            id: of.id.into(),
            user_id: of.user.into(),
            merchant_id: of.team.merchant().map(MerchantId::into),
            role: built_in(of.role),
            version: of.version,
            created_at: of.created_at,
            held: of.role.custom(),
        }
    }
}

/// A member of a team.
#[derive(SimpleObject)]
pub struct Member {
    /// The id of the membership.
    pub id: ID,
    /// The role the person holds in the team.
    pub membership: Membership,
    /// Name of the person.
    pub name: String,
    /// Address of the person.
    pub email: String,
    /// Whether the person can sign in.
    pub active: bool,
}

impl From<identity::Member> for Member {
    fn from(of: identity::Member) -> Self {
        let membership = Membership::from(of.membership);
        Self { id: membership.id.clone(), membership, name: of.name, email: of.email, active: of.active }
    }
}

/// Whoever is signed in.
pub struct Me(pub identity::Me);

/// Whoever is signed in.
#[Object]
impl Me {
    /// The id of the account.
    fn id(&self) -> ID {
        self.0.user.id.into()
    }
    /// The account.
    fn user(&self) -> User {
        User(self.0.user.clone())
    }
    /// The roles held in teams. All of them.
    fn memberships(&self) -> Vec<Membership> {
        self.0.memberships.iter().copied().map(Membership::from).collect()
    }
    /// The merchant for which this request acts: the one of the header `Souk-Merchant`, or the only one.
    fn acting_merchant_id(&self, gql: &Context<'_>) -> Gql<Option<ID>> {
        Ok(ctx(gql)?.actor().merchant().map(ID::from))
    }
    /// What this request may do of all that roles of teams can allow. All of it.
    #[graphql(complexity = "50 + 20 * child_complexity")]
    fn rights(&self, gql: &Context<'_>) -> Gql<Vec<Right>> {
        Ok(identity::rights(ctx(gql)?).into_iter().map(right).collect())
    }
    /// The names of the roles held in this request, `user` and `anonymous` included.
    fn roles(&self) -> Vec<&str> {
        self.0.seats.iter().map(|seat| seat.role.as_str()).collect()
    }
}

/// What can be done with an invitation now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum InvitationAction {
    /// Send it again with a new link and a new term.
    Resend,
    /// Take it back.
    Revoke,
}

/// An invitation of a person to a team.
pub struct Invitation(pub identity::Invitation);

/// An invitation of a person to a team.
#[Object]
impl Invitation {
    /// The id.
    fn id(&self) -> ID {
        self.0.id.into()
    }
    /// To whom it was mailed; nobody else can accept it.
    fn email(&self) -> &str {
        &self.0.email
    }
    /// How the person is addressed.
    fn name(&self) -> &str {
        &self.0.name
    }
    /// The merchant; null for the operator's team.
    fn merchant_id(&self) -> Option<ID> {
        self.0.team.merchant().map(ID::from)
    }
    /// The role on offer, if it is a built-in one.
    fn role(&self) -> Option<Role> {
        built_in(self.0.role)
    }
    /// The role on offer, if somebody made it.
    fn custom_role_id(&self) -> Option<ID> {
        custom(self.0.role)
    }
    /// Where it stands.
    fn state(&self, gql: &Context<'_>) -> Gql<InvitationState> {
        Ok(self.0.state(ctx(gql)?.now()).into())
    }
    /// What the caller can do with it now.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<InvitationAction>> {
        let ctx = ctx(gql)?;
        let state = self.0.state(ctx.now());
        let team = Some(self.0.team);
        // Of a role that somebody made the command decides: it looks at what it allows now.
        let grants = self.0.role.built_in().is_none_or(|role| role.may_be_granted_by(ctx.actor().seats(), team));
        let mine = ctx.may(identity::actions::MEMBER_MANAGE) && grants;
        Ok(match state {
            identity::InvitationState::Accepted => Vec::new(),
            _ if !mine => Vec::new(),
            identity::InvitationState::Revoked => vec![InvitationAction::Resend],
            _ => vec![InvitationAction::Resend, InvitationAction::Revoke],
        })
    }
    /// When it was sent.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Until when it can be accepted.
    fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
    /// When it was accepted.
    fn accepted_at(&self) -> Option<DateTime<Utc>> {
        self.0.accepted_at
    }
}

/// A key with which a program signs in. The key itself is shown once, when it is made.
#[derive(SimpleObject)]
pub struct ApiKey {
    /// The id.
    pub id: ID,
    /// What people call it.
    pub name: String,
    /// For whom it acts.
    pub kind: ApiKeyKind,
    /// The merchant for which it acts, if it does.
    pub merchant_id: Option<ID>,
    /// As what it acts, if that is a built-in role.
    pub role: Option<Role>,
    /// As what it acts, if somebody made that role.
    pub custom_role_id: Option<ID>,
    /// The last four characters of the key.
    pub hint: String,
    /// The person whose rights it never exceeds, whatever becomes of them; null for a key that Souk itself made.
    pub issuer_id: Option<ID>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it ends; null if never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Last use, to the minute.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl From<identity::ApiKey> for ApiKey {
    fn from(of: identity::ApiKey) -> Self {
        Self {
            id: of.id.into(),
            name: of.name,
            kind: of.scope.kind().into(),
            merchant_id: of.scope.team().merchant().map(MerchantId::into),
            role: built_in(of.role),
            custom_role_id: custom(of.role),
            hint: of.hint,
            issuer_id: of.issuer.map(ID::from),
            created_at: of.created_at,
            expires_at: of.expires_at,
            used_at: of.used_at,
            revoked_at: of.revoked_at,
        }
    }
}

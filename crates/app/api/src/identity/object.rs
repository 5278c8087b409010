//! What clients see of accounts, teams and keys.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::id::MerchantId;

use crate::customers::{Customer, CustomerLoader};
use crate::error::{Gql, ctx};
use crate::loader::load;

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
    async fn id(&self) -> ID {
        self.0.id.into()
    }
    /// The address to sign in with.
    async fn email(&self) -> &str {
        &self.0.email
    }
    /// When the address was proven; null if it was not.
    async fn email_verified_at(&self) -> Option<DateTime<Utc>> {
        self.0.email_verified_at
    }
    /// As shown.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Whether the account can be used.
    async fn status(&self) -> UserStatus {
        self.0.status.into()
    }
    /// Whether a password is set.
    async fn has_password(&self) -> bool {
        self.0.has_password
    }
    /// The buyer's account, if the person buys.
    async fn customer(&self, gql: &Context<'_>) -> Gql<Option<Customer>> {
        match self.0.customer {
            Some(id) => Ok(load::<CustomerLoader, _>(gql, id).await?.map(Customer)),
            None => Ok(None),
        }
    }
    /// Grows with each change.
    async fn version(&self) -> i64 {
        self.0.version
    }
    /// Since when there is an account.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A role that a person holds in a team.
#[derive(SimpleObject)]
pub struct Membership {
    /// The id.
    pub id: ID,
    /// The person.
    pub user_id: ID,
    /// The merchant; null for the operator's team.
    pub merchant_id: Option<ID>,
    /// The role.
    pub role: Role,
    /// Grows with each change.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl From<identity::Membership> for Membership {
    fn from(of: identity::Membership) -> Self {
        Self {
            id: of.id.into(),
            user_id: of.user.into(),
            merchant_id: of.team.merchant().map(MerchantId::into),
            role: of.role.into(),
            version: of.version,
            created_at: of.created_at,
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
    async fn id(&self) -> ID {
        self.0.user.id.into()
    }
    /// The account.
    async fn user(&self) -> User {
        User(self.0.user.clone())
    }
    /// The roles held in teams. All of them.
    async fn memberships(&self) -> Vec<Membership> {
        self.0.memberships.iter().copied().map(Membership::from).collect()
    }
    /// The merchant for which this request acts: the one of the header `Souk-Merchant`, or the only one.
    async fn acting_merchant_id(&self, gql: &Context<'_>) -> Gql<Option<ID>> {
        Ok(ctx(gql)?.actor().merchant().map(ID::from))
    }
    /// The names of the roles held in this request, `user` and `anonymous` included.
    async fn roles(&self) -> Vec<&str> {
        self.0.seats.iter().map(|seat| seat.role.as_str()).collect()
    }
}

/// A signed-in session.
pub struct Session(pub identity::Session);

/// A signed-in session.
#[Object]
impl Session {
    /// The id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }
    /// The program that signed in, as it called itself.
    async fn user_agent(&self) -> Option<&str> {
        self.0.user_agent.as_deref()
    }
    /// Address of the client at sign-in.
    async fn ip(&self) -> Option<&str> {
        self.0.ip.as_deref()
    }
    /// Whether it is the session of this request.
    async fn is_current(&self, gql: &Context<'_>) -> Gql<bool> {
        Ok(ctx(gql)?.actor().session() == Some(self.0.id))
    }
    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Last use, to ten minutes.
    async fn used_at(&self) -> DateTime<Utc> {
        self.0.used_at
    }
    /// When it ends if it is not used.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
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
    async fn id(&self) -> ID {
        self.0.id.into()
    }
    /// To whom it was mailed; nobody else can accept it.
    async fn email(&self) -> &str {
        &self.0.email
    }
    /// How the person is addressed.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The merchant; null for the operator's team.
    async fn merchant_id(&self) -> Option<ID> {
        self.0.team.merchant().map(ID::from)
    }
    /// The role on offer.
    async fn role(&self) -> Role {
        self.0.role.into()
    }
    /// Where it stands.
    async fn state(&self, gql: &Context<'_>) -> Gql<InvitationState> {
        Ok(self.0.state(ctx(gql)?.now()).into())
    }
    /// What the caller can do with it now.
    async fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<InvitationAction>> {
        let ctx = ctx(gql)?;
        let state = self.0.state(ctx.now());
        let mine = ctx.may(identity::actions::MEMBER_MANAGE)
            && self.0.role.may_be_granted_by(ctx.actor().seats(), Some(self.0.team));
        Ok(match state {
            identity::InvitationState::Accepted => Vec::new(),
            _ if !mine => Vec::new(),
            identity::InvitationState::Revoked => vec![InvitationAction::Resend],
            _ => vec![InvitationAction::Resend, InvitationAction::Revoke],
        })
    }
    /// When it was sent.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Until when it can be accepted.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
    /// When it was accepted.
    async fn accepted_at(&self) -> Option<DateTime<Utc>> {
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
    /// As what it acts.
    pub role: Role,
    /// The last four characters of the key.
    pub hint: String,
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
            role: of.role.into(),
            hint: of.hint,
            created_at: of.created_at,
            expires_at: of.expires_at,
            used_at: of.used_at,
            revoked_at: of.revoked_at,
        }
    }
}

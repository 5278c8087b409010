//! Reads.

pub(crate) mod holder;
pub(crate) mod role;

use std::collections::HashMap;

use access::{Action, Seat};
use context::Ctx;
use kernel::id::UserId;
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::command::oneself;
use crate::model::{
    ApiKey, Invitation, InvitationState, LinkedIdentity, Member, Membership, Secret, SecurityPolicy, Session, Team,
    User, UserStatus,
};
use crate::{Error, actions, entity, repo};

/// Whoever is behind the request.
#[derive(Debug, Clone)]
pub struct Me {
    /// The person.
    pub user: User,
    /// The roles held anywhere.
    pub memberships: Vec<Membership>,
    /// The seats held in this request.
    pub seats: Vec<Seat>,
}

/// The second factor of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whether it is in force.
    pub enabled: bool,
    /// How many recovery codes are left.
    pub recovery_codes_left: i64,
    /// Whether roles are not held in this session until it was shown.
    pub missing: bool,
}

/// The second factor of the own account.
///
/// # Errors
/// Denied when nobody is signed in, or a program is.
pub async fn second_factor(ctx: &Ctx) -> Result<SecondFactor, Error> {
    let id = oneself(ctx)?;
    let held = repo::member::of_user(ctx.read(), id).await?;
    let rules = ctx.world().access.rules();
    let asked = |held: &Membership| rules.second_factor.contains(&held.role.role());
    let seated = |held: &Membership| ctx.actor().seats().contains(&held.seat());
    let acting =
        |held: &Membership| held.team.merchant().is_none_or(|id| ctx.actor().merchant().is_none_or(|of| of == id));
    Ok(SecondFactor {
        enabled: repo::second_factor::is_on(ctx.read(), id).await?,
        recovery_codes_left: repo::second_factor::codes_left(ctx.read(), id).await?,
        missing: held.iter().any(|held| asked(held) && acting(held) && !seated(held)),
    })
}

/// The identities at providers by which the own account opens.
///
/// # Errors
/// Denied when nobody is signed in, or a program is.
pub async fn sign_in_identities(ctx: &Ctx) -> Result<Vec<LinkedIdentity>, Error> {
    repo::oidc::of_user(ctx.read(), oneself(ctx)?).await
}

/// What is asked of those who sign in.
///
/// # Errors
/// Denied.
pub async fn security_policy(ctx: &Ctx) -> Result<SecurityPolicy, Error> {
    wide(ctx, actions::SECURITY_READ)?;
    repo::security::policy(ctx.read()).await
}

/// The signed-in person with roles and seats.
///
/// # Errors
/// Denied when nobody is signed in, or a program is.
pub async fn me(ctx: &Ctx) -> Result<Me, Error> {
    let id = oneself(ctx)?;
    let account = repo::account::by_id(ctx.read(), id).await?.ok_or(context::Error::NotFound("user"))?;
    let memberships = repo::member::of_user(ctx.read(), id).await?;
    Ok(Me { user: account.user, memberships, seats: ctx.actor().seats().to_vec() })
}

/// One's own sessions, the newest first.
///
/// # Errors
/// Denied; a bad cursor.
pub async fn sessions(ctx: &Ctx, page: &PageArgs) -> Result<Page<Session>, Error> {
    let user = oneself(ctx)?;
    let rows = repo::session::of_user(ctx.read(), user, ctx.now(), page).await?;
    Ok(Page::from_rows(rows, page, |session| session.id))
}

/// The sessions of an account, the newest first. For the operator.
///
/// # Errors
/// Denied; not found; a bad cursor.
pub async fn user_sessions(ctx: &Ctx, user: UserId, page: &PageArgs) -> Result<Page<Session>, Error> {
    wide(ctx, actions::SESSION_READ)?;
    user_on(ctx.read(), user).await?;
    let rows = repo::session::of_user(ctx.read(), user, ctx.now(), page).await?;
    Ok(Page::from_rows(rows, page, |session| session.id))
}

/// The members of a team, the oldest first.
///
/// # Errors
/// Denied; not found for a team of others; a bad cursor.
pub async fn members(ctx: &Ctx, team: Team, page: &PageArgs) -> Result<Page<Member>, Error> {
    let grant = ctx.authorize(actions::MEMBER_READ)?;
    let rows = repo::member::page(&ctx.read_for(&grant), &grant, team, page).await?;
    let ids: Vec<UserId> = rows.iter().map(|row| row.user).collect();
    let users: HashMap<UserId, User> =
        repo::account::by_ids(&ctx.read_for(&grant), &ids).await?.into_iter().map(|user| (user.id, user)).collect();
    let members = Page::from_rows(rows, page, |row| row.id).map(|membership| {
        let user = users.get(&membership.user);
        Member {
            membership,
            name: user.map(|user| user.name.clone()).unwrap_or_default(),
            email: user.map(|user| user.email.clone()).unwrap_or_default(),
            active: user.is_some_and(|user| user.status == UserStatus::Active),
        }
    });
    Ok(members)
}

/// The name of a person who has a place in a team and may sign in. It authorizes nothing: it is for commands that have
/// authorized their own action.
///
/// # Errors
/// The database error.
pub async fn member_name_on<C: ConnectionTrait>(conn: &C, user: UserId, team: Team) -> Result<Option<String>, Error> {
    if !repo::member::of_user(conn, user).await?.iter().any(|membership| membership.team == team) {
        return Ok(None);
    }
    let users = repo::account::by_ids(conn, &[user]).await?;
    Ok(users.into_iter().find(|user| user.status == UserStatus::Active).map(|user| user.name))
}

/// The invitations to a team, the newest first.
///
/// # Errors
/// Denied; not found for a team of others; a bad cursor.
pub async fn invitations(ctx: &Ctx, team: Team, page: &PageArgs) -> Result<Page<Invitation>, Error> {
    let grant = ctx.authorize(actions::MEMBER_READ)?;
    let rows = repo::member::page_invitations(&ctx.read_for(&grant), &grant, team, page).await?;
    Ok(Page::from_rows(rows, page, |row| row.id))
}

/// The invitation of a token, for the page on which it is accepted; none when it cannot be accepted.
///
/// # Errors
/// The database error.
pub async fn invitation_by_token(ctx: &Ctx, token: &Secret) -> Result<Option<Invitation>, Error> {
    ctx.authorize(actions::INVITATION_ACCEPT)?;
    let invitation = repo::member::invitation_by_token(ctx.read(), token).await?;
    Ok(invitation.filter(|invitation| invitation.state(ctx.now()) == InvitationState::Pending))
}

/// Which keys: those of a team. Storefront keys are the operator's.
pub type ApiKeyFilter = Team;

/// The API keys of a team, the newest first, revoked ones included.
///
/// # Errors
/// Denied; not found for a team of others; a bad cursor.
pub async fn api_keys(ctx: &Ctx, team: ApiKeyFilter, page: &PageArgs) -> Result<Page<ApiKey>, Error> {
    let grant = ctx.authorize(actions::API_KEY_READ)?;
    let rows = repo::key::page(&ctx.read_for(&grant), &grant, team, page).await?;
    Ok(Page::from_rows(rows, page, |row| row.id))
}

/// Accounts, the newest first; `search` finds parts of the name or the address.
///
/// # Errors
/// Denied; a bad cursor.
pub async fn users(ctx: &Ctx, search: Option<&str>, page: &PageArgs) -> Result<Page<User>, Error> {
    wide(ctx, actions::USER_READ)?;
    let mut wanted = Condition::all();
    if let Some(search) = search.map(kernel::text::fold).filter(|search| !search.is_empty()) {
        let like =
            || sea_orm::sea_query::LikeExpr::new(format!("%{}%", db::dialect::like_escape(&search))).escape('\\');
        wanted = wanted.add(
            Condition::any()
                .add(entity::user::Column::NameFold.like(like()))
                .add(entity::user::Column::Email.like(like())),
        );
    }
    if let Some(after) = page.after_key::<UserId>()? {
        wanted = wanted.add(entity::user::Column::Id.lt(after));
    }
    let rows = entity::user::Entity::find()
        .filter(wanted)
        .order_by_desc(entity::user::Column::Id)
        .limit(page.limit())
        .all(ctx.read())
        .await?;
    Ok(Page::from_rows(rows.into_iter().map(User::from).collect(), page, |row: &User| row.id))
}

/// One account.
///
/// # Errors
/// Denied; not found.
pub async fn user(ctx: &Ctx, id: UserId) -> Result<User, Error> {
    wide(ctx, actions::USER_READ)?;
    user_on(ctx.read(), id).await
}

/// One account, for crates above that have authorized.
///
/// # Errors
/// Not found.
pub async fn user_on<C: ConnectionTrait>(conn: &C, id: UserId) -> Result<User, Error> {
    Ok(repo::account::by_id(conn, id).await?.ok_or(context::Error::NotFound("user"))?.user)
}

/// Those of `users` who can sign in and hold a place in `team`, with their names, for crates above that have authorized.
///
/// # Errors
/// The database error.
pub async fn seated_on<C: ConnectionTrait>(
    conn: &C,
    team: Team,
    users: &[UserId],
) -> Result<HashMap<UserId, String>, Error> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let seated = repo::member::among(conn, team, users).await?;
    let found = repo::account::by_ids(conn, &seated).await?;
    let active = found.into_iter().filter(|user| user.status == UserStatus::Active);
    Ok(active.map(|user| (user.id, user.name)).collect())
}

/// Accounts by id, for loaders. Unknown ids are left out.
///
/// # Errors
/// Denied.
pub async fn users_by_ids(ctx: &Ctx, ids: &[UserId]) -> Result<HashMap<UserId, User>, Error> {
    wide(ctx, actions::USER_READ)?;
    let users = repo::account::by_ids(ctx.read(), ids).await?;
    Ok(users.into_iter().map(|user| (user.id, user)).collect())
}

/// Accounts belong to no merchant: only the operator's staff and Souk itself read them.
pub(crate) fn wide(ctx: &Ctx, action: Action) -> Result<(), Error> {
    let grant = ctx.authorize(action)?;
    if grant.is_wide() { Ok(()) } else { Err(access::Denied::Lacking(action).into()) }
}

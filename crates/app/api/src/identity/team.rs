//! Members and invitations.

use async_graphql::{Context, ID, InputObject, Object};
use identity::{AddMember, Added, InvitationAccept, MemberAccess, MemberCreate, MemberRoleChange, Secret};

use super::known_team;
use super::object::{Invitation, Membership, Role};
use super::role::team_role;
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

/// Who is to become a member.
#[derive(InputObject)]
pub struct MemberInviteInput {
    /// Address of the person.
    pub email: String,
    /// Name of the person.
    pub name: String,
    /// Of whose team; the caller's own if absent.
    pub merchant_id: Option<ID>,
    /// In which built-in role; not wider than the caller's own.
    pub role: Option<Role>,
    /// In which role that somebody made, in place of a built-in one.
    pub custom_role_id: Option<ID>,
}

/// Who becomes a member at once.
#[derive(InputObject)]
pub struct MemberAddInput {
    /// Address of the person. It must not have an account.
    pub email: String,
    /// Name of the person.
    pub name: String,
    /// Of whose team; the caller's own if absent.
    pub merchant_id: Option<ID>,
    /// In which built-in role; not wider than the caller's own.
    pub role: Option<Role>,
    /// In which role that somebody made, in place of a built-in one.
    pub custom_role_id: Option<ID>,
    /// The first password.
    pub password: String,
}

/// Which member gets which role.
#[derive(InputObject)]
pub struct MemberRoleChangeInput {
    /// The membership.
    pub id: ID,
    /// The new role in the same team, a built-in one.
    pub role: Option<Role>,
    /// The new role, one that somebody made.
    pub custom_role_id: Option<ID>,
    /// The version that the caller saw.
    pub expected_version: i64,
}

/// Which member to remove.
#[derive(InputObject)]
pub struct MemberRemoveInput {
    /// The membership.
    pub id: ID,
}

/// Accepts an invitation.
#[derive(InputObject)]
pub struct InvitationAcceptInput {
    /// The token of the link.
    pub token: String,
    /// The name to be shown, if another than the one in the invitation. Ignored when there is an account.
    pub name: Option<String>,
    /// The new password; the current one when the address has an account. Not asked of somebody who is signed in.
    pub password: Option<String>,
}

/// Which invitation to send again.
#[derive(InputObject)]
pub struct InvitationResendInput {
    /// The invitation.
    pub id: ID,
}

/// Which invitation to take back.
#[derive(InputObject)]
pub struct InvitationRevokeInput {
    /// The invitation.
    pub id: ID,
}

payload! {
    /// What became of `memberInvite`.
    MemberInvitePayload { /// The invitation; its link goes by mail only.
        invitation: Invitation }
    /// What became of `memberAdd`.
    MemberAddPayload { /// The membership.
        membership: Membership }
    /// What became of `memberRoleChange`.
    MemberRoleChangePayload { /// The membership.
        membership: Membership }
    /// What became of `memberRemove`.
    MemberRemovePayload { /// The membership that is no more.
        membership: Membership }
    /// What became of `invitationAccept`.
    InvitationAcceptPayload { /// The new membership.
        membership: Membership }
    /// What became of `invitationResend`.
    InvitationResendPayload { /// The invitation that replaces the former one.
        invitation: Invitation }
    /// What became of `invitationRevoke`.
    InvitationRevokePayload { /// The invitation.
        invitation: Invitation }
}

/// Members and invitations.
#[derive(Default)]
pub struct TeamMutation;

#[Object]
impl TeamMutation {
    /// Invites a person to a team by mail. A newer invitation to the same role replaces an older one.
    async fn member_invite(&self, gql: &Context<'_>, input: MemberInviteInput) -> Gql<MemberInvitePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(identity::actions::MEMBER_MANAGE)?;
            let team = known_team(ctx, input.merchant_id.as_ref()).await?;
            let role = team_role(input.role, input.custom_role_id.as_ref())?;
            let (email, name) = (input.email, input.name);
            match identity::member_add(ctx, AddMember { email, name, team, role, access: MemberAccess::Invite }).await?
            {
                Added::Invited(invitation) => Ok(invitation),
                Added::Member(_) => Err(identity::Error::from(context::Error::internal("a member without invitation"))),
            }
        };
        respond(gql, Box::pin(done).await.map(Invitation))
    }

    /// Makes an account with a first password and seats it in a team at once.
    async fn member_add(&self, gql: &Context<'_>, input: MemberAddInput) -> Gql<MemberAddPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(identity::actions::MEMBER_MANAGE)?;
            let team = known_team(ctx, input.merchant_id.as_ref()).await?;
            let role = team_role(input.role, input.custom_role_id.as_ref())?;
            let MemberAddInput { email, name, password, .. } = input;
            identity::member_create(ctx, MemberCreate { email, name, team, role, password }).await
        };
        respond(gql, Box::pin(done).await.map(Membership::from))
    }

    /// Gives a member another role in the same team. The last owner or administrator stays.
    async fn member_role_change(
        &self,
        gql: &Context<'_>,
        input: MemberRoleChangeInput,
    ) -> Gql<MemberRoleChangePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(identity::actions::MEMBER_MANAGE)?;
            let id = input::id("id", &input.id)?;
            let role = team_role(input.role, input.custom_role_id.as_ref())?;
            let expected_version = input.expected_version;
            identity::member_role_change(ctx, MemberRoleChange { id, role, expected_version }).await
        };
        respond(gql, Box::pin(done).await.map(Membership::from))
    }

    /// Takes a membership away, at once. The last owner or administrator stays.
    async fn member_remove(&self, gql: &Context<'_>, input: MemberRemoveInput) -> Gql<MemberRemovePayload> {
        let ctx = ctx(gql)?;
        let done = async { identity::member_remove(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(Membership::from))
    }

    /// Makes the person to whom the invitation was mailed a member. The link works once.
    async fn invitation_accept(&self, gql: &Context<'_>, input: InvitationAcceptInput) -> Gql<InvitationAcceptPayload> {
        let InvitationAcceptInput { token, name, password } = input;
        let accept = InvitationAccept { token: Secret::from_client(token), name, password };
        respond(gql, identity::invitation_accept(ctx(gql)?, accept).await.map(Membership::from))
    }

    /// Sends an invitation again with a new link and a new term; the former link stops working.
    async fn invitation_resend(&self, gql: &Context<'_>, input: InvitationResendInput) -> Gql<InvitationResendPayload> {
        let ctx = ctx(gql)?;
        let done = async { identity::invitation_resend(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(Invitation))
    }

    /// Takes an invitation back.
    async fn invitation_revoke(&self, gql: &Context<'_>, input: InvitationRevokeInput) -> Gql<InvitationRevokePayload> {
        let ctx = ctx(gql)?;
        let done = async { identity::invitation_revoke(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(Invitation))
    }
}

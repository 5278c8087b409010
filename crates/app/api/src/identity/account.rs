//! Signing in and out, passwords, addresses, blocking.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use identity::{PasswordChange, PasswordSet, Secret, SignIn, SignInStep, UserBlock, UserSessionsRevoke};

use super::object::User;
use super::session::Session;
use crate::error::{Gql, Payload, UserError, ctx, respond};
use crate::{input, payload};

/// E-mail address and password.
#[derive(InputObject)]
pub struct SignInInput {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// How the program that signs in calls itself; shown in the list of sessions.
    pub user_agent: Option<String>,
}

/// A new session with its token.
#[derive(SimpleObject)]
pub struct SignedIn {
    /// The token, shown this once. Send it as `Authorization: Bearer …`.
    pub token: String,
    /// When the session ends if it is not used.
    pub expires_at: DateTime<Utc>,
    /// Who signed in.
    pub user: User,
    /// The session.
    pub session: Session,
}

/// Which session to end.
#[derive(InputObject)]
pub struct SessionRevokeInput {
    /// The session.
    pub id: ID,
}

/// A new password, proven by the current one.
#[derive(InputObject)]
pub struct PasswordChangeInput {
    /// The current password.
    pub current_password: String,
    /// The new one.
    pub new_password: String,
}

/// Whose password was forgotten.
#[derive(InputObject)]
pub struct PasswordResetRequestInput {
    /// The address of the account.
    pub email: String,
}

/// A new password, proven by a mailed token.
#[derive(InputObject)]
pub struct PasswordSetInput {
    /// The token of the link.
    pub token: String,
    /// The new password.
    pub password: String,
}

/// Which address is proven.
#[derive(InputObject)]
pub struct EmailVerifyInput {
    /// The token of the link.
    pub token: String,
}

/// Which account to shut, and why.
#[derive(InputObject)]
pub struct UserBlockInput {
    /// The account.
    pub id: ID,
    /// Why, for the history.
    pub reason: String,
}

/// Whose sessions to end, and why.
#[derive(InputObject)]
pub struct UserSessionsRevokeInput {
    /// The account.
    pub user_id: ID,
    /// Which session; all of them if absent.
    pub session_id: Option<ID>,
    /// Why, for the history.
    pub reason: String,
}

/// Which account to open again.
#[derive(InputObject)]
pub struct UserUnblockInput {
    /// The account.
    pub id: ID,
}

/// A sign-in that waits for the second factor.
#[derive(SimpleObject)]
pub struct SignInChallenge {
    /// What names it, shown this once. Send it to `signInConfirm`.
    pub token: String,
    /// Until when the second factor can be shown.
    pub expires_at: DateTime<Utc>,
}

/// What became of `signIn`.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// The new session; null when a second factor is asked for.
    pub signed_in: Option<SignedIn>,
    /// What to send to `signInConfirm` with a code, when the account has a second factor.
    pub challenge: Option<SignInChallenge>,
    /// Why nothing was done; empty after success.
    pub user_errors: Vec<UserError>,
}

impl Payload for SignInPayload {
    type Done = SignInStep;
    fn done(done: SignInStep) -> Self {
        let user_errors = Vec::new();
        match done {
            SignInStep::Done(signed) => Self { signed_in: Some(signed_in(*signed)), challenge: None, user_errors },
            SignInStep::SecondFactor(of) => {
                let challenge = SignInChallenge { token: of.token.reveal().to_owned(), expires_at: of.expires_at };
                Self { signed_in: None, challenge: Some(challenge), user_errors }
            }
        }
    }
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self { signed_in: None, challenge: None, user_errors }
    }
}

pub(super) fn signed_in(signed: identity::SignedIn) -> SignedIn {
    SignedIn {
        token: signed.token.reveal().to_owned(),
        expires_at: signed.expires_at,
        user: User(signed.user),
        session: Session(signed.session),
    }
}

/// The second factor of a sign-in. One of `code` and `recoveryCode` is given.
#[derive(InputObject)]
pub struct SignInConfirmInput {
    /// What `signIn` gave.
    pub challenge: String,
    /// The code that the app shows now. None is good twice.
    pub code: Option<String>,
    /// One of the recovery codes; it is used up.
    pub recovery_code: Option<String>,
}

payload! {
    /// What became of `signInConfirm`.
    SignInConfirmPayload { /// The new session.
        signed_in: SignedIn }
    /// What became of `signOut`.
    SignOutPayload { /// Whether the session is over.
        done: bool }
    /// What became of `sessionRevoke`.
    SessionRevokePayload { /// The session that is over.
        id: ID }
    /// What became of `sessionRevokeOthers`.
    SessionRevokeOthersPayload { /// How many sessions were ended.
        revoked_count: u64 }
    /// What became of `passwordChange`.
    PasswordChangePayload { /// The account.
        user: User }
    /// What became of `passwordResetRequest`.
    PasswordResetRequestPayload { /// Whether a mail is on its way, if the address has an account.
        done: bool }
    /// What became of `passwordSet`.
    PasswordSetPayload { /// The account.
        user: User }
    /// What became of `emailVerificationSend`.
    EmailVerificationSendPayload { /// Whether the address is proven or a mail is on its way.
        done: bool }
    /// What became of `emailVerify`.
    EmailVerifyPayload { /// The account.
        user: User }
    /// What became of `userBlock`.
    UserBlockPayload { /// The account.
        user: User }
    /// What became of `userSessionsRevoke`.
    UserSessionsRevokePayload { /// How many sessions were ended.
        revoked_count: u64 }
    /// What became of `userUnblock`.
    UserUnblockPayload { /// The account.
        user: User }
}

/// Signing in and out, passwords, addresses, blocking.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Begins a session, or asks for the second factor of an account that has one. Unknown address, wrong password and blocked account are one answer; guessing is slowed down.
    async fn sign_in(&self, gql: &Context<'_>, input: SignInInput) -> Gql<SignInPayload> {
        let SignInInput { email, password, user_agent } = input;
        respond(gql, Box::pin(identity::sign_in(ctx(gql)?, SignIn { email, password, user_agent })).await)
    }

    /// Begins the session of an account with a second factor. Guessing is slowed down.
    async fn sign_in_confirm(&self, gql: &Context<'_>, input: SignInConfirmInput) -> Gql<SignInConfirmPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let proof = super::security::proof(None, input.code, input.recovery_code)?;
            identity::sign_in_confirm(ctx, &Secret::from_client(input.challenge), &proof).await
        };
        respond(gql, Box::pin(done).await.map(signed_in))
    }

    /// Ends the session of the request.
    async fn sign_out(&self, gql: &Context<'_>) -> Gql<SignOutPayload> {
        respond(gql, identity::sign_out(ctx(gql)?).await.map(|()| true))
    }

    /// Ends one of one's own sessions.
    async fn session_revoke(&self, gql: &Context<'_>, input: SessionRevokeInput) -> Gql<SessionRevokePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            identity::session_revoke(ctx, input::id("id", &input.id)?).await?;
            Ok::<_, identity::Error>(input.id)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Ends all of one's own sessions but that of the request.
    async fn session_revoke_others(&self, gql: &Context<'_>) -> Gql<SessionRevokeOthersPayload> {
        respond(gql, identity::session_revoke_others(ctx(gql)?).await)
    }

    /// Changes one's own password and ends all other sessions.
    async fn password_change(&self, gql: &Context<'_>, input: PasswordChangeInput) -> Gql<PasswordChangePayload> {
        let change = PasswordChange { current: input.current_password, new: input.new_password };
        respond(gql, identity::password_change(ctx(gql)?, change).await.map(User))
    }

    /// Mails a link that sets the password, if the address has an account. The answer does not tell whether.
    async fn password_reset_request(
        &self,
        gql: &Context<'_>,
        input: PasswordResetRequestInput,
    ) -> Gql<PasswordResetRequestPayload> {
        respond(gql, identity::password_reset_request(ctx(gql)?, &input.email).await.map(|()| true))
    }

    /// Sets a forgotten password with the token of the link; all sessions end.
    async fn password_set(&self, gql: &Context<'_>, input: PasswordSetInput) -> Gql<PasswordSetPayload> {
        let set = PasswordSet { token: Secret::from_client(input.token), password: input.password };
        respond(gql, identity::password_set_with_token(ctx(gql)?, set).await.map(User))
    }

    /// Mails another link that proves one's own address.
    async fn email_verification_send(&self, gql: &Context<'_>) -> Gql<EmailVerificationSendPayload> {
        respond(gql, identity::email_verification_send(ctx(gql)?).await.map(|()| true))
    }

    /// Proves an address with the token of the link.
    async fn email_verify(&self, gql: &Context<'_>, input: EmailVerifyInput) -> Gql<EmailVerifyPayload> {
        respond(gql, identity::email_verify(ctx(gql)?, &Secret::from_client(input.token)).await.map(User))
    }

    /// Shuts an account: it cannot sign in and its sessions end at once.
    async fn user_block(&self, gql: &Context<'_>, input: UserBlockInput) -> Gql<UserBlockPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let block = UserBlock { user: input::id("id", &input.id)?, reason: input.reason };
            identity::user_block(ctx, block).await
        };
        respond(gql, Box::pin(done).await.map(User))
    }

    /// Ends sessions of an account.
    async fn user_sessions_revoke(
        &self,
        gql: &Context<'_>,
        input: UserSessionsRevokeInput,
    ) -> Gql<UserSessionsRevokePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let user = input::id("userId", &input.user_id)?;
            let session = input::optional_id("sessionId", input.session_id.as_ref())?;
            identity::user_sessions_revoke(ctx, UserSessionsRevoke { user, session, reason: input.reason }).await
        };
        respond(gql, Box::pin(done).await)
    }

    /// Opens a blocked account again.
    async fn user_unblock(&self, gql: &Context<'_>, input: UserUnblockInput) -> Gql<UserUnblockPayload> {
        let ctx = ctx(gql)?;
        let done = async { identity::user_unblock(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(User))
    }
}

//! Second factors, showing once more who one is, and what the operator asks of those who sign in.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use identity::{Proof, SecurityPolicyEdit, TeamRole};
use kernel::Invalid;

use super::object::{Role, User};
use crate::error::{Gql, answer, ctx, respond};
use crate::{input, payload};

/// Reads the one proof that is given.
pub(super) fn proof(
    password: Option<String>,
    code: Option<String>,
    recovery_code: Option<String>,
) -> Result<Proof, context::Error> {
    match (password, code, recovery_code) {
        (Some(password), None, None) => Ok(Proof::Password(password)),
        (None, Some(code), None) => Ok(Proof::Code(code)),
        (None, None, Some(code)) => Ok(Proof::RecoveryCode(code)),
        (None, None, None) => Err(Invalid::required("code").into()),
        _ => Err(Invalid::new("code", "CONFLICT", "one proof is enough").into()),
    }
}

/// The second factor of an account.
#[derive(SimpleObject)]
pub struct SecondFactor {
    /// Whether it is in force.
    pub enabled: bool,
    /// How many recovery codes are left.
    pub recovery_codes_left: i64,
    /// Whether roles are not held in this session until it was set up or shown, because the operator asks for it.
    pub missing: bool,
}

impl From<identity::SecondFactor> for SecondFactor {
    fn from(of: identity::SecondFactor) -> Self {
        Self { enabled: of.enabled, recovery_codes_left: of.recovery_codes_left, missing: of.missing }
    }
}

/// What an app needs to show codes.
#[derive(SimpleObject)]
pub struct TotpEnrolment {
    /// The secret in base 32, to be typed. Shown this once.
    pub secret: String,
    /// The same as an `otpauth` address, to be shown as a picture.
    pub url: String,
}

/// What the operator asks of those who sign in.
#[derive(SimpleObject)]
pub struct SecurityPolicy {
    /// For so many minutes a password or code that was given is enough for sensitive commands.
    pub fresh_minutes: i64,
    /// The built-in roles that are held only by who has signed in with a second factor.
    pub second_factor_roles: Vec<Role>,
    /// The same of roles that somebody made.
    pub second_factor_custom_role_ids: Vec<ID>,
    /// Grows with each change.
    pub version: i64,
}

impl From<identity::SecurityPolicy> for SecurityPolicy {
    fn from(of: identity::SecurityPolicy) -> Self {
        Self {
            fresh_minutes: of.fresh_minutes,
            second_factor_roles: of
                .second_factor_roles
                .iter()
                .filter_map(|role| role.built_in())
                .map(Role::from)
                .collect(),
            second_factor_custom_role_ids: of
                .second_factor_roles
                .iter()
                .filter_map(|role| role.custom())
                .map(ID::from)
                .collect(),
            version: of.version,
        }
    }
}

/// The first code of an app.
#[derive(InputObject)]
pub struct TotpConfirmInput {
    /// The code that the app shows now.
    pub code: String,
}

/// Shows once more who one is. One of the three is given.
#[derive(InputObject)]
pub struct ReauthenticateInput {
    /// The password.
    pub password: Option<String>,
    /// The code that the app shows now. None is good twice.
    pub code: Option<String>,
    /// One of the recovery codes; it is used up.
    pub recovery_code: Option<String>,
}

/// Whose second factor to take off, and why.
#[derive(InputObject)]
pub struct UserSecondFactorResetInput {
    /// The account.
    pub id: ID,
    /// Why, for the history.
    pub reason: String,
}

/// A change of what is asked of those who sign in; what is absent stays.
#[derive(InputObject)]
pub struct SecurityPolicyEditInput {
    /// The version that the caller saw.
    pub expected_version: i64,
    /// For so many minutes a password or code that was given is enough for sensitive commands; 1 to 1440.
    pub fresh_minutes: Option<i64>,
    /// All built-in roles that are held only by who has signed in with a second factor. Given together with the next.
    pub second_factor_roles: Option<Vec<Role>>,
    /// All roles of somebody's making of which that is asked.
    pub second_factor_custom_role_ids: Option<Vec<ID>>,
}

impl SecurityPolicyEditInput {
    fn read(self) -> Result<SecurityPolicyEdit, context::Error> {
        let custom = self.second_factor_custom_role_ids;
        let roles = match (self.second_factor_roles, custom) {
            (None, None) => None,
            (built_in, custom) => {
                let custom = input::ids("secondFactorCustomRoleIds", &custom.unwrap_or_default(), 100)?;
                let built_in = built_in.unwrap_or_default().into_iter().map(|role| TeamRole::BuiltIn(role.into()));
                Some(built_in.chain(custom.into_iter().map(TeamRole::Custom)).collect())
            }
        };
        Ok(SecurityPolicyEdit {
            expected_version: self.expected_version,
            fresh_minutes: self.fresh_minutes,
            second_factor_roles: roles,
        })
    }
}

payload! {
    /// What became of `totpEnrol`.
    TotpEnrolPayload { /// What the app needs.
        enrolment: TotpEnrolment }
    /// What became of `totpConfirm`.
    TotpConfirmPayload { /// The recovery codes, each good once. Shown this once.
        recovery_codes: Vec<String> }
    /// What became of `totpDisable`.
    TotpDisablePayload { /// Whether the second factor is off.
        done: bool }
    /// What became of `recoveryCodesRenew`.
    RecoveryCodesRenewPayload { /// The recovery codes, each good once. Shown this once.
        recovery_codes: Vec<String> }
    /// What became of `reauthenticate`.
    ReauthenticatePayload { /// Whether sensitive commands are taken for a while.
        done: bool }
    /// What became of `userSecondFactorReset`.
    UserSecondFactorResetPayload { /// The account.
        user: User }
    /// What became of `securityPolicyEdit`.
    SecurityPolicyEditPayload { /// The policy.
        policy: SecurityPolicy }
}

/// Questions about second factors.
#[derive(Default)]
pub struct SecurityQuery;

#[Object]
impl SecurityQuery {
    /// The second factor of the own account.
    async fn second_factor(&self, gql: &Context<'_>) -> Gql<SecondFactor> {
        answer(gql, identity::second_factor(ctx(gql)?).await.map(SecondFactor::from))
    }

    /// What the operator asks of those who sign in.
    async fn security_policy(&self, gql: &Context<'_>) -> Gql<SecurityPolicy> {
        answer(gql, identity::security_policy(ctx(gql)?).await.map(SecurityPolicy::from))
    }
}

/// Second factors, and showing once more who one is.
#[derive(Default)]
pub struct SecurityMutation;

#[Object]
impl SecurityMutation {
    /// Begins a second factor for the own account: codes of an app (TOTP). It counts after `totpConfirm`.
    async fn totp_enrol(&self, gql: &Context<'_>) -> Gql<TotpEnrolPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let market = marketplace::snapshot(ctx).await.map_err(context::Error::internal)?;
            identity::totp_enrol(ctx, &market.settings.name).await
        };
        respond(gql, Box::pin(done).await.map(|made| TotpEnrolment { secret: made.secret, url: made.url }))
    }

    /// Puts the second factor in force by its first code. All other sessions end.
    async fn totp_confirm(&self, gql: &Context<'_>, input: TotpConfirmInput) -> Gql<TotpConfirmPayload> {
        respond(gql, Box::pin(identity::totp_confirm(ctx(gql)?, &input.code)).await)
    }

    /// Takes the second factor off the own account.
    async fn totp_disable(&self, gql: &Context<'_>) -> Gql<TotpDisablePayload> {
        respond(gql, Box::pin(identity::totp_disable(ctx(gql)?)).await.map(|()| true))
    }

    /// Gives new recovery codes in place of all former ones.
    async fn recovery_codes_renew(&self, gql: &Context<'_>) -> Gql<RecoveryCodesRenewPayload> {
        respond(gql, Box::pin(identity::recovery_codes_renew(ctx(gql)?)).await)
    }

    /// Shows once more who one is, so that sensitive commands are taken for a while: those that answer
    /// `REAUTHENTICATION_REQUIRED` otherwise.
    async fn reauthenticate(&self, gql: &Context<'_>, input: ReauthenticateInput) -> Gql<ReauthenticatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(identity::actions::ACCOUNT_OWN)?;
            let proof = proof(input.password, input.code, input.recovery_code)?;
            identity::reauthenticate(ctx, &proof).await
        };
        respond(gql, Box::pin(done).await.map(|()| true))
    }

    /// Takes the second factor off the account of somebody who lost it; all sessions end.
    async fn user_second_factor_reset(
        &self,
        gql: &Context<'_>,
        input: UserSecondFactorResetInput,
    ) -> Gql<UserSecondFactorResetPayload> {
        let ctx = ctx(gql)?;
        let done = async { identity::user_second_factor_reset(ctx, input::id("id", &input.id)?, &input.reason).await };
        respond(gql, Box::pin(done).await.map(User))
    }

    /// Changes what is asked of those who sign in, for every request from now on.
    async fn security_policy_edit(
        &self,
        gql: &Context<'_>,
        input: SecurityPolicyEditInput,
    ) -> Gql<SecurityPolicyEditPayload> {
        let ctx = ctx(gql)?;
        let done = async { identity::security_policy_edit(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(SecurityPolicy::from))
    }
}

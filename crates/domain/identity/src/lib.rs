//! Who people and programs are: accounts, passwords, sessions, API keys, teams and invitations.
//!
//! [`authenticate`] turns a bearer token into a [`context::Ctx`] with the seats of its owner, in one SQL statement.

pub mod actions;
mod authenticate;
pub mod check;
mod command;
mod entity;
mod error;
mod event;
mod model;
mod policy;
mod query;
mod repo;

pub use authenticate::{USER_ROLE, authenticate};
pub use command::account::{
    NewUser, UserBlock, erase_user_in_tx, link_customer_in_tx, rename_user_in_tx, user_block, user_create_in_tx,
    user_unblock,
};
pub use command::api_key::{ApiKeyCreate, CreatedApiKey, api_key_create, api_key_revoke};
pub use command::email_verification::{email_verification_send, email_verify, request_verification_in_tx};
pub use command::impersonation::{ImpersonationBegin, impersonation_begin, impersonation_end};
pub use command::invitation::{InvitationAccept, invitation_accept, invitation_resend, invitation_revoke};
pub use command::member::{
    AddMember, Added, MemberAccess, MemberCreate, MemberRoleChange, member_add, member_add_in_tx, member_create,
    member_remove, member_role_change, member_seat_in_tx, operator_create,
};
pub use command::oidc::{OidcAttempt, OidcBegin, OidcGoal, OidcReturn, oidc_begin, oidc_finish};
pub use command::oidc_link::{OidcInvitationAccept, oidc_invitation_accept, oidc_link, oidc_unlink};
pub use command::password::{
    PasswordChange, PasswordSet, password_change, password_reset_request, password_set_with_token,
};
pub use command::purge::{Purged, purge_expired};
pub use command::role::{CustomRoleCreate, CustomRoleEdit, custom_role_create, custom_role_edit, custom_role_retire};
pub use command::second_factor::{
    TotpEnrolment, reauthenticate, recovery_codes_renew, totp_confirm, totp_disable, totp_enrol,
    user_second_factor_reset,
};
pub use command::security::{SecurityPolicyEdit, security_policy_edit};
pub use command::session::{UserSessionsRevoke, session_revoke, session_revoke_others, sign_out, user_sessions_revoke};
pub use command::sign_in::{Challenge, SignIn, SignInStep, SignedIn, sign_in, sign_in_confirm};
pub use error::Error;
pub use event::{
    EmailVerificationRequested, InvitationCreated, MemberAdded, MemberRemoved, PasswordChanged, PasswordResetRequested,
    SignInChange, SignInChanged,
};
pub use model::{
    ApiKey, ApiKeyKind, ApiKeyScope, Assertion, CustomRole, FieldMask, Handshake, INVITATION_LIFE, Impersonation,
    Invitation, InvitationState, LinkedIdentity, Member, Membership, Narrowing, OpenId, PASSWORD_LENGTH_MAX,
    PASSWORD_LENGTH_MIN, PasswordCost, PasswordHash, Permission, PermissionScope, Proof, ProviderFault, Refusal,
    RoleName, SESSION_IDLE, SESSION_LIFE, SESSION_SLIDE_EVERY, Secret, SecurityPolicy, Session, SignInProvider,
    SignInProviders, Team, TeamKind, TeamRole, User, UserStatus, narrowing, set_password_cost,
};
pub use policy::{follow_roles, load_roles};
pub use query::holder::{Holder, holders, holders_among, seat_of, still_holds};
pub use query::role::{custom_role, custom_role_history, custom_roles, custom_roles_by_ids, grantable, rights};
pub use query::{
    ApiKeyFilter, Me, SecondFactor, api_keys, invitation_by_token, invitations, me, member_name_on, members, seated_on,
    second_factor, security_policy, sessions, sign_in_identities, user, user_on, user_sessions, users, users_by_ids,
};

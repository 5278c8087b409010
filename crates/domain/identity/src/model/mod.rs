//! Plain types and pure decisions.

mod api_key;
mod custom_role;
mod invitation;
mod membership;
mod oidc;
mod password;
mod provider;
mod role;
mod second_factor;
mod secret;
mod security;
mod session;
mod team_role;
mod throttle;
mod user;

pub use api_key::{ApiKey, ApiKeyKind, ApiKeyScope};
pub use custom_role::{CustomRole, FieldMask, Narrowing, Permission, PermissionScope, TeamKind, narrowing};
pub use invitation::{INVITATION_LIFE, Invitation, InvitationState};
pub use membership::{Member, Membership, Team};
pub use oidc::LinkedIdentity;
pub(crate) use oidc::OidcPurpose;
pub(crate) use password::{Hasher, Verdict, check_password};
pub use password::{PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, PasswordCost, PasswordHash, set_password_cost};
pub use provider::{Assertion, Handshake, OpenId, ProviderFault, Refusal, SignInProvider, SignInProviders};
pub use role::RoleName;
pub use second_factor::Proof;
pub(crate) use second_factor::{TotpSecret, recovery_codes, recovery_digest};
pub use secret::Secret;
pub use security::SecurityPolicy;
pub(crate) use session::SESSIONS_MAX;
pub use session::{Impersonation, SESSION_IDLE, SESSION_LIFE, SESSION_SLIDE_EVERY, Session};
pub use team_role::TeamRole;
pub(crate) use throttle::{Tally, ThrottleRule};
pub use user::{MailPurpose, User, UserStatus};

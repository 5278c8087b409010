//! Plain types and pure decisions.

mod api_key;
mod invitation;
mod membership;
mod password;
mod role;
mod secret;
mod session;
mod throttle;
mod user;

pub use api_key::{ApiKey, ApiKeyKind, ApiKeyScope};
pub use invitation::{INVITATION_LIFE, Invitation, InvitationState};
pub use membership::{Member, Membership, Team};
pub(crate) use password::{Hasher, Verdict, check_password};
pub use password::{PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, PasswordCost, PasswordHash, set_password_cost};
pub use role::RoleName;
pub use secret::Secret;
pub(crate) use session::SESSIONS_MAX;
pub use session::{SESSION_IDLE, SESSION_LIFE, SESSION_SLIDE_EVERY, Session};
pub(crate) use throttle::{Tally, ThrottleRule};
pub use user::{MailPurpose, User, UserStatus};

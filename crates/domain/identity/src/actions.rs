//! What can be allowed here.

use access::Action;

/// Sign in. For everybody.
pub const SIGN_IN: Action = Action::new("session", "create");
/// Read and change one's own account: sessions, password, e-mail verification. For whoever is signed in.
pub const ACCOUNT_OWN: Action = Action::new("account", "own");
/// Ask for a password reset, and set a password with the token that was mailed. For everybody.
pub const PASSWORD_RESET: Action = Action::new("password", "reset");
/// Prove an e-mail address with the token that was mailed to it. For everybody.
pub const EMAIL_VERIFY: Action = Action::new("email", "verify");
/// Read accounts of persons.
pub const USER_READ: Action = Action::new("user", "read");
/// Look at the sessions of persons.
pub const SESSION_READ: Action = Action::new("session", "read");
/// End the sessions of persons.
pub const SESSION_REVOKE: Action = Action::new("session", "revoke");
/// Take the second factor off the accounts of persons who lost it.
pub const SECOND_FACTOR_RESET: Action = Action::new("user", "reset_second_factor");
/// Read what is asked of those who sign in.
pub const SECURITY_READ: Action = Action::new("security_policy", "read");
/// Change what is asked of those who sign in.
pub const SECURITY_EDIT: Action = Action::new("security_policy", "edit");
/// Act in the place of somebody of a merchant, within the own rights.
pub const IMPERSONATE: Action = Action::new("impersonation", "begin");
/// The same, also with rights that one lacks oneself.
pub const IMPERSONATE_BEYOND: Action = Action::new("impersonation", "begin_beyond");
/// End acting in somebody's place. For who does.
pub const IMPERSONATION_END: Action = Action::new("impersonation", "end");
/// Block and unblock accounts of persons.
pub const USER_BLOCK: Action = Action::new("user", "block");
/// Read members and invitations of the operator's team or of a merchant.
pub const MEMBER_READ: Action = Action::new("member", "read");
/// Add, change, remove and invite members.
pub const MEMBER_MANAGE: Action = Action::new("member", "manage");
/// Accept an invitation with the token that was mailed. For everybody.
pub const INVITATION_ACCEPT: Action = Action::new("invitation", "accept");
/// Read API keys (never their secret).
pub const API_KEY_READ: Action = Action::new("api_key", "read");
/// Make and revoke API keys.
pub const API_KEY_MANAGE: Action = Action::new("api_key", "manage");
/// Read the roles that the operator and merchants made.
pub const ROLE_READ: Action = Action::new("role", "read");
/// Make, change and end such roles.
pub const ROLE_MANAGE: Action = Action::new("role", "manage");
/// Remove what has expired. For Souk's own schedules.
pub const PURGE: Action = Action::new("identity", "purge");

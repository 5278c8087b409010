//! What happened.
//!
//! Three events carry the secret that is to be mailed: it lives once, expires, and is stored nowhere else but as a digest.

use chrono::{DateTime, Utc};
use kernel::id::{InvitationId, MerchantId, UserId};
use outbox::Event;
use serde::{Deserialize, Serialize};

use crate::model::{Secret, TeamRole, User};

/// Somebody was invited, or invited again. A workflow mails the token to the address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvitationCreated {
    /// The invitation.
    pub invitation: InvitationId,
    /// Whom to mail.
    pub email: String,
    /// How to address the person.
    pub name: String,
    /// The merchant, or none for the operator's team.
    pub merchant: Option<MerchantId>,
    /// The role on offer.
    pub role: TeamRole,
    /// The secret of the link.
    pub token: Secret,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

impl Event for InvitationCreated {
    const KIND: &'static str = "invitation_created.v1";
    const SECRET: bool = true;
    fn subject(&self) -> String {
        self.invitation.to_string()
    }
}

/// Somebody forgot a password. A workflow mails the token to the address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordResetRequested {
    /// The account.
    pub user: UserId,
    /// Whom to mail.
    pub email: String,
    /// How to address the person.
    pub name: String,
    /// The secret of the link.
    pub token: Secret,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

impl Event for PasswordResetRequested {
    const KIND: &'static str = "password_reset_requested.v1";
    const SECRET: bool = true;
    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// An address is to be proven. A workflow mails the token to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EmailVerificationRequested {
    /// The account.
    pub user: UserId,
    /// Whom to mail.
    pub email: String,
    /// How to address the person.
    pub name: String,
    /// The secret of the link.
    pub token: Secret,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

impl Event for EmailVerificationRequested {
    const KIND: &'static str = "email_verification_requested.v1";
    const SECRET: bool = true;
    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// The password of an account was changed. A workflow warns the person by mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordChanged {
    /// The account.
    pub user: UserId,
    /// Whom to warn.
    pub email: String,
    /// How to address the person.
    pub name: String,
}

impl Event for PasswordChanged {
    const KIND: &'static str = "password_changed.v1";
    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// What was changed about the ways into an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInChange {
    /// It asks for a second factor from now on.
    SecondFactorOn,
    /// It asks for none any more.
    SecondFactorOff,
    /// New recovery codes took the place of the former ones.
    RecoveryCodesRenewed,
    /// It opens by an identity at a provider, too.
    IdentityLinked,
    /// It no longer opens by an identity at a provider.
    IdentityUnlinked,
}

/// The ways into an account were changed. A workflow warns the person by mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignInChanged {
    /// The account.
    pub user: UserId,
    /// Whom to warn.
    pub email: String,
    /// How to address the person.
    pub name: String,
    /// What was changed.
    pub change: SignInChange,
    /// The name of the provider of an identity.
    pub provider: Option<String>,
}

impl SignInChanged {
    pub(crate) fn of(user: &User, change: SignInChange, provider: Option<&str>) -> Self {
        let (email, name) = (user.email.clone(), user.name.clone());
        Self { user: user.id, email, name, change, provider: provider.map(str::to_owned) }
    }
}

impl Event for SignInChanged {
    const KIND: &'static str = "sign_in_changed.v1";
    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// Somebody became a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberAdded {
    /// Who.
    pub user: UserId,
    /// The merchant, or none for the operator's team.
    pub merchant: Option<MerchantId>,
    /// In which role.
    pub role: TeamRole,
}

impl Event for MemberAdded {
    const KIND: &'static str = "member_added.v1";
    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// Somebody is no longer a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberRemoved {
    /// Who.
    pub user: UserId,
    /// The merchant, or none for the operator's team.
    pub merchant: Option<MerchantId>,
    /// The role that was taken away.
    pub role: TeamRole,
}

impl Event for MemberRemoved {
    const KIND: &'static str = "member_removed.v1";
    fn subject(&self) -> String {
        self.user.to_string()
    }
}

//! Identities at providers, and attempts to sign in by them.

use chrono::{DateTime, Utc};
use kernel::id::{IdentityLinkId, InvitationId, UserId};

/// A person's identity at a provider, by which the account opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// Its id.
    pub id: IdentityLinkId,
    /// Whose account it opens.
    pub user: UserId,
    /// The issuer that names the provider.
    pub issuer: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When somebody last signed in by it.
    pub used_at: Option<DateTime<Utc>>,
}

/// What an attempt at a provider is for. It is good for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OidcPurpose {
    /// To sign in.
    SignIn,
    /// To link the identity to the account of who is signed in.
    Link(UserId),
    /// To accept an invitation.
    Invitation(InvitationId),
}

impl OidcPurpose {
    /// As stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Link(_) => "link",
            Self::Invitation(_) => "invitation",
        }
    }

    /// Whose identity is to be linked.
    pub(crate) fn user(self) -> Option<UserId> {
        match self {
            Self::Link(user) => Some(user),
            _ => None,
        }
    }

    /// Which invitation is to be accepted.
    pub(crate) fn invitation(self) -> Option<InvitationId> {
        match self {
            Self::Invitation(id) => Some(id),
            _ => None,
        }
    }
}

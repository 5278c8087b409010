//! Invitations to a team.

use chrono::{DateTime, Duration, Utc};
use kernel::id::InvitationId;
use serde::{Deserialize, Serialize};

use super::{Team, TeamRole};

/// How long an invitation can be accepted.
pub const INVITATION_LIFE: Duration = Duration::days(7);

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// It can be accepted.
    Pending,
    /// It was.
    Accepted,
    /// It was taken back, or replaced by a newer one.
    Revoked,
    /// Nobody accepted it in time.
    Expired,
}

/// An invitation of a person to a team. Its token is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// To whom it was mailed; nobody else can accept it.
    pub email: String,
    /// How the person is addressed.
    pub name: String,
    /// To which team.
    pub team: Team,
    /// In which role.
    pub role: TeamRole,
    /// Who invited: a stable actor id.
    pub invited_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Invitation {
    /// Where the invitation stands at `now`.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> InvitationState {
        match (self.accepted_at, self.revoked_at) {
            (Some(_), _) => InvitationState::Accepted,
            (None, Some(_)) => InvitationState::Revoked,
            (None, None) if now >= self.expires_at => InvitationState::Expired,
            (None, None) => InvitationState::Pending,
        }
    }
}

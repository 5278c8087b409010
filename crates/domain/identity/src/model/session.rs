//! Signed-in sessions.

use chrono::{DateTime, Duration, Utc};
use kernel::id::{MerchantId, SessionId, UserId};

/// A session that is not used this long is over.
pub const SESSION_IDLE: Duration = Duration::days(14);
/// A session is over after this long, however much it is used.
pub const SESSION_LIFE: Duration = Duration::days(90);
/// The expiry moves at most once in this time, so that reading does not write.
pub const SESSION_SLIDE_EVERY: Duration = Duration::minutes(10);
/// Sessions that one user can have; the oldest ends when one more begins.
pub(crate) const SESSIONS_MAX: u64 = 100;

/// A signed-in session. The token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// The program that signed in, as it called itself.
    pub user_agent: Option<String>,
    /// Address of the client at sign-in.
    pub ip: Option<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last use, to [`SESSION_SLIDE_EVERY`].
    pub used_at: DateTime<Utc>,
    /// When it ends if it is not used.
    pub expires_at: DateTime<Utc>,
    /// When the person last gave a password or a code in it.
    pub proven_at: DateTime<Utc>,
    /// When the person last gave a code of the second factor in it.
    pub second_factor_at: Option<DateTime<Utc>>,
    /// Of somebody who acts in the person's place.
    pub impersonation: Option<Impersonation>,
}

/// Acting in somebody's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impersonation {
    /// Who does.
    pub by: UserId,
    /// For which merchant.
    pub merchant: MerchantId,
    /// Whether with rights, too, that he lacks himself.
    pub beyond: bool,
    /// Why.
    pub reason: String,
}

impl Session {
    /// The new expiry when the session is used at `now`, if it is time to move it.
    pub(crate) fn slide(
        created_at: DateTime<Utc>,
        used_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        (now - used_at >= SESSION_SLIDE_EVERY).then(|| (now + SESSION_IDLE).min(created_at + SESSION_LIFE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_session_never_outlives_its_life(used in 0_i64..SESSION_LIFE.num_seconds(), pause in 0_i64..SESSION_IDLE.num_seconds()) {
            let created = DateTime::UNIX_EPOCH;
            let used = created + Duration::seconds(used);
            let now = used + Duration::seconds(pause);
            match Session::slide(created, used, now) {
                None => prop_assert!(now - used < SESSION_SLIDE_EVERY),
                Some(expiry) => prop_assert!(expiry <= created + SESSION_LIFE && expiry <= now + SESSION_IDLE),
            }
        }
    }
}

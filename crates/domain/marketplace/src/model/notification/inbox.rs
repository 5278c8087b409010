//! What a person reads in Souk itself, and what it does not want to be told.

use std::sync::atomic::{AtomicI64, Ordering};

use access::{Actor, Scope};
use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, NotificationId, UserId};

use super::catalog::{EventKind, Severity};
use super::delivery::Route;

/// How many days what was read is kept.
static KEPT_DAYS: AtomicI64 = AtomicI64::new(90);

/// Puts the days of the settings into force after which a read notification is removed. Until then it is ninety.
pub fn set_kept_days(days: i64) {
    KEPT_DAYS.store(days, Ordering::Relaxed);
}

/// How many days what was read is kept.
#[must_use]
pub fn kept_days() -> i64 {
    KEPT_DAYS.load(Ordering::Relaxed)
}

/// The seat for which a person is told: without it nothing of it is shown any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// In whose team; the operator's if `None`.
    pub merchant: Option<MerchantId>,
    /// The role, by its name in the policy.
    pub role: String,
}

impl Seat {
    /// The seats of teams that somebody holds in a request.
    #[must_use]
    pub fn held(actor: &Actor) -> Vec<Self> {
        let seats = actor.seats().iter().filter_map(|seat| {
            let merchant = match seat.scope {
                Scope::Operator => None,
                Scope::Merchant(id) => Some(id),
                Scope::System | Scope::Customer(_) | Scope::Public => return None,
            };
            Some(Self { merchant, role: seat.role.as_str().to_owned() })
        });
        seats.collect()
    }
}

/// Something that a person is told in Souk itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// Who is told.
    pub user: UserId,
    /// The team in which it is told; the operator's if `None`.
    pub merchant: Option<MerchantId>,
    /// The event.
    pub event: String,
    /// The title.
    pub title: String,
    /// The text.
    pub text: String,
    /// What kind of thing it is about: `order`.
    pub subject_kind: String,
    /// Its id.
    pub subject_id: String,
    /// How much it matters.
    pub severity: Severity,
    /// When it was told.
    pub created_at: DateTime<Utc>,
    /// When it was read first.
    pub read_at: Option<DateTime<Utc>>,
    /// Its place among all of the person: the stamp of the transaction that made it.
    pub stamp: i64,
}

/// Whether a person is told of an event by a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    /// The event.
    pub event: &'static EventKind,
    /// By mail or in Souk itself.
    pub route: Route,
    /// Whether it is told.
    pub wanted: bool,
}

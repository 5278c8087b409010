//! Parcel shops and lockers of carriers.

use chrono::{DateTime, Utc};
use kernel::country::country;
use kernel::id::PickupPointId;
use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

/// What kind of place a pickup point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickupPointKind {
    /// People hand parcels over.
    Shop,
    /// A machine does.
    Locker,
}

impl PickupPointKind {
    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Locker => "locker",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Shop, Self::Locker].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A place where a carrier keeps parcels for buyers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PickupPoint {
    /// Its id.
    pub id: PickupPointId,
    /// The code of its carrier.
    pub carrier: String,
    /// What it is and where.
    #[serde(flatten)]
    pub place: PickupPlace,
    /// An inactive point takes no new orders.
    pub active: bool,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

/// What a pickup point is and where, as carriers publish it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PickupPlace {
    /// The carrier's own code of it; never changes.
    pub code: String,
    /// The name buyers read.
    pub name: String,
    /// What kind of place it is.
    pub kind: PickupPointKind,
    /// Street and number.
    pub line1: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country.
    pub country: String,
    /// When it is open, in words.
    pub hours: Option<String>,
}

impl PickupPlace {
    /// Normalizes the fields and checks them; `path` stands before their names.
    pub(crate) fn checked(self, path: &str) -> Result<Self, Invalid> {
        let field = |name: &str| format!("{path}.{name}");
        let hours = self.hours.filter(|hours| !hours.trim().is_empty());
        Ok(Self {
            code: text::line(&field("code"), &self.code, 60)?,
            name: text::line(&field("name"), &self.name, 200)?,
            kind: self.kind,
            line1: text::line(&field("line1"), &self.line1, 200)?,
            postal_code: text::line(&field("postalCode"), &self.postal_code, 20)?.to_uppercase(),
            city: text::line(&field("city"), &self.city, 200)?,
            country: country(&field("country"), &self.country)?,
            hours: hours.map(|hours| text::line(&field("hours"), &hours, 500)).transpose()?,
        })
    }
}

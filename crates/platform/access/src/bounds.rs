//! What narrows a permission below the scope of the seat: parts of the catalog, channels, fields.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use kernel::id::{CategoryId, ChannelId};

/// One part of the rows to which a permission can be narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Limit {
    /// A category with everything below it.
    Category(CategoryId),
    /// A sales channel.
    Channel(ChannelId),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Category(id) => write!(f, "{id}"),
            Self::Channel(id) => write!(f, "{id}"),
        }
    }
}

impl FromStr for Limit {
    type Err = kernel::id::BadId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::Category).or_else(|_| text.parse().map(Self::Channel))
    }
}

/// The parts of the rows that a grant reaches, where it does not reach all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds(Arc<[Limit]>);

impl Bounds {
    pub(crate) fn new(mut limits: Vec<Limit>) -> Self {
        limits.sort_unstable();
        limits.dedup();
        Self(limits.into())
    }

    /// The limits, of which one is enough.
    #[must_use]
    pub fn limits(&self) -> &[Limit] {
        &self.0
    }

    /// The categories. None of them: the bounds are of another kind, and no row is within.
    #[must_use]
    pub fn categories(&self) -> Vec<CategoryId> {
        self.0.iter().filter_map(|limit| if let Limit::Category(id) = limit { Some(*id) } else { None }).collect()
    }

    /// The channels. None of them: the bounds are of another kind, and no row is within.
    #[must_use]
    pub fn channels(&self) -> Vec<ChannelId> {
        self.0.iter().filter_map(|limit| if let Limit::Channel(id) = limit { Some(*id) } else { None }).collect()
    }
}

/// How far a role or an actor may go with an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// Not at all.
    No,
    /// Over a part of the rows that the seat's scope holds.
    Within(Bounds),
    /// Over all of them.
    All,
}

impl Extent {
    /// Both together.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::No, known) | (known, Self::No) => known,
            (Self::Within(one), Self::Within(two)) => {
                Self::Within(Bounds::new(one.limits().iter().chain(two.limits()).copied().collect()))
            }
        }
    }

    /// What both allow.
    pub(crate) fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::All, other) => other.clone(),
            (known, Self::All) => known,
            (Self::Within(one), Self::Within(two)) => {
                let both: Vec<Limit> = one.limits().iter().copied().filter(|l| two.limits().contains(l)).collect();
                if both.is_empty() { Self::No } else { Self::Within(Bounds::new(both)) }
            }
        }
    }

    /// Whether this reaches at least as far as `other`. A category below another one is not looked up: it counts as
    /// another part.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::No) | (Self::All, _) => true,
            (Self::No, _) | (Self::Within(_), Self::All) => false,
            (Self::Within(mine), Self::Within(theirs)) => theirs.limits().iter().all(|l| mine.limits().contains(l)),
        }
    }
}

/// Fields that are hidden from whoever acts by a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Masks(u8);

impl Masks {
    /// Nothing is hidden.
    pub const NONE: Self = Self(0);
    /// Bank accounts of merchants.
    pub const BANK_ACCOUNTS: Self = Self(1);
    /// Names, addresses and e-mail addresses of buyers.
    pub const PERSONAL_DATA: Self = Self(2);

    /// Whether all of `other` is hidden.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What either hides.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both hide.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

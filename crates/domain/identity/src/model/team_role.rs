//! The role of a membership, an invitation or a key: a built-in one or one that somebody made.

use std::fmt;
use std::str::FromStr;

use access::Role;
use kernel::Invalid;
use kernel::id::CustomRoleId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::RoleName;

/// A role that a person or a key holds. Stored as the text that the policy knows it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sea_orm::DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum TeamRole {
    /// A role of the policy file.
    BuiltIn(RoleName),
    /// A role that the operator or a merchant made.
    Custom(CustomRoleId),
}

impl TeamRole {
    /// The role in the words of `access`.
    #[must_use]
    pub fn role(self) -> Role {
        Role::named(self.to_string())
    }

    /// The built-in role, if it is one.
    #[must_use]
    pub const fn built_in(self) -> Option<RoleName> {
        match self {
            Self::BuiltIn(name) => Some(name),
            Self::Custom(_) => None,
        }
    }

    /// The role that somebody made, if it is one.
    #[must_use]
    pub const fn custom(self) -> Option<CustomRoleId> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Custom(id) => Some(id),
        }
    }

    /// Whether a team must never be left without anybody in this role.
    #[must_use]
    pub const fn is_vital(self) -> bool {
        matches!(self, Self::BuiltIn(name) if name.is_vital())
    }
}

impl From<RoleName> for TeamRole {
    fn from(name: RoleName) -> Self {
        Self::BuiltIn(name)
    }
}

impl PartialEq<RoleName> for TeamRole {
    fn eq(&self, other: &RoleName) -> bool {
        self.built_in() == Some(*other)
    }
}

impl fmt::Display for TeamRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(name) => name.fmt(f),
            Self::Custom(id) => id.fmt(f),
        }
    }
}

impl FromStr for TeamRole {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse().map(Self::Custom).or_else(|_| text.parse().map(Self::BuiltIn))
    }
}

impl Serialize for TeamRole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TeamRole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn stored_text_is_the_name_in_the_policy() {
        let custom = TeamRole::Custom(CustomRoleId(Uuid::from_u128(5)));
        for role in [custom, RoleName::MerchantOwner.into(), RoleName::Storefront.into()] {
            assert_eq!(role.role().as_str().parse(), Ok(role));
            assert_eq!(
                serde_json::from_str::<TeamRole>(&serde_json::to_string(&role).unwrap_or_default()).ok(),
                Some(role)
            );
        }
        assert!("rol_nonsense".parse::<TeamRole>().is_err());
    }
}

//! The built-in roles and who may grant them.

use access::{Role, Scope};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::Team;

/// A built-in role of the policy that a person or a key can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum RoleName {
    /// May do everything.
    OperatorAdmin,
    /// Runs merchants and orders.
    OperatorOperations,
    /// Runs money.
    OperatorFinance,
    /// Runs the catalog.
    OperatorCatalog,
    /// Helps buyers.
    OperatorSupport,
    /// May do everything for one merchant.
    MerchantOwner,
    /// Products, offers and stock of one merchant.
    MerchantCatalog,
    /// Orders and shipments of one merchant.
    MerchantFulfillment,
    /// Balance, statements and payouts of one merchant.
    MerchantFinance,
    /// A trusted storefront.
    Storefront,
}

impl RoleName {
    /// All of them, wide ones first.
    pub const ALL: [Self; 10] = [
        Self::OperatorAdmin,
        Self::OperatorOperations,
        Self::OperatorFinance,
        Self::OperatorCatalog,
        Self::OperatorSupport,
        Self::MerchantOwner,
        Self::MerchantCatalog,
        Self::MerchantFulfillment,
        Self::MerchantFinance,
        Self::Storefront,
    ];

    /// The name in the policy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OperatorAdmin => "operator_admin",
            Self::OperatorOperations => "operator_operations",
            Self::OperatorFinance => "operator_finance",
            Self::OperatorCatalog => "operator_catalog",
            Self::OperatorSupport => "operator_support",
            Self::MerchantOwner => "merchant_owner",
            Self::MerchantCatalog => "merchant_catalog",
            Self::MerchantFulfillment => "merchant_fulfillment",
            Self::MerchantFinance => "merchant_finance",
            Self::Storefront => "storefront",
        }
    }

    /// The role in the words of `access`.
    #[must_use]
    pub fn role(self) -> Role {
        Role::named(self.as_str())
    }

    /// Whether it is a role within the operator's team.
    #[must_use]
    pub const fn is_operator(self) -> bool {
        matches!(
            self,
            Self::OperatorAdmin
                | Self::OperatorOperations
                | Self::OperatorFinance
                | Self::OperatorCatalog
                | Self::OperatorSupport
        )
    }

    /// Whether it is a role within a merchant's team.
    #[must_use]
    pub const fn is_merchant(self) -> bool {
        matches!(self, Self::MerchantOwner | Self::MerchantCatalog | Self::MerchantFulfillment | Self::MerchantFinance)
    }

    /// Whether a team must never be left without anybody in this role.
    #[must_use]
    pub const fn is_vital(self) -> bool {
        matches!(self, Self::OperatorAdmin | Self::MerchantOwner)
    }

    /// Whether the role can be held in `team`.
    #[must_use]
    pub const fn fits(self, team: Team) -> bool {
        match team {
            Team::Operator => self.is_operator(),
            Team::Merchant(_) => self.is_merchant(),
        }
    }

    /// Whether somebody who holds this role in `scope` may give or take `other` in `team` (`None`: of a storefront).
    fn covers(self, scope: Scope, other: Self, team: Option<Team>) -> bool {
        match (scope, self) {
            (Scope::Operator, Self::OperatorAdmin) => true,
            // Operations staff runs the merchants' teams, never the operator's own.
            (Scope::Operator, Self::OperatorOperations) => other.is_merchant(),
            (Scope::Operator, _) => self == other,
            (Scope::Merchant(mine), Self::MerchantOwner) => other.is_merchant() && team == Some(Team::Merchant(mine)),
            (Scope::Merchant(mine), _) => self == other && team == Some(Team::Merchant(mine)),
            _ => false,
        }
    }

    /// Whether an actor with these seats may give or take this role in `team` (`None`: a storefront's role).
    #[must_use]
    pub fn may_be_granted_by(self, seats: &[access::Seat], team: Option<Team>) -> bool {
        seats.iter().any(|seat| match seat.scope {
            Scope::System => true,
            scope => Self::ALL
                .iter()
                .find(|role| role.as_str() == seat.role.as_str())
                .is_some_and(|held| held.covers(scope, self, team)),
        })
    }
}

impl std::fmt::Display for RoleName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for RoleName {
    type Err = kernel::Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| kernel::Invalid::new("role", "UNKNOWN", format!("there is no role {text:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::Seat;
    use kernel::id::MerchantId;
    use sea_orm::ActiveEnum as _;
    use uuid::Uuid;

    const MINE: MerchantId = MerchantId(Uuid::from_u128(1));
    const OTHER: MerchantId = MerchantId(Uuid::from_u128(2));

    fn may(scope: Scope, held: RoleName, wanted: RoleName, team: Team) -> bool {
        wanted.may_be_granted_by(&[Seat { scope, role: held.role() }], Some(team))
    }

    #[test]
    fn stored_and_policy_names_agree() {
        for role in RoleName::ALL {
            assert_eq!(role.to_value(), role.as_str());
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).ok(), Some(serde_json::Value::from(role.as_str())));
        }
    }

    #[test]
    fn owners_grant_merchant_roles_of_their_own_merchant_only() {
        let scope = Scope::Merchant(MINE);
        for wanted in RoleName::ALL {
            assert_eq!(may(scope, RoleName::MerchantOwner, wanted, Team::Merchant(MINE)), wanted.is_merchant());
            assert!(!may(scope, RoleName::MerchantOwner, wanted, Team::Merchant(OTHER)));
            assert!(!may(scope, RoleName::MerchantOwner, wanted, Team::Operator));
        }
        assert!(!may(scope, RoleName::MerchantCatalog, RoleName::MerchantOwner, Team::Merchant(MINE)));
    }

    #[test]
    fn only_administrators_grant_administration() {
        for held in RoleName::ALL {
            let granted = may(Scope::Operator, held, RoleName::OperatorAdmin, Team::Operator);
            assert_eq!(granted, held == RoleName::OperatorAdmin);
        }
        assert!(may(Scope::Operator, RoleName::OperatorOperations, RoleName::MerchantOwner, Team::Merchant(MINE)));
        assert!(!may(Scope::Operator, RoleName::OperatorOperations, RoleName::OperatorSupport, Team::Operator));
    }

    #[test]
    fn a_merchant_seat_with_an_operator_role_grants_nothing() {
        assert!(!may(Scope::Merchant(MINE), RoleName::OperatorAdmin, RoleName::MerchantOwner, Team::Merchant(OTHER)));
        assert!(!may(Scope::Public, RoleName::OperatorAdmin, RoleName::OperatorAdmin, Team::Operator));
    }
}

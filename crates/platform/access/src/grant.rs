//! The proof that an action was allowed.

use kernel::id::{CustomerId, MerchantId};

use crate::{Action, Bounds, Masks, Scope};

/// The action is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody is signed in, and everybody may not do this.
    #[error("sign in first")]
    SignInFirst,
    /// The actor lacks the right.
    #[error("not allowed")]
    Lacking(Action),
}

/// How far a grant reaches over rows that belong to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach<T> {
    /// Every row.
    All,
    /// The rows of one owner.
    Only(T),
    /// No row at all.
    Nothing,
}

/// The proof that an actor may take an action in a scope. Only [`crate::Access`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    scope: Scope,
    action: Action,
    bounds: Option<Bounds>,
    masks: Masks,
}

impl Grant {
    pub(crate) const fn new(scope: Scope, action: Action, bounds: Option<Bounds>, masks: Masks) -> Self {
        Self { scope, action, bounds, masks }
    }

    /// In whose data the action is allowed.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// The action that was allowed.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// The part of the scope's rows that is reached; `None` for all of them. Only [`crate::Access::authorize_within`]
    /// makes grants with bounds, so only who asked for them has to heed them.
    #[must_use]
    pub const fn bounds(&self) -> Option<&Bounds> {
        self.bounds.as_ref()
    }

    /// The same grant over all rows of its scope: to find what a new row would collide with, never to show anything.
    #[must_use]
    pub fn for_collisions(&self) -> Self {
        Self { bounds: None, ..self.clone() }
    }

    /// The fields that are to be hidden in what is read by this grant.
    #[must_use]
    pub const fn masks(&self) -> Masks {
        self.masks
    }

    /// How far the grant reaches over rows that belong to merchants.
    #[must_use]
    pub const fn merchants(&self) -> Reach<MerchantId> {
        match self.scope {
            Scope::System | Scope::Operator => Reach::All,
            Scope::Merchant(id) => Reach::Only(id),
            Scope::Customer(_) | Scope::Public => Reach::Nothing,
        }
    }

    /// How far the grant reaches over rows that belong to buyers.
    #[must_use]
    pub const fn customers(&self) -> Reach<CustomerId> {
        match self.scope {
            Scope::System | Scope::Operator => Reach::All,
            Scope::Customer(id) => Reach::Only(id),
            Scope::Merchant(_) | Scope::Public => Reach::Nothing,
        }
    }

    /// Whether the grant is the operator's or Souk's own.
    #[must_use]
    pub const fn is_wide(&self) -> bool {
        matches!(self.scope, Scope::System | Scope::Operator)
    }
}

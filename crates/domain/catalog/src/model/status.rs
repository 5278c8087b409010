//! The life of a product.
//!
//! ```text
//! draft ──submit──▶ in_review ──publish──▶ published ──archive──▶ archived
//!   ▲ ╲                │  ▲                   │                      │
//!   │   ╲──publish─────┼──┼───────▶           │                      │
//!   ├────return────────┘                      │                      │
//!   ├────revise (from in_review, published)───┤                      │
//!   └────restore────────────────────────────────────────────────────┘
//! ```
//! A published product shows only what the operator approved: its owner takes it back to a draft to change it.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Where a product stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// Its owner works on it.
    Draft,
    /// It waits for the operator.
    InReview,
    /// It is published in at least one channel.
    Published,
    /// It is out of use; its history stays.
    Archived,
}

/// What can be done with a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductAction {
    /// Change its content.
    Edit,
    /// Send it to the operator.
    Submit,
    /// Take it back to a draft, off all channels.
    Revise,
    /// Publish it in channels.
    Publish,
    /// Take it off channels.
    Unpublish,
    /// Return it to its owner with a note.
    Return,
    /// Put it out of use.
    Archive,
    /// Make it a draft again.
    Restore,
}

/// How the actor stands to the product: its rights and whether it is the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// May change this product's content.
    pub edit: bool,
    /// May publish.
    pub publish: bool,
    /// May archive this product.
    pub archive: bool,
    /// Acts for the operator.
    pub operator: bool,
}

impl ProductStatus {
    const ALL: [Self; 4] = [Self::Draft, Self::InReview, Self::Published, Self::Archived];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// The name for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Draft => "a draft",
            Self::InReview => "in review",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }
}

impl ProductAction {
    /// Every action, in the order shown.
    pub const ALL: [Self; 8] = [
        Self::Edit,
        Self::Submit,
        Self::Revise,
        Self::Publish,
        Self::Unpublish,
        Self::Return,
        Self::Archive,
        Self::Restore,
    ];

    /// `edited`, `submitted`, ...: for sentences and histories.
    #[must_use]
    pub const fn participle(self) -> &'static str {
        match self {
            Self::Edit => "edited",
            Self::Submit => "submitted",
            Self::Revise => "revised",
            Self::Publish => "published",
            Self::Unpublish => "unpublished",
            Self::Return => "returned",
            Self::Archive => "archived",
            Self::Restore => "restored",
        }
    }

    /// The state after the action. `operator` widens [`ProductAction::Edit`] to every state but the archive.
    ///
    /// # Errors
    /// [`Error::WrongStatus`] when the state does not allow it.
    pub fn apply(self, status: ProductStatus, operator: bool) -> Result<ProductStatus, Error> {
        use ProductStatus::{Archived, Draft, InReview, Published};
        let next = match (self, status) {
            (Self::Edit, Draft) => Draft,
            (Self::Edit, InReview | Published) if operator => status,
            (Self::Submit, Draft) => InReview,
            (Self::Revise, InReview | Published) => Draft,
            (Self::Publish, Draft | InReview | Published) => Published,
            // Back to a draft when no channel is left; the command decides that.
            (Self::Unpublish, Published) => Published,
            (Self::Return, InReview) => Draft,
            (Self::Archive, Draft | InReview | Published) => Archived,
            (Self::Restore, Archived) => Draft,
            _ => return Err(Error::WrongStatus { action: self, status }),
        };
        Ok(next)
    }
}

/// What an actor with `rights` can do with a product now: the decisions of the commands, asked in advance.
#[must_use]
pub fn allowed_actions(status: ProductStatus, rights: Rights) -> Vec<ProductAction> {
    let may = |action: ProductAction| match action {
        ProductAction::Edit | ProductAction::Submit | ProductAction::Revise => rights.edit,
        ProductAction::Publish | ProductAction::Unpublish | ProductAction::Return => rights.publish,
        ProductAction::Archive | ProductAction::Restore => rights.archive,
    };
    let possible = |action: &ProductAction| may(*action) && action.apply(status, rights.operator).is_ok();
    ProductAction::ALL.into_iter().filter(possible).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(status: ProductStatus, rights: Rights) -> Vec<&'static str> {
        allowed_actions(status, rights).into_iter().map(ProductAction::participle).collect()
    }

    #[test]
    fn owners_change_drafts_and_the_operator_publishes() {
        let owner = Rights { edit: true, publish: false, archive: true, operator: false };
        assert_eq!(names(ProductStatus::Draft, owner), ["edited", "submitted", "archived"]);
        assert_eq!(names(ProductStatus::InReview, owner), ["revised", "archived"]);
        assert_eq!(names(ProductStatus::Published, owner), ["revised", "archived"]);
        assert_eq!(names(ProductStatus::Archived, owner), ["restored"]);
        let operator = Rights { edit: true, publish: true, archive: true, operator: true };
        assert_eq!(
            names(ProductStatus::InReview, operator),
            ["edited", "revised", "published", "returned", "archived"]
        );
        let reader = Rights { edit: false, publish: false, archive: false, operator: false };
        assert!(ProductStatus::ALL.into_iter().all(|status| names(status, reader).is_empty()));
    }

    #[test]
    fn an_archived_product_can_only_be_restored() {
        for action in ProductAction::ALL {
            let outcome = action.apply(ProductStatus::Archived, true);
            assert_eq!(outcome.is_ok(), action == ProductAction::Restore, "{action:?}");
        }
    }
}

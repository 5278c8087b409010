//! The category tree.

use chrono::{DateTime, Utc};
use kernel::id::{self, CategoryId, TypedId as _};
use serde::Serialize;

use crate::Error;

/// The deepest level, counted from 0.
pub const CATEGORY_DEPTH_MAX: usize = 9;

/// A category of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// The category it stands below.
    pub parent_id: Option<CategoryId>,
    /// The part of the storefront's URL; unique.
    pub slug: String,
    /// The name.
    pub name: String,
    /// The ancestors from the root down, without the category itself.
    pub ancestor_ids: Vec<CategoryId>,
    /// Its place among its siblings.
    pub position: i32,
    /// Counts the changes.
    #[serde(skip)]
    pub version: i64,
    /// When it was created.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

impl Category {
    /// The ids of the ancestors and of the category itself, each 26 characters and a slash: what is below it starts
    /// with the same text.
    #[must_use]
    pub fn path(&self) -> String {
        self.ancestor_ids.iter().chain([&self.id]).map(|id| id::encode(id.uuid()) + "/").collect()
    }

    /// The category below another parent.
    ///
    /// # Errors
    /// [`Error::CategoryCycle`] when the parent is the category itself or stands below it; `OUT_OF_RANGE` when the
    /// category or the `levels_below` it would be too deep.
    pub fn moved(&self, parent: Option<&Self>, levels_below: usize) -> Result<Self, Error> {
        let ancestor_ids = match parent {
            None => Vec::new(),
            Some(parent) if parent.id == self.id || parent.ancestor_ids.contains(&self.id) => {
                return Err(Error::CategoryCycle);
            }
            Some(parent) => parent.ancestor_ids.iter().copied().chain([parent.id]).collect(),
        };
        if ancestor_ids.len() + levels_below > CATEGORY_DEPTH_MAX {
            let message = format!("categories can be at most {} levels deep", CATEGORY_DEPTH_MAX + 1);
            return Err(kernel::Invalid::new("parentId", "OUT_OF_RANGE", message).into());
        }
        Ok(Self { parent_id: parent.map(|p| p.id), ancestor_ids, ..self.clone() })
    }
}

/// The ids in a stored path.
pub(crate) fn path_ids(path: &str) -> Vec<CategoryId> {
    path.split('/').filter_map(id::decode).map(CategoryId).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn category(n: u128, ancestors: &[u128]) -> Category {
        let id = |n| CategoryId(Uuid::from_u128(n));
        Category {
            id: id(n),
            parent_id: ancestors.last().map(|n| id(*n)),
            slug: n.to_string(),
            name: n.to_string(),
            ancestor_ids: ancestors.iter().map(|n| id(*n)).collect(),
            position: 0,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_path_reads_back() {
        let c = category(3, &[1, 2]);
        assert_eq!(path_ids(&c.path()), [1, 2, 3].map(|n| CategoryId(Uuid::from_u128(n))));
    }

    #[test]
    fn moves_make_no_cycle_and_keep_the_depth() {
        let (one, three) = (category(1, &[]), category(3, &[1, 2]));
        assert!(matches!(one.moved(Some(&three), 2), Err(Error::CategoryCycle)));
        assert!(matches!(one.moved(Some(&one), 2), Err(Error::CategoryCycle)));
        assert_eq!(three.moved(Some(&one), 0).map(|c| c.ancestor_ids.len()).ok(), Some(1));
        assert_eq!(three.moved(None, 0).map(|c| c.parent_id).ok(), Some(None));
        assert!(category(9, &[]).moved(Some(&three), 7).is_err());
        assert!(category(9, &[]).moved(Some(&three), 6).is_ok());
    }
}

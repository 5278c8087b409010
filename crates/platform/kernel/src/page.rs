//! Keyset pages with opaque cursors.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::Invalid;

/// The cursor was not made by this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to this list")]
pub struct BadCursor;

impl From<BadCursor> for Invalid {
    fn from(_: BadCursor) -> Self {
        Self::new("after", "BAD_CURSOR", "the cursor does not belong to this list")
    }
}

/// The sort key of the last row seen, opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor that carries `key`, usually the sort value and the id.
    pub fn of<K: Serialize>(key: &K) -> Self {
        Self(URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default()))
    }

    /// A cursor as a client sent it; [`Cursor::key`] tells whether it is any good.
    #[must_use]
    pub fn from_client(text: String) -> Self {
        Self(text)
    }

    /// The key inside.
    ///
    /// # Errors
    /// [`BadCursor`] when it was not made by [`Cursor::of`] with this key type.
    pub fn key<K: DeserializeOwned>(&self) -> Result<K, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| BadCursor)?;
        serde_json::from_slice(&bytes).map_err(|_| BadCursor)
    }

    /// The text for the client.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How much of a list, and after which row.
#[derive(Debug, Clone)]
pub struct PageArgs {
    first: u32,
    after: Option<Cursor>,
}

impl PageArgs {
    /// Rows in a page when the client does not say.
    pub const DEFAULT: u32 = 20;
    /// The most rows a client may ask for.
    pub const MAX: u32 = 100;

    /// Checks what the client asked for.
    ///
    /// # Errors
    /// [`Invalid`] naming `first` when it is not within 1..=100.
    pub fn new(first: Option<i32>, after: Option<String>) -> Result<Self, Invalid> {
        let first = first.map_or(Some(Self::DEFAULT), |n| u32::try_from(n).ok());
        match first {
            Some(first) if (1..=Self::MAX).contains(&first) => {
                Ok(Self { first, after: after.map(Cursor::from_client) })
            }
            _ => Err(Invalid::range("first", 1, i64::from(Self::MAX))),
        }
    }

    /// The first `first` rows; for callers inside the program.
    #[must_use]
    pub fn first(first: u32) -> Self {
        Self { first: first.clamp(1, Self::MAX), after: None }
    }

    /// The same page behind the row with this key; for callers inside the program.
    #[must_use]
    pub fn behind<K: Serialize>(self, key: &K) -> Self {
        Self { after: Some(Cursor::of(key)), ..self }
    }

    /// Rows wanted.
    #[must_use]
    pub fn size(&self) -> usize {
        self.first as usize
    }

    /// Rows to ask the database for: one more than wanted, to know whether there is a next page.
    #[must_use]
    pub fn limit(&self) -> u64 {
        u64::from(self.first) + 1
    }

    /// The key of the row after which the page starts.
    ///
    /// # Errors
    /// [`Invalid`] naming `after` when the cursor belongs to another list.
    pub fn after_key<K: DeserializeOwned>(&self) -> Result<Option<K>, Invalid> {
        Ok(self.after.as_ref().map(Cursor::key).transpose()?)
    }
}

/// One page of rows, each with its cursor.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// Rows with their cursors, in order.
    pub items: Vec<(Cursor, T)>,
    /// Whether more rows follow.
    pub has_next: bool,
}

impl<T> Page<T> {
    /// Makes a page from rows fetched with [`PageArgs::limit`]; `key` gives the sort key of a row.
    pub fn from_rows<K: Serialize>(mut rows: Vec<T>, args: &PageArgs, key: impl Fn(&T) -> K) -> Self {
        let has_next = rows.len() > args.size();
        rows.truncate(args.size());
        let items = rows.into_iter().map(|row| (Cursor::of(&key(&row)), row)).collect();
        Self { items, has_next }
    }

    /// The same page with each row turned into something else.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(|(c, t)| (c, f(t))).collect(), has_next: self.has_next }
    }

    /// The rows without their cursors.
    pub fn into_rows(self) -> Vec<T> {
        self.items.into_iter().map(|(_, row)| row).collect()
    }
}

//! A file with its metadata.

use chrono::{DateTime, Utc};
use kernel::id::{AssetId, MerchantId};
use kernel::{Invalid, text};
use serde::Serialize;

use super::{AssetKind, MediaType};

/// Where an asset stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetState {
    /// It waits for its bytes.
    Pending,
    /// It was checked and can be shown.
    Ready,
    /// Its bytes are not what was declared.
    Rejected,
    /// Its bytes did not come in time.
    Expired,
    /// It was deleted.
    Deleted,
}

/// Where the thumbnail of an image stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThumbnailState {
    /// There is none to be made.
    None,
    /// It is about to be made.
    Pending,
    /// It is there.
    Ready,
    /// The image cannot be decoded within the limits.
    Failed,
}

macro_rules! stored_names {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            /// The stored name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Reads a stored name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

stored_names!(AssetState {
    Pending = "pending", Ready = "ready", Rejected = "rejected", Expired = "expired", Deleted = "deleted",
});
stored_names!(ThumbnailState { None = "none", Pending = "pending", Ready = "ready", Failed = "failed" });

/// A file in object storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// The merchant it belongs to; `None`: the operator.
    pub merchant_id: Option<MerchantId>,
    /// What it is for.
    pub kind: AssetKind,
    /// The name of the file as it was uploaded.
    pub filename: String,
    /// The media type, checked when the asset is ready.
    pub content_type: String,
    /// Length in bytes, checked when the asset is ready.
    pub byte_size: u64,
    /// Where it stands.
    pub state: AssetState,
    /// Why it was rejected or expired.
    pub reason: Option<String>,
    /// What it shows, in words.
    pub alt: String,
    /// Width in pixels, known with the thumbnail.
    pub width: Option<u32>,
    /// Height in pixels, known with the thumbnail.
    pub height: Option<u32>,
    /// The storage's mark of the content.
    #[serde(skip)]
    pub etag: Option<String>,
    /// SHA-256 of the bytes, known with the thumbnail.
    #[serde(skip)]
    pub sha256: Option<String>,
    /// Where the thumbnail stands.
    #[serde(skip)]
    pub thumbnail_state: ThumbnailState,
    /// Until when the bytes may come.
    #[serde(skip)]
    pub expires_at: DateTime<Utc>,
    /// Counts the changes.
    #[serde(skip)]
    pub version: i64,
    /// When the upload was asked for.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
    #[serde(skip)]
    pub(crate) upload_key: String,
    #[serde(skip)]
    pub(crate) object_key: Option<String>,
    #[serde(skip)]
    pub(crate) thumbnail_key: Option<String>,
}

/// What the addresses of an asset are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub(crate) kind: AssetKind,
    pub(crate) state: AssetState,
    pub(crate) filename: String,
    pub(crate) object_key: Option<String>,
    pub(crate) thumbnail_key: Option<String>,
}

impl Asset {
    /// What its addresses are made of.
    #[must_use]
    pub fn shown(&self) -> Shown {
        Shown {
            kind: self.kind,
            state: self.state,
            filename: self.filename.clone(),
            object_key: self.object_key.clone(),
            thumbnail_key: self.thumbnail_key.clone(),
        }
    }

    /// The media type, if it is one that is taken.
    #[must_use]
    pub fn media(&self) -> Option<MediaType> {
        MediaType::parse(&self.content_type)
    }

    /// Every object of the asset in storage.
    pub(crate) fn keys(&self) -> Vec<String> {
        let others = [self.object_key.clone(), self.thumbnail_key.clone()];
        others.into_iter().flatten().chain([self.upload_key.clone()]).collect()
    }
}

/// The last part of a path as a client sent it: what is shown and offered as the name of a download.
///
/// # Errors
/// [`Invalid`] when nothing is left of it.
pub fn file_name(raw: &str) -> Result<String, Invalid> {
    let name = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = text::line("filename", name, 255)?;
    if matches!(name.as_str(), "." | "..") {
        return Err(Invalid::new("filename", "MALFORMED", "must be the name of a file"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn file_names_lose_their_path() {
        assert_eq!(file_name("C:\\pics\\Rød sofa.jpg").as_deref(), Ok("Rød sofa.jpg"));
        assert_eq!(file_name("../../etc/passwd").as_deref(), Ok("passwd"));
        for bad in ["", "a/", "..", "a\u{0}b", "x\ny"] {
            assert!(file_name(bad).is_err(), "{bad:?}");
        }
    }
}

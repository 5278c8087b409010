//! Files of documents.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, Utc};
use context::Ctx;

use crate::error::{Gql, answer};
use crate::loader::{LoadError, Loader, OfRequest, load};
use crate::schema::Services;

/// How long an address of a file works.
const SIGNED_FOR: Duration = Duration::from_secs(15 * 60);

/// A file of a document. It never changes.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct DocumentFile {
    /// `csv`, `pdf`, `ubl` (an e-invoice by EN 16931) or `pain001` (credit transfers for the bank).
    pub format: String,
    /// Under which name it is saved.
    pub file_name: String,
    /// Its media type.
    pub content_type: String,
    /// Its length in bytes.
    pub byte_size: i64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    #[graphql(skip)]
    key: String,
}

/// A file of a document.
#[ComplexObject]
impl DocumentFile {
    /// Where its bytes are, for a quarter of an hour.
    async fn url(&self, gql: &Context<'_>) -> Gql<String> {
        let store = answer(gql, gql.data::<Services>()?.urls())?.store();
        let signed = store.presign_get(&self.key, SIGNED_FOR, Some(&self.file_name)).await;
        answer(gql, signed.map_err(context::Error::internal))
    }
}

impl From<billing::DocumentFile> for DocumentFile {
    fn from(file: billing::DocumentFile) -> Self {
        Self {
            format: file.format,
            file_name: file.file_name,
            content_type: file.content_type,
            byte_size: file.byte_size,
            sha256: file.sha256,
            written_at: file.written_at,
            key: file.object_key,
        }
    }
}

/// The files of a document that the caller was shown.
pub(super) async fn files_of(gql: &Context<'_>, owner: &str) -> Gql<Vec<DocumentFile>> {
    let files = load::<FilesOfDocumentLoader, _>(gql, owner.to_owned()).await?.unwrap_or_default();
    Ok(files.into_iter().map(DocumentFile::from).collect())
}

/// The files of documents that the caller was shown.
pub struct FilesOfDocumentLoader(Ctx);

impl OfRequest for FilesOfDocumentLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<String> for FilesOfDocumentLoader {
    type Value = Vec<billing::DocumentFile>;
    async fn load(&self, keys: &[String]) -> Result<HashMap<String, Vec<billing::DocumentFile>>, LoadError> {
        billing::query::files_of_seen(&self.0, keys).await.map_err(LoadError::new)
    }
}

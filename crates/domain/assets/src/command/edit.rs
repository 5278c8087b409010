//! Changing what is said of an asset.

use context::Ctx;
use history::Change;
use kernel::id::AssetId;
use kernel::text;

use super::upload::of_owner;
use crate::Error;
use crate::actions::ASSET_EDIT;
use crate::model::{Asset, file_name};
use crate::repo;

/// A change of an asset; what is `None` stays.
#[derive(Debug, Clone)]
pub struct AssetEdit {
    /// The asset.
    pub id: AssetId,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The name of the file.
    pub filename: Option<String>,
    /// What it shows, in words.
    pub alt: Option<String>,
}

/// Changes the name of the file and what it shows in words; never the bytes.
///
/// # Errors
/// Not found, which includes assets of others; stale; the field at fault.
pub async fn edit(ctx: &Ctx, input: AssetEdit) -> Result<Asset, Error> {
    let grant = ctx.authorize(ASSET_EDIT)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::lock(&tx, &grant, input.id).await?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("asset").into());
    }
    let mut after = before.clone();
    if let Some(filename) = &input.filename {
        after.filename = file_name(filename)?;
    }
    if let Some(alt) = &input.alt {
        after.alt = text::block("alt", alt, 500)?;
    }
    (after.version, after.updated_at) = (before.version + 1, tx.now());
    repo::save(&tx, &after).await?;
    tx.record(of_owner(Change::new("asset", after.id, "edited"), &after).diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

//! The settings.

use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::text;
use sea_orm::ActiveValue::Set;

use super::fresh;
use crate::actions::EDIT_SETTINGS;
use crate::entity::settings_row;
use crate::event::SettingsChanged;
use crate::model::{Settings, SettingsPatch};
use crate::{Error, repo};

/// A change of the settings.
#[derive(Debug, Clone)]
pub struct EditSettings {
    /// The version that the caller saw; 0 when nobody has set any.
    pub expected_version: i64,
    /// What changes.
    pub patch: SettingsPatch,
    /// Why.
    pub reason: Option<String>,
}

/// One version of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSettings {
    /// Counts up from 1; 0 are the defaults that nobody has set.
    pub version: i64,
    /// The document.
    pub settings: Settings,
    /// Why it was changed.
    pub reason: Option<String>,
    /// Who changed it.
    pub author_name: String,
    /// When.
    pub created_at: Option<DateTime<Utc>>,
}

/// Writes a new version of the settings. Older versions stay readable for ever.
///
/// # Errors
/// What is wrong with the input; stale; denied; the database error.
pub async fn edit_settings(ctx: &Ctx, input: EditSettings) -> Result<StoredSettings, Error> {
    change(ctx, input.expected_version, input.reason, async |_, now| Ok(now.clone().patched(input.patch))).await
}

/// An earlier version that is to be in force again.
#[derive(Debug, Clone)]
pub struct RestoreSettings {
    /// The version; 0 for the defaults.
    pub version: i64,
    /// The version in force that the caller saw.
    pub expected_version: i64,
    /// Why.
    pub reason: Option<String>,
}

/// Puts what an earlier version said in force again, as a new version.
///
/// # Errors
/// Not found; what of it would be refused today; stale; denied; the database error.
pub async fn restore_settings(ctx: &Ctx, input: RestoreSettings) -> Result<StoredSettings, Error> {
    let version = input.version;
    change(ctx, input.expected_version, input.reason, async |tx, _| repo::settings_of(tx, version).await).await
}

async fn change(
    ctx: &Ctx,
    expected_version: i64,
    reason: Option<String>,
    new: impl AsyncFnOnce(&WriteTx, &Settings) -> Result<Settings, Error>,
) -> Result<StoredSettings, Error> {
    let grant = ctx.authorize(EDIT_SETTINGS)?;
    let reason = reason.as_deref().filter(|text| !text.trim().is_empty());
    let reason = reason.map(|text| text::line("reason", text, 500)).transpose()?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    fresh(market.settings_version, expected_version, "settings")?;
    let settings = new(&tx, &market.settings).await?.checked()?;
    let before = (market.settings_version > 0).then_some(&market.settings);
    let stored = write(ctx, &mut tx, before, market.settings_version + 1, settings, reason).await?;
    tx.commit().await?;
    Ok(stored)
}

pub(super) async fn write(
    ctx: &Ctx,
    tx: &mut WriteTx,
    before: Option<&Settings>,
    version: i64,
    settings: Settings,
    reason: Option<String>,
) -> Result<StoredSettings, Error> {
    let author_name = ctx.actor().name.clone();
    let row = settings_row::ActiveModel {
        version: Set(version),
        document: Set(serde_json::to_string(&settings)?),
        reason: Set(reason.clone()),
        author: Set(ctx.actor().id()),
        author_name: Set(author_name.clone()),
        created_at: Set(tx.now()),
    };
    repo::insert_settings(tx, row).await?;
    let mut change = Change::new("marketplace_settings", "marketplace", "edited").diff(before, Some(&settings));
    if let Some(reason) = &reason {
        change = change.because(reason.clone());
    }
    tx.record(change);
    tx.emit(&SettingsChanged { version });
    Ok(StoredSettings { version, settings, reason, author_name, created_at: Some(tx.now()) })
}

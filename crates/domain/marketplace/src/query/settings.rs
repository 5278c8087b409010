//! The settings and their versions.

use context::Ctx;
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::actions::READ_SETTINGS;
use crate::command::StoredSettings;
use crate::entity::settings_row::{Column, Entity, Model};
use crate::model::Settings;

/// The settings in force; version 0 holds the defaults when nobody has set any.
///
/// # Errors
/// Denied; the database error.
pub async fn settings(ctx: &Ctx) -> Result<StoredSettings, Error> {
    ctx.authorize(READ_SETTINGS)?;
    let row = Entity::find().order_by_desc(Column::Version).one(ctx.read()).await?;
    row.map_or_else(|| Ok(unset()), stored)
}

/// Every version of the settings, newest first.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn settings_history(ctx: &Ctx, page: &PageArgs) -> Result<Page<StoredSettings>, Error> {
    ctx.authorize(READ_SETTINGS)?;
    let mut query = Entity::find().order_by_desc(Column::Version).limit(page.limit());
    if let Some(after) = page.after_key::<i64>()? {
        query = query.filter(Column::Version.lt(after));
    }
    let rows = query.all(ctx.read()).await?;
    let rows: Result<Vec<StoredSettings>, Error> = rows.into_iter().map(stored).collect();
    Ok(Page::from_rows(rows?, page, |stored| stored.version))
}

fn stored(row: Model) -> Result<StoredSettings, Error> {
    Ok(StoredSettings {
        version: row.version,
        settings: serde_json::from_str(&row.document)?,
        reason: row.reason,
        author_name: row.author_name,
        created_at: Some(row.created_at),
    })
}

fn unset() -> StoredSettings {
    StoredSettings {
        version: 0,
        settings: Settings::default(),
        reason: None,
        author_name: String::new(),
        created_at: None,
    }
}

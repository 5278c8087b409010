//! Other systems, whom they know, and what they told.

use context::Ctx;
use kernel::id::{MerchantId, SyncMessageId, SyncSystemId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::READ_SYNC;
use crate::entity::sync::{link_row, message_row, system_row};
use crate::model::sync::{SyncLink, SyncMessage, SyncState, SyncSystem};
use crate::{Error, repo};

/// Which messages are asked for; what is `None` does not matter.
#[derive(Debug, Clone, Copy, Default)]
pub struct MessageFilter {
    /// Of this system.
    pub system: Option<SyncSystemId>,
    /// In this state.
    pub state: Option<SyncState>,
    /// About this merchant.
    pub merchant: Option<MerchantId>,
}

fn operators(ctx: &Ctx) -> Result<(), Error> {
    let wide = ctx.authorize(READ_SYNC)?.is_wide();
    if wide { Ok(()) } else { Err(context::Error::NotFound("system").into()) }
}

/// Systems that tell what they know of merchants, by their code.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn systems(ctx: &Ctx, page: &PageArgs) -> Result<Page<SyncSystem>, Error> {
    use system_row::{Column, Entity};
    operators(ctx)?;
    let mut find = Entity::find().order_by_asc(Column::Code).limit(page.limit());
    if let Some(after) = page.after_key::<String>()? {
        find = find.filter(Column::Code.gt(after));
    }
    let rows = find.all(ctx.read()).await?;
    let ids: Vec<SyncSystemId> = rows.iter().map(|row| row.id).collect();
    let fields = if ids.is_empty() { Vec::new() } else { repo::sync::fields(ctx.read(), &ids).await? };
    let systems = rows.into_iter().map(|row| repo::sync::of_row(row, &fields)).collect();
    Ok(Page::from_rows(systems, page, |system: &SyncSystem| system.code.clone()))
}

/// One of them.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn system(ctx: &Ctx, id: SyncSystemId) -> Result<SyncSystem, Error> {
    operators(ctx)?;
    repo::sync::system(ctx.read(), id).await
}

/// Whom a system knows, by its own numbers; one merchant, if one is named. Who was out of reach for a while compares the
/// revisions with its own, and sends what is newer.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn links(
    ctx: &Ctx,
    system: SyncSystemId,
    merchant: Option<MerchantId>,
    page: &PageArgs,
) -> Result<Page<SyncLink>, Error> {
    use link_row::{Column, Entity};
    operators(ctx)?;
    let mut find = Entity::find().filter(Column::SystemId.eq(system));
    if let Some(merchant) = merchant {
        find = find.filter(Column::MerchantId.eq(merchant));
    }
    if let Some(after) = page.after_key::<String>()? {
        find = find.filter(Column::ExternalId.gt(after));
    }
    let rows = find.order_by_asc(Column::ExternalId).limit(page.limit()).all(ctx.read()).await?;
    let links = rows.into_iter().map(repo::sync::link).collect();
    Ok(Page::from_rows(links, page, |link: &SyncLink| link.external_id.clone()))
}

/// Messages, the newest first.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn messages(ctx: &Ctx, filter: MessageFilter, page: &PageArgs) -> Result<Page<SyncMessage>, Error> {
    use message_row::{Column, Entity};
    operators(ctx)?;
    let mut find = Entity::find().order_by_desc(Column::Id).limit(page.limit());
    if let Some(system) = filter.system {
        find = find.filter(Column::SystemId.eq(system));
    }
    if let Some(state) = filter.state {
        find = find.filter(Column::State.eq(state.as_str()));
    }
    if let Some(merchant) = filter.merchant {
        find = find.filter(Column::MerchantId.eq(merchant));
    }
    if let Some(after) = page.after_key::<SyncMessageId>()? {
        find = find.filter(Column::Id.lt(after));
    }
    let rows = find.all(ctx.read()).await?;
    let messages = rows.into_iter().map(repo::sync::message).collect::<Result<Vec<_>, Error>>()?;
    Ok(Page::from_rows(messages, page, |message: &SyncMessage| message.id))
}

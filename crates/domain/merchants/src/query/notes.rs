//! Notes about merchants.

use context::Ctx;
use kernel::id::{MerchantId, MerchantNoteId};
use kernel::{Page, PageArgs};

use super::newest;
use crate::actions::READ_NOTE;
use crate::entity::note_row::{Column, Entity};
use crate::model::Note;
use crate::{Error, repo};

/// What the operator's people wrote about merchants, the newest first; about one, if one is named.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn notes(ctx: &Ctx, merchant: Option<MerchantId>, page: &PageArgs) -> Result<Page<Note>, Error> {
    let grant = ctx.authorize(READ_NOTE)?;
    let columns = (Column::Id, Column::MerchantId);
    let rows = newest::<Entity, MerchantNoteId>(ctx, &grant, columns, merchant, None, page).await?;
    let rows = rows.into_iter().map(repo::note::of_row).collect();
    Ok(Page::from_rows(rows, page, |note: &Note| note.id))
}

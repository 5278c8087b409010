//! Notes about merchants.

use context::{Ctx, within_merchants};
use kernel::id::{MerchantId, MerchantNoteId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

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
    let mut find = Entity::find()
        .filter(within_merchants(&grant, Column::MerchantId))
        .order_by_desc(Column::Id)
        .limit(page.limit());
    if let Some(merchant) = merchant {
        find = find.filter(Column::MerchantId.eq(merchant));
    }
    if let Some(after) = page.after_key::<MerchantNoteId>()? {
        find = find.filter(Column::Id.lt(after));
    }
    let rows = find.all(&ctx.read_for(&grant)).await?.into_iter().map(repo::note::of_row).collect();
    Ok(Page::from_rows(rows, page, |note: &Note| note.id))
}

//! Notes about merchants. Their history belongs to no merchant, so no merchant reads it.

use context::Ctx;
use history::Change;
use kernel::id::{MerchantId, MerchantNoteId};

use super::step;
use crate::actions::EDIT_NOTE;
use crate::model::Note;
use crate::{Error, repo};

/// The longest note.
const WORDS_MAX: usize = 4_000;

/// Writes a note about a merchant, for the operator's people alone.
///
/// # Errors
/// A wrong `words`; not found; denied; the database error.
pub async fn add_note(ctx: &Ctx, merchant: MerchantId, words: &str) -> Result<Note, Error> {
    let grant = ctx.authorize(EDIT_NOTE)?;
    let words = step::words("words", words, WORDS_MAX)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let merchant = repo::find(&*tx, &grant, merchant).await?;
    let note = Note {
        id: tx.new_id(),
        merchant: merchant.id,
        words,
        author_name: ctx.actor().name.clone(),
        written_at: tx.now(),
        editor_name: None,
        edited_at: None,
        version: 1,
    };
    repo::note::insert(&tx, &note).await?;
    tx.record(Change::new("merchant_note", note.id, "created").diff(None, Some(&note)));
    tx.commit().await?;
    Ok(note)
}

/// Writes a note anew.
///
/// # Errors
/// As [`add_note`]; stale.
pub async fn edit_note(ctx: &Ctx, id: MerchantNoteId, expected_version: i64, words: &str) -> Result<Note, Error> {
    let grant = ctx.authorize(EDIT_NOTE)?;
    let words = step::words("words", words, WORDS_MAX)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::note::find(&*tx, &grant, id).await?;
    let after = Note {
        words,
        editor_name: Some(ctx.actor().name.clone()),
        edited_at: Some(tx.now()),
        version: expected_version + 1,
        ..before.clone()
    };
    if before.version != expected_version || !repo::note::save(&tx, &after).await? {
        return Err(context::Error::Stale("note").into());
    }
    tx.record(Change::new("merchant_note", id, "edited").diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// Takes a note away; its history stays. Gives the note as it was.
///
/// # Errors
/// As [`edit_note`].
pub async fn remove_note(ctx: &Ctx, id: MerchantNoteId, expected_version: i64) -> Result<Note, Error> {
    let grant = ctx.authorize(EDIT_NOTE)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let note = repo::note::find(&*tx, &grant, id).await?;
    if note.version != expected_version || !repo::note::remove(&tx, &note).await? {
        return Err(context::Error::Stale("note").into());
    }
    tx.record(Change::new("merchant_note", id, "deleted").diff(Some(&note), None));
    tx.commit().await?;
    Ok(note)
}

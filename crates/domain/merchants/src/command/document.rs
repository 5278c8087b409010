//! Handing documents in and looking at them.

use chrono::NaiveDate;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{AssetId, MerchantDocumentId, MerchantId};
use kernel::{Invalid, text};

use crate::actions::{HAND_IN_DOCUMENT, REVIEW_DOCUMENT};
use crate::event::{DocumentHandedIn, DocumentReviewed};
use crate::model::{Document, DocumentState};
use crate::{Error, repo};

/// A document to be handed in.
#[derive(Debug, Clone)]
pub struct HandInDocument {
    /// The merchant.
    pub merchant: MerchantId,
    /// What it is: `trade_licence`.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// The number that is on it.
    pub number: Option<String>,
    /// Who gave it.
    pub issuer: Option<String>,
    /// The file, uploaded before and ready.
    pub asset: AssetId,
    /// The last day on which it is good.
    pub expires_on: Option<NaiveDate>,
}

/// Hands a document in. The operator looks at it.
///
/// # Errors
/// What is wrong with the input; `NOT_USABLE` for a file that is not ready or not the merchant's; not found; denied; the
/// database error.
pub async fn hand_in_document(ctx: &Ctx, input: HandInDocument) -> Result<Document, Error> {
    let grant = ctx.authorize(HAND_IN_DOCUMENT)?;
    let optional = |field: &str, value: Option<&str>| {
        value.filter(|value| !value.trim().is_empty()).map(|value| text::line(field, value, 120)).transpose()
    };
    let mut tx = ctx.begin_write_for(&grant).await?;
    let merchant = repo::find(&*tx, &grant, input.merchant).await?;
    if input.expires_on.is_some_and(|day| day < tx.now().date_naive()) {
        return Err(Invalid::new("expiresOn", "OUT_OF_RANGE", "is over").into());
    }
    let usable = assets::usable_in_tx(&tx, Some(merchant.id), vec![input.asset]).await?;
    if !usable.contains(&input.asset) {
        return Err(Invalid::new("assetId", "NOT_USABLE", "is not a file of the merchant that is ready").into());
    }
    let document = Document {
        id: tx.new_id(),
        merchant: merchant.id,
        kind: text::code("kind", &input.kind, 40)?,
        title: text::line("title", &input.title, 200)?,
        number: optional("number", input.number.as_deref())?,
        issuer: optional("issuer", input.issuer.as_deref())?,
        asset: input.asset,
        expires_on: input.expires_on,
        state: DocumentState::Submitted,
        submitted_at: tx.now(),
        review_note: None,
        reviewed_by: None,
        reviewed_at: None,
        version: 1,
    };
    repo::document::insert(&tx, &document).await?;
    let change = Change::new("merchant_document", document.id, "submitted").of_merchant(merchant.id);
    tx.record(change.diff(None, Some(&document)));
    tx.emit(&DocumentHandedIn { document: document.id, merchant: document.merchant, withdrawn: false });
    tx.commit().await?;
    Ok(document)
}

/// What the operator finds.
#[derive(Debug, Clone)]
pub struct ReviewDocument {
    /// The document.
    pub id: MerchantDocumentId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// Whether it is good.
    pub approve: bool,
    /// What the merchant is told; required when it is not.
    pub note: Option<String>,
}

/// Finds a document good or not.
///
/// # Errors
/// [`Error::AlreadyDecided`] when it does not wait for a look; a missing note; not found; stale; denied; the database error.
pub async fn review_document(ctx: &Ctx, input: ReviewDocument) -> Result<Document, Error> {
    let grant = ctx.authorize(REVIEW_DOCUMENT)?;
    let note = input.note.as_deref().filter(|note| !note.trim().is_empty());
    let note = note.map(|note| text::block("note", note, 2_000)).transpose()?;
    if !input.approve && note.is_none() {
        return Err(Invalid::required("note").into());
    }
    let tx = ctx.begin_write_for(&grant).await?;
    let before = repo::document::find(&*tx, &grant, input.id).await?;
    let (state, done) =
        if input.approve { (DocumentState::Approved, "approved") } else { (DocumentState::Refused, "refused") };
    let after = Document {
        state,
        review_note: note,
        reviewed_by: Some(ctx.actor().name.clone()),
        reviewed_at: Some(tx.now()),
        ..before.clone()
    };
    finish(tx, before, after, input.expected_version, done).await
}

/// Takes a document back that nobody has looked at.
///
/// # Errors
/// As [`review_document`].
pub async fn withdraw_document(ctx: &Ctx, id: MerchantDocumentId, expected_version: i64) -> Result<Document, Error> {
    let grant = ctx.authorize(HAND_IN_DOCUMENT)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let before = repo::document::find(&*tx, &grant, id).await?;
    let after = Document { state: DocumentState::Withdrawn, ..before.clone() };
    finish(tx, before, after, expected_version, "withdrawn").await
}

async fn finish(
    mut tx: WriteTx,
    before: Document,
    after: Document,
    seen: i64,
    done: &'static str,
) -> Result<Document, Error> {
    if before.version != seen {
        return Err(context::Error::Stale("document").into());
    }
    if before.state != DocumentState::Submitted {
        return Err(Error::AlreadyDecided("document"));
    }
    let after = Document { version: before.version + 1, ..after };
    if !repo::document::save(&tx, &after, seen).await? {
        return Err(context::Error::Stale("document").into());
    }
    let change = Change::new("merchant_document", after.id, done).of_merchant(after.merchant);
    tx.record(change.diff(Some(&before), Some(&after)));
    if after.reviewed_at.is_some() {
        tx.emit(&DocumentReviewed { document: after.id, merchant: after.merchant });
    } else {
        tx.emit(&DocumentHandedIn { document: after.id, merchant: after.merchant, withdrawn: true });
    }
    tx.commit().await?;
    Ok(after)
}

//! What the operator's people write down about merchants, for themselves.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use crate::error::{Gql, answer, ctx, respond};
use crate::input;
use crate::page::{connection, page_args};
use crate::payload;

/// A note about a merchant. The merchant never sees it.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantNote {
    /// Names it in `changes`, as a `merchant_note`.
    pub id: ID,
    /// The merchant.
    pub merchant_id: ID,
    /// The words.
    pub words: String,
    /// Who wrote it first.
    pub author: String,
    /// When.
    pub written_at: DateTime<Utc>,
    /// Who changed it last.
    pub editor: Option<String>,
    /// When.
    pub edited_at: Option<DateTime<Utc>>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
}

impl From<merchants::Note> for MerchantNote {
    fn from(note: merchants::Note) -> Self {
        Self {
            id: note.id.into(),
            merchant_id: note.merchant.into(),
            words: note.words,
            author: note.author_name,
            written_at: note.written_at,
            editor: note.editor_name,
            edited_at: note.edited_at,
            version: note.version,
        }
    }
}

/// A note to be written.
#[derive(Debug, InputObject)]
pub struct MerchantNoteAddInput {
    /// The merchant.
    pub merchant_id: ID,
    /// The words.
    pub words: String,
}

/// A note to be written anew.
#[derive(Debug, InputObject)]
pub struct MerchantNoteEditInput {
    /// The note.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The words.
    pub words: String,
}

/// A note to be taken away.
#[derive(Debug, InputObject)]
pub struct MerchantNoteRemoveInput {
    /// The note.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
}

payload! {
    /// What became of `merchantNoteAdd`.
    MerchantNoteAddPayload {
        /// The note.
        note: MerchantNote }
    /// What became of `merchantNoteEdit`.
    MerchantNoteEditPayload {
        /// The note as it is now.
        note: MerchantNote }
    /// What became of `merchantNoteRemove`.
    MerchantNoteRemovePayload {
        /// The note as it was.
        note: MerchantNote }
}

/// Questions about notes.
#[derive(Default)]
pub struct MerchantNoteQuery;

#[Object]
impl MerchantNoteQuery {
    /// What the operator's people wrote about merchants, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_notes(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those about this merchant.")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MerchantNote>> {
        let page = answer(gql, page_args(first, after))?;
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        Ok(connection(answer(gql, merchants::notes(ctx(gql)?, id, &page).await)?, MerchantNote::from))
    }
}

/// Changes of notes.
#[derive(Default)]
pub struct MerchantNoteMutation;

#[Object]
impl MerchantNoteMutation {
    /// Writes a note about a merchant, which the merchant never sees.
    async fn merchant_note_add(&self, gql: &Context<'_>, input: MerchantNoteAddInput) -> Gql<MerchantNoteAddPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("merchantId", &input.merchant_id)?;
            merchants::add_note(ctx, id, &input.words).await
        };
        respond(gql, Box::pin(done).await.map(MerchantNote::from))
    }

    /// Writes a note anew. Its history keeps what it said before, and who said it.
    async fn merchant_note_edit(
        &self,
        gql: &Context<'_>,
        input: MerchantNoteEditInput,
    ) -> Gql<MerchantNoteEditPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            merchants::edit_note(ctx, id, input.expected_version, &input.words).await
        };
        respond(gql, Box::pin(done).await.map(MerchantNote::from))
    }

    /// Takes a note away. Its history stays.
    async fn merchant_note_remove(
        &self,
        gql: &Context<'_>,
        input: MerchantNoteRemoveInput,
    ) -> Gql<MerchantNoteRemovePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            merchants::remove_note(ctx, id, input.expected_version).await
        };
        respond(gql, Box::pin(done).await.map(MerchantNote::from))
    }
}

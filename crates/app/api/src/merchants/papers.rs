//! Documents that merchants hand in.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use merchants::{HandInDocument, ReviewDocument};

use crate::error::{Gql, answer, ctx, respond};
use crate::input;
use crate::page::{connection, page_args};
use crate::payload;

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::DocumentState")]
pub enum MerchantDocumentState {
    /// The operator has to look at it.
    Submitted,
    /// It is good.
    Approved,
    /// It is not.
    Refused,
    /// Its merchant took it back.
    Withdrawn,
}

/// A document of a merchant: a licence, a paper about the company.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantDocument {
    /// Its id.
    pub id: ID,
    /// The merchant.
    pub merchant_id: ID,
    /// What it is: `trade_licence`.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// The number that is on it.
    pub number: Option<String>,
    /// Who gave it.
    pub issuer: Option<String>,
    /// The file: an asset.
    pub asset_id: ID,
    /// The last day on which it is good.
    pub expires_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: MerchantDocumentState,
    /// When it was handed in.
    pub submitted_at: DateTime<Utc>,
    /// What the operator says about it.
    pub review_note: Option<String>,
    /// Who looked at it.
    pub reviewed_by: Option<String>,
    /// When.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
}

impl From<merchants::Document> for MerchantDocument {
    fn from(document: merchants::Document) -> Self {
        Self {
            id: document.id.to_string().into(),
            merchant_id: document.merchant.to_string().into(),
            kind: document.kind,
            title: document.title,
            number: document.number,
            issuer: document.issuer,
            asset_id: document.asset.to_string().into(),
            expires_on: document.expires_on,
            state: document.state.into(),
            submitted_at: document.submitted_at,
            review_note: document.review_note,
            reviewed_by: document.reviewed_by,
            reviewed_at: document.reviewed_at,
            version: document.version,
        }
    }
}

/// A document to be handed in.
#[derive(Debug, InputObject)]
pub struct MerchantDocumentSubmitInput {
    /// The merchant.
    pub merchant_id: ID,
    /// What it is: `trade_licence`.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// The number that is on it.
    pub number: Option<String>,
    /// Who gave it.
    pub issuer: Option<String>,
    /// The file, uploaded before and ready.
    pub asset_id: ID,
    /// The last day on which it is good.
    pub expires_on: Option<NaiveDate>,
}

impl MerchantDocumentSubmitInput {
    fn read(self) -> Result<HandInDocument, context::Error> {
        Ok(HandInDocument {
            merchant: input::id("merchantId", &self.merchant_id)?,
            asset: input::id("assetId", &self.asset_id)?,
            kind: self.kind,
            title: self.title,
            number: self.number,
            issuer: self.issuer,
            expires_on: self.expires_on,
        })
    }
}

/// What the operator finds about a document.
#[derive(Debug, InputObject)]
pub struct MerchantDocumentReviewInput {
    /// The document.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// Whether it is good.
    pub approve: bool,
    /// What the merchant is told; required when it is not.
    pub note: Option<String>,
}

/// A document to be taken back.
#[derive(Debug, InputObject)]
pub struct MerchantDocumentWithdrawInput {
    /// The document.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
}

payload! {
    /// What became of `merchantDocumentSubmit`.
    MerchantDocumentSubmitPayload {
        /// The document.
        document: MerchantDocument }
    /// What became of `merchantDocumentReview`.
    MerchantDocumentReviewPayload {
        /// The document as it is now.
        document: MerchantDocument }
    /// What became of `merchantDocumentWithdraw`.
    MerchantDocumentWithdrawPayload {
        /// The document as it is now.
        document: MerchantDocument }
}

/// Questions about documents of merchants.
#[derive(Default)]
pub struct MerchantPapersQuery;

#[Object]
impl MerchantPapersQuery {
    /// Documents of merchants, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_documents(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those of this merchant.")] merchant_id: Option<ID>,
        #[graphql(desc = "Only those in this state.")] state: Option<MerchantDocumentState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MerchantDocument>> {
        let page = answer(gql, page_args(first, after))?;
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let found = merchants::documents(ctx(gql)?, id, state.map(Into::into), &page).await;
        Ok(connection(answer(gql, found)?, MerchantDocument::from))
    }
}

/// Changes of documents of merchants.
#[derive(Default)]
pub struct MerchantPapersMutation;

#[Object]
impl MerchantPapersMutation {
    /// Hands a document in. The operator looks at it.
    async fn merchant_document_submit(
        &self,
        gql: &Context<'_>,
        input: MerchantDocumentSubmitInput,
    ) -> Gql<MerchantDocumentSubmitPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::hand_in_document(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(MerchantDocument::from))
    }

    /// Finds a document good or not.
    async fn merchant_document_review(
        &self,
        gql: &Context<'_>,
        input: MerchantDocumentReviewInput,
    ) -> Gql<MerchantDocumentReviewPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let MerchantDocumentReviewInput { id, expected_version, approve, note } = input;
            let id = input::id("id", &id)?;
            merchants::review_document(ctx, ReviewDocument { id, expected_version, approve, note }).await
        };
        respond(gql, Box::pin(done).await.map(MerchantDocument::from))
    }

    /// Takes a document back that nobody has looked at.
    async fn merchant_document_withdraw(
        &self,
        gql: &Context<'_>,
        input: MerchantDocumentWithdrawInput,
    ) -> Gql<MerchantDocumentWithdrawPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            merchants::withdraw_document(ctx, id, input.expected_version).await
        };
        respond(gql, Box::pin(done).await.map(MerchantDocument::from))
    }
}

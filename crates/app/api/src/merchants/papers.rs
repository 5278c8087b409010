//! Agreements with merchants, and the documents that they hand in.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use merchants::{AcceptAgreement, HandInDocument, PublishAgreement, ReviewDocument};

use crate::error::{Gql, answer, answer_optional, ctx, respond};
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

/// A version of an agreement between merchants and the operator. It never changes.
#[derive(Debug, Clone, SimpleObject)]
pub struct Agreement {
    /// Its id.
    pub id: ID,
    /// Which agreement: `terms`.
    pub code: String,
    /// Counts up from 1 for each agreement.
    pub number: i64,
    /// What it is called.
    pub title: String,
    /// Its words; empty in lists.
    pub body: String,
    /// The SHA-256 of the words; send it back with `agreementAccept`.
    pub sha256: String,
    /// The types of merchants that must accept it; empty: all.
    pub types: Vec<String>,
    /// What is new in it.
    pub change_note: Option<String>,
    /// From when on it counts.
    pub valid_from: DateTime<Utc>,
    /// Until when a merchant that was there before sells on without having accepted it.
    pub grace_until: DateTime<Utc>,
    /// Who published it.
    pub author: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<merchants::Agreement> for Agreement {
    fn from(agreement: merchants::Agreement) -> Self {
        Self {
            id: agreement.id.to_string().into(),
            code: agreement.code,
            number: agreement.number,
            title: agreement.title,
            body: agreement.body,
            sha256: agreement.sha256,
            types: agreement.types,
            change_note: agreement.change_note,
            valid_from: agreement.valid_from,
            grace_until: agreement.grace_until,
            author: agreement.author_name,
            created_at: agreement.created_at,
        }
    }
}

/// That somebody accepted a version for a merchant: the evidence.
#[derive(Debug, Clone, SimpleObject)]
pub struct AgreementAcceptance {
    /// Its id.
    pub id: ID,
    /// The version; `agreement` gives its words.
    pub agreement_id: ID,
    /// Which agreement.
    pub code: String,
    /// Which version of it.
    pub number: i64,
    /// The SHA-256 of the words that were shown.
    pub sha256: String,
    /// Who accepted.
    pub actor: String,
    /// From where.
    pub ip: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<merchants::Acceptance> for AgreementAcceptance {
    fn from(acceptance: merchants::Acceptance) -> Self {
        Self {
            id: acceptance.id.to_string().into(),
            agreement_id: acceptance.agreement.to_string().into(),
            code: acceptance.code,
            number: acceptance.number,
            sha256: acceptance.sha256,
            actor: acceptance.actor_name,
            ip: acceptance.ip,
            at: acceptance.at,
        }
    }
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

/// A new version of an agreement.
#[derive(Debug, InputObject)]
pub struct AgreementPublishInput {
    /// Which agreement: `terms`. A new one begins with version 1.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// Its words.
    pub body: String,
    /// The types of merchants that must accept it; all when absent.
    pub types: Option<Vec<String>>,
    /// What is new in it.
    pub change_note: Option<String>,
    /// From when on it counts; now when absent.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when merchants that are there sell on without having accepted it; `validFrom` when absent.
    pub grace_until: Option<DateTime<Utc>>,
}

impl AgreementPublishInput {
    fn read(self) -> PublishAgreement {
        PublishAgreement {
            code: self.code,
            title: self.title,
            body: self.body,
            types: self.types.unwrap_or_default(),
            change_note: self.change_note,
            valid_from: self.valid_from,
            grace_until: self.grace_until,
        }
    }
}

/// Which version is accepted for a merchant.
#[derive(Debug, InputObject)]
pub struct AgreementAcceptInput {
    /// The merchant.
    pub merchant_id: ID,
    /// The version.
    pub agreement_id: ID,
    /// The SHA-256 of the words that were shown.
    pub sha256: String,
}

impl AgreementAcceptInput {
    fn read(self) -> Result<AcceptAgreement, context::Error> {
        Ok(AcceptAgreement {
            merchant: input::id("merchantId", &self.merchant_id)?,
            agreement: input::id("agreementId", &self.agreement_id)?,
            sha256: self.sha256,
        })
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
    /// What became of `agreementPublish`.
    AgreementPublishPayload {
        /// The new version.
        agreement: Agreement }
    /// What became of `agreementAccept`.
    AgreementAcceptPayload {
        /// The evidence.
        acceptance: AgreementAcceptance }
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

/// Questions about agreements and documents of merchants.
#[derive(Default)]
pub struct MerchantPapersQuery;

#[Object]
impl MerchantPapersQuery {
    /// All of them: agreements in all versions, without their words.
    #[graphql(complexity = "20 * child_complexity")]
    async fn agreements(&self, gql: &Context<'_>) -> Gql<Vec<Agreement>> {
        let found = answer(gql, merchants::agreements(ctx(gql)?).await)?;
        Ok(found.into_iter().map(Agreement::from).collect())
    }

    /// One version of an agreement with its words; `null` when there is none.
    async fn agreement(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Agreement>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, merchants::agreement(ctx(gql)?, id).await)?.map(Agreement::from))
    }

    /// All of them: what was accepted for a merchant, by whom, when and from where.
    #[graphql(complexity = "20 * child_complexity")]
    async fn agreement_acceptances(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant.")] merchant_id: ID,
    ) -> Gql<Vec<AgreementAcceptance>> {
        let id = answer(gql, input::id("merchantId", &merchant_id))?;
        let found = answer(gql, merchants::acceptances(ctx(gql)?, id).await)?;
        Ok(found.into_iter().map(AgreementAcceptance::from).collect())
    }

    /// Documents of merchants, the newest first.
    #[graphql(complexity = "crate::page::cost(first, child_complexity)")]
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

/// Changes of agreements and documents of merchants.
#[derive(Default)]
pub struct MerchantPapersMutation;

#[Object]
impl MerchantPapersMutation {
    /// Publishes a version of an agreement. Merchants that are there have the time of grace, then they sell nothing until
    /// they accept.
    async fn agreement_publish(&self, gql: &Context<'_>, input: AgreementPublishInput) -> Gql<AgreementPublishPayload> {
        let done = merchants::publish_agreement(ctx(gql)?, input.read());
        respond(gql, Box::pin(done).await.map(Agreement::from))
    }

    /// Accepts a version for a merchant. Accepting it again answers with the first acceptance.
    async fn agreement_accept(&self, gql: &Context<'_>, input: AgreementAcceptInput) -> Gql<AgreementAcceptPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::accept_agreement(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(AgreementAcceptance::from))
    }

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

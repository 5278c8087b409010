//! Agreements between merchants and the operator.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use merchants::{AcceptAgreement, PublishAgreement};

use crate::error::{Gql, answer, answer_optional, ctx, respond};
use crate::input;
use crate::payload;

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

payload! {
    /// What became of `agreementPublish`.
    AgreementPublishPayload {
        /// The new version.
        agreement: Agreement }
    /// What became of `agreementAccept`.
    AgreementAcceptPayload {
        /// The evidence.
        acceptance: AgreementAcceptance }
}

/// Questions about agreements.
#[derive(Default)]
pub struct AgreementQuery;

#[Object]
impl AgreementQuery {
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
}

/// Changes of agreements.
#[derive(Default)]
pub struct AgreementMutation;

#[Object]
impl AgreementMutation {
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
}

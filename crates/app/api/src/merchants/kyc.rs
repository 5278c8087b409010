//! Whether it is known who a merchant is, and whether money may go to its account.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use merchants::{ChangeKyc, ChangePayoutAccount};

use super::object::Merchant;
use crate::error::{Gql, ctx, respond};
use crate::input;
use crate::payload;

/// Whether it is known who a merchant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::KycState")]
pub enum KycState {
    /// Nobody asks.
    NotRequired,
    /// The merchant has to bring its papers.
    PendingSubmission,
    /// The operator looks at them.
    PendingApproval,
    /// It is known.
    Approved,
    /// The papers do not say it.
    Refused,
    /// It was known, the papers are too old.
    Expired,
}

/// What can be done about who a merchant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::KycTransition")]
pub enum KycAction {
    /// Ask for papers, for the first time or anew.
    Require,
    /// Ask no more.
    Waive,
    /// Say that the papers are there: `merchantKycSubmit`.
    Submit,
    /// Find them good.
    Approve,
    /// Find them wanting.
    Refuse,
    /// Find them too old.
    Expire,
}

/// Where a merchant's account for payouts stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::PayoutState")]
pub enum PayoutAccountState {
    /// There is none.
    None,
    /// It was named; the operator has to look at it.
    Pending,
    /// It is paid to.
    Active,
    /// Nothing is paid to it until the operator lifts that.
    Restricted,
    /// The operator does not pay to it; another one has to be named.
    Rejected,
}

/// What can be done about an account for payouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::PayoutTransition")]
pub enum PayoutAccountAction {
    /// Name an account: `merchantBankEdit`.
    Name,
    /// Take it away: `merchantBankEdit`.
    Remove,
    /// Find it good.
    Verify,
    /// Do not pay to it.
    Reject,
    /// Pay nothing to it for now.
    Restrict,
    /// Pay to it again.
    Lift,
}

/// Whether it is known who a merchant is.
#[derive(Debug, Clone)]
pub struct MerchantKyc(pub(super) merchants::Merchant);

/// Whether it is known who a merchant is.
#[Object]
impl MerchantKyc {
    /// The answer.
    fn state(&self) -> KycState {
        self.0.kyc.state.into()
    }
    /// Why, when it is refused or expired.
    fn reason(&self) -> Option<&str> {
        self.0.kyc.reason.as_deref()
    }
    /// Until when the papers are good.
    fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.kyc.expires_at
    }
    /// What the caller may do about it now.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<KycAction>> {
        Ok(merchants::allowed_kyc(ctx(gql)?, &self.0).into_iter().map(Into::into).collect())
    }
}

/// Whether money may go to a merchant's account.
#[derive(Debug, Clone)]
pub struct MerchantPayoutAccount(pub(super) merchants::Merchant);

/// Whether money may go to a merchant's account.
#[Object]
impl MerchantPayoutAccount {
    /// Where it stands.
    fn state(&self) -> PayoutAccountState {
        self.0.payout.state.into()
    }
    /// Why, when it is restricted or rejected.
    fn reason(&self) -> Option<&str> {
        self.0.payout.reason.as_deref()
    }
    /// What the caller may decide about it now.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<PayoutAccountAction>> {
        Ok(merchants::allowed_payout(ctx(gql)?, &self.0).into_iter().map(Into::into).collect())
    }
}

/// Which merchant, in which version.
#[derive(Debug, InputObject)]
pub struct MerchantKycSubmitInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
}

/// A decision about who a merchant is.
#[derive(Debug, InputObject)]
pub struct MerchantKycChangeInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// What is decided.
    pub action: KycAction,
    /// Why, as a code.
    pub reason_code: Option<String>,
    /// Why, in words; required to refuse and to expire.
    pub reason: Option<String>,
    /// With an approval: until when the papers are good; for ever when absent.
    pub expires_at: Option<DateTime<Utc>>,
}

impl MerchantKycChangeInput {
    fn read(self) -> Result<ChangeKyc, context::Error> {
        Ok(ChangeKyc {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            transition: self.action.into(),
            reason_code: self.reason_code,
            reason: self.reason,
            expires_at: self.expires_at,
        })
    }
}

/// A decision about a merchant's account for payouts.
#[derive(Debug, InputObject)]
pub struct MerchantPayoutAccountChangeInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// What is decided: to verify, reject, restrict or lift.
    pub action: PayoutAccountAction,
    /// Why, as a code.
    pub reason_code: Option<String>,
    /// Why, in words; required to reject and to restrict.
    pub reason: Option<String>,
}

impl MerchantPayoutAccountChangeInput {
    fn read(self) -> Result<ChangePayoutAccount, context::Error> {
        Ok(ChangePayoutAccount {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            transition: self.action.into(),
            reason_code: self.reason_code,
            reason: self.reason,
        })
    }
}

payload! {
    /// What became of `merchantKycSubmit`.
    MerchantKycSubmitPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantKycChange`.
    MerchantKycChangePayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantPayoutAccountChange`.
    MerchantPayoutAccountChangePayload {
        /// The merchant as it is now.
        merchant: Merchant }
}

/// Changes of whether merchants are known, and of their accounts for payouts.
#[derive(Default)]
pub struct MerchantKycMutation;

#[Object]
impl MerchantKycMutation {
    /// Says that the papers that show who a merchant is are there.
    async fn merchant_kyc_submit(
        &self,
        gql: &Context<'_>,
        input: MerchantKycSubmitInput,
    ) -> Gql<MerchantKycSubmitPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            merchants::submit_kyc(ctx, id, input.expected_version).await
        };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Decides about who a merchant is.
    async fn merchant_kyc_change(
        &self,
        gql: &Context<'_>,
        input: MerchantKycChangeInput,
    ) -> Gql<MerchantKycChangePayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::change_kyc(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Decides about a merchant's account for payouts.
    async fn merchant_payout_account_change(
        &self,
        gql: &Context<'_>,
        input: MerchantPayoutAccountChangeInput,
    ) -> Gql<MerchantPayoutAccountChangePayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::change_payout_account(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }
}

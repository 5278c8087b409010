//! What people enter of providers, carriers and the bank.

use async_graphql::{Context, ID, InputObject, Object};
use billing::{RecordDebtPayment, RecordMovement};
use chrono::{DateTime, Utc};
use kernel::Invalid;

use super::object::LedgerPosting;
use crate::error::{Gql, ctx, respond};
use crate::scalar::MoneyInput;
use crate::{input, payload};

/// A fee that a provider charged.
#[derive(Debug, Clone, InputObject)]
pub struct ProviderFeeRecordInput {
    /// The code of the provider.
    pub provider: String,
    /// The provider's unique name of the fee; entering it twice does nothing.
    pub reference: String,
    /// How much; more than zero.
    pub amount: MoneyInput,
    /// When it happened; now when absent.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// Money that a provider paid into the bank.
#[derive(Debug, Clone, InputObject)]
pub struct ProviderSettlementRecordInput {
    /// The code of the provider.
    pub provider: String,
    /// The provider's unique name of its payout; entering it twice does nothing.
    pub reference: String,
    /// What reached the bank; more than zero.
    pub amount: MoneyInput,
    /// When it happened; now when absent.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// Cash that a carrier had collected and sent.
#[derive(Debug, Clone, InputObject)]
pub struct CodRemittanceRecordInput {
    /// The code of the carrier.
    pub carrier: String,
    /// The bank's unique name of the receipt; entering it twice does nothing.
    pub reference: String,
    /// What reached the bank; more than zero.
    pub amount: MoneyInput,
    /// What the carrier kept; nothing when absent.
    pub fee: Option<MoneyInput>,
    /// When it happened; now when absent.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// A receipt that paid no order and was sent back.
#[derive(Debug, Clone, InputObject)]
pub struct UnappliedReturnRecordInput {
    /// The bank's unique name of the transfer back; entering it twice does nothing.
    pub reference: String,
    /// How much; more than zero.
    pub amount: MoneyInput,
    /// When it happened; now when absent.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// Money that a provider changed into another currency.
#[derive(Debug, Clone, InputObject)]
pub struct ConversionRecordInput {
    /// The code of the provider.
    pub provider: String,
    /// The provider's unique name of it; entering it twice does nothing.
    pub reference: String,
    /// What was given.
    pub sold: MoneyInput,
    /// What it was worth at the rate that was promised, in the other currency.
    pub owed: MoneyInput,
    /// What came; the difference to `owed` is a loss or a gain.
    pub bought: MoneyInput,
    /// When it happened; now when absent.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// A payment of a merchant that owes the operator money.
#[derive(Debug, Clone, InputObject)]
pub struct DebtPaymentRecordInput {
    /// The bank's unique name of the receipt; entering it twice does nothing.
    pub reference: String,
    /// The merchant.
    pub merchant_id: ID,
    /// How much; more than zero.
    pub amount: MoneyInput,
    /// When it arrived; now when absent.
    pub received_at: Option<DateTime<Utc>>,
}

payload! {
    /// What became of `providerFeeRecord`.
    ProviderFeeRecordPayload {
        /// The transaction.
        posting: LedgerPosting }
    /// What became of `providerSettlementRecord`.
    ProviderSettlementRecordPayload {
        /// The transaction.
        posting: LedgerPosting }
    /// What became of `codRemittanceRecord`.
    CodRemittanceRecordPayload {
        /// The transaction.
        posting: LedgerPosting }
    /// What became of `unappliedReturnRecord`.
    UnappliedReturnRecordPayload {
        /// The transaction.
        posting: LedgerPosting }
    /// What became of `conversionRecord`.
    ConversionRecordPayload {
        /// The transaction in the currency that was given, then that in the other.
        postings: Vec<LedgerPosting> }
    /// What became of `debtPaymentRecord`.
    DebtPaymentRecordPayload {
        /// The transaction.
        posting: LedgerPosting }
}

fn movement(
    party_field: &str,
    party: String,
    reference: String,
    amount: &MoneyInput,
    occurred_at: Option<DateTime<Utc>>,
) -> Result<RecordMovement, Invalid> {
    let party = kernel::text::code(party_field, &party.to_lowercase(), 40)?;
    Ok(RecordMovement { party, reference, amount: amount.parse("amount")?, occurred_at })
}

/// What people enter of providers, carriers and the bank.
#[derive(Default)]
pub struct SettlementMutation;

#[Object]
impl SettlementMutation {
    /// Records a fee that a provider charged.
    async fn provider_fee_record(
        &self,
        gql: &Context<'_>,
        input: ProviderFeeRecordInput,
    ) -> Gql<ProviderFeeRecordPayload> {
        let ctx = ctx(gql)?;
        let posted = async {
            let of = movement("provider", input.provider, input.reference, &input.amount, input.occurred_at)?;
            billing::record_provider_fee(ctx, of).await
        };
        respond(gql, Box::pin(posted).await.map(LedgerPosting::from))
    }

    /// Records what a provider paid into the bank.
    async fn provider_settlement_record(
        &self,
        gql: &Context<'_>,
        input: ProviderSettlementRecordInput,
    ) -> Gql<ProviderSettlementRecordPayload> {
        let ctx = ctx(gql)?;
        let posted = async {
            let of = movement("provider", input.provider, input.reference, &input.amount, input.occurred_at)?;
            billing::record_provider_settlement(ctx, of).await
        };
        respond(gql, Box::pin(posted).await.map(LedgerPosting::from))
    }

    /// Records the cash that a carrier had collected and sent.
    async fn cod_remittance_record(
        &self,
        gql: &Context<'_>,
        input: CodRemittanceRecordInput,
    ) -> Gql<CodRemittanceRecordPayload> {
        let ctx = ctx(gql)?;
        let posted = async {
            let of = movement("carrier", input.carrier, input.reference, &input.amount, input.occurred_at)?;
            let fee = input.fee.map(|fee| fee.parse("fee")).transpose()?;
            if fee.is_some_and(|fee| fee.currency != of.amount.currency) {
                return Err(Invalid::new("fee.currency", "CURRENCY_MISMATCH", "must be that of the amount").into());
            }
            billing::record_cod_remittance(ctx, of, fee.map_or(0, |fee| fee.minor)).await
        };
        respond(gql, Box::pin(posted).await.map(LedgerPosting::from))
    }

    /// Records that a receipt which paid no order was sent back.
    async fn unapplied_return_record(
        &self,
        gql: &Context<'_>,
        input: UnappliedReturnRecordInput,
    ) -> Gql<UnappliedReturnRecordPayload> {
        let ctx = ctx(gql)?;
        let posted = async {
            let of = movement("reference", "bank".to_owned(), input.reference, &input.amount, input.occurred_at)?;
            billing::record_unapplied_return(ctx, of).await
        };
        respond(gql, Box::pin(posted).await.map(LedgerPosting::from))
    }

    /// Records that a provider changed money into another currency.
    async fn conversion_record(&self, gql: &Context<'_>, input: ConversionRecordInput) -> Gql<ConversionRecordPayload> {
        let ctx = ctx(gql)?;
        let posted = async {
            let (owed, bought) = (input.owed.parse("owed")?, input.bought.parse("bought")?);
            let mut of = movement("provider", input.provider, input.reference, &input.owed, input.occurred_at)?;
            of.amount = input.sold.parse("sold")?;
            billing::record_conversion(ctx, of, owed, bought).await
        };
        respond(gql, Box::pin(posted).await.map(|posted| posted.into_iter().map(LedgerPosting::from).collect()))
    }

    /// Records what a merchant paid of its debt.
    async fn debt_payment_record(
        &self,
        gql: &Context<'_>,
        input: DebtPaymentRecordInput,
    ) -> Gql<DebtPaymentRecordPayload> {
        let ctx = ctx(gql)?;
        let posted = async {
            let of = RecordDebtPayment {
                merchant_id: input::id("merchantId", &input.merchant_id)?,
                amount: input.amount.parse("amount")?,
                reference: input.reference,
                received_at: input.received_at,
            };
            billing::record_debt_payment(ctx, of).await
        };
        respond(gql, Box::pin(posted).await.map(LedgerPosting::from))
    }
}

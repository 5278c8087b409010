//! Events that need nothing but a transaction of the ledger.

use context::{Ctx, Error as CoreError};
use kernel::Currency;

use crate::actions::POST;
use crate::error::Error;
use crate::model::build::{
    Canceled, Captured, CodKept, CodRemitted, CompanyCreditReturned, CreditGiven, DisputeFeeRecharged, ProviderFee,
    ProviderSettled, RefundSettled, Transfer, UnappliedReturned, canceled, captured, cod_kept, cod_remitted,
    company_credit_returned, credit_given, dispute_fee_recharged, provider_fee, provider_settled, refund_settled,
    transfer, unapplied_returned,
};
use crate::model::{Posted, Posting, Unbalanced};
use crate::post::Ledger;

macro_rules! posts {
    ($($(#[$doc:meta])* $name:ident($input:ty) = $build:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// [`Error::FloorBroken`], [`Error::KeyMismatch`], the database error; amounts that make no transaction are
        /// `Internal`: they are the caller's mistake.
        pub async fn $name(ctx: &Ctx, input: $input) -> Result<Posted, Error> {
            ctx.authorize(POST)?;
            post_one(ctx, input.currency, $build(&input)).await
        }
    )*};
}

posts! {
    /// Money of an order was taken.
    post_captured(Captured) = captured;
    /// A bank receipt arrived, or was matched later.
    post_transfer(Transfer) = transfer;
    /// A company's credit was transferred back to it.
    post_company_credit_returned(CompanyCreditReturned) = company_credit_returned;
    /// A buyer got credit.
    post_credit_given(CreditGiven) = credit_given;
    /// The merchant keeps the cash it collected.
    post_cod_kept(CodKept) = cod_kept;
    /// A carrier sent the cash it collected.
    post_cod_remitted(CodRemitted) = cod_remitted;
    /// A captured part was canceled before it was earned.
    post_canceled(Canceled) = canceled;
    /// The buyer has a refund.
    post_refund_settled(RefundSettled) = refund_settled;
    /// A provider charged a fee.
    post_provider_fee(ProviderFee) = provider_fee;
    /// A provider paid into the bank.
    post_provider_settled(ProviderSettled) = provider_settled;
    /// The merchant pays what a dispute cost.
    post_dispute_fee_recharged(DisputeFeeRecharged) = dispute_fee_recharged;
    /// A receipt that pays no order was sent back.
    post_unapplied_returned(UnappliedReturned) = unapplied_returned;
}

/// Writes one transaction in a database transaction of its own.
async fn post_one(ctx: &Ctx, currency: Currency, posting: Result<Posting, Unbalanced>) -> Result<Posted, Error> {
    let posting = posting?;
    let tx = ctx.begin_write().await?;
    let posted = Ledger::lock(&tx, currency).await?.post(vec![posting]).await?;
    tx.commit().await?;
    Ok(posted.first().copied().ok_or_else(|| CoreError::internal("a posting got no answer"))?)
}

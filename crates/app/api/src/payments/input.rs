//! What the operator enters about payments.

use async_graphql::{Enum, ID, InputObject};
use chrono::{DateTime, Utc};

use crate::input;
use crate::scalar::MoneyInput;

/// A line of the bank's statement.
#[derive(Debug, Clone, InputObject)]
pub struct BankReceiptRecordInput {
    /// What the sender wrote: the number of the order or the id of the payment.
    pub reference: String,
    /// How much arrived.
    pub amount: MoneyInput,
    /// The bank's unique name of it; entering it twice does nothing.
    pub bank_reference: String,
    /// When it arrived; now when absent.
    pub received_at: Option<DateTime<Utc>>,
}

impl BankReceiptRecordInput {
    pub(super) fn read(self) -> Result<payments::TransferReceived, context::Error> {
        Ok(payments::TransferReceived {
            reference: self.reference,
            amount: self.amount.parse("amount")?,
            bank_reference: self.bank_reference,
            received_at: self.received_at,
        })
    }
}

/// A receipt and the payment it is for.
#[derive(Debug, Clone, InputObject)]
pub struct BankReceiptMatchInput {
    /// The receipt.
    pub id: ID,
    /// The payment.
    pub payment_id: ID,
}

/// A refund that was paid by bank transfer.
#[derive(Debug, Clone, InputObject)]
pub struct RefundConfirmInput {
    /// The operation that waits.
    pub id: ID,
    /// The bank's name of the transfer.
    pub bank_reference: String,
}

impl RefundConfirmInput {
    pub(super) fn read(self) -> Result<payments::ConfirmRefund, context::Error> {
        let operation = input::id("id", &self.id)?;
        Ok(payments::ConfirmRefund { operation, bank_reference: self.bank_reference })
    }
}

/// A refund that failed.
#[derive(Debug, Clone, InputObject)]
pub struct RefundRetryInput {
    /// The operation that failed.
    pub id: ID,
    /// The way it takes now; the same when absent.
    pub way: Option<RefundWay>,
}

/// The way a refund takes when the first one failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
#[graphql(remote = "payments::RefundWay")]
pub enum RefundWay {
    /// The same once more.
    #[default]
    SameWay,
    /// The operator transfers it from its bank account and confirms that.
    BankTransfer,
}

//! What companies bought on account: paid, paid too much, given up, paid after all.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{BankReceiptId, CreditEntryId, MerchantId, MerchantOrderId, OrderId, ReceivableId, WriteOffId};
use serde::Serialize;

use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// Money for what had been written off.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RecoveredPart {
    /// What had been owed.
    pub receivable_id: ReceivableId,
    /// How much of it was paid after all, in minor units.
    pub minor: i64,
}

/// Whose it is: what the operator and a merchant bore comes back to them.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecoveredShare {
    /// The merchant who bore a share, and its merchant order.
    pub merchant: Option<(MerchantId, Option<MerchantOrderId>)>,
    /// What is the merchant's, in minor units.
    pub merchant_minor: i64,
    /// What is the operator's, in minor units.
    pub operator_minor: i64,
}

/// A bank receipt paid what a buyer owed. Kind `TRANSFER_RECEIVED`, or `TRANSFER_MATCHED` when it was entered before and
/// is matched now.
#[derive(Debug, Clone, Serialize)]
pub struct InvoicePaid {
    /// The receipt; one transaction each.
    pub receipt_id: BankReceiptId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// The currency.
    pub currency: Currency,
    /// What arrived now, in minor units; 0 when it was entered before.
    pub received_minor: i64,
    /// What of it, or of what had arrived before, pays what is open, in minor units.
    pub applied_minor: i64,
    /// What of it pays what had been written off.
    pub recovered: Vec<RecoveredPart>,
    /// The company's credit that takes what is too much.
    pub credit: Option<String>,
    /// What is too much, in minor units.
    pub credited_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

impl InvoicePaid {
    fn names(&self) -> (Kind, String) {
        match self.received_minor {
            0 => (Kind::TransferMatched, format!("transfer_matched:{}", self.receipt_id)),
            _ => (Kind::TransferReceived, format!("transfer:{}", self.receipt_id)),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.names().0
    }

    pub(crate) fn key(&self) -> String {
        self.names().1
    }
}

/// Dr bank, or unapplied receipts; Cr receivable of the buyer, who bore what was written off, the company's credit.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts, and when more is applied than arrived.
pub fn invoice_paid(input: &InvoicePaid, shares: &[RecoveredShare]) -> Result<Posting, Unbalanced> {
    let source = Source::new("bank_receipt", input.receipt_id);
    let recovered: i64 = input.recovered.iter().map(|part| part.minor).sum();
    let used = input.applied_minor + recovered + input.credited_minor;
    let drawn = if input.received_minor == 0 { used } else { 0 };
    let draft = Draft::new(input.kind(), input.key(), input.currency, input.at, source, input)
        .debit(Account::Bank, input.received_minor, Component::Cash)
        .debit(Account::UnappliedReceipts, drawn, Component::Cash)
        .credit(Account::UnappliedReceipts, input.received_minor + drawn - used, Component::Cash)
        .credit(Account::BuyerReceivable(input.order_id), input.applied_minor, Component::Cash);
    let draft = match &input.credit {
        Some(account) => draft.credit(Account::BuyerCredit(account.clone()), input.credited_minor, Component::Cash),
        None => draft,
    };
    with_shares(draft, shares).seal()
}

/// A company's credit paid what it owed. Kind `BUYER_CREDIT_USED`.
#[derive(Debug, Clone, Serialize)]
pub struct CompanyCreditUsed {
    /// The change of the credit; one transaction each.
    pub entry_id: CreditEntryId,
    /// The credit.
    pub account: String,
    /// The order that it pays.
    pub order_id: OrderId,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// What of it pays what is open, in minor units.
    pub applied_minor: i64,
    /// What of it pays what had been written off.
    pub recovered: Vec<RecoveredPart>,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

impl CompanyCreditUsed {
    pub(crate) fn key(&self) -> String {
        format!("company_credit:{}", self.entry_id)
    }
}

/// Dr the company's credit; Cr receivable of the buyer, who bore what was written off.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn company_credit_used(input: &CompanyCreditUsed, shares: &[RecoveredShare]) -> Result<Posting, Unbalanced> {
    let source = Source::new("credit_entry", input.entry_id);
    let draft = Draft::new(Kind::BuyerCreditUsed, input.key(), input.currency, input.at, source, input)
        .debit(Account::BuyerCredit(input.account.clone()), input.amount_minor, Component::Cash)
        .credit(Account::BuyerReceivable(input.order_id), input.applied_minor, Component::Cash);
    with_shares(draft, shares).seal()
}

/// A company's credit was transferred back to it. Kind `BUYER_CREDIT_RETURNED`.
#[derive(Debug, Clone, Serialize)]
pub struct CompanyCreditReturned {
    /// The change of the credit; one transaction each.
    pub entry_id: CreditEntryId,
    /// The credit.
    pub account: String,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr the company's credit; Cr bank.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn company_credit_returned(input: &CompanyCreditReturned) -> Result<Posting, Unbalanced> {
    let key = format!("company_credit:{}", input.entry_id);
    let source = Source::new("credit_entry", input.entry_id);
    Draft::new(Kind::BuyerCreditReturned, key, input.currency, input.at, source, input)
        .debit(Account::BuyerCredit(input.account.clone()), input.amount_minor, Component::Cash)
        .credit(Account::Bank, input.amount_minor, Component::Cash)
        .seal()
}

/// What a company owes is given up. Kind `BUYER_WRITE_OFF`.
#[derive(Debug, Clone, Serialize)]
pub struct BuyerWrittenOff {
    /// The write-off; one transaction each.
    pub write_off_id: WriteOffId,
    /// The order.
    pub order_id: OrderId,
    /// The merchant who bears its share, and its merchant order.
    pub merchant: Option<(MerchantId, Option<MerchantOrderId>)>,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// What of it the merchant bears, in minor units.
    pub merchant_minor: i64,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr bad debt, and the merchant's share (from pending as far as `from_pending_minor`, the rest from available); Cr
/// receivable of the buyer.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn buyer_written_off(input: &BuyerWrittenOff, from_pending_minor: i64) -> Result<Posting, Unbalanced> {
    let (key, source) =
        (format!("buyer_write_off:{}", input.write_off_id), Source::new("buyer_write_off", input.write_off_id));
    let draft = Draft::new(Kind::BuyerWrittenOff, key, input.currency, input.at, source, input)
        .memo(&input.reason)
        .debit(Account::BadDebt, input.amount_minor - input.merchant_minor, Component::Adjustment)
        .credit(Account::BuyerReceivable(input.order_id), input.amount_minor, Component::Cash);
    match input.merchant {
        Some((merchant, merchant_order)) => draft
            .concerning(merchant, merchant_order)
            .debit(Account::Pending(merchant), from_pending_minor, Component::Net)
            .debit(Account::Available(merchant), input.merchant_minor - from_pending_minor, Component::Net)
            .seal(),
        None => draft.seal(),
    }
}

fn with_shares(mut draft: Draft, shares: &[RecoveredShare]) -> Draft {
    let operator: i64 = shares.iter().map(|share| share.operator_minor).sum();
    draft = draft.credit(Account::BadDebt, operator, Component::Adjustment);
    for share in shares {
        if let Some((merchant, merchant_order)) = share.merchant {
            draft = draft.concerning(merchant, merchant_order).credit(
                Account::Available(merchant),
                share.merchant_minor,
                Component::Net,
            );
        }
    }
    draft
}

//! A transaction of the ledger before it is written. It cannot be made unbalanced.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{LedgerTxId, MerchantId, MerchantOrderId};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Account, stored_names};

/// What kind of event a transaction stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is described by the builder that makes it")]
pub enum Kind {
    OrderCaptured,
    TransferReceived,
    TransferMatched,
    UnappliedReturned,
    CreditGiven,
    SaleRecognized,
    FundsReleased,
    ReserveReleased,
    CanceledAfterCapture,
    RefundRequested,
    RefundSettled,
    CodKeptByMerchant,
    CodRemitted,
    ProviderFee,
    ProviderSettled,
    PayoutInitiated,
    PayoutPaid,
    PayoutReturned,
    PayoutFailed,
    DisputeOpened,
    DisputeWon,
    DisputeLost,
    DisputeFeeRecharged,
    ManualCredit,
    ManualDebit,
    PenaltyCharged,
    SubscriptionCharged,
    DebtClaimed,
    DebtPaid,
    WrittenOff,
    BuyerWrittenOff,
    BuyerCreditUsed,
    BuyerCreditReturned,
    Converted,
    Reversal,
}
stored_names! { Kind {
    OrderCaptured = "ORDER_CAPTURED", TransferReceived = "TRANSFER_RECEIVED", TransferMatched = "TRANSFER_MATCHED",
    UnappliedReturned = "UNAPPLIED_RETURNED", CreditGiven = "CREDIT_GIVEN", SaleRecognized = "SALE_RECOGNIZED", FundsReleased = "FUNDS_RELEASED",
    ReserveReleased = "RESERVE_RELEASED", CanceledAfterCapture = "CANCELED_AFTER_CAPTURE",
    RefundRequested = "REFUND_REQUESTED", RefundSettled = "REFUND_SETTLED", CodKeptByMerchant = "COD_KEPT_BY_MERCHANT",
    CodRemitted = "COD_REMITTED", ProviderFee = "PSP_FEE", ProviderSettled = "PSP_SETTLED",
    PayoutInitiated = "PAYOUT_INITIATED", PayoutPaid = "PAYOUT_PAID", PayoutReturned = "PAYOUT_RETURNED",
    PayoutFailed = "PAYOUT_FAILED",
    DisputeOpened = "DISPUTE_OPENED", DisputeWon = "DISPUTE_WON", DisputeLost = "DISPUTE_LOST",
    DisputeFeeRecharged = "DISPUTE_FEE_RECHARGED", ManualCredit = "MANUAL_CREDIT", ManualDebit = "MANUAL_DEBIT",
    PenaltyCharged = "PENALTY_CHARGED", SubscriptionCharged = "SUBSCRIPTION_CHARGED", DebtClaimed = "DEBT_CLAIMED",
    DebtPaid = "DEBT_PAID", WrittenOff = "WRITE_OFF",
    BuyerWrittenOff = "BUYER_WRITE_OFF", BuyerCreditUsed = "BUYER_CREDIT_USED",
    BuyerCreditReturned = "BUYER_CREDIT_RETURNED", Converted = "CONVERTED", Reversal = "REVERSAL",
} }

/// The side of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the words of bookkeeping")]
pub enum Direction {
    Debit,
    Credit,
}
stored_names! { Direction { Debit = "debit", Credit = "credit", } }

impl Kind {
    /// Whether a transaction of this kind may be undone by its mirror image. What has an event of its own for the
    /// way back (a refund, a payout that returns) may not: holds and payouts would not know.
    #[must_use]
    pub const fn is_reversible(self) -> bool {
        matches!(
            self,
            Self::ManualCredit
                | Self::ManualDebit
                | Self::PenaltyCharged
                | Self::SubscriptionCharged
                | Self::WrittenOff
                | Self::DebtPaid
                | Self::ProviderFee
                | Self::ProviderSettled
                | Self::CodRemitted
                | Self::UnappliedReturned
                | Self::DisputeFeeRecharged
        )
    }
}

impl Direction {
    /// The other side.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

/// What an entry is for, so that reports need not guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Component {
    Gross,
    Net,
    Cash,
    Promotion,
    Commission,
    FixedFee,
    CommissionTax,
    RemittedTax,
    Reserve,
    Payout,
    Fee,
    Adjustment,
    FundedDelivery,
}
stored_names! { Component {
    Gross = "gross", Net = "net", Cash = "cash", Promotion = "discount_marketplace", Commission = "commission",
    FixedFee = "fixed_fee", CommissionTax = "commission_vat", RemittedTax = "tax", Reserve = "reserve",
    Payout = "payout", Fee = "fee", Adjustment = "adjustment", FundedDelivery = "delivery_funded",
} }

/// The thing that caused a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// `shipment`, `refund`, `payout`, ...
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

impl Source {
    /// A source by its kind and id.
    pub fn new(kind: &'static str, id: impl ToString) -> Self {
        Self { kind, id: id.to_string() }
    }
}

/// One side of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The account.
    pub account: Account,
    /// The side.
    pub direction: Direction,
    /// How much, in minor units; always more than zero.
    pub amount_minor: i64,
    /// What for.
    pub component: Component,
    /// Whom it concerns.
    pub merchant: Option<MerchantId>,
    /// Which merchant order it concerns.
    pub merchant_order: Option<MerchantOrderId>,
}

/// Debits and credits differ, an amount is negative, or there is nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: debits {debit_minor}, credits {credit_minor}: not a transaction")]
pub struct Unbalanced {
    key: String,
    debit_minor: i128,
    credit_minor: i128,
}

/// A transaction being put together.
#[derive(Debug, Clone)]
pub struct Draft {
    posting: Posting,
    negative: bool,
    merchant: Option<MerchantId>,
    merchant_order: Option<MerchantOrderId>,
}

/// A balanced transaction, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub(crate) key: String,
    pub(crate) input_hash: String,
    pub(crate) kind: Kind,
    pub(crate) currency: Currency,
    pub(crate) effective_at: DateTime<Utc>,
    pub(crate) source: Source,
    pub(crate) reverses: Option<LedgerTxId>,
    pub(crate) memo: Option<String>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) total_minor: i64,
}

impl Posting {
    /// Its idempotency key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What kind of event it stands for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its entries; debits and credits sum to the same.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The sum of its debits, in minor units.
    #[must_use]
    pub const fn total_minor(&self) -> i64 {
        self.total_minor
    }
}

impl Draft {
    /// Starts a transaction. `input` is what the caller said; the same key with another input is a mistake.
    pub fn new<I: Serialize>(
        kind: Kind,
        key: String,
        currency: Currency,
        effective_at: DateTime<Utc>,
        source: Source,
        input: &I,
    ) -> Self {
        let posting = Posting {
            input_hash: input_hash(kind, currency, input),
            key,
            kind,
            currency,
            effective_at,
            source,
            reverses: None,
            memo: None,
            entries: Vec::new(),
            total_minor: 0,
        };
        Self { posting, negative: false, merchant: None, merchant_order: None }
    }

    /// The entries that follow concern this merchant order.
    #[must_use]
    pub fn concerning(mut self, merchant: MerchantId, merchant_order: Option<MerchantOrderId>) -> Self {
        self.merchant = Some(merchant);
        self.merchant_order = merchant_order;
        self
    }

    /// A sentence for people.
    #[must_use]
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.posting.memo = Some(memo.into());
        self
    }

    /// It undoes another transaction.
    #[must_use]
    pub(crate) const fn reversing(mut self, tx: LedgerTxId) -> Self {
        self.posting.reverses = Some(tx);
        self
    }

    /// Adds a finished entry.
    #[must_use]
    pub(crate) fn with(mut self, entry: Entry) -> Self {
        self.negative |= entry.amount_minor < 0;
        self.posting.entries.push(entry);
        self
    }

    /// Adds a debit; zero is left out.
    #[must_use]
    pub fn debit(self, account: Account, amount_minor: i64, component: Component) -> Self {
        self.entry(account, Direction::Debit, amount_minor, component)
    }

    /// Adds a credit; zero is left out.
    #[must_use]
    pub fn credit(self, account: Account, amount_minor: i64, component: Component) -> Self {
        self.entry(account, Direction::Credit, amount_minor, component)
    }

    fn entry(mut self, account: Account, direction: Direction, amount_minor: i64, component: Component) -> Self {
        self.negative |= amount_minor < 0;
        if amount_minor > 0 {
            let merchant = account.merchant().or(self.merchant);
            let merchant_order = self.merchant_order;
            self.posting.entries.push(Entry { account, direction, amount_minor, component, merchant, merchant_order });
        }
        self
    }

    /// The finished transaction.
    ///
    /// # Errors
    /// [`Unbalanced`] when debits and credits differ, an amount is negative, or there is nothing to write.
    pub fn seal(self) -> Result<Posting, Unbalanced> {
        let mut posting = self.posting;
        let sum = |direction| {
            let side = posting.entries.iter().filter(|entry| entry.direction == direction);
            side.map(|entry| i128::from(entry.amount_minor)).sum::<i128>()
        };
        let (debit_minor, credit_minor) = (sum(Direction::Debit), sum(Direction::Credit));
        let total = i64::try_from(debit_minor).ok().filter(|total| *total > 0 && debit_minor == credit_minor);
        match total.filter(|_| !self.negative) {
            Some(total) => {
                posting.total_minor = total;
                Ok(posting)
            }
            None => Err(Unbalanced { key: posting.key, debit_minor, credit_minor }),
        }
    }
}

/// A written transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// Its id.
    pub tx: LedgerTxId,
    /// Its place in the ledger of its currency, from 1.
    pub seq: i64,
    /// Whether it had been written before under the same key.
    pub replayed: bool,
}

/// The hash of what the caller said. Times are not part of it: a retry says the same at another time.
pub fn input_hash<I: Serialize>(kind: Kind, currency: Currency, input: &I) -> String {
    let said = serde_json::to_vec(input).unwrap_or_default();
    fingerprint([kind.as_str().as_bytes(), currency.code().as_bytes(), said.as_slice()])
}

/// The hash of a written transaction: over the hash of the one before it and all that was written of this one.
/// `fields` come in the order of the columns of `ledger_tx`, then entry by entry.
#[must_use]
pub fn chain(prev_hash: &str, fields: &[String]) -> String {
    fingerprint(std::iter::once(prev_hash).chain(fields.iter().map(String::as_str)))
}

/// SHA-256 over parts in hexadecimal. Each goes in with its length, so that no two lists of parts give the same bytes.
pub fn fingerprint<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        let part = part.as_ref();
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    kernel::text::hex(hasher.finalize())
}

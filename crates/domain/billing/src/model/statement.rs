//! What the ledger tells.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{LedgerTxId, MerchantId, MerchantOrderId};

use super::{Direction, Side};

/// A transaction of the ledger as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerTx {
    /// Its id.
    pub id: LedgerTxId,
    /// Its place in the ledger of its currency.
    pub seq: i64,
    /// The currency.
    pub currency: Currency,
    /// What kind of event it stands for.
    pub kind: String,
    /// When the event happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub posted_at: DateTime<Utc>,
    /// What caused it: `shipment`, `refund`, ...
    pub source_type: String,
    /// The id of what caused it.
    pub source_id: String,
    /// Who wrote it.
    pub actor: String,
    /// The transaction it undoes.
    pub reverses: Option<LedgerTxId>,
    /// A sentence for people.
    pub memo: Option<String>,
    /// The sum of its debits, in minor units.
    pub total_minor: i64,
    /// Its entries, in order.
    pub entries: Vec<LedgerEntry>,
}

/// An entry of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The account's path.
    pub path: String,
    /// The side.
    pub direction: Direction,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// What for.
    pub component: String,
    /// Whom it concerns.
    pub merchant_id: Option<MerchantId>,
    /// Which merchant order it concerns.
    pub merchant_order_id: Option<MerchantOrderId>,
}

/// An entry on an account of a merchant, with its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    /// The transaction.
    pub tx: LedgerTxId,
    /// The line in it.
    pub line_no: i32,
    /// The place of the transaction in the ledger of its currency.
    pub seq: i64,
    /// The currency.
    pub currency: Currency,
    /// What kind of event it stands for.
    pub kind: String,
    /// `order_funds`, `pending`, `available`, `reserve`, `dispute_hold` or `payouts_in_transit`.
    pub account: String,
    /// What it adds to the account (negative: takes from it), in minor units.
    pub amount_minor: i64,
    /// When the event happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub posted_at: DateTime<Utc>,
    /// What caused it: `shipment`, `refund`, ...
    pub source_type: String,
    /// The id of what caused it.
    pub source_id: String,
    /// The merchant order it concerns.
    pub merchant_order_id: Option<MerchantOrderId>,
    /// A sentence for people.
    pub memo: Option<String>,
}

/// All transactions of a kind in a statement, added up. Positive amounts are the merchant's gain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementTotal {
    /// The kind.
    pub kind: String,
    /// How many transactions.
    pub count: i64,
    /// Change of the merchant's balance, in minor units.
    pub net_minor: i64,
    /// Sales before fees (or what of them was given back), in minor units.
    pub gross_minor: i64,
    /// Commission, in minor units.
    pub commission_minor: i64,
    /// Fixed fees, in minor units.
    pub fixed_fee_minor: i64,
    /// VAT on commission and fees, in minor units.
    pub commission_tax_minor: i64,
    /// Sales tax that the operator remits, in minor units.
    pub remitted_tax_minor: i64,
    /// Of the sales, delivery that the operator pays in the buyer's place, in minor units.
    pub funded_delivery_minor: i64,
}

/// What happened to a merchant's money from `from` (included) to `to` (excluded), by posting time. The same period
/// always gives the same statement once `to` has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// The first instant of the period.
    pub from: DateTime<Utc>,
    /// The instant at which the period is over.
    pub to: DateTime<Utc>,
    /// Pending, available, reserve and frozen money before the period, in minor units.
    pub opening_minor: i64,
    /// The same after the period: opening plus the nets of all totals, in minor units.
    pub closing_minor: i64,
    /// By kind, in the order of their names.
    pub totals: Vec<StatementTotal>,
}

/// An account with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerAccount {
    /// Its path: `liability:merchant:mer_…:available`.
    pub path: String,
    /// The currency.
    pub currency: Currency,
    /// The path without names.
    pub role: String,
    /// The side on which it grows.
    pub side: Side,
    /// The merchant whose money it holds.
    pub merchant_id: Option<MerchantId>,
    /// Since when there is one.
    pub opened_at: DateTime<Utc>,
    /// What it holds on its side, in minor units.
    pub balance_minor: i64,
}

/// All accounts of a role in a trial balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialLine {
    /// The accounts' path without names: `liability:merchant:pending`.
    pub role: String,
    /// The side on which they grow.
    pub side: Side,
    /// How many accounts.
    pub accounts: i64,
    /// What they hold on that side, in minor units.
    pub balance_minor: i64,
}

impl StatementTotal {
    /// The empty total of a kind.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }
}

//! What happened to merchants' money.

use chrono::{DateTime, Utc};
use kernel::Money;
use kernel::id::{
    CriticalBalanceId, DebtId, InvoiceId, ManualEntryId, MerchantId, MerchantOrderId, OrderId, PayoutId,
    ReconciliationId, SaleInvoiceId, StatementId,
};
use marketplace::CriticalKind;
use outbox::events;

events! {
    /// Money of a sale became payable.
    FundsReleased = "billing_funds_released.v1" of merchant {
        /// The merchant who earned it.
        merchant: MerchantId,
        /// The sale.
        merchant_order: MerchantOrderId,
        /// How much, the reserve included.
        amount: Money,
    }
    /// A payout is on its way to the bank.
    PayoutInitiated = "billing_payout_initiated.v1" of payout {
        /// The payout.
        payout: PayoutId,
        /// Who is paid.
        merchant: MerchantId,
        /// How much.
        amount: Money,
    }
    /// The bank paid.
    PayoutPaid = "billing_payout_paid.v1" of payout {
        /// The payout.
        payout: PayoutId,
        /// Who was paid.
        merchant: MerchantId,
        /// How much.
        amount: Money,
        /// When.
        paid_at: DateTime<Utc>,
    }
    /// Somebody asked for a manual entry.
    ManualEntryRequested = "billing_entry_requested.v1" of entry {
        /// The entry.
        entry: ManualEntryId,
        /// The merchant.
        merchant: MerchantId,
        /// Whether one person was enough and it is posted.
        posted: bool,
    }
    /// Another person decided about a manual entry.
    ManualEntryDecided = "billing_entry_decided.v1" of entry {
        /// The entry.
        entry: ManualEntryId,
        /// The merchant.
        merchant: MerchantId,
        /// Whether it is posted; otherwise it was rejected.
        posted: bool,
    }
    /// A merchant owes more than the operator wants to see.
    DebtBecameCritical = "billing_debt_critical.v1" of debt {
        /// The debt.
        debt: DebtId,
        /// Who owes.
        merchant: MerchantId,
        /// How much.
        amount: Money,
    }
    /// Somebody has to look at a merchant's balance; told once, and again only after it was in order.
    BalanceBecameCritical = "billing_balance_critical.v1" of balance {
        /// Which occasion.
        balance: CriticalBalanceId,
        /// Whose balance.
        merchant: MerchantId,
        /// What is wrong with it.
        kind: CriticalKind,
        /// What is owed, what the reserve lacks, or what waits.
        amount: Money,
    }
    /// A merchant's balance is in order again.
    BalanceRecovered = "billing_balance_recovered.v1" of balance {
        /// Which occasion is over.
        balance: CriticalBalanceId,
        /// Whose balance.
        merchant: MerchantId,
        /// What was wrong with it.
        kind: CriticalKind,
    }
    /// A debt began, went up the ladder or ended.
    DebtMoved = "billing_debt_moved.v1" of debt {
        /// The debt.
        debt: DebtId,
        /// Who owes.
        merchant: MerchantId,
        /// How much.
        amount: Money,
        /// Where it is: `netting`, `requested`, `claimed` or `settled`.
        state: String,
    }
    /// A file was compared with the ledger, or somebody dealt with what came out of it.
    Reconciled = "billing_reconciled.v1" of reconciliation {
        /// The file.
        reconciliation: ReconciliationId,
    }
    /// The bank sent the money back; it is available to the merchant again.
    PayoutReturned = "billing_payout_returned.v1" of payout {
        /// The payout.
        payout: PayoutId,
        /// Who was to be paid.
        merchant: MerchantId,
        /// How much.
        amount: Money,
        /// The bank's reason.
        reason: String,
    }
    /// The bank refused a payout before it was executed; the money is available to the merchant again.
    PayoutFailed = "billing_payout_failed.v1" of payout {
        /// The payout.
        payout: PayoutId,
        /// Who was to be paid.
        merchant: MerchantId,
        /// How much.
        amount: Money,
        /// The bank's reason.
        reason: String,
    }
    /// A payout waits until somebody clears what holds it.
    PayoutHeld = "billing_payout_held.v1" of payout {
        /// The payout.
        payout: PayoutId,
        /// Who was to be paid.
        merchant: MerchantId,
        /// How much waited.
        amount: Money,
        /// `not_active`, `no_bank_account`, `account_cooling`, `paused`,
        /// `kyc_open`, `account_unverified`, `account_restricted` or `account_rejected`.
        reason: String,
    }
    /// The period of a merchant is over; its statement never changes any more.
    StatementClosed = "billing_statement_closed.v1" of statement {
        /// The statement.
        statement: StatementId,
        /// Whose it is.
        merchant: MerchantId,
        /// The first instant of the period.
        from: DateTime<Utc>,
        /// The instant at which it is over.
        to: DateTime<Utc>,
    }
    /// An invoice or a credit note was issued.
    InvoiceIssued = "billing_invoice_issued.v1" of invoice {
        /// The document.
        invoice: InvoiceId,
        /// To whom.
        merchant: MerchantId,
        /// Its number.
        number: String,
    }
    /// An invoice or a credit note of a merchant to a company was issued.
    SaleInvoiceIssued = "billing_sale_invoice_issued.v1" of invoice {
        /// The document.
        invoice: SaleInvoiceId,
        /// The order.
        order: OrderId,
        /// The merchant.
        merchant: MerchantId,
        /// A credit note; otherwise an invoice.
        is_credit_note: bool,
    }
}

//! The ledger as clients see it.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};

use super::explain::{MoneyExplanation, explanation};
use crate::error::{Gql, answer_optional, ctx};
use crate::scalar::{Currency, Money};

/// What a merchant has in one currency.
#[derive(Debug, Clone, SimpleObject)]
pub struct MerchantBalance {
    /// The merchant whose it is.
    pub merchant_id: ID,
    /// The currency.
    pub currency: Currency,
    /// Paid for orders that are not shipped yet.
    pub order_funds: Money,
    /// Earned; the hold period runs.
    pub pending: Money,
    /// Can be paid out; may be negative.
    pub available: Money,
    /// Kept back for a while.
    pub reserve: Money,
    /// Frozen for open disputes.
    pub dispute_hold: Money,
    /// On the way to the merchant's bank.
    pub in_payout: Money,
    /// What the merchant owes beside all this.
    pub owed: Money,
}

impl From<billing::MerchantBalance> for MerchantBalance {
    fn from(balance: billing::MerchantBalance) -> Self {
        let money = |minor| Money::minor(minor, balance.currency);
        Self {
            merchant_id: balance.merchant_id.to_string().into(),
            currency: Currency(balance.currency),
            order_funds: money(balance.order_funds_minor),
            pending: money(balance.pending_minor),
            available: money(balance.available_minor),
            reserve: money(balance.reserve_minor),
            dispute_hold: money(balance.dispute_hold_minor),
            in_payout: money(balance.in_payout_minor),
            owed: money(balance.owed_minor),
        }
    }
}

/// The side of an entry, or on which an account grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum LedgerSide {
    /// Assets and expenses grow by debits.
    Debit,
    /// Liabilities and revenue grow by credits.
    Credit,
}

/// A transaction of the ledger. It never changes.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct LedgerTransaction {
    /// The id of the transaction.
    pub id: ID,
    /// Its place in the ledger of its currency, from 1, without gaps.
    pub seq: i64,
    /// What kind of event it stands for, such as `SALE_RECOGNIZED`.
    pub kind: String,
    /// When the event happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub posted_at: DateTime<Utc>,
    /// What caused it: `shipment`, `refund`, `payout`, ...
    pub source_type: String,
    /// The id of what caused it.
    pub source_id: String,
    /// Who wrote it.
    pub actor: String,
    /// The transaction it undoes.
    pub reverses_id: Option<ID>,
    /// A sentence for people.
    pub memo: Option<String>,
    /// The sum of its debits, which is the sum of its credits.
    pub total: Money,
    /// Its entries.
    pub entries: Vec<LedgerEntry>,
}

#[ComplexObject]
impl LedgerTransaction {
    /// Where the money comes from: units, prices, the frozen commission and who set them; one for each merchant order.
    #[graphql(complexity = "30 + 3 * child_complexity")]
    async fn explanations(&self, gql: &Context<'_>) -> Gql<Vec<MoneyExplanation>> {
        let mut parts: Vec<&ID> = self.entries.iter().filter_map(|entry| entry.merchant_order_id.as_ref()).collect();
        parts.dedup();
        let mut found = Vec::with_capacity(parts.len());
        for part in parts {
            let part = part.parse().ok();
            found.extend(explanation(gql, (&self.source_type, &self.source_id), part).await?);
        }
        Ok(found)
    }
}

/// An entry of a transaction.
#[derive(Debug, Clone, SimpleObject)]
pub struct LedgerEntry {
    /// The path of the account, such as `revenue:commission`.
    pub account: String,
    /// The side.
    pub side: LedgerSide,
    /// How much; more than zero.
    pub amount: Money,
    /// What for, such as `commission`.
    pub component: String,
    /// The merchant it concerns.
    pub merchant_id: Option<ID>,
    /// The merchant order it concerns.
    pub merchant_order_id: Option<ID>,
}

impl From<billing::model::LedgerTx> for LedgerTransaction {
    fn from(tx: billing::model::LedgerTx) -> Self {
        let entry = |entry: billing::model::LedgerEntry| LedgerEntry {
            account: entry.path,
            side: match entry.direction {
                billing::Direction::Debit => LedgerSide::Debit,
                billing::Direction::Credit => LedgerSide::Credit,
            },
            amount: Money::minor(entry.amount_minor, tx.currency),
            component: entry.component,
            merchant_id: entry.merchant_id.map(|id| id.to_string().into()),
            merchant_order_id: entry.merchant_order_id.map(|id| id.to_string().into()),
        };
        Self {
            id: tx.id.to_string().into(),
            seq: tx.seq,
            kind: tx.kind,
            effective_at: tx.effective_at,
            posted_at: tx.posted_at,
            source_type: tx.source_type,
            source_id: tx.source_id,
            actor: tx.actor,
            reverses_id: tx.reverses.map(|id| id.to_string().into()),
            memo: tx.memo,
            total: Money::minor(tx.total_minor, tx.currency),
            entries: tx.entries.into_iter().map(entry).collect(),
        }
    }
}

/// A written transaction.
#[derive(Debug, Clone, SimpleObject)]
pub struct LedgerPosting {
    /// The id of the transaction.
    pub transaction_id: ID,
    /// Its place in the ledger of its currency.
    pub seq: i64,
    /// Whether it had been written before under the same key.
    pub replayed: bool,
}

impl From<billing::Posted> for LedgerPosting {
    fn from(posted: billing::Posted) -> Self {
        Self { transaction_id: posted.tx.to_string().into(), seq: posted.seq, replayed: posted.replayed }
    }
}

/// All accounts of a kind in the trial balance.
#[derive(Debug, Clone, SimpleObject)]
pub struct TrialBalanceLine {
    /// The path of the accounts without names, such as `liability:merchant:pending`.
    pub role: String,
    /// The side on which they grow.
    pub side: LedgerSide,
    /// How many accounts.
    pub account_count: i64,
    /// What they hold on that side.
    pub balance: Money,
}

impl TrialBalanceLine {
    pub(super) fn of(line: billing::model::TrialLine, currency: kernel::Currency) -> Self {
        Self {
            role: line.role,
            side: match line.side {
                billing::Side::Debit => LedgerSide::Debit,
                billing::Side::Credit => LedgerSide::Credit,
            },
            account_count: line.accounts,
            balance: Money::minor(line.balance_minor, currency),
        }
    }
}

/// An account of the ledger with what it holds.
#[derive(Debug, Clone, SimpleObject)]
pub struct LedgerAccount {
    /// The path, such as `liability:merchant:mer_…:available`.
    pub path: String,
    /// The path without names, as in the trial balance.
    pub role: String,
    /// The side on which it grows.
    pub side: LedgerSide,
    /// The merchant whose money it holds.
    pub merchant_id: Option<ID>,
    /// Since when there is one.
    pub opened_at: DateTime<Utc>,
    /// What it holds on its side.
    pub balance: Money,
}

impl From<billing::model::LedgerAccount> for LedgerAccount {
    fn from(account: billing::model::LedgerAccount) -> Self {
        Self {
            side: match account.side {
                billing::Side::Debit => LedgerSide::Debit,
                billing::Side::Credit => LedgerSide::Credit,
            },
            merchant_id: account.merchant_id.map(|id| id.to_string().into()),
            opened_at: account.opened_at,
            balance: Money::minor(account.balance_minor, account.currency),
            path: account.path,
            role: account.role,
        }
    }
}

/// An entry on an account of a merchant.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct JournalLine {
    /// The transaction.
    pub transaction_id: ID,
    /// What kind of event it stands for, such as `SALE_RECOGNIZED`.
    pub kind: String,
    /// Which of the merchant's accounts: `order_funds`, `pending`, `available`, `reserve`, `dispute_hold`,
    /// `payouts_in_transit` or `receivable`.
    pub account: String,
    /// What it adds to the account; negative: takes from it.
    pub amount: Money,
    /// When the event happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub posted_at: DateTime<Utc>,
    /// What caused it: `shipment`, `refund`, `payout`, ...
    pub source_type: String,
    /// The id of what caused it.
    pub source_id: String,
    /// The merchant order it concerns.
    pub merchant_order_id: Option<ID>,
    /// A sentence for people.
    pub memo: Option<String>,
}

impl From<billing::model::JournalLine> for JournalLine {
    fn from(line: billing::model::JournalLine) -> Self {
        Self {
            transaction_id: line.tx.to_string().into(),
            kind: line.kind,
            account: line.account,
            amount: Money::minor(line.amount_minor, line.currency),
            effective_at: line.effective_at,
            posted_at: line.posted_at,
            source_type: line.source_type,
            source_id: line.source_id,
            merchant_order_id: line.merchant_order_id.map(|id| id.to_string().into()),
            memo: line.memo,
        }
    }
}

#[ComplexObject]
impl JournalLine {
    /// Where the money comes from: units, prices, the frozen commission and who set them. Null where no order is
    /// concerned.
    #[graphql(complexity = "30 + child_complexity")]
    async fn explanation(&self, gql: &Context<'_>) -> Gql<Option<MoneyExplanation>> {
        let part = self.merchant_order_id.as_ref().and_then(|id| id.parse().ok());
        explanation(gql, (&self.source_type, &self.source_id), part).await
    }
    /// The whole transaction with its other side; null for who may not see the ledger.
    #[graphql(complexity = "10 + child_complexity")]
    async fn transaction(&self, gql: &Context<'_>) -> Gql<Option<LedgerTransaction>> {
        let (ctx, Ok(id)) = (ctx(gql)?, self.transaction_id.parse()) else { return Ok(None) };
        if !ctx.may(billing::actions::READ_LEDGER) {
            return Ok(None);
        }
        Ok(answer_optional(gql, billing::query::transaction(ctx, id).await)?.map(LedgerTransaction::from))
    }
}

/// What happened to a merchant's money in a period, by the time it was written. A period that is over never changes.
#[derive(Debug, Clone, SimpleObject)]
pub struct Statement {
    /// The merchant whose it is.
    pub merchant_id: ID,
    /// The currency.
    pub currency: Currency,
    /// The first instant of the period.
    pub from: DateTime<Utc>,
    /// The instant at which the period is over.
    pub to: DateTime<Utc>,
    /// Pending, available, reserved and frozen money before the period.
    pub opening: Money,
    /// The same after the period: opening and the nets of all totals.
    pub closing: Money,
    /// By kind of event.
    pub totals: Vec<StatementTotal>,
}

/// All events of a kind in a period. Positive amounts are the merchant's gain.
#[derive(Debug, Clone, SimpleObject)]
pub struct StatementTotal {
    /// The kind, such as `SALE_RECOGNIZED`.
    pub kind: String,
    /// How many.
    pub count: i64,
    /// Sales before fees, or what of them was given back.
    pub gross: Money,
    /// Commission.
    pub commission: Money,
    /// Fixed fees.
    pub fixed_fee: Money,
    /// VAT on commission and fees.
    pub commission_tax: Money,
    /// Sales tax that the operator remits.
    pub remitted_tax: Money,
    /// Of the sales, delivery that the operator pays in the buyers' place.
    pub operator_paid_shipping: Money,
    /// The change of the merchant's balance.
    pub net: Money,
}

impl From<billing::model::Statement> for Statement {
    fn from(statement: billing::model::Statement) -> Self {
        let money = |minor| Money::minor(minor, statement.currency);
        let total = |total: billing::model::StatementTotal| StatementTotal {
            kind: total.kind,
            count: total.count,
            gross: money(total.gross_minor),
            commission: money(total.commission_minor),
            fixed_fee: money(total.fixed_fee_minor),
            commission_tax: money(total.commission_tax_minor),
            remitted_tax: money(total.remitted_tax_minor),
            operator_paid_shipping: money(total.funded_delivery_minor),
            net: money(total.net_minor),
        };
        Self {
            merchant_id: statement.merchant_id.to_string().into(),
            currency: Currency(statement.currency),
            from: statement.from,
            to: statement.to,
            opening: money(statement.opening_minor),
            closing: money(statement.closing_minor),
            totals: statement.totals.into_iter().map(total).collect(),
        }
    }
}

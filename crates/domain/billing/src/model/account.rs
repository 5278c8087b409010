//! The chart of accounts. An account is a path in the ledger of one currency.

use kernel::Currency;
use kernel::id::{LedgerAccountId, MerchantId, OrderId, PayoutId, RefundId};
use uuid::Uuid;

use super::stored_names;

/// Namespace of the name-based account ids.
const NAMESPACE: Uuid = Uuid::from_u128(0x2d3e_51a0_9c0b_4a83_8a55_7d1f_64b1_0c7e);

/// The roles of the accounts whose sum is a merchant's balance: earned and not paid out.
pub(crate) const BALANCE_ROLES: [&str; 5] = [
    "liability:merchant:pending",
    "liability:merchant:available",
    "liability:merchant:reserve",
    "liability:merchant:dispute_hold",
    "asset:merchant:receivable",
];

/// The side on which an account grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Assets and expenses.
    Debit,
    /// Liabilities and revenue.
    Credit,
}
stored_names! { Side { Debit = "debit", Credit = "credit", } }

/// An account of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Account {
    /// Money in our bank.
    Bank,
    /// Money at a payment provider; may go negative after refunds and disputes.
    ProviderClearing(String),
    /// Cash that a carrier collected and has not sent yet.
    CashAtCarrier(String),
    /// What the buyer of an order owes. Never below zero.
    BuyerReceivable(OrderId),
    /// Taken by the provider, outcome open.
    Dispute(String),
    /// Captured, not yet earned by the merchant. Never below zero.
    OrderFunds(OrderId, MerchantId),
    /// Earned, the hold period runs. Never below zero.
    Pending(MerchantId),
    /// Payable; may go negative.
    Available(MerchantId),
    /// Kept back for a while. Never below zero.
    Reserve(MerchantId),
    /// Frozen for an open dispute. Never below zero.
    DisputeHold(MerchantId),
    /// Left `Available`, the bank has not confirmed. Never below zero.
    PayoutInTransit(PayoutId, MerchantId),
    /// Owed to the buyer, not confirmed. Never below zero.
    RefundInTransit(RefundId),
    /// VAT on our commission, by country.
    CommissionTax(String),
    /// Sales tax that the operator remits, by country.
    RemittedTax(String),
    /// Store credit or a gift card of a buyer, by the id of the credit's account. Never below zero.
    BuyerCredit(String),
    /// Bank receipts that pay no order (yet). Never below zero.
    UnappliedReceipts,
    /// Commission on items and shipping.
    CommissionRevenue,
    /// The fixed fee per merchant order.
    FixedFeeRevenue,
    /// Penalties and other debit notes.
    PenaltyRevenue,
    /// What merchants pay for selling here.
    SubscriptionRevenue,
    /// What a merchant owes us beyond its balance.
    MerchantReceivable(MerchantId),
    /// Debts of merchants that were given up.
    BadDebt,
    /// What changing currencies costs.
    FxLoss,
    /// The two sides of changed currencies meet here; the open amount of each currency.
    FxPosition,
    /// Discounts that the marketplace pays.
    MarketplacePromotion,
    /// What providers and carriers charge us.
    ProviderFees,
    /// What disputes cost.
    DisputeFees,
    /// What we give away.
    Goodwill,
}

impl Account {
    /// The path: kind, name, and whose it is.
    #[must_use]
    pub fn path(&self) -> String {
        let role = self.role();
        match self {
            Self::Bank => format!("{role}:main"),
            Self::ProviderClearing(provider) => format!("asset:psp:{provider}:clearing"),
            Self::CashAtCarrier(carrier) => format!("asset:cod:{carrier}:receivable"),
            Self::Dispute(name) | Self::CommissionTax(name) | Self::RemittedTax(name) | Self::BuyerCredit(name) => {
                format!("{role}:{name}")
            }
            Self::BuyerReceivable(order) => format!("asset:buyer:{order}:receivable"),
            Self::OrderFunds(order, merchant) => format!("{role}:{order}:{merchant}"),
            Self::Pending(merchant) => format!("liability:merchant:{merchant}:pending"),
            Self::Available(merchant) => format!("liability:merchant:{merchant}:available"),
            Self::Reserve(merchant) => format!("liability:merchant:{merchant}:reserve"),
            Self::DisputeHold(merchant) => format!("liability:merchant:{merchant}:dispute_hold"),
            Self::MerchantReceivable(merchant) => format!("asset:merchant:{merchant}:receivable"),
            Self::PayoutInTransit(payout, _) => format!("{role}:{payout}"),
            Self::RefundInTransit(refund) => format!("{role}:{refund}"),
            Self::UnappliedReceipts
            | Self::CommissionRevenue
            | Self::FixedFeeRevenue
            | Self::PenaltyRevenue
            | Self::SubscriptionRevenue
            | Self::BadDebt
            | Self::FxLoss
            | Self::FxPosition
            | Self::MarketplacePromotion
            | Self::ProviderFees
            | Self::DisputeFees
            | Self::Goodwill => role.to_owned(),
        }
    }

    /// The path without names: all accounts of the same kind.
    #[must_use]
    pub const fn role(&self) -> &'static str {
        match self {
            Self::Bank => "asset:bank",
            Self::ProviderClearing(_) => "asset:psp:clearing",
            Self::CashAtCarrier(_) => "asset:cod:receivable",
            Self::BuyerReceivable(_) => "asset:buyer:receivable",
            Self::Dispute(_) => "asset:disputes",
            Self::OrderFunds(..) => "liability:order_funds",
            Self::Pending(_) => "liability:merchant:pending",
            Self::Available(_) => "liability:merchant:available",
            Self::Reserve(_) => "liability:merchant:reserve",
            Self::DisputeHold(_) => "liability:merchant:dispute_hold",
            Self::PayoutInTransit(..) => "liability:payouts_in_transit",
            Self::RefundInTransit(_) => "liability:refunds_in_transit",
            Self::CommissionTax(_) => "liability:tax:commission",
            Self::RemittedTax(_) => "liability:tax:sales_operator_remitted",
            Self::BuyerCredit(_) => "liability:buyer_credit",
            Self::UnappliedReceipts => "liability:unapplied_receipts",
            Self::CommissionRevenue => "revenue:commission",
            Self::FixedFeeRevenue => "revenue:fixed_fee",
            Self::PenaltyRevenue => "revenue:penalty",
            Self::SubscriptionRevenue => "revenue:subscription",
            Self::MerchantReceivable(_) => "asset:merchant:receivable",
            Self::BadDebt => "expense:bad_debt",
            Self::FxLoss => "expense:fx",
            Self::FxPosition => "equity:fx_position",
            Self::MarketplacePromotion => "expense:promotion:marketplace_funded",
            Self::ProviderFees => "expense:psp_fees",
            Self::DisputeFees => "expense:dispute_fees",
            Self::Goodwill => "expense:goodwill",
        }
    }

    /// The side on which it grows.
    #[must_use]
    pub fn side(&self) -> Side {
        let role = self.role();
        if role.starts_with("asset:") || role.starts_with("expense:") { Side::Debit } else { Side::Credit }
    }

    /// The least it may hold, in minor units on its own side; `None` for no limit.
    #[must_use]
    pub const fn min_balance_minor(&self) -> Option<i64> {
        match self {
            Self::OrderFunds(..)
            | Self::Pending(_)
            | Self::Reserve(_)
            | Self::DisputeHold(_)
            | Self::PayoutInTransit(..)
            | Self::RefundInTransit(_)
            | Self::MerchantReceivable(_)
            | Self::BuyerCredit(_)
            | Self::BuyerReceivable(_)
            | Self::UnappliedReceipts => Some(0),
            _ => None,
        }
    }

    /// The merchant whose money it holds.
    #[must_use]
    pub const fn merchant(&self) -> Option<MerchantId> {
        match self {
            Self::OrderFunds(_, merchant)
            | Self::Pending(merchant)
            | Self::Available(merchant)
            | Self::Reserve(merchant)
            | Self::DisputeHold(merchant)
            | Self::MerchantReceivable(merchant)
            | Self::PayoutInTransit(_, merchant) => Some(*merchant),
            _ => None,
        }
    }

    /// The account with this path; `owner` is the merchant whose money it holds, where the path does not name it.
    #[must_use]
    pub fn parse(path: &str, owner: Option<MerchantId>) -> Option<Self> {
        let parts: Vec<&str> = path.splitn(4, ':').collect();
        let account = match *parts.as_slice() {
            ["asset", "bank", "main"] => Self::Bank,
            ["asset", "psp", provider, "clearing"] => Self::ProviderClearing(provider.to_owned()),
            ["asset", "cod", carrier, "receivable"] => Self::CashAtCarrier(carrier.to_owned()),
            ["asset", "buyer", order, "receivable"] => Self::BuyerReceivable(order.parse().ok()?),
            ["asset", "disputes", name] => Self::Dispute(name.to_owned()),
            ["liability", "order_funds", order, merchant] => {
                Self::OrderFunds(order.parse().ok()?, merchant.parse().ok()?)
            }
            ["liability", "merchant", merchant, "pending"] => Self::Pending(merchant.parse().ok()?),
            ["liability", "merchant", merchant, "available"] => Self::Available(merchant.parse().ok()?),
            ["liability", "merchant", merchant, "reserve"] => Self::Reserve(merchant.parse().ok()?),
            ["liability", "merchant", merchant, "dispute_hold"] => Self::DisputeHold(merchant.parse().ok()?),
            ["asset", "merchant", merchant, "receivable"] => Self::MerchantReceivable(merchant.parse().ok()?),
            ["liability", "payouts_in_transit", payout] => Self::PayoutInTransit(payout.parse().ok()?, owner?),
            ["liability", "refunds_in_transit", refund] => Self::RefundInTransit(refund.parse().ok()?),
            ["liability", "tax", "commission", country] => Self::CommissionTax(country.to_owned()),
            ["liability", "tax", "sales_operator_remitted", country] => Self::RemittedTax(country.to_owned()),
            ["liability", "buyer_credit", name] => Self::BuyerCredit(name.to_owned()),
            ["liability", "unapplied_receipts"] => Self::UnappliedReceipts,
            ["revenue", "commission"] => Self::CommissionRevenue,
            ["revenue", "fixed_fee"] => Self::FixedFeeRevenue,
            ["revenue", "penalty"] => Self::PenaltyRevenue,
            ["revenue", "subscription"] => Self::SubscriptionRevenue,
            ["expense", "bad_debt"] => Self::BadDebt,
            ["expense", "fx"] => Self::FxLoss,
            ["equity", "fx_position"] => Self::FxPosition,
            ["expense", "promotion", "marketplace_funded"] => Self::MarketplacePromotion,
            ["expense", "psp_fees"] => Self::ProviderFees,
            ["expense", "dispute_fees"] => Self::DisputeFees,
            ["expense", "goodwill"] => Self::Goodwill,
            _ => return None,
        };
        Some(account)
    }

    /// Its id in the ledger of `currency`: made from the path, so that nobody needs to ask for it.
    #[must_use]
    pub fn id(&self, currency: Currency) -> LedgerAccountId {
        id_of_path(&self.path(), currency)
    }
}

pub(crate) fn id_of_path(path: &str, currency: Currency) -> LedgerAccountId {
    LedgerAccountId(Uuid::new_v5(&NAMESPACE, format!("{currency}:{path}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_back() {
        let id = Uuid::from_u128(7);
        let (order, merchant, payout, refund) = (OrderId(id), MerchantId(id), PayoutId(id), RefundId(id));
        let name = || "x".to_owned();
        for account in [
            Account::Bank,
            Account::ProviderClearing(name()),
            Account::CashAtCarrier(name()),
            Account::Dispute(name()),
            Account::OrderFunds(order, merchant),
            Account::Pending(merchant),
            Account::Available(merchant),
            Account::Reserve(merchant),
            Account::DisputeHold(merchant),
            Account::PayoutInTransit(payout, merchant),
            Account::RefundInTransit(refund),
            Account::CommissionTax(name()),
            Account::RemittedTax(name()),
            Account::BuyerCredit(name()),
            Account::UnappliedReceipts,
            Account::CommissionRevenue,
            Account::FixedFeeRevenue,
            Account::PenaltyRevenue,
            Account::SubscriptionRevenue,
            Account::MerchantReceivable(merchant),
            Account::BadDebt,
            Account::FxLoss,
            Account::FxPosition,
            Account::MarketplacePromotion,
            Account::ProviderFees,
            Account::DisputeFees,
            Account::Goodwill,
        ] {
            assert_eq!(Account::parse(&account.path(), account.merchant()), Some(account));
        }
        assert_eq!(Account::parse("asset:bank:other", None), None);
    }
}

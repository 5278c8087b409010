//! From what happened to a balanced transaction: pure builders, one an event.

mod account;
mod capture;
mod convert;
mod credit;
mod dispute;
mod manual;
mod payout;
mod refund;
mod sale;
mod settlement;

pub use account::{
    BuyerWrittenOff, CompanyCreditReturned, CompanyCreditUsed, InvoicePaid, RecoveredPart, RecoveredShare,
    buyer_written_off, company_credit_returned, company_credit_used, invoice_paid,
};
pub use capture::{Captured, CapturedPart, Transfer, captured, transfer};
pub use convert::{CapturedAbroad, Converted, captured_abroad, converted};
pub use credit::{CreditGiven, credit_given};
pub use dispute::{
    DisputeAbsorbed, DisputeFeeRecharged, DisputeLost, DisputeOpened, DisputeWon, Exposed, Frozen, dispute_absorbed,
    dispute_fee_recharged, dispute_lost, dispute_opened, dispute_won,
};
pub(crate) use dispute::{absorbed_key, lost_key, opened_key};
pub(crate) use manual::debt_paid_key;
pub use manual::{
    DebtClaimed, DebtPaid, ManualPosting, SubscriptionCharged, debt_claimed, debt_paid, manual, subscription_charged,
};
pub use payout::{payout_failed, payout_initiated, payout_paid, payout_returned};
pub use refund::{Canceled, RefundRequested, RefundSettled, canceled, refund_requested, refund_settled};
pub use sale::{
    CodKept, Release, SaleComponents, SaleRecognized, cod_kept, released, reserve_released, sale_recognized,
};
pub use settlement::{
    CodRemitted, ProviderFee, ProviderSettled, UnappliedReturned, cod_remitted, provider_fee, provider_settled,
    unapplied_returned,
};

use payments::event::MoneyPlace;

use super::Account;

/// The account of the place where buyers' money is; `None` when the merchant has it.
fn place_account(place: &MoneyPlace) -> Option<Account> {
    match place {
        MoneyPlace::Provider(code) => Some(Account::ProviderClearing(code.clone())),
        MoneyPlace::Buyer(order) => Some(Account::BuyerReceivable(*order)),
        MoneyPlace::Bank => Some(Account::Bank),
        MoneyPlace::Carrier(code) => Some(Account::CashAtCarrier(code.clone())),
        MoneyPlace::Credit(account) => Some(Account::BuyerCredit(account.clone())),
        MoneyPlace::Dispute(dispute) => Some(Account::Dispute(dispute.to_string())),
        MoneyPlace::GivenUp => Some(Account::BadDebt),
        MoneyPlace::Merchant => None,
    }
}

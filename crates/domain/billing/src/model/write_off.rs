//! What companies bought on account and are not expected to pay any more.

use chrono::{DateTime, Utc};
use kernel::id::{CompanyId, LedgerTxId, MerchantId, MerchantOrderId, OrderId, ReceivableId, WriteOffId};
use kernel::{Money, Rounding, cumulative};

use super::entry::EntryState;

/// What is given up of what a company owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteOff {
    /// Its id.
    pub id: WriteOffId,
    /// What is owed.
    pub receivable_id: ReceivableId,
    /// The order.
    pub order_id: OrderId,
    /// Its number.
    pub order_number: String,
    /// The merchant's part of the order.
    pub merchant_order_id: Option<MerchantOrderId>,
    /// The merchant who bears its share, if one does.
    pub merchant_id: Option<MerchantId>,
    /// Who owes it.
    pub company_id: CompanyId,
    /// How much.
    pub amount: Money,
    /// What of it the merchant bears, in minor units; the operator bears the rest.
    pub merchant_minor: i64,
    /// What was paid after all, in minor units.
    pub recovered_minor: i64,
    /// What of that the merchant got, in minor units.
    pub recovered_merchant_minor: i64,
    /// Whether it keeps its part of the company's credit until it is paid after all.
    pub blocks_credit: bool,
    /// Why.
    pub reason: String,
    /// How far it is.
    pub state: EntryState,
    /// Who asked for it.
    pub requested_by: String,
    /// The name of that person.
    pub requested_by_name: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Who decided; the same as who asked, where one person is enough.
    pub decided_by: Option<String>,
    /// The name of that person.
    pub decided_by_name: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// More words on the decision.
    pub decision_note: Option<String>,
    /// The transaction, once it is posted.
    pub tx: Option<LedgerTxId>,
    /// Grows with every change.
    pub version: i64,
}

impl WriteOff {
    /// Takes `minor` that was paid after all; returns what of it is the merchant's. Shares run, so that nothing is
    /// rounded twice: when all is paid, the merchant has all that it bore.
    pub fn recover(&mut self, minor: i64) -> i64 {
        self.recovered_minor += minor;
        let share = cumulative(self.merchant_minor, self.recovered_minor, self.amount.minor, Rounding::HalfUp);
        let more = share - self.recovered_merchant_minor;
        self.recovered_merchant_minor = share;
        more
    }
}

/// What the merchant bears of `minor` that is given up of its merchant order: its share of what it sold, as a running
/// share of all that is given up. `lost_minor` was given up before.
#[must_use]
pub fn borne_by_merchant(minor: i64, lost_minor: i64, claimed_minor: i64, net_minor: i64) -> i64 {
    if claimed_minor <= 0 {
        return 0;
    }
    let net = net_minor.clamp(0, claimed_minor);
    let share = |lost: i64| cumulative(net, lost.min(claimed_minor), claimed_minor, Rounding::HalfUp);
    (share(lost_minor + minor) - share(lost_minor)).clamp(0, minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_up_in_parts_is_borne_once() {
        // 100.00 were sold, 87.31 of it are the merchant's.
        let parts = [3_333, 3_333, 3_334];
        let mut lost = 0;
        let borne: Vec<i64> = parts
            .iter()
            .map(|part| {
                let share = borne_by_merchant(*part, lost, 10_000, 8_731);
                lost += part;
                share
            })
            .collect();
        assert_eq!(borne.iter().sum::<i64>(), 8_731);
        assert!(borne.iter().zip(parts).all(|(share, part)| *share <= part));
        assert_eq!(borne_by_merchant(500, 0, 0, 400), 0, "nothing was sold");
        assert_eq!(
            borne_by_merchant(500, 0, 500, 700),
            500,
            "a coupon made the merchant's share larger than the claim"
        );
    }
}

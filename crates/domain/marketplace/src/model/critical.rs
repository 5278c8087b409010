//! From when on somebody has to look at a merchant's balance.

use kernel::id::MerchantId;
use kernel::{Currency, Invalid};
use serde::{Deserialize, Serialize};

use super::task::named;
use super::{AMOUNT_MAX, Settings, bounded};

/// The longest time that money may wait, in days.
const DAYS_MAX: i64 = 3_650;

named! {
    /// What is wrong with a balance.
    CriticalKind {
        /// The merchant owes money.
        Negative = "negative",
        /// Less is kept of what it earned than should be.
        ReserveShort = "reserve_short",
        /// What it could be paid waits for too long.
        PayableTooOld = "payable_too_old",
    }
}

/// From when on a balance is critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CriticalThreshold {
    /// For whom; for all that have none of their own if `None`.
    pub merchant: Option<MerchantId>,
    /// In which currency.
    pub currency: Currency,
    /// What is looked at.
    pub kind: CriticalKind,
    /// Minor units that are owed or should be kept; days, for what waits. `None`: it is never critical.
    pub at: Option<i64>,
}

impl Settings {
    /// From when on a merchant's balance is critical, in minor units or days: what was said for the merchant, else for all;
    /// for debts at last what [`Settings::critical_debt`] says.
    #[must_use]
    pub fn critical_at(&self, merchant: MerchantId, currency: Currency, kind: CriticalKind) -> Option<i64> {
        let said = |of: Option<MerchantId>| {
            self.critical_balances
                .iter()
                .find(|threshold| (threshold.merchant, threshold.currency, threshold.kind) == (of, currency, kind))
        };
        match said(Some(merchant)).or_else(|| said(None)) {
            Some(threshold) => threshold.at,
            None if kind == CriticalKind::Negative => self.critical_debt_minor(currency),
            None => None,
        }
    }
}

/// Checks thresholds and puts them in order; each is said once.
pub(crate) fn checked(mut all: Vec<CriticalThreshold>) -> Result<Vec<CriticalThreshold>, Invalid> {
    bounded("criticalBalances", all.len())?;
    for (index, threshold) in all.iter().enumerate() {
        let most = if threshold.kind == CriticalKind::PayableTooOld { DAYS_MAX } else { AMOUNT_MAX };
        if threshold.at.is_some_and(|at| !(1..=most).contains(&at)) {
            return Err(Invalid::range(format!("criticalBalances.{index}.at"), 1, most));
        }
    }
    all.sort_unstable();
    let key = |of: &CriticalThreshold| (of.merchant, of.currency, of.kind);
    if all.windows(2).any(|two| matches!(two, [one, next] if key(one) == key(next))) {
        return Err(Invalid::new("criticalBalances", "DUPLICATE", "names the same balance twice"));
    }
    Ok(all)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn threshold(merchant: Option<MerchantId>, kind: CriticalKind, at: Option<i64>) -> CriticalThreshold {
        CriticalThreshold { merchant, currency: Currency::EUR, kind, at }
    }

    fn merchant(n: char) -> MerchantId {
        format!("mer_0000000000000000000000000{n}").parse().unwrap()
    }

    #[test]
    fn what_is_said_for_a_merchant_goes_before_what_is_said_for_all() {
        let kinds = CriticalKind::ALL.map(|kind| threshold(None, kind, Some(70)));
        let (ann, bob, eve) = (merchant('1'), merchant('2'), merchant('3'));
        let own = [
            threshold(Some(ann), CriticalKind::PayableTooOld, Some(5)),
            threshold(Some(bob), CriticalKind::PayableTooOld, None),
        ];
        let all = checked([kinds.as_slice(), own.as_slice()].concat()).unwrap();
        let settings = Settings { critical_balances: all, ..Settings::default() };
        let at = |of, kind| settings.critical_at(of, Currency::EUR, kind);
        let kind = CriticalKind::PayableTooOld;
        assert_eq!((at(ann, kind), at(bob, kind), at(eve, kind)), (Some(5), None, Some(70)));
        assert_eq!(at(eve, CriticalKind::Negative), Some(70));
        let plain = Settings { critical_balances: Vec::new(), ..Settings::default() };
        assert_eq!(plain.critical_at(eve, Currency::EUR, CriticalKind::Negative), Some(10_000));
        assert_eq!(plain.critical_at(eve, Currency::EUR, CriticalKind::ReserveShort), None);
    }

    #[test]
    fn thresholds_are_in_range_and_said_once() {
        let of = |at| threshold(None, CriticalKind::PayableTooOld, Some(at));
        assert_eq!(checked(vec![of(0)]).unwrap_err().field, "criticalBalances.0.at");
        assert_eq!(checked(vec![of(3_651)]).unwrap_err().code, "OUT_OF_RANGE");
        assert_eq!(checked(vec![of(5), of(6)]).unwrap_err().code, "DUPLICATE");
    }
}

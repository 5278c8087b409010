//! How the marketplace takes merchants in, and what blocking one does.

use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

use super::bounded;

/// Whether the offers of a blocked merchant stay in lists. None of them can be ordered, whatever this says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockedOffers {
    /// Lists and pages do not show them.
    #[default]
    Hidden,
    /// Lists go on showing the products, so that their place is kept for the time after.
    Listed,
}

/// What a blocked merchant may still do with the orders it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenOrders {
    /// All of them are finished as if nothing was.
    #[default]
    Finish,
    /// It finishes what it accepted; what waits for its decision it can only refuse, or the time for it runs out.
    AcceptedOnly,
    /// It accepts nothing and sends nothing; the operator decides.
    Frozen,
}

/// Whether a blocked merchant is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockedPayouts {
    /// What it earned is paid as ever.
    Paid,
    /// Payouts are put on hold until the block is lifted.
    #[default]
    Held,
}

/// What happens, in the transaction that blocks a merchant, beside that new orders stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BlockEffects {
    /// To its offers.
    pub offers: BlockedOffers,
    /// To the orders it has.
    pub open_orders: OpenOrders,
    /// To its money.
    pub payouts: BlockedPayouts,
}

/// Why merchants are blocked, and what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockReason {
    /// The code: `counterfeit`.
    pub code: String,
    /// What it does.
    pub effects: BlockEffects,
}

/// The reason that is meant when nobody names one.
pub const OTHER_REASON: &str = "other";

/// How the marketplace takes merchants in, and what blocking one does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MerchantSettings {
    /// Whether anybody may apply to sell.
    pub self_registration: bool,
    /// Whether new merchants have to show who they are before they are paid.
    pub kyc_required: bool,
    /// Whether the operator looks at each account for payouts before anything is paid to it.
    pub verify_bank_accounts: bool,
    /// Days after a block in which the merchant may appeal; 0: it may not.
    pub appeal_days: u32,
    /// Why merchants are restricted and suspended, and what it does.
    pub block_reasons: Vec<BlockReason>,
}

impl Default for MerchantSettings {
    fn default() -> Self {
        use BlockedOffers::Hidden;
        use BlockedPayouts::{Held, Paid};
        use OpenOrders::{AcceptedOnly, Finish, Frozen};
        let reason = |code: &str, open_orders, payouts| BlockReason {
            code: code.to_owned(),
            effects: BlockEffects { offers: Hidden, open_orders, payouts },
        };
        Self {
            self_registration: true,
            kyc_required: false,
            verify_bank_accounts: false,
            appeal_days: 30,
            block_reasons: vec![
                reason(OTHER_REASON, Finish, Held),
                reason("late_shipments", Finish, Paid),
                reason("low_rating", Finish, Paid),
                reason("policy_violation", Finish, Held),
                reason("papers_expired", AcceptedOnly, Held),
                reason("counterfeit", Frozen, Held),
                reason("fraud", Frozen, Held),
            ],
        }
    }
}

impl MerchantSettings {
    /// What blocking for this reason does; `None` when the settings do not know the reason.
    #[must_use]
    pub fn effects_of(&self, code: &str) -> Option<BlockEffects> {
        self.block_reasons.iter().find(|reason| reason.code == code).map(|reason| reason.effects)
    }

    pub(super) fn checked(mut self) -> Result<Self, Invalid> {
        if self.appeal_days > 365 {
            return Err(Invalid::range("merchants.appealDays", 0, 365));
        }
        bounded("merchants.blockReasons", self.block_reasons.len())?;
        for (index, reason) in self.block_reasons.iter_mut().enumerate() {
            reason.code = text::code(&format!("merchants.blockReasons.{index}.code"), &reason.code, 40)?;
        }
        for (index, reason) in self.block_reasons.iter().enumerate() {
            if self.block_reasons[..index].iter().any(|known| known.code == reason.code) {
                let field = format!("merchants.blockReasons.{index}.code");
                return Err(Invalid::new(field, "DUPLICATE", "is there twice"));
            }
        }
        if self.effects_of(OTHER_REASON).is_none() {
            let message = format!("must have the reason {OTHER_REASON}, which is meant when nobody names one");
            return Err(Invalid::new("merchants.blockReasons", "REQUIRED", message));
        }
        Ok(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_codes_each_once_and_one_stands_for_all_others() {
        let with = |codes: &[&str]| {
            let reasons =
                codes.iter().map(|code| BlockReason { code: (*code).to_owned(), effects: BlockEffects::default() });
            MerchantSettings { block_reasons: reasons.collect(), ..MerchantSettings::default() }.checked()
        };
        assert!(MerchantSettings::default().checked().is_ok());
        assert!(with(&["other", "late"]).is_ok());
        let field = |codes: &[&str]| with(codes).unwrap_err().field;
        assert_eq!(field(&["late"]), "merchants.blockReasons");
        assert_eq!(field(&["other", "late", "late"]), "merchants.blockReasons.2.code");
        assert_eq!(field(&["other", "Not a code!"]), "merchants.blockReasons.1.code");
    }
}

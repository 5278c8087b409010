//! How the marketplace takes merchants in, and what blocking one does.

use async_graphql::{Enum, InputObject, SimpleObject};

/// Whether the offers of a blocked merchant stay in lists. None of them can be ordered, whatever this says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::BlockedOffers")]
pub enum BlockedOffers {
    /// Lists and pages do not show them.
    Hidden,
    /// Lists go on showing the products, so that their place is kept for the time after.
    Listed,
}

/// What a blocked merchant may still do with the orders it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::OpenOrders")]
pub enum OpenOrders {
    /// All of them are finished as if nothing was.
    Finish,
    /// It finishes what it accepted; what waits for its decision it can only refuse, or the time for it runs out.
    AcceptedOnly,
    /// It accepts nothing and sends nothing; the operator decides.
    Frozen,
}

/// Whether a blocked merchant is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::BlockedPayouts")]
pub enum BlockedPayouts {
    /// What it earned is paid as ever.
    Paid,
    /// Payouts are put on hold until the block is lifted.
    Held,
}

/// What happens, in the transaction that blocks a merchant, beside that new orders stop.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "BlockEffectsInput")]
pub struct BlockEffects {
    /// To its offers.
    pub offers: BlockedOffers,
    /// To the orders it has.
    pub open_orders: OpenOrders,
    /// To its money.
    pub payouts: BlockedPayouts,
}

/// Why merchants are blocked, and what it does.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "BlockReasonInput")]
pub struct BlockReason {
    /// The code: `counterfeit`.
    pub code: String,
    /// What it does.
    pub effects: BlockEffects,
}

/// How the marketplace takes merchants in, and what blocking one does.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "MerchantSettingsInput")]
pub struct MerchantSettings {
    /// Whether anybody may apply to sell.
    pub self_registration: bool,
    /// Whether new merchants have to show who they are before they are paid.
    pub kyc_required: bool,
    /// Whether the operator looks at each account for payouts before anything is paid to it.
    pub verify_bank_accounts: bool,
    /// Days after a block in which the merchant may appeal; 0: it may not.
    pub appeal_days: u32,
    /// All of them: why merchants are restricted and suspended, and what it does. `other` is meant when nobody names one.
    pub block_reasons: Vec<BlockReason>,
}

impl From<marketplace::BlockEffects> for BlockEffects {
    fn from(effects: marketplace::BlockEffects) -> Self {
        let marketplace::BlockEffects { offers, open_orders, payouts } = effects;
        Self { offers: offers.into(), open_orders: open_orders.into(), payouts: payouts.into() }
    }
}

impl From<BlockEffects> for marketplace::BlockEffects {
    fn from(effects: BlockEffects) -> Self {
        let BlockEffects { offers, open_orders, payouts } = effects;
        Self { offers: offers.into(), open_orders: open_orders.into(), payouts: payouts.into() }
    }
}

impl From<marketplace::MerchantSettings> for MerchantSettings {
    fn from(settings: marketplace::MerchantSettings) -> Self {
        let reason = |of: marketplace::BlockReason| BlockReason { code: of.code, effects: of.effects.into() };
        Self {
            self_registration: settings.self_registration,
            kyc_required: settings.kyc_required,
            verify_bank_accounts: settings.verify_bank_accounts,
            appeal_days: settings.appeal_days,
            block_reasons: settings.block_reasons.into_iter().map(reason).collect(),
        }
    }
}

impl From<MerchantSettings> for marketplace::MerchantSettings {
    fn from(settings: MerchantSettings) -> Self {
        let reason = |of: BlockReason| marketplace::BlockReason { code: of.code, effects: of.effects.into() };
        Self {
            self_registration: settings.self_registration,
            kyc_required: settings.kyc_required,
            verify_bank_accounts: settings.verify_bank_accounts,
            appeal_days: settings.appeal_days,
            block_reasons: settings.block_reasons.into_iter().map(reason).collect(),
        }
    }
}

//! One step of a merchant on one of its axes, as it is kept for ever.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, MerchantStepId};
use marketplace::BlockEffects;

/// What a step changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Where the merchant stands.
    Life,
    /// Whether it is known who it is.
    Kyc,
    /// Whether money may go to its account.
    Payout,
}

impl Axis {
    /// All axes.
    pub const ALL: [Self; 3] = [Self::Life, Self::Kyc, Self::Payout];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Life => "life",
            Self::Kyc => "kyc",
            Self::Payout => "payout",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|axis| axis.as_str() == name)
    }
}

/// One step, with who took it and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its id; sorts by time.
    pub id: MerchantStepId,
    /// The merchant.
    pub merchant: MerchantId,
    /// What changed.
    pub axis: Axis,
    /// What was done: `suspend`.
    pub transition: String,
    /// The state before.
    pub from: String,
    /// The state after.
    pub to: String,
    /// Why, as a code.
    pub reason_code: String,
    /// Why, in words.
    pub reason: Option<String>,
    /// What a block did, as the settings said then.
    pub effects: Option<BlockEffects>,
    /// Stable id of the actor.
    pub actor: String,
    /// Name of the actor as shown.
    pub actor_name: String,
    /// When.
    pub at: DateTime<Utc>,
}

//! Payment methods as values: what they promise decides, nobody asks for their name.

use chrono::Duration;

/// What must have happened before the merchants may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// The provider holds the money.
    Authorized,
    /// The money arrived in full.
    Received,
    /// Nothing: the money comes at delivery.
    Nothing,
}

/// When the money of a merchant order is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureMoment {
    /// All of it at once, when the order is placed.
    AtPlacement,
    /// When the merchant accepts its part.
    OnAcceptance,
    /// When the bank reports it.
    OnReceipt,
    /// When the parcel is handed over.
    OnDelivery,
}

/// A way to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// The stored name.
    pub code: &'static str,
    /// The name shown to buyers, in English.
    pub name: &'static str,
    /// What must have happened before the merchants may start.
    pub precondition: Precondition,
    /// When the money is taken.
    pub capture: CaptureMoment,
    /// The provider that moves the money; `None` when people do.
    pub provider: Option<&'static str>,
    /// How long the buyer has to complete it.
    pub expires_after: Option<Duration>,
}

impl Method {
    /// Whether the buyer must hand over a token of the provider.
    #[must_use]
    pub const fn needs_token(&self) -> bool {
        self.provider.is_some()
    }
}

/// Card payment with the sandbox provider.
pub const CARD_SANDBOX: Method = Method {
    code: "card_sandbox",
    name: "Card (sandbox)",
    precondition: Precondition::Authorized,
    capture: CaptureMoment::OnAcceptance,
    provider: Some(crate::provider::SANDBOX),
    expires_after: Some(Duration::hours(24)),
};
/// A wallet with the sandbox provider: it pays the whole order at once.
pub const WALLET_SANDBOX: Method = Method {
    code: "wallet_sandbox",
    name: "Wallet (sandbox)",
    precondition: Precondition::Received,
    capture: CaptureMoment::AtPlacement,
    provider: Some(crate::provider::SANDBOX),
    expires_after: Some(Duration::hours(24)),
};
/// Bank transfer in advance.
pub const BANK_TRANSFER: Method = Method {
    code: "bank_transfer",
    name: "Bank transfer",
    precondition: Precondition::Received,
    capture: CaptureMoment::OnReceipt,
    provider: None,
    expires_after: Some(Duration::days(14)),
};
/// Cash on delivery.
pub const CASH_ON_DELIVERY: Method = Method {
    code: "cash_on_delivery",
    name: "Cash on delivery",
    precondition: Precondition::Nothing,
    capture: CaptureMoment::OnDelivery,
    provider: None,
    expires_after: None,
};

/// All methods, in the order in which they are offered.
#[must_use]
pub fn methods() -> &'static [Method] {
    &[CARD_SANDBOX, WALLET_SANDBOX, BANK_TRANSFER, CASH_ON_DELIVERY]
}

/// The method with this code.
#[must_use]
pub fn method(code: &str) -> Option<&'static Method> {
    methods().iter().find(|method| method.code == code)
}

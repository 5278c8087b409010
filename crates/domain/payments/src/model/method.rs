//! Payment methods as values: what they promise decides, nobody asks for their name.

use std::sync::OnceLock;

use chrono::Duration;

use crate::provider::{CREDIT, INVOICE, Providers, SANDBOX, STRIPE};

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
    /// When the parcel leaves: from then on the buyer owes it.
    OnShipment,
}

/// What canceling units does with their money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelBy {
    /// Less is captured; what is held and not captured is given up.
    CaptureLess,
    /// It goes back the way it came.
    Refund,
    /// What is reserved of the balance is free again.
    ReturnToBalance,
    /// Nothing was taken, so nothing goes back.
    Nothing,
}

/// How money goes back to the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundBy {
    /// The provider sends it back to where it came from.
    Provider,
    /// The operator transfers it and confirms that.
    BankTransfer,
    /// It is credit again.
    Balance,
    /// Less is owed; what was paid already is transferred by the operator.
    CreditNote,
}

/// When the merchant's share can be paid out, as far as the buyer's money is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayableWhen {
    /// The provider has taken the money.
    Captured,
    /// A receipt was matched to the order.
    Matched,
    /// The carrier has sent the cash it collected, or the merchant has it already.
    Remitted,
    /// The buyer has paid, or at once where the operator guarantees it.
    BuyerPaid,
    /// At once: the operator has had the money since the credit was given.
    AtOnce,
}

/// What the buyer hands over for a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A token of the provider.
    Token,
    /// Credit that covers the order.
    Credit,
    /// A company that may owe so much.
    Terms,
    /// Nothing.
    Nothing,
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
    /// What canceling units does with their money.
    pub cancel: CancelBy,
    /// How money goes back.
    pub refund: RefundBy,
    /// When the merchant's share can be paid out.
    pub payable: PayableWhen,
    /// What the buyer hands over.
    pub needs: Needs,
    /// The provider that moves the money; `None` when people do.
    pub provider: Option<&'static str>,
    /// Whether credit of the buyer may pay a part.
    pub takes_credit: bool,
    /// How long the buyer has to complete it.
    pub expires_after: Option<Duration>,
}

impl Method {
    /// Whether the buyer must hand over a token of the provider.
    #[must_use]
    pub const fn needs_token(&self) -> bool {
        matches!(self.needs, Needs::Token)
    }

    /// Whether money is held before it is taken, so that nothing can be taken that was not held.
    #[must_use]
    pub const fn holds(&self) -> bool {
        matches!(self.precondition, Precondition::Authorized)
    }
}

const fn card(code: &'static str, name: &'static str, provider: &'static str) -> Method {
    Method {
        code,
        name,
        precondition: Precondition::Authorized,
        capture: CaptureMoment::OnAcceptance,
        cancel: CancelBy::CaptureLess,
        refund: RefundBy::Provider,
        payable: PayableWhen::Captured,
        needs: Needs::Token,
        provider: Some(provider),
        takes_credit: true,
        expires_after: Some(Duration::minutes(30)),
    }
}

const fn at_once(code: &'static str, name: &'static str, provider: &'static str) -> Method {
    let card = card(code, name, provider);
    Method {
        precondition: Precondition::Received,
        capture: CaptureMoment::AtPlacement,
        cancel: CancelBy::Refund,
        takes_credit: false,
        ..card
    }
}

/// Card payment with the sandbox provider.
pub const CARD_SANDBOX: Method = card("card_sandbox", "Card (sandbox)", SANDBOX);
/// A wallet or bank redirect of the sandbox provider: paid at once.
pub const WALLET_SANDBOX: Method = at_once("wallet_sandbox", "Wallet (sandbox)", SANDBOX);
/// Card payment with Stripe.
pub const CARD_STRIPE: Method = card("card_stripe", "Card", STRIPE);
/// A wallet or bank redirect with Stripe: paid at once.
pub const WALLET_STRIPE: Method = at_once("wallet_stripe", "Wallet or online banking", STRIPE);
/// Store credit or a gift card that covers the whole order.
pub const STORE_CREDIT: Method = Method {
    code: "store_credit",
    name: "Store credit or gift card",
    precondition: Precondition::Authorized,
    capture: CaptureMoment::OnAcceptance,
    cancel: CancelBy::ReturnToBalance,
    refund: RefundBy::Balance,
    payable: PayableWhen::AtOnce,
    needs: Needs::Credit,
    provider: Some(CREDIT),
    takes_credit: true,
    expires_after: None,
};
/// Bank transfer in advance.
pub const BANK_TRANSFER: Method = Method {
    code: "bank_transfer",
    name: "Bank transfer",
    precondition: Precondition::Received,
    capture: CaptureMoment::OnReceipt,
    cancel: CancelBy::Refund,
    refund: RefundBy::BankTransfer,
    payable: PayableWhen::Matched,
    needs: Needs::Nothing,
    provider: None,
    takes_credit: false,
    expires_after: Some(Duration::days(14)),
};
/// Cash on delivery.
pub const CASH_ON_DELIVERY: Method = Method {
    code: "cash_on_delivery",
    name: "Cash on delivery",
    precondition: Precondition::Nothing,
    capture: CaptureMoment::OnDelivery,
    cancel: CancelBy::Nothing,
    refund: RefundBy::BankTransfer,
    payable: PayableWhen::Remitted,
    needs: Needs::Nothing,
    provider: None,
    takes_credit: false,
    expires_after: None,
};

/// On account: a company pays some days after the goods left.
pub const ON_INVOICE: Method = Method {
    code: "invoice",
    name: "Invoice",
    precondition: Precondition::Authorized,
    capture: CaptureMoment::OnShipment,
    cancel: CancelBy::CaptureLess,
    refund: RefundBy::CreditNote,
    payable: PayableWhen::BuyerPaid,
    needs: Needs::Terms,
    provider: Some(INVOICE),
    takes_credit: false,
    expires_after: None,
};

static ALL: [Method; 8] = [
    CARD_SANDBOX,
    WALLET_SANDBOX,
    CARD_STRIPE,
    WALLET_STRIPE,
    STORE_CREDIT,
    BANK_TRANSFER,
    CASH_ON_DELIVERY,
    ON_INVOICE,
];
static OFFERED: OnceLock<Vec<&'static Method>> = OnceLock::new();

/// All methods there are, in the order in which they are offered.
#[must_use]
pub fn methods() -> &'static [Method] {
    &ALL
}

/// The method with this code.
#[must_use]
pub fn method(code: &str) -> Option<&'static Method> {
    methods().iter().find(|method| method.code == code)
}

/// Offers only the methods whose provider is among `providers` from now on, for the whole process. Counts once, at
/// the start of a program.
pub fn offer_methods_of(providers: &Providers) {
    let has = |method: &&Method| {
        method.provider.is_none_or(|code| [CREDIT, INVOICE].contains(&code) || providers.get(code).is_some())
    };
    let _ = OFFERED.set(methods().iter().filter(has).collect());
}

/// The methods that are offered, in order. All of them where nobody limited them.
#[must_use]
pub fn offered_methods() -> Vec<&'static Method> {
    OFFERED.get().cloned().unwrap_or_else(|| methods().iter().collect())
}

/// The method with this code, if it is offered.
#[must_use]
pub fn offered_method(code: &str) -> Option<&'static Method> {
    offered_methods().into_iter().find(|method| method.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of payment methods, row by row.
    #[test]
    fn every_method_keeps_its_promises() {
        use CancelBy as X;
        use CaptureMoment as C;
        use PayableWhen as W;
        use Precondition as P;
        use RefundBy as R;
        let rows = [
            ("card_sandbox", P::Authorized, C::OnAcceptance, X::CaptureLess, R::Provider, W::Captured),
            ("wallet_sandbox", P::Received, C::AtPlacement, X::Refund, R::Provider, W::Captured),
            ("card_stripe", P::Authorized, C::OnAcceptance, X::CaptureLess, R::Provider, W::Captured),
            ("wallet_stripe", P::Received, C::AtPlacement, X::Refund, R::Provider, W::Captured),
            ("store_credit", P::Authorized, C::OnAcceptance, X::ReturnToBalance, R::Balance, W::AtOnce),
            ("bank_transfer", P::Received, C::OnReceipt, X::Refund, R::BankTransfer, W::Matched),
            ("cash_on_delivery", P::Nothing, C::OnDelivery, X::Nothing, R::BankTransfer, W::Remitted),
            ("invoice", P::Authorized, C::OnShipment, X::CaptureLess, R::CreditNote, W::BuyerPaid),
        ];
        let found = methods().iter().map(|m| (m.code, m.precondition, m.capture, m.cancel, m.refund, m.payable));
        assert_eq!(found.collect::<Vec<_>>(), rows);
    }

    #[test]
    fn only_what_is_held_can_be_captured_in_parts() {
        for method in methods() {
            let by_part = matches!(method.capture, CaptureMoment::OnAcceptance | CaptureMoment::OnShipment);
            assert_eq!(method.holds(), by_part, "{}", method.code);
            assert!(!method.takes_credit || method.holds(), "{}: credit is taken part by part", method.code);
            assert_eq!(method.provider.is_none(), method.refund == RefundBy::BankTransfer, "{}", method.code);
        }
    }
}

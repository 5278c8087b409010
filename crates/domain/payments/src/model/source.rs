//! Where the money of a payment is: its sources, folded from its operations, and how an amount is spread over them.

use super::{Operation, OperationKind, OperationState};

/// Money of one payment at one place: a charge of a provider, the buyer's credit, or what people took (`provider` is
/// `None`). Minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The provider's code.
    pub provider: Option<String>,
    /// The provider's name of the charge.
    pub charge: Option<String>,
    /// Held there at any time.
    pub authorized_minor: i64,
    /// Taken, or about to be.
    pub captured_minor: i64,
    /// Taken for sure.
    pub captured_done_minor: i64,
    /// Given up, or about to be.
    pub voided_minor: i64,
    /// Given back, or about to be.
    pub refunded_minor: i64,
}

impl Source {
    /// What can still be taken.
    #[must_use]
    pub fn capturable_minor(&self) -> i64 {
        (self.authorized_minor - self.captured_minor - self.voided_minor).max(0)
    }

    /// What can still be given back.
    #[must_use]
    pub fn refundable_minor(&self) -> i64 {
        (self.captured_done_minor - self.refunded_minor).max(0)
    }
}

/// The sources of a payment, in the order in which money was first wanted from them.
#[must_use]
pub fn sources(operations: &[Operation]) -> Vec<Source> {
    let mut found: Vec<Source> = Vec::new();
    for operation in operations {
        let (happened, open) = (operation.state == OperationState::Succeeded, !operation.state.is_settled());
        // What people do has no charge; a request that was not answered yet has no name.
        let charge = operation.charge.clone().filter(|_| operation.provider.is_some());
        let nameless = operation.provider.is_some() && charge.is_none();
        if nameless || !(happened || open) {
            continue;
        }
        let at = found.iter().position(|source| source.provider == operation.provider && source.charge == charge);
        let at = at.unwrap_or_else(|| {
            found.push(Source {
                provider: operation.provider.clone(),
                charge,
                authorized_minor: 0,
                captured_minor: 0,
                captured_done_minor: 0,
                voided_minor: 0,
                refunded_minor: 0,
            });
            found.len() - 1
        });
        let (source, amount) = (&mut found[at], operation.amount.minor);
        match operation.kind {
            OperationKind::Authorize if happened => source.authorized_minor += amount,
            OperationKind::Authorize => {}
            OperationKind::Capture => {
                source.captured_minor += amount;
                source.captured_done_minor += if happened { amount } else { 0 };
            }
            OperationKind::Void => source.voided_minor += amount,
            OperationKind::Refund => source.refunded_minor += amount,
        }
    }
    found
}

/// Spreads `amount` over the sources, those of the providers named first in `order` before the others; `room` says
/// how much a source can take. `None` when they cannot take all of it.
#[must_use]
pub fn spread<'a>(
    sources: &'a [Source],
    order: &[String],
    amount: i64,
    room: impl Fn(&Source) -> i64,
) -> Option<Vec<(&'a Source, i64)>> {
    let rank = |source: &Source| {
        let named = source.provider.as_ref().and_then(|code| order.iter().position(|name| name == code));
        named.unwrap_or(order.len())
    };
    let mut sorted: Vec<&Source> = sources.iter().collect();
    sorted.sort_by_key(|source| rank(source));
    let (mut left, mut parts) = (amount, Vec::new());
    for source in sorted {
        let share = left.min(room(source));
        if share > 0 {
            parts.push((source, share));
            left -= share;
        }
    }
    (left == 0).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use kernel::id::PaymentOperationId;
    use kernel::{Currency, Money};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn operation(kind: OperationKind, state: OperationState, at: (&str, &str), minor: i64) -> Operation {
        Operation {
            id: PaymentOperationId(Uuid::nil()),
            payment_id: None,
            orphan_id: None,
            kind,
            provider: Some(at.0.to_owned()),
            amount: Money::new(minor, Currency::EUR),
            state,
            reason: None,
            merchant_order_id: None,
            refund_id: None,
            dispute_id: None,
            created_at: DateTime::UNIX_EPOCH,
            settled_at: None,
            charge: Some(at.1.to_owned()),
            replaces: None,
            refund_total_minor: None,
            version: 1,
        }
    }

    #[test]
    fn each_charge_keeps_its_own_books() {
        use OperationKind as K;
        use OperationState as S;
        let (card, credit) = (("sandbox", "ch_1"), ("credit", "cra_1"));
        let found = sources(&[
            operation(K::Authorize, S::Succeeded, card, 900),
            operation(K::Authorize, S::Succeeded, credit, 100),
            operation(K::Capture, S::Succeeded, credit, 100),
            operation(K::Capture, S::Sent, card, 300),
            operation(K::Capture, S::Failed, card, 200),
            operation(K::Refund, S::Planned, credit, 40),
        ]);
        let seen: Vec<_> = found.iter().map(|s| (s.capturable_minor(), s.refundable_minor())).collect();
        assert_eq!(seen, [(600, 0), (0, 60)]);
    }

    #[test]
    fn the_order_of_providers_decides() {
        use OperationKind as K;
        use OperationState as S;
        let (card, credit) = (("sandbox", "ch_1"), ("credit", "cra_1"));
        let found = sources(&[
            operation(K::Authorize, S::Succeeded, card, 900),
            operation(K::Authorize, S::Succeeded, credit, 100),
        ]);
        let first_credit = ["credit".to_owned(), "sandbox".to_owned()];
        let parts = |order: &[String], amount| {
            let parts = spread(&found, order, amount, Source::capturable_minor)?;
            Some(parts.into_iter().map(|(source, share)| (source.charge.clone(), share)).collect::<Vec<_>>())
        };
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(parts(&first_credit, 150), Some(vec![(name("cra_1"), 100), (name("ch_1"), 50)]));
        assert_eq!(parts(&[], 950), Some(vec![(name("ch_1"), 900), (name("cra_1"), 50)]));
        assert_eq!(parts(&first_credit, 1_001), None);
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_amount_and_fit(held in prop::collection::vec(0_i64..1_000, 1..6), amount in 1_i64..4_000) {
            let rows: Vec<Operation> = held
                .iter()
                .enumerate()
                .map(|(n, minor)| {
                    let at = ("sandbox", format!("ch_{n}"));
                    operation(OperationKind::Authorize, OperationState::Succeeded, (at.0, &at.1), *minor)
                })
                .collect();
            let found = sources(&rows);
            match spread(&found, &[], amount, Source::capturable_minor) {
                Some(parts) => {
                    prop_assert_eq!(parts.iter().map(|(_, share)| share).sum::<i64>(), amount);
                    prop_assert!(parts.iter().all(|(source, share)| *share > 0 && *share <= source.capturable_minor()));
                }
                None => prop_assert!(held.iter().sum::<i64>() < amount),
            }
        }
    }
}

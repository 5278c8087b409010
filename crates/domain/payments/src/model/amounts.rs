//! The amounts of a payment, folded from its facts.

use std::collections::BTreeMap;

use kernel::id::PaymentOperationId;
use serde::Serialize;

use super::{OperationKind, Phase};

/// One fact about an operation of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// The operation.
    pub operation: PaymentOperationId,
    /// What it does.
    pub kind: OperationKind,
    /// What became of it.
    pub phase: Phase,
    /// How much, in minor units; the same in all facts of an operation.
    pub amount_minor: i64,
}

/// Money of one kind: what happened, and what is wanted and not known yet. Minor units, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Moved {
    /// It happened.
    pub done_minor: i64,
    /// Wanted, the outcome is open.
    pub pending_minor: i64,
}

/// What happened to the money of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Amounts {
    /// Held by the provider at any time.
    pub authorized: Moved,
    /// Taken.
    pub captured: Moved,
    /// Held, and given up without being taken.
    pub voided: Moved,
    /// Taken, and given back.
    pub refunded: Moved,
}

impl Amounts {
    /// The amounts that follow from `facts`. Their order does not matter, nor does telling one twice.
    #[must_use]
    pub fn fold(facts: impl IntoIterator<Item = Fact>) -> Self {
        let mut last: BTreeMap<PaymentOperationId, Fact> = BTreeMap::new();
        let mut amounts = Self::default();
        for fact in facts {
            let before = last.get(&fact.operation).map(|known| known.phase);
            amounts = amounts.told(before, fact);
            if before.is_none_or(|before| fact.phase > before) {
                last.insert(fact.operation, fact);
            }
        }
        amounts
    }

    /// The amounts after one more fact; `before` is what was known of its operation.
    #[must_use]
    pub fn told(mut self, before: Option<Phase>, fact: Fact) -> Self {
        if before.is_some_and(|before| fact.phase <= before) {
            return self;
        }
        let moved = self.of_mut(fact.kind);
        if before == Some(Phase::Requested) {
            moved.pending_minor -= fact.amount_minor;
        }
        match fact.phase {
            Phase::Requested => moved.pending_minor += fact.amount_minor,
            Phase::Succeeded => moved.done_minor += fact.amount_minor,
            Phase::Failed => {}
        }
        self
    }

    /// Whether nothing was held or taken, nor is about to be.
    #[must_use]
    pub const fn is_untouched(&self) -> bool {
        self.authorized.total() == 0 && self.captured.total() == 0
    }

    /// What can still be captured: held, not taken or given up, nor about to be.
    #[must_use]
    pub const fn capturable_minor(&self) -> i64 {
        self.authorized.done_minor - self.captured.total() - self.voided.total()
    }

    /// What can still be refunded: taken, not given back, nor about to be.
    #[must_use]
    pub const fn refundable_minor(&self) -> i64 {
        self.captured.done_minor - self.refunded.total()
    }

    fn of_mut(&mut self, kind: OperationKind) -> &mut Moved {
        match kind {
            OperationKind::Authorize => &mut self.authorized,
            OperationKind::Capture => &mut self.captured,
            OperationKind::Void => &mut self.voided,
            OperationKind::Refund => &mut self.refunded,
        }
    }
}

impl Moved {
    const fn total(&self) -> i64 {
        self.done_minor + self.pending_minor
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const KINDS: [OperationKind; 4] =
        [OperationKind::Authorize, OperationKind::Capture, OperationKind::Void, OperationKind::Refund];
    const PHASES: [Phase; 3] = [Phase::Requested, Phase::Failed, Phase::Succeeded];

    fn fact(operation: u128, phase: usize) -> Fact {
        let kind = KINDS[usize::try_from(operation % 4).unwrap_or(0)];
        let amount_minor = i64::try_from(operation * 7 + 1).unwrap_or(1);
        Fact { operation: PaymentOperationId(Uuid::from_u128(operation)), kind, phase: PHASES[phase], amount_minor }
    }

    /// What the amounts mean, said without folding: the latest phase of each operation decides.
    fn by_definition(told: &[Fact]) -> Amounts {
        let mut amounts = Amounts::default();
        let mut seen: BTreeMap<PaymentOperationId, Fact> = BTreeMap::new();
        for fact in told {
            let last = seen.entry(fact.operation).or_insert(*fact);
            if fact.phase > last.phase {
                *last = *fact;
            }
        }
        for fact in seen.values() {
            let moved = amounts.of_mut(fact.kind);
            match fact.phase {
                Phase::Requested => moved.pending_minor += fact.amount_minor,
                Phase::Succeeded => moved.done_minor += fact.amount_minor,
                Phase::Failed => {}
            }
        }
        amounts
    }

    proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(
            told in prop::collection::vec((0_u128..12, 0_usize..3), 0..60),
            keys in prop::collection::vec(any::<u32>(), 60),
        ) {
            let facts: Vec<Fact> = told.into_iter().map(|(operation, phase)| fact(operation, phase)).collect();
            let mut shuffled: Vec<(u32, Fact)> = keys.into_iter().zip(facts.iter().copied()).collect();
            shuffled.sort_by_key(|(key, _)| *key);
            let twice = facts.iter().chain(facts.iter()).copied();
            let expected = by_definition(&facts);
            prop_assert_eq!(Amounts::fold(facts.iter().copied()), expected);
            prop_assert_eq!(Amounts::fold(shuffled.into_iter().map(|(_, fact)| fact)), expected);
            prop_assert_eq!(Amounts::fold(twice), expected);
        }

        #[test]
        fn nothing_is_ever_negative(told in prop::collection::vec((0_u128..12, 0_usize..3), 0..60)) {
            let amounts = Amounts::fold(told.into_iter().map(|(operation, phase)| fact(operation, phase)));
            for moved in [amounts.authorized, amounts.captured, amounts.voided, amounts.refunded] {
                prop_assert!(moved.done_minor >= 0 && moved.pending_minor >= 0);
            }
        }
    }

    #[test]
    fn a_late_success_outdoes_a_failure() {
        let amounts = Amounts::fold([fact(1, 0), fact(1, 1), fact(1, 2)]);
        assert_eq!(amounts.captured, Moved { done_minor: 8, pending_minor: 0 });
    }
}

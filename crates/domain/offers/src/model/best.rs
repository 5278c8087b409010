//! Which of several offers of a variant is shown first, and why.
//!
//! A pure function of its candidates: the same set gives the same answer in any order, and the answer says what decided
//! and what each loser lost by.

use std::cmp::Ordering;

use kernel::id::OfferId;
use serde::Serialize;

use super::Condition;

/// The version of the rules below, told with each answer.
pub const POLICY_VERSION: u32 = 1;

/// What counts of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The offer. Ids sort by time, so the elder offer wins a tie.
    pub offer_id: OfferId,
    /// The price in minor units; all candidates of a ranking share the currency.
    pub price_minor: i64,
    /// In which condition the goods are.
    pub condition: Condition,
    /// Units that can be sold.
    pub available: i64,
    /// The fewest units of an order line: fewer in stock are as good as none.
    pub min_quantity: i64,
    /// Days until the goods leave.
    pub handling_days: i32,
}

/// Why the winner is shown first: the first factor by which it beats the runner-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WinReason {
    /// There is no other.
    OnlyOffer,
    /// It is in stock, the others are not.
    InStock,
    /// Its goods are in a better condition.
    BetterCondition,
    /// It is cheaper.
    LowestPrice,
    /// It leaves sooner.
    FasterHandling,
    /// Alike in all else, it has been offered for longer.
    OfferedFirst,
}

/// Why a loser is not shown first: the first factor by which the winner beats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LossReason {
    /// It is not in stock, the winner is.
    OutOfStock,
    /// Its goods are in a worse condition.
    WorseCondition,
    /// It costs more.
    HigherPrice,
    /// It leaves later.
    SlowerHandling,
    /// Alike in all else, the winner has been offered for longer.
    OfferedLater,
}

/// An offer that is not shown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loser {
    /// The offer.
    pub offer_id: OfferId,
    /// What it lost by.
    pub reason: LossReason,
}

/// The outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// The rules that were used.
    pub policy_version: u32,
    /// The offer that is shown first.
    pub winner: OfferId,
    /// Why.
    pub reason: WinReason,
    /// The others, the best first.
    pub losers: Vec<Loser>,
}

/// Ranks candidates that can all be sold; `None` when there are none.
#[must_use]
pub fn rank(mut candidates: Vec<Candidate>) -> Option<Ranking> {
    candidates.sort_by(|a, b| compare(a, b).1);
    candidates.dedup_by_key(|candidate| candidate.offer_id);
    let (winner, rest) = candidates.split_first()?;
    let reason = match rest.first() {
        None => WinReason::OnlyOffer,
        Some(second) => match compare(winner, second).0 {
            LossReason::OutOfStock => WinReason::InStock,
            LossReason::WorseCondition => WinReason::BetterCondition,
            LossReason::HigherPrice => WinReason::LowestPrice,
            LossReason::SlowerHandling => WinReason::FasterHandling,
            LossReason::OfferedLater => WinReason::OfferedFirst,
        },
    };
    let losers =
        rest.iter().map(|loser| Loser { offer_id: loser.offer_id, reason: compare(winner, loser).0 }).collect();
    Some(Ranking { policy_version: POLICY_VERSION, winner: winner.offer_id, reason, losers })
}

/// The first factor in which the two differ, and which of them is better (`Less`: the first).
fn compare(a: &Candidate, b: &Candidate) -> (LossReason, Ordering) {
    let sold_out = |c: &Candidate| c.available < c.min_quantity.max(1);
    let factors = [
        (LossReason::OutOfStock, sold_out(a).cmp(&sold_out(b))),
        (LossReason::WorseCondition, a.condition.cmp(&b.condition)),
        (LossReason::HigherPrice, a.price_minor.cmp(&b.price_minor)),
        (LossReason::SlowerHandling, a.handling_days.cmp(&b.handling_days)),
    ];
    let decisive = factors.into_iter().find(|(_, order)| *order != Ordering::Equal);
    decisive.unwrap_or((LossReason::OfferedLater, a.offer_id.cmp(&b.offer_id)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kernel::id::TypedId as _;
    use proptest::prelude::*;

    use super::*;

    fn candidate(n: u128, price_minor: i64, available: i64) -> Candidate {
        let offer_id = OfferId::from_uuid(uuid::Uuid::from_u128(n));
        Candidate { offer_id, price_minor, condition: Condition::New, available, min_quantity: 1, handling_days: 1 }
    }

    #[test]
    fn each_factor_decides_in_its_turn_and_is_told() {
        let cheap_but_gone = candidate(1, 500, 0);
        let used = Candidate { condition: Condition::Used, ..candidate(2, 600, 9) };
        let dear = candidate(3, 1000, 9);
        let slow = Candidate { handling_days: 4, ..candidate(4, 900, 9) };
        let good = candidate(5, 900, 9);
        let twin = candidate(6, 900, 9);
        let ranking = rank(vec![twin, slow, dear, used, good, cheap_but_gone]).unwrap();
        assert_eq!((ranking.winner, ranking.reason), (good.offer_id, WinReason::OfferedFirst));
        let lost: Vec<_> = ranking.losers.iter().map(|l| (l.offer_id, l.reason)).collect();
        assert_eq!(
            lost,
            [
                (twin.offer_id, LossReason::OfferedLater),
                (slow.offer_id, LossReason::SlowerHandling),
                (dear.offer_id, LossReason::HigherPrice),
                (used.offer_id, LossReason::WorseCondition),
                (cheap_but_gone.offer_id, LossReason::OutOfStock),
            ]
        );
        assert_eq!(rank(vec![dear, good]).unwrap().reason, WinReason::LowestPrice);
        assert_eq!(rank(vec![dear, cheap_but_gone]).unwrap().reason, WinReason::InStock);
        assert_eq!(rank(vec![dear]).unwrap().reason, WinReason::OnlyOffer);
        assert_eq!(rank(vec![]), None);
    }

    #[test]
    fn stock_below_the_smallest_order_is_none() {
        let pack = Candidate { min_quantity: 6, ..candidate(1, 100, 5) };
        assert_eq!(rank(vec![pack, candidate(2, 200, 1)]).unwrap().reason, WinReason::InStock);
    }

    prop_compose! {
        fn any_candidate()(n in 0_u128..1000, price in 1_i64..4, c in 0_usize..3, a in 0_i64..3, h in 0_i32..3) -> Candidate {
            let condition = [Condition::New, Condition::Refurbished, Condition::Used][c];
            Candidate { condition, handling_days: h, ..candidate(n, price, a) }
        }
    }

    proptest! {
        #[test]
        fn order_of_candidates_is_irrelevant(mut set in prop::collection::vec(any_candidate(), 1..8), turn in 0_usize..8) {
            set.sort_by_key(|c| c.offer_id);
            set.dedup_by_key(|c| c.offer_id);
            let mut turned = set.clone();
            turned.rotate_left(turn % set.len());
            let ranking = rank(set.clone()).unwrap();
            prop_assert_eq!(ranking.losers.len() + 1, set.len());
            prop_assert_eq!(rank(turned).unwrap(), ranking);
        }
    }
}

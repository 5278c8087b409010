//! How an amount is cut into parts that always sum to the whole.

use crate::rate::{Rounding, div_round};

/// An amount was to be spread over weights that are all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot spread a non-zero amount over weights that are all zero")]
pub struct ZeroWeights;

/// Spreads `amount` (minor units) over `weights` by the largest-remainder (Hamilton) method.
///
/// The shares sum to `amount` exactly. Each share is its exact share rounded towards zero, and the
/// missing units go one by one to the largest remainders, ties to the lowest index. A zero weight
/// gets zero. The result is symmetric in sign. The order of `weights` must come from a stable key
/// (a line number), never from a map.
///
/// # Errors
/// [`ZeroWeights`] when no weight is positive and the amount is not zero.
pub fn allocate(amount: i64, weights: &[u64]) -> Result<Vec<i64>, ZeroWeights> {
    let total: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    if total == 0 {
        return if amount == 0 { Ok(vec![0; weights.len()]) } else { Err(ZeroWeights) };
    }
    let magnitude = u128::from(amount.unsigned_abs());
    let mut shares = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut given = 0_u128;
    for (index, weight) in weights.iter().enumerate() {
        let exact = magnitude * u128::from(*weight);
        let floor = exact / total;
        given += floor;
        shares.push(floor);
        remainders.push((exact % total, index));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let missing = usize::try_from(magnitude - given).unwrap_or(usize::MAX);
    for (_, index) in remainders.iter().take(missing) {
        shares[*index] += 1;
    }
    let sign = if amount < 0 { -1_i128 } else { 1 };
    // A share is never larger in magnitude than `amount`, so the conversion cannot fail.
    Ok(shares
        .into_iter()
        .map(|share| i64::try_from(sign * i128::try_from(share).unwrap_or(0)).unwrap_or(amount))
        .collect())
}

/// The running share of a component after `done` of `whole` has been given: `round(component × done / whole)`.
///
/// A step from `a` to `b` moves `cumulative(.., b, ..) - cumulative(.., a, ..)`, so any sequence of
/// partial steps that ends at `whole` moves the component exactly once. `whole` of zero moves everything.
#[must_use]
pub fn cumulative(component: i64, done: i64, whole: i64, rounding: Rounding) -> i64 {
    if whole == 0 {
        return component;
    }
    let value = div_round(i128::from(component) * i128::from(done), i128::from(whole), rounding);
    i64::try_from(value).unwrap_or(component)
}

/// The sum of the unit slots `from..to` when `total` is cut into `units` equal slots by [`allocate`].
///
/// The first `|total| mod units` slots carry one minor unit more, so the slots take at most two values
/// and ten thousand units need no list. `from..to` must lie within `0..units`; anything outside is clamped.
#[must_use]
pub fn unit_slots_sum(total: i64, units: i64, from: i64, to: i64) -> i64 {
    if units <= 0 {
        return 0;
    }
    let first = |count: i64| {
        let count = count.clamp(0, units);
        let magnitude = total.unsigned_abs();
        let units = units.unsigned_abs();
        let count = count.unsigned_abs();
        let sum = (magnitude / units) * count + count.min(magnitude % units);
        let sum = i64::try_from(sum).unwrap_or(total);
        if total < 0 { -sum } else { sum }
    };
    first(to) - first(from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(amount: i64, weights: &[u64], expected: &[i64]) {
        assert_eq!(allocate(amount, weights).as_deref(), Ok(expected));
    }

    #[test]
    fn shares_follow_the_largest_remainder() {
        check(100, &[1, 1, 1], &[34, 33, 33]);
        check(1, &[1, 1], &[1, 0]);
        check(15, &[0, 1, 1], &[0, 8, 7]);
        check(-100, &[1, 1, 1], &[-34, -33, -33]);
        check(2000, &[5997, 11610, 2100], &[609, 1178, 213]);
        check(192, &[900, 75, 35], &[171, 14, 7]);
        check(17925, &[1; 10], &[1793, 1793, 1793, 1793, 1793, 1792, 1792, 1792, 1792, 1792]);
        check(4, &[1; 10], &[1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
        check(7, &[1, 2, 3, 0, 4], &[1, 1, 2, 0, 3]);
        check(3, &[0, 1, 1], &[0, 2, 1]);
        check(0, &[0, 0], &[0, 0]);
    }

    #[test]
    fn all_zero_weights_are_refused() {
        assert_eq!(allocate(1, &[0, 0]), Err(ZeroWeights));
        assert_eq!(allocate(1, &[]), Err(ZeroWeights));
    }

    #[test]
    fn extreme_amounts_do_not_overflow() {
        check(i64::MIN, &[1], &[i64::MIN]);
        check(i64::MAX, &[u64::MAX, 0], &[i64::MAX, 0]);
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(amount in any::<i64>(), weights in prop::collection::vec(0_u64..1_000_000, 1..40)) {
            prop_assume!(weights.iter().any(|w| *w > 0));
            let parts = allocate(amount, &weights).unwrap_or_default();
            prop_assert_eq!(parts.iter().map(|p| i128::from(*p)).sum::<i128>(), i128::from(amount));
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*weight > 0 || *part == 0);
                prop_assert!(part.signum() * amount.signum() >= 0);
            }
        }

        #[test]
        fn slots_equal_an_equal_allocation(total in -1_000_000_i64..1_000_000, units in 1_usize..60, cut in 0_usize..60) {
            let cut = cut.min(units);
            let parts = allocate(total, &vec![1; units]).unwrap_or_default();
            let (units, to) = (i64::try_from(units).unwrap_or(1), i64::try_from(cut).unwrap_or(0));
            prop_assert_eq!(unit_slots_sum(total, units, 0, to), parts[..cut].iter().sum::<i64>());
            prop_assert_eq!(unit_slots_sum(total, units, to, units), parts[cut..].iter().sum::<i64>());
        }

        #[test]
        fn any_path_closes_a_component(component in 0_i64..1_000_000, steps in prop::collection::vec(1_i64..500, 1..30)) {
            let whole: i64 = steps.iter().sum();
            let mut done = 0;
            let mut moved = 0;
            for step in steps {
                let next = done + step;
                moved += cumulative(component, next, whole, Rounding::HalfUp) - cumulative(component, done, whole, Rounding::HalfUp);
                done = next;
            }
            prop_assert_eq!(moved, component);
        }
    }
}

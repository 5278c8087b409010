//! The demand of a command, summed per level before anything is compared or written.

use std::collections::BTreeMap;

use kernel::Invalid;

use super::QUANTITY_MAX;

/// Sums the quantities of equal keys; the result is in key order.
///
/// Two entries of one article must not be compared with the same stock each on its own.
///
/// # Errors
/// [`Invalid`] when a quantity is not within 1..=[`QUANTITY_MAX`], or a sum is above it.
pub fn summed<K: Ord>(entries: impl IntoIterator<Item = (K, i64)>) -> Result<BTreeMap<K, i64>, Invalid> {
    let out_of_range = || Invalid::range("quantity", 1, QUANTITY_MAX);
    let mut sums = BTreeMap::new();
    for (key, quantity) in entries {
        if !(1..=QUANTITY_MAX).contains(&quantity) {
            return Err(out_of_range());
        }
        let sum = sums.entry(key).or_insert(0_i64);
        *sum += quantity;
        if *sum > QUANTITY_MAX {
            return Err(out_of_range());
        }
    }
    Ok(sums)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_positive_quantities_within_bounds_are_taken() {
        for bad in [0, -1, i64::MIN, QUANTITY_MAX + 1, i64::MAX] {
            assert!(summed([("a", bad)]).is_err(), "{bad}");
        }
        assert!(summed([("a", QUANTITY_MAX), ("a", 1)]).is_err());
        assert_eq!(summed([("b", 2), ("a", 1), ("b", 3)]).unwrap(), BTreeMap::from([("a", 1), ("b", 5)]));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_made(entries in prop::collection::vec((0_u8..5, 1_i64..1000), 0..40)) {
            let total: i64 = entries.iter().map(|(_, q)| q).sum();
            let sums = summed(entries).unwrap();
            prop_assert_eq!(sums.values().sum::<i64>(), total);
        }
    }
}

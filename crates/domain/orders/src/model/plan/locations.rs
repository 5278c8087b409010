//! From where: one location if one has everything, else the fewest; ties by priority, then id.

use std::collections::BTreeMap;

use inventory::Store;
use kernel::id::{LocationId, StockItemId};

use super::input::StockAt;

/// What is wanted of an article by one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Want {
    /// Which line; carried through.
    pub line: usize,
    /// The article.
    pub item: StockItemId,
    /// Units.
    pub quantity: i64,
}

/// Units of a line taken at a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Take {
    /// The line.
    pub line: usize,
    /// The location.
    pub location: LocationId,
    /// Units.
    pub quantity: i64,
}

/// A location with what it has of the wanted articles.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub location: LocationId,
    pub name: String,
    pub country: String,
    pub store: Option<Store>,
    pub available: BTreeMap<StockItemId, i64>,
}

/// The largest number of locations for which every combination is tried; beyond it the best is found greedily.
const EXACT_MAX: usize = 12;

/// The locations that have any of `wants`, by priority and id.
pub(super) fn candidates<'a>(wants: &[Want], stock: impl Fn(StockItemId) -> &'a [StockAt]) -> Vec<Candidate> {
    let mut found: BTreeMap<LocationId, (i64, Candidate)> = BTreeMap::new();
    for want in wants {
        for at in stock(want.item) {
            let new = || Candidate {
                location: at.location,
                name: at.name.clone(),
                country: at.country.clone(),
                store: at.store.clone(),
                available: BTreeMap::new(),
            };
            let (priority, candidate) = found.entry(at.location).or_insert_with(|| (at.priority, new()));
            *priority = at.priority.min(*priority);
            candidate.available.insert(want.item, at.available.max(0));
        }
    }
    let mut found: Vec<(i64, Candidate)> = found.into_values().collect();
    found.sort_by_key(|(priority, candidate)| (*priority, candidate.location));
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Chooses locations for `wants`, which all candidates together can serve.
pub(super) fn choose(wants: &[Want], candidates: &[Candidate]) -> Vec<usize> {
    let need = needs(wants);
    let serves = |set: &[usize]| {
        need.iter().all(|(item, quantity)| {
            let sum: i64 = set.iter().map(|i| candidates[*i].available.get(item).copied().unwrap_or(0)).sum();
            sum >= *quantity
        })
    };
    let usable: Vec<usize> =
        (0..candidates.len()).filter(|i| candidates[*i].available.values().any(|n| *n > 0)).collect();
    if usable.len() <= EXACT_MAX {
        for size in 1..=usable.len() {
            if let Some(set) = first_combination(&usable, size, &serves) {
                return set;
            }
        }
        return usable;
    }
    greedy(&need, candidates, &usable)
}

fn needs(wants: &[Want]) -> BTreeMap<StockItemId, i64> {
    let mut need = BTreeMap::new();
    for want in wants {
        *need.entry(want.item).or_insert(0) += want.quantity;
    }
    need
}

/// The first subset of `size` in lexicographic order that serves; `usable` is in order of preference.
fn first_combination(usable: &[usize], size: usize, serves: &impl Fn(&[usize]) -> bool) -> Option<Vec<usize>> {
    fn descend(
        usable: &[usize],
        from: usize,
        size: usize,
        picked: &mut Vec<usize>,
        serves: &impl Fn(&[usize]) -> bool,
    ) -> bool {
        if picked.len() == size {
            return serves(picked);
        }
        for index in from..usable.len() {
            picked.push(usable[index]);
            if descend(usable, index + 1, size, picked, serves) {
                return true;
            }
            picked.pop();
        }
        false
    }
    let mut picked = Vec::with_capacity(size);
    descend(usable, 0, size, &mut picked, serves).then_some(picked)
}

/// Takes, again and again, the location that serves most of what is missing.
fn greedy(need: &BTreeMap<StockItemId, i64>, candidates: &[Candidate], usable: &[usize]) -> Vec<usize> {
    let mut missing = need.clone();
    let mut rest: Vec<usize> = usable.to_vec();
    let mut picked = Vec::new();
    while missing.values().any(|n| *n > 0) && !rest.is_empty() {
        let gain = |index: usize| -> i64 {
            missing.iter().map(|(item, n)| candidates[index].available.get(item).copied().unwrap_or(0).min(*n)).sum()
        };
        // max_by_key keeps the last of equals; the reversed order makes that the preferred one.
        let Some(best) = rest.iter().rev().copied().max_by_key(|index| gain(*index)) else { break };
        for (item, n) in &mut missing {
            *n -= candidates[best].available.get(item).copied().unwrap_or(0).min(*n);
        }
        rest.retain(|index| *index != best);
        picked.push(best);
    }
    picked.sort_unstable();
    picked
}

/// Takes the units of each line at the `chosen` locations: whole lines where one has them all, else in order.
pub(super) fn take(wants: &[Want], candidates: &[Candidate], chosen: &[usize]) -> Vec<Take> {
    let mut left: Vec<BTreeMap<StockItemId, i64>> = chosen.iter().map(|i| candidates[*i].available.clone()).collect();
    let mut takes = Vec::with_capacity(wants.len());
    for want in wants {
        let mut missing = want.quantity;
        let whole = left.iter().position(|at| at.get(&want.item).copied().unwrap_or(0) >= missing);
        let order: Vec<usize> = whole.map_or_else(|| (0..chosen.len()).collect(), |at| vec![at]);
        for at in order {
            let available = left[at].entry(want.item).or_insert(0);
            let quantity = missing.min(*available);
            if quantity > 0 {
                *available -= quantity;
                missing -= quantity;
                takes.push(Take { line: want.line, location: candidates[chosen[at]].location, quantity });
            }
        }
    }
    takes
}

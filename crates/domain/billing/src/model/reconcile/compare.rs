//! The comparison itself: pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use kernel::id::LedgerTxId;

use super::{Outcome, ReconciliationSource};
use crate::model::Kind;

/// A line of a file. Positive amounts: the account grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalLine {
    /// Its place in the file, from 1.
    pub line_no: i32,
    /// Their unique name of it.
    pub external_id: String,
    /// Their word for it, in lower case: `charge`, `refund`, `fee`, `payout`; `credit` and `debit` at a bank.
    pub kind: String,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When they booked it.
    pub booked_at: DateTime<Utc>,
    /// What names our side of it: references, purposes.
    pub references: Vec<String>,
    /// Who paid or was paid.
    pub counterparty: String,
    /// Their payout that contains it.
    pub settlement: Option<String>,
}

/// A transaction of the ledger on the account. Positive amounts: the account grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerItem {
    /// The transaction.
    pub tx: LedgerTxId,
    /// What kind of event it stands for.
    pub kind: String,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When it happened.
    pub effective_at: DateTime<Utc>,
    /// What names it.
    pub references: Vec<String>,
    /// Whether the file should tell of it.
    pub in_period: bool,
    /// Whether an earlier file told of it.
    pub taken: bool,
}

/// What came out of comparing one line, or one transaction that has no line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What came out.
    pub outcome: Outcome,
    /// The line.
    pub line_no: Option<i32>,
    /// The transaction.
    pub tx: Option<LedgerTxId>,
    /// Their name of it.
    pub external_id: String,
    /// What it is about.
    pub subject: String,
    /// What the ledger says, in minor units.
    pub here_minor: Option<i64>,
    /// What they say, in minor units.
    pub there_minor: Option<i64>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// A sentence for people.
    pub detail: String,
}

/// A reference as it is compared: letters and digits only, in capitals. Banks change the rest.
#[must_use]
pub fn normalized(reference: &str) -> String {
    reference.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}

/// Which kinds of event of the ledger a line can stand for; `None` when nobody knows what the line is.
fn counterparts(source: ReconciliationSource, kind: &str) -> Option<&'static [Kind]> {
    const ANY: &[Kind] = &[];
    match (source, kind) {
        (ReconciliationSource::Bank, _) => Some(ANY),
        (_, "charge" | "payment" | "capture") => Some(&[Kind::OrderCaptured]),
        (_, "refund" | "payment_refund") => Some(&[Kind::RefundSettled]),
        (_, "fee" | "stripe_fee" | "application_fee") => Some(&[Kind::ProviderFee]),
        (_, "payout" | "settlement") => Some(&[Kind::ProviderSettled]),
        (_, "dispute" | "chargeback") => Some(&[Kind::DisputeOpened]),
        (_, "dispute_reversal" | "dispute_won") => Some(&[Kind::DisputeWon]),
        _ => None,
    }
}

struct Ledger<'a> {
    items: &'a [LedgerItem],
    by_reference: HashMap<String, Vec<usize>>,
    taken: Vec<bool>,
}

impl<'a> Ledger<'a> {
    fn of(items: &'a [LedgerItem]) -> Self {
        let mut by_reference: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let names: HashSet<String> = item.references.iter().map(|name| normalized(name)).collect();
            for name in names.into_iter().filter(|name| !name.is_empty()) {
                by_reference.entry(name).or_default().push(index);
            }
        }
        Self { items, by_reference, taken: items.iter().map(|item| item.taken).collect() }
    }

    /// The transactions that a line names, of the kinds and the direction it can stand for.
    fn named(&self, line: &ExternalLine, kinds: &[Kind]) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for name in &line.references {
            for index in self.by_reference.get(&normalized(name)).into_iter().flatten() {
                let item = &self.items[*index];
                let fits = kinds.is_empty() || kinds.iter().any(|kind| kind.as_str() == item.kind);
                let same_way = item.amount_minor.signum() == line.amount_minor.signum();
                if fits && same_way && !found.contains(index) {
                    found.push(*index);
                }
            }
        }
        found
    }
}

/// Compares the lines of a file with the transactions of the ledger. `seen`: the names of lines that earlier files
/// told. Every line gets one verdict, and so does every transaction of the period that has no line.
#[must_use]
pub fn compare(
    source: ReconciliationSource,
    lines: &[ExternalLine],
    items: &[LedgerItem],
    seen: &HashSet<String>,
) -> Vec<Verdict> {
    let mut ledger = Ledger::of(items);
    let mut told: HashSet<&str> = HashSet::new();
    let mut verdicts: BTreeMap<i32, Verdict> = BTreeMap::new();
    let mut open = Vec::new();
    for line in lines {
        if seen.contains(&line.external_id) || !told.insert(&line.external_id) {
            let detail = "a line with this name was told before".to_owned();
            verdicts.insert(line.line_no, verdict(line, Outcome::Duplicate, None, detail));
        } else {
            open.push(line);
        }
    }
    // What agrees is settled first, so that a line with a wrong amount takes nothing away from a right one.
    open.retain(|line| {
        let Some(kinds) = counterparts(source, &line.kind) else { return true };
        let named = ledger.named(line, kinds);
        let same = |index: &&usize| !ledger.taken[**index] && items[**index].amount_minor == line.amount_minor;
        let Some(index) = named.iter().find(same).copied() else { return true };
        ledger.taken[index] = true;
        verdicts.insert(line.line_no, verdict(line, Outcome::Matched, Some(&items[index]), String::new()));
        false
    });
    for line in open {
        verdicts.insert(line.line_no, unmatched(source, line, &mut ledger));
    }
    let lacking = items.iter().zip(&ledger.taken).filter(|(item, taken)| item.in_period && !**taken);
    let lacking = lacking.map(|(item, _)| Verdict {
        outcome: Outcome::MissingThere,
        line_no: None,
        tx: Some(item.tx),
        external_id: String::new(),
        subject: format!("{} {}", item.kind, item.references.first().map_or("", String::as_str)),
        here_minor: Some(item.amount_minor),
        there_minor: None,
        occurred_at: item.effective_at,
        detail: "the ledger has it, the file has not".to_owned(),
    });
    verdicts.into_values().chain(lacking).collect()
}

/// A line that no transaction of the same amount is named by.
fn unmatched(source: ReconciliationSource, line: &ExternalLine, ledger: &mut Ledger<'_>) -> Verdict {
    let Some(kinds) = counterparts(source, &line.kind) else {
        return verdict(line, Outcome::Unknown, None, format!("nobody knows what a {:?} is", line.kind));
    };
    let named = ledger.named(line, kinds);
    if let Some(index) = named.iter().find(|index| !ledger.taken[**index]).copied() {
        ledger.taken[index] = true;
        return verdict(line, Outcome::AmountMismatch, Some(&ledger.items[index]), "the amounts differ".to_owned());
    }
    if let Some(index) = named.first() {
        let item = &ledger.items[*index];
        let mut twice = verdict(line, Outcome::Duplicate, Some(item), "another line stands for it".to_owned());
        twice.tx = None;
        return twice;
    }
    if source == ReconciliationSource::Bank && line.references.iter().all(|name| normalized(name).is_empty()) {
        return verdict(line, Outcome::Unknown, None, "it has no reference".to_owned());
    }
    verdict(line, Outcome::MissingHere, None, "the ledger has nothing with this reference".to_owned())
}

fn verdict(line: &ExternalLine, outcome: Outcome, item: Option<&LedgerItem>, detail: String) -> Verdict {
    let name = line.references.iter().find(|name| !name.is_empty()).map_or("", String::as_str);
    Verdict {
        outcome,
        line_no: Some(line.line_no),
        tx: item.map(|item| item.tx),
        external_id: line.external_id.clone(),
        subject: format!("{} {name}", line.kind).trim().to_owned(),
        here_minor: item.map(|item| item.amount_minor),
        there_minor: Some(line.amount_minor),
        occurred_at: line.booked_at,
        detail,
    }
}

/// Where the lines of a payout of the provider do not sum to it.
#[must_use]
pub fn settlements(lines: &[ExternalLine]) -> Vec<Verdict> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    let is_payout = |line: &&ExternalLine| matches!(line.kind.as_str(), "payout" | "settlement");
    for line in lines.iter().filter(|line| !is_payout(line)) {
        if let Some(settlement) = &line.settlement {
            *sums.entry(settlement).or_default() += line.amount_minor;
        }
    }
    let mut found = Vec::new();
    for payout in lines.iter().filter(is_payout) {
        let name = payout.settlement.as_deref().unwrap_or(&payout.external_id);
        let Some(sum) = sums.get(name) else { continue };
        if sum + payout.amount_minor != 0 {
            found.push(Verdict {
                outcome: Outcome::AmountMismatch,
                line_no: Some(payout.line_no),
                tx: None,
                external_id: payout.external_id.clone(),
                subject: format!("settlement {name}"),
                here_minor: Some(*sum),
                there_minor: Some(-payout.amount_minor),
                occurred_at: payout.booked_at,
                detail: "its lines do not sum to the payout".to_owned(),
            });
        }
    }
    found
}

#[cfg(test)]
#[path = "compare_test.rs"]
mod tests;

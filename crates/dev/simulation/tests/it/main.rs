//! Seeds that are played.
#![allow(clippy::unwrap_used, missing_docs)]

mod peers;
mod proofs;

use simulation::{Kind, play_all};

/// Seeds that failed once, and why. They are played for ever.
const KEPT: &str = include_str!("../../kept_seeds.txt");

fn kept() -> Vec<u64> {
    let words = KEPT.lines().filter_map(|line| line.split_whitespace().next());
    words.filter(|word| !word.starts_with('#')).map(|word| word.parse().unwrap()).collect()
}

#[allow(clippy::disallowed_methods, reason = "a test has no configuration")]
fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// `SOUK_SEEDS` seeds from `SOUK_FIRST_SEED` on, or from a fresh one; without it a few.
fn fresh(usually: u64) -> std::ops::Range<u64> {
    let first = number("SOUK_FIRST_SEED");
    let first =
        first.unwrap_or_else(|| u64::from_ne_bytes(*uuid::Uuid::new_v4().as_bytes().first_chunk().unwrap()) >> 16);
    first..first + number("SOUK_SEEDS").unwrap_or(usually)
}

/// The seeds that failed; with `SOUK_TELL=1` the stories of all.
fn played<I: Iterator<Item = u64> + Send>(kind: Kind, seeds: impl IntoIterator<IntoIter = I>) -> Vec<u64> {
    play_all(kind, seeds, number("SOUK_TELL").is_some())
}

#[test]
fn kept_seeds_on_sqlite() {
    assert_eq!(played(Kind::Sqlite, kept()), Vec::<u64>::new(), "seeds that failed");
}

#[test]
fn kept_seeds_on_postgres() {
    assert_eq!(played(Kind::Postgres, kept()), Vec::<u64>::new(), "seeds that failed");
}

#[test]
fn fresh_seeds_on_sqlite() {
    assert_eq!(played(Kind::Sqlite, fresh(50)), Vec::<u64>::new(), "keep them in kept_seeds.txt");
}

#[test]
fn fresh_seeds_on_postgres() {
    assert_eq!(played(Kind::Postgres, fresh(5)), Vec::<u64>::new(), "keep them in kept_seeds.txt");
}

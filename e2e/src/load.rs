//! Closed-loop load: so many workers, each with one step at a time.
#![allow(clippy::float_arithmetic, reason = "figures about time, not about money")]

use std::future::Future;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::{Error, Result};

/// Something that is done again and again over one connection.
pub trait Work: Send + 'static {
    /// Does it once.
    fn step(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After this long.
    Elapsed(Duration),
    /// After so many steps of each worker.
    Steps(usize),
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// Workers.
    pub connections: usize,
    /// Steps that succeeded.
    pub done: usize,
    /// Steps that failed.
    pub failed: usize,
    /// Steps done in a second.
    pub per_second: f64,
    /// Half of the steps took at most this many milliseconds.
    pub p50_ms: f64,
    /// All but one in a hundred took at most this many milliseconds.
    pub p99_ms: f64,
    /// The text of the first failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_failure: Option<String>,
    /// How long each step took, the shortest first.
    #[serde(skip)]
    took: Vec<Duration>,
    #[serde(skip)]
    seconds: f64,
}

impl Figures {
    fn new(connections: usize, mut took: Vec<Duration>, failed: usize, first: Option<String>, seconds: f64) -> Self {
        took.sort_unstable();
        Self {
            connections,
            done: took.len(),
            failed,
            per_second: took.len() as f64 / seconds,
            p50_ms: quantile_ms(&took, 50),
            p99_ms: quantile_ms(&took, 99),
            first_failure: first,
            took,
            seconds,
        }
    }

    /// These and those of a later run by as many workers, as if it had been one run.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        let took = [self.took, later.took].concat();
        let first = self.first_failure.or(later.first_failure);
        Self::new(self.connections, took, self.failed + later.failed, first, self.seconds + later.seconds)
    }

    /// What share of `floor` this reaches, in percent.
    #[must_use]
    pub fn percent_of(&self, floor: &Self) -> f64 {
        if floor.per_second > 0.0 { self.per_second * 100.0 / floor.per_second } else { 0.0 }
    }
}

/// Lets all workers run at once, each step after step.
///
/// # Errors
/// When a worker panicked.
pub async fn run<W: Work>(workers: Vec<W>, until: Until) -> Result<Figures> {
    let connections = workers.len();
    let started = Instant::now();
    let tasks: Vec<_> = workers.into_iter().map(|worker| tokio::spawn(repeat(worker, until, started))).collect();
    let (mut took, mut failures) = (Vec::new(), Vec::new());
    for task in tasks {
        let (mut times, mut errors) = task.await.map_err(|e| Error::Program(format!("a worker broke: {e}")))?;
        took.append(&mut times);
        failures.append(&mut errors);
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(Figures::new(connections, took, failures.len(), failures.into_iter().next(), seconds))
}

async fn repeat<W: Work>(mut worker: W, until: Until, started: Instant) -> (Vec<Duration>, Vec<String>) {
    let (mut took, mut failures) = (Vec::new(), Vec::new());
    loop {
        let enough = match until {
            Until::Elapsed(time) => started.elapsed() >= time,
            Until::Steps(steps) => took.len() + failures.len() >= steps,
        };
        // A server that is gone would make millions of failures.
        if enough || failures.len() >= 100 {
            return (took, failures);
        }
        let before = Instant::now();
        match worker.step().await {
            Ok(()) => took.push(before.elapsed()),
            Err(error) => failures.push(error.to_string()),
        }
    }
}

/// Of sorted times: the value that `percent` of them do not exceed.
fn quantile_ms(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Even(usize);
    impl Work for Even {
        async fn step(&mut self) -> Result<()> {
            self.0 += 1;
            if self.0.is_multiple_of(2) { Ok(()) } else { Err(Error::Data("odd".to_owned())) }
        }
    }

    #[tokio::test]
    async fn every_step_is_counted() {
        let figures = run(vec![Even(0), Even(0), Even(1)], Until::Steps(10)).await.unwrap();
        assert_eq!((figures.connections, figures.done, figures.failed), (3, 15, 15));
        assert_eq!(figures.first_failure.as_deref(), Some("odd"));
    }

    #[test]
    fn quantiles_are_values_that_occurred() {
        let times: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert!((quantile_ms(&times, 50) - 100.0).abs() < 0.001);
        assert!((quantile_ms(&times, 99) - 198.0).abs() < 0.001);
        assert!(quantile_ms(&[], 99).abs() < 0.001);
    }
}

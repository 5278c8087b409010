//! A deterministic simulation: a seed decides what buyers, merchants, operators, the bank, the carrier and the clock
//! do, and what goes wrong meanwhile. Every answer and everything that is held afterwards is compared with a small
//! model that knows nothing of how the product does it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs)]

mod audit;
pub mod bed;
mod chance;
mod faults;
mod firm;
pub mod market;
pub mod model;
mod settle;
mod simulation;
mod step;
mod wire;

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

pub use testkit::Kind;
use testkit::TestEnv;

/// Steps of a seed.
pub const STEPS: usize = 60;
/// Bytes of stack that a run may take.
const STACK: usize = 64 << 20;

/// Plays a seed: its story.
///
/// # Errors
/// What the model and the product do not agree about, with the steps that led there.
pub fn play(kind: Kind, seed: u64) -> Result<String, String> {
    let story = simulation::Story::default();
    let told = story.clone();
    let run = move || TestEnv::run_on_one_thread(kind, |t| simulation::run(t, seed, STEPS, told));
    // Futures that were not optimized take more of the stack than a test has.
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap();
    let done = thread.join().map(|()| story.text());
    done.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        format!("{}\nseed {seed} on {kind:?}: {}", story.text(), text.unwrap_or_default())
    })
}

/// Plays seeds, as many at once as there are processors, and says how it went, with `tell` also of those that went well;
/// the seeds that failed.
pub fn play_all<I: Iterator<Item = u64> + Send>(
    kind: Kind,
    seeds: impl IntoIterator<IntoIter = I>,
    tell: bool,
) -> Vec<u64> {
    let (seeds, since) = (Mutex::new(seeds.into_iter()), Instant::now());
    let (failed, count) = (Mutex::new(Vec::new()), AtomicU64::new(0));
    let next = || seeds.lock().unwrap().next();
    let lane = || {
        while let Some(seed) = next() {
            count.fetch_add(1, Ordering::Relaxed);
            match play(kind, seed) {
                Ok(story) if tell => eprintln!("----- seed {seed} -----\n{story}\n"),
                Ok(_) => {}
                Err(why) => {
                    eprintln!("----- seed {seed} -----\n{why}\n");
                    failed.lock().unwrap().push(seed);
                }
            }
        }
    };
    let lanes = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| (0..lanes).for_each(|_| drop(scope.spawn(lane))));
    let mut failed = failed.into_inner().unwrap();
    failed.sort_unstable();
    eprintln!("{} seeds on {kind:?} in {:?}, failed: {failed:?}", count.into_inner(), since.elapsed());
    failed
}

//! What happens, and what the model says to it.

mod bank;
mod fulfil;
mod place;
mod refund;

pub use place::address;

use std::future::Future;

use kernel::Fault;
use kernel::id::OrderId;
use orders::query::PartDetail;

use crate::model::{Expected, Order, Part};
use crate::simulation::Simulation;

/// What the same command answers once more after it succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// The same answer, and nothing happens.
    Same,
    /// This refusal, and nothing happens.
    Refused(&'static str),
    /// It is another wish: never repeated.
    Anew,
}

/// The version that the caller saw is not the present one.
const STALE: Again = Again::Refused("STALE_VERSION");

fn code<T, E: Fault>(answer: Result<T, E>) -> Expected {
    answer.map(drop).map_err(|error| error.code())
}

impl Simulation {
    /// Something happens.
    pub async fn step(&mut self) {
        match self.chance.between(0, 99) {
            _ if self.model.orders.len() < 3 => self.place().await,
            0..=19 => self.place().await,
            20..=31 => self.decide().await,
            32..=46 => self.ship().await,
            47..=57 => self.deliver().await,
            58..=64 => self.cancel().await,
            65..=66 => self.cancel_all().await,
            67..=74 => self.refund_units().await,
            75..=79 => self.refund_amount().await,
            80..=88 => self.take_back().await,
            89..=91 => self.transfer().await,
            92..=93 => self.count_stock().await,
            94..=95 => self.pay_out().await,
            96..=97 => self.bank_tells().await,
            _ => self.weeks_pass().await,
        }
    }

    /// Asks for something, as a client does on a bad line: it may lose the answer and ask again, ask twice, or twice at
    /// once. Whatever it does, it happens once.
    async fn ask<T, E, F>(&mut self, what: String, expected: Expected, again: Again, make: impl Fn() -> F)
    where
        E: Fault,
        F: Future<Output = Result<T, E>>,
    {
        self.story.tell(format!("  {what}: {expected:?}"));
        let then = match (expected, again) {
            (Ok(()), Again::Refused(code)) => Err(code),
            _ => expected,
        };
        let rates = self.rates;
        if again == Again::Anew || rates.repeat == 0 {
            assert_eq!(code(make().await), expected, "{what}");
        } else if self.chance.one_in(rates.command_crash) {
            let after = self.chance.between(1, 8);
            match self.fuse.crash(after, make()).await {
                Some(answer) => assert_eq!(code(answer), expected, "{what}"),
                None => {
                    let answer = code(make().await);
                    self.story.tell(format!("    crashed after {after}, then {answer:?}"));
                    assert!(answer == expected || answer == then, "{what}: {answer:?} after a crash");
                }
            }
        } else if self.chance.one_in(rates.repeat) {
            let race = self.chance.one_in(2);
            let (first, second) = if race {
                tokio::join!(make(), make())
            } else {
                let first = make().await;
                (first, make().await)
            };
            let mut answers = [code(first), code(second)];
            if race && answers[0] != expected {
                answers.swap(0, 1);
            }
            assert_eq!(answers, [expected, then], "{what} twice, at once: {race}");
        } else {
            assert_eq!(code(make().await), expected, "{what}");
        }
    }

    /// A merchant order for which `fits`, mostly; sometimes any. `None` while there is none.
    fn a_part(&mut self, fits: impl Fn(&Order, &Part) -> bool) -> Option<(usize, usize)> {
        let orders = self.model.orders.iter().enumerate();
        let all: Vec<(usize, usize, bool)> = orders
            .flat_map(|(at, order)| order.parts.iter().enumerate().map(move |(index, part)| (at, index, order, part)))
            .map(|(at, index, order, part)| (at, index, fits(order, part)))
            .collect();
        let fitting: Vec<_> = all.iter().filter(|(_, _, fits)| *fits).copied().collect();
        let from = if fitting.is_empty() || self.chance.one_in(10) { all } else { fitting };
        if from.is_empty() {
            return None;
        }
        let (at, index, _) = self.chance.pick(&from);
        Some((at, index))
    }

    /// A merchant order as the product shows it.
    async fn shown(&self, at: usize, index: usize) -> PartDetail {
        let order = &self.model.orders[at];
        let id = order.parts[index].id;
        self.parts(order.id).await.into_iter().find(|part| part.merchant_order.id == id).unwrap()
    }

    pub async fn parts(&self, order: OrderId) -> Vec<PartDetail> {
        let found = orders::query::parts_by_orders(&self.operator(), &[order]).await.unwrap();
        let mut parts = found.into_values().next().unwrap();
        for part in &mut parts {
            part.lines.sort_by_key(|line| line.line_no);
            part.fulfillments.sort_by_key(|sent| sent.fulfillment_order.position);
        }
        parts
    }
}

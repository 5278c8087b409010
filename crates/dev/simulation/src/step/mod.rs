//! What happens, and what the model says to it.

mod bank;
pub mod desk;
mod dispute;
mod edit;
mod fulfil;
mod place;
mod plan;
pub mod quote;
mod refund;
mod written;

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

/// How often something else is tried when there is nothing to be done of a kind.
const TRIES: usize = 4;

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Place,
    Decide,
    Ship,
    Deliver,
    Cancel,
    CancelAll,
    RefundUnits,
    RefundAmount,
    TakeBack,
    Transfer,
    CountStock,
    PayOut,
    BankTells,
    ParcelEnds,
    Replan,
    Dispute,
    Incident,
    AgreeCredit,
    Agree,
    Desk,
    Quote,
    Edit,
    Weeks,
}

/// What can happen, and how often.
pub const KINDS: [(Kind, i64); 23] = [
    (Kind::Place, 14),
    (Kind::Decide, 22),
    (Kind::Ship, 32),
    (Kind::Deliver, 24),
    (Kind::Cancel, 4),
    (Kind::CancelAll, 1),
    (Kind::RefundUnits, 8),
    (Kind::RefundAmount, 6),
    (Kind::TakeBack, 12),
    (Kind::Transfer, 9),
    (Kind::CountStock, 2),
    (Kind::PayOut, 2),
    (Kind::BankTells, 2),
    (Kind::ParcelEnds, 8),
    (Kind::Replan, 12),
    (Kind::Dispute, 8),
    (Kind::Incident, 5),
    (Kind::AgreeCredit, 1),
    (Kind::Agree, 6),
    (Kind::Desk, 6),
    (Kind::Quote, 9),
    (Kind::Edit, 8),
    (Kind::Weeks, 2),
];

fn code<T, E: Fault>(answer: Result<T, E>) -> Expected {
    answer.map(drop).map_err(|error| error.code())
}

impl Simulation {
    /// Something happens. What a seed favors happens more often, so that one sees more of it.
    pub async fn step(&mut self) {
        for _ in 0..TRIES {
            let told = self.story.len();
            let kind = self.a_kind();
            self.happens(kind).await;
            if self.story.len() > told {
                return;
            }
        }
    }

    fn a_kind(&mut self) -> Kind {
        if self.model.orders.len() < 3 {
            return Kind::Place;
        }
        let weight = |(kind, weight): &(Kind, i64)| if self.favored.contains(kind) { 4 * weight } else { *weight };
        let weights: Vec<i64> = KINDS.iter().map(weight).collect();
        let mut left = self.chance.between(1, weights.iter().sum());
        for ((kind, _), weight) in KINDS.iter().zip(weights) {
            left -= weight;
            if left <= 0 {
                return *kind;
            }
        }
        Kind::Place
    }

    async fn happens(&mut self, kind: Kind) {
        match kind {
            Kind::Place => self.place().await,
            Kind::Decide => self.decide().await,
            Kind::Ship => self.ship().await,
            Kind::Deliver => self.deliver().await,
            Kind::Cancel => self.cancel().await,
            Kind::CancelAll => self.cancel_all().await,
            Kind::RefundUnits => self.refund_units().await,
            Kind::RefundAmount => self.refund_amount().await,
            Kind::TakeBack => self.take_back().await,
            Kind::Transfer => self.transfer().await,
            Kind::CountStock => self.count_stock().await,
            Kind::PayOut => self.pay_out().await,
            Kind::BankTells => self.bank_tells().await,
            Kind::ParcelEnds => self.parcel_ends().await,
            Kind::Replan => self.replan().await,
            Kind::Dispute => self.dispute().await,
            Kind::Incident => self.incident().await,
            Kind::AgreeCredit => self.agree_credit().await,
            Kind::Agree => self.agree().await,
            Kind::Desk => self.desk().await,
            Kind::Quote => self.quote().await,
            Kind::Edit => self.edit().await,
            Kind::Weeks => self.weeks_pass().await,
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
            self.story.tell(format!("    asked twice, at once: {race}"));
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
        // What cannot be is asked for on purpose, too.
        let any = if fitting.is_empty() { self.chance.one_in(12) } else { self.chance.one_in(10) };
        let from = if any { all } else { fitting };
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

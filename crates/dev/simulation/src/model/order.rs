//! An order as the model sees it.

use kernel::id::{FulfillmentOrderId, MerchantOrderId, OrderId, OrderLineId, ReturnId, ShipmentId};

use super::cut::{Cut, Unit};

/// What a command should answer: success, or the code of its refusal.
pub type Expected = Result<(), &'static str>;

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Card,
    Wallet,
    Transfer,
    Cash,
}

impl Method {
    pub const ALL: [Self; 4] = [Self::Card, Self::Wallet, Self::Transfer, Self::Cash];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Card => "card_sandbox",
            Self::Wallet => "wallet_sandbox",
            Self::Transfer => "bank_transfer",
            Self::Cash => "cash_on_delivery",
        }
    }

    /// The account from which money goes back.
    pub const fn place(self) -> &'static str {
        match self {
            Self::Card | Self::Wallet => super::books::PROVIDER,
            Self::Transfer | Self::Cash => super::books::BANK,
        }
    }
}

/// How far a merchant order is, beside its quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Staging,
    Waiting,
    Accepted,
    Gone,
}

/// The state that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Canceled,
    Closed,
    Staging,
    Waiting,
    ToShip,
    Shipped,
    Delivered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeeState {
    Open,
    Moved,
    Returned,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentState {
    Open,
    Moved,
    Canceled,
    Returned,
}

/// A line of a merchant order.
#[derive(Debug, Clone)]
pub struct Line {
    pub id: OrderLineId,
    pub good: usize,
    pub ordered: i64,
    pub canceled: i64,
    pub shipped: i64,
    pub delivered: i64,
    pub refunded: i64,
    /// Refunded although the buyer keeps them.
    pub kept: i64,
    pub asked_back: i64,
    pub settled_back: i64,
    pub units: Vec<Unit>,
}

impl Line {
    pub const fn open(&self) -> i64 {
        self.ordered - self.canceled - self.shipped
    }

    /// Units that were sent and not given back as a whole.
    pub fn refundable(&self) -> i64 {
        let sent = &self.units[..usize::try_from(self.shipped).unwrap()];
        i64::try_from(sent.iter().filter(|unit| !unit.over).count()).unwrap()
    }

    /// Units in returns that are not at their end.
    pub const fn spoken_for(&self) -> i64 {
        self.asked_back - self.settled_back
    }

    /// Units that the buyer may still send back.
    pub fn returnable(&self) -> i64 {
        let arrived = self.delivered - self.asked_back - self.kept;
        arrived.min(self.refundable() - self.spoken_for()).max(0)
    }

    /// What the units that were not canceled carry.
    pub fn kept_cut(&self) -> Cut {
        let end = usize::try_from(self.ordered - self.canceled).unwrap();
        self.units[..end].iter().fold(Cut::default(), |sum, unit| sum + unit.cut)
    }
}

/// What one place sends.
#[derive(Debug, Clone)]
pub struct Sent {
    pub id: FulfillmentOrderId,
    pub place: usize,
    /// Line, ordered, canceled, shipped.
    pub lines: Vec<(usize, i64, i64, i64)>,
    pub delivery: Unit,
    pub state: SentState,
}

#[derive(Debug, Clone)]
pub struct Parcel {
    pub id: ShipmentId,
    pub number: String,
    pub lines: Vec<(usize, i64)>,
    pub cut: Cut,
    pub delivered: bool,
}

/// Goods on their way back.
#[derive(Debug, Clone)]
pub struct Returned {
    pub id: ReturnId,
    pub line: usize,
    pub quantity: i64,
    /// 0 requested, 1 approved, 2 received, 3 inspected.
    pub stage: u8,
    pub ok: i64,
}

/// One merchant's part.
#[derive(Debug, Clone)]
pub struct Part {
    pub id: MerchantOrderId,
    pub shop: usize,
    pub phase: Phase,
    pub closed: bool,
    pub lines: Vec<Line>,
    pub sent: Vec<Sent>,
    pub parcels: Vec<Parcel>,
    pub returns: Vec<Returned>,
    pub fee: Cut,
    pub fee_state: FeeState,
    pub captured: i64,
    pub captured_discount: i64,
    pub refunded: i64,
    /// Earnings that wait, by parcel.
    pub holds: Vec<i64>,
}

impl Part {
    pub fn sum(&self, of: impl Fn(&Line) -> i64) -> i64 {
        self.lines.iter().map(of).sum()
    }

    pub fn on_the_way(&self) -> i64 {
        self.sum(|line| line.shipped - line.delivered)
    }

    /// What the buyer owes for what was not canceled.
    pub fn due(&self) -> i64 {
        let goods: i64 = self.lines.iter().map(|line| line.kept_cut().cash).sum();
        let sent = self.sent.iter().filter(|sent| sent.state != SentState::Canceled);
        goods + sent.map(|sent| sent.delivery.cut.cash).sum::<i64>()
    }

    /// What the marketplace owes for it.
    pub fn discount(&self) -> i64 {
        self.lines.iter().map(|line| line.kept_cut().discount).sum()
    }

    pub fn state(&self) -> State {
        if self.sum(|line| line.canceled) == self.sum(|line| line.ordered) {
            return State::Canceled;
        }
        match self.phase {
            _ if self.closed => State::Closed,
            Phase::Staging => State::Staging,
            Phase::Waiting => State::Waiting,
            Phase::Accepted | Phase::Gone if self.sum(Line::open) > 0 => State::ToShip,
            Phase::Accepted | Phase::Gone if self.on_the_way() > 0 => State::Shipped,
            Phase::Accepted | Phase::Gone => State::Delivered,
        }
    }

    pub fn may_refund(&self, method: Method) -> bool {
        let collected = method != Method::Cash || self.on_the_way() == 0;
        self.sum(|line| line.shipped) > 0 && collected && self.captured + self.captured_discount > 0
    }
}

/// What a buyer bought.
#[derive(Debug, Clone)]
pub struct Order {
    pub id: OrderId,
    pub number: String,
    pub method: Method,
    pub parts: Vec<Part>,
    /// What is missing of the transfer.
    pub unpaid: i64,
    pub given_up: bool,
}

impl Order {
    pub fn total(&self) -> i64 {
        let part = |part: &Part| {
            let goods: i64 = part.lines.iter().flat_map(|line| &line.units).map(|unit| unit.cut.cash).sum();
            goods + part.sent.iter().map(|sent| sent.delivery.cut.cash).sum::<i64>()
        };
        self.parts.iter().map(part).sum()
    }
}

//! An order as the model sees it.

use kernel::id::{
    DisputeId, FulfillmentLineId, FulfillmentOrderId, MerchantOrderId, OrderId, OrderLineId, ReturnId, ShipmentId,
};

use super::cut::{Cut, Unit};
use super::refund::Wish;

/// What a command should answer: success, or the code of its refusal.
pub type Expected = Result<(), &'static str>;

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Card,
    Wallet,
    Transfer,
    Cash,
    /// On account, for companies.
    Invoice,
}

impl Method {
    pub const ALL: [Self; 5] = [Self::Card, Self::Wallet, Self::Transfer, Self::Cash, Self::Invoice];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Card => "card_sandbox",
            Self::Wallet => "wallet_sandbox",
            Self::Transfer => "bank_transfer",
            Self::Cash => "cash_on_delivery",
            Self::Invoice => "invoice",
        }
    }

    /// The account from which money goes back.
    pub const fn place(self) -> &'static str {
        match self {
            Self::Card | Self::Wallet => super::books::PROVIDER,
            Self::Transfer | Self::Cash | Self::Invoice => super::books::BANK,
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
    Undelivered,
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
    pub lost: i64,
    /// Back at the sender.
    pub bounced: i64,
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

    pub const fn on_the_way(&self) -> i64 {
        self.shipped - self.delivered - self.lost - self.bounced
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

/// Units of a line that one place sends.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub id: FulfillmentLineId,
    pub line: usize,
    pub ordered: i64,
    pub canceled: i64,
    pub shipped: i64,
}

impl Row {
    pub const fn open(&self) -> i64 {
        self.ordered - self.canceled - self.shipped
    }
}

/// What one place sends.
#[derive(Debug, Clone)]
pub struct Sent {
    pub id: FulfillmentOrderId,
    pub place: usize,
    pub rows: Vec<Row>,
    /// Those of one group are delivered for the prices of all of them, with the first parcel of any.
    pub group: usize,
    pub held: bool,
    pub delivery: Unit,
    pub state: SentState,
}

impl Sent {
    pub fn sum(&self, of: impl Fn(&Row) -> i64) -> i64 {
        self.rows.iter().map(of).sum()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Going,
    Delivered,
    Lost,
    Returned,
}

#[derive(Debug, Clone)]
pub struct Parcel {
    pub id: ShipmentId,
    pub number: String,
    pub sent: usize,
    /// Line, the first unit and the one after the last.
    pub units: Vec<(usize, i64, i64)>,
    /// Whose delivery moved with it.
    pub carried: Vec<usize>,
    pub with_fee: bool,
    pub cut: Cut,
    pub way: Way,
}

/// Money that the buyer's bank took back.
#[derive(Debug, Clone)]
pub struct Dispute {
    pub id: DisputeId,
    /// What it is about; `None`: all of the order.
    pub part: Option<usize>,
    pub minor: i64,
    pub fee: i64,
    /// Whether the buyer was wrong; `None`: nobody knows yet.
    pub won: Option<bool>,
    /// What merchants cannot touch meanwhile.
    pub frozen: Vec<(usize, i64)>,
    /// What was undone of its money: it waits for the bank, or the buyer has it.
    pub covered: i64,
    /// What merchants gave back of a lost one.
    pub borne: i64,
}

impl Dispute {
    /// What the bank has and nothing was undone for.
    pub fn gone(&self) -> i64 {
        if self.won == Some(true) { 0 } else { self.minor - self.covered }
    }

    /// What of that no merchant bore either.
    pub fn left(&self) -> i64 {
        self.gone() - self.borne
    }
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
    /// What is kept back of earnings that were released.
    pub kept_back: Vec<i64>,
    /// Refunds that wait for somebody to agree, in the order in which they were asked for.
    pub wishes: Vec<Wish>,
    /// Whether something is wrong with it.
    pub incident: bool,
}

impl Part {
    pub fn sum(&self, of: impl Fn(&Line) -> i64) -> i64 {
        self.lines.iter().map(of).sum()
    }

    pub fn on_the_way(&self) -> i64 {
        self.sum(Line::on_the_way)
    }

    /// What the buyer owes for what was not canceled.
    pub fn due(&self) -> i64 {
        let goods: i64 = self.lines.iter().map(|line| line.kept_cut().cash).sum();
        let sent = self.sent.iter().filter(|sent| sent.state != SentState::Canceled);
        goods + sent.map(|sent| sent.delivery.cut.cash).sum::<i64>()
    }

    /// What the marketplace owes for it.
    pub fn discount(&self) -> i64 {
        let goods: i64 = self.lines.iter().map(|line| line.kept_cut().discount).sum();
        let sent = self.sent.iter().filter(|sent| sent.state != SentState::Canceled);
        goods + sent.map(|sent| sent.delivery.cut.discount).sum::<i64>()
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
            Phase::Accepted | Phase::Gone if self.sum(|line| line.delivered) == 0 => State::Undelivered,
            Phase::Accepted | Phase::Gone => State::Delivered,
        }
    }

    /// What the buyer agreed to pay for it, whatever became of it.
    pub fn total(&self) -> i64 {
        let goods: i64 = self.lines.iter().flat_map(|line| &line.units).map(|unit| unit.cut.cash).sum();
        goods + self.sent.iter().map(|sent| sent.delivery.cut.cash).sum::<i64>()
    }

    /// Units that can still be sent of all that is delivered together with this.
    pub fn open_of_group(&self, group: usize) -> i64 {
        self.sent.iter().filter(|sent| sent.group == group).map(|sent| sent.sum(Row::open)).sum()
    }

    pub fn may_refund(&self, method: Method) -> bool {
        let collected = method != Method::Cash || self.on_the_way() == 0;
        self.sum(|line| line.shipped) > 0 && collected && self.captured + self.captured_discount > 0
    }
}

/// What is owed for a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    pub part: usize,
    pub minor: i64,
    /// Counts what companies owe: what left first is due first.
    pub turn: usize,
}

/// Takes `minor` off what is owed, one after the other; gives what was taken off.
pub fn pay<'a>(owed: impl Iterator<Item = &'a mut Owed>, minor: i64) -> i64 {
    let mut left = minor;
    for owed in owed {
        let share = left.min(owed.minor);
        owed.minor -= share;
        left -= share;
    }
    minor - left
}

/// What a buyer bought and pays together. What is added to an order later is another one of these, with the same id.
#[derive(Debug, Clone)]
pub struct Order {
    pub id: OrderId,
    pub number: String,
    pub method: Method,
    pub parts: Vec<Part>,
    /// What is missing of the transfer.
    pub unpaid: i64,
    /// The company it is for.
    pub firm: Option<usize>,
    /// Which company buys it on account, and whether the marketplace vouches for it.
    pub account: Option<(usize, bool)>,
    /// What the buyer owes for parcels that left.
    pub owed: Vec<Owed>,
    pub given_up: bool,
    pub disputes: Vec<Dispute>,
    /// What parts gave back to the bank.
    pub charged_back: i64,
}

impl Order {
    pub fn total(&self) -> i64 {
        self.parts.iter().map(Part::total).sum()
    }

    /// What of the credit of its company waits for parcels.
    pub fn reserved(&self) -> i64 {
        if self.account.is_none() {
            return 0;
        }
        self.parts.iter().map(|part| part.due() - part.captured).sum()
    }

    pub fn owes(&self) -> i64 {
        self.owed.iter().map(|owed| owed.minor).sum()
    }

    /// Whether a merchant waits for the buyer's money.
    pub fn waits(&self, part: usize) -> bool {
        let vouched = self.account.is_none_or(|(_, vouched)| vouched);
        !vouched && self.owed.iter().any(|owed| owed.part == part && owed.minor > 0)
    }

    /// Less is owed because goods of `first` go back: for it first, then the oldest.
    pub fn owe_less(&mut self, first: usize, minor: i64) -> i64 {
        let (own, others): (Vec<_>, Vec<_>) = self.owed.iter_mut().partition(|owed| owed.part == first);
        pay(own.into_iter().chain(others), minor)
    }

    /// What a bank disputes or took for good, beyond what was undone of it.
    pub fn disputed(&self) -> i64 {
        self.disputes.iter().map(Dispute::gone).sum()
    }

    /// What the buyer paid and neither has back nor disputes.
    pub fn payable(&self) -> i64 {
        let left: i64 = self.parts.iter().map(|part| part.captured - part.refunded).sum();
        left + self.charged_back - self.disputed()
    }
}

//! Sixty orders in every state, each driven by the commands of buyers, merchants and the operator.
//!
//! The steps of all orders are taken in the order of their times, by a clock that a month has to pass on.

use std::collections::BTreeMap;

use billing::{RunPayouts, mark_run_paid, run_payouts};
use chrono::{DateTime, Duration, Utc};
use context::Ctx;
use kernel::id::{OfferId, OrderId};
use kernel::{Currency, Money};
use orders::command::{
    CancelUnits, CartAccess, CartCreate, CartDetails, Decide, Decision, Deliver, PayWith, Place, RefundUnits, Ship,
    cancel_units, cart_create, cart_plan, decide, deliver, place, refund_units, ship,
};
use orders::event::LineUnits;
use orders::model::cart::NewLine;
use orders::model::status::{CancelReason, MerchantOrderState, RefundReason};
use orders::model::types::Address;
use orders::query::{PartDetail, parts_by_orders};
use payments::{TransferReceived, transfer_received};

use super::content::BUYERS;
use super::people::People;
use super::{Play, SeedError, Stage};

/// Where an order ends in the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    AwaitingTransfer,
    Declined,
    New,
    Accepted,
    PartlyShipped,
    Shipped,
    Delivered,
    CashDelivered,
    Refused,
    Canceled,
    Refunded,
}

/// How many orders end where, and how many days ago they were placed: the first at `from`, the last at `to`.
const PLAN: [(End, u32, i64, i64); 11] = [
    (End::Delivered, 18, 34, 6),
    (End::Refunded, 5, 30, 10),
    (End::CashDelivered, 3, 26, 8),
    (End::Canceled, 4, 20, 3),
    (End::Refused, 3, 18, 4),
    (End::Shipped, 6, 5, 2),
    (End::PartlyShipped, 5, 4, 2),
    (End::Accepted, 5, 3, 1),
    (End::New, 6, 1, 1),
    (End::AwaitingTransfer, 3, 2, 1),
    (End::Declined, 2, 3, 2),
];

/// What happens to an order next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Place,
    Decide,
    Ship,
    Deliver,
    GiveBack,
    Night,
    Payout,
}

struct Story {
    number: usize,
    end: End,
    order: Option<OrderId>,
}

/// Makes the orders, and the nights and payouts between them.
pub(super) async fn make(stage: &Stage, play: &Play, people: &People, now: DateTime<Utc>) -> Result<(), SeedError> {
    let offers = shelf(stage, people).await?;
    let (mut stories, mut agenda) = script(now);
    while let Some(((at, step, index), ())) = agenda.pop_first() {
        play.clock.set(at);
        match step {
            Step::Night => play.night().await?,
            Step::Payout => payout(stage, at).await?,
            Step::Place => {
                let story = &mut stories[index];
                story.order = Some(placed(stage, people, story, &offers).await?);
            }
            other => act(stage, &stories[index], other).await?,
        }
        play.drain().await?;
    }
    play.clock.set(now);
    Ok(())
}

type Agenda = BTreeMap<(DateTime<Utc>, Step, usize), ()>;

fn script(now: DateTime<Utc>) -> (Vec<Story>, Agenda) {
    let (mut stories, mut agenda) = (Vec::new(), Agenda::new());
    for (end, count, from, to) in PLAN {
        for nth in 0..count {
            let number = stories.len();
            let spread = Duration::hours((from - to) * 24 * i64::from(nth) / i64::from(count.max(1)));
            let minutes = i64::try_from(number * 37 % 600).unwrap_or(0);
            let at = now - Duration::days(from) + spread - Duration::minutes(minutes);
            for (hours, step) in steps(end) {
                agenda.insert((at + Duration::hours(*hours), *step, number), ());
            }
            stories.push(Story { number, end, order: None });
        }
    }
    for day in 1..=34 {
        agenda.insert((now - Duration::days(35 - day), Step::Night, 0), ());
    }
    for day in [13, 6] {
        agenda.insert((now - Duration::days(day) + Duration::hours(1), Step::Payout, 0), ());
    }
    (stories, agenda)
}

/// The steps of an order, in hours after it was placed.
fn steps(end: End) -> &'static [(i64, Step)] {
    use Step::{Decide, Deliver, GiveBack, Place, Ship};
    match end {
        End::AwaitingTransfer | End::Declined | End::New => &[(0, Place)],
        End::Accepted | End::Refused => &[(0, Place), (5, Decide)],
        End::Canceled => &[(0, Place), (5, Decide), (9, GiveBack)],
        End::PartlyShipped | End::Shipped => &[(0, Place), (4, Decide), (20, Ship)],
        End::Delivered | End::CashDelivered => &[(0, Place), (4, Decide), (22, Ship), (70, Deliver)],
        End::Refunded => &[(0, Place), (4, Decide), (22, Ship), (70, Deliver), (160, GiveBack)],
    }
}

/// An article on offer, with its merchant's place in the list of merchants.
struct Article {
    offer: OfferId,
    merchant: usize,
}

/// Every fifth article that is in stock, merchant by merchant.
async fn shelf(stage: &Stage, people: &People) -> Result<Vec<Article>, SeedError> {
    let mut all = Vec::new();
    for (merchant, made) in people.merchants.iter().enumerate() {
        let ctx = stage.merchant(made.id, made.about.name);
        let filter = offers::OfferFilter { merchant_id: Some(made.id), ..offers::OfferFilter::default() };
        let page = offers::offers(&ctx, &filter, &kernel::PageArgs::first(100)).await.map_err(SeedError::new)?;
        let offers = page.into_rows();
        let items: Vec<_> = offers.iter().map(|offer| offer.stock_item_id).collect();
        let stock = inventory::availability_on(ctx.read(), &items).await.map_err(SeedError::new)?;
        let left = |item| stock.get(item).into_iter().flatten().map(|place| place.available).max().unwrap_or(0);
        let stocked = offers.iter().filter(|offer| left(&offer.stock_item_id) > 0);
        all.extend(stocked.step_by(5).map(|offer| Article { offer: offer.id, merchant }));
    }
    Ok(all)
}

async fn placed(stage: &Stage, people: &People, story: &Story, offers: &[Article]) -> Result<OrderId, SeedError> {
    let who = story.number % people.buyers.len();
    let (name, email, street, postal_code, city) = BUYERS[who];
    let ctx = stage.buyer(people.buyers[who], name);
    let ship_to = Address {
        name: name.to_owned(),
        company: None,
        line1: street.to_owned(),
        line2: None,
        postal_code: postal_code.to_owned(),
        city: city.to_owned(),
        region: None,
        country: "DE".to_owned(),
        phone: None,
    };
    let details = CartDetails { email: Some(email.to_owned()), ship_to: Some(ship_to), ..CartDetails::default() };
    let input =
        CartCreate { channel: "web".to_owned(), currency: Some(Currency::EUR), lines: basket(story, offers), details };
    let made = cart_create(&ctx, input).await.map_err(SeedError::new)?;
    let cart = CartAccess { id: made.cart.id, token: Some(made.token) };
    let plan = cart_plan(&ctx, &cart).await.map_err(SeedError::new)?;
    let (method, token) = match story.end {
        End::AwaitingTransfer => ("bank_transfer", None),
        End::CashDelivered => ("cash_on_delivery", None),
        End::Declined => ("card_sandbox", Some("tok_declined")),
        _ if story.number % 6 == 5 => ("bank_transfer", None),
        _ => ("card_sandbox", Some("tok_ok")),
    };
    let input = Place {
        cart,
        idempotency_key: format!("demo-{}", story.number),
        expected_total_minor: plan.totals.total,
        plan_hash: plan.hash,
        payment: PayWith { method: method.to_owned(), token: token.map(str::to_owned), ..PayWith::default() },
        email: None,
        bill_to: None,
    };
    let order = place(&ctx, input).await.map_err(SeedError::new)?;
    if method == "bank_transfer" && story.end != End::AwaitingTransfer {
        pay(stage, story, &order.number, order.total_minor).await?;
    }
    Ok(order.id)
}

/// One to three merchants, one to three lines each. Cash goes to one merchant's parcels only.
fn basket(story: &Story, offers: &[Article]) -> Vec<NewLine> {
    let merchants = if story.end == End::CashDelivered { 1 } else { 1 + story.number % 3 };
    let count = offers.iter().map(|article| article.merchant).max().unwrap_or(0) + 1;
    let mut lines: Vec<NewLine> = Vec::new();
    for nth in 0..merchants {
        // Parcels are paid at the door, chilled goods are not.
        let merchant = if story.end == End::CashDelivered { 0 } else { (story.number * 3 + nth * 5) % count };
        let own: Vec<&Article> = offers.iter().filter(|article| article.merchant == merchant).collect();
        for line in 0..=(story.number + nth) % 2 {
            let Some(article) = own.get((story.number * 7 + line * 3) % own.len().max(1)) else { continue };
            let quantity = if story.number % 4 == line { 2 } else { 1 };
            if lines.iter().all(|other| other.offer != article.offer) {
                lines.push(NewLine { offer: article.offer, quantity, delivery_quote: None });
            }
        }
    }
    lines
}

async fn pay(stage: &Stage, story: &Story, order_number: &str, total_minor: i64) -> Result<(), SeedError> {
    let input = TransferReceived {
        reference: order_number.to_owned(),
        amount: Money::new(total_minor, Currency::EUR),
        bank_reference: format!("DEMO-{:04}", story.number),
        received_at: None,
    };
    transfer_received(&stage.operator(), input).await.map_err(SeedError::new)?;
    Ok(())
}

async fn act(stage: &Stage, story: &Story, step: Step) -> Result<(), SeedError> {
    let Some(order) = story.order else { return Ok(()) };
    let operator = stage.operator();
    let mut found = parts_by_orders(&operator, &[order]).await.map_err(SeedError::new)?;
    for part in found.remove(&order).unwrap_or_default() {
        let ctx = stage.merchant(part.merchant_order.merchant_id, &part.merchant_order.merchant_name);
        match step {
            Step::Decide => decided(&ctx, story, &part).await?,
            Step::Ship => shipped(&ctx, story, &part).await?,
            Step::Deliver => {
                for parcel in &part.shipments {
                    let input = Deliver { shipment: parcel.shipment.id, delivered_at: None, proof: None };
                    deliver(&ctx, input).await.map_err(SeedError::new)?;
                }
            }
            Step::GiveBack if story.end == End::Canceled => canceled(&ctx, &part).await?,
            Step::GiveBack => refunded(&ctx, &part).await?,
            Step::Place | Step::Night | Step::Payout => {}
        }
    }
    Ok(())
}

async fn decided(ctx: &Ctx, story: &Story, part: &PartDetail) -> Result<(), SeedError> {
    if part.merchant_order.state != MerchantOrderState::AwaitingAcceptance {
        return Ok(());
    }
    let decision = if story.end == End::Refused {
        let refuse = |line: &orders::OrderLine| orders::command::LineDecision {
            line: line.id,
            accept: false,
            reason: Some(CancelReason::OutOfStock),
        };
        Decision::Lines(part.lines.iter().map(refuse).collect())
    } else {
        Decision::AcceptAll
    };
    let input = Decide { merchant_order: part.merchant_order.id, expected_version: None, decision };
    decide(ctx, input).await.map_err(SeedError::new)?;
    Ok(())
}

/// One parcel for each fulfillment order; half of the first one where only a part is to leave.
async fn shipped(ctx: &Ctx, story: &Story, part: &PartDetail) -> Result<(), SeedError> {
    for (nth, fulfillment) in part.fulfillments.iter().enumerate() {
        let partly = story.end == End::PartlyShipped;
        if partly && nth > 0 {
            break;
        }
        let lines: Vec<LineUnits> = fulfillment
            .lines
            .iter()
            .take(if partly { 1 } else { usize::MAX })
            .map(|line| LineUnits { line: line.order_line_id, quantity: if partly { 1 } else { line.ordered } })
            .collect();
        let by_carrier = fulfillment.fulfillment_order.product_type != "digital";
        let number = format!("00340{:010}", story.number * 100 + nth);
        let input = Ship {
            fulfillment_order: fulfillment.fulfillment_order.id,
            expected_version: None,
            lines,
            carrier: by_carrier.then(|| "dhl".to_owned()),
            tracking_number: by_carrier.then_some(number),
            tracking_url: None,
        };
        ship(ctx, input).await.map_err(SeedError::new)?;
    }
    Ok(())
}

async fn canceled(ctx: &Ctx, part: &PartDetail) -> Result<(), SeedError> {
    let input = CancelUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: first_unit(part),
        reason: CancelReason::BuyerRequest,
        note: Some("The buyer changed their mind.".to_owned()),
    };
    cancel_units(ctx, input).await.map_err(SeedError::new)?;
    Ok(())
}

async fn refunded(ctx: &Ctx, part: &PartDetail) -> Result<(), SeedError> {
    let input = RefundUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: first_unit(part),
        shipping_of: Vec::new(),
        reason: RefundReason::Damaged,
        note: None,
    };
    refund_units(ctx, input).await.map_err(SeedError::new)?;
    Ok(())
}

fn first_unit(part: &PartDetail) -> Vec<LineUnits> {
    part.lines.iter().take(1).map(|line| LineUnits { line: line.id, quantity: 1 }).collect()
}

/// The operator pays the merchants; the bank confirms at once.
async fn payout(stage: &Stage, at: DateTime<Utc>) -> Result<(), SeedError> {
    let operator = stage.operator();
    let run_key = format!("{} EUR", at.format("%Y-%m-%d"));
    let input = RunPayouts { run_key, currency: Currency::EUR, cut_off_at: None, minimum_minor: None };
    let run = run_payouts(&operator, input).await.map_err(SeedError::new)?;
    mark_run_paid(&operator, run.id, Some("demo bank")).await.map_err(SeedError::new)?;
    Ok(())
}

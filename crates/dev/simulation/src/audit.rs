//! Everything that is held, compared with the model; and every checker of the product.

use std::collections::HashMap;

use context::World;
use kernel::PageArgs;
use kernel::id::StockItemId;
use mail::Message;
use orders::query::PartDetail;
use sha2::{Digest as _, Sha256};

use crate::market::EUR;
use crate::model::books::{AVAILABLE, FROZEN, IN_PAYOUT, OF_MERCHANTS, PENDING, PROVIDER, RESERVE};
use crate::model::{Order, Part, State, Stock};
use crate::simulation::Simulation;

/// What `souk verify` does.
pub async fn checkers(world: &World) {
    let at = world.db.read();
    let none = Vec::<String>::new();
    assert_eq!(inventory::check::stock(at).await.unwrap(), none);
    assert_eq!(payments::check::payments(at).await.unwrap(), none);
    assert_eq!(payments::check::credit(at).await.unwrap(), none);
    assert_eq!(payments::check::credit_lines(at).await.unwrap(), none);
    assert_eq!(orders::check::orders(at).await.unwrap(), none);
    assert_eq!(billing::check::ledger(at).await.unwrap(), none);
    assert_eq!(billing::check::papers(at).await.unwrap(), none);
}

impl Simulation {
    /// Panics at the first difference.
    pub async fn audit(&self) {
        checkers(&self.world).await;
        self.books().await;
        self.stock().await;
        for order in &self.model.orders {
            self.order(order).await;
        }
        self.credit().await;
        self.letters();
    }

    async fn credit(&self) {
        for (at, firm) in self.firms.iter().enumerate() {
            let found = payments::query::credit_lines_of_seen_companies(&self.operator(), &[firm.id]).await.unwrap();
            let line = &found[&firm.id][0];
            let wanted = self.model.credit_used(at);
            assert_eq!((line.reserved_minor, line.open_minor), wanted, "reserved and owed of company {at}");
        }
        for order in self.model.orders.iter().filter(|order| order.account.is_some()) {
            let found = orders::query::order(&self.operator(), order.id).await.unwrap();
            let together = self.model.orders.iter().filter(|other| other.id == order.id);
            let owed: i64 = together.map(Order::owes).sum();
            assert_eq!(found.owed_minor, owed, "what is owed for {}", order.number);
        }
    }

    async fn books(&self) {
        let (ctx, books) = (self.operator(), &self.model.books);
        assert_eq!(books.balance(), 0, "the model's own books");
        let trial = billing::query::trial_balance(&ctx, EUR).await.unwrap();
        let held: HashMap<&str, i64> = trial.iter().map(|line| (line.role.as_str(), line.balance_minor)).collect();
        for role in books.roles() {
            assert_eq!(held.get(role).copied().unwrap_or(0), books.sum(role), "{role}");
        }
        for line in trial.iter().filter(|line| !books.roles().contains(&line.role.as_str())) {
            assert_eq!(line.balance_minor, 0, "{}", line.role);
        }
        for (at, shop) in self.shops.iter().enumerate() {
            let found = billing::query::merchant_balances(&ctx, shop.id).await.unwrap();
            let of = |role| {
                found.iter().find(|balance| balance.currency == EUR).map_or(0, |balance| match role {
                    PENDING => balance.pending_minor,
                    AVAILABLE => balance.available_minor,
                    RESERVE => balance.reserve_minor,
                    IN_PAYOUT => balance.in_payout_minor,
                    FROZEN => balance.dispute_hold_minor,
                    _ => 0,
                })
            };
            for role in OF_MERCHANTS {
                assert_eq!(of(role), books.of(role, at), "{role} of merchant {at}");
            }
        }
        // The provider's own books say the same as ours.
        let balances = self.sandbox.balances().await.unwrap();
        let captured: i64 = balances.iter().filter(|held| held.currency == EUR).map(|held| held.captured_minor).sum();
        // It knows nothing of banks that took money back.
        assert_eq!(captured, books.sum(PROVIDER) + self.model.taken, "what the provider has for us");
    }

    async fn stock(&self) {
        let items: Vec<StockItemId> = self.goods.iter().map(|good| good.item).collect();
        let levels = inventory::levels_by_item_ids(&self.operator(), &items).await.unwrap();
        for ((good, place), wanted) in &self.model.stock {
            let good = &self.goods[*good];
            let location = self.shops[good.shop].places[*place];
            let found = levels[&good.item].iter().find(|level| level.location_id == location).unwrap();
            let found = Stock { on_hand: found.on_hand, reserved: found.reserved };
            assert_eq!(found, *wanted, "stock of {} at place {place}", good.sku);
        }
    }

    async fn order(&self, order: &Order) {
        let shown = self.parts(order.id).await;
        for part in &order.parts {
            let shown = shown.iter().find(|shown| shown.merchant_order.id == part.id).unwrap();
            let number = &shown.merchant_order.number;
            for (found, line) in shown.lines.iter().zip(&part.lines) {
                let found = [
                    found.ordered,
                    found.canceled,
                    found.shipped,
                    found.delivered,
                    found.refunded,
                    found.lost,
                    found.bounced,
                ];
                let wanted =
                    [line.ordered, line.canceled, line.shipped, line.delivered, line.refunded, line.lost, line.bounced];
                assert_eq!(found, wanted, "ordered, canceled, shipped, delivered, refunded, lost, back of {number}");
            }
            self.fulfillments(part, shown);
            assert_eq!(shown.merchant_order.total_minor, part.total(), "what the buyer agreed to pay of {number}");
            assert_eq!(shown.merchant_order.incident_open, part.incident, "whether something is wrong with {number}");
            let row = &shown.merchant_order;
            let found = [row.captured_minor, row.captured_discount_minor, row.refund_minor];
            let wanted = [part.captured, part.captured_discount, part.refunded];
            assert_eq!(found, wanted, "captured, captured of the coupon, refunded of {number}");
            use orders::model::status::MerchantOrderState as S;
            let state = match row.state {
                S::Refused | S::Expired | S::Canceled => State::Canceled,
                S::Closed => State::Closed,
                S::Staging => State::Staging,
                S::AwaitingAcceptance => State::Waiting,
                S::ToShip => State::ToShip,
                S::Shipped => State::Shipped,
                S::Delivered => State::Delivered,
                S::Undelivered => State::Undelivered,
                S::AwaitingPayment => panic!("{number} is {:?}", row.state),
            };
            assert_eq!(state, part.state(), "state of {number}");
        }
    }

    /// What is sent from where.
    fn fulfillments(&self, part: &Part, shown: &PartDetail) {
        assert_eq!(shown.fulfillments.len(), part.sent.len(), "fulfillment orders of {}", shown.merchant_order.number);
        for (found, wanted) in shown.fulfillments.iter().zip(&part.sent) {
            let row = &found.fulfillment_order;
            let place = self.shops[part.shop].places[wanted.place];
            let name = format!("{} at {}", shown.merchant_order.number, row.position);
            assert_eq!((row.location_id, row.held_at.is_some()), (place, wanted.held), "place and hold of {name}");
            let price = (row.shipping_cash_minor(), row.shipping_given_minor);
            assert_eq!(price, (wanted.delivery.cut.cash, wanted.delivery.given), "delivery of {name}");
            for row in &wanted.rows {
                let found = found.lines.iter().find(|found| found.id == row.id).unwrap();
                let found = [found.ordered, found.canceled, found.shipped];
                assert_eq!(found, [row.ordered, row.canceled, row.shipped], "ordered, canceled, shipped of {name}");
            }
        }
    }

    /// A letter is sent once; after a crash perhaps again, but then it is the same with the same id.
    fn letters(&self) {
        let mut known: HashMap<String, Message> = HashMap::new();
        for letter in self.mails.messages() {
            let id = letter.message_id.clone();
            if let Some(first) = known.insert(id, letter.clone()) {
                assert_eq!(first, letter, "two letters under one id");
                assert!(self.rates.worker_crash > 0, "sent twice without need: {}", letter.subject);
            }
        }
    }

    /// Every document that is due lies in the storage, as it was written down.
    async fn papers(&self) {
        let (ctx, page) = (self.operator(), PageArgs::first(100));
        let runs = billing::query::payout_runs(&ctx, &page).await.unwrap().into_rows();
        let statements = billing::query::closed_statements(&ctx, &Default::default(), &page).await.unwrap().into_rows();
        let invoices = billing::query::invoices(&ctx, &Default::default(), &page).await.unwrap().into_rows();
        let csv = runs
            .iter()
            .filter(|run| run.payout_count > 0)
            .map(|run| run.id.to_string())
            .chain(statements.iter().map(|row| row.id.to_string()));
        let due = csv.map(|owner| (owner, "csv")).chain(invoices.iter().map(|row| (row.id.to_string(), "pdf")));
        let due: Vec<(String, &str)> = due.collect();
        let owners: Vec<String> = due.iter().map(|(owner, _)| owner.clone()).collect();
        let files = billing::query::files_of_seen(&ctx, &owners).await.unwrap();
        for (owner, format) in due {
            let own = files.get(&owner).map_or(&[][..], Vec::as_slice);
            assert!(own.iter().any(|file| file.format == format), "{owner} has no {format}");
            for file in own {
                let body = self.storage.near.get(&file.object_key).await.unwrap();
                assert_eq!(kernel::text::hex(Sha256::digest(&body)), file.sha256, "what lies at {}", file.object_key);
            }
        }
    }

    /// The end: everything that is left is closed and proved once more.
    pub async fn end(&mut self) {
        if self.chance.one_in(4) {
            self.story.tell("  statements are closed".to_owned());
            self.clock.advance(crate::market::WEEKS);
            let ctx = context::Ctx::system(self.world.clone(), "clock");
            self.chore("statements", || billing::close_statements(&ctx)).await;
            self.settle().await;
            self.audit().await;
        }
        self.papers().await;
    }
}

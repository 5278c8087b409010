//! Everything that is held, compared with the model; and every checker of the product.

use std::collections::HashMap;

use context::World;
use kernel::id::StockItemId;
use mail::Message;

use crate::market::EUR;
use crate::model::books::{AVAILABLE, IN_PAYOUT, OF_MERCHANTS, PENDING, PROVIDER, RESERVE};
use crate::model::{Order, State, Stock};
use crate::simulation::Simulation;

/// What `souk verify` does.
pub async fn checkers(world: &World) {
    let at = world.db.read();
    let none = Vec::<String>::new();
    assert_eq!(inventory::check::stock(at).await.unwrap(), none);
    assert_eq!(payments::check::payments(at).await.unwrap(), none);
    assert_eq!(payments::check::credit(at).await.unwrap(), none);
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
        self.letters();
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
        assert_eq!(captured, books.sum(PROVIDER), "what the provider has for us");
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
        for (shown, part) in self.parts(order.id).await.iter().zip(&order.parts) {
            let number = &shown.merchant_order.number;
            for (found, line) in shown.lines.iter().zip(&part.lines) {
                let found = [found.ordered, found.canceled, found.shipped, found.delivered, found.refunded];
                let wanted = [line.ordered, line.canceled, line.shipped, line.delivered, line.refunded];
                assert_eq!(found, wanted, "ordered, canceled, shipped, delivered, refunded of {number}");
            }
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
                S::AwaitingPayment | S::Undelivered => panic!("{number} is {:?}", row.state),
            };
            assert_eq!(state, part.state(), "state of {number}");
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

    /// The end: everything that is left is closed and proved once more.
    pub async fn end(&mut self) {
        if self.chance.one_in(6) {
            self.story.tell("  statements are closed".to_owned());
            self.clock.advance(crate::market::WEEKS);
            let ctx = context::Ctx::system(self.world.clone(), "clock");
            billing::close_statements(&ctx).await.unwrap();
            self.settle().await;
            self.audit().await;
        }
    }
}

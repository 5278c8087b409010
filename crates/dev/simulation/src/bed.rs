//! The whole product in one process on a good day, for scenarios that are told step by step.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::Duration;
use context::Ctx;
use kernel::id::OfferId;
use mail::{Captured, Mailer, Templates};
use orders::Order;
use orders::command::{self, CartAccess, CartCreate, CartDetails, Decide, Decision, Deliver, PayWith, Place, Ship};
use orders::event::LineUnits;
use orders::model::cart::NewLine;
use orders::query::PartDetail;
use outbox::Dispatcher;
use payments::Providers;
use payments::provider::{Chaos, Sandbox};
use storage::ObjectStore;
use storage::embedded::{Embedded, Keys};
use testkit::TestEnv;
use workflows::Deps;

use crate::chance::Chance;
use crate::faults::BadPost;
use crate::market::{self, EUR, Shop};
use crate::model::Terms;

/// A marketplace with everything that works in it.
pub struct Bed {
    pub t: TestEnv,
    pub dispatcher: Dispatcher,
    pub mails: Captured,
    files: Embedded,
}

impl Bed {
    pub async fn open(t: TestEnv) -> Self {
        marketplace::bootstrap(&t.operator()).await.unwrap();
        let world = t.world.clone();
        let (mailer, mails) = Mailer::captured("souk@souk.example").unwrap();
        let files = Embedded::start(&t.folder().join("objects"), 0, Keys::random()).await.unwrap();
        let store = ObjectStore::new(&files.settings("souk"));
        store.ensure_bucket().await.unwrap();
        let templates = Arc::new(Templates::builtin().unwrap());
        let public_url = "https://souk.example".to_owned();
        let deps = Deps { world: world.clone(), mailer, templates, store, public_url, hooks: None, stripe: None };
        let sandbox = Arc::new(Sandbox::new(world.clone(), b"secret".to_vec(), Chaos::default()));
        let providers = Providers::none().with(sandbox.clone());
        let (chance, rate) = (Mutex::new(Chance::of(0)), 0);
        let post = BadPost { world: world.clone(), providers: providers.clone(), chance, rate };
        let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
        let builder = workflows::register(builder, &deps);
        let builder = payments::register(builder, &world, &providers, Some((sandbox, Arc::new(post))));
        Self { dispatcher: builder.build(), t, mails, files }
    }

    /// A merchant of the usual terms with one article, ten of it in stock.
    pub async fn shop(&self, name: &str, price: i64) -> (Shop, OfferId) {
        let terms = Terms { vat_ppm: 190_000, reserve_ppm: 0, remits: false, auto_accept: false };
        let shop = market::shop(&self.t, name, terms).await;
        let good = market::good(&self.t.operator(), &shop, 0, name, price).await;
        market::set_stock(&shop, name, [10, 0]).await;
        (shop, good.offer)
    }

    /// An order that a card paid.
    pub async fn buy(&self, lines: &[(OfferId, i64)]) -> Order {
        let ctx = self.t.anonymous();
        let new =
            |(offer, quantity): &(OfferId, i64)| NewLine { offer: *offer, quantity: *quantity, delivery_quote: None };
        let details = CartDetails {
            email: Some("ann@example.org".to_owned()),
            ship_to: Some(crate::step::address()),
            choices: Vec::new(),
            coupon_code: None,
            locale: None,
            company: None,
            po_number: None,
        };
        let lines = lines.iter().map(new).collect();
        let cart = CartCreate { channel: "web".to_owned(), currency: None, lines, details };
        let made = command::cart_create(&ctx, cart).await.unwrap();
        let cart = CartAccess { id: made.cart.id, token: Some(made.token) };
        let plan = command::cart_plan(&ctx, &cart).await.unwrap();
        let place = Place {
            cart,
            idempotency_key: "once".to_owned(),
            expected_total_minor: plan.totals.total,
            plan_hash: plan.hash,
            payment: PayWith {
                method: "card_sandbox".to_owned(),
                token: Some("tok_ok".to_owned()),
                ..PayWith::default()
            },
            email: None,
            bill_to: None,
        };
        let order = command::place(&ctx, place).await.unwrap();
        self.drain().await;
        order
    }

    pub async fn drain(&self) {
        assert_eq!(self.dispatcher.drain().await.unwrap().failures, 0, "a handler failed");
    }

    pub async fn order(&self, order: &Order) -> Order {
        orders::query::order(&self.t.operator(), order.id).await.unwrap()
    }

    pub async fn part(&self, order: &Order, shop: &Shop) -> PartDetail {
        let parts = self.order_parts(order).await;
        parts.into_iter().find(|part| part.merchant_order.merchant_id == shop.id).unwrap()
    }

    pub async fn order_parts(&self, order: &Order) -> Vec<PartDetail> {
        let mut found = orders::query::parts_by_orders(&self.t.operator(), &[order.id]).await.unwrap();
        found.remove(&order.id).unwrap()
    }

    pub async fn accept(&self, order: &Order, shop: &Shop) {
        let merchant_order = self.part(order, shop).await.merchant_order.id;
        let input = Decide { merchant_order, expected_version: None, decision: Decision::AcceptAll };
        command::decide(&shop.staff, input).await.unwrap();
        self.drain().await;
    }

    /// Sends units of the first line; `None`: everything.
    pub async fn ship(&self, order: &Order, shop: &Shop, units: Option<i64>) -> orders::Shipment {
        let part = self.part(order, shop).await;
        let line = part.lines[0].id;
        let input = Ship {
            fulfillment_order: part.fulfillments[0].fulfillment_order.id,
            expected_version: None,
            lines: units.map(|quantity| LineUnits { line, quantity }).into_iter().collect(),
            carrier: Some("dhl".to_owned()),
            tracking_number: Some("00340434".to_owned()),
            tracking_url: None,
        };
        let sent = command::ship(&shop.staff, input).await.unwrap();
        self.drain().await;
        sent
    }

    /// Accepts, sends and delivers everything of a merchant.
    pub async fn fulfil(&self, order: &Order, shop: &Shop) {
        self.accept(order, shop).await;
        let sent = self.ship(order, shop, None).await;
        let input = Deliver { shipment: sent.id, delivered_at: None, proof: None };
        command::deliver(&shop.staff, input).await.unwrap();
        self.drain().await;
    }

    /// Fifteen days pass, and what waited for them is released.
    pub async fn hold_passes(&self) {
        self.t.clock.advance(Duration::days(15));
        let ctx: Ctx = self.t.system();
        billing::release_due(&ctx, ctx.now()).await.unwrap();
        self.drain().await;
    }

    /// What accounts hold, by role.
    pub async fn books(&self) -> BTreeMap<String, i64> {
        let trial = billing::query::trial_balance(&self.t.operator(), EUR).await.unwrap();
        trial.into_iter().map(|line| (line.role, line.balance_minor)).collect()
    }

    /// What a merchant can be paid, and what is on its way to it.
    pub async fn funds(&self, shop: &Shop) -> (i64, i64) {
        let found = billing::query::merchant_balances(&self.t.operator(), shop.id).await.unwrap();
        found.first().map_or((0, 0), |balance| (balance.available_minor, balance.in_payout_minor))
    }

    /// Every checker of the product is content.
    pub async fn verify(self) {
        crate::audit::checkers(&self.t.world).await;
        self.files.stop().await;
    }
}

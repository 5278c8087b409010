//! A marketplace with merchants, goods and stock, and the handlers that carry facts of payments to orders.

use std::sync::Arc;

use catalog::command::{Publish, products_publish, products_upsert};
use catalog::model::{ProductInput, VariantInput};
use context::Ctx;
use inventory::{LocationCreate, StockSet, StockSetLine, availability_on};
use kernel::id::{LocationId, MerchantId, OfferId, StockItemId};
use kernel::{Currency, Fault, Money};
use marketplace::command::{EditDeliveryMethod, EditSettings, edit_delivery_method};
use marketplace::model::SettingsPatch;
use marketplace::{DeliveryMethod, DeliveryRate, Funder};
use merchants::{CreateMerchant, Legal, Profile};
use offers::{Condition, OfferCreate, OfferInput, PriceInput, offer_create};
use orders::command::{
    CartAccess, CartCreate, CartDetails, Decide, Decision, Deliver, MoneyArrived, PayWith, PaymentAuthorized, Place,
    Ship,
};
use orders::model::cart::{Cart, NewLine};
use orders::model::plan::SplitPlan;
use orders::model::types::Address;
use orders::query::PartDetail;
use orders::{Order, Shipment, command, query};
use outbox::Dispatcher;
use payments::provider::{Chaos, Sandbox};
use payments::{Providers, event};
use testkit::TestEnv;

pub struct Market {
    pub t: TestEnv,
    pub dispatcher: Dispatcher,
}

#[derive(Clone)]
pub struct Shop {
    pub id: MerchantId,
    pub staff: Ctx,
    pub one: LocationId,
    pub two: LocationId,
}

impl Market {
    pub async fn new(t: TestEnv) -> Self {
        marketplace::bootstrap(&t.operator()).await.unwrap();
        let dispatcher = dispatcher(&t);
        Self { t, dispatcher }
    }

    pub async fn shop(&self, name: &str) -> Shop {
        self.shop_with(name, false).await
    }

    pub async fn shop_with(&self, name: &str, auto_accept: bool) -> Shop {
        let input = CreateMerchant {
            profile: Profile {
                name: name.to_owned(),
                contact_email: format!("{name}@example.org"),
                country: "DE".to_owned(),
                handling_days: 2,
                auto_accept,
            },
            slug: None,
            legal: Legal { legal_name: format!("{name} GmbH"), country: "DE".to_owned(), ..Legal::default() },
            merchant_type: None,
            tier: None,
            commission_vat_ppm: None,
            approved: true,
            owner: None,
        };
        let id = merchants::create(&self.t.operator(), input).await.unwrap().id;
        let staff = self.t.merchant(id);
        let (one, two) = (location(&staff, "one", 1).await, location(&staff, "two", 2).await);
        Shop { id, staff, one, two }
    }

    /// An offer for a published product with `stock` at the first location.
    pub async fn goods(&self, shop: &Shop, sku: &str, price: i64, stock: i64) -> OfferId {
        self.goods_of(shop, sku, price, stock, "parcel").await
    }

    pub async fn goods_of(&self, shop: &Shop, sku: &str, price: i64, stock: i64, product_type: &str) -> OfferId {
        self.goods_called(shop, &format!("Product {sku}"), sku, price, stock, product_type).await
    }

    /// The same, with a title of its own.
    pub async fn goods_called(
        &self,
        shop: &Shop,
        title: &str,
        sku: &str,
        price: i64,
        stock: i64,
        product_type: &str,
    ) -> OfferId {
        let product = ProductInput {
            title: title.to_owned(),
            product_type: Some(product_type.to_owned()),
            variants: vec![VariantInput { sku: sku.to_owned(), weight_g: Some(10), ..VariantInput::default() }],
            ..ProductInput::default()
        };
        let product = ProductInput { external_handle: Some(sku.to_owned()), ..product };
        let row = products_upsert(&shop.staff, None, vec![product]).await.unwrap().remove(0);
        let product_id = row.product_id.unwrap();
        let channels =
            vec![marketplace::snapshot(&self.t.operator()).await.unwrap().channel_by_code("web").unwrap().id];
        let publish = Publish { products: vec![product_id], channels, expected_version: None };
        products_publish(&self.t.operator(), publish).await.unwrap();
        let offer = OfferInput {
            sku: sku.to_owned(),
            variant_id: row.variants[0].1,
            condition: Condition::New,
            handling_days: None,
            min_quantity: None,
            max_quantity: None,
            prices: vec![PriceInput {
                channel_id: None,
                currency: Currency::EUR,
                amount_minor: price,
                compare_at_minor: None,
            }],
        };
        let offer = offer_create(&shop.staff, OfferCreate { merchant_id: None, offer }).await.unwrap();
        shop.stock(sku, shop.one, stock).await;
        offer.id
    }

    pub async fn available(&self, shop: &Shop, sku: &str) -> i64 {
        let item = StockItemId::of(shop.id, sku);
        let found = availability_on(self.t.world.db.read(), &[item]).await.unwrap();
        found.get(&item).map_or(0, |at| at.iter().map(|at| at.available).sum())
    }

    pub async fn cart(&self, ctx: &Ctx, lines: &[(OfferId, i64)]) -> (Cart, CartAccess) {
        let lines = lines.iter().map(|(offer, quantity)| new_line(*offer, *quantity)).collect();
        let created = command::cart_create(ctx, cart_create(lines)).await.unwrap();
        let access = CartAccess { id: created.cart.id, token: Some(created.token) };
        (created.cart, access)
    }

    pub async fn plan(&self, ctx: &Ctx, access: &CartAccess) -> SplitPlan {
        command::cart_plan(ctx, access).await.unwrap()
    }

    /// Places a cart with these lines and lets the payment and the handlers run.
    pub async fn placed(&self, lines: &[(OfferId, i64)], method: &str) -> Order {
        let ctx = self.t.anonymous();
        let (_, access) = self.cart(&ctx, lines).await;
        let plan = self.plan(&ctx, &access).await;
        let order = command::place(&ctx, place(&access, &plan, "k1", method)).await.unwrap();
        self.drain().await;
        query::order(&self.t.operator(), order.id).await.unwrap()
    }

    pub async fn drain(&self) {
        let drained = self.dispatcher.drain().await.unwrap();
        assert_eq!(drained.failures, 0, "a handler failed");
    }

    pub async fn order(&self, order: &Order) -> Order {
        query::order(&self.t.operator(), order.id).await.unwrap()
    }

    pub async fn parts(&self, order: &Order) -> Vec<PartDetail> {
        query::parts_by_orders(&self.t.operator(), &[order.id]).await.unwrap().remove(&order.id).unwrap_or_default()
    }

    pub async fn part(&self, order: &Order, shop: &Shop) -> PartDetail {
        let parts = self.parts(order).await;
        parts.into_iter().find(|part| part.merchant_order.merchant_id == shop.id).unwrap()
    }

    pub async fn accept(&self, order: &Order, shop: &Shop) -> PartDetail {
        let id = self.part(order, shop).await.merchant_order.id;
        let input = Decide { merchant_order: id, expected_version: None, decision: Decision::AcceptAll };
        command::decide(&shop.staff, input).await.unwrap();
        self.drain().await;
        self.part(order, shop).await
    }

    /// Changes the marketplace's settings.
    pub async fn settings(&self, patch: SettingsPatch) {
        let ctx = self.t.operator();
        let expected_version = marketplace::snapshot(&ctx).await.unwrap().settings_version;
        let edit = EditSettings { expected_version, patch, reason: None };
        marketplace::command::edit_settings(&ctx, edit).await.unwrap();
    }

    /// Changes the delivery method for parcels.
    pub async fn parcels(&self, change: impl FnOnce(&DeliveryMethod, &mut EditDeliveryMethod)) -> DeliveryMethod {
        let ctx = self.t.operator();
        let now = marketplace::snapshot(&ctx).await.unwrap().delivery_method_by_code("parcel").unwrap().clone();
        let mut edit = EditDeliveryMethod::unchanged(&now);
        change(&now, &mut edit);
        edit_delivery_method(&ctx, edit).await.unwrap()
    }

    /// From 50.00 on parcels are free for buyers, and the marketplace pays the merchant.
    pub async fn funds_parcels(&self) -> DeliveryMethod {
        self.parcels(|now, edit| {
            let funded = |rate: &DeliveryRate| DeliveryRate {
                free_above_minor: Some(5_000),
                funded_by: Funder::Operator,
                ..rate.clone()
            };
            edit.rates = Some(now.rates.iter().map(funded).collect());
        })
        .await
    }

    /// An order of `quantity` units paid by card, accepted and shipped.
    pub async fn shipped(&self, shop: &Shop, offer: OfferId, quantity: i64) -> (Order, Shipment) {
        let order = self.placed(&[(offer, quantity)], "card_sandbox").await;
        let part = self.accept(&order, shop).await;
        let shipment = shop.ship(&part, None).await.unwrap();
        (order, shipment)
    }

    /// The same, delivered.
    pub async fn delivered(&self, shop: &Shop, offer: OfferId, quantity: i64) -> (Order, PartDetail) {
        let (order, shipment) = self.shipped(shop, offer, quantity).await;
        let input = Deliver { shipment: shipment.id, delivered_at: None, proof: None };
        command::deliver(&shop.staff, input).await.unwrap();
        let part = self.part(&order, shop).await;
        (order, part)
    }

    /// Nothing differs from what it is made of.
    pub async fn verify(&self) {
        let conn = self.t.world.db.read();
        assert_eq!(orders::check::orders(conn).await.unwrap(), Vec::<String>::new());
        assert_eq!(inventory::check::stock(conn).await.unwrap(), Vec::<String>::new());
        assert_eq!(payments::check::payments(conn).await.unwrap(), Vec::<String>::new());
        assert_eq!(payments::check::credit(conn).await.unwrap(), Vec::<String>::new());
        assert_eq!(payments::check::credit_lines(conn).await.unwrap(), Vec::<String>::new());
    }

    pub async fn transfer(&self, order: &Order, minor: i64, reference: &str) {
        let input = payments::TransferReceived {
            reference: order.number.clone(),
            amount: Money::new(minor, order.currency),
            bank_reference: reference.to_owned(),
            received_at: None,
        };
        payments::transfer_received(&self.t.operator(), input).await.unwrap();
        self.drain().await;
    }
}

impl Shop {
    pub async fn stock(&self, sku: &str, location_id: LocationId, on_hand: i64) {
        let lines = vec![StockSetLine { sku: sku.to_owned(), location_id, on_hand, safety: None }];
        let outcome =
            inventory::stock_set(&self.staff, StockSet { merchant_id: None, lines, reference: None }).await.unwrap();
        assert_eq!(outcome.errors, []);
    }

    /// Ships `quantity` of each line of the first fulfillment order; `None`: everything.
    pub async fn ship(&self, part: &PartDetail, quantity: Option<i64>) -> Result<Shipment, orders::Error> {
        command::ship(&self.staff, parcel(part, quantity)).await
    }
}

pub fn parcel(part: &PartDetail, quantity: Option<i64>) -> Ship {
    let fulfillment = &part.fulfillments[0];
    let lines = quantity.map_or_else(Vec::new, |quantity| {
        fulfillment.lines.iter().map(|l| event_units(l.order_line_id, quantity)).collect()
    });
    Ship {
        fulfillment_order: fulfillment.fulfillment_order.id,
        expected_version: None,
        lines,
        carrier: Some("dhl".to_owned()),
        tracking_number: Some("00340434".to_owned()),
        tracking_url: None,
    }
}

pub fn event_units(line: kernel::id::OrderLineId, quantity: i64) -> orders::event::LineUnits {
    orders::event::LineUnits { line, quantity }
}

pub fn new_line(offer: OfferId, quantity: i64) -> NewLine {
    NewLine { offer, quantity, delivery_quote: None }
}

pub fn cart_create(lines: Vec<NewLine>) -> CartCreate {
    CartCreate { channel: "web".to_owned(), currency: None, lines, details: details() }
}

pub fn details() -> CartDetails {
    CartDetails { email: Some("Ann@Example.org".to_owned()), ship_to: Some(address()), ..CartDetails::default() }
}

pub fn address() -> Address {
    Address {
        name: "Ann Buyer".to_owned(),
        line1: "Long Street 1".to_owned(),
        postal_code: "10115".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        ..Address::default()
    }
}

pub fn place(access: &CartAccess, plan: &SplitPlan, key: &str, method: &str) -> Place {
    Place {
        cart: access.clone(),
        idempotency_key: key.to_owned(),
        expected_total_minor: plan.totals.total,
        plan_hash: plan.hash.clone(),
        payment: PayWith {
            method: method.to_owned(),
            token: method.ends_with("_sandbox").then(|| "tok_ok".to_owned()),
            ..PayWith::default()
        },
        email: None,
        bill_to: None,
    }
}

pub fn code<T: std::fmt::Debug>(result: Result<T, orders::Error>) -> &'static str {
    result.unwrap_err().code()
}

async fn location(ctx: &Ctx, code: &str, priority: i32) -> LocationId {
    let input = LocationCreate {
        merchant_id: None,
        code: code.to_owned(),
        name: format!("Warehouse {code}"),
        country: "DE".to_owned(),
        priority,
    };
    inventory::location_create(ctx, input).await.unwrap().id
}

/// Takes webhooks and drops them: the answers of the provider are enough here.
pub struct Deaf;

#[async_trait::async_trait]
impl payments::WebhookSender for Deaf {
    async fn send(&self, _: &str, _: &str, _: &str, _: Vec<u8>) -> Result<(), String> {
        Ok(())
    }
}

/// What `workflows` does with facts of payments.
fn dispatcher(t: &TestEnv) -> Dispatcher {
    let world = t.world.clone();
    let sandbox = Sandbox::new(world.clone(), b"secret".to_vec(), Chaos::default());
    let sandbox = Arc::new(sandbox);
    let providers = Providers::none().with(sandbox.clone());
    let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
    let builder = payments::register(builder, &world, &providers, Some((sandbox, Arc::new(Deaf))));
    let system = Ctx::system(world, "test");
    let (a, b, c, d, e) = (system.clone(), system.clone(), system.clone(), system.clone(), system.clone());
    builder
        .on("authorized", move |fact: event::PaymentAuthorized, _| {
            let ctx = a.clone();
            async move {
                let input =
                    PaymentAuthorized { order: fact.order, payment: fact.payment, amount_minor: fact.amount.minor };
                Ok(command::payment_authorized(&ctx, input).await.map(drop)?)
            }
        })
        .on("captured", move |fact: event::PaymentCaptured, _| {
            let ctx = b.clone();
            async move {
                let input = MoneyArrived {
                    order: fact.order,
                    payment: fact.payment,
                    merchant_order: fact.merchant_order,
                    operation: fact.operation,
                    amount_minor: fact.amount.minor,
                };
                Ok(command::money_arrived(&ctx, input).await.map(drop)?)
            }
        })
        .on("transferred", move |fact: event::TransferArrived, _| {
            let ctx = c.clone();
            async move {
                let (Some((payment, order)), Some(operation)) = (fact.paid, fact.operation) else { return Ok(()) };
                let amount_minor = fact.applied_minor;
                let input = MoneyArrived { order, payment, merchant_order: None, operation, amount_minor };
                Ok(command::money_arrived(&ctx, input).await.map(drop)?)
            }
        })
        .on("refunded", move |fact: event::PaymentRefunded, _| {
            let ctx = d.clone();
            async move {
                if !fact.complete {
                    return Ok(());
                }
                Ok(command::refund_settled(&ctx, fact.refund).await.map(drop)?)
            }
        })
        .on("owed", move |fact: event::ReceivableChanged, _| {
            let ctx = system.clone();
            async move { Ok(command::owed_changed(&ctx, fact.order).await.map(drop)?) }
        })
        .on("failed", move |fact: event::PaymentFailed, _| {
            let ctx = e.clone();
            async move { Ok(command::payment_failed(&ctx, fact.order, fact.payment, &fact.reason).await.map(drop)?) }
        })
        .build()
}

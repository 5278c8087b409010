//! The marketplace that a seed is played on.

use catalog::command::{Publish, products_publish, products_upsert};
use catalog::model::{ProductInput, VariantInput};
use chrono::Duration;
use context::Ctx;
use inventory::{LocationCreate, StockSet, StockSetLine};
use kernel::id::{LocationId, MerchantId, OfferId, StockItemId};
use kernel::{Currency, Rate};
use marketplace::command::{
    CreateCoupon, EditDeliveryMethod, EditSettings, create_coupon, edit_delivery_method, edit_settings,
};
use marketplace::model::{CouponValue, SettingsPatch};
use marketplace::{DeliveryRate, Funder, MerchantRate, OwnRates};
use merchants::model::BankAccount;
use merchants::{CreateMerchant, EditBank, EditTerms, Legal, Profile, SetDelivery, set_delivery};
use offers::{Condition, OfferCreate, OfferInput, PriceInput, offer_create};
use testkit::TestEnv;

use crate::chance::Chance;
use crate::model::{Model, Stock, Tariff, Terms};

pub const EUR: Currency = Currency::EUR;
/// Days that pass at once: more than any deadline.
pub const WEEKS: Duration = Duration::days(45);
/// Tax on goods and delivery.
pub const TAX_PPM: i64 = 190_000;
/// Commission on goods and delivery, and the fee of a merchant order.
pub const COMMISSION_PPM: i64 = 120_000;
pub const FEE: i64 = 35;
/// Coupons and what they take off: ppm of the goods, or an amount.
pub const COUPONS: [(&str, CouponValue); 3] = [
    ("tenth", CouponValue::Percent(Rate::from_ppm(100_000))),
    ("twenty", CouponValue::Amount(2_000)),
    ("gift", CouponValue::Percent(Rate::from_ppm(1_000_000))),
];

/// A merchant.
#[derive(Clone)]
pub struct Shop {
    pub id: MerchantId,
    pub staff: Ctx,
    pub places: [LocationId; 2],
}

/// An article of a merchant.
#[derive(Clone)]
pub struct Good {
    pub shop: usize,
    pub sku: String,
    pub offer: OfferId,
    pub price: i64,
    pub item: StockItemId,
}

/// Who acts for whom.
pub trait Actors {
    fn anonymous(&self) -> Ctx;
    fn operator(&self) -> Ctx;
    fn merchant(&self, id: MerchantId) -> Ctx;
}

impl Actors for TestEnv {
    fn anonymous(&self) -> Ctx {
        Self::anonymous(self)
    }

    fn operator(&self) -> Ctx {
        Self::operator(self)
    }

    fn merchant(&self, id: MerchantId) -> Ctx {
        Self::merchant(self, id)
    }
}

/// Makes the marketplace, and tells the model of it.
pub async fn open(actors: &impl Actors, chance: &mut Chance, model: &mut Model) -> (Vec<Shop>, Vec<Good>) {
    let ctx = actors.operator();
    marketplace::bootstrap(&ctx).await.unwrap();
    model.refund_fee = chance.one_in(2);
    model.recharges = chance.one_in(2);
    model.agree_above = chance.one_in(2).then(|| chance.between(2_000, 12_000));
    model.minimum = 1_000;
    let expected_version = marketplace::snapshot(&ctx).await.unwrap().settings_version;
    let patch = SettingsPatch {
        accept_within_hours: Some(20 * 24),
        reserve_days: Some(30),
        debt_claim_days: Some(720),
        refund_fixed_fee: Some(model.refund_fee),
        refund_approval_above: model.agree_above.map(|limit| [(EUR, limit)].into()),
        recharge_dispute_fee: Some(model.recharges),
        ..SettingsPatch::default()
    };
    edit_settings(&ctx, EditSettings { expected_version, patch, reason: None }).await.unwrap();
    for (code, value) in COUPONS {
        let coupon = CreateCoupon {
            code: code.to_owned(),
            name: code.to_owned(),
            currency: EUR,
            value,
            minimum_minor: 0,
            valid_from: None,
            valid_to: None,
            uses_max: None,
        };
        create_coupon(&ctx, coupon).await.unwrap();
    }
    model.terms = vec![
        Terms { vat_ppm: 190_000, reserve_ppm: 0, remits: false, auto_accept: false },
        Terms { vat_ppm: 190_000, reserve_ppm: 100_000, remits: false, auto_accept: chance.one_in(2) },
        Terms { vat_ppm: 0, reserve_ppm: 300_000, remits: true, auto_accept: false },
    ];
    let mut shops = Vec::new();
    for (name, terms) in ["anna", "boris", "cora"].into_iter().zip(model.terms.clone()) {
        shops.push(shop(actors, name, terms).await);
    }
    // Apart from the rest of chance: seeds that were kept stay what they are but for these prices.
    deliveries(&ctx, &shops, Chance::of(!chance.clone().draw()), model).await;
    let mut goods = Vec::new();
    for (at, shop) in shops.iter().enumerate() {
        for number in 0..2 {
            let free = number == 1 && chance.one_in(3);
            let price = if free { 0 } else { chance.between(500, 9_000) };
            let made = good(&ctx, shop, at, &format!("{at}-{number}"), price).await;
            let stock = [chance.between(2, 16), chance.between(0, 10)];
            set_stock(shop, &made.sku, stock).await;
            for (place, on_hand) in stock.into_iter().enumerate() {
                model.stock.insert((goods.len(), place), Stock { on_hand, reserved: 0 });
            }
            goods.push(made);
        }
    }
    (shops, goods)
}

/// Deliveries may be free at the cost of the marketplace, and a merchant may ask its own prices.
async fn deliveries(operator: &Ctx, shops: &[Shop], mut chance: Chance, model: &mut Model) {
    let usual = Tariff { free_from: chance.between(4, 10) * 1_000, funded: chance.one_in(2), ..Tariff::default() };
    model.tariffs = vec![usual; shops.len()];
    let market = marketplace::snapshot(operator).await.unwrap();
    let parcel = market.delivery_method_by_code("parcel").unwrap();
    let rate = parcel.rates.iter().find(|rate| rate.currency == EUR).unwrap();
    let funded_by = if usual.funded { Funder::Operator } else { Funder::Merchant };
    let rate = DeliveryRate { free_above_minor: Some(usual.free_from), funded_by, ..rate.clone() };
    let edit = EditDeliveryMethod {
        rates: Some(vec![rate.clone()]),
        own_rates: Some(OwnRates { allowed: true, highest: Vec::new() }),
        ..EditDeliveryMethod::unchanged(parcel)
    };
    let method = edit_delivery_method(operator, edit).await.unwrap();
    if chance.one_in(2) {
        let (first, more) = (chance.between(0, 700), chance.between(0, 120));
        let own = Tariff { first, more, free_from: chance.between(3, 8) * 1_000, funded: false };
        let at = chance.index(shops.len());
        let rate = DeliveryRate {
            first_minor: own.first,
            additional_minor: own.more,
            free_above_minor: Some(own.free_from),
            ..rate
        };
        let rates = vec![MerchantRate { zone: None, rate }];
        let set = SetDelivery { merchant_id: None, method_id: method.id, expected_version: 0, rates };
        set_delivery(&shops[at].staff, set).await.unwrap();
        model.tariffs[at] = own;
    }
}

/// A merchant with an account and two warehouses.
pub async fn shop(actors: &impl Actors, name: &str, terms: Terms) -> Shop {
    let ctx = actors.operator();
    let profile = Profile {
        name: name.to_owned(),
        contact_email: format!("{name}@example.org"),
        country: "DE".to_owned(),
        handling_days: 2,
        auto_accept: terms.auto_accept,
    };
    let legal = Legal { legal_name: format!("{name} GmbH"), country: "DE".to_owned(), ..Legal::default() };
    let (slug, tier, owner) = (None, None, None);
    let vat = Some(Rate::from_ppm(terms.vat_ppm));
    let input = CreateMerchant {
        profile,
        slug,
        legal,
        merchant_type: None,
        tier,
        commission_vat_ppm: vat,
        approved: true,
        owner,
    };
    let made = merchants::create(&ctx, input).await.unwrap();
    let edit = EditTerms {
        id: made.id,
        expected_version: made.version,
        tier: None,
        commission_vat_ppm: None,
        reserve_ppm: Some(Some(Rate::from_ppm(terms.reserve_ppm))),
        operator_remits_tax: Some(terms.remits),
    };
    let made = merchants::edit_terms(&ctx, edit).await.unwrap();
    let staff = actors.merchant(made.id);
    let account = Some(BankAccount::parse("DE89370400440532013000", "Somebody").unwrap());
    let edit = EditBank { id: made.id, expected_version: made.version, account };
    merchants::edit_bank(&staff, edit).await.unwrap();
    let mut places = Vec::new();
    for (code, priority) in [("one", 1), ("two", 2)] {
        let input = LocationCreate {
            merchant_id: None,
            code: code.to_owned(),
            name: format!("Warehouse {code}"),
            country: "DE".to_owned(),
            priority,
        };
        places.push(inventory::location_create(&staff, input).await.unwrap().id);
    }
    Shop { id: made.id, staff, places: [places[0], places[1]] }
}

/// An article that is sold for a price.
pub async fn good(operator: &Ctx, shop: &Shop, at: usize, sku: &str, price: i64) -> Good {
    let variant = VariantInput { sku: sku.to_owned(), weight_g: Some(10), ..VariantInput::default() };
    let product = ProductInput {
        external_handle: Some(sku.to_owned()),
        title: format!("Product {sku}"),
        product_type: Some("parcel".to_owned()),
        variants: vec![variant],
        ..ProductInput::default()
    };
    let row = products_upsert(&shop.staff, None, vec![product]).await.unwrap().remove(0);
    let channels = vec![marketplace::snapshot(operator).await.unwrap().channel_by_code("web").unwrap().id];
    let publish = Publish { products: vec![row.product_id.unwrap()], channels, expected_version: None };
    products_publish(operator, publish).await.unwrap();
    let price_of = PriceInput { channel_id: None, currency: EUR, amount_minor: price, compare_at_minor: None };
    let offer = OfferInput {
        sku: sku.to_owned(),
        variant_id: row.variants[0].1,
        condition: Condition::New,
        handling_days: None,
        min_quantity: None,
        max_quantity: None,
        prices: vec![price_of],
    };
    let offer = offer_create(&shop.staff, OfferCreate { merchant_id: None, offer }).await.unwrap().id;
    Good { shop: at, sku: sku.to_owned(), offer, price, item: StockItemId::of(shop.id, sku) }
}

/// Counts what lies at both places.
pub async fn set_stock(shop: &Shop, sku: &str, stock: [i64; 2]) {
    let lines = shop.places.into_iter().zip(stock);
    let lines =
        lines.map(|(location_id, on_hand)| StockSetLine { sku: sku.to_owned(), location_id, on_hand, safety: None });
    let input = StockSet { merchant_id: None, lines: lines.collect(), reference: None };
    let outcome = inventory::stock_set(&shop.staff, input).await.unwrap();
    assert_eq!(outcome.errors, []);
}

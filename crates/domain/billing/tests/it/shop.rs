//! What the tests sell, to whom, and what it is made of.

use billing::{Captured, CapturedPart, SaleComponents, SaleRecognized};
use chrono::{DateTime, Duration, Utc};
use context::Ctx;
use kernel::id::{MerchantId, MerchantOrderId, OrderId, PaymentOperationId, ShipmentId};
use kernel::{Currency, Rate};
use marketplace::BillingSettings;
use marketplace::model::SettingsPatch;
use merchants::model::BankAccount;
use merchants::{CreateMerchant, EditBank, Legal, Profile};
use payments::event::MoneyPlace;
use testkit::TestEnv;

pub const EUR: Currency = Currency::EUR;

/// One merchant's part of an order.
#[derive(Debug, Clone)]
pub struct Part {
    pub order: OrderId,
    pub merchant: MerchantId,
    pub merchant_order: MerchantOrderId,
    pub components: SaleComponents,
    pub promotion_minor: i64,
}

impl Part {
    pub fn new(ctx: &Ctx, order: OrderId, merchant: MerchantId, parts: [i64; 6]) -> Self {
        let [gross_minor, promotion_minor, commission_minor, fixed_fee_minor, commission_tax_minor, remitted_tax_minor] =
            parts;
        let components = SaleComponents {
            gross_minor,
            remitted_tax_minor,
            commission_minor,
            fixed_fee_minor,
            commission_tax_minor,
            funded_delivery_minor: 0,
        };
        Self { order, merchant, merchant_order: ctx.new_id(), components, promotion_minor }
    }

    /// 100.00 with 10.00 commission, 1.90 VAT on it.
    pub fn plain(ctx: &Ctx, merchant: MerchantId) -> Self {
        Self::new(ctx, ctx.new_id(), merchant, [10_000, 0, 1_000, 0, 190, 0])
    }
}

pub fn capture(ctx: &Ctx, parts: &[Part], provider: &str) -> Captured {
    capture_in(ctx, parts, provider, EUR)
}

pub fn capture_in(ctx: &Ctx, parts: &[Part], provider: &str, currency: Currency) -> Captured {
    let parts_of = |part: &Part| CapturedPart {
        merchant_id: part.merchant,
        merchant_order_id: part.merchant_order,
        gross_minor: part.components.gross_minor,
        promotion_minor: part.promotion_minor,
    };
    Captured {
        operation_id: ctx.new_id::<PaymentOperationId>(),
        order_id: parts[0].order,
        currency,
        place: MoneyPlace::Provider(provider.to_owned()),
        parts: parts.iter().map(parts_of).collect(),
        at: ctx.now(),
    }
}

pub fn recognize(ctx: &Ctx, part: &Part, release_at: DateTime<Utc>) -> SaleRecognized {
    SaleRecognized {
        source_id: ctx.new_id::<ShipmentId>().to_string(),
        order_id: part.order,
        merchant_id: part.merchant,
        merchant_order_id: part.merchant_order,
        currency: EUR,
        components: part.components,
        jurisdiction: "DE".to_owned(),
        release_at,
        at: ctx.now(),
    }
}

/// Captures and ships a part; it waits for its release for 14 days.
pub async fn sell(ctx: &Ctx, part: &Part) {
    billing::post_captured(ctx, capture(ctx, std::slice::from_ref(part), "sandbox")).await.unwrap();
    billing::post_recognized(ctx, recognize(ctx, part, ctx.now() + Duration::days(14))).await.unwrap();
}

/// Sells a part and lets the hold period pass.
pub async fn earn(t: &TestEnv, part: &Part) {
    let ctx = t.system();
    sell(&ctx, part).await;
    t.clock.advance(Duration::days(15));
    billing::release_due(&ctx, ctx.now()).await.unwrap();
}

pub async fn merchant(t: &TestEnv, name: &str, iban: Option<&str>) -> MerchantId {
    let ctx = t.operator();
    let profile = Profile {
        name: name.to_owned(),
        contact_email: "shop@merchant.example".to_owned(),
        country: "DE".to_owned(),
        handling_days: 2,
        auto_accept: false,
    };
    let legal = Legal { legal_name: format!("{name} GmbH"), country: "DE".to_owned(), ..Legal::default() };
    let new = CreateMerchant {
        profile,
        slug: None,
        legal,
        merchant_type: None,
        tier: None,
        commission_vat_ppm: None,
        approved: true,
        owner: None,
    };
    let merchant = merchants::create(&ctx, new).await.unwrap();
    if let Some(iban) = iban {
        let account = Some(BankAccount::parse(iban, &format!("{name} GmbH")).unwrap());
        let edit = EditBank { id: merchant.id, expected_version: merchant.version, account };
        merchants::edit_bank(&t.merchant(merchant.id), edit).await.unwrap();
    }
    merchant.id
}

pub const IBAN: &str = "DE89370400440532013000";

pub async fn reserve(t: &TestEnv, ppm: i64) {
    edit(t, SettingsPatch { reserve_ppm: Some(Rate::from_ppm(ppm)), ..SettingsPatch::default() }).await;
}

pub async fn settle(t: &TestEnv, billing: BillingSettings) {
    edit(t, SettingsPatch { billing: Some(billing), ..SettingsPatch::default() }).await;
}

pub async fn settings(t: &TestEnv, set: impl FnOnce(&mut SettingsPatch)) {
    let mut patch = SettingsPatch::default();
    set(&mut patch);
    edit(t, patch).await;
}

pub async fn edit(t: &TestEnv, patch: SettingsPatch) {
    let ctx = t.operator();
    let expected_version = marketplace::snapshot(&ctx).await.unwrap().settings_version;
    let edit = marketplace::command::EditSettings { expected_version, patch, reason: None };
    marketplace::command::edit_settings(&ctx, edit).await.unwrap();
}

pub async fn sound(t: &TestEnv) {
    assert_eq!(billing::check::ledger(t.world.db.read()).await.unwrap(), Vec::<String>::new());
    assert_eq!(billing::check::papers(t.world.db.read()).await.unwrap(), Vec::<String>::new());
}

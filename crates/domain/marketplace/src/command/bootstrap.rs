//! A marketplace that can be used at once.

use access::Grant;
use chrono::{DateTime, NaiveDate};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::{Currency, Rate, Rounding};

use super::carrier::{CreateCarrier, new_carrier};
use super::channel::{CreateChannel, new_channel};
use super::commission_rule::{CreateCommissionRule, new_rule};
use super::delivery_method::{CreateDeliveryMethod, new_delivery_method};
use super::notification::rule::{any_rule, default_rules};
use super::settings;
use super::tax_class::{CreateTaxClass, new_tax_class};
use crate::actions::BOOTSTRAP;
use crate::event::ChannelChanged;
use crate::model::{
    CommissionAmounts, CommissionBase, CommissionRule, CommissionScope, DeliveryKind, DeliveryPricing, DeliveryRate,
    Funder, OwnRates, Settings, SizeLimits, Snapshot, TaxClass, TaxRate, TravelDays,
};
use crate::{Error, repo};

/// What [`bootstrap`] had to make; all zero when everything was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "each field counts what its name says")]
pub struct Bootstrapped {
    pub channels: usize,
    pub tax_classes: usize,
    pub delivery_methods: usize,
    pub carriers: usize,
    pub commission_rules: usize,
    pub settings: usize,
    pub notification_rules: usize,
}

/// Makes what an empty marketplace needs: a channel, tax classes, delivery methods, carriers, the default
/// commission rule, settings, and rules that say who is told of what. Each kind is left alone when there is anything of it. Running it twice, or on
/// two nodes at once, makes everything once.
///
/// # Errors
/// Denied; the database error.
pub async fn bootstrap(ctx: &Ctx) -> Result<Bootstrapped, Error> {
    let grant = ctx.authorize(BOOTSTRAP)?;
    if complete(&*crate::snapshot(ctx).await?) && any_rule(ctx.read(), &grant).await? {
        return Ok(Bootstrapped::default());
    }
    let mut tx = ctx.begin_write_for(&grant).await?;
    let made = fill(ctx, &mut tx, &grant).await?;
    tx.commit().await?;
    Ok(made)
}

fn complete(market: &Snapshot) -> bool {
    !market.channels.is_empty()
        && !market.tax_classes.is_empty()
        && !market.delivery_methods.is_empty()
        && !market.carriers.is_empty()
        && market.commission.default_rule().version > 0
        && market.settings_version > 0
}

async fn fill(ctx: &Ctx, tx: &mut WriteTx, grant: &Grant) -> Result<Bootstrapped, Error> {
    let market = repo::begin(ctx, tx, grant).await?;
    let mut made = Bootstrapped::default();
    if market.channels.is_empty() {
        made.channels = channel(ctx, tx).await?;
    }
    let mut standard = market.tax_classes.first().cloned();
    if standard.is_none() {
        let classes = tax_classes(ctx, tx).await?;
        made.tax_classes = classes.len();
        standard = classes.into_iter().next();
    }
    if let Some(class) = standard.filter(|_| market.delivery_methods.is_empty()) {
        let class = market.tax_class_by_code("standard").unwrap_or(&class);
        made.delivery_methods = delivery_methods(ctx, tx, class).await?;
    }
    if market.carriers.is_empty() {
        made.carriers = carriers(ctx, tx).await?;
    }
    if market.commission.default_rule().version == 0 {
        made.commission_rules = default_rule(ctx, tx).await?;
    }
    if market.settings_version == 0 {
        settings::write(ctx, tx, None, 1, Settings::default().checked()?, None).await?;
        made.settings = 1;
    }
    made.notification_rules = default_rules(tx, grant).await?;
    Ok(made)
}

async fn channel(ctx: &Ctx, tx: &mut WriteTx) -> Result<usize, Error> {
    let input = CreateChannel {
        code: "web".to_owned(),
        name: "Web".to_owned(),
        currencies: vec![Currency::EUR, Currency::USD],
        default_currency: None,
        locales: vec!["en".to_owned(), "de".to_owned()],
        default_locale: None,
        country: "DE".to_owned(),
        prices_include_tax: true,
        rounding: Rounding::HalfUp,
        active: true,
    };
    let channel = new_channel(ctx, tx, input)?;
    repo::insert_channel(tx, &channel).await?;
    tx.record(Change::new("channel", channel.id, "created").diff(None, Some(&channel)));
    tx.emit(&ChannelChanged { channel: channel.id });
    Ok(1)
}

/// The standard class comes first.
async fn tax_classes(ctx: &Ctx, tx: &mut WriteTx) -> Result<Vec<TaxClass>, Error> {
    let mut classes = Vec::new();
    for (code, name, ppm) in [("standard", "Standard", 190_000), ("reduced", "Reduced", 70_000), ("zero", "Zero", 0)] {
        let rate_ppm = Rate::from_ppm(ppm);
        let rates = vec![TaxRate { country: "DE".to_owned(), valid_from: NaiveDate::default(), rate_ppm }];
        let input = CreateTaxClass { code: code.to_owned(), name: name.to_owned(), rates };
        let class = new_tax_class(ctx, tx, input)?;
        repo::insert_tax_class(tx, &class).await?;
        tx.record(Change::new("tax_class", class.id, "created").diff(None, Some(&class)));
        classes.push(class);
    }
    Ok(classes)
}

/// Code, name, kind, fewest and most days; first unit, further units, free above.
type Method = (&'static str, &'static str, DeliveryKind, i32, i32, (i64, i64, Option<i64>));

const METHODS: [Method; 4] = [
    ("parcel", "Parcel to the door", DeliveryKind::Home, 1, 3, (490, 100, Some(10_000))),
    ("bulky", "Bulky goods by truck", DeliveryKind::Freight, 3, 10, (3_990, 1_500, None)),
    ("cold", "Chilled to the door", DeliveryKind::Home, 1, 1, (990, 200, None)),
    ("digital", "By download", DeliveryKind::Digital, 0, 0, (0, 0, None)),
];

async fn delivery_methods(ctx: &Ctx, tx: &mut WriteTx, class: &TaxClass) -> Result<usize, Error> {
    for (position, (code, name, kind, min, max, (first, additional, free_above))) in (1..).zip(METHODS) {
        let rate = |currency| DeliveryRate {
            currency,
            product_type: None,
            first_minor: first,
            additional_minor: additional,
            free_above_minor: free_above,
            funded_by: Funder::Merchant,
            brackets: Vec::new(),
            surcharges: Vec::new(),
        };
        let method = new_delivery_method(
            ctx,
            tx,
            CreateDeliveryMethod {
                code: code.to_owned(),
                name: name.to_owned(),
                kind,
                pricing: DeliveryPricing::Rates,
                product_types: vec![code.to_owned()],
                countries: Vec::new(),
                tax_class_id: class.id,
                max_weight_g: (code == "parcel").then_some(31_500),
                max_size: SizeLimits::default(),
                transit_days_min: min,
                transit_days_max: max,
                tracking_required: kind.is_carried(),
                signature_required: false,
                cut_off: None,
                cod_allowed: code == "parcel",
                rates: vec![rate(Currency::EUR), rate(Currency::USD)],
                zones: Vec::new(),
                carriers: Vec::new(),
                travel_days: TravelDays::default(),
                own_rates: OwnRates::default(),
                position,
                active: true,
            },
        )?;
        repo::insert_delivery_method(tx, &method).await?;
        tx.record(Change::new("delivery_method", method.id, "created").diff(None, Some(&method)));
    }
    Ok(METHODS.len())
}

const CARRIERS: [(&str, &str, &str); 4] = [
    ("dhl", "DHL", "https://www.dhl.com/global-en/home/tracking.html?tracking-id={tracking}"),
    ("dpd", "DPD", "https://www.dpdgroup.com/be/mydpd/my-parcels/track?parcelNumber={tracking}"),
    ("ups", "UPS", "https://www.ups.com/track?tracknum={tracking}"),
    ("gls", "GLS", "https://gls-group.com/track/{tracking}"),
];

async fn carriers(ctx: &Ctx, tx: &mut WriteTx) -> Result<usize, Error> {
    for (code, name, template) in CARRIERS {
        let tracking_url_template = Some(template.to_owned());
        let input = CreateCarrier { code: code.to_owned(), name: name.to_owned(), tracking_url_template };
        let carrier = new_carrier(ctx, tx, input)?;
        repo::insert_carrier(tx, &carrier).await?;
        tx.record(Change::new("carrier", carrier.id, "created").diff(None, Some(&carrier)));
    }
    Ok(CARRIERS.len())
}

async fn default_rule(ctx: &Ctx, tx: &mut WriteTx) -> Result<usize, Error> {
    let amounts = [Currency::EUR, Currency::USD]
        .map(|currency| CommissionAmounts { fixed_per_order_minor: 35, ..CommissionAmounts::none(currency) });
    let input = CreateCommissionRule {
        name: "Default".to_owned(),
        scope: CommissionScope::default(),
        base: CommissionBase::Gross,
        item_ppm: Rate::from_ppm(120_000),
        shipping_ppm: Rate::from_ppm(120_000),
        amounts: amounts.to_vec(),
        min_on_zero: false,
        priority: 0,
        valid_from: Some(DateTime::UNIX_EPOCH),
        valid_to: None,
    };
    let rule = CommissionRule { is_default: true, ..new_rule(ctx, tx, input)? };
    repo::insert_rule(tx, &rule).await?;
    tx.record(Change::new("commission_rule", rule.id, "created").diff(None, Some(&rule)));
    Ok(1)
}

//! Delivery methods and their rates.

use chrono::NaiveTime;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::Invalid;
use kernel::id::{DeliveryMethodId, TaxClassId};

use super::{KIND_MAX, fresh, missing, put, room, taken};
use crate::actions::EDIT_DELIVERY;
use crate::model::{
    DeliveryKind, DeliveryMethod, DeliveryPricing, DeliveryRate, DeliveryZone, OwnRates, SizeLimits, Snapshot,
    TravelDays,
};
use crate::{Error, repo};

/// A delivery method to be made.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each field is described at `DeliveryMethod`")]
pub struct CreateDeliveryMethod {
    pub code: String,
    pub name: String,
    pub kind: DeliveryKind,
    pub pricing: DeliveryPricing,
    pub product_types: Vec<String>,
    pub countries: Vec<String>,
    pub tax_class_id: TaxClassId,
    pub max_weight_g: Option<i64>,
    pub max_size: SizeLimits,
    pub transit_days_min: i32,
    pub transit_days_max: i32,
    pub tracking_required: bool,
    pub signature_required: bool,
    pub cut_off: Option<NaiveTime>,
    pub cod_allowed: bool,
    pub rates: Vec<DeliveryRate>,
    pub zones: Vec<DeliveryZone>,
    pub carriers: Vec<String>,
    pub travel_days: TravelDays,
    pub own_rates: OwnRates,
    pub position: i32,
    pub active: bool,
}

/// A change of a delivery method: what is `None` stays. The code never changes.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each field is described at `DeliveryMethod`")]
pub struct EditDeliveryMethod {
    pub id: DeliveryMethodId,
    /// The version that the caller saw.
    pub expected_version: i64,
    pub name: Option<String>,
    pub kind: Option<DeliveryKind>,
    pub pricing: Option<DeliveryPricing>,
    pub product_types: Option<Vec<String>>,
    pub countries: Option<Vec<String>>,
    pub tax_class_id: Option<TaxClassId>,
    /// `Some(None)` takes the limit away.
    pub max_weight_g: Option<Option<i64>>,
    /// The longest side; `Some(None)` takes the limit away.
    pub max_length_mm: Option<Option<i64>>,
    /// Length plus girth; `Some(None)` takes the limit away.
    pub max_girth_mm: Option<Option<i64>>,
    pub transit_days_min: Option<i32>,
    pub transit_days_max: Option<i32>,
    pub tracking_required: Option<bool>,
    pub signature_required: Option<bool>,
    /// `Some(None)`: as the merchant's own.
    pub cut_off: Option<Option<NaiveTime>>,
    pub cod_allowed: Option<bool>,
    /// All its rates; those that are missing are removed.
    pub rates: Option<Vec<DeliveryRate>>,
    /// All its zones; those that are missing are removed.
    pub zones: Option<Vec<DeliveryZone>>,
    pub carriers: Option<Vec<String>>,
    pub travel_days: Option<TravelDays>,
    pub own_rates: Option<OwnRates>,
    pub position: Option<i32>,
    pub active: Option<bool>,
}

impl EditDeliveryMethod {
    /// A change of `method` as it is now, in which everything stays.
    #[must_use]
    pub fn unchanged(method: &DeliveryMethod) -> Self {
        Self {
            id: method.id,
            expected_version: method.version,
            name: None,
            kind: None,
            pricing: None,
            product_types: None,
            countries: None,
            tax_class_id: None,
            max_weight_g: None,
            max_length_mm: None,
            max_girth_mm: None,
            transit_days_min: None,
            transit_days_max: None,
            tracking_required: None,
            signature_required: None,
            cut_off: None,
            cod_allowed: None,
            rates: None,
            zones: None,
            carriers: None,
            travel_days: None,
            own_rates: None,
            position: None,
            active: None,
        }
    }
}

/// Makes a delivery method.
///
/// # Errors
/// What is wrong with the input; a code that is taken; denied; the database error.
pub async fn create_delivery_method(ctx: &Ctx, input: CreateDeliveryMethod) -> Result<DeliveryMethod, Error> {
    let grant = ctx.authorize(EDIT_DELIVERY)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let method = new_delivery_method(ctx, &tx, input)?;
    known(&market, &method)?;
    room(market.delivery_methods.len(), KIND_MAX, "delivery methods")?;
    if market.delivery_method_by_code(&method.code).is_some() {
        return Err(taken("code"));
    }
    repo::insert_delivery_method(&tx, &method).await?;
    tx.record(Change::new("delivery_method", method.id, "created").diff(None, Some(&method)));
    tx.commit().await?;
    Ok(method)
}

/// Changes a delivery method. Orders that were placed keep what was frozen in them.
///
/// # Errors
/// What is wrong with the input; not found; stale; denied; the database error.
pub async fn edit_delivery_method(ctx: &Ctx, input: EditDeliveryMethod) -> Result<DeliveryMethod, Error> {
    let grant = ctx.authorize(EDIT_DELIVERY)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let before = market.delivery_method(input.id).ok_or_else(|| missing("delivery method"))?;
    fresh(before.version, input.expected_version, "delivery method")?;
    let next = DeliveryMethod { version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    let after = patched(next, input).checked()?;
    known(&market, &after)?;
    repo::save_delivery_method(&tx, &after).await?;
    tx.record(Change::new("delivery_method", after.id, "edited").diff(Some(before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

fn patched(mut method: DeliveryMethod, input: EditDeliveryMethod) -> DeliveryMethod {
    put(&mut method.name, input.name);
    put(&mut method.kind, input.kind);
    put(&mut method.pricing, input.pricing);
    put(&mut method.product_types, input.product_types);
    put(&mut method.countries, input.countries);
    put(&mut method.tax_class_id, input.tax_class_id);
    put(&mut method.max_weight_g, input.max_weight_g);
    put(&mut method.max_size.length_mm, input.max_length_mm);
    put(&mut method.max_size.girth_mm, input.max_girth_mm);
    put(&mut method.transit_days_min, input.transit_days_min);
    put(&mut method.transit_days_max, input.transit_days_max);
    put(&mut method.tracking_required, input.tracking_required);
    put(&mut method.signature_required, input.signature_required);
    put(&mut method.cut_off, input.cut_off);
    put(&mut method.cod_allowed, input.cod_allowed);
    put(&mut method.rates, input.rates);
    put(&mut method.zones, input.zones);
    put(&mut method.carriers, input.carriers);
    put(&mut method.travel_days, input.travel_days);
    put(&mut method.own_rates, input.own_rates);
    put(&mut method.position, input.position);
    put(&mut method.active, input.active);
    method
}

/// Its tax class and its carriers exist.
fn known(market: &Snapshot, method: &DeliveryMethod) -> Result<(), Error> {
    if market.tax_class(method.tax_class_id).is_none() {
        return Err(Invalid::new("taxClassId", "NOT_FOUND", "there is no such tax class").into());
    }
    match method.carriers.iter().position(|code| market.carrier_by_code(code).is_none()) {
        Some(index) => Err(Invalid::new(format!("carriers.{index}"), "NOT_FOUND", "there is no such carrier").into()),
        None => Ok(()),
    }
}

pub(super) fn new_delivery_method(
    ctx: &Ctx,
    tx: &WriteTx,
    input: CreateDeliveryMethod,
) -> Result<DeliveryMethod, Error> {
    let method = DeliveryMethod {
        id: ctx.new_id(),
        code: input.code,
        name: input.name,
        kind: input.kind,
        pricing: input.pricing,
        product_types: input.product_types,
        countries: input.countries,
        tax_class_id: input.tax_class_id,
        max_weight_g: input.max_weight_g,
        max_size: input.max_size,
        transit_days_min: input.transit_days_min,
        transit_days_max: input.transit_days_max,
        tracking_required: input.tracking_required,
        signature_required: input.signature_required,
        cut_off: input.cut_off,
        cod_allowed: input.cod_allowed,
        rates: input.rates,
        zones: input.zones,
        carriers: input.carriers,
        travel_days: input.travel_days,
        own_rates: input.own_rates,
        position: input.position,
        active: input.active,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    Ok(method.checked()?)
}

//! Rows and plain types.

use kernel::Rounding;
use sea_orm::ActiveValue::Set;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::entity::{
    carrier_row, channel_row, commission_amount_row, commission_rule_row, delivery_method_row, delivery_rate_row,
    tax_class_row, tax_rate_row,
};
use crate::model::{
    Carrier, Channel, CommissionAmounts, CommissionBase, CommissionRule, CommissionScope, DeliveryKind, DeliveryMethod,
    DeliveryPricing, DeliveryRate, Funder, SizeLimits, TaxClass, TaxRate,
};

fn list<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    Ok(serde_json::from_str(text)?)
}

fn text<T: Serialize>(list: &T) -> String {
    // Lists of codes; serializing them cannot fail.
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

fn known<T>(column: &str, value: &str, parsed: Option<T>) -> Result<T, Error> {
    Ok(parsed.ok_or_else(|| context::Error::internal(format!("{column} holds {value:?}")))?)
}

pub(super) fn channel(row: channel_row::Model) -> Result<Channel, Error> {
    Ok(Channel {
        rounding: known("channel.rounding", &row.rounding, Rounding::parse(&row.rounding))?,
        currencies: list(&row.currencies)?,
        locales: list(&row.locales)?,
        id: row.id,
        code: row.code,
        name: row.name,
        default_currency: row.default_currency,
        default_locale: row.default_locale,
        country: row.country,
        prices_include_tax: row.prices_include_tax,
        active: row.active,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub(super) fn channel_row(channel: &Channel) -> channel_row::ActiveModel {
    channel_row::ActiveModel {
        id: Set(channel.id),
        code: Set(channel.code.clone()),
        name: Set(channel.name.clone()),
        currencies: Set(text(&channel.currencies)),
        default_currency: Set(channel.default_currency),
        locales: Set(text(&channel.locales)),
        default_locale: Set(channel.default_locale.clone()),
        country: Set(channel.country.clone()),
        prices_include_tax: Set(channel.prices_include_tax),
        rounding: Set(channel.rounding.as_str().to_owned()),
        active: Set(channel.active),
        version: Set(channel.version),
        created_at: Set(channel.created_at),
        updated_at: Set(channel.updated_at),
    }
}

pub(super) fn tax_class(row: tax_class_row::Model, rates: Vec<tax_rate_row::Model>) -> TaxClass {
    let rates = rates.into_iter().map(|rate| TaxRate {
        country: rate.country,
        valid_from: rate.valid_from_on,
        rate_ppm: rate.rate_ppm,
    });
    TaxClass {
        id: row.id,
        code: row.code,
        name: row.name,
        rates: rates.collect(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub(super) fn tax_class_row(class: &TaxClass) -> tax_class_row::ActiveModel {
    tax_class_row::ActiveModel {
        id: Set(class.id),
        code: Set(class.code.clone()),
        name: Set(class.name.clone()),
        version: Set(class.version),
        created_at: Set(class.created_at),
        updated_at: Set(class.updated_at),
    }
}

pub(super) fn tax_rate_rows(class: &TaxClass) -> Vec<tax_rate_row::ActiveModel> {
    let row = |rate: &TaxRate| tax_rate_row::ActiveModel {
        tax_class_id: Set(class.id),
        country: Set(rate.country.clone()),
        valid_from_on: Set(rate.valid_from),
        rate_ppm: Set(rate.rate_ppm),
    };
    class.rates.iter().map(row).collect()
}

pub(super) fn delivery_method(
    row: delivery_method_row::Model,
    rates: Vec<delivery_rate_row::Model>,
) -> Result<DeliveryMethod, Error> {
    let rates = rates.into_iter().map(|rate| {
        Ok(DeliveryRate {
            brackets: list(&rate.brackets)?,
            surcharges: list(&rate.surcharges)?,
            funded_by: known("delivery_rate.funded_by", &rate.funded_by, Funder::parse(&rate.funded_by))?,
            currency: rate.currency,
            product_type: Some(rate.product_type).filter(|of| !of.is_empty()),
            first_minor: rate.first_minor,
            additional_minor: rate.additional_minor,
            free_above_minor: rate.free_above_minor,
        })
    });
    Ok(DeliveryMethod {
        kind: known("delivery_method.kind", &row.kind, DeliveryKind::parse(&row.kind))?,
        pricing: known("delivery_method.pricing", &row.pricing, DeliveryPricing::parse(&row.pricing))?,
        product_types: list(&row.product_types)?,
        countries: list(&row.countries)?,
        rates: rates.collect::<Result<_, Error>>()?,
        zones: list(&row.zones)?,
        carriers: list(&row.carriers)?,
        travel_days: list(&row.travel_days)?,
        own_rates: list(&row.own_rates)?,
        id: row.id,
        code: row.code,
        name: row.name,
        tax_class_id: row.tax_class_id,
        max_weight_g: row.max_weight_g,
        max_size: SizeLimits { length_mm: row.max_length_mm, girth_mm: row.max_girth_mm },
        transit_days_min: row.transit_days_min,
        transit_days_max: row.transit_days_max,
        tracking_required: row.tracking_required,
        signature_required: row.signature_required,
        cut_off: row.cut_off.as_deref().map(|at| known("delivery_method.cut_off", at, at.parse().ok())).transpose()?,
        cod_allowed: row.cod_allowed,
        position: row.position,
        active: row.active,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub(super) fn delivery_method_row(method: &DeliveryMethod) -> delivery_method_row::ActiveModel {
    delivery_method_row::ActiveModel {
        id: Set(method.id),
        code: Set(method.code.clone()),
        name: Set(method.name.clone()),
        kind: Set(method.kind.as_str().to_owned()),
        pricing: Set(method.pricing.as_str().to_owned()),
        product_types: Set(text(&method.product_types)),
        countries: Set(text(&method.countries)),
        tax_class_id: Set(method.tax_class_id),
        max_weight_g: Set(method.max_weight_g),
        max_length_mm: Set(method.max_size.length_mm),
        max_girth_mm: Set(method.max_size.girth_mm),
        transit_days_min: Set(method.transit_days_min),
        transit_days_max: Set(method.transit_days_max),
        tracking_required: Set(method.tracking_required),
        signature_required: Set(method.signature_required),
        cut_off: Set(method.cut_off.map(|at| at.to_string())),
        cod_allowed: Set(method.cod_allowed),
        zones: Set(text(&method.zones)),
        carriers: Set(text(&method.carriers)),
        travel_days: Set(text(&method.travel_days)),
        own_rates: Set(text(&method.own_rates)),
        position: Set(method.position),
        active: Set(method.active),
        version: Set(method.version),
        created_at: Set(method.created_at),
        updated_at: Set(method.updated_at),
    }
}

pub(super) fn delivery_rate_rows(method: &DeliveryMethod) -> Vec<delivery_rate_row::ActiveModel> {
    let row = |rate: &DeliveryRate| delivery_rate_row::ActiveModel {
        delivery_method_id: Set(method.id),
        currency: Set(rate.currency),
        product_type: Set(rate.product_type.clone().unwrap_or_default()),
        first_minor: Set(rate.first_minor),
        additional_minor: Set(rate.additional_minor),
        free_above_minor: Set(rate.free_above_minor),
        funded_by: Set(rate.funded_by.as_str().to_owned()),
        brackets: Set(text(&rate.brackets)),
        surcharges: Set(text(&rate.surcharges)),
    };
    method.rates.iter().map(row).collect()
}

pub(super) fn carrier(row: carrier_row::Model) -> Result<Carrier, Error> {
    Ok(Carrier {
        id: row.id,
        code: row.code,
        name: row.name,
        tracking_url_template: row.tracking_url_template,
        number_pattern: row.number_pattern,
        event_map: list(&row.event_map)?,
        active: row.active,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub(super) fn carrier_row(carrier: &Carrier) -> carrier_row::ActiveModel {
    carrier_row::ActiveModel {
        id: Set(carrier.id),
        code: Set(carrier.code.clone()),
        name: Set(carrier.name.clone()),
        tracking_url_template: Set(carrier.tracking_url_template.clone()),
        number_pattern: Set(carrier.number_pattern.clone()),
        event_map: Set(text(&carrier.event_map)),
        active: Set(carrier.active),
        version: Set(carrier.version),
        created_at: Set(carrier.created_at),
        updated_at: Set(carrier.updated_at),
    }
}

pub(super) fn rule(
    row: commission_rule_row::Model,
    amounts: Vec<commission_amount_row::Model>,
) -> Result<CommissionRule, Error> {
    let amounts = amounts.into_iter().map(|amount| {
        Ok::<_, Error>(CommissionAmounts {
            currency: amount.currency,
            fixed_per_order_minor: amount.fixed_per_order_minor,
            fixed_per_line_minor: amount.fixed_per_line_minor,
            min_per_line_minor: amount.min_per_line_minor,
            max_per_line_minor: amount.max_per_line_minor,
            brackets: serde_json::from_str(&amount.brackets)?,
        })
    });
    Ok(CommissionRule {
        base: known("commission_rule.base", &row.base, CommissionBase::parse(&row.base))?,
        amounts: amounts.collect::<Result<_, _>>()?,
        scope: CommissionScope {
            merchant: row.merchant_id,
            category: row.category_id,
            tier: row.tier,
            channel: row.channel_id,
            product: row.product_id,
            country: row.country,
        },
        id: row.id,
        name: row.name,
        is_default: row.is_default,
        item_ppm: row.item_ppm,
        shipping_ppm: row.shipping_ppm,
        min_on_zero: row.min_on_zero,
        priority: row.priority,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub(super) fn rule_row(rule: &CommissionRule) -> commission_rule_row::ActiveModel {
    commission_rule_row::ActiveModel {
        id: Set(rule.id),
        name: Set(rule.name.clone()),
        is_default: Set(rule.is_default),
        merchant_id: Set(rule.scope.merchant),
        category_id: Set(rule.scope.category),
        tier: Set(rule.scope.tier.clone()),
        channel_id: Set(rule.scope.channel),
        product_id: Set(rule.scope.product),
        country: Set(rule.scope.country.clone()),
        base: Set(rule.base.as_str().to_owned()),
        item_ppm: Set(rule.item_ppm),
        shipping_ppm: Set(rule.shipping_ppm),
        min_on_zero: Set(rule.min_on_zero),
        priority: Set(rule.priority),
        valid_from: Set(rule.valid_from),
        valid_to: Set(rule.valid_to),
        version: Set(rule.version),
        created_at: Set(rule.created_at),
        updated_at: Set(rule.updated_at),
    }
}

pub(super) fn amount_rows(rule: &CommissionRule) -> Result<Vec<commission_amount_row::ActiveModel>, Error> {
    let row = |amounts: &CommissionAmounts| {
        Ok(commission_amount_row::ActiveModel {
            commission_rule_id: Set(rule.id),
            currency: Set(amounts.currency),
            fixed_per_order_minor: Set(amounts.fixed_per_order_minor),
            min_per_line_minor: Set(amounts.min_per_line_minor),
            max_per_line_minor: Set(amounts.max_per_line_minor),
            fixed_per_line_minor: Set(amounts.fixed_per_line_minor),
            brackets: Set(serde_json::to_string(&amounts.brackets)?),
        })
    };
    rule.amounts.iter().map(row).collect()
}

//! The whole marketplace in ten small statements.

use std::collections::HashMap;
use std::hash::Hash;

use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};

use super::convert;
use crate::Error;
use crate::entity::{
    carrier_row, channel_row, commission_amount_row, commission_rule_row, delivery_method_row, delivery_rate_row,
    settings_row, tax_class_row, tax_rate_row, version_row,
};
use crate::model::{CommissionRules, Settings, Snapshot};

/// The name of the present content of all tables.
pub(crate) async fn stamp<C: ConnectionTrait>(conn: &C) -> Result<(i64, String), Error> {
    let row = version_row::Entity::find().one(conn).await?;
    let row = row.ok_or_else(|| context::Error::internal("marketplace_version has no row"))?;
    Ok((row.version, row.stamp))
}

/// Everything. The caller makes sure that nobody writes meanwhile.
pub(crate) async fn all<C: ConnectionTrait>(conn: &C, version: i64) -> Result<Snapshot, Error> {
    let channels = channel_row::Entity::find().order_by_asc(channel_row::Column::Code).all(conn).await?;
    let carriers = carrier_row::Entity::find().order_by_asc(carrier_row::Column::Code).all(conn).await?;
    let settings = settings_row::Entity::find().order_by_desc(settings_row::Column::Version).one(conn).await?;
    Ok(Snapshot {
        version,
        channels: channels.into_iter().map(convert::channel).collect::<Result<_, _>>()?,
        tax_classes: tax_classes(conn).await?,
        delivery_methods: delivery_methods(conn).await?,
        carriers: carriers.into_iter().map(convert::carrier).collect::<Result<_, Error>>()?,
        commission: rules(conn).await?,
        mail_texts: super::mail_text::all(conn).await?,
        settings_version: settings.as_ref().map_or(0, |row| row.version),
        settings: match settings {
            Some(row) => serde_json::from_str(&row.document)?,
            None => Settings::default(),
        },
    })
}

async fn tax_classes<C: ConnectionTrait>(conn: &C) -> Result<Vec<crate::model::TaxClass>, Error> {
    let rows = tax_class_row::Entity::find().order_by_asc(tax_class_row::Column::Code).all(conn).await?;
    let rates = tax_rate_row::Entity::find()
        .order_by_asc(tax_rate_row::Column::Country)
        .order_by_asc(tax_rate_row::Column::ValidFromOn)
        .all(conn)
        .await?;
    let mut rates = grouped(rates, |rate| rate.tax_class_id);
    Ok(rows
        .into_iter()
        .map(|row| (rates.remove(&row.id).unwrap_or_default(), row))
        .map(|(r, row)| convert::tax_class(row, r))
        .collect())
}

async fn delivery_methods<C: ConnectionTrait>(conn: &C) -> Result<Vec<crate::model::DeliveryMethod>, Error> {
    let rows = delivery_method_row::Entity::find()
        .order_by_asc(delivery_method_row::Column::Position)
        .order_by_asc(delivery_method_row::Column::Code)
        .all(conn)
        .await?;
    let rates = delivery_rate_row::Entity::find()
        .order_by_asc(delivery_rate_row::Column::Currency)
        .order_by_asc(delivery_rate_row::Column::ProductType)
        .all(conn)
        .await?;
    let mut rates = grouped(rates, |rate| rate.delivery_method_id);
    rows.into_iter()
        .map(|row| {
            let rates = rates.remove(&row.id).unwrap_or_default();
            convert::delivery_method(row, rates)
        })
        .collect()
}

async fn rules<C: ConnectionTrait>(conn: &C) -> Result<CommissionRules, Error> {
    let rows = commission_rule_row::Entity::find().order_by_asc(commission_rule_row::Column::Id).all(conn).await?;
    let amounts =
        commission_amount_row::Entity::find().order_by_asc(commission_amount_row::Column::Currency).all(conn).await?;
    let mut amounts = grouped(amounts, |amount| amount.commission_rule_id);
    let rules: Result<Vec<_>, Error> = rows
        .into_iter()
        .map(|row| {
            let amounts = amounts.remove(&row.id).unwrap_or_default();
            convert::rule(row, amounts)
        })
        .collect();
    Ok(CommissionRules::new(rules?))
}

fn grouped<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

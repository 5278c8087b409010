//! Writing: one after another, under the lock of the version row.

use access::{Denied, Grant};
use context::{Ctx, WriteTx};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter,
};

use super::{convert, load};
use crate::Error;
use crate::entity::{
    carrier_row, channel_row, commission_amount_row, commission_rule_row, delivery_method_row, delivery_rate_row,
    settings_row, tax_class_row, tax_rate_row, version_row,
};
use crate::model::{Carrier, Channel, CommissionRule, DeliveryMethod, Settings, Snapshot, TaxClass};

/// The first statement of each write: takes the lock of the marketplace, gives its content a new name and loads it.
pub(crate) async fn begin(ctx: &Ctx, tx: &WriteTx, grant: &Grant) -> Result<Snapshot, Error> {
    if !grant.is_wide() {
        // A role of a merchant cannot change the marketplace, whatever the policy says.
        return Err(context::Error::Denied(Denied::Lacking(grant.action())).into());
    }
    let stamp = kernel::id::encode(ctx.world().ids.uuid());
    version_row::Entity::update_many()
        .col_expr(version_row::Column::Version, Expr::col(version_row::Column::Version).add(1))
        .col_expr(version_row::Column::Stamp, Expr::value(stamp))
        .exec(&**tx)
        .await?;
    let (version, _) = load::stamp(&**tx).await?;
    load::all(&**tx, version).await
}

async fn insert<A, C>(conn: &C, row: A, field: &str) -> Result<(), Error>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    C: ConnectionTrait,
{
    A::Entity::insert(row).exec_without_returning(conn).await.map_err(|error| taken(error, field))?;
    Ok(())
}

fn taken(error: DbErr, field: &str) -> Error {
    match db::violated(&error) {
        Some(db::error::Violation::Unique) => context::Error::Taken { field: field.to_owned() }.into(),
        _ => error.into(),
    }
}

/// One row must have had the version that the caller saw.
fn exactly_one(rows: u64, what: &'static str) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(context::Error::Stale(what).into()) }
}

/// An aggregate is saved with the version it had before; its own field is already the next.
const fn seen(version: i64) -> i64 {
    version - 1
}

pub(crate) async fn insert_channel(tx: &WriteTx, channel: &Channel) -> Result<(), Error> {
    insert(&**tx, convert::channel_row(channel), "code").await
}

pub(crate) async fn save_channel(tx: &WriteTx, channel: &Channel) -> Result<(), Error> {
    let saved = channel_row::Entity::update_many()
        .set(convert::channel_row(channel))
        .filter(channel_row::Column::Id.eq(channel.id))
        .filter(channel_row::Column::Version.eq(seen(channel.version)))
        .exec(&**tx)
        .await
        .map_err(|error| taken(error, "code"))?;
    exactly_one(saved.rows_affected, "channel")
}

pub(crate) async fn insert_carrier(tx: &WriteTx, carrier: &Carrier) -> Result<(), Error> {
    insert(&**tx, convert::carrier_row(carrier), "code").await
}

pub(crate) async fn save_carrier(tx: &WriteTx, carrier: &Carrier) -> Result<(), Error> {
    let saved = carrier_row::Entity::update_many()
        .set(convert::carrier_row(carrier))
        .filter(carrier_row::Column::Id.eq(carrier.id))
        .filter(carrier_row::Column::Version.eq(seen(carrier.version)))
        .exec(&**tx)
        .await
        .map_err(|error| taken(error, "code"))?;
    exactly_one(saved.rows_affected, "carrier")
}

pub(crate) async fn insert_tax_class(tx: &WriteTx, class: &TaxClass) -> Result<(), Error> {
    insert(&**tx, convert::tax_class_row(class), "code").await?;
    insert_rates(tx, class).await
}

pub(crate) async fn save_tax_class(tx: &WriteTx, class: &TaxClass) -> Result<(), Error> {
    let saved = tax_class_row::Entity::update_many()
        .set(convert::tax_class_row(class))
        .filter(tax_class_row::Column::Id.eq(class.id))
        .filter(tax_class_row::Column::Version.eq(seen(class.version)))
        .exec(&**tx)
        .await
        .map_err(|error| taken(error, "code"))?;
    exactly_one(saved.rows_affected, "tax class")?;
    let old = tax_rate_row::Column::TaxClassId.eq(class.id);
    tax_rate_row::Entity::delete_many().filter(old).exec(&**tx).await?;
    insert_rates(tx, class).await
}

async fn insert_rates(tx: &WriteTx, class: &TaxClass) -> Result<(), Error> {
    let rows = convert::tax_rate_rows(class);
    if !rows.is_empty() {
        tax_rate_row::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

pub(crate) async fn insert_delivery_method(tx: &WriteTx, method: &DeliveryMethod) -> Result<(), Error> {
    insert(&**tx, convert::delivery_method_row(method), "code").await?;
    insert_delivery_rates(tx, method).await
}

pub(crate) async fn save_delivery_method(tx: &WriteTx, method: &DeliveryMethod) -> Result<(), Error> {
    let saved = delivery_method_row::Entity::update_many()
        .set(convert::delivery_method_row(method))
        .filter(delivery_method_row::Column::Id.eq(method.id))
        .filter(delivery_method_row::Column::Version.eq(seen(method.version)))
        .exec(&**tx)
        .await
        .map_err(|error| taken(error, "code"))?;
    exactly_one(saved.rows_affected, "delivery method")?;
    let old = delivery_rate_row::Column::DeliveryMethodId.eq(method.id);
    delivery_rate_row::Entity::delete_many().filter(old).exec(&**tx).await?;
    insert_delivery_rates(tx, method).await
}

async fn insert_delivery_rates(tx: &WriteTx, method: &DeliveryMethod) -> Result<(), Error> {
    let rows = convert::delivery_rate_rows(method);
    if !rows.is_empty() {
        delivery_rate_row::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

pub(crate) async fn insert_rule(tx: &WriteTx, rule: &CommissionRule) -> Result<(), Error> {
    insert(&**tx, convert::rule_row(rule), "isDefault").await?;
    insert_amounts(tx, rule).await
}

pub(crate) async fn save_rule(tx: &WriteTx, rule: &CommissionRule) -> Result<(), Error> {
    let saved = commission_rule_row::Entity::update_many()
        .set(convert::rule_row(rule))
        .filter(commission_rule_row::Column::Id.eq(rule.id))
        .filter(commission_rule_row::Column::Version.eq(seen(rule.version)))
        .exec(&**tx)
        .await?;
    exactly_one(saved.rows_affected, "commission rule")?;
    let old = commission_amount_row::Column::CommissionRuleId.eq(rule.id);
    commission_amount_row::Entity::delete_many().filter(old).exec(&**tx).await?;
    insert_amounts(tx, rule).await
}

async fn insert_amounts(tx: &WriteTx, rule: &CommissionRule) -> Result<(), Error> {
    let rows = convert::amount_rows(rule)?;
    if !rows.is_empty() {
        commission_amount_row::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// What a version of the settings said; 0 are the defaults.
pub(crate) async fn settings_of(tx: &WriteTx, version: i64) -> Result<Settings, Error> {
    if version == 0 {
        return Ok(Settings::default());
    }
    let row = settings_row::Entity::find_by_id(version).one(&**tx).await?;
    Ok(serde_json::from_str(&row.ok_or(context::Error::NotFound("version of the settings"))?.document)?)
}

pub(crate) async fn insert_settings(tx: &WriteTx, row: settings_row::ActiveModel) -> Result<(), Error> {
    settings_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

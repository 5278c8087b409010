//! Versions of the formula.

use std::collections::HashMap;

use context::WriteTx;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::entity::rating::{activation_row, formula_row};
use crate::model::rating::{Formula, FormulaVersion};

/// Makes whoever writes or activates a formula wait for whoever does so now. The first version is always there.
pub(crate) async fn lock(tx: &WriteTx) -> Result<(), Error> {
    formula_row::Entity::find_by_id(1).lock_exclusive().one(&**tx).await?;
    Ok(())
}

/// The number of the version in force.
pub(crate) async fn active_version<C: ConnectionTrait>(conn: &C) -> Result<i64, Error> {
    let last = activation_row::Entity::find().order_by_desc(activation_row::Column::Number).limit(1).one(conn).await?;
    Ok(last.ok_or_else(|| context::Error::internal("no formula is in force"))?.version)
}

/// The formula in force, and its version.
pub(crate) async fn active<C: ConnectionTrait>(conn: &C) -> Result<(i64, Formula), Error> {
    let version = active_version(conn).await?;
    Ok((version, find(conn, version).await?))
}

pub(crate) async fn find<C: ConnectionTrait>(conn: &C, version: i64) -> Result<Formula, Error> {
    let row = formula_row::Entity::find_by_id(version).one(conn).await?;
    Ok(serde_json::from_str(&row.ok_or(context::Error::NotFound("rating formula"))?.formula)?)
}

/// The formulas of these versions.
pub(crate) async fn by_versions<C: ConnectionTrait>(
    conn: &C,
    versions: Vec<i64>,
) -> Result<HashMap<i64, Formula>, Error> {
    if versions.is_empty() {
        return Ok(HashMap::new());
    }
    let found = formula_row::Entity::find().filter(formula_row::Column::Version.is_in(db::dialect::pad(versions)));
    found.all(conn).await?.into_iter().map(|row| Ok((row.version, serde_json::from_str(&row.formula)?))).collect()
}

/// Versions below `before`, the newest first.
pub(crate) async fn list<C: ConnectionTrait>(
    conn: &C,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<FormulaVersion>, Error> {
    let mut find = formula_row::Entity::find().order_by_desc(formula_row::Column::Version).limit(limit);
    if let Some(before) = before {
        find = find.filter(formula_row::Column::Version.lt(before));
    }
    let rows = find.all(conn).await?;
    versions(conn, rows).await
}

/// One version.
pub(crate) async fn get<C: ConnectionTrait>(conn: &C, version: i64) -> Result<FormulaVersion, Error> {
    let rows = formula_row::Entity::find_by_id(version).all(conn).await?;
    Ok(versions(conn, rows).await?.pop().ok_or(context::Error::NotFound("rating formula"))?)
}

async fn versions<C: ConnectionTrait>(conn: &C, rows: Vec<formula_row::Model>) -> Result<Vec<FormulaVersion>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let active = active_version(conn).await?;
    let numbers: Vec<i64> = rows.iter().map(|row| row.version).collect();
    let activations = activation_row::Entity::find()
        .filter(activation_row::Column::Version.is_in(db::dialect::pad(numbers)))
        .order_by_asc(activation_row::Column::Number);
    let activations = activations.all(conn).await?.into_iter().map(|row| (row.version, row));
    // The last one of each version.
    let mut last: HashMap<i64, activation_row::Model> = activations.collect();
    rows.into_iter()
        .map(|row| {
            let activation = last.remove(&row.version);
            Ok(FormulaVersion {
                formula: serde_json::from_str(&row.formula)?,
                note: row.note,
                author_name: row.author_name,
                created_at: row.created_at,
                activated_at: activation.as_ref().map(|activation| activation.at),
                activated_by: activation.map(|activation| activation.actor_name),
                active: row.version == active,
                version: row.version,
            })
        })
        .collect()
}

/// Writes the next version, under [`lock`].
pub(crate) async fn insert(tx: &WriteTx, formula: &Formula, note: &str) -> Result<i64, Error> {
    let last = formula_row::Entity::find().order_by_desc(formula_row::Column::Version).limit(1).one(&**tx).await?;
    let version = last.map_or(1, |row| row.version + 1);
    let row = formula_row::ActiveModel {
        version: Set(version),
        formula: Set(serde_json::to_string(formula)?),
        note: Set(note.to_owned()),
        author: Set(tx.ctx().actor().id()),
        author_name: Set(tx.ctx().actor().name.clone()),
        created_at: Set(tx.now()),
    };
    formula_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(version)
}

/// Puts a version in force, under [`lock`]; the number of the activation.
pub(crate) async fn activate(tx: &WriteTx, version: i64) -> Result<i64, Error> {
    let last = activation_row::Entity::find().order_by_desc(activation_row::Column::Number).limit(1).one(&**tx).await?;
    let number = last.map_or(1, |row| row.number + 1);
    let row = activation_row::ActiveModel {
        number: Set(number),
        version: Set(version),
        actor: Set(tx.ctx().actor().id()),
        actor_name: Set(tx.ctx().actor().name.clone()),
        at: Set(tx.now()),
    };
    activation_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(number)
}

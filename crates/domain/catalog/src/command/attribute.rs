//! Typed attributes.

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::AttributeId;
use kernel::text;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect};

use crate::Error;
use crate::actions::ATTRIBUTE_EDIT;
use crate::entity::{attribute, product_value, variant_value};
use crate::model::{Attribute, AttributeKind, AttributeRules};
use crate::repo::{rows, save};

/// A new attribute.
#[derive(Debug, Clone)]
pub struct AttributeCreate {
    /// The name programs use; it stays for ever.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// What kind of value it takes; it stays for ever.
    pub kind: AttributeKind,
    /// The unit of a measurement.
    pub unit: Option<String>,
    /// What a value must satisfy.
    pub rules: AttributeRules,
    /// Whether storefronts filter by it.
    pub filterable: bool,
    /// Its place among the attributes.
    pub position: i32,
}

/// A change of an attribute; what is `None` stays.
#[derive(Debug, Clone)]
pub struct AttributeEdit {
    /// The attribute.
    pub id: AttributeId,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The name for people.
    pub name: Option<String>,
    /// What a value must satisfy. Bounds hold for values written from now on; an option that is in use stays.
    pub rules: Option<AttributeRules>,
    /// Whether storefronts filter by it.
    pub filterable: Option<bool>,
    /// Its place among the attributes.
    pub position: Option<i32>,
}

/// Creates an attribute.
///
/// # Errors
/// The field at fault; `TAKEN` for the code.
pub async fn attribute_create(ctx: &Ctx, input: AttributeCreate) -> Result<Attribute, Error> {
    ctx.authorize(ATTRIBUTE_EDIT)?;
    let mut tx = ctx.begin_write().await?;
    let created = Attribute {
        id: ctx.new_id(),
        code: text::code("code", &input.code, 60)?,
        name: text::line("name", &input.name, 120)?,
        kind: input.kind,
        unit: input.unit.map(|unit| text::line("unit", &unit, 20)).transpose()?,
        rules: input.rules,
        filterable: input.filterable,
        position: input.position,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    created.check()?;
    let holder = attribute::Entity::find().filter(attribute::Column::Code.eq(created.code.as_str()));
    if holder.count(&*tx).await? > 0 {
        return Err(context::Error::Taken { field: "code".to_owned() }.into());
    }
    write(&tx, &created).await?;
    tx.record(Change::new("attribute", created.id, "created").diff(None, Some(&created)));
    tx.commit().await?;
    Ok(created)
}

/// Changes an attribute. Its code and kind stay, and so do options that values use.
///
/// # Errors
/// Not found; stale; the field at fault; `ATTRIBUTE_IN_USE`.
pub async fn attribute_edit(ctx: &Ctx, input: AttributeEdit) -> Result<Attribute, Error> {
    ctx.authorize(ATTRIBUTE_EDIT)?;
    let mut tx = ctx.begin_write().await?;
    let row = attribute::Entity::find_by_id(input.id).lock_exclusive().one(&*tx).await?;
    let before = rows::attribute(row.ok_or(context::Error::NotFound("attribute"))?)?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("attribute").into());
    }
    let mut after = before.clone();
    if let Some(name) = &input.name {
        after.name = text::line("name", name, 120)?;
    }
    after.rules = input.rules.unwrap_or(after.rules);
    after.filterable = input.filterable.unwrap_or(after.filterable);
    after.position = input.position.unwrap_or(after.position);
    after.check()?;
    options_stay(&tx, &before, &after).await?;
    (after.version, after.updated_at) = (before.version + 1, tx.now());
    write(&tx, &after).await?;
    tx.record(Change::new("attribute", after.id, "edited").diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// No value loses its option.
async fn options_stay(tx: &WriteTx, before: &Attribute, after: &Attribute) -> Result<(), Error> {
    let stays = |code: &String| after.rules.options.iter().any(|option| option.code == *code);
    let gone: Vec<String> =
        before.rules.options.iter().map(|option| option.code.clone()).filter(|code| !stays(code)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let of_products = product_value::Entity::find()
        .filter(product_value::Column::AttributeId.eq(before.id))
        .filter(product_value::Column::Value.is_in(gone.clone()));
    let of_variants = variant_value::Entity::find()
        .filter(variant_value::Column::AttributeId.eq(before.id))
        .filter(variant_value::Column::Value.is_in(gone));
    let used = of_products.count(&**tx).await? + of_variants.count(&**tx).await?;
    if used == 0 { Ok(()) } else { Err(Error::AttributeInUse) }
}

/// Writes a locked or new attribute.
async fn write(tx: &WriteTx, attribute: &Attribute) -> Result<(), Error> {
    let row = attribute::Model {
        id: attribute.id,
        code: attribute.code.clone(),
        name: attribute.name.clone(),
        kind: attribute.kind.as_str().to_owned(),
        unit: attribute.unit.clone(),
        rules: serde_json::to_string(&attribute.rules).map_err(context::Error::from)?,
        filterable: attribute.filterable,
        position: attribute.position,
        version: attribute.version,
        created_at: attribute.created_at,
        updated_at: attribute.updated_at,
    };
    Ok(save::upsert::<attribute::Entity>(tx, vec![row.into_active_model()], attribute::Column::Id).await?)
}

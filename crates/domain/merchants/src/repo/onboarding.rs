//! What onboarding is judged by, for many merchants with one statement a table.

use std::collections::{BTreeMap, HashMap};

use context::WriteTx;
use kernel::id::MerchantId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::entity::onboarding::{acceptance_row, agreement_row, document_row, plan_row, progress_row, waiver_row};
use crate::model::checklist::{Evidence, Plan, Progress, Waiver};
use crate::model::{DocumentState, Merchant};

/// What is asked of a type of merchants: its own plan.
pub(crate) async fn plan<C: ConnectionTrait>(conn: &C, merchant_type: &str) -> Result<Plan, Error> {
    let row = plan_row::Entity::find_by_id(merchant_type).one(conn).await?;
    row.map(plan_of).transpose().map(|plan| plan.unwrap_or_else(|| none(merchant_type)))
}

/// All plans, by type.
pub(crate) async fn plans<C: ConnectionTrait>(conn: &C) -> Result<BTreeMap<String, Plan>, Error> {
    let rows = plan_row::Entity::find().order_by_asc(plan_row::Column::MerchantType).all(conn).await?;
    rows.into_iter().map(|row| plan_of(row).map(|plan| (plan.merchant_type.clone(), plan))).collect()
}

/// A plan that asks for nothing.
pub(crate) fn none(merchant_type: &str) -> Plan {
    Plan { merchant_type: merchant_type.to_owned(), items: Vec::new(), version: 0 }
}

fn plan_of(row: plan_row::Model) -> Result<Plan, Error> {
    let items = serde_json::from_str(&row.items)?;
    Ok(Plan { merchant_type: row.merchant_type, items, version: row.version })
}

/// Writes a plan, if nobody changed it since version `plan.version - 1`.
pub(crate) async fn save_plan(tx: &WriteTx, plan: &Plan) -> Result<bool, Error> {
    use plan_row::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        merchant_type: Set(plan.merchant_type.clone()),
        items: Set(serde_json::to_string(&plan.items)?),
        version: Set(plan.version),
        updated_at: Set(tx.now()),
    };
    if plan.version == 1 {
        let first = OnConflict::column(Column::MerchantType).do_nothing().to_owned();
        return Ok(Entity::insert(row).on_conflict(first).exec_without_returning(&**tx).await? == 1);
    }
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::MerchantType.eq(plan.merchant_type.as_str()))
        .filter(Column::Version.eq(plan.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// What these merchants are judged by. Six statements, however many they are.
pub(crate) async fn evidence<C: ConnectionTrait>(
    conn: &C,
    merchants: &[Merchant],
) -> Result<HashMap<MerchantId, Evidence>, Error> {
    let ids: Vec<MerchantId> = merchants.iter().map(|merchant| merchant.id).collect();
    let mut found: HashMap<MerchantId, Evidence> = ids.iter().map(|id| (*id, Evidence::default())).collect();
    if ids.is_empty() {
        return Ok(found);
    }
    for (id, of) in super::party::all(conn, &ids).await? {
        let Some(evidence) = found.get_mut(&id) else { continue };
        evidence.tax_ids = of.tax_ids;
    }
    let ids = db::dialect::pad(ids);
    let newest = newest(conn).await?;
    for evidence in found.values_mut() {
        evidence.newest.clone_from(&newest);
    }
    let accepted = acceptance_row::Entity::find().filter(acceptance_row::Column::MerchantId.is_in(ids.clone()));
    for row in accepted.all(conn).await? {
        let Some(evidence) = found.get_mut(&row.merchant_id) else { continue };
        let known = evidence.accepted.entry(row.code).or_default();
        *known = (*known).max(row.number);
    }
    let papers = document_row::Entity::find()
        .filter(document_row::Column::MerchantId.is_in(ids.clone()))
        .order_by_asc(document_row::Column::Id);
    for row in papers.all(conn).await? {
        let Some(evidence) = found.get_mut(&row.merchant_id) else { continue };
        let state = super::known("document state", &row.state, DocumentState::parse)?;
        evidence.papers.push((row.kind, state, row.review_note, row.expires_on));
    }
    let waivers = waiver_row::Entity::find().filter(waiver_row::Column::MerchantId.is_in(ids.clone()));
    for row in waivers.all(conn).await? {
        let Some(evidence) = found.get_mut(&row.merchant_id) else { continue };
        evidence.waivers.push(Waiver { item: row.item, reason: row.reason, actor_name: row.actor_name });
    }
    for row in progress_row::Entity::find().filter(progress_row::Column::MerchantId.is_in(ids)).all(conn).await? {
        let Some(evidence) = found.get_mut(&row.merchant_id) else { continue };
        let progress_row::Model { products_loaded, products_accepted, locations, .. } = row;
        evidence.progress = Progress { products_loaded, products_accepted, locations };
    }
    Ok(found)
}

/// The newest version of each agreement.
async fn newest<C: ConnectionTrait>(conn: &C) -> Result<BTreeMap<String, i64>, Error> {
    use agreement_row::{Column, Entity};
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::Code)
        .column_as(Column::Number.max(), "newest")
        .group_by(Column::Code)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Waives an item; whether it was not waived before.
pub(crate) async fn waive(tx: &WriteTx, merchant: MerchantId, item: &str, reason: &str) -> Result<bool, Error> {
    use waiver_row::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        merchant_id: Set(merchant),
        item: Set(item.to_owned()),
        reason: Set(reason.to_owned()),
        actor: Set(tx.ctx().actor().id()),
        actor_name: Set(tx.ctx().actor().name.clone()),
        at: Set(tx.now()),
    };
    let first = OnConflict::columns([Column::MerchantId, Column::Item]).do_nothing().to_owned();
    Ok(Entity::insert(row).on_conflict(first).exec_without_returning(&**tx).await? == 1)
}

/// Keeps what other systems tell; the newest word counts.
pub(crate) async fn note_progress(tx: &WriteTx, merchant: MerchantId, progress: Progress) -> Result<(), Error> {
    use progress_row::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        merchant_id: Set(merchant),
        products_loaded: Set(progress.products_loaded),
        products_accepted: Set(progress.products_accepted),
        locations: Set(progress.locations),
        updated_at: Set(tx.now()),
    };
    let columns = [Column::ProductsLoaded, Column::ProductsAccepted, Column::Locations, Column::UpdatedAt];
    let over = OnConflict::column(Column::MerchantId).update_columns(columns).to_owned();
    Entity::insert(row).on_conflict(over).exec_without_returning(&**tx).await?;
    Ok(())
}

//! Stock locations. They are never removed, only made inactive: the journal speaks of them.

use context::{Ctx, WriteTx, merchant_meant};
use history::Change;
use kernel::Invalid;
use kernel::country::country;
use kernel::id::{LocationId, MerchantId, StockItemId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::actions::LOCATION_EDIT;
use crate::entity::{level, location};
use crate::error::Error;
use crate::event::{LocationChanged, StockChanged};
use crate::model::{Location, Store};
use crate::query::locations::find;
use crate::repo;

/// A new location.
#[derive(Debug, Clone)]
pub struct LocationCreate {
    /// Whose it is; a merchant's own staff may leave it out.
    pub merchant_id: Option<MerchantId>,
    /// A short name for programs, unique with the merchant.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// ISO 3166 code of two letters.
    pub country: String,
    /// Which location is used first: the lowest number.
    pub priority: i32,
}

/// Changes of a location; what is absent stays.
#[derive(Debug, Clone)]
pub struct LocationEdit {
    /// Which one.
    pub id: LocationId,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The name for people.
    pub name: Option<String>,
    /// ISO 3166 code of two letters.
    pub country: Option<String>,
    /// Which location is used first: the lowest number.
    pub priority: Option<i32>,
    /// Where buyers collect goods; `Some(None)`: they cannot any more.
    pub store: Option<Option<Store>>,
    /// Whether new orders may be served from here.
    pub active: Option<bool>,
}

const NAME_MAX: usize = 120;
const CODE_MAX: usize = 40;
const PRIORITY_MAX: i32 = 10_000;

fn priority(raw: i32) -> Result<i32, Invalid> {
    if (0..=PRIORITY_MAX).contains(&raw) {
        return Ok(raw);
    }
    Err(Invalid::range("priority", 0, i64::from(PRIORITY_MAX)))
}

/// Makes a location.
///
/// # Errors
/// `TAKEN` when the merchant has a location of this code; not found for a merchant that does not exist or is another's.
pub async fn location_create(ctx: &Ctx, input: LocationCreate) -> Result<Location, Error> {
    let grant = ctx.authorize(LOCATION_EDIT)?;
    let merchant_id = merchant_meant(&grant, input.merchant_id)?;
    let code = kernel::text::code("code", &input.code, CODE_MAX)?;
    let name = kernel::text::line("name", &input.name, NAME_MAX)?;
    let (country, priority) = (country("country", &input.country)?, priority(input.priority)?);
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::require_merchant(&tx, &grant, merchant_id).await?;
    let now = tx.now();
    let row = location::ActiveModel {
        id: Set(ctx.new_id()),
        merchant_id: Set(merchant_id),
        code: Set(code),
        name: Set(name),
        country: Set(country),
        priority: Set(priority),
        store: Set(None),
        active: Set(true),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let row = match row.insert(&*tx).await {
        Ok(row) => row,
        Err(error) if db::violated(&error) == Some(db::error::Violation::Unique) => {
            return Err(context::Error::Taken { field: "code".to_owned() }.into());
        }
        Err(error) => return Err(error.into()),
    };
    let location = Location::from(row);
    let change = Change::new("location", location.id, "created").of_merchant(merchant_id);
    tx.record(change.diff(None, Some(&location)));
    tx.emit(&LocationChanged { location: location.id, merchant: merchant_id });
    tx.commit().await?;
    Ok(location)
}

/// Changes a location. Making it inactive leaves what is promised there promised; new orders go elsewhere.
///
/// # Errors
/// `STALE_VERSION` when somebody else changed it meanwhile; not found for another merchant's.
pub async fn location_edit(ctx: &Ctx, input: LocationEdit) -> Result<Location, Error> {
    let grant = ctx.authorize(LOCATION_EDIT)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = find(&*tx, &grant, input.id).await?.ok_or(context::Error::NotFound("location"))?;
    let mut after = before.clone();
    if let Some(name) = &input.name {
        after.name = kernel::text::line("name", name, NAME_MAX)?;
    }
    if let Some(raw) = &input.country {
        after.country = country("country", raw)?;
    }
    if let Some(raw) = input.priority {
        after.priority = priority(raw)?;
    }
    if let Some(store) = input.store {
        after.store = store.map(Store::checked).transpose()?;
    }
    after.active = input.active.unwrap_or(before.active);
    if before.version != input.expected_version {
        return Err(context::Error::Stale("location").into());
    }
    if after == before {
        return Ok(before);
    }
    after.version += 1;
    save(&tx, &after, before.version).await?;
    if after.active != before.active {
        tell_articles(&mut tx, after.id).await?;
    }
    let change = Change::new("location", after.id, "edited").of_merchant(after.merchant_id);
    tx.record(change.diff(Some(&before), Some(&after)));
    tx.emit(&LocationChanged { location: after.id, merchant: after.merchant_id });
    tx.commit().await?;
    Ok(after)
}

async fn save(tx: &WriteTx, after: &Location, seen: i64) -> Result<(), Error> {
    let row = location::ActiveModel {
        name: Set(after.name.clone()),
        country: Set(after.country.clone()),
        priority: Set(after.priority),
        store: Set(after.store.clone()),
        active: Set(after.active),
        version: Set(after.version),
        updated_at: Set(tx.now()),
        ..Default::default()
    };
    let done = location::Entity::update_many()
        .set(row)
        .filter(location::Column::Id.eq(after.id))
        .filter(location::Column::Version.eq(seen))
        .exec(&**tx)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(context::Error::Stale("location").into()) }
}

/// Articles in an event: more would make it unwieldy.
const ARTICLES_PER_EVENT: usize = 1_000;

/// All articles that can be sold here become available or run out at once.
async fn tell_articles(tx: &mut WriteTx, id: LocationId) -> Result<(), Error> {
    let mut items: Vec<StockItemId> = level::Entity::find()
        .select_only()
        .column(level::Column::StockItemId)
        .filter(level::Column::LocationId.eq(id))
        .filter(
            Expr::col(level::Column::OnHand)
                .gt(Expr::col(level::Column::Reserved).add(Expr::col(level::Column::Safety))),
        )
        .into_tuple()
        .all(&**tx)
        .await?;
    items.sort_unstable();
    for part in items.chunks(ARTICLES_PER_EVENT) {
        tx.emit(&StockChanged { stock_items: part.to_vec() });
    }
    Ok(())
}

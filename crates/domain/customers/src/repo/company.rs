//! Load and save companies.

use access::{Grant, Reach};
use chrono::{DateTime, Utc};
use context::{WriteTx, no_rows};
use kernel::id::{CompanyId, CompanyMemberId, CustomerId};
use kernel::{Currency, Money, PageArgs};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::Error;
use crate::entity::{company, company_member as member, customer};
use crate::model::{Company, CompanyMember, CompanyRole};

impl From<company::Model> for Company {
    fn from(row: company::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            registration_number: row.registration_number,
            vat_ids: row.vat_ids,
            addresses: row.addresses,
            po_number_required: row.po_number_required,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

impl From<member::Model> for CompanyMember {
    fn from(row: member::Model) -> Self {
        Self {
            id: row.id,
            company: row.company_id,
            customer: row.customer_id,
            email: row.email,
            role: row.role,
            spending_limit: row.limit_minor.zip(row.limit_currency).map(|(minor, of)| Money::new(minor, of)),
            version: row.version,
            created_at: row.created_at,
            joined_at: row.joined_at,
        }
    }
}

/// The companies that the grant reaches: all, or those in which the buyer has a place.
pub(crate) fn within(grant: &Grant, column: impl ColumnTrait) -> Condition {
    match grant.customers() {
        Reach::All => Condition::all(),
        Reach::Nothing => no_rows(),
        Reach::Only(id) => {
            let own = Query::select()
                .column(member::Column::CompanyId)
                .from(member::Entity)
                .and_where(member::Column::CustomerId.eq(id))
                .to_owned();
            Condition::all().add(column.in_subquery(own))
        }
    }
}

fn search_fold(company: &Company) -> String {
    kernel::text::fold(&format!("{} {}", company.name, company.vat_ids.0.join(" ")))
}

fn row(company: &Company, now: DateTime<Utc>) -> company::ActiveModel {
    company::ActiveModel {
        id: Set(company.id),
        name: Set(company.name.clone()),
        search_fold: Set(search_fold(company)),
        registration_number: Set(company.registration_number.clone()),
        vat_ids: Set(company.vat_ids.clone()),
        addresses: Set(company.addresses.clone()),
        po_number_required: Set(company.po_number_required),
        version: Set(company.version),
        created_at: Set(company.created_at),
        updated_at: Set(now),
    }
}

pub(crate) async fn insert(tx: &WriteTx, company: &Company) -> Result<(), Error> {
    company::Entity::insert(row(company, company.created_at)).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Saves a company that is locked.
pub(crate) async fn save(tx: &WriteTx, company: &Company) -> Result<(), Error> {
    company::Entity::update_many()
        .set(row(company, tx.now()))
        .filter(company::Column::Id.eq(company.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// A company within the grant.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: CompanyId) -> Result<Company, Error> {
    let row = company::Entity::find_by_id(id).filter(within(grant, company::Column::Id)).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("company"))?.into())
}

/// The same, locked until the transaction ends. Whoever changes its people holds this lock.
pub(crate) async fn lock(tx: &WriteTx, grant: &Grant, id: CompanyId) -> Result<Company, Error> {
    let find = company::Entity::find_by_id(id).filter(within(grant, company::Column::Id));
    let row = find.lock_exclusive().one(&**tx).await?;
    Ok(row.ok_or(context::Error::NotFound("company"))?.into())
}

/// A company, whoever asks.
pub(crate) async fn company_on<C: ConnectionTrait>(conn: &C, id: CompanyId) -> Result<Company, Error> {
    let row = company::Entity::find_by_id(id).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("company"))?.into())
}

/// A place, whoever asks.
pub(crate) async fn member_on<C: ConnectionTrait>(conn: &C, id: CompanyMemberId) -> Result<CompanyMember, Error> {
    let row = member::Entity::find_by_id(id).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("company member"))?.into())
}

/// The place of a buyer in a company.
pub(crate) async fn place<C: ConnectionTrait>(
    conn: &C,
    company: CompanyId,
    customer: CustomerId,
) -> Result<Option<CompanyMember>, Error> {
    let row = member::Entity::find()
        .filter(member::Column::CompanyId.eq(company))
        .filter(member::Column::CustomerId.eq(customer))
        .one(conn)
        .await?;
    Ok(row.map(CompanyMember::from))
}

/// The companies whose admin a buyer is.
pub(crate) async fn of_admin<C: ConnectionTrait>(conn: &C, customer: CustomerId) -> Result<Vec<CompanyId>, Error> {
    let rows = member::Entity::find()
        .select_only()
        .column(member::Column::CompanyId)
        .filter(member::Column::CustomerId.eq(customer))
        .filter(member::Column::Role.eq(CompanyRole::Admin));
    Ok(rows.into_tuple().all(conn).await?)
}

/// The places of a buyer in all companies.
pub(crate) async fn places<C: ConnectionTrait>(conn: &C, customer: CustomerId) -> Result<Vec<CompanyMember>, Error> {
    let rows = member::Entity::find()
        .filter(member::Column::CustomerId.eq(customer))
        .order_by_asc(member::Column::CompanyId)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(CompanyMember::from).collect())
}

/// Gives a place; tells `false` when the address has one already.
pub(crate) async fn insert_member(tx: &WriteTx, place: &CompanyMember) -> Result<bool, Error> {
    let row = member::ActiveModel {
        id: Set(place.id),
        company_id: Set(place.company),
        customer_id: Set(place.customer),
        email: Set(place.email.clone()),
        role: Set(place.role),
        limit_minor: Set(place.spending_limit.map(|limit| limit.minor)),
        limit_currency: Set(place.spending_limit.map(|limit| limit.currency)),
        version: Set(place.version),
        created_at: Set(place.created_at),
        joined_at: Set(place.joined_at),
    };
    let unless_there = OnConflict::new().do_nothing().to_owned();
    let inserted = member::Entity::insert(row).on_conflict(unless_there).exec_without_returning(&**tx).await?;
    Ok(inserted == 1)
}

/// Saves a place over the version that was read; tells `false` when it is stale.
pub(crate) async fn save_member(tx: &WriteTx, place: &CompanyMember, seen: i64) -> Result<bool, Error> {
    let limit = place.spending_limit;
    let done = member::Entity::update_many()
        .col_expr(member::Column::CustomerId, Expr::value(place.customer))
        .col_expr(member::Column::JoinedAt, Expr::value(place.joined_at))
        .col_expr(member::Column::Role, Expr::value(place.role.to_value()))
        .col_expr(member::Column::LimitMinor, Expr::value(limit.map(|limit| limit.minor)))
        .col_expr(member::Column::LimitCurrency, Expr::value(limit.map(|limit: Money| -> Currency { limit.currency })))
        .col_expr(member::Column::Version, Expr::value(seen + 1))
        .filter(member::Column::Id.eq(place.id))
        .filter(member::Column::Version.eq(seen))
        .exec(&**tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub(crate) async fn delete_member(tx: &WriteTx, id: CompanyMemberId) -> Result<(), Error> {
    member::Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// Takes the places of a buyer away, and what was offered to the address.
pub(crate) async fn delete_members_of(tx: &WriteTx, customer: CustomerId, email: &str) -> Result<(), Error> {
    let invited = Condition::all().add(member::Column::CustomerId.is_null()).add(member::Column::Email.eq(email));
    member::Entity::delete_many()
        .filter(Condition::any().add(member::Column::CustomerId.eq(customer)).add(invited))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn count_members(tx: &WriteTx, company: CompanyId) -> Result<u64, Error> {
    Ok(member::Entity::find().filter(member::Column::CompanyId.eq(company)).count(&**tx).await?)
}

/// How many admins have joined a company.
pub(crate) async fn count_admins(tx: &WriteTx, company: CompanyId) -> Result<u64, Error> {
    let admins = member::Entity::find()
        .filter(member::Column::CompanyId.eq(company))
        .filter(member::Column::Role.eq(CompanyRole::Admin))
        .filter(member::Column::CustomerId.is_not_null());
    Ok(admins.count(&**tx).await?)
}

/// The people of companies within the grant, by company and place.
pub(crate) async fn members_of<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    companies: &[CompanyId],
) -> Result<Vec<CompanyMember>, Error> {
    if companies.is_empty() {
        return Ok(Vec::new());
    }
    let rows = member::Entity::find()
        .filter(within(grant, member::Column::CompanyId))
        .filter(member::Column::CompanyId.is_in(db::dialect::pad(companies.to_vec())))
        .order_by_asc(member::Column::Id)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(CompanyMember::from).collect())
}

/// What was offered to the address of a buyer and not taken yet.
pub(crate) async fn invited<C: ConnectionTrait>(
    conn: &C,
    customer: CustomerId,
    page: &PageArgs,
) -> Result<Vec<CompanyMember>, Error> {
    let address = Query::select()
        .column(customer::Column::Email)
        .from(customer::Entity)
        .and_where(customer::Column::Id.eq(customer))
        .to_owned();
    let mut offered = member::Entity::find()
        // One address, so that the index gives its rows in order.
        .filter(Expr::col((member::Entity, member::Column::Email)).eq(address))
        .filter(member::Column::CustomerId.is_null())
        .order_by_asc(member::Column::Id)
        .limit(page.limit());
    if let Some(after) = page.after_key::<CompanyMemberId>()? {
        offered = offered.filter(member::Column::Id.gt(after));
    }
    let rows = offered.all(conn).await?;
    Ok(rows.into_iter().map(CompanyMember::from).collect())
}

//! Load and save.

pub(crate) mod company;

use access::Grant;
use chrono::{DateTime, Utc};
use context::{WriteTx, within_customers};
use kernel::id::{AddressId, CustomerId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::Error;
use crate::entity::{address, customer};
use crate::model::{Address, Customer, PostalAddress};

impl From<customer::Model> for Customer {
    fn from(row: customer::Model) -> Self {
        Self {
            id: row.id,
            user: row.user_id,
            email: row.email,
            name: row.name,
            phone: row.phone,
            locale: row.locale,
            status: row.status,
            version: row.version,
            created_at: row.created_at,
            erased_at: row.erased_at,
        }
    }
}

impl From<address::Model> for Address {
    fn from(row: address::Model) -> Self {
        Self {
            id: row.id,
            customer: row.customer_id,
            postal: PostalAddress {
                name: row.name,
                company: row.company,
                line1: row.line1,
                line2: row.line2,
                city: row.city,
                region: row.region,
                postal_code: row.postal_code,
                country: row.country,
                phone: row.phone,
            },
            is_default: row.is_default,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

fn search_fold(customer: &Customer) -> String {
    kernel::text::fold(&format!("{} {}", customer.name, customer.email))
}

pub(crate) async fn insert<C: ConnectionTrait>(conn: &C, customer: &Customer) -> Result<(), Error> {
    let row = customer::ActiveModel {
        id: Set(customer.id),
        user_id: Set(customer.user),
        email: Set(customer.email.clone()),
        name: Set(customer.name.clone()),
        search_fold: Set(search_fold(customer)),
        phone: Set(customer.phone.clone()),
        locale: Set(customer.locale.clone()),
        status: Set(customer.status),
        version: Set(customer.version),
        created_at: Set(customer.created_at),
        updated_at: Set(customer.created_at),
        erased_at: Set(customer.erased_at),
    };
    customer::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// A buyer within the grant.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: CustomerId) -> Result<Customer, Error> {
    let row = customer::Entity::find_by_id(id).filter(within_customers(grant, customer::Column::Id)).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("customer"))?.into())
}

/// A buyer within the grant, locked until the transaction ends.
pub(crate) async fn lock(tx: &WriteTx, grant: &Grant, id: CustomerId) -> Result<Customer, Error> {
    let row = customer::Entity::find_by_id(id)
        .filter(within_customers(grant, customer::Column::Id))
        .lock_exclusive()
        .one(&**tx)
        .await?;
    Ok(row.ok_or(context::Error::NotFound("customer"))?.into())
}

/// Saves over the version that was read; tells `false` when it is stale.
pub(crate) async fn save<C: ConnectionTrait>(
    conn: &C,
    customer: &Customer,
    seen: i64,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let result = customer::Entity::update_many()
        .col_expr(customer::Column::Email, Expr::value(customer.email.clone()))
        .col_expr(customer::Column::Name, Expr::value(customer.name.clone()))
        .col_expr(customer::Column::SearchFold, Expr::value(search_fold(customer)))
        .col_expr(customer::Column::Phone, Expr::value(customer.phone.clone()))
        .col_expr(customer::Column::Locale, Expr::value(customer.locale.clone()))
        .col_expr(customer::Column::Status, Expr::value(customer.status.to_value()))
        .col_expr(customer::Column::ErasedAt, Expr::value(customer.erased_at))
        .col_expr(customer::Column::Version, Expr::value(seen + 1))
        .col_expr(customer::Column::UpdatedAt, Expr::value(now))
        .filter(customer::Column::Id.eq(customer.id))
        .filter(customer::Column::Version.eq(seen))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

fn address_row(address: &Address, now: DateTime<Utc>) -> address::ActiveModel {
    let postal = address.postal.clone();
    address::ActiveModel {
        id: Set(address.id),
        customer_id: Set(address.customer),
        name: Set(postal.name),
        company: Set(postal.company),
        line1: Set(postal.line1),
        line2: Set(postal.line2),
        city: Set(postal.city),
        region: Set(postal.region),
        postal_code: Set(postal.postal_code),
        country: Set(postal.country),
        phone: Set(postal.phone),
        is_default: Set(address.is_default),
        version: Set(address.version),
        created_at: Set(address.created_at),
        updated_at: Set(now),
    }
}

pub(crate) async fn insert_address<C: ConnectionTrait>(conn: &C, address: &Address) -> Result<(), Error> {
    address::Entity::insert(address_row(address, address.created_at)).exec_without_returning(conn).await?;
    Ok(())
}

/// Saves over the version that was read; tells `false` when it is stale.
pub(crate) async fn save_address<C: ConnectionTrait>(
    conn: &C,
    address: &Address,
    seen: i64,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let result = address::Entity::update_many()
        .set(address::ActiveModel { version: Set(seen + 1), ..address_row(address, now) })
        .filter(address::Column::Id.eq(address.id))
        .filter(address::Column::Version.eq(seen))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// An address within the grant.
pub(crate) async fn find_address<C: ConnectionTrait>(conn: &C, grant: &Grant, id: AddressId) -> Result<Address, Error> {
    let row =
        address::Entity::find_by_id(id).filter(within_customers(grant, address::Column::CustomerId)).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("address"))?.into())
}

pub(crate) async fn delete_address<C: ConnectionTrait>(conn: &C, id: AddressId) -> Result<bool, Error> {
    Ok(address::Entity::delete_by_id(id).exec(conn).await?.rows_affected == 1)
}

pub(crate) async fn delete_addresses<C: ConnectionTrait>(conn: &C, customer: CustomerId) -> Result<u64, Error> {
    let result = address::Entity::delete_many().filter(address::Column::CustomerId.eq(customer)).exec(conn).await?;
    Ok(result.rows_affected)
}

pub(crate) async fn count_addresses<C: ConnectionTrait>(conn: &C, customer: CustomerId) -> Result<u64, Error> {
    Ok(address::Entity::find().filter(address::Column::CustomerId.eq(customer)).count(conn).await?)
}

/// Takes the default off whatever address has it. The buyer must be locked.
pub(crate) async fn clear_default<C: ConnectionTrait>(conn: &C, customer: CustomerId) -> Result<(), Error> {
    address::Entity::update_many()
        .col_expr(address::Column::IsDefault, Expr::value(false))
        .filter(address::Column::CustomerId.eq(customer))
        .filter(address::Column::IsDefault.eq(true))
        .exec(conn)
        .await?;
    Ok(())
}

/// Addresses of several buyers, the default first, then the newest.
pub(crate) async fn addresses_of<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    customers: &[CustomerId],
) -> Result<Vec<Address>, Error> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let rows = address::Entity::find()
        .filter(within_customers(grant, address::Column::CustomerId))
        .filter(address::Column::CustomerId.is_in(db::dialect::pad(customers.to_vec())))
        .order_by_desc(address::Column::IsDefault)
        .order_by_desc(address::Column::Id)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(Address::from).collect())
}

//! Carts of companies: who may buy for them, and who approves what is above the limit.

use access::Grant;
use context::{Ctx, WriteTx};
use customers::{CompanyRole, CompanySeat, company_seat_on};
use kernel::id::{CompanyId, CustomerId};
use kernel::{Invalid, Money};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::cart::{self, CartAccess};
use super::plan::planned;
use super::work::market_fault;
use crate::Error;
use crate::actions::APPROVE_CART;
use crate::entity::cart as row;
use crate::model::cart::{Approval, Cart};
use crate::model::status::CartState;
use crate::model::types::Address;

/// A cart to be approved as it was seen.
#[derive(Debug, Clone)]
pub struct ApproveCart {
    /// The cart.
    pub cart: CartAccess,
    /// Its version that the approver saw.
    pub expected_version: i64,
    /// The total that the approver saw, in minor units.
    pub expected_total_minor: i64,
}

/// Approves a cart of somebody else of one's company. It counts for this version of the cart and as long as the order
/// costs no more.
///
/// # Errors
/// Not found for a cart of another company; [`Error::CartOrdered`]; [`Error::OwnRequest`] for one's own cart;
/// [`Error::ApproverNeeded`]; [`Error::SpendingLimitExceeded`] when it is above the approver's own limit; stale;
/// [`Error::PlanChanged`] when it costs something else now.
pub async fn cart_approve(ctx: &Ctx, input: ApproveCart) -> Result<Cart, Error> {
    let grant = ctx.authorize(APPROVE_CART)?;
    let missing = || context::Error::NotFound("cart");
    let approver = ctx.actor().customer().ok_or_else(missing)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut found = cart::find(&*tx, ctx, &grant, &input.cart, true).await?;
    if found.state == CartState::Ordered {
        return Err(Error::CartOrdered);
    }
    let company = found.company.ok_or_else(missing)?;
    let seat = company_seat_on(&*tx, company, approver).await.map_err(customers_fault)?.ok_or_else(missing)?;
    if found.customer == Some(approver) {
        return Err(Error::OwnRequest);
    }
    if seat.member.role < CompanyRole::Approver {
        return Err(Error::ApproverNeeded);
    }
    if found.version != input.expected_version {
        return Err(context::Error::Stale("cart").into());
    }
    let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
    let plan = planned(&*tx, &found, &market, tx.now()).await?.plan;
    if plan.totals.total != input.expected_total_minor {
        return Err(Error::PlanChanged(Box::new(plan)));
    }
    within_limit(&seat, Money::new(plan.totals.total, found.currency), None)?;
    let approval = Approval { by: approver, total_minor: plan.totals.total };
    row::Entity::update_many()
        .col_expr(row::Column::ApprovedBy, Expr::value(approval.by))
        .col_expr(row::Column::ApprovedVersion, Expr::value(found.version))
        .col_expr(row::Column::ApprovedMinor, Expr::value(approval.total_minor))
        .col_expr(row::Column::UpdatedAt, Expr::value(tx.now()))
        .filter(row::Column::Id.eq(found.id))
        .exec(&*tx)
        .await?;
    let change = history::Change::new("cart", found.id, "approved");
    tx.record(change.field("total", (), Money::new(approval.total_minor, found.currency).to_string()));
    tx.commit().await?;
    found.approval = Some(approval);
    Ok(found)
}

/// The company that a cart is bought for; refuses what the buyer's place in it does not allow. Who only has the token of
/// the cart buys for no company. The operator orders in the place of the cart's buyer, or without one.
pub(super) async fn company_of(
    tx: &WriteTx,
    ctx: &Ctx,
    grant: &Grant,
    cart: &Cart,
    total_minor: i64,
) -> Result<Option<customers::Company>, Error> {
    let Some(company) = cart.company else { return Ok(None) };
    let buyer = if grant.is_wide() { cart.customer } else { ctx.actor().customer() };
    let company = match buyer {
        None if !grant.is_wide() => return Err(Error::NotInCompany),
        None => customers::company_on(&**tx, company).await.map_err(customers_fault)?,
        Some(buyer) => {
            let seat = company_seat_on(&**tx, company, buyer).await.map_err(customers_fault)?;
            let seat = seat.ok_or(Error::NotInCompany)?;
            let approval = cart.approval.filter(|approval| approval.by != buyer);
            within_limit(&seat, Money::new(total_minor, cart.currency), approval)?;
            seat.company
        }
    };
    if company.po_number_required && cart.po_number.is_none() {
        return Err(Error::CartIncomplete("poNumber"));
    }
    Ok(Some(company))
}

pub(super) fn within_limit(seat: &CompanySeat, total: Money, approval: Option<Approval>) -> Result<(), Error> {
    let approved = approval.is_some_and(|approval| total.minor <= approval.total_minor);
    match seat.member.spending_limit {
        Some(limit) if seat.member.needs_approval(total) && !approved => Err(Error::SpendingLimitExceeded { limit }),
        _ => Ok(()),
    }
}

/// Whether who asks may approve what others buy for the company.
pub(super) async fn approves<C: ConnectionTrait>(
    conn: &C,
    ctx: &Ctx,
    company: Option<CompanyId>,
) -> Result<bool, Error> {
    let (Some(company), Some(customer)) = (company, ctx.actor().customer()) else { return Ok(false) };
    let seat = company_seat_on(conn, company, customer).await.map_err(customers_fault)?;
    Ok(seat.is_some_and(|seat| seat.member.role >= CompanyRole::Approver))
}

/// Refuses a company that the buyer has no place in. The operator may name any.
pub(super) async fn check_company(
    tx: &WriteTx,
    wanted: Option<Option<CompanyId>>,
    buyer: Option<CustomerId>,
    wide: bool,
) -> Result<(), Error> {
    let Some(Some(company)) = wanted else { return Ok(()) };
    let known = match buyer {
        Some(buyer) => company_seat_on(&**tx, company, buyer).await.map_err(customers_fault)?.is_some(),
        None => wide && customers::company_on(&**tx, company).await.is_ok(),
    };
    if known {
        return Ok(());
    }
    Err(Invalid::new("companyId", "UNKNOWN", "there is no such company among those of the buyer").into())
}

pub(crate) fn customers_fault(error: customers::Error) -> Error {
    match error {
        customers::Error::Core(core) => core.into(),
        other => context::Error::internal(other).into(),
    }
}

/// The company that buys, as it is frozen.
pub(super) struct Business {
    pub(super) id: CompanyId,
    pub(super) name: String,
    pub(super) vat_id: Option<String>,
    pub(super) approved_by: Option<CustomerId>,
}

/// Where the bills of a company go.
pub(super) fn billing_address(company: &customers::Company) -> Option<Address> {
    let of = company.addresses.0.first()?.clone();
    Some(Address {
        name: of.name,
        company: of.company.or_else(|| Some(company.name.clone())),
        line1: of.line1,
        line2: of.line2,
        postal_code: of.postal_code,
        city: of.city,
        region: of.region,
        country: of.country,
        phone: of.phone,
    })
}

pub(super) fn frozen(company: customers::Company, cart: &Cart) -> Business {
    let country = cart.ship_to.as_ref().map_or("", |to| to.country.as_str());
    let vat_id = company.vat_ids.for_country(country).map(str::to_owned);
    Business { id: company.id, vat_id, name: company.name, approved_by: cart.approval.map(|approval| approval.by) }
}

//! Whose orders somebody may look at. Reading reaches further than doing: the admins of a company see what its other
//! buyers ordered for it.

use access::{Grant, Reach};
use context::Ctx;
use kernel::id::CompanyId;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::Error;
use crate::actions::READ;
use crate::command::customers_fault;
use crate::entity::{merchant_order, order};
use crate::repo;

/// The orders that somebody may look at.
pub(super) struct Reading {
    grant: Grant,
    /// Whose admin the reader is.
    companies: Vec<CompanyId>,
}

impl Reading {
    pub(super) async fn of(ctx: &Ctx) -> Result<Self, Error> {
        let grant = ctx.authorize_within(READ)?;
        let companies = match grant.customers() {
            Reach::Only(customer) => {
                customers::companies_of_admin_on(&ctx.read_for(&grant), customer).await.map_err(customers_fault)?
            }
            Reach::All | Reach::Nothing => Vec::new(),
        };
        Ok(Self { grant, companies })
    }

    /// Orders: all for the operator; one's own, and those of the companies whose admin one is.
    pub(super) fn orders(&self) -> Condition {
        let own = repo::orders_within(&self.grant);
        if self.companies.is_empty() {
            return own;
        }
        let companies = order::Column::CompanyId.is_in(db::dialect::pad(self.companies.clone()));
        Condition::all().add(Condition::any().add(own).add(companies))
    }

    /// The orders of one company among them.
    pub(super) fn orders_of(&self, company: CompanyId) -> Condition {
        let of_company = order::Column::CompanyId.eq(company);
        if self.companies.contains(&company) {
            return Condition::all().add(of_company);
        }
        repo::orders_within(&self.grant).add(of_company)
    }

    /// Their merchant orders.
    pub(super) fn parts(&self) -> Condition {
        if self.companies.is_empty() {
            return repo::parts_within(&self.grant);
        }
        let seen = order::Entity::find().select_only().column(order::Column::Id).filter(self.orders());
        Condition::all().add(merchant_order::Column::OrderId.in_subquery(seen.into_query()))
    }
}

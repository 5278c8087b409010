//! Quotes: who reaches which, and loading them.

use access::{Grant, Reach as Rows};
use context::{within_customers, within_merchants};
use kernel::id::{CompanyId, CustomerId, QuoteId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::command::customers_fault;
use crate::entity::{quote, quote_line, quote_offer};
use crate::model::quote::{Party, Quote, SeenQuote};

/// Which quotes somebody reaches, and in whose part.
pub(crate) struct Reach {
    /// The rows: a merchant's own; of a buyer those it asked for, for itself or for a company it is still in, and those
    /// of companies it approves for; all for the operator.
    pub(crate) within: Condition,
    who: Who,
}

enum Who {
    Operator,
    Merchant,
    Buyer { customer: CustomerId, companies: Vec<CompanyId>, approves: Vec<CompanyId> },
}

impl Reach {
    /// What `grant` reaches. One statement for a buyer, none for others.
    pub(crate) async fn of<C: ConnectionTrait>(conn: &C, grant: &Grant) -> Result<Self, Error> {
        let customer = match grant.customers() {
            Rows::All => return Ok(Self { within: Condition::all(), who: Who::Operator }),
            Rows::Nothing => {
                let within = within_merchants(grant, quote::Column::MerchantId);
                return Ok(Self { within, who: Who::Merchant });
            }
            Rows::Only(customer) => customer,
        };
        let places = customers::company_places_on(conn, customer).await.map_err(customers_fault)?;
        let approver = |place: &&customers::CompanyMember| place.role >= customers::CompanyRole::Approver;
        let approves: Vec<CompanyId> = places.iter().filter(approver).map(|place| place.company).collect();
        let companies: Vec<CompanyId> = places.iter().map(|place| place.company).collect();
        let own = own(grant, &companies);
        let of_companies = quote::Column::CompanyId.is_in(db::dialect::pad(approves.clone()));
        let within = if approves.is_empty() { own } else { Condition::any().add(own).add(of_companies) };
        Ok(Self { within, who: Who::Buyer { customer, companies, approves } })
    }

    /// The rows of a list: those of `company` when it is named, else what one asked for oneself. Each is in one index.
    pub(crate) fn listed(&self, grant: &Grant, company: Option<CompanyId>) -> Condition {
        let named = company.map(|company| quote::Column::CompanyId.eq(company));
        match (&self.who, company) {
            (Who::Buyer { approves, .. }, Some(company)) if approves.contains(&company) => {
                Condition::all().add_option(named)
            }
            (Who::Buyer { companies, .. }, _) => own(grant, companies).add_option(named),
            // Merchants do not know the companies of their buyers.
            (Who::Merchant, Some(_)) => self.within.clone().add(context::no_rows()),
            (Who::Merchant | Who::Operator, _) => self.within.clone().add_option(named),
        }
    }

    /// Whether the quotes are seen by a merchant.
    pub(crate) const fn is_merchant(&self) -> bool {
        matches!(self.who, Who::Merchant)
    }

    /// In whose part a quote that is reached is seen.
    pub(crate) fn seen(&self, quote: Quote) -> SeenQuote {
        let party = match &self.who {
            Who::Operator => Party::Operator,
            Who::Merchant => Party::Merchant,
            Who::Buyer { customer, .. } if *customer == quote.row.customer_id => Party::Buyer,
            Who::Buyer { .. } => Party::Approver,
        };
        SeenQuote { quote, party }
    }
}

/// What a buyer asked for, for itself or for a company it is still in.
fn own(grant: &Grant, companies: &[CompanyId]) -> Condition {
    let private = quote::Column::CompanyId.is_null();
    let places = Condition::any().add(private);
    let places = match companies {
        [] => places,
        _ => places.add(quote::Column::CompanyId.is_in(db::dialect::pad(companies.to_vec()))),
    };
    within_customers(grant, quote::Column::CustomerId).add(places)
}

/// A quote that is reached, with `lock` its row first.
pub(crate) async fn find<C: ConnectionTrait>(
    conn: &C,
    reach: &Reach,
    id: QuoteId,
    lock: bool,
) -> Result<SeenQuote, Error> {
    let find = quote::Entity::find_by_id(id).filter(reach.within.clone());
    let find = if lock { find.lock_exclusive() } else { find };
    let missing = || context::Error::NotFound("quote");
    let row = find.one(conn).await?.ok_or_else(missing)?;
    let quote = with_lines(conn, vec![row]).await?.pop().ok_or_else(missing)?;
    Ok(reach.seen(quote))
}

/// Quotes with their lines and newest offers, in two statements for any number of them.
pub(crate) async fn with_lines<C: ConnectionTrait>(conn: &C, rows: Vec<quote::Model>) -> Result<Vec<Quote>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = db::dialect::pad(rows.iter().map(|row| row.id).collect::<Vec<_>>());
    let mut lines = quote_line::Entity::find()
        .filter(quote_line::Column::QuoteId.is_in(ids.clone()))
        .order_by_asc(quote_line::Column::QuoteId)
        .order_by_asc(quote_line::Column::Position)
        .all(conn)
        .await?;
    let newest = Query::select()
        .column((quote::Entity, quote::Column::OfferVersion))
        .from(quote::Entity)
        .and_where(
            Expr::col((quote::Entity, quote::Column::Id)).equals((quote_offer::Entity, quote_offer::Column::QuoteId)),
        )
        .to_owned();
    let mut offers = quote_offer::Entity::find()
        .filter(quote_offer::Column::QuoteId.is_in(ids))
        .filter(Expr::col((quote_offer::Entity, quote_offer::Column::Version)).eq(newest))
        .all(conn)
        .await?;
    let with = |row: quote::Model| {
        let own = lines.extract_if(.., |line| line.quote_id == row.id).collect();
        let offer = offers.iter().position(|offer| offer.quote_id == row.id).map(|at| offers.swap_remove(at));
        Quote { lines: own, offer, row }
    };
    Ok(rows.into_iter().map(with).collect())
}

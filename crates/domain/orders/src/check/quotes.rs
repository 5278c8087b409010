//! Re-derives quotes: the newest offer, and the order an offer became.

use std::collections::HashMap;

use kernel::id::{OfferId, OrderId, QuoteId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::entity::{OrderLine, order_line, quote};
use crate::model::quote::{Quote, QuoteState, is_open};
use crate::repo::quote as repo;

/// Checks every quote, by pages.
pub(super) async fn check<C: ConnectionTrait>(conn: &C, found: &mut Vec<String>) -> Result<(), Error> {
    let mut last: Option<QuoteId> = None;
    loop {
        let mut find = quote::Entity::find();
        if let Some(last) = last {
            find = find.filter(quote::Column::Id.gt(last));
        }
        let rows = find.order_by_asc(quote::Column::Id).limit(200).all(conn).await?;
        let Some(newest) = rows.last() else { return Ok(()) };
        last = Some(newest.id);
        let orders: Vec<OrderId> = rows.iter().filter_map(|row| row.order_id).collect();
        let lines = sold(conn, orders).await?;
        for quote in repo::with_lines(conn, rows).await? {
            let lines = quote.row.order_id.and_then(|order| lines.get(&order)).map_or(&[][..], Vec::as_slice);
            one(&quote, lines, found);
        }
    }
}

/// The lines of orders that were sold by quotes.
async fn sold<C: ConnectionTrait>(conn: &C, orders: Vec<OrderId>) -> Result<HashMap<OrderId, Vec<OrderLine>>, Error> {
    let mut lines: HashMap<OrderId, Vec<OrderLine>> = HashMap::new();
    if orders.is_empty() {
        return Ok(lines);
    }
    let rows = order_line::Entity::find()
        .filter(order_line::Column::OrderId.is_in(db::dialect::pad(orders)))
        .filter(order_line::Column::QuoteId.is_not_null())
        .all(conn)
        .await?;
    for row in rows {
        lines.entry(row.order_id).or_default().push(row);
    }
    Ok(lines)
}

fn one(quote: &Quote, lines: &[OrderLine], found: &mut Vec<String>) {
    let row = &quote.row;
    let mut differs = |what: &str| found.push(format!("quote {}: {what}", row.number));
    let newest = quote.offer.as_ref().map_or(0, |offer| offer.version);
    if newest != row.offer_version {
        differs("its newest offer is missing");
    }
    if let Some(offer) = &quote.offer
        && offer.goods_minor != offer.terms.goods_minor()
    {
        differs("the goods of its offer do not sum up");
    }
    if is_open(row.state) != row.due_at.is_some() {
        differs("it waits for nobody, or for ever");
    }
    if row.state != QuoteState::Accepted {
        return;
    }
    // What was sold is what was offered, line by line.
    let offer_of = |id| quote.lines.iter().find(|line| line.id == id).map(|line| line.offer_id);
    let mut offered: Vec<(Option<OfferId>, i64, i64)> = Vec::new();
    if let Some(offer) = &quote.offer {
        offered.extend(offer.terms.sold().map(|(line, quantity, unit)| (offer_of(line), quantity, unit)));
    }
    let sold = lines.iter().filter(|line| line.quote_id == Some(row.id));
    let mut sold: Vec<_> = sold.map(|line| (Some(line.offer_id), line.ordered, line.unit_price_minor)).collect();
    offered.sort_unstable();
    sold.sort_unstable();
    if offered != sold {
        differs("its order is not what was offered");
    }
}

//! Forgetting who asked.

use context::{Ctx, WriteTx};
use kernel::id::{CustomerId, QuoteId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Said, save};
use crate::Error;
use crate::command::ERASED;
use crate::entity::{quote, quote_line, quote_step};
use crate::model::quote::{QuoteState, QuoteStepKind, is_open};
use crate::model::types::Address;
use crate::repo::quote as repo;

/// Forgets a buyer in quotes: open ones are withdrawn; names, addresses and words go. What was offered stays.
pub(in crate::command) async fn erase_quotes(tx: &mut WriteTx, ctx: &Ctx, customer: CustomerId) -> Result<(), Error> {
    let rows = quote::Entity::find()
        .filter(quote::Column::CustomerId.eq(customer))
        .order_by_asc(quote::Column::Id)
        .lock_exclusive()
        .all(&**tx)
        .await?;
    let ids: Vec<QuoteId> = rows.iter().map(|row| row.id).collect();
    for mut found in repo::with_lines(&**tx, rows).await? {
        let before = found.row.state;
        // The country stays: prices were made for it.
        let country = found.row.ship_to.country.clone();
        found.row.ship_to = Address { name: ERASED.to_owned(), country, ..Address::default() };
        found.row.buyer_name = ERASED.to_owned();
        found.row.note = None;
        if is_open(before) {
            found.row.state = QuoteState::Withdrawn;
            found.row.due_at = None;
            save(tx, ctx, before, &mut found, QuoteStepKind::Withdrawn, Said::default()).await?;
        } else {
            forget(tx, &found.row).await?;
        }
    }
    if !ids.is_empty() {
        quote_line::Entity::update_many()
            .col_expr(quote_line::Column::Note, Expr::value(None::<String>))
            .filter(quote_line::Column::QuoteId.is_in(db::dialect::pad(ids.clone())))
            .exec(&**tx)
            .await?;
        // What merchants wrote to the buyer can name the buyer, too.
        quote_step::Entity::update_many()
            .col_expr(quote_step::Column::Words, Expr::value(None::<String>))
            .filter(quote_step::Column::QuoteId.is_in(db::dialect::pad(ids)))
            .exec(&**tx)
            .await?;
    }
    // Also where the buyer approved or accepted what others asked for.
    quote_step::Entity::update_many()
        .col_expr(quote_step::Column::Words, Expr::value(None::<String>))
        .col_expr(quote_step::Column::ActorName, Expr::value(ERASED))
        .filter(quote_step::Column::CustomerId.eq(customer))
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn forget(tx: &WriteTx, row: &quote::Model) -> Result<(), Error> {
    quote::Entity::update_many()
        .col_expr(quote::Column::ShipTo, Expr::value(row.ship_to.clone()))
        .col_expr(quote::Column::BuyerName, Expr::value(row.buyer_name.clone()))
        .col_expr(quote::Column::Note, Expr::value(None::<String>))
        .filter(quote::Column::Id.eq(row.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

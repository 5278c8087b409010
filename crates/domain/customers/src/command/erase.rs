//! Forgetting a buyer.

use context::Ctx;
use history::Change;
use kernel::id::CustomerId;
use kernel::text;

use super::{locked, whom};
use crate::event::CustomerErased;
use crate::model::{Customer, CustomerStatus};
use crate::{Error, actions, repo};

/// Whom to forget.
#[derive(Debug, Clone)]
pub struct CustomerErase {
    /// Whom; oneself if absent.
    pub customer: Option<CustomerId>,
    /// Why, for the history, where it stays: it should name nobody.
    pub reason: String,
}

/// Erases the personal data of a buyer and of the account behind it. The rows stay: orders and books name them.
///
/// # Errors
/// Denied; not found; [`Error::Erased`] the second time; an invalid `reason`; `LAST_OF_ROLE` when the account is
/// the last owner of a team.
pub async fn erase(ctx: &Ctx, input: CustomerErase) -> Result<Customer, Error> {
    let grant = ctx.authorize(actions::ERASE)?;
    let id = whom(ctx, input.customer)?;
    let reason = text::line("reason", &input.reason, 500)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = locked(&tx, &grant, id).await?;
    let email = before.email.clone();
    let after = Customer {
        email: format!("{id}@erased.invalid"),
        name: "Erased".to_owned(),
        phone: None,
        locale: None,
        status: CustomerStatus::Erased,
        version: before.version + 1,
        erased_at: Some(tx.now()),
        ..before
    };
    if !repo::save(&*tx, &after, before.version, tx.now()).await? {
        return Err(context::Error::Stale("customer").into());
    }
    repo::delete_addresses(&*tx, id).await?;
    repo::company::delete_members_of(&tx, id, &email).await?;
    identity::erase_user_in_tx(&mut tx, after.user).await?;
    tx.forget("customer", id).await?;
    let change = Change::new("customer", id, "erased").because(reason);
    tx.record(change.field("status", CustomerStatus::Active, CustomerStatus::Erased));
    tx.emit(&CustomerErased { customer: id, user: after.user });
    tx.commit().await?;
    Ok(after)
}

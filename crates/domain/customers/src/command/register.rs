//! Becoming a buyer.

use context::{Ctx, WriteTx};
use history::Change;
use identity::{NewUser, PasswordHash, User};
use kernel::id::CustomerId;

use crate::event::CustomerRegistered;
use crate::model::{Customer, CustomerStatus, locale};
use crate::{Error, actions, repo};

/// Somebody who wants to buy with an account.
#[derive(Clone)]
pub struct Register {
    /// The address to sign in with.
    pub email: String,
    /// As shown.
    pub name: String,
    /// The password.
    pub password: String,
    /// Language of mails, if chosen.
    pub locale: Option<String>,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Register").field("email", &self.email).field("name", &self.name).finish_non_exhaustive()
    }
}

/// The new buyer.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The account to sign in with.
    pub user: User,
    /// The buyer.
    pub customer: Customer,
}

/// Makes an account and its buyer in one transaction, and asks for proof of the address by mail.
///
/// # Errors
/// Taken (field `email`) when the address has an account; an invalid `email`, `name`, `password` or `locale`.
pub async fn register(ctx: &Ctx, input: Register) -> Result<Registered, Error> {
    ctx.authorize(actions::REGISTER)?;
    let language = input.locale.as_deref().map(|raw| locale("locale", raw)).transpose()?;
    let email = kernel::text::email("email", &input.email)?;
    let name = kernel::text::line("name", &input.name, 120)?;
    let password = PasswordHash::of("password", &input.password, &email, &name).await?;
    let mut tx = ctx.begin_write().await?;
    let id = ctx.new_id();
    let new = NewUser { email, name, password: Some(password), customer: Some(id), email_verified: false };
    let user = identity::user_create_in_tx(ctx, &mut tx, new).await?;
    let customer = open(&mut tx, id, &user, language).await?;
    identity::request_verification_in_tx(&mut tx, &user).await?;
    tx.commit().await?;
    Ok(Registered { user, customer })
}

/// Gives somebody who is signed in, as the staff of a merchant, a buyer's account too.
///
/// # Errors
/// Denied when nobody is signed in; [`identity::Error::AlreadyBuyer`].
pub async fn become_buyer(ctx: &Ctx) -> Result<Customer, Error> {
    ctx.authorize(actions::OPEN)?;
    let id = ctx.actor().user().ok_or(context::Error::Denied(access::Denied::SignInFirst))?;
    let mut tx = ctx.begin_write().await?;
    let user = identity::user_on(&*tx, id).await?;
    let customer = ctx.new_id();
    identity::link_customer_in_tx(&mut tx, id, customer).await?;
    let customer = open(&mut tx, customer, &user, None).await?;
    tx.commit().await?;
    Ok(customer)
}

async fn open(tx: &mut WriteTx, id: CustomerId, user: &User, locale: Option<String>) -> Result<Customer, Error> {
    let customer = Customer {
        id,
        user: user.id,
        email: user.email.clone(),
        name: user.name.clone(),
        phone: None,
        locale,
        status: CustomerStatus::Active,
        version: 1,
        created_at: tx.now(),
        erased_at: None,
    };
    repo::insert(&**tx, &customer).await?;
    // Personal data stays out of the append-only history, from which it could never be erased.
    tx.record(Change::new("customer", id, "created").field("user", None::<String>, user.id));
    tx.emit(&CustomerRegistered { customer: id, user: user.id, email: user.email.clone(), name: user.name.clone() });
    Ok(customer)
}

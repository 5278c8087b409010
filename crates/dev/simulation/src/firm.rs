//! Companies that buy on account.

use context::Ctx;
use customers::{AddressFields, CompanyCreate, CompanyFields, Register};
use kernel::Money;
use kernel::id::{CompanyId, CustomerId};
use outbox::Event as _;
use payments::{SetCreditLine, TermsKind};

use crate::market::{Actors, EUR};
use crate::model::Credit;

/// A company and whoever buys for it.
#[derive(Clone)]
pub struct Firm {
    pub id: CompanyId,
    pub buyer: Ctx,
}

/// A company that may owe something.
pub async fn open(actors: &impl Actors, buyer: impl FnOnce(CustomerId) -> Ctx, name: &str, credit: Credit) -> Firm {
    let operator = actors.operator();
    let customer = customer(&actors.anonymous(), &format!("{name}@example.org")).await;
    let buyer = buyer(customer);
    let address = AddressFields {
        name: "Accounts".to_owned(),
        line1: "Am Markt 2".to_owned(),
        city: "Wien".to_owned(),
        postal_code: "1010".to_owned(),
        country: "AT".to_owned(),
        ..AddressFields::default()
    };
    let fields = CompanyFields { name: format!("{name} GmbH"), addresses: vec![address], ..CompanyFields::default() };
    let id = customers::company_create(&buyer, CompanyCreate { admin: None, fields }).await.unwrap().id;
    payments::set_credit_line(&operator, terms(id, credit, 0)).await.unwrap();
    Firm { id, buyer }
}

/// What is agreed with a company.
pub fn terms(company_id: CompanyId, credit: Credit, expected_version: i64) -> SetCreditLine {
    SetCreditLine {
        company_id,
        limit: Money::new(credit.limit, EUR),
        terms: TermsKind::Net,
        net_days: 30,
        guaranteed: credit.vouched,
        expected_version,
        reason: "asked for it".to_owned(),
    }
}

/// Somebody who has shown that the address is theirs.
async fn customer(anonymous: &Ctx, email: &str) -> CustomerId {
    identity::set_password_cost(identity::PasswordCost::CHEAP);
    let (name, password) = ("Bea Buyer".to_owned(), "correct horse battery".to_owned());
    let input = Register { email: email.to_owned(), name, password, locale: None };
    let made = customers::register(anonymous, input).await.unwrap();
    let sql = "SELECT payload FROM outbox_event WHERE kind = ? ORDER BY id DESC LIMIT 1";
    let kind = identity::EmailVerificationRequested::KIND;
    let read = anonymous.read();
    let row = sea_orm::ConnectionTrait::query_one_raw(read, db::dialect::statement(read, sql, [kind.into()])).await;
    let payload: String = row.unwrap().unwrap().try_get_by_index(0).unwrap();
    let asked: identity::EmailVerificationRequested = serde_json::from_str(&payload).unwrap();
    identity::email_verify(anonymous, &asked.token).await.unwrap();
    made.customer.id
}

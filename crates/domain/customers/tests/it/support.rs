//! What the tests share.

use context::Ctx;
use customers::{Error, Register, Registered};
use kernel::Fault as _;
use outbox::Event;
use sea_orm::ConnectionTrait as _;
use testkit::TestEnv;

pub const PASSWORD: &str = "correct horse battery";

pub async fn try_register(ctx: &Ctx, email: &str) -> Result<Registered, Error> {
    identity::set_password_cost(identity::PasswordCost::CHEAP);
    let input = Register {
        email: email.to_owned(),
        name: "Bea Buyer".to_owned(),
        password: PASSWORD.to_owned(),
        locale: Some("pt-br".to_owned()),
    };
    customers::register(ctx, input).await
}

pub async fn registered(t: &TestEnv, email: &str) -> Registered {
    try_register(&t.anonymous(), email).await.unwrap()
}

/// Registers and signs in as a browser would.
pub async fn buyer(t: &TestEnv, email: &str) -> Ctx {
    registered(t, email).await;
    let input = identity::SignIn { email: email.to_owned(), password: PASSWORD.to_owned(), user_agent: None };
    let token = identity::sign_in(&t.anonymous(), input).await.unwrap().done().unwrap().token;
    let origin = t.anonymous().origin().clone();
    identity::authenticate(&t.world, Some(token.reveal()), None, origin).await.unwrap()
}

pub fn code<T>(result: Result<T, Error>) -> &'static str {
    result.err().map_or("OK", |error| error.code())
}

pub async fn events<E: Event>(t: &TestEnv) -> Vec<E> {
    let read = t.world.db.read();
    let sql = "SELECT payload FROM outbox_event WHERE kind = ? ORDER BY id";
    let rows = read.query_all_raw(db::dialect::statement(read, sql, [E::KIND.into()])).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(&row.try_get_by_index::<String>(0).unwrap()).unwrap()).collect()
}

pub async fn count(t: &TestEnv, from: &str) -> i64 {
    let read = t.world.db.read();
    let row = read.query_one_raw(db::dialect::statement(read, &format!("SELECT count(*) FROM {from}"), [])).await;
    row.unwrap().unwrap().try_get_by_index(0).unwrap()
}

pub async fn verified(t: &TestEnv) {
    assert_eq!(customers::check::check(t.world.db.read()).await.unwrap(), Vec::<String>::new());
    assert_eq!(identity::check::check(t.world.db.read()).await.unwrap(), Vec::<String>::new());
}

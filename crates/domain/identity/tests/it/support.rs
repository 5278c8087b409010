//! What the tests share.

use context::{Ctx, Origin};
use identity::{
    AddMember, Error, MemberAccess, Membership, PasswordCost, PasswordHash, RoleName, Secret, SignIn, SignedIn, Team,
};
use kernel::Fault as _;
use kernel::id::MerchantId;
use outbox::Event;
use sea_orm::ConnectionTrait as _;
use testkit::TestEnv;

pub const PASSWORD: &str = "correct horse battery";

pub fn cheap() {
    identity::set_password_cost(PasswordCost::CHEAP);
}

pub async fn hash(password: &str) -> PasswordHash {
    cheap();
    PasswordHash::of("password", password, "", "").await.unwrap()
}

pub async fn person(t: &TestEnv, email: &str, team: Team, role: RoleName) -> Membership {
    let access = MemberAccess::Password(hash(PASSWORD).await);
    let role = role.into();
    let add = AddMember { email: email.to_owned(), name: "Ann Example".to_owned(), team, role, access };
    match identity::member_add(&t.system(), add).await.unwrap() {
        identity::Added::Member(member) => member,
        identity::Added::Invited(_) => panic!("was to be a member at once"),
    }
}

pub async fn owner(t: &TestEnv, email: &str) -> (MerchantId, Membership) {
    let merchant = t.system().new_id();
    (merchant, person(t, email, Team::Merchant(merchant), RoleName::MerchantOwner).await)
}

pub fn origin(ip: &str) -> Origin {
    Origin { source: "test", request_id: "r".to_owned(), ip: Some(ip.to_owned()) }
}

pub fn from_ip(t: &TestEnv, ip: &str) -> Ctx {
    Ctx::new(t.world.clone(), access::Actor::anonymous(), origin(ip))
}

pub async fn try_sign_in(ctx: &Ctx, email: &str, password: &str) -> Result<SignedIn, Error> {
    cheap();
    let input =
        SignIn { email: email.to_owned(), password: password.to_owned(), user_agent: Some("Firefox\n1".to_owned()) };
    Ok(identity::sign_in(ctx, input).await?.done().expect("no second factor"))
}

pub async fn sign_in(t: &TestEnv, email: &str) -> SignedIn {
    try_sign_in(&t.anonymous(), email, PASSWORD).await.unwrap()
}

/// The context of a bearer.
pub async fn bearer(t: &TestEnv, token: &Secret, merchant: Option<MerchantId>) -> Result<Ctx, Error> {
    identity::authenticate(&t.world, Some(token.reveal()), merchant, origin("10.0.0.1")).await
}

pub async fn signed_in(t: &TestEnv, email: &str) -> Ctx {
    let token = sign_in(t, email).await.token;
    bearer(t, &token, None).await.unwrap()
}

pub fn code<T>(result: Result<T, Error>) -> &'static str {
    result.err().map_or("OK", |error| error.code())
}

/// All events of a kind, in the order they were written.
pub async fn events<E: Event>(t: &TestEnv) -> Vec<E> {
    let read = t.world.db.read();
    let sql = "SELECT payload FROM outbox_event WHERE kind = ? ORDER BY id";
    let rows = read.query_all_raw(db::dialect::statement(read, sql, [E::KIND.into()])).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(&row.try_get_by_index::<String>(0).unwrap()).unwrap()).collect()
}

pub async fn count(t: &TestEnv, from: &str) -> i64 {
    let read = t.world.db.read();
    let sql = format!("SELECT count(*) FROM {from}");
    let row = read.query_one_raw(db::dialect::statement(read, &sql, [])).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

pub async fn verified(t: &TestEnv) {
    assert_eq!(identity::check::check(t.world.db.read()).await.unwrap(), Vec::<String>::new());
}

//! Signing in by a real provider of OpenID Connect on this machine.

use e2e::market::sign_in;
use e2e::peer::OpenIdProvider;
use e2e::site::{OPERATOR, Options};
use e2e::{Client, Error, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, document, eventually, finish, refused, run};

const PASSWORD: &str = "correct horse battery";
const FINISH: &str = "merchant/sign_in#OidcFinish";
const LINK: &str = "merchant/sign_in#OidcLink";

fn code(error: &Error) -> String {
    match error {
        Error::Refused(errors) => errors[0].code.clone(),
        other => other.code().to_owned(),
    }
}

/// Why a provider's answer was not taken.
fn reason(error: &Error) -> String {
    match error {
        Error::Refused(errors) => errors[0].details.as_ref().unwrap()["reason"].as_str().unwrap().to_owned(),
        other => panic!("{other}"),
    }
}

/// A Souk and the provider that it knows.
struct Office {
    site: Site,
    provider: OpenIdProvider,
    anybody: Client,
    operator: Client,
}

impl Office {
    async fn open(kind: Kind, provider: OpenIdProvider) -> Self {
        let mut options = Options { settings: provider.settings("corp"), ..Options::default() };
        options = options.with("SOUK__SECURITY__OIDC__CORP__ALLOWED_EMAIL_DOMAINS", "corp.example");
        options = options.with("SOUK__SECURITY__OIDC__CORP__SECOND_FACTOR_AMR", "mfa,hwk");
        let site = Site::start(kind, options).await.unwrap();
        let anybody = site.client().unwrap();
        let operator = sign_in(&anybody, OPERATOR.0, OPERATOR.1).await.unwrap();
        Self { site, provider, anybody, operator }
    }

    /// Somebody of the operator's staff, signed in by password.
    async fn staff(&self, name: &str) -> Client {
        let email = format!("{name}@corp.example");
        let add = json!({ "email": email, "name": name, "role": "OPERATOR_SUPPORT", "password": PASSWORD });
        run(&self.operator, "merchant/team#MemberAdd", add).await;
        sign_in(&self.anybody, &email, PASSWORD).await.unwrap()
    }

    /// Goes to the provider as `person` and comes back; gives what is to be sent then.
    async fn visit(&self, client: &Client, person: &str, begin: Value) -> Value {
        let mut input = json!({ "provider": "corp" });
        input.as_object_mut().unwrap().extend(begin.as_object().unwrap().clone());
        let attempt = run(client, "merchant/sign_in#OidcBegin", input).await;
        let back = self.provider.visit(attempt.text("attempt.authorizationUrl").unwrap(), person).await.unwrap();
        json!({
            "attemptId": attempt.text("attempt.id").unwrap(), "secret": attempt.text("attempt.secret").unwrap(),
            "code": back.code, "state": back.state, "issuer": back.issuer,
        })
    }

    /// Signs in by the provider.
    async fn enter(&self, person: &str) -> Value {
        let back = self.visit(&self.anybody, person, json!({})).await;
        run(&self.anybody, FINISH, back).await
    }

    /// Tries to.
    async fn kept_out(&self, person: &str) -> Error {
        let back = self.visit(&self.anybody, person, json!({})).await;
        refused(&self.anybody, FINISH, back).await
    }

    async fn link(&self, client: &Client, person: &str) -> Value {
        let back = self.visit(client, person, json!({ "purpose": "LINK" })).await;
        run(client, LINK, back).await
    }
}

async fn what_is_wrong_is_refused(office: &Office) {
    let anybody = &office.anybody;
    let mut back = office.visit(anybody, "ann", json!({})).await;
    let good = back.clone();
    back["state"] = json!("of-another-browser");
    assert_eq!(code(&refused(anybody, FINISH, back).await), "STATE_MISMATCH");
    assert_eq!(code(&refused(anybody, FINISH, good).await), "ATTEMPT_OVER");
    // A code that was redeemed, in an attempt of its own.
    let used = office.visit(anybody, "ann", json!({})).await;
    run(anybody, FINISH, used.clone()).await;
    assert_eq!(code(&refused(anybody, FINISH, used.clone()).await), "ATTEMPT_OVER");
    for stolen in [used, office.visit(anybody, "ann", json!({})).await] {
        // Neither one that was used nor one that was meant for another browser: its verifier is another.
        let mut replayed = office.visit(anybody, "eve", json!({})).await;
        replayed["code"] = stolen["code"].clone();
        assert_eq!(reason(&refused(anybody, FINISH, replayed).await), "CODE");
    }
    for (what, expected) in [
        ("audience", "AUDIENCE"),
        ("nonce", "NONCE"),
        ("expired", "EXPIRED"),
        ("issuer", "ISSUER"),
        ("signature", "SIGNATURE"),
    ] {
        office.provider.spoil(what).await.unwrap();
        let error = office.kept_out("ann").await;
        assert_eq!((code(&error).as_str(), reason(&error).as_str()), ("PROVIDER_REFUSED", expected));
    }
    office.provider.spoil("").await.unwrap();
    assert_eq!(code(&office.kept_out("eve").await), "IDENTITY_UNKNOWN");
    assert_eq!(code(&office.kept_out("unverified-ann").await), "ADDRESS_NOT_ALLOWED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_signs_in_by_a_real_provider() {
    for kind in Kind::present("sign-in by a provider") {
        let Some(provider) = OpenIdProvider::start("sign-in by a provider").await.unwrap() else { return };
        let office = Office::open(kind, provider).await;
        let shown = ask(&office.anybody, "merchant/sign_in#SignInProviders", Value::Null).await;
        assert_eq!(shown["signInProviders"], json!([{ "code": "corp", "name": "The corporation" }]));

        // The provider vouches for the very address of her account; that opens nothing.
        let ann = office.staff("ann").await;
        assert_eq!(code(&office.kept_out("ann").await), "IDENTITY_UNKNOWN");
        let linked = office.link(&ann, "ann").await;
        let id = linked.text("identity.id").unwrap().to_owned();
        let signed = office.enter("ann").await;
        assert_eq!(signed.text("signedIn.user.email").unwrap(), "ann@corp.example");
        let by = office.anybody.with_token(signed.text("signedIn.token").unwrap());
        let roles = ask(&by, "merchant/team#Whoami", Value::Null).await["me"]["roles"].clone();
        assert!(roles.as_array().unwrap().contains(&json!("operator_support")), "{roles}");
        what_is_wrong_is_refused(&office).await;

        // Keys that change are found by themselves.
        office.provider.change_keys().await.unwrap();
        office.enter("ann").await;

        // Ten windows come back with the same attempt at once.
        let back = office.visit(&office.anybody, "ann", json!({})).await;
        let tries = (0..10).map(|_| {
            let (client, back) = (office.anybody.clone(), back.clone());
            tokio::spawn(async move { client.run(document(FINISH), back).await.is_ok() })
        });
        let mut done = 0;
        for tried in tries.collect::<Vec<_>>() {
            done += i32::from(tried.await.unwrap());
        }
        assert_eq!(done, 1);

        // The proof is as fresh as the provider says: she takes the identity off in that session.
        let unlink = json!({ "id": id });
        run(&by, "merchant/sign_in#OidcUnlink", unlink).await;
        assert_eq!(code(&office.kept_out("ann").await), "IDENTITY_UNKNOWN");
        let left = ask(&by, "merchant/sign_in#SignInIdentities", Value::Null).await;
        assert_eq!(left["signInIdentities"], json!([]));
        let log = office.site.log();
        assert!(!log.contains("secret-of-souk"), "secrets stay out of the log");
        finish(office.site).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_accepted_by_a_provider_and_its_second_factor_counts() {
    for kind in Kind::present("sign-in by a provider") {
        let Some(provider) = OpenIdProvider::start("sign-in by a provider").await.unwrap() else { return };
        let office = Office::open(kind, provider).await;
        let invite = json!({ "email": "new@corp.example", "name": "New", "role": "OPERATOR_FINANCE" });
        run(&office.operator, "merchant/team#MemberInvite", invite).await;
        let token = eventually("the invitation by mail", async || {
            let mails = office.site.mails().unwrap();
            let mail = mails.iter().find(|mail| mail.to.contains("new@corp.example"))?;
            let (_, rest) = mail.body.split_once("/invitation?token=")?;
            Some(rest.split(|c: char| c.is_whitespace() || c == '"' || c == '<').next()?.to_owned())
        })
        .await;
        let begin = json!({ "purpose": "INVITATION", "invitationToken": token });
        let accept = async |person: &str| {
            let mut back = office.visit(&office.anybody, person, begin.clone()).await;
            back["token"] = json!(token);
            office.anybody.run(document("merchant/sign_in#OidcInvitationAccept"), back).await
        };
        assert_eq!(code(&accept("eve").await.unwrap_err()), "INVITATION_OF_ANOTHER");
        assert_eq!(accept("new").await.unwrap().text("membership.role").unwrap(), "OPERATOR_FINANCE");

        // The role asks for a second factor, which the provider has seen or not.
        let policy = ask(&office.operator, "operator/people#SecurityPolicy", Value::Null).await;
        let strict = json!({ "expectedVersion": policy["securityPolicy"]["version"], "secondFactorRoles": ["OPERATOR_FINANCE"] });
        run(&office.operator, "operator/people#SecurityPolicyEdit", strict).await;
        for (person, held) in [("new", false), ("new+sms", false), ("new+mfa", true)] {
            let signed = office.enter(person).await;
            let by = office.anybody.with_token(signed.text("signedIn.token").unwrap());
            let roles = ask(&by, "merchant/team#Whoami", Value::Null).await["me"]["roles"].clone();
            assert_eq!(roles.as_array().unwrap().contains(&json!("operator_finance")), held, "{person}: {roles}");
        }
        // Nothing else opens this account.
        let by = office.anybody.with_token(office.enter("new+mfa").await.text("signedIn.token").unwrap());
        let linked = ask(&by, "merchant/sign_in#SignInIdentities", Value::Null).await["signInIdentities"][0].clone();
        assert_eq!(linked["provider"]["code"], "corp");
        let unlink = refused(&by, "merchant/sign_in#OidcUnlink", json!({ "id": linked["id"] })).await;
        assert_eq!(code(&unlink), "LAST_WAY_IN");
        finish(office.site).await;
    }
}

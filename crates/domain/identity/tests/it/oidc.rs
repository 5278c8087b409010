//! Signing in by a provider. The provider here says what the code says; `e2e` has a real one.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::Duration;
use context::Ctx;
use identity::{
    AddMember, Assertion, Error, Handshake, InvitationCreated, LinkedIdentity, MemberAccess, OidcAttempt, OidcBegin,
    OidcGoal, OidcInvitationAccept, OidcReturn, OpenId, Proof, ProviderFault, Refusal, RoleName, SignInProvider,
    SignInProviders, SignInStep, SignedIn, Team, UserBlock,
};
use kernel::Fault as _;
use testkit::{TestEnv, tokio};

use crate::support::{bearer, code, count, events, from_ip, owner, person, sign_in, signed_in, verified};

const ISSUER: &str = "https://id.corp.example";

/// Takes `subject` or `subject,email` or `subject,email,method` for a code. `!` before an address: it is not verified.
struct Script;

#[async_trait]
impl OpenId for Script {
    async fn authorization_url(&self, handshake: &Handshake, max_age: Duration) -> Result<String, ProviderFault> {
        Ok(format!("{ISSUER}/auth?max_age={}&state={}", max_age.num_seconds(), handshake.state))
    }

    async fn redeem(&self, code: &str, _: &Handshake, email: bool) -> Result<Assertion, ProviderFault> {
        let mut parts = code.split(',');
        let subject = parts.next().unwrap_or_default().to_owned();
        match subject.as_str() {
            "away" => return Err(ProviderFault::NoAnswer("no route to host".to_owned())),
            "foreign" => return Err(ProviderFault::Refused(Refusal::Audience)),
            _ => {}
        }
        let told = parts.next().filter(|told| email && !told.is_empty());
        Ok(Assertion {
            subject,
            email: told.map(|told| told.trim_start_matches('!').to_owned()),
            email_verified: told.is_some_and(|told| !told.starts_with('!')),
            methods: parts.map(str::to_owned).collect(),
            context: None,
            age: (code != "silent").then(|| Duration::minutes(2)),
        })
    }
}

fn providers(domains: &[&str], methods: &[&str]) -> SignInProviders {
    let texts = |of: &[&str]| of.iter().map(|text| (*text).to_owned()).collect();
    SignInProviders::of(vec![SignInProvider {
        code: "corp".to_owned(),
        name: "Corp".to_owned(),
        issuer: ISSUER.to_owned(),
        allowed_domains: texts(domains),
        second_factor_methods: texts(methods),
        second_factor_contexts: Vec::new(),
        port: Arc::new(Script),
    }])
}

fn corp() -> SignInProviders {
    providers(&[], &[])
}

async fn begin(ctx: &Ctx, at: &SignInProviders, goal: OidcGoal) -> Result<OidcAttempt, Error> {
    let begin =
        OidcBegin { provider: "corp".to_owned(), goal, fresh: false, user_agent: Some("Firefox\n1".to_owned()) };
    identity::oidc_begin(ctx, at, begin).await
}

/// The browser comes back with this code.
fn back(attempt: &OidcAttempt, code: &str) -> OidcReturn {
    let state = attempt.url.rsplit_once("state=").unwrap().1.to_owned();
    let (code, issuer) = (code.to_owned(), Some(ISSUER.to_owned()));
    OidcReturn { attempt: attempt.id, secret: attempt.secret.clone(), code, state, issuer }
}

async fn finish(ctx: &Ctx, at: &SignInProviders, code: &str) -> Result<SignInStep, Error> {
    let attempt = begin(ctx, at, OidcGoal::SignIn).await?;
    identity::oidc_finish(ctx, at, &back(&attempt, code)).await
}

async fn enter(t: &TestEnv, code: &str) -> Result<SignedIn, Error> {
    Ok(finish(&t.anonymous(), &corp(), code).await?.done().expect("no second factor"))
}

async fn link(ctx: &Ctx, at: &SignInProviders, code: &str) -> Result<LinkedIdentity, Error> {
    let attempt = begin(ctx, at, OidcGoal::Link).await?;
    identity::oidc_link(ctx, at, &back(&attempt, code)).await
}

/// Ann, who owns a merchant and has linked `ann`.
async fn ann(t: &TestEnv) -> Ctx {
    owner(t, "ann@corp.example").await;
    let ann = signed_in(t, "ann@corp.example").await;
    link(&ann, &corp(), "ann").await.unwrap();
    ann
}

async fn invited(t: &TestEnv, email: &str) -> InvitationCreated {
    let team = Team::Merchant(t.system().new_id());
    let role = RoleName::MerchantOwner.into();
    let add = AddMember { email: email.to_owned(), name: "New".to_owned(), team, role, access: MemberAccess::Invite };
    identity::member_add(&t.system(), add).await.unwrap();
    events::<InvitationCreated>(t).await.pop().unwrap()
}

async fn accept(ctx: &Ctx, at: &SignInProviders, of: &InvitationCreated, code: &str) -> Result<(), Error> {
    let attempt = begin(ctx, at, OidcGoal::Invitation(of.token.clone())).await?;
    let input = OidcInvitationAccept { back: back(&attempt, code), token: of.token.clone(), name: None };
    identity::oidc_invitation_accept(ctx, at, input).await.map(drop)
}

testkit::both_databases! {
    async fn who_linked_an_identity_signs_in_by_it(t: TestEnv) {
        let (merchant, membership) = owner(&t, "ann@corp.example").await;
        assert_eq!(code(enter(&t, "ann,ann@corp.example").await), "IDENTITY_UNKNOWN", "an address opens nothing");
        let ann = signed_in(&t, "ann@corp.example").await;
        let linked = link(&ann, &corp(), "ann").await.unwrap();
        assert_eq!(link(&ann, &corp(), "ann").await.unwrap().id, linked.id, "once more is no error");
        assert_eq!(code(link(&ann, &corp(), "ann2").await), "ALREADY_LINKED");
        let signed = enter(&t, "ann").await.unwrap();
        assert_eq!((signed.user.id, signed.session.user_agent.as_deref()), (membership.user, Some("Firefox1")));
        assert_eq!(signed.session.proven_at, t.anonymous().now() - Duration::minutes(2), "as the provider says");
        let by = bearer(&t, &signed.token, None).await.unwrap();
        assert_eq!(by.actor().merchant(), Some(merchant));
        assert!(identity::sign_in_identities(&by).await.unwrap()[0].used_at.is_some());
        let history = "change_log WHERE entity = 'user' AND action";
        assert_eq!(count(&t, &format!("{history} = 'identity_linked' AND actor LIKE '%{}%'", membership.user)).await, 1);
        assert_eq!(count(&t, &format!("{history} = 'signed_in' AND fields LIKE '%corp%'")).await, 1);
        let fresh = OidcBegin { provider: "corp".to_owned(), goal: OidcGoal::SignIn, fresh: true, user_agent: None };
        let fresh = identity::oidc_begin(&t.anonymous(), &corp(), fresh).await.unwrap();
        let usual = begin(&t.anonymous(), &corp(), OidcGoal::SignIn).await.unwrap();
        assert!(fresh.url.contains("max_age=60&") && usual.url.contains("max_age=43200&"));
        // A provider that does not say when gives no fresh proof.
        let silent = { owner(&t, "sue@corp.example").await; signed_in(&t, "sue@corp.example").await };
        link(&silent, &corp(), "silent").await.unwrap();
        let sue = bearer(&t, &enter(&t, "silent").await.unwrap().token, None).await.unwrap();
        assert_eq!(code(begin(&sue, &corp(), OidcGoal::Link).await), "REAUTHENTICATION_REQUIRED");
        verified(&t).await;
    }

    async fn what_comes_back_wrong_is_refused_and_the_attempt_is_used_up(t: TestEnv) {
        let ann = ann(&t).await;
        let nobody = t.anonymous();
        let unknown = OidcBegin { provider: "nowhere".to_owned(), goal: OidcGoal::SignIn, fresh: false, user_agent: None };
        assert_eq!(code(identity::oidc_begin(&nobody, &corp(), unknown).await), "NOT_FOUND");
        let refused = async |change: fn(&mut OidcReturn), expected: &str| {
            let attempt = begin(&nobody, &corp(), OidcGoal::SignIn).await.unwrap();
            let mut bad = back(&attempt, "ann");
            change(&mut bad);
            assert_eq!(code(identity::oidc_finish(&nobody, &corp(), &bad).await), expected);
            attempt
        };
        let wrong = refused(|of| of.state = "x".repeat(43), "STATE_MISMATCH").await;
        assert_eq!(code(identity::oidc_finish(&nobody, &corp(), &back(&wrong, "ann")).await), "ATTEMPT_OVER");
        let guessed = refused(|of| of.secret = identity::Secret::from_client("guess"), "ATTEMPT_OVER").await;
        refused(|of| of.issuer = Some("https://evil.example".to_owned()), "PROVIDER_REFUSED").await;
        refused(|of| of.code = "x".repeat(5000), "TOO_LONG").await;
        assert_eq!(count(&t, &format!("sign_in_attempt WHERE secret_hash = '{}'", guessed.secret.reveal())).await, 0);
        // Nobody else's secret spends an attempt.
        identity::oidc_finish(&nobody, &corp(), &back(&guessed, "ann")).await.unwrap();
        let foreign = finish(&nobody, &corp(), "foreign").await.unwrap_err();
        assert_eq!((foreign.code(), foreign.details().unwrap()["reason"].as_str()), ("PROVIDER_REFUSED", Some("AUDIENCE")));
        assert_eq!(code(finish(&nobody, &corp(), "away").await), "UNAVAILABLE");
        let late = begin(&nobody, &corp(), OidcGoal::SignIn).await.unwrap();
        t.clock.advance(Duration::minutes(10));
        assert_eq!(code(identity::oidc_finish(&nobody, &corp(), &back(&late, "ann")).await), "ATTEMPT_OVER");
        // What was begun for one thing does no other.
        let attempt = begin(&nobody, &corp(), OidcGoal::SignIn).await.unwrap();
        assert_eq!(code(identity::oidc_link(&ann, &corp(), &back(&attempt, "ann")).await), "ATTEMPT_OVER");
        owner(&t, "bob@corp.example").await;
        let bob = signed_in(&t, "bob@corp.example").await;
        let ann = signed_in(&t, "ann@corp.example").await;
        let hers = begin(&ann, &corp(), OidcGoal::Link).await.unwrap();
        assert_eq!(code(identity::oidc_link(&bob, &corp(), &back(&hers, "bob")).await), "ATTEMPT_OVER");
        assert_eq!(code(link(&bob, &corp(), "ann").await), "IDENTITY_TAKEN");
        assert_eq!(count(&t, "user_identity").await, 1);
        t.clock.advance(Duration::minutes(11));
        assert!(identity::purge_expired(&t.system()).await.unwrap().attempts > 5);
        verified(&t).await;
    }

    async fn of_ten_browsers_that_come_back_at_once_one_signs_in(t: TestEnv) {
        ann(&t).await;
        let before = count(&t, "user_session").await;
        let attempt = begin(&t.anonymous(), &corp(), OidcGoal::SignIn).await.unwrap();
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (ctx, back) = (t.anonymous(), back(&attempt, "ann"));
            tries.spawn(async move { code(identity::oidc_finish(&ctx, &corp(), &back).await) });
        }
        let mut told = tries.join_all().await;
        told.sort_unstable();
        assert_eq!((told[..9].to_vec(), told[9]), (vec!["ATTEMPT_OVER"; 9], "OK"));
        assert_eq!(count(&t, "user_session").await, before + 1);
        // Two accounts that link one identity at once: it opens one of them.
        let mut links = tokio::task::JoinSet::new();
        for name in ["bob", "cid", "dan"] {
            owner(&t, &format!("{name}@corp.example")).await;
            let ctx = signed_in(&t, &format!("{name}@corp.example")).await;
            links.spawn(async move { code(link(&ctx, &corp(), "shared").await) });
        }
        let mut told = links.join_all().await;
        told.sort_unstable();
        assert_eq!(told, ["IDENTITY_TAKEN", "IDENTITY_TAKEN", "OK"]);
        assert_eq!(count(&t, "user_identity WHERE subject = 'shared'").await, 1);
    }

    async fn second_factors_are_asked_for_unless_that_of_the_provider_counts(t: TestEnv) {
        let ann = ann(&t).await;
        let made = identity::totp_enrol(&ann, "Souk").await.unwrap();
        let bytes = totp_rs::Secret::Encoded(made.secret).to_bytes().unwrap();
        let totp = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, bytes).unwrap();
        let shown = || totp.generate(u64::try_from(t.system().now().timestamp()).unwrap());
        identity::totp_confirm(&ann, &shown()).await.unwrap();
        t.clock.advance(Duration::seconds(30));
        let strict = providers(&[], &["mfa"]);
        for (at, code) in [(&corp(), "ann,,mfa"), (&strict, "ann,,pwd")] {
            assert!(matches!(finish(&t.anonymous(), at, code).await.unwrap(), SignInStep::SecondFactor(_)), "{code}");
        }
        let SignInStep::SecondFactor(asked) = finish(&t.anonymous(), &strict, "ann").await.unwrap() else { panic!() };
        let proof = Proof::Code(shown());
        identity::sign_in_confirm(&t.anonymous(), &asked.token, &proof).await.unwrap();
        let signed = finish(&t.anonymous(), &strict, "ann,,mfa").await.unwrap().done().unwrap();
        assert!(signed.session.second_factor_at.is_some());
        assert_eq!(count(&t, "change_log WHERE action = 'signed_in' AND fields LIKE '%\"provider\"%'").await, 1);
    }

    async fn neither_buyers_nor_blocked_accounts_nor_other_domains_come_in(t: TestEnv) {
        let ann = ann(&t).await;
        let held = identity::me(&ann).await.unwrap();
        let strict = providers(&["corp.example"], &[]);
        for (code_of, expected) in [
            ("ann", "ADDRESS_NOT_ALLOWED"),
            ("ann,!ann@corp.example", "ADDRESS_NOT_ALLOWED"),
            ("ann,ann@elsewhere.example", "ADDRESS_NOT_ALLOWED"),
            ("ann,anna@corp.example", "OK"),
        ] {
            assert_eq!(code(finish(&t.anonymous(), &strict, code_of).await), expected, "{code_of}");
        }
        let block = UserBlock { user: held.user.id, reason: "gone".to_owned() };
        identity::member_remove(&t.operator(), held.memberships[0].id).await.unwrap_err();
        person(&t, "eve@corp.example", held.memberships[0].team, RoleName::MerchantOwner).await;
        identity::user_block(&t.operator(), block).await.unwrap();
        assert_eq!(code(enter(&t, "ann").await), "IDENTITY_UNKNOWN");
        identity::user_unblock(&t.operator(), held.user.id).await.unwrap();
        enter(&t, "ann").await.unwrap();
        identity::member_remove(&t.operator(), held.memberships[0].id).await.unwrap();
        assert_eq!(code(enter(&t, "ann").await), "STAFF_ONLY");
        let buyer = signed_in(&t, "ann@corp.example").await;
        assert_eq!(code(link(&buyer, &corp(), "else").await), "STAFF_ONLY");
        assert_eq!(code(begin(&t.anonymous(), &corp(), OidcGoal::Link).await), "UNAUTHENTICATED");
    }

    async fn an_account_keeps_a_way_in(t: TestEnv) {
        let ann = ann(&t).await;
        let linked = identity::sign_in_identities(&ann).await.unwrap().remove(0);
        owner(&t, "bob@corp.example").await;
        let bob = signed_in(&t, "bob@corp.example").await;
        assert_eq!(code(identity::oidc_unlink(&bob, &corp(), linked.id).await), "NOT_FOUND");
        identity::oidc_unlink(&ann, &corp(), linked.id).await.unwrap();
        assert_eq!(code(enter(&t, "ann").await), "IDENTITY_UNKNOWN");
        // Who came by an invitation has no password.
        let at = providers(&["corp.example"], &[]);
        let of = invited(&t, "new@corp.example").await;
        accept(&t.anonymous(), &at, &of, "new,new@corp.example").await.unwrap();
        let new = finish(&t.anonymous(), &at, "new,new@corp.example").await.unwrap().done().unwrap();
        let new = bearer(&t, &new.token, None).await.unwrap();
        let only = identity::sign_in_identities(&new).await.unwrap().remove(0);
        assert_eq!(code(identity::oidc_unlink(&new, &at, only.id).await), "LAST_WAY_IN");
        t.clock.advance(Duration::minutes(16));
        assert_eq!(code(identity::oidc_unlink(&new, &at, only.id).await), "REAUTHENTICATION_REQUIRED");
        assert_eq!(count(&t, "change_log WHERE action = 'identity_unlinked'").await, 1);
        let held = identity::me(&new).await.unwrap();
        person(&t, "eve@corp.example", held.memberships[0].team, RoleName::MerchantOwner).await;
        let mut tx = t.system().begin_write().await.unwrap();
        identity::erase_user_in_tx(&mut tx, held.user.id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count(&t, "user_identity").await, 0);
        verified(&t).await;
    }

    async fn an_invitation_is_accepted_by_whom_the_provider_vouches_for(t: TestEnv) {
        let at = providers(&["corp.example"], &[]);
        let of = invited(&t, "new@corp.example").await;
        let nobody = t.anonymous();
        assert_eq!(code(accept(&nobody, &corp(), &of, "new,new@corp.example").await), "ADDRESS_NOT_ALLOWED");
        assert_eq!(code(accept(&nobody, &at, &of, "new,!new@corp.example").await), "ADDRESS_NOT_ALLOWED");
        assert_eq!(code(accept(&nobody, &at, &of, "eve,eve@corp.example").await), "INVITATION_OF_ANOTHER");
        assert_eq!(count(&t, "user_account").await, 0);
        accept(&nobody, &at, &of, "new,New@Corp.Example").await.unwrap();
        assert_eq!(code(accept(&nobody, &at, &of, "new,new@corp.example").await), "TOKEN_UNUSABLE");
        assert_eq!(count(&t, "user_account WHERE password_hash IS NULL AND email_verified_at IS NOT NULL").await, 1);
        // Once more, elsewhere: the identity opens the account.
        let again = invited(&t, "new@corp.example").await;
        accept(&nobody, &at, &again, "new,new@corp.example").await.unwrap();
        assert_eq!(count(&t, "membership").await, 2);
        // An account with a password is not taken over by its address.
        owner(&t, "old@corp.example").await;
        let third = invited(&t, "old@corp.example").await;
        assert_eq!(code(accept(&nobody, &at, &third, "old,old@corp.example").await), "LINK_FIRST");
        assert_eq!(code(accept(&nobody, &at, &third, "new,old@corp.example").await), "IDENTITY_TAKEN");
        let other = invited(&t, "else@elsewhere.example").await;
        assert_eq!(code(accept(&nobody, &at, &other, "e,else@elsewhere.example").await), "ADDRESS_NOT_ALLOWED");
        sign_in(&t, "old@corp.example").await;
        verified(&t).await;
    }

    async fn who_comes_back_wrong_again_and_again_has_to_wait(t: TestEnv) {
        let eve = from_ip(&t, "10.0.0.9");
        let mut told = Vec::new();
        for _ in 0..52 {
            told.push(code(finish(&eve, &corp(), "nobody").await));
        }
        assert_eq!(told[..51], ["IDENTITY_UNKNOWN"; 51]);
        assert_eq!(told[51], "RATE_LIMITED");
        assert_eq!(code(finish(&from_ip(&t, "10.0.0.8"), &corp(), "nobody").await), "IDENTITY_UNKNOWN");
        let flood = from_ip(&t, "10.0.0.7");
        let mut begun = 0;
        while begin(&flood, &corp(), OidcGoal::SignIn).await.is_ok() {
            begun += 1;
        }
        assert_eq!(begun, 201);
    }
}

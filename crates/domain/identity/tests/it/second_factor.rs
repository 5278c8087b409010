//! The second factor, and showing once more who one is.

use std::sync::Arc;

use chrono::Duration;
use context::{Ctx, Vault, World};
use identity::{
    ApiKeyCreate, ApiKeyScope, Error, MemberRoleChange, Proof, RoleName, Secret, SecurityPolicyEdit, SignIn,
    SignInStep, SignedIn, Team,
};
use kernel::Fault as _;
use testkit::{TestEnv, tokio};
use totp_rs::{Algorithm, TOTP};

use crate::support::{PASSWORD, bearer, cheap, code, count, owner, person, sign_in, signed_in, verified};

/// The code that an app with this secret shows now.
fn shown(t: &TestEnv, secret: &str) -> String {
    let bytes = totp_rs::Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let now = u64::try_from(t.system().now().timestamp()).unwrap();
    TOTP::new(Algorithm::SHA1, 6, 1, 30, bytes).unwrap().generate(now)
}

/// Sets a second factor up; gives its secret and the recovery codes.
async fn enrol(t: &TestEnv, ctx: &Ctx) -> (String, Vec<String>) {
    let made = identity::totp_enrol(ctx, "Souk").await.unwrap();
    let codes = identity::totp_confirm(ctx, &shown(t, &made.secret)).await.unwrap();
    t.clock.advance(Duration::seconds(30));
    (made.secret, codes)
}

async fn password(t: &TestEnv, email: &str) -> Secret {
    cheap();
    let input =
        SignIn { email: email.to_owned(), password: PASSWORD.to_owned(), user_agent: Some("Firefox".to_owned()) };
    match identity::sign_in(&t.anonymous(), input).await.unwrap() {
        SignInStep::SecondFactor(challenge) => challenge.token,
        SignInStep::Done(_) => panic!("was to be asked for a second factor"),
    }
}

async fn confirm(t: &TestEnv, challenge: &Secret, proof: &Proof) -> Result<SignedIn, Error> {
    identity::sign_in_confirm(&t.anonymous(), challenge, proof).await
}

fn typed(code: &str) -> Proof {
    Proof::Code(code.to_owned())
}

testkit::both_databases! {
    async fn signing_in_takes_two_steps_and_no_code_is_good_twice(t: TestEnv) {
        let (_, membership) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let made = identity::totp_enrol(&ann, "Souk").await.unwrap();
        assert!(made.url.contains(&made.secret));
        // Until it is confirmed it is not asked for.
        sign_in(&t, "ann@example.org").await;
        assert_eq!(code(identity::totp_confirm(&ann, "000000").await), "WRONG_CODE");
        let first = shown(&t, &made.secret);
        assert_eq!(identity::totp_confirm(&ann, &first).await.unwrap().len(), 10);
        assert_eq!(count(&t, "user_session").await, 1, "all other sessions end");
        let challenge = password(&t, "ann@example.org").await;
        assert_eq!(code(confirm(&t, &challenge, &typed(&first)).await), "WRONG_CODE", "used by the confirmation");
        assert_eq!(code(confirm(&t, &challenge, &Proof::Password(PASSWORD.to_owned())).await), "WRONG_CODE");
        assert_eq!(code(bearer(&t, &challenge, None).await), "UNAUTHENTICATED");
        t.clock.advance(Duration::seconds(30));
        let second = shown(&t, &made.secret);
        let signed = confirm(&t, &challenge, &typed(&second)).await.unwrap();
        assert_eq!((signed.user.id, signed.session.user_agent.as_deref()), (membership.user, Some("Firefox")));
        bearer(&t, &signed.token, None).await.unwrap();
        assert_eq!(code(confirm(&t, &challenge, &typed(&second)).await), "SIGN_IN_OVER");
        let again = password(&t, "ann@example.org").await;
        assert_eq!(code(confirm(&t, &again, &typed(&second)).await), "WRONG_CODE", "replayed");
        t.clock.advance(Duration::minutes(6));
        assert_eq!(code(confirm(&t, &again, &typed(&shown(&t, &made.secret))).await), "SIGN_IN_OVER");
        assert_eq!(count(&t, "user_totp WHERE secret IS NULL OR confirmed_at IS NULL").await, 0);
        verified(&t).await;
    }

    async fn of_twenty_uses_of_one_code_one_succeeds(t: TestEnv) {
        owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let (secret, codes) = enrol(&t, &ann).await;
        for proof in [typed(&shown(&t, &secret)), Proof::RecoveryCode(codes[0].clone())] {
            let mut challenges = Vec::new();
            for _ in 0..4 {
                challenges.push(password(&t, "ann@example.org").await);
            }
            let mut tries = tokio::task::JoinSet::new();
            for challenge in challenges {
                let (ctx, proof) = (t.anonymous(), proof.clone());
                tries.spawn(async move { identity::sign_in_confirm(&ctx, &challenge, &proof).await.is_ok() });
            }
            assert_eq!(tries.join_all().await.into_iter().filter(|done| *done).count(), 1, "{proof:?}");
            t.clock.advance(Duration::minutes(10));
        }
        assert_eq!(count(&t, "user_session").await, 3);
        assert_eq!(count(&t, "recovery_code WHERE used_at IS NOT NULL").await, 1);
    }

    async fn recovery_codes_are_good_once_each_and_stored_as_digests(t: TestEnv) {
        owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let (_, codes) = enrol(&t, &ann).await;
        assert_eq!(count(&t, &format!("recovery_code WHERE code_hash = '{}'", codes[0])).await, 0);
        let use_up = async |code: &str| {
            let challenge = password(&t, "ann@example.org").await;
            confirm(&t, &challenge, &Proof::RecoveryCode(code.to_owned())).await
        };
        use_up(&codes[0].to_uppercase().replace('-', "")).await.unwrap();
        assert_eq!(code(use_up(&codes[0]).await), "WRONG_CODE");
        assert_eq!(identity::second_factor(&ann).await.unwrap().recovery_codes_left, 9);
        let renewed = identity::recovery_codes_renew(&ann).await.unwrap();
        assert_eq!(code(use_up(&codes[1]).await), "WRONG_CODE");
        use_up(&renewed[1]).await.unwrap();
    }

    async fn guessing_codes_is_slowed_down(t: TestEnv) {
        owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let (secret, _) = enrol(&t, &ann).await;
        let mut told = Vec::new();
        for _ in 0..7 {
            let challenge = password(&t, "ann@example.org").await;
            told.push(code(confirm(&t, &challenge, &typed("000000")).await));
        }
        assert_eq!(told[..6], ["WRONG_CODE"; 6]);
        assert_eq!(told[6], "RATE_LIMITED");
        t.clock.advance(Duration::minutes(1));
        let challenge = password(&t, "ann@example.org").await;
        confirm(&t, &challenge, &typed(&shown(&t, &secret))).await.unwrap();
    }

    async fn a_role_can_ask_for_a_second_factor(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let token = sign_in(&t, "ann@example.org").await.token;
        let policy = identity::security_policy(&t.operator()).await.unwrap();
        let roles = Some(vec![RoleName::MerchantOwner.into()]);
        let edit = |expected_version, roles| SecurityPolicyEdit { expected_version, fresh_minutes: None, second_factor_roles: roles };
        assert_eq!(code(identity::security_policy_edit(&t.merchant(merchant), edit(1, roles.clone())).await), "FORBIDDEN");
        let unknown = Some(vec![RoleName::Storefront.into()]);
        assert_eq!(code(identity::security_policy_edit(&t.operator(), edit(1, unknown)).await), "NOT_FOUND");
        let policy = identity::security_policy_edit(&t.operator(), edit(policy.version, roles.clone())).await.unwrap();
        assert_eq!(code(identity::security_policy_edit(&t.operator(), edit(1, roles)).await), "STALE_VERSION");
        let ann = bearer(&t, &token, None).await.unwrap();
        assert_eq!(ann.actor().merchant(), None, "the seat is not held without a second factor");
        assert!(identity::second_factor(&ann).await.unwrap().missing);
        let (secret, _) = enrol(&t, &ann).await;
        let ann = bearer(&t, &token, None).await.unwrap();
        assert_eq!(ann.actor().merchant(), Some(merchant), "the session in which it was set up has it");
        assert!(!identity::second_factor(&ann).await.unwrap().missing);
        let challenge = password(&t, "ann@example.org").await;
        let signed = confirm(&t, &challenge, &typed(&shown(&t, &secret))).await.unwrap();
        assert_eq!(bearer(&t, &signed.token, None).await.unwrap().actor().merchant(), Some(merchant));
        assert_eq!(count(&t, "change_log WHERE entity = 'security_policy'").await, 1);
        assert_eq!(policy.version, 2);
    }

    async fn the_operator_resets_what_somebody_lost(t: TestEnv) {
        let (_, membership) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        enrol(&t, &ann).await;
        let reset = identity::user_second_factor_reset;
        assert_eq!(code(reset(&ann, membership.user, "mine").await), "FORBIDDEN");
        let support = t.seated(access::Scope::Operator, "operator_support");
        assert_eq!(code(reset(&support, membership.user, "lost").await), "FORBIDDEN");
        assert_eq!(code(reset(&t.operator(), membership.user, "").await), "REQUIRED");
        reset(&t.operator(), membership.user, "lost the phone, shown a passport").await.unwrap();
        assert_eq!(code(reset(&t.operator(), membership.user, "again").await), "SECOND_FACTOR_OFF");
        assert_eq!(count(&t, "user_session").await, 0);
        sign_in(&t, "ann@example.org").await;
        let said = "change_log c JOIN change_words w ON w.change_id = c.id WHERE c.action = 'second_factor_reset'";
        assert_eq!(count(&t, &format!("{said} AND w.words LIKE 'lost the phone%'")).await, 1);
        assert_eq!(count(&t, "recovery_code").await, 0);
    }

    async fn sensitive_commands_ask_who_it_is_once_more(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let team = Team::Merchant(merchant);
        let clerk = person(&t, "bob@example.org", team, RoleName::MerchantCatalog).await;
        let token = sign_in(&t, "ann@example.org").await.token;
        let ann = async || bearer(&t, &token, None).await.unwrap();
        let change = |version| MemberRoleChange { id: clerk.id, role: RoleName::MerchantFinance.into(), expected_version: version };
        t.clock.advance(Duration::minutes(16));
        let refused = identity::member_role_change(&ann().await, change(1)).await.unwrap_err();
        assert_eq!(refused.code(), "REAUTHENTICATION_REQUIRED");
        let details = refused.details().unwrap();
        assert_eq!(details["mutation"], "reauthenticate");
        assert_eq!(details["ways"], serde_json::json!(["password", "code", "recoveryCode"]));
        let prove = async |password: &str| identity::reauthenticate(&ann().await, &Proof::Password(password.to_owned())).await;
        assert_eq!(code(prove("not her password").await), "WRONG_PASSWORD");
        assert_eq!(code(identity::reauthenticate(&ann().await, &typed("000000")).await), "WRONG_CODE");
        assert_eq!(code(identity::member_role_change(&ann().await, change(1)).await), "REAUTHENTICATION_REQUIRED");
        let retire = identity::custom_role_retire(&ann().await, t.system().new_id(), 1).await;
        assert_eq!(code(retire), "REAUTHENTICATION_REQUIRED");
        prove(PASSWORD).await.unwrap();
        identity::member_role_change(&ann().await, change(1)).await.unwrap();
        // The operator decides for how long.
        let edit = SecurityPolicyEdit { expected_version: 1, fresh_minutes: Some(2), second_factor_roles: None };
        identity::security_policy_edit(&t.operator(), edit).await.unwrap();
        t.clock.advance(Duration::minutes(3));
        let key = ApiKeyCreate { name: "ERP".to_owned(), scope: ApiKeyScope::Merchant(merchant), role: RoleName::MerchantOwner.into(), expires_at: None };
        assert_eq!(code(identity::api_key_create(&ann().await, key.clone()).await), "REAUTHENTICATION_REQUIRED");
        prove(PASSWORD).await.unwrap();
        let key = identity::api_key_create(&ann().await, key).await.unwrap();
        let program = bearer(&t, &key.secret, None).await.unwrap();
        let refused = identity::member_role_change(&program, change(2)).await.unwrap_err();
        assert_eq!((refused.code(), refused.details().unwrap()["ways"].clone()), ("REAUTHENTICATION_REQUIRED", serde_json::json!([])));
        assert_eq!(code(identity::reauthenticate(&program, &Proof::Password(PASSWORD.to_owned())).await), "FORBIDDEN");
        let mut bad = Vec::new();
        for _ in 0..7 {
            bad.push(code(prove("guess guess").await));
        }
        assert!(bad.contains(&"RATE_LIMITED"));
    }

    async fn wrong_codes_count_against_the_client_address(t: TestEnv) {
        owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let made = identity::totp_enrol(&ann, "Souk").await.unwrap();
        let counted = async |times: i64| count(&t, &format!("sign_in_throttle WHERE key LIKE 'ip:%' AND failure_count = {times}")).await;
        assert_eq!(code(identity::totp_confirm(&ann, "000000").await), "WRONG_CODE");
        assert_eq!(counted(1).await, 1);
        identity::totp_confirm(&ann, &shown(&t, &made.secret)).await.unwrap();
        for proof in [typed("000000"), Proof::RecoveryCode("aaaa-bbbb-cccc".to_owned())] {
            assert_eq!(code(identity::reauthenticate(&ann, &proof).await), "WRONG_CODE");
        }
        assert_eq!(counted(3).await, 1);
        t.clock.advance(Duration::seconds(30));
        identity::reauthenticate(&ann, &typed(&shown(&t, &made.secret))).await.unwrap();
        assert_eq!(counted(3).await, 1, "a right one is not counted");
    }

    async fn secrets_are_sealed_and_their_keys_change(t: TestEnv) {
        owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let (old, new) = (format!("old:{}", context::random_key()), format!("new:{}", context::random_key()));
        let with = |keys: &[&String]| {
            let world = World { vault: Vault::of(keys).unwrap(), ..World::clone(&t.world) };
            Ctx::new(Arc::new(world), ann.actor().clone(), ann.origin().clone())
        };
        assert_eq!(code(identity::totp_enrol(&with(&[]), "Souk").await), "SECOND_FACTOR_UNAVAILABLE");
        let (secret, codes) = enrol(&t, &with(&[&old])).await;
        assert_eq!(count(&t, "user_totp WHERE key_id = 'old'").await, 1);
        assert_eq!(count(&t, &format!("user_totp WHERE secret LIKE '%{secret}%'")).await, 0);
        let show = async |keys: &[&String]| {
            t.clock.advance(Duration::seconds(30));
            identity::reauthenticate(&with(keys), &typed(&shown(&t, &secret))).await
        };
        show(&[&old]).await.unwrap();
        show(&[&new, &old]).await.unwrap();
        assert_eq!(count(&t, "user_totp WHERE key_id = 'new'").await, 1, "sealed anew");
        show(&[&new]).await.unwrap();
        assert_eq!(code(show(&[&old]).await), "INTERNAL");
        identity::reauthenticate(&with(&[]), &Proof::RecoveryCode(codes[0].clone())).await.unwrap();
    }
}

//! Guessing is slowed down.

use chrono::Duration;
use context::Error as Core;
use identity::{Error, RoleName, Team};
use testkit::tokio;

use crate::support::{PASSWORD, code, count, from_ip, person, sign_in, try_sign_in};

fn wait(result: Result<identity::SignedIn, Error>) -> Option<i64> {
    match result {
        Err(Error::Core(Core::RateLimited { retry_after_seconds })) => Some(retry_after_seconds),
        _ => None,
    }
}

testkit::both_databases! {
    async fn after_five_guesses_the_pause_grows(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let guess = async |ip: &str| try_sign_in(&from_ip(&t, ip), "ann@example.org", "wrong password").await;
        for number in 0..6 {
            assert_eq!(code(guess(&format!("10.0.0.{number}")).await), "BAD_CREDENTIALS");
        }
        assert_eq!(wait(guess("10.1.0.1").await), Some(30));
        // The right password does not get past the pause either, and asking does not lengthen it.
        assert_eq!(wait(try_sign_in(&t.anonymous(), "ann@example.org", PASSWORD).await), Some(30));
        t.clock.advance(Duration::milliseconds(29_500));
        assert_eq!(wait(guess("10.1.0.1").await), Some(1));
        t.clock.advance(Duration::milliseconds(500));
        assert_eq!(code(guess("10.1.0.2").await), "BAD_CREDENTIALS");
        assert_eq!(wait(guess("10.1.0.3").await), Some(60));
        t.clock.advance(Duration::seconds(60));
        sign_in(&t, "ann@example.org").await;
        for _ in 0..6 {
            assert_eq!(code(guess("10.2.0.1").await), "BAD_CREDENTIALS");
        }
        assert_eq!(wait(guess("10.2.0.1").await), Some(30));
    }

    async fn unknown_addresses_are_throttled_alike(t: TestEnv) {
        for _ in 0..6 {
            assert_eq!(code(try_sign_in(&t.anonymous(), "nobody@example.org", "wrong password").await), "BAD_CREDENTIALS");
        }
        assert_eq!(wait(try_sign_in(&t.anonymous(), "nobody@example.org", "wrong password").await), Some(30));
    }

    async fn a_client_that_tries_many_addresses_is_slowed_down(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let eve = from_ip(&t, "203.0.113.9");
        for number in 0..51 {
            let email = format!("user{number}@example.org");
            assert_eq!(code(try_sign_in(&eve, &email, "Summer2026!").await), "BAD_CREDENTIALS");
        }
        assert_eq!(wait(try_sign_in(&eve, "ann@example.org", PASSWORD).await), Some(30));
        sign_in(&t, "ann@example.org").await;
        t.clock.advance(Duration::seconds(30));
        try_sign_in(&eve, "ann@example.org", PASSWORD).await.unwrap();
        t.clock.advance(Duration::hours(25));
        assert!(identity::purge_expired(&t.system()).await.unwrap().tallies > 50);
        assert_eq!(count(&t, "sign_in_throttle").await, 0);
    }

    async fn guesses_at_once_are_all_counted(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let mut guesses = tokio::task::JoinSet::new();
        for number in 0..20 {
            let ctx = from_ip(&t, &format!("10.0.0.{number}"));
            guesses.spawn(async move { code(try_sign_in(&ctx, "ann@example.org", "wrong password").await) });
        }
        let answers = guesses.join_all().await;
        let refused = |wanted: &str| answers.iter().filter(|answer| **answer == wanted).count();
        assert_eq!((refused("BAD_CREDENTIALS"), refused("RATE_LIMITED")), (6, 14));
        assert_eq!(count(&t, "sign_in_throttle WHERE key = 'email:ann@example.org' AND failure_count = 6").await, 1);
    }

    async fn right_passwords_at_once_all_pass(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let ctx = t.anonymous();
            tries.spawn(async move { code(try_sign_in(&ctx, "ann@example.org", PASSWORD).await) });
        }
        assert_eq!(tries.join_all().await, ["OK"; 20]);
    }
}

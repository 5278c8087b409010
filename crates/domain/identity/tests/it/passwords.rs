//! Changing, resetting and proving.

use chrono::Duration;
use identity::{
    EmailVerificationRequested, NewUser, PasswordChange, PasswordChanged, PasswordResetRequested, PasswordSet,
    RoleName, Secret, Team,
};
use testkit::{TestEnv, tokio};

use crate::support::{PASSWORD, bearer, code, count, events, hash, person, sign_in, signed_in, try_sign_in, verified};

const NEW: &str = "another horse entirely";

async fn reset(t: &TestEnv, token: &Secret, password: &str) -> &'static str {
    let input = PasswordSet { token: token.clone(), password: password.to_owned() };
    code(identity::password_set_with_token(&t.anonymous(), input).await)
}

testkit::both_databases! {
    async fn a_change_needs_the_current_password_and_ends_other_sessions(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let here = sign_in(&t, "ann@example.org").await.token;
        let elsewhere = sign_in(&t, "ann@example.org").await.token;
        let ann = bearer(&t, &here, None).await.unwrap();
        let change = |current: &str, new: &str| PasswordChange {
            current: current.to_owned(), new: new.to_owned()
        };
        assert_eq!(code(identity::password_change(&t.anonymous(), change(PASSWORD, NEW)).await), "UNAUTHENTICATED");
        assert_eq!(code(identity::password_change(&ann, change("wrong password", NEW)).await), "WRONG_PASSWORD");
        assert_eq!(code(identity::password_change(&ann, change(PASSWORD, "short")).await), "TOO_SHORT");
        assert!(events::<PasswordChanged>(&t).await.is_empty());
        identity::password_change(&ann, change(PASSWORD, NEW)).await.unwrap();
        assert_eq!(events::<PasswordChanged>(&t).await.len(), 1);
        assert!(bearer(&t, &here, None).await.is_ok());
        assert_eq!(code(bearer(&t, &elsewhere, None).await), "UNAUTHENTICATED");
        assert_eq!(code(try_sign_in(&t.anonymous(), "ann@example.org", PASSWORD).await), "BAD_CREDENTIALS");
        try_sign_in(&t.anonymous(), "ann@example.org", NEW).await.unwrap();
    }

    async fn guessing_the_current_password_is_throttled(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let ann = signed_in(&t, "ann@example.org").await;
        let mut answers = Vec::new();
        for _ in 0..7 {
            let change = PasswordChange { current: "wrong password".to_owned(), new: NEW.to_owned() };
            answers.push(code(identity::password_change(&ann, change).await));
        }
        assert_eq!(answers[5..], ["WRONG_PASSWORD", "RATE_LIMITED"]);
    }

    async fn a_forgotten_password_is_set_with_the_last_token_once(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let session = sign_in(&t, "ann@example.org").await.token;
        identity::password_reset_request(&t.anonymous(), "nobody@example.org").await.unwrap();
        assert!(events::<PasswordResetRequested>(&t).await.is_empty());
        identity::password_reset_request(&t.anonymous(), "ann@example.org").await.unwrap();
        identity::password_reset_request(&t.anonymous(), "ANN@example.org").await.unwrap();
        let sent = events::<PasswordResetRequested>(&t).await;
        let (first, second) = (&sent[0].token, &sent[1].token);
        assert_eq!(reset(&t, first, NEW).await, "TOKEN_UNUSABLE");
        assert_eq!(reset(&t, &Secret::from_client("guess"), NEW).await, "TOKEN_UNUSABLE");
        assert_eq!(reset(&t, second, "short").await, "TOO_SHORT");
        assert_eq!(reset(&t, second, NEW).await, "OK");
        assert_eq!(reset(&t, second, "yet another horse").await, "TOKEN_UNUSABLE");
        assert_eq!(code(bearer(&t, &session, None).await), "UNAUTHENTICATED");
        try_sign_in(&t.anonymous(), "ann@example.org", NEW).await.unwrap();
    }

    async fn a_reset_token_expires_and_mails_are_throttled(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let request = async || code(identity::password_reset_request(&t.anonymous(), "ann@example.org").await);
        for _ in 0..4 {
            assert_eq!(request().await, "OK");
        }
        assert_eq!(request().await, "RATE_LIMITED");
        let token = events::<PasswordResetRequested>(&t).await.pop().unwrap().token;
        t.clock.advance(Duration::hours(1));
        assert_eq!(reset(&t, &token, NEW).await, "TOKEN_UNUSABLE");
        assert_eq!(request().await, "OK");
    }

    async fn of_twenty_resets_with_one_token_one_succeeds(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        identity::password_reset_request(&t.anonymous(), "ann@example.org").await.unwrap();
        let token = events::<PasswordResetRequested>(&t).await.pop().unwrap().token;
        let mut tries = tokio::task::JoinSet::new();
        for number in 0..20 {
            let (ctx, token) = (t.anonymous(), token.clone());
            tries.spawn(async move {
                let password = format!("horse number {number}");
                code(identity::password_set_with_token(&ctx, PasswordSet { token, password }).await)
            });
        }
        let answers = tries.join_all().await;
        assert_eq!(answers.iter().filter(|answer| **answer == "OK").count(), 1);
        assert_eq!(answers.iter().filter(|answer| **answer == "TOKEN_UNUSABLE").count(), 19);
        assert_eq!(events::<PasswordChanged>(&t).await.len(), 1);
    }

    async fn an_address_is_proven_once(t: TestEnv) {
        let ctx = t.system();
        let mut tx = ctx.begin_write().await.unwrap();
        let new = NewUser {
            email: "ann@example.org".to_owned(), name: "Ann".to_owned(), password: Some(hash(PASSWORD).await),
            customer: None, email_verified: false,
        };
        let user = identity::user_create_in_tx(&ctx, &mut tx, new).await.unwrap();
        identity::request_verification_in_tx(&mut tx, &user).await.unwrap();
        tx.commit().await.unwrap();
        let ann = signed_in(&t, "ann@example.org").await;
        identity::email_verification_send(&ann).await.unwrap();
        let sent = events::<EmailVerificationRequested>(&t).await;
        assert_eq!(code(identity::email_verify(&t.anonymous(), &sent[0].token).await), "TOKEN_UNUSABLE");
        let proven = identity::email_verify(&t.anonymous(), &sent[1].token).await.unwrap();
        assert_eq!(proven.email_verified_at, Some(ctx.now()));
        assert_eq!(code(identity::email_verify(&t.anonymous(), &sent[1].token).await), "TOKEN_UNUSABLE");
        identity::email_verification_send(&ann).await.unwrap();
        assert_eq!(events::<EmailVerificationRequested>(&t).await.len(), 2);
        // A token of one purpose is none of another.
        identity::password_reset_request(&t.anonymous(), "ann@example.org").await.unwrap();
        let reset = events::<PasswordResetRequested>(&t).await.pop().unwrap().token;
        assert_eq!(code(identity::email_verify(&t.anonymous(), &reset).await), "TOKEN_UNUSABLE");
        assert_eq!(count(&t, "mail_token WHERE used_at IS NOT NULL").await, 1);
        verified(&t).await;
    }
}

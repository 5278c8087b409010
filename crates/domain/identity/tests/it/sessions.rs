//! Signing in, sessions, and what a bearer gives.

use access::{Principal, Scope};
use chrono::Duration;
use identity::{RoleName, SESSION_IDLE, SESSION_LIFE, Team};
use kernel::PageArgs;

use crate::support::{bearer, code, count, origin, owner, person, sign_in, signed_in, try_sign_in, verified};

testkit::both_databases! {
    async fn a_bearer_gives_the_seats_of_its_owner_in_one_statement(t: TestEnv) {
        let (merchant, membership) = owner(&t, "ann@example.org").await;
        let signed = sign_in(&t, " ANN@example.org ").await;
        assert_eq!(signed.session.user_agent.as_deref(), Some("Firefox1"));
        t.world.db.recorder().start();
        let ctx = bearer(&t, &signed.token, None).await.unwrap();
        let statements = t.world.db.recorder().stop();
        assert_eq!(statements.len(), 1);
        assert_eq!(ctx.actor().principal, Principal::User(membership.user));
        assert_eq!(ctx.actor().merchant(), Some(merchant));
        assert_eq!(ctx.actor().name, "Ann Example");
        let me = identity::me(&ctx).await.unwrap();
        assert_eq!((me.user.email.as_str(), me.memberships.len()), ("ann@example.org", 1));
        assert_eq!(count(&t, &format!("user_session WHERE token_hash = '{}'", signed.token.reveal())).await, 0);
    }

    async fn who_asks_is_found_by_indexes_however_many_people_there_are(t: TestEnv) {
        t.world.db.recorder().start();
        for unknown in ["x", "souk_x"] {
            let answer = identity::authenticate(&t.world, Some(unknown), None, origin("10.0.0.1")).await;
            assert_eq!(code(answer), "UNAUTHENTICATED");
        }
        let sent = t.world.db.recorder().stop();
        assert_eq!(sent.len(), 2);
        for statement in sent {
            let steps = t.plan(statement, &["enable_seqscan"]).await;
            assert!(steps.iter().any(|step| step.contains("membership_user")), "{steps:#?}");
            let whole = |step: &&String| step.contains("Seq Scan") || step.starts_with("SCAN ") || step.contains("AUTOMATIC");
            assert_eq!(steps.iter().find(whole), None, "{steps:#?}");
        }
    }

    async fn a_bad_bearer_is_never_taken_for_nobody(t: TestEnv) {
        owner(&t, "ann@example.org").await;
        for bad in ["", "x", "souk_x", "' OR 1=1 --", &"x".repeat(5000)] {
            let answer = identity::authenticate(&t.world, Some(bad), None, origin("10.0.0.1")).await;
            assert_eq!(code(answer), "UNAUTHENTICATED", "{bad}");
        }
        let anonymous = identity::authenticate(&t.world, None, None, origin("10.0.0.1")).await.unwrap();
        assert!(anonymous.actor().is_anonymous());
        assert_eq!(code(identity::me(&anonymous).await), "UNAUTHENTICATED");
        assert_eq!(code(identity::sessions(&anonymous, &PageArgs::first(5)).await), "UNAUTHENTICATED");
    }

    async fn somebody_in_two_merchants_says_for_which_one(t: TestEnv) {
        let (first, membership) = owner(&t, "ann@example.org").await;
        let second = t.system().new_id();
        let other = t.system().new_id();
        // A second membership comes by an invitation, accepted while signed in.
        let ann = signed_in(&t, "ann@example.org").await;
        let add = identity::AddMember {
            email: "ann@example.org".to_owned(), name: "Ann".to_owned(), team: Team::Merchant(second),
            role: RoleName::MerchantCatalog.into(), access: identity::MemberAccess::Invite,
        };
        identity::member_add(&t.operator(), add).await.unwrap();
        let token = crate::support::events::<identity::InvitationCreated>(&t).await.remove(0).token;
        let accept = identity::InvitationAccept { token, name: None, password: None };
        let joined = identity::invitation_accept(&ann, accept).await.unwrap();
        assert_eq!((joined.user, joined.team), (membership.user, Team::Merchant(second)));
        let token = sign_in(&t, "ann@example.org").await.token;
        assert_eq!(bearer(&t, &token, None).await.unwrap().actor().merchant(), None);
        let acting = bearer(&t, &token, Some(second)).await.unwrap();
        assert_eq!(acting.actor().merchant(), Some(second));
        assert!(!acting.may(identity::actions::MEMBER_MANAGE), "the owner of one is not the owner of the other");
        assert!(bearer(&t, &token, Some(first)).await.unwrap().may(identity::actions::MEMBER_MANAGE));
        assert_eq!(code(bearer(&t, &token, Some(other)).await), "NOT_A_MEMBER");
    }

    async fn the_expiry_slides_and_ends_at_last(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorSupport).await;
        let token = sign_in(&t, "ann@example.org").await.token;
        let expiry = async || {
            let ctx = bearer(&t, &token, None).await?;
            Ok::<_, identity::Error>(identity::sessions(&ctx, &PageArgs::first(5)).await?.into_rows().remove(0).expires_at)
        };
        let began = t.system().now();
        assert_eq!(expiry().await.unwrap(), began + SESSION_IDLE);
        t.clock.advance(Duration::minutes(9));
        assert_eq!(expiry().await.unwrap(), began + SESSION_IDLE);
        t.clock.advance(Duration::minutes(1));
        assert_eq!(expiry().await.unwrap(), began + Duration::minutes(10) + SESSION_IDLE);
        while t.system().now() + Duration::days(13) < began + SESSION_LIFE {
            t.clock.advance(Duration::days(13));
            assert!(expiry().await.unwrap() <= began + SESSION_LIFE);
        }
        t.clock.set(began + SESSION_LIFE);
        assert_eq!(code(expiry().await), "UNAUTHENTICATED");
    }

    async fn an_unused_session_is_over(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorSupport).await;
        let token = sign_in(&t, "ann@example.org").await.token;
        t.clock.advance(SESSION_IDLE);
        assert_eq!(code(bearer(&t, &token, None).await), "UNAUTHENTICATED");
        assert_eq!(identity::purge_expired(&t.system()).await.unwrap().sessions, 1);
        assert_eq!(code(identity::purge_expired(&t.anonymous()).await), "UNAUTHENTICATED");
    }

    async fn sessions_are_listed_and_ended_by_their_owner_only(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        person(&t, "bob@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let one = sign_in(&t, "ann@example.org").await;
        let two = sign_in(&t, "ann@example.org").await;
        let three = sign_in(&t, "ann@example.org").await;
        let ann = bearer(&t, &one.token, None).await.unwrap();
        let bob = signed_in(&t, "bob@example.org").await;
        let page = identity::sessions(&ann, &PageArgs::first(2)).await.unwrap();
        assert!(page.has_next);
        assert_eq!(page.into_rows().iter().map(|s| s.id).collect::<Vec<_>>(), [three.session.id, two.session.id]);
        assert_eq!(code(identity::session_revoke(&bob, one.session.id).await), "NOT_FOUND");
        identity::session_revoke(&ann, two.session.id).await.unwrap();
        assert_eq!(code(bearer(&t, &two.token, None).await), "UNAUTHENTICATED");
        assert_eq!(identity::session_revoke_others(&ann).await.unwrap(), 1);
        assert_eq!(code(bearer(&t, &three.token, None).await), "UNAUTHENTICATED");
        identity::sign_out(&bob).await.unwrap();
        assert!(bearer(&t, &one.token, None).await.is_ok(), "nobody signs somebody else out");
        identity::sign_out(&ann).await.unwrap();
        identity::sign_out(&ann).await.unwrap();
        assert_eq!(code(identity::sign_out(&t.anonymous()).await), "UNAUTHENTICATED");
        assert_eq!(code(bearer(&t, &one.token, None).await), "UNAUTHENTICATED");
    }

    async fn the_answer_does_not_tell_which_accounts_exist(t: TestEnv) {
        let (_, membership) = owner(&t, "ann@example.org").await;
        owner(&t, "eve@example.org").await;
        let wrong = try_sign_in(&t.anonymous(), "ann@example.org", "wrong password").await.unwrap_err();
        let unknown = try_sign_in(&t.anonymous(), "nobody@example.org", "wrong password").await.unwrap_err();
        assert_eq!(wrong.to_string(), unknown.to_string());
        let block = identity::UserBlock { user: membership.user, reason: "fraud".to_owned() };
        assert_eq!(code(identity::user_block(&t.operator(), block.clone()).await), "LAST_OF_ROLE");
        let token = sign_in(&t, "ann@example.org").await.token;
        person(&t, "bob@example.org", membership.team, RoleName::MerchantOwner).await;
        assert_eq!(code(identity::user_block(&t.merchant(t.system().new_id()), block.clone()).await), "FORBIDDEN");
        identity::user_block(&t.operator(), block).await.unwrap();
        assert_eq!(code(bearer(&t, &token, None).await), "UNAUTHENTICATED");
        assert_eq!(code(try_sign_in(&t.anonymous(), "ann@example.org", crate::support::PASSWORD).await), "BAD_CREDENTIALS");
        identity::user_unblock(&t.operator(), membership.user).await.unwrap();
        sign_in(&t, "ann@example.org").await;
        verified(&t).await;
    }

    async fn an_operator_reaches_every_merchant_with_any_header(t: TestEnv) {
        person(&t, "ann@example.org", Team::Operator, RoleName::OperatorOperations).await;
        let token = sign_in(&t, "ann@example.org").await.token;
        let ctx = bearer(&t, &token, Some(t.system().new_id())).await.unwrap();
        assert_eq!(ctx.authorize(identity::actions::USER_READ).unwrap().scope(), Scope::Operator);
        assert!(!ctx.may(identity::actions::USER_BLOCK));
    }

    async fn the_operator_sees_and_ends_the_sessions_of_a_person(t: TestEnv) {
        let (_, membership) = owner(&t, "ann@example.org").await;
        let (first, second) = (sign_in(&t, "ann@example.org").await, sign_in(&t, "ann@example.org").await);
        let page = PageArgs::first(9);
        let seen = identity::user_sessions(&t.operator(), membership.user, &page).await.unwrap().into_rows();
        assert_eq!(seen.iter().map(|session| session.id).collect::<Vec<_>>(), [second.session.id, first.session.id]);
        let ann = bearer(&t, &first.token, None).await.unwrap();
        assert_eq!(code(identity::user_sessions(&ann, membership.user, &page).await), "FORBIDDEN");
        let end = |session, reason: &str| identity::UserSessionsRevoke { user: membership.user, session, reason: reason.to_owned() };
        assert_eq!(code(identity::user_sessions_revoke(&ann, end(None, "mine")).await), "FORBIDDEN");
        assert_eq!(code(identity::user_sessions_revoke(&t.operator(), end(None, " ")).await), "REQUIRED");
        let unknown = end(Some(t.system().new_id()), "gone");
        assert_eq!(code(identity::user_sessions_revoke(&t.operator(), unknown).await), "NOT_FOUND");
        let one = end(Some(first.session.id), "a lost phone");
        assert_eq!(identity::user_sessions_revoke(&t.operator(), one).await.unwrap(), 1);
        assert_eq!(code(bearer(&t, &first.token, None).await), "UNAUTHENTICATED");
        bearer(&t, &second.token, None).await.unwrap();
        assert_eq!(identity::user_sessions_revoke(&t.operator(), end(None, "left")).await.unwrap(), 1);
        assert_eq!(code(bearer(&t, &second.token, None).await), "UNAUTHENTICATED");
        let said = "change_log c JOIN change_words w ON w.change_id = c.id WHERE c.action = 'sessions_revoked'";
        assert_eq!(count(&t, said).await, 2);
    }
}

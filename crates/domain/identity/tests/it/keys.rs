//! API keys.

use access::{Principal, Scope};
use chrono::Duration;
use identity::{ApiKeyCreate, ApiKeyScope, RoleName, Team};
use kernel::PageArgs;

use crate::support::{bearer, code, count, owner, person, signed_in};

fn wanted(scope: ApiKeyScope, role: RoleName) -> ApiKeyCreate {
    ApiKeyCreate { name: "ERP".to_owned(), scope, role: role.into(), expires_at: None }
}

testkit::both_databases! {
    async fn a_key_acts_for_its_merchant_until_it_is_revoked(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let scope = ApiKeyScope::Merchant(merchant);
        let made = identity::api_key_create(&ann, wanted(scope, RoleName::MerchantFulfillment)).await.unwrap();
        assert!(made.secret.reveal().starts_with("souk_") && made.secret.reveal().ends_with(&made.key.hint));
        let ctx = bearer(&t, &made.secret, None).await.unwrap();
        assert_eq!(ctx.actor().principal, Principal::ApiKey(made.key.id));
        assert_eq!(ctx.actor().merchant(), Some(merchant));
        assert!(!ctx.may(identity::actions::MEMBER_MANAGE));
        assert_eq!(code(identity::me(&ctx).await), "FORBIDDEN");
        assert_eq!(code(bearer(&t, &made.secret, Some(t.system().new_id())).await), "NOT_A_MEMBER");
        assert_eq!(count(&t, &format!("api_key WHERE token_hash = '{}'", made.secret.reveal())).await, 0);
        let other = t.merchant(t.system().new_id());
        assert_eq!(code(identity::api_key_revoke(&other, made.key.id).await), "NOT_FOUND");
        identity::api_key_revoke(&ann, made.key.id).await.unwrap();
        identity::api_key_revoke(&ann, made.key.id).await.unwrap();
        assert_eq!(code(bearer(&t, &made.secret, None).await), "UNAUTHENTICATED");
        let listed = identity::api_keys(&ann, Team::Merchant(merchant), &PageArgs::first(5)).await.unwrap().into_rows();
        assert!(listed.len() == 1 && listed[0].revoked_at.is_some());
    }

    async fn the_last_use_is_noted_once_a_minute(t: TestEnv) {
        let key = identity::api_key_create(&t.operator(), wanted(ApiKeyScope::Operator, RoleName::OperatorCatalog)).await.unwrap();
        let used = async || {
            bearer(&t, &key.secret, None).await.unwrap();
            identity::api_keys(&t.operator(), Team::Operator, &PageArgs::first(5)).await.unwrap().into_rows().remove(0).used_at
        };
        let began = t.system().now();
        assert_eq!(used().await, Some(began));
        t.clock.advance(Duration::seconds(59));
        assert_eq!(used().await, Some(began));
        t.clock.advance(Duration::seconds(1));
        assert_eq!(used().await, Some(began + Duration::minutes(1)));
        t.world.db.recorder().start();
        bearer(&t, &key.secret, None).await.unwrap();
        assert_eq!(t.world.db.recorder().stop().len(), 1);
    }

    async fn a_key_expires(t: TestEnv) {
        let end = t.system().now() + Duration::days(1);
        let input = ApiKeyCreate { expires_at: Some(end), ..wanted(ApiKeyScope::Storefront, RoleName::Storefront) };
        let late = ApiKeyCreate { expires_at: Some(t.system().now()), ..input.clone() };
        assert_eq!(code(identity::api_key_create(&t.operator(), late).await), "OUT_OF_RANGE");
        let key = identity::api_key_create(&t.operator(), input).await.unwrap();
        let ctx = bearer(&t, &key.secret, None).await.unwrap();
        assert!(ctx.actor().seats().iter().all(|seat| seat.scope == Scope::Public));
        assert!(ctx.actor().seats().iter().any(|seat| seat.role.as_str() == "storefront"));
        t.clock.set(end);
        assert_eq!(code(bearer(&t, &key.secret, None).await), "UNAUTHENTICATED");
    }

    async fn no_key_is_wider_than_its_maker(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let mine = ApiKeyScope::Merchant(merchant);
        let foreign = ApiKeyScope::Merchant(t.system().new_id());
        let make = async |scope, role| code(identity::api_key_create(&ann, wanted(scope, role)).await);
        assert_eq!(make(mine, RoleName::OperatorAdmin).await, "ROLE_MISPLACED");
        assert_eq!(make(foreign, RoleName::MerchantCatalog).await, "NOT_FOUND");
        assert_eq!(make(ApiKeyScope::Operator, RoleName::OperatorCatalog).await, "NOT_FOUND");
        assert_eq!(make(ApiKeyScope::Storefront, RoleName::Storefront).await, "NOT_FOUND");
        let denied = identity::api_key_create(&t.anonymous(), wanted(mine, RoleName::MerchantCatalog)).await;
        assert_eq!(code(denied), "UNAUTHENTICATED");
        let clerk = t.seated(Scope::Merchant(merchant), "merchant_catalog");
        assert_eq!(code(identity::api_key_create(&clerk, wanted(mine, RoleName::MerchantCatalog)).await), "FORBIDDEN");
        assert_eq!(count(&t, "api_key").await, 0);
    }

    async fn a_key_never_exceeds_its_issuer(t: TestEnv) {
        let (merchant, first) = owner(&t, "ann@example.org").await;
        let team = Team::Merchant(merchant);
        let second = person(&t, "bob@example.org", team, RoleName::MerchantOwner).await;
        let ann = signed_in(&t, "ann@example.org").await;
        let key = identity::api_key_create(&ann, wanted(ApiKeyScope::Merchant(merchant), RoleName::MerchantOwner)).await.unwrap();
        assert_eq!(key.key.issuer, Some(first.user));
        let ship = access::Action::new("merchant_order", "ship");
        let edit = access::Action::new("product", "edit");
        let may = async || {
            let ctx = bearer(&t, &key.secret, None).await.unwrap();
            (ctx.may(ship), ctx.may(edit), ctx.may(identity::actions::MEMBER_MANAGE))
        };
        assert_eq!(may().await, (true, true, true));
        // A key hands nothing out: that takes a person.
        let by_key = bearer(&t, &key.secret, None).await.unwrap();
        let child = identity::api_key_create(&by_key, wanted(ApiKeyScope::Merchant(merchant), RoleName::MerchantOwner)).await;
        assert_eq!(code(child), "REAUTHENTICATION_REQUIRED");
        let role = RoleName::MerchantFulfillment.into();
        let bob = signed_in(&t, "bob@example.org").await;
        let change = identity::MemberRoleChange { id: first.id, role, expected_version: 1 };
        identity::member_role_change(&bob, change).await.unwrap();
        assert_eq!(may().await, (true, false, false));
        identity::member_remove(&bob, first.id).await.unwrap();
        assert_eq!(may().await, (false, false, false));
        let by_key = bearer(&t, &key.secret, None).await.unwrap();
        assert!(by_key.may(access::Action::new("product", "read")), "what everybody may");
        assert_eq!(second.role, RoleName::MerchantOwner);
    }
}

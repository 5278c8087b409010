use access::Scope;
use kernel::{Fault as _, PageArgs};
use marketplace::command::{EditChannel, EditSettings, create_channel, edit_channel, edit_settings};
use marketplace::{SettingsPatch, bootstrap, query, snapshot};

use super::app_channel;
use super::editing::rename;

testkit::both_databases! {
    async fn only_the_operator_changes_the_marketplace(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let before = snapshot(&ctx).await.unwrap();
        let merchant = t.merchant(ctx.new_id());
        let buyer = t.buyer(ctx.new_id());
        for (who, code) in [(&merchant, "FORBIDDEN"), (&buyer, "FORBIDDEN"), (&t.anonymous(), "UNAUTHENTICATED")] {
            assert_eq!(create_channel(who, app_channel()).await.unwrap_err().code(), code);
            let edit = rename(&before.channels[0], "Mine");
            assert_eq!(edit_channel(who, edit).await.unwrap_err().code(), code);
            let settings = EditSettings { expected_version: 1, patch: SettingsPatch::default(), reason: None };
            assert_eq!(edit_settings(who, settings).await.unwrap_err().code(), code);
            assert_eq!(bootstrap(who).await.unwrap_err().code(), code);
            assert_eq!(query::settings(who).await.unwrap_err().code(), code);
            let page = PageArgs::first(10);
            assert_eq!(query::commission_rules(who, None, &page).await.unwrap_err().code(), code);
        }
        assert_eq!(snapshot(&ctx).await.unwrap().version, before.version);
    }

    async fn a_merchants_role_cannot_change_the_marketplace_even_if_the_policy_lets_it(t: TestEnv) {
        let ctx = t.operator();
        let policy = format!("{}\np, merchant_owner, channel, edit\n", testkit::POLICY);
        t.world.access.replace(&policy).await.unwrap();
        let error = create_channel(&t.merchant(ctx.new_id()), app_channel()).await.unwrap_err();
        assert_eq!(error.code(), "FORBIDDEN");
        assert_eq!(snapshot(&ctx).await.unwrap().version, 0);
    }

    async fn storefronts_see_what_is_active(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let app = create_channel(&ctx, app_channel()).await.unwrap();
        let visitor = t.anonymous();
        assert_eq!(query::channel_by_code(&visitor, "app").await.unwrap().id, app.id);
        edit_channel(&ctx, EditChannel { active: Some(false), ..rename(&app, "App") }).await.unwrap();
        assert_eq!(query::channel_by_code(&visitor, "app").await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(query::channel(&visitor, app.id).await.unwrap_err().code(), "NOT_FOUND");
        let count = |page: kernel::Page<marketplace::Channel>| page.items.len();
        assert_eq!(count(query::channels(&visitor, &PageArgs::first(10)).await.unwrap()), 1);
        assert_eq!(count(query::channels(&ctx, &PageArgs::first(10)).await.unwrap()), 2);
        assert_eq!(query::delivery_methods(&visitor, &PageArgs::first(10)).await.unwrap().items.len(), 4);
        assert_eq!(query::tax_classes(&visitor, &PageArgs::first(10)).await.unwrap_err().code(), "UNAUTHENTICATED");
    }

    async fn roles_of_the_operator_have_their_part(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let page = PageArgs::first(10);
        let support = t.seated(Scope::Operator, "operator_support");
        assert!(query::settings(&support).await.is_ok());
        assert_eq!(query::commission_rules(&support, None, &page).await.unwrap_err().code(), "FORBIDDEN");
        assert_eq!(create_channel(&support, app_channel()).await.unwrap_err().code(), "FORBIDDEN");
        let finance = t.seated(Scope::Operator, "operator_finance");
        assert!(query::commission_rules(&finance, None, &page).await.is_ok());
        let merchant = t.merchant(ctx.new_id());
        assert_eq!(query::carriers(&merchant, &page).await.unwrap().items.len(), 4);
        assert_eq!(query::tax_classes(&merchant, &page).await.unwrap().items.len(), 3);
    }
}

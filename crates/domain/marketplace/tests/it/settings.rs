use kernel::{Fault as _, PageArgs};
use marketplace::command::{EditSettings, RestoreSettings, edit_settings, restore_settings};
use marketplace::{SettingsPatch, query, snapshot};

fn hold(days: u32, seen: i64) -> EditSettings {
    let patch = SettingsPatch { hold_days: Some(days), ..SettingsPatch::default() };
    EditSettings { expected_version: seen, patch, reason: Some("Peak season".to_owned()) }
}

testkit::both_databases! {
    async fn each_change_is_a_version_with_its_author(t: TestEnv) {
        let ctx = t.operator();
        let unset = query::settings(&ctx).await.unwrap();
        assert_eq!((unset.version, unset.settings.hold_days), (0, 14));
        let first = edit_settings(&ctx, hold(7, 0)).await.unwrap();
        t.clock.advance(chrono::Duration::days(1));
        let second = edit_settings(&ctx, hold(3, 1)).await.unwrap();
        assert_eq!(query::settings(&ctx).await.unwrap(), second);
        let market = snapshot(&ctx).await.unwrap();
        assert_eq!((market.settings.hold_days, market.settings_version), (3, 2));

        let newest = query::settings_history(&ctx, &PageArgs::first(1)).await.unwrap();
        assert!(newest.has_next);
        let after = newest.items[0].0.as_str().to_owned();
        let older = query::settings_history(&ctx, &PageArgs::new(Some(5), Some(after)).unwrap()).await.unwrap();
        assert_eq!(older.into_rows(), vec![first.clone()]);
        assert_eq!((first.author_name.as_str(), first.reason.as_deref()), ("operator_admin", Some("Peak season")));
        assert_eq!(second.created_at.unwrap() - first.created_at.unwrap(), chrono::Duration::days(1));
    }

    async fn an_earlier_version_is_put_in_force_again_as_a_new_one(t: TestEnv) {
        let ctx = t.operator();
        let seven = edit_settings(&ctx, hold(7, 0)).await.unwrap();
        edit_settings(&ctx, hold(3, 1)).await.unwrap();
        let back = |version, expected_version| RestoreSettings { version, expected_version, reason: Some("A mistake".to_owned()) };
        assert_eq!(restore_settings(&ctx, back(1, 1)).await.unwrap_err().code(), "STALE_VERSION");
        assert_eq!(restore_settings(&ctx, back(9, 2)).await.unwrap_err().code(), "NOT_FOUND");
        let restored = restore_settings(&ctx, back(1, 2)).await.unwrap();
        assert_eq!((restored.version, &restored.settings), (3, &seven.settings));
        assert_eq!((snapshot(&ctx).await.unwrap().settings.hold_days, restored.reason.as_deref()), (7, Some("A mistake")));
        let defaults = restore_settings(&ctx, back(0, 3)).await.unwrap();
        assert_eq!((defaults.version, defaults.settings.hold_days), (4, 14));
        assert_eq!(query::settings_history(&ctx, &PageArgs::first(10)).await.unwrap().items.len(), 4, "nothing is lost");
    }

    async fn of_many_editors_with_the_same_version_one_wins(t: TestEnv) {
        let ctx = t.operator();
        let edits = (0..8).map(|n| {
            let ctx = ctx.clone();
            tokio::spawn(async move { edit_settings(&ctx, hold(n, 0)).await.map_err(|error| error.code()) })
        });
        let mut codes = Vec::new();
        for edit in edits.collect::<Vec<_>>() {
            codes.push(edit.await.unwrap().err());
        }
        codes.sort_unstable();
        let mut expected = vec![Some("STALE_VERSION"); 8];
        expected[0] = None;
        assert_eq!(codes, expected);
        assert_eq!(query::settings_history(&ctx, &PageArgs::first(10)).await.unwrap().items.len(), 1);
    }

    async fn what_is_wrong_changes_nothing(t: TestEnv) {
        let ctx = t.operator();
        let error = edit_settings(&ctx, hold(400, 0)).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("OUT_OF_RANGE", Some("holdDays")));
        assert_eq!(query::settings(&ctx).await.unwrap().version, 0);
        assert_eq!(snapshot(&ctx).await.unwrap().version, 0);
    }
}

use std::sync::Arc;

use marketplace::command::{create_channel, edit_channel};
use marketplace::{bootstrap, snapshot, snapshot_on};

use super::app_channel;
use super::editing::rename;

testkit::both_databases! {
    async fn it_is_read_once_and_again_when_somebody_wrote(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let first = snapshot(&ctx).await.unwrap();
        let recorder = t.world.db.recorder();
        let before = recorder.count();
        let again = snapshot(&ctx).await.unwrap();
        assert_eq!(recorder.count() - before, 1);
        assert!(Arc::ptr_eq(&first, &again));
        edit_channel(&ctx, rename(&first.channels[0], "Shop")).await.unwrap();
        let changed = snapshot(&ctx).await.unwrap();
        assert_eq!((changed.channels[0].name.as_str(), changed.version), ("Shop", first.version + 1));
        // Who holds the old one keeps it.
        assert_eq!(first.channels[0].name, "Web");
    }

    async fn a_transaction_that_is_given_up_leaves_no_trace_in_it(t: TestEnv) {
        let ctx = t.operator();
        let before = snapshot(&ctx).await.unwrap().version;
        let error = create_channel(&ctx, marketplace::command::CreateChannel {
            country: "XX".to_owned(), ..app_channel()
        }).await;
        assert!(error.is_err());
        assert_eq!(snapshot(&ctx).await.unwrap().version, before);
        let tx = ctx.begin_write().await.unwrap();
        assert_eq!(snapshot_on(&*tx).await.unwrap().version, before);
    }

    async fn readers_never_see_a_mixture(t: TestEnv) {
        let ctx = t.operator();
        let made = create_channel(&ctx, app_channel()).await.unwrap();
        let writer = {
            let ctx = ctx.clone();
            tokio::spawn(async move {
                let mut channel = made;
                for n in 0..15 {
                    channel = edit_channel(&ctx, rename(&channel, &format!("Name {n}"))).await.unwrap();
                }
            })
        };
        let offset = snapshot(&ctx).await.unwrap();
        let offset = offset.version - offset.channels[0].version;
        for _ in 0..60 {
            let seen = snapshot(&ctx).await.unwrap();
            assert_eq!(seen.version - seen.channels[0].version, offset);
            tokio::task::yield_now().await;
        }
        writer.await.unwrap();
        assert_eq!(snapshot(&ctx).await.unwrap().channels[0].name, "Name 14");
    }
}

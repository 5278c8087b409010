use kernel::{Fault as _, PageArgs};
use merchants::{CreateMerchant, Filter, Status, create, create_many, list};

use super::{history, make, named};

testkit::both_databases! {
    async fn a_merchant_applies_with_its_data(t: TestEnv) {
        let ctx = t.operator();
        let made = create(&ctx, CreateMerchant { approved: false, ..named(" Crème & Co ") }).await.unwrap();
        assert_eq!((made.status, made.slug.as_str(), made.profile.name.as_str()), (Status::Applied, "creme-co", "Crème & Co"));
        assert_eq!((made.tier.as_str(), made.version), ("standard", 1));
        assert_eq!(merchants::get(&ctx, made.id).await.unwrap(), made);
        let changes = history(&ctx, &made).await;
        assert_eq!(changes.iter().map(|c| c.action.as_str()).collect::<Vec<_>>(), ["created"]);
    }

    async fn equal_names_get_pages_of_their_own(t: TestEnv) {
        let ctx = t.operator();
        let first = make(&ctx, "Kettle").await;
        let second = make(&ctx, "KETTLE").await;
        assert_eq!(first.slug, "kettle");
        assert!(second.slug.starts_with("kettle-") && second.slug.len() == "kettle-".len() + 8);
        let three = create_many(&ctx, vec![named("Pan"), named("Pan"), named("Kettle")]).await.unwrap();
        assert_eq!(three[0].slug, "pan");
        assert!(three[1].slug.starts_with("pan-") && three[2].slug.starts_with("kettle-"));
    }

    async fn a_chosen_slug_that_is_taken_is_refused(t: TestEnv) {
        let ctx = t.operator();
        make(&ctx, "Kettle").await;
        let chosen = CreateMerchant { slug: Some("kettle".to_owned()), ..named("Other") };
        let error = create(&ctx, chosen).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("TAKEN", Some("slug")));
    }

    async fn many_are_made_all_or_none(t: TestEnv) {
        let ctx = t.operator();
        let mut inputs: Vec<CreateMerchant> = (0..500).map(|n| named(&format!("Shop {n:03}"))).collect();
        assert_eq!(create_many(&ctx, inputs.clone()).await.unwrap().len(), 500);
        inputs[3].profile.country = "XX".to_owned();
        let error = create_many(&ctx, inputs.clone()).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("UNKNOWN_COUNTRY", Some("merchants.3.country")));
        inputs.push(named("One more"));
        assert_eq!(create_many(&ctx, inputs).await.unwrap_err().code(), "OUT_OF_RANGE");
        assert_eq!(create_many(&ctx, Vec::new()).await.unwrap_err().code(), "OUT_OF_RANGE");
        let filter = Filter { text: Some("shop 499".to_owned()), ..Filter::default() };
        assert_eq!(list(&ctx, &filter, &PageArgs::first(10)).await.unwrap().items.len(), 1);
        let more = Filter { text: Some("one more".to_owned()), ..Filter::default() };
        assert_eq!(list(&ctx, &more, &PageArgs::first(10)).await.unwrap().items.len(), 0);
    }

    async fn two_at_once_do_not_share_a_slug(t: TestEnv) {
        let ctx = t.operator();
        let runs = (0..8).map(|_| {
            let ctx = ctx.clone();
            let input = CreateMerchant { slug: Some("one".to_owned()), ..named("One") };
            tokio::spawn(async move { create(&ctx, input).await.map_err(|error| error.code()) })
        });
        let mut made = 0;
        for run in runs.collect::<Vec<_>>() {
            match run.await.unwrap() {
                Ok(_) => made += 1,
                Err(code) => assert_eq!(code, "TAKEN"),
            }
        }
        assert_eq!(made, 1);
    }
}

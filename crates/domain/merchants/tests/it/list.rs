use kernel::{Fault as _, Page, PageArgs};
use merchants::{CreateMerchant, Filter, Merchant, Status, create, list};

use super::{make, named};

fn names(page: Page<Merchant>) -> Vec<String> {
    page.into_rows().into_iter().map(|m| m.profile.name).collect()
}

testkit::both_databases! {
    async fn pages_follow_each_other_by_name(t: TestEnv) {
        let ctx = t.operator();
        for name in ["éclair", "Delta", "alpha", "Bravo", "bravo", "Charlie"] {
            make(&ctx, name).await;
        }
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = list(&ctx, &Filter::default(), &PageArgs::new(Some(2), after).unwrap()).await.unwrap();
            let more = page.has_next;
            after = page.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
            seen.extend(names(page));
            if !more {
                break;
            }
        }
        assert_eq!(seen, ["alpha", "Bravo", "bravo", "Charlie", "Delta", "éclair"]);
        let bad = PageArgs::new(None, Some("bm9wZQ".to_owned())).unwrap();
        assert_eq!(list(&ctx, &Filter::default(), &bad).await.unwrap_err().code(), "BAD_CURSOR");
    }

    async fn status_and_text_narrow_the_list(t: TestEnv) {
        let ctx = t.operator();
        make(&ctx, "Blue Kettle").await;
        make(&ctx, "100% Wool").await;
        create(&ctx, CreateMerchant { approved: false, ..named("Crème Kettle") }).await.unwrap();
        let found = async |status: Option<Status>, text: Option<&str>| {
            let filter = Filter { status, text: text.map(str::to_owned) };
            names(list(&ctx, &filter, &PageArgs::first(10)).await.unwrap())
        };
        assert_eq!(found(None, Some("kettle")).await, ["Blue Kettle", "Crème Kettle"]);
        assert_eq!(found(None, Some("KETTLE creme")).await, ["Crème Kettle"]);
        assert_eq!(found(Some(Status::Active), Some("kettle")).await, ["Blue Kettle"]);
        assert_eq!(found(Some(Status::Suspended), None).await, Vec::<String>::new());
        assert_eq!(found(None, Some("%")).await, ["100% Wool"]);
        assert_eq!(found(None, Some("_")).await, Vec::<String>::new());
        assert_eq!(found(None, Some("  ")).await.len(), 3);
    }
}

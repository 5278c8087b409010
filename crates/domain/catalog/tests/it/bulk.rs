use catalog::command::{PRODUCTS_MAX, UpsertOutcome, UpsertRow, products_upsert};
use catalog::model::ProductInput;
use catalog::query::product::{ProductFilter, ProductSort, by_id, list};
use catalog::query::variant;
use kernel::PageArgs;
use testkit::both_databases;

use crate::support::{channel, code, history_length, merchant, publish, shirt};

fn outcomes(rows: &[UpsertRow]) -> Vec<UpsertOutcome> {
    rows.iter().map(|row| row.outcome).collect()
}

fn error(row: &UpsertRow) -> (&'static str, Option<&str>) {
    let error = row.error.as_ref().unwrap();
    (error.code, error.field.as_deref())
}

both_databases! {
    async fn the_same_again_changes_nothing(t: TestEnv) {
        use UpsertOutcome::{Created, Unchanged, Updated};
        let ann = t.merchant(merchant(&t));
        let products = || (0..20).map(|n| shirt(&n.to_string())).collect::<Vec<_>>();
        let first = products_upsert(&ann, None, products()).await.unwrap();
        assert_eq!(outcomes(&first), [Created; 20]);
        let again = products_upsert(&ann, None, products()).await.unwrap();
        assert_eq!(outcomes(&again), [Unchanged; 20]);
        assert_eq!(first.iter().map(|r| r.product_id).collect::<Vec<_>>(), again.iter().map(|r| r.product_id).collect::<Vec<_>>());
        assert_eq!(first[3].variants, again[3].variants);
        let mut changed = products();
        changed[3].title = "Cotton Shirt".to_owned();
        changed[4].variants.pop();
        let third = products_upsert(&ann, None, changed).await.unwrap();
        assert_eq!(third.iter().filter(|row| row.outcome == Updated).count(), 2);
        let (id, other) = (first[3].product_id.unwrap(), first[5].product_id.unwrap());
        assert_eq!(by_id(&ann, id).await.unwrap().version, 2);
        assert_eq!((history_length(&ann, id).await, history_length(&ann, other).await), (2, 1));
        let fewer = first[4].product_id.unwrap();
        assert_eq!(variant::by_product_ids(&ann, &[fewer]).await.unwrap()[&fewer].len(), 1);
    }

    async fn each_product_stands_for_itself(t: TestEnv) {
        use UpsertOutcome::{Created, Rejected};
        let ann = t.merchant(merchant(&t));
        let bad = |change: fn(&mut ProductInput)| {
            let mut input = shirt("X");
            change(&mut input);
            input
        };
        let rows = products_upsert(&ann, None, vec![
            shirt("A"),
            bad(|p| p.title = " ".to_owned()),
            bad(|p| p.external_handle = None),
            ProductInput { external_handle: Some("twin".to_owned()), ..shirt("A") },
            bad(|p| p.variants[0].gtin = Some("4006381333932".to_owned())),
            ProductInput { variants: shirt("B").variants, ..shirt("A") },
            bad(|p| p.slug = Some("linen-shirt".to_owned())),
            shirt("B"),
        ]).await.unwrap();
        assert_eq!(outcomes(&rows), [Created, Rejected, Rejected, Rejected, Rejected, Rejected, Rejected, Created]);
        assert_eq!(error(&rows[1]), ("REQUIRED", Some("title")));
        assert_eq!(error(&rows[2]), ("REQUIRED", Some("externalHandle")));
        assert_eq!(error(&rows[3]), ("TAKEN", Some("variants.0.sku")));
        assert_eq!(error(&rows[4]), ("GTIN_CHECKSUM", Some("variants.0.gtin")));
        assert_eq!(error(&rows[5]), ("DUPLICATE", Some("externalHandle")));
        assert_eq!(error(&rows[6]), ("TAKEN", Some("slug")));
        let all = list(&ann, &ProductFilter::default(), ProductSort::Newest, &PageArgs::first(50)).await.unwrap();
        assert_eq!(all.items.len(), 2);
        let many = vec![shirt("A"); PRODUCTS_MAX + 1];
        assert_eq!(code(products_upsert(&ann, None, many).await), ("TOO_MANY", Some("products".to_owned())));
    }

    async fn owners_do_not_meet(t: TestEnv) {
        let (a, b) = (merchant(&t), merchant(&t));
        let (ann, ben) = (t.merchant(a), t.merchant(b));
        let of_ann = products_upsert(&ann, None, vec![shirt("A")]).await.unwrap();
        assert_eq!(code(products_upsert(&ben, Some(a), vec![shirt("A")]).await).0, "NOT_FOUND");
        assert_eq!(code(products_upsert(&t.anonymous(), None, vec![shirt("A")]).await).0, "UNAUTHENTICATED");
        let of_ben = products_upsert(&ben, None, vec![shirt("A")]).await.unwrap();
        assert_eq!(of_ben[0].outcome, UpsertOutcome::Created);
        assert_ne!(of_ann[0].product_id, of_ben[0].product_id);
        let by_operator = products_upsert(&t.operator(), Some(a), vec![shirt("A")]).await.unwrap();
        assert_eq!((by_operator[0].outcome, by_operator[0].product_id), (UpsertOutcome::Unchanged, of_ann[0].product_id));
        let operators_own = products_upsert(&t.operator(), None, vec![shirt("A")]).await.unwrap();
        assert_eq!(operators_own[0].outcome, UpsertOutcome::Created);
    }

    async fn a_merchant_does_not_change_what_is_published(t: TestEnv) {
        let ann = t.merchant(merchant(&t));
        let rows = products_upsert(&ann, None, vec![shirt("A")]).await.unwrap();
        let id = rows[0].product_id.unwrap();
        catalog::command::products_publish(&t.operator(), publish(&[id], &[channel(&t).await])).await.unwrap();
        let same = products_upsert(&ann, None, vec![shirt("A")]).await.unwrap();
        assert_eq!(same[0].outcome, UpsertOutcome::Unchanged);
        let other = products_upsert(&ann, None, vec![ProductInput { title: "Other".to_owned(), ..shirt("A") }]).await.unwrap();
        assert_eq!(error(&other[0]).0, "PRODUCT_STATUS");
        assert_eq!(by_id(&ann, id).await.unwrap().title, "Linen Shirt");
    }

    async fn two_loads_at_once_agree(t: TestEnv) {
        let (ann, operator) = (t.merchant(merchant(&t)), t.operator());
        let owner = ann.actor().merchant();
        let products = || (0..50).map(|n| shirt(&n.to_string())).collect::<Vec<_>>();
        let (one, two) = tokio::join!(
            products_upsert(&ann, None, products()),
            products_upsert(&operator, owner, products()),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        let created = |rows: &[UpsertRow]| rows.iter().filter(|r| r.outcome == UpsertOutcome::Created).count();
        assert_eq!(created(&one) + created(&two), 50);
        assert!(one.iter().zip(&two).all(|(a, b)| a.product_id == b.product_id && a.product_id.is_some()));
    }
}

use catalog::command::{
    AttributeCreate, AttributeEdit, CategoryCreate, CategoryEdit, CategoryMove, ProductEdit, attribute_create,
    attribute_edit, category_create, category_delete, category_edit, category_move, product_edit,
};
use catalog::model::{AttributeKind, AttributeRules, Category, ProductInput, SelectOption, ValueInput};
use catalog::query::{category, parts};
use context::Ctx;
use kernel::PageArgs;
use kernel::id::CategoryId;
use testkit::both_databases;

use crate::support::{code, created, merchant, shirt};

async fn add(ctx: &Ctx, name: &str, parent_id: Option<CategoryId>) -> Category {
    let input = CategoryCreate { parent_id, name: name.to_owned(), slug: None, position: 0 };
    category_create(ctx, input).await.unwrap()
}

fn to(id: CategoryId, expected_version: i64, parent_id: Option<CategoryId>) -> CategoryMove {
    CategoryMove { id, expected_version, parent_id }
}

fn select(code: &str, options: &[&str]) -> AttributeCreate {
    let option = |code: &&str| SelectOption { code: (*code).to_owned(), label: code.to_uppercase() };
    AttributeCreate {
        code: code.to_owned(),
        name: code.to_owned(),
        kind: AttributeKind::Select,
        unit: None,
        rules: AttributeRules { options: options.iter().map(option).collect(), ..AttributeRules::default() },
        filterable: true,
        position: 0,
    }
}

fn value(attribute: &str, value: &str) -> ValueInput {
    ValueInput { attribute: attribute.to_owned(), value: value.to_owned() }
}

both_databases! {
    async fn the_tree_moves_without_cycles(t: TestEnv) {
        let op = t.operator();
        let home = add(&op, "Home", None).await;
        let living = add(&op, "Living room", Some(home.id)).await;
        let sofas = add(&op, "Sofas", Some(living.id)).await;
        let sale = add(&op, "Sale", None).await;
        assert_eq!((sofas.slug.as_str(), sofas.ancestor_ids.clone()), ("sofas", vec![home.id, living.id]));
        assert_eq!(code(category_move(&op, to(home.id, 1, Some(sofas.id))).await).0, "CATEGORY_CYCLE");
        assert_eq!(code(category_move(&op, to(home.id, 1, Some(home.id))).await).0, "CATEGORY_CYCLE");
        let moved = category_move(&op, to(living.id, 1, Some(sale.id))).await.unwrap();
        assert_eq!((moved.ancestor_ids, moved.version), (vec![sale.id], 2));
        let below = category::by_ids(&op, &[sofas.id]).await.unwrap();
        assert_eq!(below[&sofas.id].ancestor_ids, [sale.id, living.id]);
        assert_eq!(code(category_move(&op, to(living.id, 1, None)).await).0, "STALE_VERSION");
        assert_eq!(code(category_delete(&op, sale.id, 1).await).0, "CATEGORY_IN_USE");
        let product = created(&op, ProductInput { categories: vec![sofas.id], ..shirt("A") }).await;
        assert_eq!(code(category_delete(&op, sofas.id, 1).await).0, "CATEGORY_IN_USE");
        let none = ProductEdit { expected_version: 1, categories: Some(Vec::new()), ..Default::default() };
        product_edit(&op, product.id, none).await.unwrap();
        category_delete(&op, sofas.id, 1).await.unwrap();
        let roots = category::children(&t.anonymous(), None, &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(roots.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Home", "Sale"]);
        let all = category::list(&t.anonymous(), &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(all.len(), 3);
    }

    async fn categories_are_the_operators(t: TestEnv) {
        let (op, ann) = (t.operator(), t.merchant(merchant(&t)));
        let home = add(&op, "Home", None).await;
        let denied = CategoryCreate { parent_id: None, name: "Mine".to_owned(), slug: None, position: 0 };
        assert_eq!(code(category_create(&ann, denied.clone()).await).0, "FORBIDDEN");
        assert_eq!(code(category_create(&t.anonymous(), denied).await).0, "UNAUTHENTICATED");
        assert_eq!(code(category_move(&ann, to(home.id, 1, None)).await).0, "FORBIDDEN");
        let twin = CategoryCreate { parent_id: None, name: "HOME".to_owned(), slug: None, position: 0 };
        assert_eq!(code(category_create(&op, twin).await), ("TAKEN", Some("slug".to_owned())));
        let lost = CategoryCreate { parent_id: Some(op.new_id()), name: "X".to_owned(), slug: None, position: 0 };
        assert_eq!(code(category_create(&op, lost).await).0, "NOT_FOUND");
        let edit = CategoryEdit { id: home.id, expected_version: 1, name: Some("House".to_owned()), slug: None, position: Some(3) };
        assert_eq!(category_edit(&op, edit.clone()).await.unwrap().version, 2);
        assert_eq!(code(category_edit(&op, edit).await).0, "STALE_VERSION");
        assert_eq!(category::by_slug(&t.anonymous(), "home").await.unwrap().unwrap().name, "House");
        let far = shirt("A");
        let unknown = ProductInput { categories: vec![op.new_id()], ..far };
        let refused = catalog::command::product_create(&ann, catalog::command::ProductCreate { merchant: None, product: unknown });
        assert_eq!(code(refused.await), ("UNKNOWN_CATEGORY", Some("categoryIds.0".to_owned())));
    }

    async fn crossing_moves_make_no_cycle(t: TestEnv) {
        let op = t.operator();
        let (a, b) = (add(&op, "A", None).await, add(&op, "B", None).await);
        let (one, two) = tokio::join!(
            category_move(&op, to(a.id, 1, Some(b.id))),
            category_move(&op, to(b.id, 1, Some(a.id))),
        );
        assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
        let found = category::by_ids(&op, &[a.id, b.id]).await.unwrap();
        let depths: usize = found.values().map(|c| c.ancestor_ids.len()).sum();
        assert_eq!(depths, 1);
    }

    async fn values_are_typed_and_their_options_stay(t: TestEnv) {
        let (op, ann) = (t.operator(), t.merchant(merchant(&t)));
        let color = attribute_create(&op, select("color", &["red", "blue"])).await.unwrap();
        let mut width = select("width", &[]);
        (width.kind, width.unit) = (AttributeKind::Measurement, Some("cm".to_owned()));
        attribute_create(&op, width).await.unwrap();
        assert_eq!(code(attribute_create(&op, select("color", &["red"])).await).0, "TAKEN");
        assert_eq!(code(attribute_create(&ann, select("mine", &["x"])).await).0, "FORBIDDEN");
        let mut input = shirt("A");
        input.values = vec![value("width", "52.50"), value("color", "red")];
        input.variants[0].values = vec![value("color", "blue")];
        let product = created(&ann, input).await;
        let values = parts::values_by_product_ids(&ann, &[product.id]).await.unwrap().remove(&product.id).unwrap();
        let mut texts: Vec<&str> = values.iter().map(|v| v.value.value.as_str()).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["52.5", "red"]);
        let with = |values: Vec<ValueInput>| ProductEdit { expected_version: 1, values: Some(values), ..Default::default() };
        let bad = product_edit(&ann, product.id, with(vec![value("color", "green")])).await;
        assert_eq!(code(bad), ("UNKNOWN_OPTION", Some("values.0.value".to_owned())));
        let bad = product_edit(&ann, product.id, with(vec![value("size", "1")])).await;
        assert_eq!(code(bad), ("UNKNOWN_ATTRIBUTE", Some("values.0.attribute".to_owned())));
        let bad = product_edit(&ann, product.id, with(vec![value("width", "wide")])).await;
        assert_eq!(code(bad), ("MALFORMED", Some("values.0.value".to_owned())));
        let fewer = |options: &[&str]| AttributeEdit {
            id: color.id, expected_version: 1, name: None, rules: Some(select("color", options).rules), filterable: None, position: None,
        };
        assert_eq!(code(attribute_edit(&op, fewer(&["red"])).await).0, "ATTRIBUTE_IN_USE");
        assert_eq!(attribute_edit(&op, fewer(&["blue", "red", "green"])).await.unwrap().version, 2);
        assert_eq!(code(attribute_edit(&op, fewer(&["blue", "red"])).await).0, "STALE_VERSION");
    }
}

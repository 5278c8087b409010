use catalog::command::{
    ProductCreate, ProductEdit, Step, product_archive, product_create, product_edit, product_restore, product_return,
    product_revise, product_submit, products_publish, products_unpublish,
};
use catalog::model::{ImageInput, ImageSource, OptionValue, ProductAction, ProductInput, ProductStatus, VariantInput};
use catalog::query::product::{ProductFilter, ProductSort, actions_of, by_id, by_ids, list};
use catalog::query::{parts, storefront, variant};
use kernel::PageArgs;
use kernel::id::{CustomerId, ProductId};
use testkit::both_databases;

use crate::support::{channel, code, created, history_length, merchant, publish, published, shirt};

fn step(id: ProductId) -> Step {
    Step { id, expected_version: None }
}

fn title(version: i64, title: &str) -> ProductEdit {
    ProductEdit { expected_version: version, title: Some(title.to_owned()), ..ProductEdit::default() }
}

both_databases! {
    async fn a_product_lives_from_draft_to_archive(t: TestEnv) {
        let (ann, operator, channel) = (t.merchant(merchant(&t)), t.operator(), channel(&t).await);
        let product = created(&ann, shirt("A")).await;
        assert_eq!((product.slug.as_str(), product.status, product.version), ("linen-shirt", ProductStatus::Draft, 1));
        let submitted = product_submit(&ann, step(product.id)).await.unwrap();
        assert_eq!(submitted.status, ProductStatus::InReview);
        assert_eq!(code(product_edit(&ann, product.id, title(2, "New")).await).0, "PRODUCT_STATUS");
        let returned = product_return(&operator, step(product.id), "Say what it is made of.").await.unwrap();
        assert_eq!(returned.review_note.as_deref(), Some("Say what it is made of."));
        product_edit(&ann, product.id, title(3, "Linen Shirt, 100 % flax")).await.unwrap();
        product_submit(&ann, step(product.id)).await.unwrap();
        assert!(storefront::by_slug(&t.anonymous(), "linen-shirt", channel).await.unwrap().is_none());
        let live = products_publish(&operator, publish(&[product.id], &[channel])).await.unwrap().remove(0);
        assert_eq!((live.status, live.version, live.review_note), (ProductStatus::Published, 6, None));
        let seen = storefront::by_slug(&t.anonymous(), "linen-shirt", channel).await.unwrap().unwrap();
        assert_eq!(seen.title, "Linen Shirt, 100 % flax");
        assert!(storefront::by_slug(&t.anonymous(), "linen-shirt", crate::support::channel(&t).await).await.unwrap().is_none());
        assert_eq!(actions_of(&ann, &seen), [ProductAction::Revise, ProductAction::Archive]);
        assert!(actions_of(&t.anonymous(), &seen).is_empty());
        product_archive(&ann, step(product.id)).await.unwrap();
        assert!(storefront::by_id(&t.anonymous(), product.id, channel).await.unwrap().is_none());
        assert_eq!(product_restore(&ann, step(product.id)).await.unwrap().status, ProductStatus::Draft);
        assert_eq!(history_length(&ann, product.id).await, 8);
    }

    async fn a_merchant_neither_sees_nor_touches_what_is_anothers(t: TestEnv) {
        let (a, b) = (merchant(&t), merchant(&t));
        let (ann, ben) = (t.merchant(a), t.merchant(b));
        let product = created(&ann, shirt("A")).await;
        let id = product.id;
        assert_eq!(code(by_id(&ben, id).await).0, "NOT_FOUND");
        assert!(by_ids(&ben, &[id]).await.unwrap().is_empty());
        assert!(variant::by_product_ids(&ben, &[id]).await.unwrap().is_empty());
        assert!(parts::images_by_product_ids(&ben, &[id]).await.unwrap().is_empty());
        assert_eq!(code(product_edit(&ben, id, title(1, "Mine")).await).0, "NOT_FOUND");
        assert_eq!(code(product_submit(&ben, step(id)).await).0, "NOT_FOUND");
        assert_eq!(code(product_archive(&ben, step(id)).await).0, "NOT_FOUND");
        assert_eq!(code(catalog::query::product::history(&ben, id, &PageArgs::first(5)).await).0, "NOT_FOUND");
        let foreign = ProductCreate { merchant: Some(a), product: shirt("B") };
        assert_eq!(code(product_create(&ben, foreign).await).0, "NOT_FOUND");
        let channel = channel(&t).await;
        assert_eq!(code(products_publish(&ann, publish(&[id], &[channel])).await).0, "FORBIDDEN");
        assert_eq!(code(product_return(&ann, step(id), "no").await).0, "FORBIDDEN");
        let buyer = t.buyer(t.system().new_id::<CustomerId>());
        assert_eq!(code(product_create(&buyer, ProductCreate { merchant: None, product: shirt("C") }).await).0, "FORBIDDEN");
        let nobody = ProductCreate { merchant: None, product: shirt("C") };
        assert_eq!(code(product_create(&t.anonymous(), nobody).await).0, "UNAUTHENTICATED");
        assert!(by_ids(&t.anonymous(), &[id]).await.unwrap().is_empty());
        let everything = list(&t.anonymous(), &ProductFilter::default(), ProductSort::Newest, &PageArgs::first(5)).await;
        assert_eq!(code(everything).0, "UNAUTHENTICATED");
        let unchanged = by_id(&ann, id).await.unwrap();
        assert_eq!(unchanged, product);
        assert_eq!(history_length(&ann, id).await, 1);
    }

    async fn a_published_product_is_everybodys_to_read_and_its_owners_to_change(t: TestEnv) {
        let (ann, ben) = (t.merchant(merchant(&t)), t.merchant(merchant(&t)));
        let product = published(&t, &ann, shirt("A"), channel(&t).await).await;
        let filter = ProductFilter { text: Some("LINEA shirt".to_owned()), ..ProductFilter::default() };
        let none = list(&ben, &filter, ProductSort::Newest, &PageArgs::first(10)).await.unwrap();
        assert!(none.items.is_empty(), "words are found as they stand");
        let filter = ProductFilter { text: Some("linea".to_owned()), ..ProductFilter::default() };
        let found = list(&ben, &filter, ProductSort::Newest, &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(found.iter().map(|p| p.id).collect::<Vec<_>>(), [product.id]);
        let own = ProductFilter { own: true, ..ProductFilter::default() };
        assert!(list(&ben, &own, ProductSort::Title, &PageArgs::first(10)).await.unwrap().items.is_empty());
        assert_eq!(code(product_edit(&ben, product.id, title(2, "Mine")).await).0, "NOT_FOUND");
        assert_eq!(code(product_edit(&ann, product.id, title(2, "Other")).await).0, "PRODUCT_STATUS");
        let edited = product_edit(&t.operator(), product.id, title(2, "Checked")).await.unwrap();
        assert_eq!((edited.status, edited.version), (ProductStatus::Published, 3));
        assert_eq!(product_revise(&ann, step(product.id)).await.unwrap().status, ProductStatus::Draft);
        assert!(by_ids(&ben, &[product.id]).await.unwrap().is_empty());
    }

    async fn a_stale_version_changes_nothing(t: TestEnv) {
        let ann = t.merchant(merchant(&t));
        let product = created(&ann, shirt("A")).await;
        product_edit(&ann, product.id, title(1, "Second")).await.unwrap();
        assert_eq!(code(product_edit(&ann, product.id, title(1, "Third")).await).0, "STALE_VERSION");
        let late = Step { id: product.id, expected_version: Some(1) };
        assert_eq!(code(product_submit(&ann, late).await).0, "STALE_VERSION");
        assert_eq!(by_id(&ann, product.id).await.unwrap().title, "Second");
        let same = product_edit(&ann, product.id, title(2, " Second ")).await.unwrap();
        assert_eq!(same.version, 2, "nothing changed, so there is no new version");
        assert_eq!(history_length(&ann, product.id).await, 2);
    }

    async fn slugs_and_article_numbers_are_unique(t: TestEnv) {
        let (ann, ben) = (t.merchant(merchant(&t)), t.merchant(merchant(&t)));
        let first = created(&ann, shirt("A")).await;
        let with = |change: fn(&mut ProductInput)| {
            let mut input = shirt("B");
            change(&mut input);
            ProductCreate { merchant: None, product: input }
        };
        let slug = product_create(&ben, with(|p| p.slug = Some("linen-shirt".to_owned()))).await;
        assert_eq!(code(slug), ("TAKEN", Some("slug".to_owned())));
        let second = product_create(&ben, with(|_| {})).await.unwrap();
        assert!(second.slug.starts_with("linen-shirt-"), "{}", second.slug);
        let sku = product_create(&ann, with(|p| p.variants[1].sku = "A-S".to_owned())).await;
        assert_eq!(code(sku), ("TAKEN", Some("variants.1.sku".to_owned())));
        let handle = product_create(&ann, with(|p| p.external_handle = Some("shirt-A".to_owned()))).await;
        assert_eq!(code(handle), ("TAKEN", Some("externalHandle".to_owned())));
        let axes = product_create(&ann, with(|p| p.variants[1].options[0].value = "s ".to_owned())).await;
        assert_eq!(code(axes), ("AXIS_DUPLICATE", Some("variants.1.options".to_owned())));
        assert_ne!(first.id, second.id);
    }

    async fn variants_keep_their_ids_and_leave_by_being_archived(t: TestEnv) {
        let ann = t.merchant(merchant(&t));
        let mut input = shirt("A");
        let image = |url: &str, sku: Option<&str>| ImageInput {
            source: ImageSource::Url(url.to_owned()),
            alt: String::new(),
            variant_sku: sku.map(str::to_owned),
        };
        input.images = vec![image("https://shop.test/a.jpg", None), image("https://shop.test/m.jpg", Some("A-M"))];
        let product = created(&ann, input).await;
        let before = variant::by_product_ids(&ann, &[product.id]).await.unwrap().remove(&product.id).unwrap();
        assert_eq!(before.iter().map(|v| v.title.as_str()).collect::<Vec<_>>(), ["S", "M"]);
        let images = parts::images_by_product_ids(&ann, &[product.id]).await.unwrap().remove(&product.id).unwrap();
        assert_eq!(images[1].variant_id, Some(before[1].id));
        let size = |value: &str| vec![OptionValue { name: "Size".to_owned(), value: value.to_owned() }];
        let renamed = VariantInput { id: Some(before[0].id), sku: "A-XS".to_owned(), options: size("XS"), ..Default::default() };
        let edit = ProductEdit { expected_version: 1, variants: Some(vec![renamed.clone()]), ..Default::default() };
        product_edit(&ann, product.id, edit).await.unwrap();
        let after = variant::by_product_ids(&ann, &[product.id]).await.unwrap().remove(&product.id).unwrap();
        assert_eq!((after.len(), after[0].id, after[0].sku.as_str()), (1, before[0].id, "A-XS"));
        let gone = variant::by_ids(&ann, &[before[1].id]).await.unwrap();
        assert!(gone[&before[1].id].archived);
        let images = parts::images_by_product_ids(&ann, &[product.id]).await.unwrap().remove(&product.id).unwrap();
        assert_eq!((images.len(), images[1].variant_id), (2, None));
        let back = VariantInput { sku: "A-M".to_owned(), options: size("M"), ..Default::default() };
        let edit = ProductEdit { expected_version: 2, variants: Some(vec![renamed.clone(), back]), ..Default::default() };
        product_edit(&ann, product.id, edit).await.unwrap();
        let again = variant::by_product_ids(&ann, &[product.id]).await.unwrap().remove(&product.id).unwrap();
        assert_eq!(again[1].id, before[1].id, "an article number finds its variant again");
        let foreign = VariantInput { id: Some(t.system().new_id()), ..renamed };
        let edit = ProductEdit { expected_version: 3, variants: Some(vec![foreign]), ..Default::default() };
        assert_eq!(code(product_edit(&ann, product.id, edit).await), ("UNKNOWN_VARIANT", Some("variants.0.id".to_owned())));
    }

    async fn what_is_not_complete_is_not_published(t: TestEnv) {
        let (ann, operator, channel) = (t.merchant(merchant(&t)), t.operator(), channel(&t).await);
        let empty = created(&ann, ProductInput { variants: Vec::new(), ..shirt("A") }).await;
        assert_eq!(code(product_submit(&ann, step(empty.id)).await).0, "PRODUCT_INCOMPLETE");
        let full = created(&ann, shirt("B")).await;
        let both = publish(&[full.id, empty.id], &[channel]);
        assert_eq!(code(products_publish(&operator, both).await).0, "PRODUCT_INCOMPLETE");
        assert_eq!(by_id(&ann, full.id).await.unwrap().status, ProductStatus::Draft, "all or none");
        let unknown = publish(&[full.id, t.system().new_id()], &[channel]);
        assert_eq!(code(products_publish(&operator, unknown).await).0, "NOT_FOUND");
        let nowhere = publish(&[full.id], &[t.system().new_id()]);
        assert_eq!(code(products_publish(&operator, nowhere).await).0, "NOT_FOUND");
        assert_eq!(code(products_publish(&operator, publish(&[], &[channel])).await).0, "REQUIRED");
    }

    async fn one_published_product_carries_a_trade_item_number(t: TestEnv) {
        let (ann, ben) = (t.merchant(merchant(&t)), t.merchant(merchant(&t)));
        let (operator, channel) = (t.operator(), channel(&t).await);
        let with_gtin = |sku: &str| {
            let mut input = shirt(sku);
            input.variants[0].gtin = Some("4006381333931".to_owned());
            input
        };
        let first = published(&t, &ann, with_gtin("A"), channel).await;
        let second = created(&ben, with_gtin("B")).await;
        let refused = products_publish(&operator, publish(&[second.id], &[channel])).await;
        assert_eq!(code(refused).0, "GTIN_TAKEN");
        products_unpublish(&operator, publish(&[first.id], &[channel])).await.unwrap();
        assert_eq!(by_id(&ann, first.id).await.unwrap().status, ProductStatus::Draft);
        products_publish(&operator, publish(&[second.id], &[channel])).await.unwrap();
        let third = created(&ann, shirt("C")).await;
        products_publish(&operator, publish(&[third.id], &[channel])).await.unwrap();
        let mut variants = shirt("C").variants;
        variants[0].gtin = Some("4006381333931".to_owned());
        let edit = ProductEdit { expected_version: 2, variants: Some(variants), ..Default::default() };
        assert_eq!(code(product_edit(&operator, third.id, edit).await).0, "GTIN_TAKEN");
    }

    async fn lists_page_through_everything_once(t: TestEnv) {
        let ann = t.merchant(merchant(&t));
        for number in 0..5 {
            let mut input = shirt(&number.to_string());
            input.title = format!("Shirt {}", 9 - number);
            created(&ann, input).await;
        }
        for sort in [ProductSort::Newest, ProductSort::Title, ProductSort::Updated] {
            let (mut titles, mut after) = (Vec::new(), None);
            loop {
                let args = PageArgs::new(Some(2), after).unwrap();
                let page = list(&ann, &ProductFilter::default(), sort, &args).await.unwrap();
                after = page.items.last().map(|(cursor, _)| cursor.as_str().to_owned());
                let more = page.has_next;
                titles.extend(page.into_rows().into_iter().map(|p| p.title));
                if !more {
                    break;
                }
            }
            let mut expected: Vec<String> = (5..10).map(|n| format!("Shirt {n}")).collect();
            titles.dedup();
            if sort == ProductSort::Title {
                assert_eq!(titles, expected);
            }
            titles.sort();
            expected.sort();
            assert_eq!(titles, expected, "{sort:?}");
        }
        let args = PageArgs::new(Some(2), Some("rubbish".to_owned())).unwrap();
        assert_eq!(code(list(&ann, &ProductFilter::default(), ProductSort::Newest, &args).await).0, "BAD_CURSOR");
    }

    async fn a_sale_sees_channels_and_all_categories(t: TestEnv) {
        let (ann, channel) = (t.merchant(merchant(&t)), channel(&t).await);
        let category = |name: &'static str, parent_id| catalog::command::CategoryCreate {
            parent_id, name: name.to_owned(), slug: None, position: 0,
        };
        let operator = t.operator();
        let root = catalog::command::category_create(&operator, category("Clothes", None)).await.unwrap();
        let leaf = catalog::command::category_create(&operator, category("Shirts", Some(root.id))).await.unwrap();
        let product = created(&ann, ProductInput { categories: vec![leaf.id], ..shirt("A") }).await;
        let variants = variant::by_product_ids(&ann, &[product.id]).await.unwrap().remove(&product.id).unwrap();
        let ids = [variants[0].id, variants[1].id, t.system().new_id()];
        let draft = catalog::variants_for_sale_on(ann.read(), &ids).await.unwrap();
        assert_eq!((draft.len(), draft[&ids[0]].published_channels.len()), (2, 0));
        products_publish(&operator, publish(&[product.id], &[channel])).await.unwrap();
        let sale = catalog::variants_for_sale_on(ann.read(), &ids).await.unwrap();
        let one = &sale[&ids[1]];
        assert_eq!((one.sku.as_str(), one.variant_title.as_str(), one.weight_g), ("A-M", "M", 250));
        assert_eq!((one.product_type.as_str(), one.slug.as_str()), ("parcel", "linen-shirt"));
        assert_eq!(one.published_channels, [channel]);
        assert_eq!(one.category_ids, [leaf.id, root.id]);
    }

    async fn a_variant_has_a_size_that_a_sale_sees(t: TestEnv) {
        let ann = t.merchant(merchant(&t));
        let size = kernel::Dimensions { length_mm: 300, width_mm: 20, height_mm: 1_000 };
        let mut chair = shirt("A");
        chair.variants[0].size = Some(size);
        let product = created(&ann, chair.clone()).await;
        let variants = variant::by_product_ids(&ann, &[product.id]).await.unwrap().remove(&product.id).unwrap();
        assert_eq!((variants[0].size, variants[1].size), (Some(size), None));
        let ids = [variants[0].id, variants[1].id];
        let sale = catalog::variants_for_sale_on(ann.read(), &ids).await.unwrap();
        let largest = |id| (sale[id].extent.length_mm, sale[id].extent.girth_mm);
        assert_eq!((largest(&ids[0]), largest(&ids[1])), ((1_000, 1_640), (0, 0)));
        let renamed = product_edit(&ann, product.id, title(1, "Chair")).await.unwrap();
        let kept = variant::by_product_ids(&ann, &[product.id]).await.unwrap().remove(&product.id).unwrap();
        assert_eq!((renamed.version, kept[0].size), (2, Some(size)), "a change of something else keeps it");
        chair.variants[1].size = Some(kernel::Dimensions { width_mm: 0, ..size });
        let edit = ProductEdit { expected_version: 2, variants: Some(chair.variants), ..ProductEdit::default() };
        let refused = code(product_edit(&ann, product.id, edit).await);
        assert_eq!(refused, ("OUT_OF_RANGE", Some("variants.1.size.widthMm".to_owned())));
    }

    async fn products_point_only_at_what_is_theirs(t: TestEnv) {
        let (ann, ben) = (t.merchant(merchant(&t)), t.merchant(merchant(&t)));
        let server = storage::embedded::Embedded::start(&t.folder().join("s3"), 0, storage::embedded::Keys::random()).await.unwrap();
        let store = storage::ObjectStore::new(&server.settings("souk"));
        store.ensure_bucket().await.unwrap();
        let gif = b"GIF89a and so on".to_vec();
        let input = assets::command::UploadRequest {
            merchant: None, filename: "a.gif".to_owned(), content_type: "image/gif".to_owned(), byte_size: 16, alt: String::new(),
        };
        let pending = assets::command::upload_request(&ann, &store, input).await.unwrap().asset;
        let with = |sku: &str| ProductInput {
            images: vec![ImageInput { source: ImageSource::Asset(pending.id), alt: String::new(), variant_sku: None }],
            ..shirt(sku)
        };
        let create = async |ctx: &context::Ctx, product| product_create(ctx, ProductCreate { merchant: None, product }).await;
        let refused = ("UNKNOWN_ASSET", Some("images.0.assetId".to_owned()));
        assert_eq!(code(create(&ann, with("A")).await), refused, "not ready yet");
        store.put(&format!("incoming/{}", pending.id), gif.into(), "image/gif").await.unwrap();
        let ready = assets::command::upload_confirm(&ann, &store, pending.id).await.unwrap();
        assert_eq!(code(create(&ben, with("B")).await), refused, "another's");
        let product = create(&ann, with("A")).await.unwrap();
        assert_eq!(code(catalog::command::asset_delete(&ben, ready.id, ready.version).await).0, "NOT_FOUND");
        assert_eq!(code(catalog::command::asset_delete(&ann, ready.id, ready.version).await).0, "ASSET_IN_USE");
        let edit = ProductEdit { expected_version: 1, images: Some(Vec::new()), ..Default::default() };
        product_edit(&ann, product.id, edit).await.unwrap();
        catalog::command::asset_delete(&ann, ready.id, ready.version).await.unwrap();
        let taxed = ProductInput { tax_class_id: Some(t.system().new_id()), ..shirt("T") };
        assert_eq!(code(create(&ann, taxed).await), ("UNKNOWN_TAX_CLASS", Some("taxClassId".to_owned())));
    }
}

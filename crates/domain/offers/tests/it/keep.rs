//! What a merchant's staff do with offers.

use kernel::{Currency, Fault as _, PageArgs};
use offers::{Condition, OfferAction, OfferEdit, OfferFilter, OfferInput, OfferStatusChange, OffersUpsert};

use crate::world::{channel, draft, euros, merchant, offer, price, publish};

fn upsert(lines: Vec<OfferInput>) -> OffersUpsert {
    OffersUpsert { merchant_id: None, lines }
}

testkit::both_databases! {
    async fn an_offer_is_made_edited_paused_and_ended(t: TestEnv) {
        let shop = merchant(&t, "Acme").await;
        let staff = t.merchant(shop.id);
        let (_, variant) = draft(&staff, "Lamp").await;
        let made = offer(&t, shop.id, euros("L-1", variant, 1999)).await;
        assert_eq!((made.version, made.prices.len(), made.stock_item_id), (1, 1, kernel::id::StockItemId::of(shop.id, "L-1")));
        let edit = |version, amount| OfferEdit {
            id: made.id, expected_version: version, handling_days: Some(Some(3)), min_quantity: None, max_quantity: None,
            prices: Some(vec![price(Currency::EUR, amount), price(Currency::USD, 2100)]),
        };
        let edited = offers::offer_edit(&staff, edit(1, 1899)).await.unwrap();
        assert_eq!((edited.version, edited.prices.len(), edited.handling_days), (2, 2, Some(3)));
        assert_eq!(offers::offer_edit(&staff, edit(1, 1)).await.unwrap_err().code(), "STALE_VERSION");
        assert_eq!(offers::offer_edit(&staff, edit(2, 1899)).await.unwrap().version, 2);
        assert_eq!(offers::offer_edit(&staff, edit(2, -1)).await.unwrap_err().field().as_deref(), Some("prices.0.amount"));
        let change = |version, action| OfferStatusChange { id: made.id, expected_version: version, action };
        offers::offer_status_change(&staff, change(2, OfferAction::Pause)).await.unwrap();
        let again = offers::offer_status_change(&staff, change(3, OfferAction::Pause)).await.unwrap_err();
        assert_eq!(again.code(), "INVALID_TRANSITION");
        offers::offer_status_change(&staff, change(3, OfferAction::End)).await.unwrap();
        assert_eq!(offers::offer_edit(&staff, edit(4, 5)).await.unwrap_err().code(), "OFFER_ENDED");
        // The SKU is free again.
        offer(&t, shop.id, euros("L-1", variant, 1500)).await;
    }

    async fn one_live_offer_per_sku_and_per_variant_and_condition(t: TestEnv) {
        let shop = merchant(&t, "Acme").await;
        let staff = t.merchant(shop.id);
        let (_, variant) = draft(&staff, "Lamp").await;
        let (_, second) = draft(&staff, "Desk").await;
        offer(&t, shop.id, euros("L-1", variant, 1999)).await;
        let create = |offer| offers::offer_create(&staff, offers::OfferCreate { merchant_id: None, offer });
        assert_eq!(create(euros("L-1", second, 5)).await.unwrap_err().code(), "TAKEN");
        assert_eq!(create(euros("L-2", variant, 5)).await.unwrap_err().code(), "OFFERED_ALREADY");
        create(OfferInput { condition: Condition::Used, ..euros("L-2", variant, 5) }).await.unwrap();
    }

    async fn bulk_rows_are_keyed_by_sku_and_again_change_nothing(t: TestEnv) {
        let shop = merchant(&t, "Acme").await;
        let staff = t.merchant(shop.id);
        let mut lines = Vec::new();
        for n in 0..6 {
            let (_, variant) = draft(&staff, &format!("Thing {n}")).await;
            lines.push(euros(&format!("T-{n}"), variant, 100 + n));
        }
        let bad = [
            OfferInput { sku: String::new(), ..lines[0].clone() },
            OfferInput { prices: vec![price(Currency::EUR, -5)], ..lines[0].clone() },
            OfferInput { sku: "X".to_owned(), variant_id: t.system().new_id(), ..lines[0].clone() },
            OfferInput { max_quantity: Some(0), ..lines[0].clone() },
        ];
        let mixed: Vec<OfferInput> = bad.into_iter().chain(lines.clone()).chain([lines[0].clone()]).collect();
        let outcome = offers::offers_upsert(&staff, upsert(mixed)).await.unwrap();
        let errors: Vec<_> = outcome.errors.iter().map(|e| (e.index, e.code, e.field.as_deref().unwrap())).collect();
        assert_eq!(errors, [
            (0, "REQUIRED", "sku"),
            (1, "OUT_OF_RANGE", "prices.0.amount"),
            (2, "NOT_FOUND", "variantId"),
            (3, "OUT_OF_RANGE", "maxQuantity"),
            (10, "DUPLICATE", "sku"),
        ]);
        assert_eq!((outcome.created_count, outcome.changed_count, outcome.unchanged_count), (6, 0, 0));
        let recorder = t.world.db.recorder();
        let before = recorder.count();
        let again = offers::offers_upsert(&staff, upsert(lines.clone())).await.unwrap();
        assert_eq!((again.created_count, again.changed_count, again.unchanged_count), (0, 0, 6));
        assert!(recorder.count() - before <= 5);
        lines[2].prices = vec![price(Currency::EUR, 90)];
        let changed = offers::offers_upsert(&staff, upsert(lines.clone())).await.unwrap();
        assert_eq!((changed.created_count, changed.changed_count, changed.unchanged_count), (0, 1, 5));
        assert_eq!(changed.offers.iter().map(|offer| offer.version).collect::<Vec<_>>(), [1, 1, 2, 1, 1, 1]);
        let swapped = OfferInput { variant_id: lines[1].variant_id, ..lines[0].clone() };
        let refused = offers::offers_upsert(&staff, upsert(vec![swapped])).await.unwrap();
        assert_eq!(refused.errors[0].code, "VARIANT_FIXED");
        assert_eq!(offers::offers_upsert(&staff, upsert(vec![])).await.unwrap_err().code(), "OUT_OF_RANGE");
    }

    async fn another_merchants_offers_and_drafts_do_not_exist(t: TestEnv) {
        let (acme, rival) = (merchant(&t, "Acme").await, merchant(&t, "Rival").await);
        let (staff, other) = (t.merchant(acme.id), t.merchant(rival.id));
        let (product, variant) = draft(&staff, "Lamp").await;
        let made = offer(&t, acme.id, euros("L-1", variant, 1999)).await;
        assert_eq!(offers::offer(&other, made.id).await.unwrap_err().code(), "NOT_FOUND");
        assert!(offers::by_ids(&other, &[made.id]).await.unwrap().is_empty());
        let all = offers::offers(&other, &OfferFilter::default(), &PageArgs::first(10)).await.unwrap();
        assert!(all.items.is_empty());
        let change = OfferStatusChange { id: made.id, expected_version: 1, action: OfferAction::End };
        assert_eq!(offers::offer_status_change(&other, change).await.unwrap_err().code(), "NOT_FOUND");
        let foreign = OffersUpsert { merchant_id: Some(acme.id), lines: vec![euros("L-1", variant, 1)] };
        assert_eq!(offers::offers_upsert(&other, foreign).await.unwrap_err().code(), "NOT_FOUND");
        let create = || offers::offer_create(&other, offers::OfferCreate { merchant_id: None, offer: euros("R", variant, 5) });
        assert_eq!(create().await.unwrap_err().field().as_deref(), Some("variantId"));
        // Once it is published everybody may offer it.
        let web = channel(&t, "web").await;
        publish(&t, &[product], web).await;
        create().await.unwrap();
        let nobody = offers::OfferCreate { merchant_id: Some(t.system().new_id()), offer: euros("N", variant, 5) };
        assert_eq!(offers::offer_create(&t.operator(), nobody).await.unwrap_err().code(), "NOT_FOUND");
    }
}

//! What buyers see of offers.

use std::collections::HashMap;

use kernel::Currency;
use merchants::ChangeStatus;
use offers::{OfferInput, PriceInput, WinReason};

use crate::world::{channel, draft, euros, merchant, offer, price, publish};

testkit::both_databases! {
    async fn the_channels_own_price_wins_over_the_general_one(t: TestEnv) {
        let shop = merchant(&t, "Acme").await;
        let (web, app) = (channel(&t, "web").await, channel(&t, "app").await);
        let (_, variant) = draft(&t.merchant(shop.id), "Lamp").await;
        let own = PriceInput { channel_id: Some(web), compare_at_minor: Some(2500), ..price(Currency::EUR, 1800) };
        let input = OfferInput { prices: vec![price(Currency::EUR, 2000), own], ..euros("L-1", variant, 1) };
        let made = offer(&t, shop.id, input).await;
        let read = t.world.db.read();
        let in_web = offers::offers_for_sale_on(read, &[made.id], web, Currency::EUR).await.unwrap();
        let in_app = offers::offers_for_sale_on(read, &[made.id], app, Currency::EUR).await.unwrap();
        let in_usd = offers::offers_for_sale_on(read, &[made.id], web, Currency::USD).await.unwrap();
        let seen = |found: &HashMap<_, offers::OfferForSale>| (found[&made.id].price_minor, found[&made.id].compare_at_minor);
        assert_eq!(seen(&in_web), (Some(1800), Some(2500)));
        assert_eq!(seen(&in_app), (Some(2000), None));
        assert_eq!(seen(&in_usd), (None, None));
    }

    async fn only_what_can_be_sold_is_shown_and_the_best_of_it_first(t: TestEnv) {
        let (acme, rival) = (merchant(&t, "Acme").await, merchant(&t, "Rival").await);
        let web = channel(&t, "web").await;
        let (product, variant) = draft(&t.merchant(acme.id), "Lamp").await;
        publish(&t, &[product], web).await;
        let cheap = offer(&t, acme.id, euros("L-1", variant, 1500)).await;
        let dear = offer(&t, rival.id, euros("R-1", variant, 1900)).await;
        let buyer = t.anonymous();
        let stock = HashMap::from([(cheap.stock_item_id, 5), (dear.stock_item_id, 5)]);
        let variants = [variant];
        let best = || offers::best_by_variant_ids(&buyer, &variants, web, Currency::EUR, &stock);
        let ranking = best().await.unwrap().remove(&variant).unwrap();
        assert_eq!((ranking.winner, ranking.reason, ranking.losers.len()), (cheap.id, WinReason::LowestPrice, 1));
        let seen = offers::by_variant_ids(&buyer, &[variant], web, Currency::EUR).await.unwrap();
        assert_eq!(seen[&variant].iter().map(|o| (o.offer_id, o.handling_days)).collect::<Vec<_>>(),
            [(cheap.id, Some(2)), (dear.id, Some(2))]);
        let reason = Some("fraud".to_owned());
        let suspend = ChangeStatus { id: acme.id, expected_version: acme.version, reason_code: None, reason };
        merchants::suspend(&t.operator(), suspend).await.unwrap();
        let ranking = best().await.unwrap().remove(&variant).unwrap();
        assert_eq!((ranking.winner, ranking.reason), (dear.id, WinReason::OnlyOffer));
        assert!(offers::by_variant_ids(&buyer, &[variant], web, Currency::USD).await.unwrap().is_empty());
        let read = t.world.db.read();
        let products = offers::products_of_stock_items_on(read, &[cheap.stock_item_id, dear.stock_item_id]).await.unwrap();
        assert_eq!(products, [product]);
        assert_eq!(offers::products_of_merchants_on(read, rival.id, None, 10).await.unwrap(), [product]);
        assert!(offers::products_of_merchants_on(read, rival.id, Some(product), 10).await.unwrap().is_empty());
    }
}

//! What merchants ask for delivery.

use context::Ctx;
use kernel::{Currency, Fault as _, PageArgs};
use marketplace::command::{EditDeliveryMethod, edit_delivery_method};
use marketplace::{DeliveryMethod, DeliveryRate, Funder, HighestPrice, MerchantRate, OwnRates};
use merchants::{MerchantDelivery, SetDelivery, deliveries, deliveries_on, set_delivery};
use testkit::tokio::task::JoinSet;

use super::make;

async fn method(ctx: &Ctx, code: &str) -> DeliveryMethod {
    marketplace::snapshot(ctx).await.unwrap().delivery_method_by_code(code).unwrap().clone()
}

/// Lets merchants set prices of parcels up to 9.90, or no longer.
async fn allow(ctx: &Ctx, allowed: bool) -> DeliveryMethod {
    let now = method(ctx, "parcel").await;
    let edit = EditDeliveryMethod {
        own_rates: Some(OwnRates { allowed, highest: vec![HighestPrice { currency: Currency::EUR, minor: 990 }] }),
        ..EditDeliveryMethod::unchanged(&now)
    };
    edit_delivery_method(ctx, edit).await.unwrap()
}

fn priced(first_minor: i64) -> MerchantRate {
    MerchantRate {
        zone: None,
        rate: DeliveryRate {
            currency: Currency::EUR,
            product_type: None,
            first_minor,
            additional_minor: 50,
            free_above_minor: Some(5_000),
            funded_by: Funder::Operator,
            brackets: Vec::new(),
            surcharges: Vec::new(),
        },
    }
}

fn set(method: &DeliveryMethod, expected_version: i64, rates: Vec<MerchantRate>) -> SetDelivery {
    SetDelivery { merchant_id: None, method_id: method.id, expected_version, rates }
}

async fn seen(ctx: &Ctx) -> Vec<MerchantDelivery> {
    deliveries(ctx, None, &PageArgs::first(10)).await.unwrap().into_rows()
}

testkit::both_databases! {
    async fn a_merchant_sets_changes_and_takes_back_its_prices(t: TestEnv) {
        let ctx = t.operator();
        marketplace::bootstrap(&ctx).await.unwrap();
        let parcel = allow(&ctx, true).await;
        let anna = make(&ctx, "Anna").await;
        let staff = t.merchant(anna.id);
        let made = set_delivery(&staff, set(&parcel, 0, vec![priced(390)])).await.unwrap();
        assert_eq!((made.version, made.rates[0].rate.first_minor), (1, 390));
        assert_eq!(made.rates[0].rate.funded_by, Funder::Merchant, "what it makes free it bears itself");
        assert_eq!((made.set_by.as_str(), made.set_by_name.as_str()), (staff.actor().id().as_str(), staff.actor().name.as_str()));
        assert_eq!(seen(&staff).await, std::slice::from_ref(&made));
        assert_eq!(set_delivery(&staff, set(&parcel, 0, vec![priced(490)])).await.unwrap_err().code(), "STALE_VERSION");
        t.clock.advance(chrono::Duration::minutes(1));
        let changed = set_delivery(&staff, set(&parcel, 1, vec![priced(490)])).await.unwrap();
        assert_eq!((changed.version, changed.set_at > made.set_at), (2, true));
        let read = ctx.read();
        assert_eq!(deliveries_on(read, &[anna.id]).await.unwrap()[&anna.id], [changed]);
        // They can be taken back at any time, also when the marketplace allows none any more.
        allow(&ctx, false).await;
        let refused = set_delivery(&staff, set(&parcel, 2, vec![priced(390)])).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("OWN_RATES_NOT_ALLOWED", Some("deliveryMethodId")));
        let gone = set_delivery(&staff, set(&parcel, 2, Vec::new())).await.unwrap();
        assert_eq!((gone.version, gone.rates.len()), (3, 0));
        // Each step has its author, its time, before and after.
        let subject = MerchantDelivery::subject(anna.id, parcel.id);
        let steps = context::changes(&staff, &history::ChangeFilter::of("merchant_delivery", &subject), &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(steps.iter().map(|step| step.action.as_str()).collect::<Vec<_>>(), ["edited", "edited", "created"]);
        assert!(steps.iter().all(|step| step.actor == staff.actor().id()));
        let rates = steps[1].fields.iter().find(|field| field.field == "rates").unwrap();
        assert_eq!(rates.before.as_ref().unwrap()[0]["first_minor"], 390);
        assert_eq!(rates.after.as_ref().unwrap()[0]["first_minor"], 490);
    }

    async fn a_merchant_neither_sees_nor_touches_the_prices_of_another(t: TestEnv) {
        let ctx = t.operator();
        marketplace::bootstrap(&ctx).await.unwrap();
        let parcel = allow(&ctx, true).await;
        let (anna, bert) = (make(&ctx, "Anna").await, make(&ctx, "Bert").await);
        let (of_anna, of_bert) = (t.merchant(anna.id), t.merchant(bert.id));
        set_delivery(&of_anna, set(&parcel, 0, vec![priced(390)])).await.unwrap();
        assert_eq!(seen(&of_bert).await, []);
        let page = PageArgs::first(10);
        assert_eq!(deliveries(&of_bert, Some(anna.id), &page).await.unwrap_err().code(), "NOT_FOUND");
        let foreign = SetDelivery { merchant_id: Some(anna.id), ..set(&parcel, 1, Vec::new()) };
        assert_eq!(set_delivery(&of_bert, foreign.clone()).await.unwrap_err().code(), "NOT_FOUND");
        let subject = MerchantDelivery::subject(anna.id, parcel.id);
        let told = context::changes(&of_bert, &history::ChangeFilter::of("merchant_delivery", &subject), &page).await.unwrap().into_rows();
        assert_eq!(told.len(), 0, "nor their history");
        for who in [t.anonymous(), t.buyer(ctx.new_id())] {
            assert!(deliveries(&who, Some(anna.id), &page).await.is_err());
            assert!(set_delivery(&who, foreign.clone()).await.is_err());
        }
        assert_eq!(deliveries(&ctx, Some(anna.id), &page).await.unwrap().into_rows().len(), 1, "the operator does");
        assert_eq!(deliveries(&ctx, None, &page).await.unwrap_err().field().as_deref(), Some("merchantId"));
        let nobody = SetDelivery { merchant_id: Some(ctx.new_id()), ..foreign };
        assert_eq!(set_delivery(&ctx, nobody).await.unwrap_err().code(), "NOT_FOUND");
    }

    async fn wrong_prices_name_their_field(t: TestEnv) {
        let ctx = t.operator();
        marketplace::bootstrap(&ctx).await.unwrap();
        let parcel = allow(&ctx, true).await;
        let staff = t.merchant(make(&ctx, "Anna").await.id);
        let refused = async |input: SetDelivery| {
            let error = set_delivery(&staff, input).await.unwrap_err();
            (error.code(), error.field().unwrap_or_default())
        };
        let of = |code: &'static str, field: &str| (code, field.to_owned());
        assert_eq!(refused(set(&parcel, 0, vec![priced(991)])).await, of("TOO_HIGH", "rates.0.first"));
        assert_eq!(refused(set(&parcel, 0, vec![priced(1), priced(2)])).await, of("DUPLICATE", "rates"));
        let moon = MerchantRate { zone: Some("moon".to_owned()), ..priced(1) };
        assert_eq!(refused(set(&parcel, 0, vec![moon])).await, of("NOT_FOUND", "rates.0.zone"));
        let unknown = SetDelivery { method_id: ctx.new_id(), ..set(&parcel, 0, vec![priced(1)]) };
        assert_eq!(refused(unknown).await, of("NOT_FOUND", "deliveryMethodId"));
        let bulky = method(&ctx, "bulky").await;
        assert_eq!(refused(set(&bulky, 0, vec![priced(1)])).await, of("OWN_RATES_NOT_ALLOWED", "deliveryMethodId"));
        assert_eq!(seen(&staff).await, []);
    }

    async fn of_many_at_once_one_sets_the_prices(t: TestEnv) {
        let ctx = t.operator();
        marketplace::bootstrap(&ctx).await.unwrap();
        let parcel = allow(&ctx, true).await;
        let staff = t.merchant(make(&ctx, "Anna").await.id);
        for version in 0..2 {
            let mut tasks = JoinSet::new();
            for minor in 0..8 {
                let (staff, input) = (staff.clone(), set(&parcel, version, vec![priced(100 + minor)]));
                tasks.spawn(async move { set_delivery(&staff, input).await });
            }
            let (mut done, mut stale) = (0, 0);
            while let Some(result) = tasks.join_next().await {
                match result.unwrap() {
                    Ok(set) => {
                        assert_eq!(set.version, version + 1);
                        done += 1;
                    }
                    Err(error) => {
                        assert_eq!(error.code(), "STALE_VERSION");
                        stale += 1;
                    }
                }
            }
            assert_eq!((done, stale), (1, 7), "version {version}");
        }
        assert_eq!(seen(&staff).await.len(), 1);
    }
}

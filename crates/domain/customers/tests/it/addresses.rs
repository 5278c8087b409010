//! Addresses.

use customers::{ADDRESSES_MAX, AddressCreate, AddressFields, AddressUpdate};
use testkit::tokio;

use crate::support::{buyer, code, count, verified};

pub fn berlin(is_default: bool) -> AddressCreate {
    AddressCreate { customer: None, address: fields("Unter den Linden 1"), is_default }
}

fn fields(line1: &str) -> AddressFields {
    AddressFields {
        name: "Bea Buyer".to_owned(),
        line1: line1.to_owned(),
        city: "Berlin".to_owned(),
        postal_code: "10117".to_owned(),
        country: "de".to_owned(),
        ..AddressFields::default()
    }
}

testkit::both_databases! {
    async fn one_address_is_the_default(t: TestEnv) {
        let bea = buyer(&t, "bea@example.org").await;
        let first = customers::address_create(&bea, berlin(false)).await.unwrap();
        let second = customers::address_create(&bea, berlin(false)).await.unwrap();
        let third = customers::address_create(&bea, berlin(true)).await.unwrap();
        assert_eq!((first.is_default, second.is_default, third.is_default), (true, false, true));
        let ids = async || customers::addresses(&bea, None).await.unwrap().iter().map(|a| a.id).collect::<Vec<_>>();
        assert_eq!(ids().await, [third.id, second.id, first.id]);
        customers::address_set_default(&bea, second.id).await.unwrap();
        assert_eq!(ids().await, [second.id, third.id, first.id]);
        customers::address_delete(&bea, third.id).await.unwrap();
        assert_eq!(ids().await, [second.id, first.id]);
        let grouped = customers::addresses_by_customers(&t.operator(), &[bea.actor().customer().unwrap()]).await.unwrap();
        assert_eq!(grouped.values().map(Vec::len).collect::<Vec<_>>(), [2]);
    }

    async fn an_address_is_replaced_over_the_version_that_was_seen(t: TestEnv) {
        let bea = buyer(&t, "bea@example.org").await;
        let address = customers::address_create(&bea, berlin(false)).await.unwrap();
        let update = |line1: &str, seen| AddressUpdate { id: address.id, address: fields(line1), expected_version: seen };
        let changed = customers::address_update(&bea, update("Am Markt 2", 1)).await.unwrap();
        assert_eq!((changed.postal.line1.as_str(), changed.version, changed.is_default), ("Am Markt 2", 2, true));
        assert_eq!(code(customers::address_update(&bea, update("Am Markt 3", 1)).await), "STALE_VERSION");
        assert_eq!(code(customers::address_update(&bea, update("", 2)).await), "REQUIRED");
        assert_eq!(customers::addresses(&bea, None).await.unwrap()[0], changed);
    }

    async fn nobody_touches_the_addresses_of_others(t: TestEnv) {
        let bea = buyer(&t, "bea@example.org").await;
        let eve = buyer(&t, "eve@example.org").await;
        let whose = bea.actor().customer();
        let address = customers::address_create(&bea, berlin(false)).await.unwrap();
        let update = AddressUpdate { id: address.id, address: fields("Evil 1"), expected_version: 1 };
        for (ctx, wanted) in [(eve, "NOT_FOUND"), (t.merchant(t.system().new_id()), "FORBIDDEN"), (t.anonymous(), "UNAUTHENTICATED")] {
            let create = AddressCreate { customer: whose, ..berlin(false) };
            assert_eq!(code(customers::address_create(&ctx, create).await), wanted);
            assert_eq!(code(customers::address_update(&ctx, update.clone()).await), wanted);
            assert_eq!(code(customers::address_set_default(&ctx, address.id).await), wanted);
            assert_eq!(code(customers::address_delete(&ctx, address.id).await), wanted);
            assert_eq!(code(customers::addresses(&ctx, whose).await), wanted);
        }
        assert_eq!(customers::addresses(&bea, None).await.unwrap(), [address]);
        verified(&t).await;
    }

    async fn there_are_at_most_fifty(t: TestEnv) {
        let bea = buyer(&t, "bea@example.org").await;
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..=ADDRESSES_MAX {
            let ctx = bea.clone();
            tries.spawn(async move { code(customers::address_create(&ctx, berlin(true)).await) });
        }
        let answers = tries.join_all().await;
        assert_eq!(answers.iter().filter(|answer| **answer == "TOO_MANY_ADDRESSES").count(), 1);
        assert_eq!(count(&t, "customer_address").await, 50);
        assert_eq!(count(&t, "customer_address WHERE is_default").await, 1);
    }
}

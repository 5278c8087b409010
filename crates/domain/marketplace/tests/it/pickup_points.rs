//! Parcel shops and lockers.

use kernel::{Fault as _, PageArgs};
use marketplace::command::{ImportPickupPoints, ImportedPickupPoints, PICKUP_POINTS_MAX, import_pickup_points};
use marketplace::query::{PickupPointFilter, pickup_points};
use marketplace::{PickupPlace, PickupPointKind, bootstrap};

fn place(code: &str, postal_code: &str, country: &str) -> PickupPlace {
    PickupPlace {
        code: code.to_owned(),
        name: format!("Shop {code}"),
        kind: PickupPointKind::Shop,
        line1: "Street 1".to_owned(),
        postal_code: postal_code.to_owned(),
        city: "Town".to_owned(),
        country: country.to_owned(),
        hours: Some(" ".to_owned()),
    }
}

fn of(carrier: &str, points: Vec<(PickupPlace, bool)>) -> ImportPickupPoints {
    ImportPickupPoints { carrier: carrier.to_owned(), points }
}

fn filter(country: &str, postal_code: Option<&str>, carrier: Option<&str>) -> PickupPointFilter {
    PickupPointFilter {
        country: country.to_owned(),
        postal_code: postal_code.map(str::to_owned),
        carrier: carrier.map(str::to_owned),
    }
}

fn counts(created: u64, changed: u64, unchanged: u64) -> ImportedPickupPoints {
    ImportedPickupPoints { created, changed, unchanged }
}

testkit::both_databases! {
    async fn an_import_makes_changes_and_repeats_nothing(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let points = vec![(place("1", "10115", "de"), true), (place("2", "10117", "DE"), true)];
        assert_eq!(import_pickup_points(&ctx, of("dhl", points.clone())).await.unwrap(), counts(2, 0, 0));
        assert_eq!(import_pickup_points(&ctx, of("dhl", points)).await.unwrap(), counts(0, 0, 2));
        let moved = vec![(place("2", "10119", "DE"), true), (place("3", "20095", "DE"), false)];
        assert_eq!(import_pickup_points(&ctx, of("dhl", moved)).await.unwrap(), counts(1, 1, 0));
        // Another carrier may use the same code for another place.
        assert_eq!(import_pickup_points(&ctx, of("gls", vec![(place("1", "10115", "DE"), true)])).await.unwrap(), counts(1, 0, 0));
        let page = PageArgs::first(10);
        let found = pickup_points(&ctx, &filter("DE", None, Some("dhl")), &page).await.unwrap().into_rows();
        let seen: Vec<_> = found.iter().map(|p| (p.place.code.as_str(), p.place.postal_code.as_str(), p.version)).collect();
        assert_eq!(seen, [("1", "10115", 1), ("2", "10119", 2), ("3", "20095", 1)]);
        assert_eq!(found[0].place.hours, None);
    }

    async fn two_imports_at_once_make_each_point_once(t: TestEnv) {
        bootstrap(&t.operator()).await.unwrap();
        let runs = (0..4).map(|_| {
            let ctx = t.operator();
            tokio::spawn(async move {
                import_pickup_points(&ctx, of("dhl", vec![(place("1", "10115", "DE"), true)])).await.unwrap().created
            })
        });
        let mut created = 0;
        for run in runs.collect::<Vec<_>>() {
            created += run.await.unwrap();
        }
        assert_eq!(created, 1);
    }

    async fn points_are_found_by_place_and_closed_ones_are_the_operators(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let points = vec![
            (place("1", "10115", "DE"), true), (place("2", "10117", "DE"), false), (place("3", "20095", "DE"), true),
            (place("4", "1010", "AT"), true),
        ];
        import_pickup_points(&ctx, of("dhl", points)).await.unwrap();
        let codes = async |ctx: &context::Ctx, filter: PickupPointFilter| {
            let page = pickup_points(ctx, &filter, &PageArgs::first(10)).await.unwrap();
            page.into_rows().into_iter().map(|p| p.place.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(&ctx, filter("DE", Some("101"), None)).await, ["1", "2"]);
        assert_eq!(codes(&t.anonymous(), filter("de", Some("101"), None)).await, ["1"]);
        assert_eq!(codes(&t.anonymous(), filter("AT", None, Some("dhl"))).await, ["4"]);
        assert_eq!(codes(&t.anonymous(), filter("AT", None, Some("gls"))).await, Vec::<String>::new());
        let first = pickup_points(&ctx, &filter("DE", None, None), &PageArgs::first(2)).await.unwrap();
        let after = first.items[1].0.as_str().to_owned();
        let next = PageArgs::new(Some(2), Some(after)).unwrap();
        let rest = pickup_points(&ctx, &filter("DE", None, None), &next).await.unwrap().into_rows();
        assert_eq!(rest.iter().map(|p| p.place.code.as_str()).collect::<Vec<_>>(), ["3"]);
    }

    async fn what_is_wrong_is_named_and_changes_nothing(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let refused = async |ctx: &context::Ctx, input| {
            let error = import_pickup_points(ctx, input).await.unwrap_err();
            (error.code(), error.field().unwrap_or_default())
        };
        let good = || (place("1", "10115", "DE"), true);
        let nameless = PickupPlace { name: " ".to_owned(), ..place("2", "10115", "DE") };
        assert_eq!(refused(&ctx, of("dhl", vec![good(), (nameless, true)])).await.1, "points.1.name");
        assert_eq!(refused(&ctx, of("dhl", vec![good(), good()])).await, ("DUPLICATE", "points.1.code".to_owned()));
        assert_eq!(refused(&ctx, of("dhl", vec![(place("2", "1", "ZZ"), true)])).await.1, "points.0.country");
        assert_eq!(refused(&ctx, of("nobody", vec![good()])).await, ("NOT_FOUND", "carrier".to_owned()));
        assert_eq!(refused(&ctx, of("dhl", Vec::new())).await.1, "points");
        let many = (0..=PICKUP_POINTS_MAX).map(|n| (place(&n.to_string(), "10115", "DE"), true)).collect();
        assert_eq!(refused(&ctx, of("dhl", many)).await.1, "points");
        let anyone = t.anonymous();
        assert_eq!(import_pickup_points(&anyone, of("dhl", vec![good()])).await.unwrap_err().code(), "UNAUTHENTICATED");
        let page = PageArgs::first(5);
        assert_eq!(pickup_points(&ctx, &filter("DE", None, None), &page).await.unwrap().into_rows(), []);
    }
}

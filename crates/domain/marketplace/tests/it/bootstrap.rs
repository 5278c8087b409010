use kernel::Currency;
use marketplace::command::Bootstrapped;
use marketplace::delivery::{Consignment, quote};
use marketplace::{bootstrap, snapshot};

testkit::both_databases! {
    async fn an_empty_marketplace_becomes_usable_once(t: TestEnv) {
        let ctx = t.operator();
        let made = bootstrap(&ctx).await.unwrap();
        let all = Bootstrapped {
            channels: 1, tax_classes: 3, delivery_methods: 4, carriers: 4, commission_rules: 1, settings: 1,
            notification_rules: 19,
        };
        assert_eq!(made, all);
        assert_eq!(bootstrap(&ctx).await.unwrap(), Bootstrapped::default());

        let market = snapshot(&ctx).await.unwrap();
        let web = market.channel_by_code("web").unwrap();
        assert_eq!(web.currencies, vec![Currency::EUR, Currency::USD]);
        let standard = market.tax_class_by_code("standard").unwrap();
        assert_eq!(market.tax_rate(standard.id, "DE", ctx.now()).ppm(), 190_000);
        assert_eq!(market.tax_rate(standard.id, "US", ctx.now()).ppm(), 0);
        let goods = Consignment {
            product_type: "parcel", country: "DE", postal_code: None, currency: Currency::USD, units: 2, goods_minor: 100, weight_g: 1, largest: kernel::Extent::default(),
            quoted_minor: None,
        };
        let parcel = market.delivery_method_by_code("parcel").unwrap();
        assert_eq!(quote(parcel, &goods).unwrap().price_minor, 590);
        let default = market.commission.default_rule();
        assert_eq!((default.version, default.item_ppm.ppm(), default.fixed_per_order_minor(Currency::EUR)), (1, 120_000, 35));
        assert_eq!(market.settings_version, 1);
    }

    async fn two_nodes_that_start_at_once_make_everything_once(t: TestEnv) {
        let ctx = t.system();
        let runs = (0..6).map(|_| {
            let ctx = ctx.clone();
            tokio::spawn(async move { bootstrap(&ctx).await.unwrap() })
        });
        let mut made = 0;
        for run in runs.collect::<Vec<_>>() {
            let counts = run.await.unwrap();
            made += counts.channels + counts.tax_classes + counts.delivery_methods + counts.carriers;
        }
        assert_eq!(made, 1 + 3 + 4 + 4);
        let market = snapshot(&ctx).await.unwrap();
        assert_eq!((market.channels.len(), market.delivery_methods.len()), (1, 4));
    }
}

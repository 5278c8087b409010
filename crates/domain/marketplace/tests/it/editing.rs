use kernel::id::{CommissionRuleId, MerchantId, TypedId as _};
use kernel::{Currency, Fault as _, PageArgs, Rate};
use marketplace::command::{
    CreateCarrier, CreateCommissionRule, CreateTaxClass, EditCarrier, EditChannel, EditCommissionRule,
    EditDeliveryMethod, EditTaxClass, create_carrier, create_channel, create_commission_rule, create_tax_class,
    edit_carrier, edit_channel, edit_commission_rule, edit_delivery_method, edit_tax_class,
};
use marketplace::{
    Channel, CommissionBase, CommissionRule, CommissionScope, DeliveryRate, DeliveryZone, PostalRange, RateBracket,
    Surcharge, TaxRate, TravelDays, bootstrap, query, snapshot,
};
use uuid::Uuid;

use super::app_channel;

pub fn rename(channel: &Channel, name: &str) -> EditChannel {
    EditChannel {
        id: channel.id,
        expected_version: channel.version,
        name: Some(name.to_owned()),
        currencies: None,
        default_currency: None,
        locales: None,
        default_locale: None,
        country: None,
        prices_include_tax: None,
        rounding: None,
        active: None,
    }
}

fn new_rule(scope: CommissionScope, ppm: i64) -> CreateCommissionRule {
    CreateCommissionRule {
        name: "Rule".to_owned(),
        scope,
        base: CommissionBase::Gross,
        item_ppm: Rate::from_ppm(ppm),
        shipping_ppm: Rate::ZERO,
        amounts: Vec::new(),
        min_on_zero: false,
        priority: 0,
        valid_from: None,
        valid_to: None,
    }
}

fn edit_rule(rule: &CommissionRule) -> EditCommissionRule {
    EditCommissionRule {
        id: rule.id,
        expected_version: rule.version,
        name: None,
        base: None,
        item_ppm: None,
        shipping_ppm: None,
        amounts: None,
        min_on_zero: None,
        priority: None,
        valid_from: None,
        valid_to: None,
    }
}

async fn history(ctx: &context::Ctx, entity: &str, id: String) -> Vec<history::ChangeRow> {
    let page = history::list(ctx.read(), &history::ChangeFilter::of(entity, &id), None, &PageArgs::first(100)).await;
    page.unwrap().unwrap().into_rows()
}

testkit::both_databases! {
    async fn a_channel_is_made_changed_and_remembered(t: TestEnv) {
        let ctx = t.operator();
        let made = create_channel(&ctx, app_channel()).await.unwrap();
        assert_eq!((made.version, made.default_currency, made.default_locale.as_str()), (1, Currency::EUR, "de"));
        let edited = edit_channel(&ctx, EditChannel { active: Some(false), ..rename(&made, "Mobile") }).await.unwrap();
        assert_eq!((edited.version, edited.name.as_str(), edited.active), (2, "Mobile", false));
        assert_eq!(query::channel(&ctx, made.id).await.unwrap(), edited);
        let changes = history(&ctx, "channel", made.id.to_string()).await;
        assert_eq!(changes.iter().map(|c| c.action.as_str()).collect::<Vec<_>>(), ["edited", "created"]);
        let mut fields: Vec<&str> = changes[0].fields.iter().map(|f| f.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["active", "name", "version"]);
    }

    async fn a_code_is_used_once(t: TestEnv) {
        let ctx = t.operator();
        create_channel(&ctx, app_channel()).await.unwrap();
        let error = create_channel(&ctx, app_channel()).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("TAKEN", Some("code")));
        assert_eq!(snapshot(&ctx).await.unwrap().channels.len(), 1);
    }

    async fn of_many_editors_with_the_same_version_one_wins(t: TestEnv) {
        let ctx = t.operator();
        let made = create_channel(&ctx, app_channel()).await.unwrap();
        let edits = (0..8).map(|n| {
            let (ctx, edit) = (ctx.clone(), rename(&made, &format!("Name {n}")));
            tokio::spawn(async move { edit_channel(&ctx, edit).await.map_err(|error| error.code()) })
        });
        let mut won = 0;
        for edit in edits.collect::<Vec<_>>() {
            match edit.await.unwrap() {
                Ok(_) => won += 1,
                Err(code) => assert_eq!(code, "STALE_VERSION"),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(query::channel(&ctx, made.id).await.unwrap().version, 2);
        assert_eq!(history(&ctx, "channel", made.id.to_string()).await.len(), 2);
    }

    async fn many_writers_at_once_all_count(t: TestEnv) {
        let ctx = t.operator();
        let before = snapshot(&ctx).await.unwrap().version;
        let writers = (0..12).map(|n| {
            let ctx = ctx.clone();
            let input = CreateCarrier { code: format!("c{n}"), name: "C".to_owned(), tracking_url_template: None };
            tokio::spawn(async move { create_carrier(&ctx, input).await.unwrap() })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let after = snapshot(&ctx).await.unwrap();
        assert_eq!((after.version - before, after.carriers.len()), (12, 12));
    }

    async fn tax_rates_are_replaced_as_a_whole(t: TestEnv) {
        let ctx = t.operator();
        let rate = |country: &str, from: &str, ppm| TaxRate {
            country: country.to_owned(), valid_from: from.parse().unwrap(), rate_ppm: Rate::from_ppm(ppm),
        };
        let rates = vec![rate("DE", "2007-01-01", 190_000), rate("FR", "2014-01-01", 200_000)];
        let input = CreateTaxClass { code: "std".to_owned(), name: "Standard".to_owned(), rates };
        let class = create_tax_class(&ctx, input).await.unwrap();
        let rates = Some(vec![rate("DE", "2026-03-02", 210_000), rate("DE", "2007-01-01", 190_000)]);
        let edit = EditTaxClass { id: class.id, expected_version: 1, name: None, rates };
        let edited = edit_tax_class(&ctx, edit.clone()).await.unwrap();
        assert_eq!(edited.rates.len(), 2);
        let market = snapshot(&ctx).await.unwrap();
        assert_eq!(market.tax_class(class.id), Some(&edited));
        assert_eq!(market.tax_rate(class.id, "DE", ctx.now()).ppm(), 210_000);
        assert_eq!(market.tax_rate(class.id, "DE", ctx.now() - chrono::Duration::days(1)).ppm(), 190_000);
        assert_eq!(edit_tax_class(&ctx, edit).await.unwrap_err().code(), "STALE_VERSION");
    }

    async fn delivery_rates_and_limits_can_be_changed_and_removed(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let method = snapshot(&ctx).await.unwrap().delivery_method_by_code("parcel").unwrap().clone();
        let rates = vec![DeliveryRate { first_minor: 1, additional_minor: 0, free_above_minor: None, ..method.rates[0].clone() }];
        let edit = EditDeliveryMethod { rates: Some(rates), max_weight_g: Some(None), ..EditDeliveryMethod::unchanged(&method) };
        let edit = EditDeliveryMethod { max_length_mm: Some(Some(1_200)), max_girth_mm: Some(Some(3_600)), ..edit };
        let edited = edit_delivery_method(&ctx, edit).await.unwrap();
        assert_eq!((edited.rates.len(), edited.max_weight_g, edited.version), (1, None, 2));
        let limits = marketplace::SizeLimits { length_mm: Some(1_200), girth_mm: Some(3_600) };
        assert_eq!(edited.max_size, limits);
        assert_eq!(query::delivery_method(&ctx, method.id).await.unwrap(), edited);
        let any_length = EditDeliveryMethod { max_length_mm: Some(None), ..EditDeliveryMethod::unchanged(&edited) };
        let edited = edit_delivery_method(&ctx, any_length).await.unwrap();
        assert_eq!(edited.max_size, marketplace::SizeLimits { length_mm: None, ..limits });
        let nothing_fits = EditDeliveryMethod { max_girth_mm: Some(Some(0)), ..EditDeliveryMethod::unchanged(&edited) };
        let error = edit_delivery_method(&ctx, nothing_fits).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("OUT_OF_RANGE", Some("maxGirthMm")));
        let nowhere = EditDeliveryMethod { tax_class_id: Some(ctx.new_id()), ..EditDeliveryMethod::unchanged(&edited) };
        let error = edit_delivery_method(&ctx, nowhere).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("NOT_FOUND", Some("taxClassId")));
        let carried = EditDeliveryMethod { carriers: Some(vec!["dhl".to_owned(), "nobody".to_owned()]), ..EditDeliveryMethod::unchanged(&edited) };
        assert_eq!(edit_delivery_method(&ctx, carried).await.unwrap_err().field().as_deref(), Some("carriers.1"));
        let missing = EditDeliveryMethod { id: ctx.new_id(), ..EditDeliveryMethod::unchanged(&edited) };
        assert_eq!(edit_delivery_method(&ctx, missing).await.unwrap_err().code(), "NOT_FOUND");
    }

    async fn zones_brackets_and_surcharges_are_kept_as_they_were_given(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let method = snapshot(&ctx).await.unwrap().delivery_method_by_code("parcel").unwrap().clone();
        let zone = DeliveryZone {
            code: "islands".to_owned(),
            name: "Islands".to_owned(),
            countries: vec!["de".to_owned()],
            postal_codes: vec![PostalRange { from: "25946".to_owned(), to: "25999".to_owned() }],
            served: true,
            transit_days_min: 3,
            transit_days_max: 6,
            rates: Vec::new(),
        };
        let bracket = RateBracket { max_weight_g: Some(2_000), max_goods_minor: None, first_minor: 290, additional_minor: 0 };
        let surcharge = Surcharge {
            code: "island".to_owned(),
            name: "Island".to_owned(),
            zones: vec!["islands".to_owned()],
            product_types: Vec::new(),
            above_weight_g: None,
            amount_minor: 1_200,
            per_unit: false,
        };
        let rate = DeliveryRate { brackets: vec![bracket], surcharges: vec![surcharge], ..method.rates[0].clone() };
        let travel_days = TravelDays { weekdays: vec![6, 1, 2, 3, 4, 5], rests_on_holidays: true };
        let edit = EditDeliveryMethod {
            rates: Some(vec![rate]),
            zones: Some(vec![zone.clone()]),
            carriers: Some(vec!["dhl".to_owned()]),
            travel_days: Some(travel_days),
            ..EditDeliveryMethod::unchanged(&method)
        };
        let edited = edit_delivery_method(&ctx, edit).await.unwrap();
        assert_eq!((edited.zones[0].countries.as_slice(), edited.travel_days.weekdays.len()), (&["DE".to_owned()][..], 6));
        assert_eq!(query::delivery_method(&ctx, method.id).await.unwrap(), edited);
        // A surcharge cannot be for a zone that is gone.
        let gone = EditDeliveryMethod { zones: Some(Vec::new()), ..EditDeliveryMethod::unchanged(&edited) };
        let error = edit_delivery_method(&ctx, gone).await.unwrap_err();
        assert_eq!(error.field().as_deref(), Some("rates.0.surcharges.0.zones.0"));
    }

    async fn a_carrier_can_lose_its_page(t: TestEnv) {
        let ctx = t.operator();
        let template = Some("https://x.example/{tracking}".to_owned());
        let input = CreateCarrier { code: "x".to_owned(), name: "X".to_owned(), tracking_url_template: template };
        let made = create_carrier(&ctx, input).await.unwrap();
        assert_eq!(made.tracking_url("1 2").as_deref(), Some("https://x.example/1%202"));
        let edit = EditCarrier {
            id: made.id, expected_version: 1, name: None, tracking_url_template: Some(None), number_pattern: None,
            event_map: None, active: None,
        };
        assert_eq!(edit_carrier(&ctx, edit).await.unwrap().tracking_url("1"), None);
    }

    async fn the_default_rule_stays_while_others_come_and_go(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let default = snapshot(&ctx).await.unwrap().commission.default_rule().clone();
        let ended = EditCommissionRule { valid_to: Some(Some(ctx.now())), ..edit_rule(&default) };
        assert_eq!(edit_commission_rule(&ctx, ended).await.unwrap_err().code(), "DEFAULT_RULE_FIXED");
        let cheaper = EditCommissionRule { item_ppm: Some(Rate::from_ppm(80_000)), ..edit_rule(&default) };
        assert_eq!(edit_commission_rule(&ctx, cheaper).await.unwrap().version, 2);

        let merchant = MerchantId::from_uuid(Uuid::from_u128(7));
        let scope = CommissionScope { merchant: Some(merchant), ..CommissionScope::default() };
        let own = create_commission_rule(&ctx, new_rule(scope, 50_000)).await.unwrap();
        let facts = marketplace::commission::CommissionFacts {
            merchant, tier: "standard", channel: ctx.new_id(), categories: &[], product: None, country: "DE", at: ctx.now(),
        };
        assert_eq!(snapshot(&ctx).await.unwrap().commission.resolve(&facts).id, own.id);
        t.clock.advance(chrono::Duration::hours(1));
        let ended = EditCommissionRule { valid_to: Some(Some(ctx.now())), ..edit_rule(&own) };
        edit_commission_rule(&ctx, ended).await.unwrap();
        let later = marketplace::commission::CommissionFacts { at: ctx.now(), ..facts };
        let market = snapshot(&ctx).await.unwrap();
        assert_eq!(market.commission.resolve(&later).id, default.id);
        assert_eq!(market.commission.resolve(&facts).id, own.id);
        let listed = query::commission_rules(&ctx, Some(merchant), &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(listed.iter().map(|r| r.id).collect::<Vec<CommissionRuleId>>(), [own.id]);
    }

    async fn a_rule_cannot_name_an_unknown_channel_nor_merchant_and_tier(t: TestEnv) {
        let ctx = t.operator();
        let scope = CommissionScope { channel: Some(ctx.new_id()), ..CommissionScope::default() };
        let error = create_commission_rule(&ctx, new_rule(scope, 1)).await.unwrap_err();
        assert_eq!(error.field().as_deref(), Some("channelId"));
        let scope = CommissionScope {
            merchant: Some(ctx.new_id()), tier: Some("gold".to_owned()), ..CommissionScope::default()
        };
        let error = create_commission_rule(&ctx, new_rule(scope, 1)).await.unwrap_err();
        assert_eq!(error.code(), "NOT_TOGETHER");
        let error = create_commission_rule(&ctx, new_rule(CommissionScope::default(), 1_000_001)).await.unwrap_err();
        assert_eq!(error.field().as_deref(), Some("itemPpm"));
    }

    async fn lists_are_paged_by_their_key(t: TestEnv) {
        let ctx = t.operator();
        for code in ["b", "c", "a"] {
            let input = CreateCarrier { code: code.to_owned(), name: "C".to_owned(), tracking_url_template: None };
            create_carrier(&ctx, input).await.unwrap();
        }
        let first = query::carriers(&ctx, &PageArgs::first(2)).await.unwrap();
        assert!(first.has_next);
        let cursor = first.items[1].0.as_str().to_owned();
        let codes = |page: kernel::Page<marketplace::Carrier>| {
            page.into_rows().into_iter().map(|c| c.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(first), ["a", "b"]);
        let rest = query::carriers(&ctx, &PageArgs::new(Some(2), Some(cursor)).unwrap()).await.unwrap();
        assert!(!rest.has_next);
        assert_eq!(codes(rest), ["c"]);
        let foreign = PageArgs::new(Some(2), Some("bm9wZQ".to_owned())).unwrap();
        assert_eq!(query::carriers(&ctx, &foreign).await.unwrap_err().code(), "BAD_CURSOR");
    }
}

use kernel::{Fault as _, Rate};
use merchants::{
    EditLegal, EditProfile, EditTerms, Legal, edit_legal, edit_profile, edit_terms, get, selling_terms_on,
};

use super::{history, make, rename};

testkit::both_databases! {
    async fn the_owner_keeps_the_profile_up_to_date(t: TestEnv) {
        let ctx = t.operator();
        let own = make(&ctx, "Own").await;
        let staff = t.merchant(own.id);
        let edit = EditProfile { handling_days: Some(5), auto_accept: Some(true), ..rename(&own, "Neu") };
        let edited = edit_profile(&staff, edit).await.unwrap();
        assert_eq!((edited.profile.name.as_str(), edited.profile.country.as_str(), edited.slug.as_str()), ("Neu", "DE", "own"));
        assert_eq!(get(&ctx, own.id).await.unwrap(), edited);
        let terms = &selling_terms_on(ctx.read(), &[own.id]).await.unwrap()[&own.id];
        assert_eq!((terms.handling_days, terms.auto_accept, terms.name.as_str()), (5, true, "Neu"));
        let changes = history(&ctx, &own).await;
        let mut fields: Vec<&str> = changes[0].fields.iter().map(|f| f.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["autoAccept", "handlingDays", "name", "version"]);
    }

    async fn an_old_version_is_refused(t: TestEnv) {
        let ctx = t.operator();
        let own = make(&ctx, "Own").await;
        edit_profile(&ctx, rename(&own, "Two")).await.unwrap();
        assert_eq!(edit_profile(&ctx, rename(&own, "Three")).await.unwrap_err().code(), "STALE_VERSION");
        assert_eq!(get(&ctx, own.id).await.unwrap().profile.name, "Two");
    }

    async fn of_many_editors_with_the_same_version_one_wins(t: TestEnv) {
        let ctx = t.operator();
        let own = make(&ctx, "Own").await;
        let runs = (0..8).map(|n| {
            let (ctx, edit) = (ctx.clone(), rename(&own, &format!("Name {n}")));
            tokio::spawn(async move { edit_profile(&ctx, edit).await.map_err(|error| error.code()) })
        });
        let mut codes = Vec::new();
        for run in runs.collect::<Vec<_>>() {
            codes.push(run.await.unwrap().err());
        }
        codes.sort_unstable();
        let mut expected = vec![Some("STALE_VERSION"); 8];
        expected[0] = None;
        assert_eq!(codes, expected);
    }

    async fn legal_data_and_terms_are_checked_and_kept(t: TestEnv) {
        let ctx = t.operator();
        let own = make(&ctx, "Own").await;
        let legal = Legal {
            legal_name: "Own AG".to_owned(), tax_id: Some("DE1".to_owned()), country: "at".to_owned(), ..Legal::default()
        };
        let edit = EditLegal { id: own.id, expected_version: 1, legal: legal.clone() };
        let edited = edit_legal(&ctx, edit).await.unwrap();
        assert_eq!(edited.legal, Legal { country: "AT".to_owned(), ..legal });
        let terms = EditTerms {
            id: own.id, expected_version: 2, tier: Some("gold".to_owned()), commission_vat_ppm: Some(Some(Rate::ZERO)), reserve_ppm: None, operator_remits_tax: None
        };
        edit_terms(&ctx, terms).await.unwrap();
        let settings = marketplace::Settings::default();
        let sold = &selling_terms_on(ctx.read(), &[own.id]).await.unwrap()[&own.id];
        assert_eq!((sold.tier.as_str(), sold.commission_vat(&settings)), ("gold", Rate::ZERO));
        let back = EditTerms { id: own.id, expected_version: 3, tier: None, commission_vat_ppm: Some(None), reserve_ppm: None, operator_remits_tax: None };
        let edited = edit_terms(&ctx, back).await.unwrap();
        assert_eq!((edited.tier.as_str(), edited.commission_vat_ppm), ("gold", None));
        let wild = EditTerms {
            id: own.id, expected_version: 4, tier: None, commission_vat_ppm: Some(Some(Rate::from_ppm(-1))), reserve_ppm: None, operator_remits_tax: None
        };
        assert_eq!(edit_terms(&ctx, wild).await.unwrap_err().field().as_deref(), Some("commissionVatPpm"));
        let kept = EditTerms {
            id: own.id, expected_version: 4, tier: None, commission_vat_ppm: None,
            reserve_ppm: Some(Some(Rate::from_ppm(100_000))), operator_remits_tax: Some(true),
        };
        edit_terms(&ctx, kept).await.unwrap();
        let sold = &selling_terms_on(ctx.read(), &[own.id]).await.unwrap()[&own.id];
        assert_eq!((sold.reserve(&settings), sold.operator_remits_tax), (Rate::from_ppm(100_000), true));
        let wild = EditTerms {
            id: own.id, expected_version: 5, tier: None, commission_vat_ppm: None,
            reserve_ppm: Some(Some(Rate::from_ppm(1_000_001))), operator_remits_tax: None,
        };
        assert_eq!(edit_terms(&ctx, wild).await.unwrap_err().field().as_deref(), Some("reservePpm"));
    }
}

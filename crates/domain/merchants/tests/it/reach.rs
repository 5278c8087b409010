use kernel::{Fault as _, PageArgs};
use merchants::{
    EditBank, EditLegal, EditTerms, Filter, Legal, approve, bank_account, by_ids, card_by_slug, cards_by_ids, close,
    create, create_many, edit_bank, edit_legal, edit_profile, edit_terms, get, list, reopen, suspend,
};

use super::{Open, because, history, make, named, rename};

testkit::both_databases! {
    async fn a_merchant_reaches_itself_and_nobody_else(t: TestEnv) {
        let ctx = t.operator();
        let (own, other) = (make(&ctx, "Own").await, make(&ctx, "Other").await);
        let staff = t.merchant(own.id);
        assert_eq!(get(&staff, own.id).await.unwrap(), own);
        assert_eq!(get(&staff, other.id).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(bank_account(&staff, other.id).await.unwrap_err().code(), "NOT_FOUND");
        let seen = by_ids(&staff, &[own.id, other.id]).await.unwrap();
        assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [own.id]);

        assert_eq!(edit_profile(&staff, rename(&other, "Mine")).await.unwrap_err().code(), "NOT_FOUND");
        let legal = Legal { legal_name: "Mine".to_owned(), country: "DE".to_owned(), ..Legal::default() };
        let edit = EditLegal { id: other.id, expected_version: 1, legal };
        assert_eq!(edit_legal(&staff, edit).await.unwrap_err().code(), "NOT_FOUND");
        let edit = EditBank { id: other.id, expected_version: 1, account: None };
        assert_eq!(edit_bank(&staff, edit).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(get(&ctx, other.id).await.unwrap(), other);
        assert_eq!(history(&ctx, &other).await.len(), 1);
    }

    async fn a_merchant_cannot_decide_about_itself(t: TestEnv) {
        let ctx = t.operator();
        let own = make(&ctx, "Own").await;
        for who in [t.merchant(own.id), t.buyer(ctx.new_id())] {
            assert_eq!(create(&who, named("More")).await.unwrap_err().code(), "FORBIDDEN");
            assert_eq!(create_many(&who, vec![named("More")]).await.unwrap_err().code(), "FORBIDDEN");
            assert_eq!(approve(&who, because(&own, "x")).await.unwrap_err().code(), "FORBIDDEN");
            assert_eq!(suspend(&who, because(&own, "x")).await.unwrap_err().code(), "FORBIDDEN");
            assert_eq!(reopen(&who, because(&own, "x")).await.unwrap_err().code(), "FORBIDDEN");
            assert_eq!(close(&who, because(&own, "x"), &Open(&[])).await.unwrap_err().code(), "FORBIDDEN");
            let terms = EditTerms { id: own.id, expected_version: 1, tier: Some("gold".to_owned()), commission_vat_ppm: None, reserve_ppm: None, operator_remits_tax: None };
            assert_eq!(edit_terms(&who, terms).await.unwrap_err().code(), "FORBIDDEN");
            assert_eq!(list(&who, &Filter::default(), &PageArgs::first(1)).await.unwrap_err().code(), "FORBIDDEN");
        }
        assert_eq!(get(&ctx, own.id).await.unwrap(), own);
    }

    async fn everybody_sees_cards_and_nothing_more(t: TestEnv) {
        let ctx = t.operator();
        let own = make(&ctx, "Own").await;
        let visitor = t.anonymous();
        let cards = cards_by_ids(&visitor, &[own.id, ctx.new_id()]).await.unwrap();
        assert_eq!(cards.into_values().collect::<Vec<_>>(), [own.card(ctx.now())]);
        assert_eq!(card_by_slug(&visitor, "own").await.unwrap(), Some(own.card(ctx.now())));
        assert_eq!(get(&visitor, own.id).await.unwrap_err().code(), "UNAUTHENTICATED");
        assert_eq!(get(&t.buyer(ctx.new_id()), own.id).await.unwrap_err().code(), "FORBIDDEN");
        suspend(&ctx, because(&own, "Late")).await.unwrap();
        assert_eq!(card_by_slug(&visitor, "own").await.unwrap(), None);
        assert!(!cards_by_ids(&visitor, &[own.id]).await.unwrap()[&own.id].active);
    }

    async fn staff_without_the_right_cannot_see_or_change_the_account(t: TestEnv) {
        let ctx = t.operator();
        let own = make(&ctx, "Own").await;
        let scope = access::Scope::Merchant(own.id);
        let catalog = t.seated(scope, "merchant_catalog");
        assert!(get(&catalog, own.id).await.is_ok());
        assert_eq!(bank_account(&catalog, own.id).await.unwrap_err().code(), "FORBIDDEN");
        let finance = t.seated(scope, "merchant_finance");
        assert_eq!(bank_account(&finance, own.id).await.unwrap(), None);
        let edit = EditBank { id: own.id, expected_version: 1, account: None };
        assert_eq!(edit_bank(&finance, edit).await.unwrap_err().code(), "FORBIDDEN");
        assert_eq!(edit_profile(&finance, rename(&own, "Mine")).await.unwrap_err().code(), "FORBIDDEN");
    }
}

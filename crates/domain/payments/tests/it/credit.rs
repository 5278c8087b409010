//! Gift cards and store credit, alone and together with a card.

use kernel::{Fault as _, FaultKind};
use payments::event::{CreditFunding, CreditGiven, MoneyPlace, PaymentCaptured, PaymentRefunded};
use payments::provider::Chaos;
use payments::{Error, GiveCredit, PaymentState, UseCredit};

use crate::desk::{Desk, eur};

fn card(code: &str, amount_minor: Option<i64>) -> Option<UseCredit> {
    Some(UseCredit { gift_card_code: Some(code.to_owned()), amount_minor })
}

testkit::both_databases! {
    async fn a_gift_card_pays_a_part_and_the_card_the_rest(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let code = desk.gift_card(500).await;
        let typed = code.to_lowercase().replace('-', "");
        let id = desk.pay_with("card_sandbox", Some("tok_ok"), 1_200, card(&typed, None)).await.unwrap();
        assert_eq!(desk.credit().await, (500, 500));
        assert_eq!(desk.told(), Vec::<String>::new());
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Authorized);
        desk.sound(0, 700).await;
        // Credit is spent first.
        desk.capture(id, 600).await.unwrap();
        desk.drain().await;
        let captured = desk.heard::<PaymentCaptured>();
        assert!(matches!(&captured[0].place, MoneyPlace::Credit(_)));
        assert_eq!(captured.iter().map(|event| event.amount.minor).collect::<Vec<_>>(), [500, 100]);
        assert_eq!(desk.credit().await, (0, 0));
        desk.close(id).await;
        desk.drain().await;
        // The card gets its money back first.
        desk.refund(id, 250).await.unwrap();
        desk.drain().await;
        let refunded = desk.heard::<PaymentRefunded>();
        let seen: Vec<_> = refunded.iter().map(|event| (event.amount.minor, event.complete)).collect();
        assert_eq!(seen, [(150, false), (100, true)]);
        assert_eq!(desk.credit().await, (150, 0));
        desk.sound(0, 0).await;
    }

    async fn credit_that_is_not_needed_is_free_again(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let code = desk.gift_card(2_000).await;
        let id = desk.pay_with("store_credit", None, 1_200, card(&code, None)).await.unwrap();
        assert_eq!(desk.payment(id).await.state(), PaymentState::Authorized);
        desk.capture(id, 400).await.unwrap();
        desk.close(id).await;
        assert_eq!(desk.credit().await, (1_600, 0));
        desk.drain().await;
        assert_eq!(desk.told(), ["payment_credit_given", "payment_authorized", "payment_captured", "payment_voided"]);
        desk.sound(0, 0).await;
    }

    async fn a_declined_card_gives_the_credit_back(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let code = desk.gift_card(500).await;
        let id = desk.pay_with("card_sandbox", Some("tok_declined"), 900, card(&code, Some(300))).await.unwrap();
        assert_eq!(desk.credit().await, (500, 300));
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Failed);
        desk.close(id).await;
        assert_eq!(desk.credit().await, (500, 0));
        desk.sound(0, 0).await;
    }

    async fn twenty_orders_spend_a_gift_card_once(t: TestEnv) {
        let desk = std::sync::Arc::new(Desk::open(t, Chaos::default()));
        let code = desk.gift_card(300).await;
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (desk, code) = (desk.clone(), code.clone());
                tokio::spawn(async move { desk.pay_with("store_credit", None, 100, card(&code, None)).await })
            })
            .collect();
        let (mut paid, mut refused) = (0, 0);
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => paid += 1,
                Err(Error::CreditTooLow { usable_minor: 0 }) => refused += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!((paid, refused), (3, 17));
        assert_eq!(desk.credit().await, (300, 300));
        desk.sound(0, 0).await;
    }

    async fn bad_credit_is_refused_by_name(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let code = desk.gift_card(500).await;
        let refused = async |method: &str, credit| {
            let error = desk.pay_with(method, Some("tok_ok"), 900, credit).await.unwrap_err();
            (error.code(), error.field().unwrap_or_default())
        };
        let named = |code, field: &str| (code, field.to_owned());
        let unknown = named("UNKNOWN_CREDIT", "payment.credit.giftCardCode");
        assert_eq!(refused("card_sandbox", card("0000-0000", None)).await, unknown);
        assert_eq!(refused("card_sandbox", card(&code, Some(501))).await, named("CREDIT_TOO_LOW", "payment.credit"));
        assert_eq!(refused("store_credit", card(&code, None)).await, named("CREDIT_TOO_LOW", "payment.credit"));
        assert_eq!(refused("store_credit", None).await, named("REQUIRED", "payment.credit"));
        assert_eq!(refused("card_sandbox", card(&code, Some(-1))).await, named("OUT_OF_RANGE", "payment.credit.amount"));
        assert_eq!(refused("bank_transfer", card(&code, None)).await, named("NOT_POSSIBLE", ""));
        assert_eq!(desk.credit().await, (500, 0));
        let give = |minor| GiveCredit {
            customer_id: None,
            amount: eur(minor),
            funding: CreditFunding::Goodwill,
            reason: "sorry".to_owned(),
            expires_at: None,
        };
        let merchant = desk.t.merchant(desk.ctx().new_id());
        let forbidden = payments::give_credit(&merchant, give(1)).await.unwrap_err();
        assert_eq!(forbidden.kind(), FaultKind::Forbidden);
        let bad = payments::give_credit(&desk.t.operator(), give(0)).await.unwrap_err();
        assert_eq!(bad.field().as_deref(), Some("amount"));
    }

    async fn store_credit_of_a_buyer_is_one_account_a_currency(t: TestEnv) {
        let desk = std::sync::Arc::new(Desk::open(t, Chaos::default()));
        let customer = desk.ctx().new_id();
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let ctx = desk.t.operator();
                let input = GiveCredit {
                    customer_id: Some(customer),
                    amount: eur(100),
                    funding: CreditFunding::Goodwill,
                    reason: "sorry".to_owned(),
                    expires_at: None,
                };
                tokio::spawn(async move { payments::give_credit(&ctx, input).await.unwrap() })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().code, None);
        }
        let own = payments::query::own_credit(&desk.t.buyer(customer)).await.unwrap();
        assert_eq!((own.len(), own[0].balance), (1, eur(800)));
        assert!(payments::query::own_credit(&desk.t.buyer(desk.ctx().new_id())).await.unwrap().is_empty());
        desk.drain().await;
        assert_eq!(desk.heard::<CreditGiven>().len(), 8);
        desk.sound(0, 0).await;
    }
}

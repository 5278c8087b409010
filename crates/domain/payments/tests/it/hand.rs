//! Money that people move.

use kernel::PageArgs;
use kernel::id::MerchantOrderId;
use payments::event::{MoneyPlace, PaymentCaptured, PaymentRefunded, RefundFailed};
use payments::provider::Chaos;
use payments::{
    CodCollected, CollectedBy, ConfirmRefund, Error, PaymentState, RefundWay, cod_collected_in_tx, confirm_refund,
    retry_refund,
};

use crate::desk::Desk;

async fn collect(desk: &Desk, payment_id: kernel::id::PaymentId, amount_minor: i64) -> Result<(), Error> {
    let ctx = desk.ctx();
    let mut tx = ctx.begin_write().await.unwrap();
    let merchant_order_id: MerchantOrderId = ctx.new_id();
    let collected_by = CollectedBy::Carrier("dhl".to_owned());
    cod_collected_in_tx(&mut tx, CodCollected { payment_id, merchant_order_id, amount_minor, collected_by }).await?;
    Ok(tx.commit().await?)
}

testkit::both_databases! {
    async fn a_refund_that_the_provider_refuses_is_transferred(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_no_refund"), 1_000).await;
        desk.drain().await;
        desk.capture(id, 1_000).await.unwrap();
        desk.drain().await;
        desk.refund(id, 400).await.unwrap();
        desk.drain().await;
        let failed = desk.heard::<RefundFailed>();
        assert_eq!((failed.len(), failed[0].reason.as_str()), (1, "account_closed"));
        let ctx = desk.t.operator();
        retry_refund(&ctx, failed[0].operation, RefundWay::SameWay).await.unwrap();
        desk.drain().await;
        let again = desk.heard::<RefundFailed>()[1].operation;
        let waiting = retry_refund(&ctx, again, RefundWay::BankTransfer).await.unwrap();
        for operation in [failed[0].operation, again] {
            let twice = retry_refund(&ctx, operation, RefundWay::SameWay).await;
            assert!(matches!(twice, Err(Error::NotPossible("the refund was tried again already"))));
        }
        assert_eq!(waiting.provider, None);
        assert_eq!(desk.payment(id).await.amounts.refunded.pending_minor, 400);
        let input = ConfirmRefund { operation: waiting.id, bank_reference: "sepa-1".to_owned() };
        confirm_refund(&ctx, input).await.unwrap();
        desk.drain().await;
        let refunded = desk.heard::<PaymentRefunded>();
        assert_eq!((refunded.len(), &refunded[0].place, refunded[0].complete), (1, &MoneyPlace::Bank, true));
        assert_eq!(desk.payment(id).await.state(), PaymentState::PartlyRefunded);
        desk.sound(1_000, 0).await;
    }

    async fn cash_at_the_door_and_back_by_hand(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("cash_on_delivery", None, 1_000).await;
        assert!(matches!(desk.capture(id, 1).await, Err(Error::NotPossible(_))));
        collect(&desk, id, 600).await.unwrap();
        assert!(matches!(collect(&desk, id, 401).await, Err(Error::ExceedsAuthorized { capturable_minor: 400 })));
        collect(&desk, id, 400).await.unwrap();
        assert_eq!(desk.payment(id).await.state(), PaymentState::Captured);
        desk.refund(id, 250).await.unwrap();
        desk.drain().await;
        let captured = desk.heard::<PaymentCaptured>();
        assert!(captured.iter().all(|event| event.place == MoneyPlace::Carrier("dhl".to_owned())));
        let ctx = desk.t.operator();
        let waiting = payments::query::refunds_to_pay(&ctx, &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(waiting.len(), 1);
        let input = ConfirmRefund { operation: waiting[0].id, bank_reference: "sepa-1".to_owned() };
        confirm_refund(&ctx, input.clone()).await.unwrap();
        assert!(matches!(confirm_refund(&ctx, input).await, Err(Error::NotPossible(_))));
        assert!(matches!(retry_refund(&ctx, waiting[0].id, RefundWay::SameWay).await, Err(Error::NotPossible(_))));
        desk.drain().await;
        let refunded = desk.heard::<PaymentRefunded>();
        assert_eq!((refunded.len(), refunded[0].amount.minor, &refunded[0].place), (1, 250, &MoneyPlace::Bank));
        assert_eq!(desk.payment(id).await.state(), PaymentState::PartlyRefunded);
        desk.sound(0, 0).await;
    }
}

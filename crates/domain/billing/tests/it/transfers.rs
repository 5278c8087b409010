//! Bank transfers and cash.

use billing::{CapturedPart, CodKept, CodRemitted, InvoicePaid, Transfer};
use kernel::id::{BankReceiptId, OrderId};
use payments::event::MoneyPlace;
use testkit::TestEnv;

use crate::shop::{EUR, Part, capture, sound};

async fn held(t: &TestEnv) -> Vec<(String, i64)> {
    let trial = billing::query::trial_balance(&t.system(), EUR).await.unwrap();
    trial.into_iter().filter(|line| line.balance_minor != 0).map(|line| (line.role, line.balance_minor)).collect()
}

fn balances(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(role, minor)| ((*role).to_owned(), *minor)).collect()
}

testkit::both_databases! {
    async fn parts_wait_until_the_order_is_paid(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        let receipt = |order_id: Option<OrderId>, received_minor, drawn_minor, parts| Transfer {
            receipt_id: ctx.new_id::<BankReceiptId>(),
            order_id,
            currency: EUR,
            received_minor,
            drawn_minor,
            parts,
            at: ctx.now(),
        };
        billing::post_transfer(&ctx, receipt(Some(part.order), 4_000, 0, Vec::new())).await.unwrap();
        assert_eq!(held(&t).await, balances(&[("asset:bank", 4_000), ("liability:unapplied_receipts", 4_000)]));
        let parts = vec![CapturedPart {
            merchant_id: part.merchant,
            merchant_order_id: part.merchant_order,
            gross_minor: 10_000,
            promotion_minor: 0,
        }];
        billing::post_transfer(&ctx, receipt(Some(part.order), 7_000, 4_000, parts.clone())).await.unwrap();
        let expected =
            [("asset:bank", 11_000), ("liability:order_funds", 10_000), ("liability:unapplied_receipts", 1_000)];
        assert_eq!(held(&t).await, balances(&expected));
        let stranger = receipt(None, 10_000, 0, Vec::new());
        billing::post_transfer(&ctx, stranger.clone()).await.unwrap();
        let other: OrderId = ctx.new_id();
        let matched = Transfer { order_id: Some(other), received_minor: 0, drawn_minor: 10_000, parts, ..stranger };
        billing::post_transfer(&ctx, matched).await.unwrap();
        let expected =
            [("asset:bank", 21_000), ("liability:order_funds", 20_000), ("liability:unapplied_receipts", 1_000)];
        assert_eq!(held(&t).await, balances(&expected));
        sound(&t).await;
    }

    async fn what_a_buyer_owes_is_paid_by_receipts(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        let paid = |received_minor, applied_minor| InvoicePaid {
            receipt_id: ctx.new_id::<BankReceiptId>(),
            order_id: part.order,
            currency: EUR,
            received_minor,
            applied_minor,
            recovered: vec![],
            credit: None,
            credited_minor: 0,
            at: ctx.now(),
        };
        // Told before the goods were: it is tried again later.
        let early = billing::post_invoice_paid(&ctx, paid(4_000, 4_000)).await;
        assert!(matches!(early, Err(billing::Error::FloorBroken { .. })), "{early:?}");
        let mut captured = capture(&ctx, std::slice::from_ref(&part), "unused");
        captured.place = MoneyPlace::Buyer(part.order);
        billing::post_captured(&ctx, captured).await.unwrap();
        assert_eq!(held(&t).await, balances(&[("asset:buyer:receivable", 10_000), ("liability:order_funds", 10_000)]));
        let first = paid(4_500, 4_000);
        billing::post_invoice_paid(&ctx, first.clone()).await.unwrap();
        billing::post_invoice_paid(&ctx, first).await.unwrap();
        let expected = [("asset:bank", 4_500), ("asset:buyer:receivable", 6_000), ("liability:order_funds", 10_000),
            ("liability:unapplied_receipts", 500)];
        assert_eq!(held(&t).await, balances(&expected));
        billing::post_invoice_paid(&ctx, paid(0, 500)).await.unwrap();
        let expected = [("asset:bank", 4_500), ("asset:buyer:receivable", 5_500), ("liability:order_funds", 10_000)];
        assert_eq!(held(&t).await, balances(&expected));
        sound(&t).await;
    }

    async fn cash_with_a_carrier_is_owed_by_it(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        let mut captured = capture(&ctx, &[part], "unused");
        captured.place = MoneyPlace::Carrier("dhl".to_owned());
        billing::post_captured(&ctx, captured).await.unwrap();
        assert_eq!(held(&t).await, balances(&[("asset:cod:receivable", 10_000), ("liability:order_funds", 10_000)]));
        let remitted = CodRemitted {
            carrier: "dhl".to_owned(),
            reference: "camt-7".to_owned(),
            currency: EUR,
            amount_minor: 9_800,
            fee_minor: 200,
            at: ctx.now(),
        };
        billing::post_cod_remitted(&ctx, remitted).await.unwrap();
        let expected = [("asset:bank", 9_800), ("expense:psp_fees", 200), ("liability:order_funds", 10_000)];
        assert_eq!(held(&t).await, balances(&expected));
        sound(&t).await;
    }

    async fn cash_with_the_merchant_leaves_our_share_owed(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        let kept = CodKept {
            operation_id: ctx.new_id(),
            merchant_id: part.merchant,
            merchant_order_id: part.merchant_order,
            currency: EUR,
            components: part.components,
            promotion_minor: 0,
            jurisdiction: "DE".to_owned(),
            at: ctx.now(),
        };
        billing::post_cod_kept(&ctx, kept).await.unwrap();
        let expected =
            [("liability:merchant:available", -1_190), ("liability:tax:commission", 190), ("revenue:commission", 1_000)];
        assert_eq!(held(&t).await, balances(&expected));
        sound(&t).await;
    }
}

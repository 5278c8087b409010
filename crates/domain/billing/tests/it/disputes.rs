//! A dispute freezes what is there, gives it back when it is won, and takes it first when it is lost.

use billing::query::merchant_balances;
use billing::{DisputeAbsorbed, DisputeLost, DisputeOpened, DisputeWon, Error, Exposed, SaleComponents};
use chrono::Duration;
use context::Ctx;
use kernel::id::DisputeId;
use testkit::TestEnv;

use crate::shop::{EUR, Part, earn, sell, sound};

fn opened(ctx: &Ctx, dispute_id: DisputeId, part: &Part) -> DisputeOpened {
    DisputeOpened {
        dispute_id,
        provider: "sandbox".to_owned(),
        currency: EUR,
        amount_minor: 10_000,
        fee_minor: 1_500,
        exposed: vec![Exposed {
            merchant_id: part.merchant,
            merchant_order_id: part.merchant_order,
            net_minor: part.components.net_minor(),
        }],
        at: ctx.now(),
    }
}

fn lost(ctx: &Ctx, dispute_id: DisputeId, part: &Part, components: SaleComponents) -> DisputeLost {
    DisputeLost {
        dispute_id,
        currency: EUR,
        merchant_id: part.merchant,
        merchant_order_id: part.merchant_order,
        components,
        promotion_minor: 0,
        jurisdiction: "DE".to_owned(),
        at: ctx.now(),
    }
}

fn won(ctx: &Ctx, dispute_id: DisputeId) -> DisputeWon {
    DisputeWon {
        dispute_id,
        provider: "sandbox".to_owned(),
        currency: EUR,
        amount_minor: 10_000,
        fee_returned_minor: 1_500,
        at: ctx.now(),
    }
}

async fn money(t: &TestEnv, part: &Part) -> (i64, i64) {
    let balance = merchant_balances(&t.system(), part.merchant).await.unwrap()[0];
    (balance.available_minor, balance.dispute_hold_minor)
}

async fn held(t: &TestEnv, role: &str) -> i64 {
    let trial = billing::query::trial_balance(&t.system(), EUR).await.unwrap();
    trial.iter().find(|line| line.role == role).map_or(0, |line| line.balance_minor)
}

testkit::both_databases! {
    async fn what_is_there_is_frozen_once_and_comes_back_when_it_is_won(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        earn(&t, &part).await;
        let dispute = ctx.new_id();
        let early = billing::post_dispute_won(&ctx, won(&ctx, dispute)).await.unwrap_err();
        assert!(matches!(early, Error::NotPossible(_)), "{early}");
        let begun = opened(&ctx, dispute, &part);
        billing::post_dispute_opened(&ctx, begun.clone()).await.unwrap();
        assert_eq!(money(&t, &part).await, (0, 8_810));
        let more = Part::plain(&ctx, part.merchant);
        earn(&t, &more).await;
        assert!(billing::post_dispute_opened(&ctx, begun).await.unwrap().replayed);
        assert_eq!(money(&t, &part).await, (8_810, 8_810), "a retry freezes nothing more");
        for replayed in [false, true] {
            assert_eq!(billing::post_dispute_won(&ctx, won(&ctx, dispute)).await.unwrap().replayed, replayed);
        }
        assert_eq!(money(&t, &part).await, (2 * 8_810, 0));
        assert_eq!((held(&t, "asset:disputes").await, held(&t, "expense:dispute_fees").await), (0, 0));
        sound(&t).await;
    }

    async fn what_is_lost_comes_from_what_is_frozen_first(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        earn(&t, &part).await;
        let dispute = ctx.new_id();
        billing::post_dispute_opened(&ctx, opened(&ctx, dispute, &part)).await.unwrap();
        let loss = lost(&ctx, dispute, &part, part.components);
        for replayed in [false, true] {
            assert_eq!(billing::post_dispute_lost(&ctx, loss.clone()).await.unwrap().replayed, replayed);
        }
        assert_eq!(money(&t, &part).await, (0, 0));
        assert_eq!((held(&t, "asset:disputes").await, held(&t, "revenue:commission").await), (0, 0));
        sound(&t).await;
    }

    async fn what_was_frozen_beyond_the_loss_is_free_again(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        earn(&t, &part).await;
        let dispute = ctx.new_id();
        billing::post_dispute_opened(&ctx, opened(&ctx, dispute, &part)).await.unwrap();
        // Without the commission: the merchant of a goodwill agreement loses less than was frozen.
        let less = SaleComponents { gross_minor: 10_000, commission_minor: 2_000, ..part.components };
        billing::post_dispute_lost(&ctx, lost(&ctx, dispute, &part, less)).await.unwrap();
        assert_eq!(money(&t, &part).await, (1_000, 0));
        sound(&t).await;
    }

    async fn what_is_missing_makes_the_balance_negative(t: TestEnv) {
        let ctx = t.system();
        let part = Part::plain(&ctx, ctx.new_id());
        sell(&ctx, &part).await;
        let dispute = ctx.new_id();
        let early = billing::post_dispute_lost(&ctx, lost(&ctx, dispute, &part, part.components)).await.unwrap_err();
        assert!(matches!(early, Error::NotPossible(_)), "{early}");
        billing::post_dispute_opened(&ctx, opened(&ctx, dispute, &part)).await.unwrap();
        billing::post_dispute_lost(&ctx, lost(&ctx, dispute, &part, part.components)).await.unwrap();
        assert_eq!(money(&t, &part).await, (-8_810, 0));
        t.clock.advance(Duration::days(15));
        billing::release_due(&ctx, ctx.now()).await.unwrap();
        assert_eq!(money(&t, &part).await, (0, 0), "what was pending pays for it");
        sound(&t).await;
    }

    /// What a merchant had to lose at the beginning may have been paid back since: another one bears it all.
    async fn who_bears_nothing_in_the_end_has_its_money_back(t: TestEnv) {
        let ctx = t.system();
        let (bears, other) = (Part::plain(&ctx, ctx.new_id()), Part::plain(&ctx, ctx.new_id()));
        earn(&t, &bears).await;
        earn(&t, &other).await;
        let dispute = ctx.new_id();
        let mut begun = opened(&ctx, dispute, &bears);
        begun.exposed.extend(opened(&ctx, dispute, &other).exposed);
        billing::post_dispute_opened(&ctx, begun).await.unwrap();
        billing::post_dispute_lost(&ctx, lost(&ctx, dispute, &bears, bears.components)).await.unwrap();
        assert_eq!(money(&t, &other).await, (0, 8_810));
        let rest = DisputeAbsorbed { dispute_id: dispute, currency: EUR, amount_minor: 0, at: ctx.now() };
        let freed = billing::post_dispute_absorbed(&ctx, rest.clone()).await.unwrap();
        assert!(freed.is_some_and(|posted| !posted.replayed));
        assert!(billing::post_dispute_absorbed(&ctx, rest).await.unwrap().is_some_and(|posted| posted.replayed));
        assert_eq!((money(&t, &bears).await, money(&t, &other).await), ((0, 0), (8_810, 0)));
        // Where nothing is left to bear or to free, nothing is written.
        let second = ctx.new_id();
        billing::post_dispute_opened(&ctx, DisputeOpened { exposed: vec![], ..opened(&ctx, second, &other) }).await.unwrap();
        billing::post_dispute_lost(&ctx, lost(&ctx, second, &other, other.components)).await.unwrap();
        let rest = DisputeAbsorbed { dispute_id: second, currency: EUR, amount_minor: 0, at: ctx.now() };
        assert!(billing::post_dispute_absorbed(&ctx, rest).await.unwrap().is_none());
        sound(&t).await;
    }
}

//! Statements can be derived again at any time.

use billing::query::{merchant_balances, statement};
use chrono::Duration;
use kernel::id::MerchantId;
use kernel::{Fault as _, FaultKind};

use crate::shop::{EUR, Part, earn, sound};

testkit::both_databases! {
    async fn periods_join_and_stay_the_same(t: TestEnv) {
        let ctx = t.system();
        let merchant: MerchantId = ctx.new_id();
        let start = ctx.now();
        earn(&t, &Part::plain(&ctx, merchant)).await;
        let middle = ctx.now() + Duration::seconds(1);
        let of = |from, to| statement(&ctx, merchant, EUR, from, to);
        let first = of(start, middle).await.unwrap();
        t.clock.advance(Duration::seconds(1));
        earn(&t, &Part::plain(&ctx, merchant)).await;
        earn(&t, &Part::plain(&ctx, merchant)).await;
        let end = ctx.now() + Duration::seconds(1);
        let second = of(middle, end).await.unwrap();
        assert_eq!(of(start, middle).await.unwrap(), first);
        assert_eq!((first.opening_minor, first.closing_minor), (0, 8_810));
        assert_eq!(second.opening_minor, first.closing_minor);
        let balance = merchant_balances(&ctx, merchant).await.unwrap()[0];
        assert_eq!(second.closing_minor, balance.pending_minor + balance.available_minor + balance.reserve_minor);
        let whole = of(start, end).await.unwrap();
        assert_eq!(whole.closing_minor, second.closing_minor);
        let backwards = of(end, start).await.unwrap_err();
        assert_eq!(backwards.kind(), FaultKind::Invalid);
        sound(&t).await;
    }

    async fn a_statement_is_for_its_merchant(t: TestEnv) {
        let ctx = t.system();
        let merchant: MerchantId = ctx.new_id();
        let now = ctx.now();
        assert_eq!(statement(&t.merchant(merchant), None, EUR, now, now).await.unwrap().closing_minor, 0);
        let foreign = statement(&t.merchant(ctx.new_id()), merchant, EUR, now, now).await.unwrap_err();
        assert_eq!(foreign.kind(), FaultKind::NotFound);
    }
}

//! Money without an order goes back.

use payments::event::{OrphanMoneyFound, OrphanMoneyReturned};
use payments::provider::Chaos;

use crate::desk::{Desk, eur};

testkit::both_databases! {
    async fn stray_money_is_found_and_returned_once(t: TestEnv) {
        let desk = Desk::open(t, Chaos { twice: true, ..Chaos::default() });
        let charge = desk.sandbox.stray_charge(eur(4_200)).await.unwrap();
        desk.settle().await;
        let found = desk.heard::<OrphanMoneyFound>();
        assert_eq!((found.len(), found[0].charge.as_str(), found[0].amount), (1, charge.as_str(), eur(4_200)));
        let returned = desk.heard::<OrphanMoneyReturned>();
        assert_eq!((returned.len(), returned[0].amount, returned[0].captured), (1, eur(4_200), true));
        let ctx = desk.ctx();
        assert_eq!(payments::sweep(&ctx, ctx.now()).await.unwrap(), payments::command::Swept::default());
        desk.sound(0, 0).await;
    }
}

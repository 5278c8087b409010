//! What companies owe: given up, paid after all, paid too much.

use billing::query::{balances_by_merchants, trial_balance};
use billing::{DecideWriteOff, EntryState, RequestWriteOff, WriteOff, decide_write_off, request_write_off};
use context::Ctx;
use kernel::id::{CompanyId, ReceivableId};
use kernel::{Currency, Fault as _, Money};
use marketplace::AccountSettings;
use marketplace::model::SettingsPatch;
use orders::Order;
use orders::command::{RefundUnits, refund_units};
use orders::model::status::{PaymentState, RefundReason};
use payments::query::{credit_lines_of_seen_companies, credit_of_seen_companies, receivables_of_seen_orders};
use payments::{Receivable, ReturnCompanyCredit, UseCompanyCredit, return_company_credit, use_company_credit};
use testkit::TestEnv;

use crate::invoices::{agreed, bought, settle, sound, transfer};
use crate::people::{company, registered};
use crate::stage::market;
use crate::support::{Market, Shop, event_units};

struct Trade {
    m: Market,
    anna: Shop,
    lamp: kernel::id::OfferId,
    bea: Ctx,
    works: CompanyId,
}

async fn trade(t: TestEnv, guaranteed: bool) -> Trade {
    let (m, _) = market(t).await;
    let anna = m.shop("anna").await;
    let lamp = m.goods(&anna, "A1", 10_000, 50).await;
    let bea = registered(&m, "bea@example.org", "en").await;
    let works = company(&m, &bea).await;
    agreed(&m, works, guaranteed).await;
    Trade { m, anna, lamp, bea, works }
}

impl Trade {
    async fn sold(&self, quantity: i64) -> Order {
        let order = bought(&self.m, &self.bea, self.works, &self.anna, self.lamp, quantity).await;
        self.anna.ship(&self.m.part(&order, &self.anna).await, None).await.unwrap();
        settle(&self.m).await;
        order
    }

    async fn owed(&self, order: &Order) -> Receivable {
        receivables_of_seen_orders(&self.m.t.operator(), &[order.id]).await.unwrap()[&order.id][0].clone()
    }

    async fn ask(&self, ctx: &Ctx, of: &Receivable) -> Result<WriteOff, billing::Error> {
        let expected_open = Money::new(of.open_minor(), Currency::EUR);
        request_write_off(ctx, RequestWriteOff { receivable_id: of.id, expected_open, reason: "insolvent".to_owned() })
            .await
    }

    async fn decide(&self, ctx: &Ctx, of: &WriteOff, approve: bool) -> Result<WriteOff, billing::Error> {
        let input = DecideWriteOff { id: of.id, expected_version: of.version, approve, note: None };
        decide_write_off(ctx, input).await
    }

    async fn held(&self, role: &str) -> i64 {
        let lines = trial_balance(&self.m.t.operator(), Currency::EUR).await.unwrap();
        lines.iter().filter(|line| line.role == role).map(|line| line.balance_minor).sum()
    }

    /// Pending and available of the merchant.
    async fn balance(&self) -> (i64, i64) {
        let all = balances_by_merchants(&self.m.t.operator(), &[self.anna.id]).await.unwrap();
        let of = &all[&self.anna.id][0];
        (of.pending_minor, of.available_minor)
    }

    /// Open, blocked and left of the credit line.
    async fn line(&self) -> (i64, i64, i64) {
        let line =
            credit_lines_of_seen_companies(&self.m.t.operator(), &[self.works]).await.unwrap()[&self.works][0].clone();
        (line.open_minor, line.blocked_minor, line.left_minor())
    }

    async fn credit(&self) -> Vec<(i64, kernel::id::CreditAccountId)> {
        let found = credit_of_seen_companies(&self.m.t.operator(), &[self.works]).await.unwrap();
        found.get(&self.works).into_iter().flatten().map(|account| (account.balance.minor, account.id)).collect()
    }
}

testkit::both_databases! {
    async fn what_is_given_up_takes_two_and_the_merchant_bears_its_share(t: TestEnv) {
        let s = trade(t, false).await;
        let order = s.sold(1).await;
        let total = order.total_minor;
        let (pending, _) = s.balance().await;
        assert!(pending > 0 && pending < total);
        let owed = s.owed(&order).await;
        let (one, other) = (s.m.t.operator(), s.m.t.system());
        let stale = RequestWriteOff {
            receivable_id: owed.id, expected_open: Money::new(total - 1, Currency::EUR), reason: "insolvent".to_owned(),
        };
        assert_eq!(request_write_off(&one, stale).await.unwrap_err().code(), "STALE_VERSION");
        assert_eq!(s.ask(&s.bea, &owed).await.unwrap_err().code(), "FORBIDDEN");
        assert_eq!(s.ask(&s.anna.staff, &owed).await.unwrap_err().code(), "FORBIDDEN");
        let asked = s.ask(&one, &owed).await.unwrap();
        assert_eq!((asked.state, s.held("asset:buyer:receivable").await), (EntryState::Requested, total));
        assert_eq!(s.ask(&one, &owed).await.unwrap_err().code(), "NOT_POSSIBLE", "asked for once");
        assert_eq!(s.decide(&one, &asked, true).await.unwrap_err().code(), "FOUR_EYES");
        let done = s.decide(&other, &asked, true).await.unwrap();
        settle(&s.m).await;
        assert_eq!((done.state, done.merchant_minor), (EntryState::Posted, pending));
        assert_eq!(s.held("asset:buyer:receivable").await, 0);
        assert_eq!(s.held("expense:bad_debt").await, total - pending);
        assert_eq!(s.balance().await, (0, 0), "the merchant keeps nothing of what was never paid");
        assert_eq!(s.line().await, (0, total, 100_000 - total), "its part of the credit is not free");
        let seen = s.m.order(&order).await;
        assert_eq!((seen.owed_minor, seen.payment_state), (total, PaymentState::Invoiced), "the company owes it still");
        // What was never paid is not paid back.
        let part = s.m.part(&order, &s.anna).await;
        let refund = RefundUnits {
            merchant_order: part.merchant_order.id, expected_version: None, lines: vec![event_units(part.lines[0].id, 1)],
            shipping_of: vec![], reason: RefundReason::Damaged, note: None,
        };
        assert_eq!(refund_units(&one, refund).await.unwrap_err().code(), "EXCEEDS_CAPTURED");
        sound(&s.m).await;

        // Months later a part comes, then the rest and more.
        transfer(&s.m, &order, 4_000, "bank 1").await;
        let (lost, back) = (s.held("expense:bad_debt").await, s.balance().await.1);
        assert_eq!((total - pending - lost) + back, 4_000);
        assert!(back > 3_000 && lost < total - pending, "both have their share of it");
        assert_eq!(s.line().await, (0, total - 4_000, 100_000 - total + 4_000));
        sound(&s.m).await;
        transfer(&s.m, &order, total, "bank 2").await;
        assert_eq!((s.held("expense:bad_debt").await, s.balance().await), (0, (0, pending)), "all that it bore is back");
        assert_eq!((s.line().await, s.m.order(&order).await.payment_state), ((0, 0, 100_000), PaymentState::Paid));
        assert_eq!(s.credit().await[0].0, 4_000, "what was too much is the company's");
        assert_eq!(s.held("asset:bank").await, total + 4_000);
        sound(&s.m).await;
    }

    async fn what_is_guaranteed_is_the_operators_loss_and_may_free_the_credit(t: TestEnv) {
        let s = trade(t, true).await;
        let free = AccountSettings { write_off_blocks_credit: false, ..AccountSettings::default() };
        s.m.settings(SettingsPatch { account: Some(free), single_handed: Some([(Currency::EUR, 50_000)].into()), ..SettingsPatch::default() }).await;
        let order = s.sold(1).await;
        let total = order.total_minor;
        transfer(&s.m, &order, 1_000, "bank 1").await;
        let before = s.balance().await;
        let done = s.ask(&s.m.t.operator(), &s.owed(&order).await).await.unwrap();
        settle(&s.m).await;
        assert_eq!((done.state, done.amount.minor, done.merchant_minor), (EntryState::Posted, total - 1_000, 0), "within the limit of one");
        assert_eq!((s.held("expense:bad_debt").await, s.balance().await), (total - 1_000, before));
        assert_eq!(s.line().await, (0, 0, 100_000));
        transfer(&s.m, &order, 500, "bank 2").await;
        assert_eq!((s.held("expense:bad_debt").await, s.line().await), (total - 1_500, (0, 0, 100_000)));
        sound(&s.m).await;
    }

    async fn a_receipt_and_a_write_off_at_once_never_take_the_same_cent(t: TestEnv) {
        let s = trade(t, false).await;
        s.m.settings(SettingsPatch { single_handed: Some([(Currency::EUR, 500_000)].into()), ..SettingsPatch::default() }).await;
        let mut orders = Vec::new();
        for _ in 0..4 {
            orders.push(s.sold(1).await);
        }
        let total = orders[0].total_minor;
        let mut tries = testkit::tokio::task::JoinSet::new();
        for order in &orders {
            let owed = s.owed(order).await;
            for n in 0..2 {
                let (ctx, id) = (s.m.t.operator(), owed.id);
                tries.spawn(async move { give_up(&ctx, id, total).await.is_ok() });
                let (ctx, number) = (s.m.t.operator(), order.number.clone());
                tries.spawn(async move {
                    let input = payments::TransferReceived {
                        reference: number.clone(), amount: Money::new(total, Currency::EUR),
                        bank_reference: format!("{number} {n}"), received_at: None,
                    };
                    payments::transfer_received(&ctx, input).await.unwrap();
                    false
                });
            }
        }
        tries.join_all().await;
        settle(&s.m).await;
        // Two receipts of each order: one paid it, before or after it was given up, the other one waits or is credit.
        for order in &orders {
            assert_eq!(s.m.order(order).await.owed_minor, 0);
        }
        assert_eq!((s.held("asset:buyer:receivable").await, s.held("expense:bad_debt").await), (0, 0));
        assert_eq!(s.held("asset:bank").await, 8 * total);
        assert_eq!(s.line().await, (0, 0, 100_000));
        sound(&s.m).await;
    }

    async fn what_is_too_much_pays_the_later_parcels_and_then_is_the_companys(t: TestEnv) {
        let s = trade(t, false).await;
        let eve = registered(&s.m, "eve@example.org", "en").await;
        let others = company(&s.m, &eve).await;
        agreed(&s.m, others, false).await;
        let order = bought(&s.m, &s.bea, s.works, &s.anna, s.lamp, 3).await;
        for _ in 0..2 {
            s.anna.ship(&s.m.part(&order, &s.anna).await, Some(1)).await.unwrap();
            settle(&s.m).await;
            s.m.t.clock.advance(chrono::Duration::days(1));
        }
        let owed: Vec<Receivable> = receivables_of_seen_orders(&s.m.t.operator(), &[order.id]).await.unwrap()[&order.id].clone();
        let (first, second) = (owed[0].open_minor(), owed[1].open_minor());
        transfer(&s.m, &order, first + 1, "bank 1").await;
        let open = async || {
            let now = receivables_of_seen_orders(&s.m.t.operator(), &[order.id]).await.unwrap();
            now[&order.id].iter().map(Receivable::open_minor).collect::<Vec<_>>()
        };
        assert_eq!(open().await, [0, second - 1], "the one that is due first, then the next");
        transfer(&s.m, &order, second - 1 + 700, "bank 2").await;
        assert_eq!((open().await, s.credit().await[0].0), (vec![0, 0], 700));
        assert_eq!(s.held("liability:buyer_credit").await, 700);
        sound(&s.m).await;

        // It pays the third parcel in part; the rest of it goes back.
        s.anna.ship(&s.m.part(&order, &s.anna).await, None).await.unwrap();
        settle(&s.m).await;
        let account = s.credit().await[0].1;
        let eur = |minor| Money::new(minor, Currency::EUR);
        let using = |key: &str, most| UseCompanyCredit { idempotency_key: key.to_owned(), account, order: order.id, most };
        assert_eq!(use_company_credit(&s.m.t.operator(), using("u0", Some(eur(701)))).await.unwrap_err().code(), "CREDIT_TOO_LOW");
        assert_eq!(use_company_credit(&s.bea, using("u0", None)).await.unwrap_err().code(), "FORBIDDEN");
        let desk = s.m.t.operator();
        for _ in 0..2 {
            use_company_credit(&desk, using("u1", Some(eur(500)))).await.unwrap();
        }
        settle(&s.m).await;
        let third = open().await[2];
        assert_eq!((third, s.credit().await[0].0), (second - 500, 200), "the same key again does nothing");
        let sending = |key: &str, minor| ReturnCompanyCredit {
            idempotency_key: key.to_owned(), account, amount: eur(minor), bank_reference: "out 1".to_owned(),
        };
        assert_eq!(return_company_credit(&s.m.t.operator(), sending("r0", 201)).await.unwrap_err().code(), "CREDIT_TOO_LOW");
        return_company_credit(&s.m.t.operator(), sending("r1", 200)).await.unwrap();
        settle(&s.m).await;
        assert_eq!((s.credit().await[0].0, s.held("liability:buyer_credit").await), (0, 0));
        assert_eq!(s.held("asset:bank").await, first + second + 700 - 200);
        assert_eq!(s.held("asset:buyer:receivable").await, third);
        // Nobody pays with the credit of another company.
        transfer(&s.m, &order, third + 50, "bank 3").await;
        let foreign = bought(&s.m, &eve, others, &s.anna, s.lamp, 1).await;
        s.anna.ship(&s.m.part(&foreign, &s.anna).await, None).await.unwrap();
        settle(&s.m).await;
        let input = UseCompanyCredit { order: foreign.id, ..using("u2", None) };
        let refused = use_company_credit(&s.m.t.operator(), input).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("NOT_OF_COMPANY", Some("orderId")));
        sound(&s.m).await;
    }

    async fn a_rejected_write_off_moves_nothing_and_can_be_asked_for_again(t: TestEnv) {
        let s = trade(t, false).await;
        let order = s.sold(1).await;
        let owed = s.owed(&order).await;
        let asked = s.ask(&s.m.t.operator(), &owed).await.unwrap();
        let done = s.decide(&s.m.t.system(), &asked, false).await.unwrap();
        assert_eq!((done.state, s.line().await.0), (EntryState::Rejected, order.total_minor));
        let again = s.ask(&s.m.t.operator(), &owed).await.unwrap();
        // Less is open than was asked for.
        transfer(&s.m, &order, 1, "bank 1").await;
        assert_eq!(s.decide(&s.m.t.system(), &again, true).await.unwrap_err().code(), "STALE_VERSION");
        sound(&s.m).await;
    }
}

async fn give_up(ctx: &Ctx, receivable_id: ReceivableId, minor: i64) -> Result<WriteOff, billing::Error> {
    let expected_open = Money::new(minor, Currency::EUR);
    request_write_off(ctx, RequestWriteOff { receivable_id, expected_open, reason: "insolvent".to_owned() }).await
}

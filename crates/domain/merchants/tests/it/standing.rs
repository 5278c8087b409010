use chrono::Duration;
use kernel::{Fault as _, PageArgs};
use marketplace::command::{EditSettings, edit_settings};
use marketplace::{MerchantSettings, SettingsPatch};
use merchants::{
    Axis, BankAccount, ChangeKyc, ChangePayoutAccount, EditBank, KycState, KycTransition, Merchant, PayoutState,
    PayoutTransition, Status, change_kyc, change_payout_account, edit_bank, get, payout_accounts_on, steps, submit_kyc,
    turn_due,
};
use testkit::TestEnv;

use super::{history, make};

async fn rules(t: &TestEnv, merchants: MerchantSettings) {
    let patch = SettingsPatch { merchants: Some(merchants), ..SettingsPatch::default() };
    let version = marketplace::snapshot(&t.operator()).await.unwrap().settings_version;
    edit_settings(&t.operator(), EditSettings { expected_version: version, patch, reason: None }).await.unwrap();
}

fn kyc(merchant: &Merchant, transition: KycTransition, reason: Option<&str>) -> ChangeKyc {
    ChangeKyc {
        id: merchant.id,
        expected_version: merchant.version,
        transition,
        reason_code: None,
        reason: reason.map(str::to_owned),
        expires_at: None,
    }
}

fn account(merchant: &Merchant, transition: PayoutTransition, reason: Option<&str>) -> ChangePayoutAccount {
    ChangePayoutAccount {
        id: merchant.id,
        expected_version: merchant.version,
        transition,
        reason_code: None,
        reason: reason.map(str::to_owned),
    }
}

fn bank(merchant: &Merchant, iban: Option<&str>) -> EditBank {
    let account = iban.map(|iban| BankAccount::parse(iban, "Ann Example").unwrap());
    EditBank { id: merchant.id, expected_version: merchant.version, account }
}

const ONE: &str = "DE89370400440532013000";
const OTHER: &str = "AT611904300234573201";

testkit::both_databases! {
    async fn who_has_to_show_who_it_is_is_not_paid_before(t: TestEnv) {
        let ctx = t.operator();
        rules(&t, MerchantSettings { kyc_required: true, ..MerchantSettings::default() }).await;
        let made = make(&ctx, "Kettle").await;
        assert_eq!(made.kyc.state, KycState::PendingSubmission);
        let named = edit_bank(&ctx, bank(&made, Some(ONE))).await.unwrap();
        let obstacle = async || payout_accounts_on(ctx.read(), &[made.id]).await.unwrap()[&made.id].obstacle(false);
        assert_eq!((named.can_be_paid(), obstacle().await), (false, Some("kyc_open")));
        let staff = t.merchant(made.id);
        let sent = submit_kyc(&staff, made.id, named.version).await.unwrap();
        assert_eq!(change_kyc(&staff, kyc(&sent, KycTransition::Approve, None)).await.unwrap_err().code(), "FORBIDDEN");
        let error = change_kyc(&ctx, kyc(&sent, KycTransition::Refuse, None)).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("REQUIRED", Some("reason")));
        let refused = change_kyc(&ctx, kyc(&sent, KycTransition::Refuse, Some("Not readable"))).await.unwrap();
        assert_eq!((refused.kyc.state, refused.kyc.reason.as_deref()), (KycState::Refused, Some("Not readable")));
        assert_eq!(submit_kyc(&staff, made.id, refused.version).await.unwrap_err().code(), "INVALID_TRANSITION");
        let again = change_kyc(&ctx, kyc(&refused, KycTransition::Require, None)).await.unwrap();
        let sent = submit_kyc(&staff, made.id, again.version).await.unwrap();
        let good = change_kyc(&ctx, kyc(&sent, KycTransition::Approve, None)).await.unwrap();
        assert_eq!((good.can_be_paid(), obstacle().await), (true, None));
        let kept = steps(&ctx, Some(made.id), &PageArgs::first(20)).await.unwrap().into_rows();
        let of_kyc: Vec<&str> = kept.iter().rev().filter(|s| s.axis == Axis::Kyc).map(|s| s.transition.as_str()).collect();
        assert_eq!(of_kyc, ["submit", "refuse", "require", "submit", "approve"]);
    }

    async fn papers_that_are_too_old_restrict_by_the_clock_and_good_ones_lift_it(t: TestEnv) {
        let ctx = t.operator();
        let made = make(&ctx, "Kettle").await;
        let asked = change_kyc(&ctx, kyc(&made, KycTransition::Require, None)).await.unwrap();
        let sent = submit_kyc(&ctx, made.id, asked.version).await.unwrap();
        let until = ctx.now() + Duration::days(10);
        let past = ChangeKyc { expires_at: Some(ctx.now()), ..kyc(&sent, KycTransition::Approve, None) };
        assert_eq!(change_kyc(&ctx, past).await.unwrap_err().field().as_deref(), Some("expiresAt"));
        let good = ChangeKyc { expires_at: Some(until), ..kyc(&sent, KycTransition::Approve, None) };
        let good = change_kyc(&ctx, good).await.unwrap();
        assert_eq!(turn_due(&t.system(), 10).await.unwrap(), 0);
        t.clock.advance(Duration::days(10));
        assert_eq!(turn_due(&t.system(), 10).await.unwrap(), 1);
        assert_eq!(turn_due(&t.system(), 10).await.unwrap(), 0);
        let old = get(&ctx, made.id).await.unwrap();
        assert_eq!((old.kyc.state, old.status, old.reason_code.as_deref()), (KycState::Expired, Status::Restricted, Some("papers_expired")));
        assert_eq!(old.effects, MerchantSettings::default().effects_of("papers_expired"));
        assert_eq!(old.version, good.version + 2);
        let asked = change_kyc(&ctx, kyc(&old, KycTransition::Require, None)).await.unwrap();
        let sent = submit_kyc(&ctx, made.id, asked.version).await.unwrap();
        let good = change_kyc(&ctx, kyc(&sent, KycTransition::Approve, None)).await.unwrap();
        assert_eq!((good.kyc.state, good.status, good.effects), (KycState::Approved, Status::Active, None));
        assert_eq!(turn_due(&t.merchant(made.id), 10).await.unwrap_err().code(), "FORBIDDEN");
    }

    async fn of_nodes_that_turn_at_once_one_does(t: TestEnv) {
        let ctx = t.operator();
        let made = make(&ctx, "Kettle").await;
        let asked = change_kyc(&ctx, kyc(&made, KycTransition::Require, None)).await.unwrap();
        let sent = submit_kyc(&ctx, made.id, asked.version).await.unwrap();
        let good = ChangeKyc { expires_at: Some(ctx.now() + Duration::days(1)), ..kyc(&sent, KycTransition::Approve, None) };
        change_kyc(&ctx, good).await.unwrap();
        t.clock.advance(Duration::days(1));
        let before = history(&ctx, &made).await.len();
        let runs: Vec<_> = (0..8).map(|_| {
            let system = t.system();
            tokio::spawn(async move { turn_due(&system, 10).await.unwrap() })
        }).collect();
        let mut turned = 0;
        for run in runs {
            turned += run.await.unwrap();
        }
        assert_eq!(turned, 1);
        assert_eq!(history(&ctx, &made).await.len(), before + 2);
    }

    async fn an_account_is_verified_restricted_and_never_whitewashed(t: TestEnv) {
        let ctx = t.operator();
        rules(&t, MerchantSettings { verify_bank_accounts: true, ..MerchantSettings::default() }).await;
        let made = make(&ctx, "Kettle").await;
        assert_eq!(made.payout.state, PayoutState::None);
        let named = edit_bank(&t.merchant(made.id), bank(&made, Some(ONE))).await.unwrap();
        assert_eq!((named.payout.state, named.can_be_paid()), (PayoutState::Pending, false));
        let obstacle = async || payout_accounts_on(ctx.read(), &[made.id]).await.unwrap()[&made.id].obstacle(false);
        assert_eq!(obstacle().await, Some("account_unverified"));
        let own = change_payout_account(&t.merchant(made.id), account(&named, PayoutTransition::Verify, None)).await;
        assert_eq!(own.unwrap_err().code(), "FORBIDDEN");
        let good = change_payout_account(&ctx, account(&named, PayoutTransition::Verify, None)).await.unwrap();
        assert_eq!((good.payout.state, good.can_be_paid(), obstacle().await), (PayoutState::Active, true, None));
        rules(&t, MerchantSettings::default()).await;
        let unsaid = change_payout_account(&ctx, account(&good, PayoutTransition::Restrict, None)).await;
        assert_eq!(unsaid.unwrap_err().field().as_deref(), Some("reason"));
        let held = change_payout_account(&ctx, account(&good, PayoutTransition::Restrict, Some("Odd"))).await.unwrap();
        assert_eq!((held.payout.reason.as_deref(), obstacle().await), (Some("Odd"), Some("account_restricted")));
        // Neither taking it away nor naming another one makes it good again.
        assert_eq!(edit_bank(&ctx, bank(&held, None)).await.unwrap_err().code(), "INVALID_TRANSITION");
        let other = edit_bank(&ctx, bank(&held, Some(OTHER))).await.unwrap();
        assert_eq!(other.payout.state, PayoutState::Pending);
        let rejected = change_payout_account(&ctx, account(&other, PayoutTransition::Reject, Some("Not theirs"))).await.unwrap();
        assert_eq!(obstacle().await, Some("account_rejected"));
        let back = edit_bank(&ctx, bank(&rejected, Some(ONE))).await.unwrap();
        let gone = edit_bank(&ctx, bank(&back, None)).await.unwrap();
        assert_eq!((gone.payout.state, obstacle().await), (PayoutState::None, Some("no_bank_account")));
    }
}

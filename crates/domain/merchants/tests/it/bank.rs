use kernel::Fault as _;
use merchants::{BankAccount, EditBank, bank_account, edit_bank, edit_profile, get, payout_accounts_on};

use super::{history, make, rename};

testkit::both_databases! {
    async fn the_account_is_set_masked_and_removed(t: TestEnv) {
        let ctx = t.operator();
        let own = make(&ctx, "Own").await;
        let staff = t.merchant(own.id);
        let account = BankAccount::parse("DE89 3704 0044 0532 0130 00", "Own GmbH").unwrap();
        let edit = EditBank { id: own.id, expected_version: 1, account: Some(account.clone()) };
        let edited = edit_bank(&staff, edit.clone()).await.unwrap();
        assert_eq!(edited.bank.as_ref().unwrap().masked_iban, "DE••3000");
        assert_eq!(get(&ctx, own.id).await.unwrap(), edited);
        assert_eq!(bank_account(&staff, own.id).await.unwrap(), Some(account.clone()));
        let paid = &payout_accounts_on(ctx.read(), &[own.id]).await.unwrap()[&own.id];
        assert_eq!((paid.bank.as_ref(), paid.bank_changed_at), (Some(&account), Some(ctx.now())));
        assert_eq!(edit_bank(&staff, edit).await.unwrap_err().code(), "STALE_VERSION");

        // Other edits leave it alone.
        edit_profile(&staff, rename(&edited, "Neu")).await.unwrap();
        assert_eq!(bank_account(&staff, own.id).await.unwrap(), Some(account));
        let removed = edit_bank(&staff, EditBank { id: own.id, expected_version: 3, account: None }).await.unwrap();
        assert_eq!(removed.bank, None);
        assert_eq!(bank_account(&ctx, own.id).await.unwrap(), None);
        let told = format!("{:?}", history(&ctx, &own).await);
        assert!(told.contains("DE••3000") && !told.contains("37040044"));
    }
}

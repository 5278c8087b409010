//! Mails to merchants about where they stand.

use kernel::id::AssetId;
use merchants::{
    BankAccount, ChangeKyc, ChangePayoutAccount, ChangeStatus, CreateMerchant, DecideAppeal, EditBank, HandInDocument,
    KycTransition, Merchant, PayoutTransition, ReviewDocument,
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::stage::{market, subjects, told};
use crate::support::{Market, Shop};

const BLOCKED: &str = "Your shop on";
const MISSING: &str = "Something is missing";

async fn seen(m: &Market, shop: &Shop) -> Merchant {
    merchants::get(&m.t.operator(), shop.id).await.unwrap()
}

async fn because(m: &Market, shop: &Shop, code: Option<&str>, words: &str) -> ChangeStatus {
    ChangeStatus {
        id: shop.id,
        expected_version: seen(m, shop).await.version,
        reason_code: code.map(str::to_owned),
        reason: Some(words.to_owned()),
    }
}

/// A file of the merchant, as if it had been uploaded.
pub async fn file(m: &Market, shop: &Shop) -> AssetId {
    let id: AssetId = m.t.operator().new_id();
    let tx = m.t.world.db.begin_write().await.unwrap();
    let now = m.t.operator().now();
    let mark = |n: u32| if tx.get_database_backend() == DbBackend::Postgres { format!("${n}") } else { "?".to_owned() };
    let [asset, owner, expires, created, updated] = [1, 2, 3, 4, 5].map(mark);
    let sql = format!(
        "INSERT INTO asset (id, merchant_id, kind, filename, filename_fold, content_type, byte_size, state, upload_key,
        object_key, thumbnail_state, alt, expires_at, version, created_at, updated_at)
        VALUES ({asset}, {owner}, 'document', 'licence.pdf', 'licence.pdf', 'application/pdf', 1, 'ready', 'up', 'there',
        'none', '', {expires}, 1, {created}, {updated})"
    );
    let values = [id.into(), shop.id.into(), now.into(), now.into(), now.into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

testkit::both_databases! {
    async fn a_merchant_is_told_once_what_was_decided_about_it(t: TestEnv) {
        let (m, captured) = market(t).await;
        let anna = m.shop("anna").await;
        let operator = m.t.operator();
        let fake = because(&m, &anna, Some("counterfeit"), "The handles are <not> theirs").await;
        merchants::suspend(&operator, fake).await.unwrap();
        m.drain().await;
        m.drain().await;
        let blocked = told(&captured, BLOCKED);
        assert_eq!((blocked.len(), blocked[0].to.as_str()), (1, "anna@example.org"));
        for said in ["Why: The handles are <not> theirs", "You accept and send nothing", "Payouts wait", "look at it again until"] {
            assert!(blocked[0].text.contains(said), "{said} in {}", blocked[0].text);
        }
        let appeal = merchants::appeal(&anna.staff, anna.id, "We have the invoices.").await.unwrap();
        let answer = "They name another model.".to_owned();
        let decide = DecideAppeal { id: appeal.id, expected_version: 1, grant: false, answer };
        merchants::decide_appeal(&operator, decide).await.unwrap();
        m.drain().await;
        let upheld = told(&captured, "The block of your shop stays");
        assert_eq!(upheld.len(), 1);
        assert!(upheld[0].text.contains("They name another model."), "{}", upheld[0].text);
        // What lifts a block is no mail about a block; another block is another mail.
        merchants::reopen(&operator, because(&m, &anna, None, "Mended").await).await.unwrap();
        m.t.clock.advance(chrono::Duration::minutes(1));
        merchants::restrict(&operator, because(&m, &anna, Some("late_shipments"), "Too late too often").await).await.unwrap();
        m.drain().await;
        let blocked = told(&captured, BLOCKED);
        assert_eq!(blocked.len(), 2);
        assert!(blocked[1].text.contains("What you have earned is paid as usual."), "{}", blocked[1].text);
        let appeal = merchants::appeal(&anna.staff, anna.id, "The carrier was on strike.").await.unwrap();
        let decide = DecideAppeal { id: appeal.id, expected_version: 1, grant: true, answer: "So it was.".to_owned() };
        merchants::decide_appeal(&operator, decide).await.unwrap();
        m.drain().await;
        assert_eq!(told(&captured, "The block of your shop is lifted").len(), 1);
        // Lifted by the operator it is told once, lifted on appeal with the answer only.
        let again = told(&captured, "You can sell again");
        assert_eq!(again.len(), 1);
        assert!(again[0].text.contains("Why: Mended"), "{}", again[0].text);
        assert_eq!(subjects(&captured, "anna@example.org").len(), 5, "{:?}", subjects(&captured, "anna@example.org"));
    }

    async fn whoever_applies_is_told_what_came_of_it(t: TestEnv) {
        let (m, captured) = market(t).await;
        let operator = m.t.operator();
        let profile = merchants::Profile {
            name: "Kettle & <Co>".to_owned(),
            contact_email: "kettle@example.org".to_owned(),
            country: "DE".to_owned(),
            handling_days: 2,
            auto_accept: false,
        };
        let legal = merchants::Legal { legal_name: "Kettle".to_owned(), country: "DE".to_owned(), ..merchants::Legal::default() };
        let applied = CreateMerchant {
            profile, slug: None, legal, merchant_type: None, tier: None, commission_vat_ppm: None, approved: false, owner: None,
        };
        let mut seen = merchants::create(&operator, applied).await.unwrap();
        let staff = m.t.merchant(seen.id);
        let why = |seen: &Merchant, reason: Option<&str>| ChangeStatus {
            id: seen.id, expected_version: seen.version, reason_code: None, reason: reason.map(str::to_owned),
        };
        seen = merchants::admit(&operator, why(&seen, None)).await.unwrap();
        seen = merchants::submit(&staff, why(&seen, None)).await.unwrap();
        seen = merchants::reject(&operator, why(&seen, Some("Not our kind of goods"))).await.unwrap();
        seen = merchants::revive(&operator, why(&seen, Some("We talked"))).await.unwrap();
        seen = merchants::submit(&staff, why(&seen, None)).await.unwrap();
        merchants::approve(&operator, why(&seen, None)).await.unwrap();
        m.drain().await;
        m.drain().await;
        let mut told = subjects(&captured, "kettle@example.org");
        told.sort();
        assert_eq!(told, ["You can sell on Souk", "Your application to Souk", "Your shop on Souk: what we need from you"]);
        let rejected = captured.messages().into_iter().find(|mail| mail.subject.starts_with("Your application")).unwrap();
        assert!(rejected.text.contains("Hello Kettle & <Co>") && rejected.text.contains("Why: Not our kind of goods"), "{}", rejected.text);
    }

    async fn what_is_sent_back_says_what_is_missing(t: TestEnv) {
        let (m, captured) = market(t).await;
        let anna = m.shop("anna").await;
        let operator = m.t.operator();
        let kyc = async |transition, reason: Option<&str>| {
            let expected_version = seen(&m, &anna).await.version;
            let reason = reason.map(str::to_owned);
            let change = ChangeKyc { id: anna.id, expected_version, transition, reason_code: None, reason, expires_at: None };
            merchants::change_kyc(&operator, change).await.unwrap();
        };
        kyc(KycTransition::Require, None).await;
        merchants::submit_kyc(&anna.staff, anna.id, seen(&m, &anna).await.version).await.unwrap();
        kyc(KycTransition::Refuse, Some("The passport cannot be read")).await;
        m.drain().await;
        let asset = file(&m, &anna).await;
        let licence = HandInDocument {
            merchant: anna.id, kind: "trade_licence".to_owned(), title: "Trade licence".to_owned(), number: None, issuer: None,
            asset, expires_on: None,
        };
        let first = merchants::hand_in_document(&anna.staff, licence.clone()).await.unwrap();
        let note = Some("Page two is missing".to_owned());
        let review = ReviewDocument { id: first.id, expected_version: 1, approve: false, note };
        merchants::review_document(&operator, review).await.unwrap();
        m.drain().await;
        let second = merchants::hand_in_document(&anna.staff, licence).await.unwrap();
        let review = ReviewDocument { id: second.id, expected_version: 1, approve: true, note: None };
        merchants::review_document(&operator, review).await.unwrap();
        m.drain().await;
        let account = BankAccount::parse("DE89370400440532013000", "Anna").unwrap();
        let bank = EditBank { id: anna.id, expected_version: seen(&m, &anna).await.version, account: Some(account) };
        merchants::edit_bank(&anna.staff, bank).await.unwrap();
        let decide = async |transition, reason: &str| {
            let change = ChangePayoutAccount {
                id: anna.id, expected_version: seen(&m, &anna).await.version, transition, reason_code: None,
                reason: Some(reason.to_owned()),
            };
            merchants::change_payout_account(&operator, change).await.unwrap();
        };
        decide(PayoutTransition::Restrict, "It is looked at").await;
        m.drain().await;
        let told = told(&captured, MISSING);
        let expected = [
            ["Your papers do not show yet who you are.", "The passport cannot be read"],
            ["We could not accept your document \"Trade licence\".", "Page two is missing"],
        ];
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for (mail, words) in told.iter().zip(expected) {
            assert!(words.iter().all(|words| mail.text.contains(words)), "{words:?} in {}", mail.text);
        }
    }
}

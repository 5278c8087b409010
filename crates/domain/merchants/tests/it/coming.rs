use chrono::Duration;
use context::WriteTx;
use kernel::id::{AssetId, MerchantId};
use kernel::{Fault as _, PageArgs};
use marketplace::command::{EditSettings, edit_settings};
use marketplace::{MerchantSettings, SettingsPatch};
use merchants::{
    AcceptAgreement, Agreement, Applicant, Apply, CreateMerchant, EditLegal, EditPlan, HandInDocument, Item, ItemKind,
    ItemState, Legal, Merchant, Profile, Progress, ProgressSource, PublishAgreement, Status, WaiveItem,
    accept_agreement, acceptances, admit, apply, approve, coming, create, edit_legal, edit_plan, get, hand_in_document,
    note_progress, onboarding, publish_agreement, selling_terms_on, stuck, submit, waive_item, welcome,
};
use testkit::TestEnv;

use super::{because, make, named};

fn item(code: &str, kind: ItemKind, subject: Option<&str>, count: Option<i64>) -> Item {
    Item {
        code: code.to_owned(),
        kind,
        title: format!("Bring {code}"),
        required: true,
        subject: subject.map(str::to_owned),
        count,
    }
}

fn application(email: &str) -> Apply {
    identity::set_password_cost(identity::PasswordCost::CHEAP);
    Apply {
        profile: Profile {
            name: "Kettle".to_owned(),
            contact_email: "shop@kettle.example".to_owned(),
            country: "DE".to_owned(),
            handling_days: 1,
            auto_accept: false,
        },
        legal: Legal { legal_name: "Kettle GmbH".to_owned(), country: "DE".to_owned(), ..Legal::default() },
        merchant_type: None,
        applicant: Some(Applicant {
            email: email.to_owned(),
            name: "Ann Example".to_owned(),
            password: "correct horse battery".to_owned(),
        }),
    }
}

async fn planned(t: &TestEnv, items: Vec<Item>) {
    let edit = EditPlan { merchant_type: "standard".to_owned(), expected_version: 0, items };
    edit_plan(&t.operator(), edit).await.unwrap();
}

async fn published(t: &TestEnv, body: &str, grace: i64) -> Agreement {
    let ctx = t.operator();
    let input = PublishAgreement {
        code: "terms".to_owned(),
        title: "Terms".to_owned(),
        body: body.to_owned(),
        types: Vec::new(),
        change_note: None,
        valid_from: None,
        grace_until: Some(ctx.now() + Duration::days(grace)),
    };
    publish_agreement(&ctx, input).await.unwrap()
}

fn accepting(merchant: MerchantId, agreement: &Agreement) -> AcceptAgreement {
    AcceptAgreement { merchant, agreement: agreement.id, sha256: agreement.sha256.clone() }
}

async fn states(t: &TestEnv, merchant: MerchantId) -> Vec<(String, ItemState)> {
    let checked = onboarding(&t.merchant(merchant), merchant).await.unwrap();
    checked.into_iter().map(|checked| (checked.item.code, checked.state)).collect()
}

struct Counted(Progress);

impl ProgressSource for Counted {
    async fn progress(&self, _: &WriteTx, _: MerchantId) -> Result<Progress, context::Error> {
        Ok(self.0)
    }
}

async fn onboarded(t: &TestEnv) -> Merchant {
    let made = create(&t.operator(), CreateMerchant { approved: false, ..named("Kettle") }).await.unwrap();
    admit(&t.operator(), because(&made, "Welcome")).await.unwrap()
}

testkit::both_databases! {
    async fn who_applies_proves_the_address_before_it_is_taken_in(t: TestEnv) {
        let visitor = t.anonymous();
        let applied = apply(&visitor, application("ann@kettle.example")).await.unwrap();
        assert_eq!((applied.status, applied.slug.as_str(), applied.payout.state.as_str()), (Status::Applied, "kettle", "none"));
        let ctx = t.operator();
        let seen = get(&ctx, applied.id).await.unwrap();
        assert_eq!(admit(&ctx, because(&seen, "Welcome")).await.unwrap_err().code(), "EMAIL_UNPROVEN");
        assert_eq!(approve(&ctx, because(&seen, "Welcome")).await.unwrap_err().code(), "EMAIL_UNPROVEN");
        let taken = apply(&visitor, application("ann@kettle.example")).await.unwrap_err();
        assert_eq!((taken.code(), taken.field().as_deref()), ("TAKEN", Some("applicant.email")));
        let weak = Applicant { email: "bea@kettle.example".to_owned(), name: "Bea".to_owned(), password: "x".to_owned() };
        let weak = apply(&visitor, Apply { applicant: Some(weak), ..application("") }).await.unwrap_err();
        assert_eq!(weak.field().as_deref(), Some("applicant.password"));
        let nobody = apply(&visitor, Apply { applicant: None, ..application("") }).await.unwrap_err();
        assert_eq!((nobody.code(), nobody.field().as_deref()), ("REQUIRED", Some("applicant")));
        // The applicant signs in, acts for the merchant, and sees nothing else.
        let input = identity::SignIn {
            email: "ann@kettle.example".to_owned(), password: "correct horse battery".to_owned(), user_agent: None,
        };
        let signed = identity::sign_in(&visitor, input).await.unwrap().done().unwrap();
        let staff = identity::authenticate(&t.world, Some(signed.token.reveal()), Some(applied.id), visitor.origin().clone()).await.unwrap();
        assert_eq!(get(&staff, applied.id).await.unwrap(), seen);
        // With an account one applies for a second one, without another address.
        let second = apply(&staff, Apply { applicant: None, ..application("") }).await.unwrap();
        assert_eq!(second.applied_by, staff.actor().user());
        assert_ne!(second.slug, applied.slug);
    }

    async fn a_marketplace_that_is_not_open_takes_no_applications(t: TestEnv) {
        let closed = MerchantSettings { self_registration: false, ..MerchantSettings::default() };
        let patch = SettingsPatch { merchants: Some(closed), ..SettingsPatch::default() };
        edit_settings(&t.operator(), EditSettings { expected_version: 0, patch, reason: None }).await.unwrap();
        let error = apply(&t.anonymous(), application("ann@kettle.example")).await.unwrap_err();
        assert_eq!(error.code(), "REGISTRATION_CLOSED");
    }

    async fn an_accepted_invitation_begins_the_checklist_once(t: TestEnv) {
        let ctx = t.operator();
        let owner = merchants::Owner { email: "ann@kettle.example".to_owned(), name: "Ann".to_owned(), password: None };
        let made = create(&ctx, CreateMerchant { approved: false, owner: Some(owner), ..named("Kettle") }).await.unwrap();
        assert_eq!(made.status, Status::Invited);
        assert!(welcome(&t.system(), made.id).await.unwrap());
        assert!(!welcome(&t.system(), made.id).await.unwrap());
        assert_eq!(get(&ctx, made.id).await.unwrap().status, Status::Onboarding);
    }

    /// M1: a required item blocks the approval unless somebody waived it by name.
    async fn nothing_is_approved_before_the_checklist_is_done_or_waived(t: TestEnv) {
        let ctx = t.operator();
        planned(&t, vec![
            item("profile", ItemKind::Profile, None, None),
            item("terms", ItemKind::Agreement, Some("terms"), None),
            item("tax", ItemKind::TaxId, None, None),
            item("bank", ItemKind::BankAccount, None, None),
            item("place", ItemKind::Delivery, None, None),
            item("goods", ItemKind::ProductsAccepted, None, Some(2)),
            Item { required: false, ..item("licence", ItemKind::Document, Some("trade_licence"), None) },
        ]).await;
        let terms = published(&t, "Be kind.", 0).await;
        let made = onboarded(&t).await;
        let staff = t.merchant(made.id);
        assert!(states(&t, made.id).await.iter().all(|(_, state)| *state == ItemState::Missing));
        let early = submit(&staff, because(&made, "Done?")).await.unwrap_err();
        assert_eq!((early.code(), early.details().unwrap()["items"].as_array().unwrap().len()), ("CHECKLIST_OPEN", 6));

        let version = get(&ctx, made.id).await.unwrap().version;
        let legal = Legal {
            registration_number: Some("HRB 1".to_owned()), street: Some("Quai 1".to_owned()), city: Some("Ulm".to_owned()),
            postal_code: Some("89073".to_owned()), tax_id: Some("DE136695975".to_owned()), ..made.legal.clone()
        };
        let edited = edit_legal(&staff, EditLegal { id: made.id, expected_version: version, legal: legal.clone() }).await.unwrap();
        let wrong = onboarding(&staff, made.id).await.unwrap().remove(2);
        assert_eq!((wrong.state, wrong.detail.as_deref()), (ItemState::Missing, Some("has check digits that do not fit")));
        let legal = Legal { tax_id: Some("DE136695976".to_owned()), ..legal };
        edit_legal(&staff, EditLegal { id: made.id, expected_version: edited.version, legal }).await.unwrap();
        accept_agreement(&staff, accepting(made.id, &terms)).await.unwrap();
        let progress = Progress { products_loaded: 3, products_accepted: 1, locations: 1 };
        assert!(note_progress(&t.system(), made.id, &Counted(progress)).await.unwrap());
        let waive = WaiveItem { merchant: made.id, item: "bank".to_owned(), reason: "Paid by Stripe".to_owned() };
        assert_eq!(waive_item(&staff, waive.clone()).await.unwrap_err().code(), "FORBIDDEN");
        waive_item(&ctx, waive.clone()).await.unwrap();
        assert_eq!(waive_item(&ctx, waive.clone()).await.unwrap_err().code(), "TAKEN");
        let unknown = WaiveItem { item: "none".to_owned(), ..waive };
        assert_eq!(waive_item(&ctx, unknown).await.unwrap_err().code(), "NOT_FOUND");
        let done = |code: &str, state| (code.to_owned(), state);
        assert_eq!(states(&t, made.id).await, [
            done("profile", ItemState::Done), done("terms", ItemState::Done), done("tax", ItemState::Done),
            done("bank", ItemState::Waived), done("place", ItemState::Done), done("goods", ItemState::Waiting),
            done("licence", ItemState::Missing),
        ]);
        // What lies with the operator does not keep the merchant from asking; it keeps the operator from approving.
        let sent = submit(&staff, because(&get(&ctx, made.id).await.unwrap(), "Done")).await.unwrap();
        let early = approve(&ctx, because(&sent, "Welcome")).await.unwrap_err();
        assert_eq!(early.details().unwrap()["items"], serde_json::json!(["goods"]));
        let held: Vec<_> = stuck(&ctx).await.unwrap().into_iter().map(|s| (s.item, s.with_merchant, s.with_operator)).collect();
        assert_eq!(held, [("goods".to_owned(), 0, 1)]);
        let waiting = coming(&ctx, None, &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(waiting.iter().map(|of| (of.merchant.id, of.open.len())).collect::<Vec<_>>(), [(made.id, 1)]);
        let progress = Progress { products_accepted: 2, ..progress };
        note_progress(&t.system(), made.id, &Counted(progress)).await.unwrap();
        let active = approve(&ctx, because(&sent, "Welcome")).await.unwrap();
        assert_eq!(active.status, Status::Active);
        assert!(!note_progress(&t.system(), made.id, &Counted(progress)).await.unwrap());
        assert!(coming(&ctx, None, &PageArgs::first(10)).await.unwrap().into_rows().is_empty());
    }

    /// S6 and F7: a new version has a time of grace, then selling stops; the acceptance is of the very words.
    async fn a_new_version_has_grace_then_nothing_is_sold_until_it_is_accepted(t: TestEnv) {
        let ctx = t.operator();
        let made = make(&ctx, "Kettle").await;
        let staff = t.merchant(made.id);
        let first = published(&t, "Be kind.", 10).await;
        assert_eq!((first.number, first.sha256.len()), (1, 64));
        let sells = async || selling_terms_on(ctx.read(), &[made.id]).await.unwrap()[&made.id].sells_at(ctx.now());
        assert!(sells().await);
        let other = AcceptAgreement { sha256: "00".repeat(32), ..accepting(made.id, &first) };
        let error = accept_agreement(&staff, other).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("HASH_MISMATCH", Some("sha256")));
        let strange = t.merchant(ctx.new_id());
        assert_eq!(accept_agreement(&strange, accepting(made.id, &first)).await.unwrap_err().code(), "NOT_FOUND");
        let once = accept_agreement(&staff, accepting(made.id, &first)).await.unwrap();
        let again = accept_agreement(&staff, accepting(made.id, &first)).await.unwrap();
        assert_eq!((once.id, once.at, once.actor.as_str()), (again.id, again.at, staff.actor().id().as_str()));
        t.clock.advance(Duration::days(20));
        assert!(sells().await);
        let second = published(&t, "Be kinder.", 30).await;
        t.clock.advance(Duration::days(30) - Duration::seconds(1));
        assert!(sells().await);
        t.clock.advance(Duration::seconds(1));
        assert!(!sells().await);
        assert!(merchants::turn_due(&t.system(), 10).await.unwrap() >= 1);
        accept_agreement(&staff, accepting(made.id, &second)).await.unwrap();
        assert!(sells().await);
        let evidence = acceptances(&staff, made.id).await.unwrap();
        assert_eq!(evidence.iter().map(|of| (of.number, of.sha256.as_str())).collect::<Vec<_>>(),
            [(1, first.sha256.as_str()), (2, second.sha256.as_str())]);
        assert!(acceptances(&strange, made.id).await.unwrap().is_empty());
        // Who comes after a version was published has no grace.
        let late = make(&ctx, "Late").await;
        assert!(!selling_terms_on(ctx.read(), &[late.id]).await.unwrap()[&late.id].sells_at(ctx.now()));
        accept_agreement(&t.merchant(late.id), accepting(late.id, &second)).await.unwrap();
        assert!(selling_terms_on(ctx.read(), &[late.id]).await.unwrap()[&late.id].sells_at(ctx.now()));
    }

    async fn of_many_acceptances_at_once_one_is_kept(t: TestEnv) {
        let ctx = t.operator();
        let made = make(&ctx, "Kettle").await;
        let terms = published(&t, "Be kind.", 10).await;
        let runs: Vec<_> = (0..8).map(|_| {
            let (staff, input) = (t.merchant(made.id), accepting(made.id, &terms));
            tokio::spawn(async move { accept_agreement(&staff, input).await.map(|of| of.id).map_err(|error| error.code()) })
        }).collect();
        let mut seen = Vec::new();
        for run in runs {
            seen.extend(run.await.unwrap().ok());
        }
        seen.dedup();
        assert_eq!(seen.len(), 1);
        assert_eq!(acceptances(&ctx, made.id).await.unwrap().len(), 1);
        assert!(get(&ctx, made.id).await.unwrap().agreements_due_at.is_none());
    }

    async fn a_checklist_that_is_wrong_names_what(t: TestEnv) {
        let ctx = t.operator();
        let edit = |items| EditPlan { merchant_type: "artisan".to_owned(), expected_version: 0, items };
        let field = async |items| edit_plan(&ctx, edit(items)).await.unwrap_err().field().unwrap();
        let profile = || item("profile", ItemKind::Profile, None, None);
        assert_eq!(field(vec![profile(), profile()]).await, "items.1.code");
        assert_eq!(field(vec![item("terms", ItemKind::Agreement, None, None)]).await, "items.0.subject");
        assert_eq!(field(vec![item("goods", ItemKind::ProductsLoaded, None, Some(0))]).await, "items.0.count");
        assert_eq!(edit_plan(&ctx, edit(vec![profile()])).await.unwrap().version, 1);
        assert_eq!(edit_plan(&ctx, edit(vec![])).await.unwrap_err().code(), "STALE_VERSION");
        let own = edit_plan(&t.merchant(ctx.new_id()), edit(vec![])).await;
        assert_eq!(own.unwrap_err().code(), "FORBIDDEN");
    }

    async fn a_document_is_a_file_of_the_merchant(t: TestEnv) {
        let made = onboarded(&t).await;
        let input = HandInDocument {
            merchant: made.id, kind: "trade_licence".to_owned(), title: "Licence".to_owned(), number: None, issuer: None,
            asset: t.operator().new_id::<AssetId>(), expires_on: None,
        };
        let error = hand_in_document(&t.merchant(made.id), input.clone()).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("NOT_USABLE", Some("assetId")));
        let strange = hand_in_document(&t.merchant(t.operator().new_id()), input.clone()).await;
        assert_eq!(strange.unwrap_err().code(), "NOT_FOUND");
        let past = HandInDocument { expires_on: Some(t.operator().now().date_naive() - Duration::days(1)), ..input };
        let error = hand_in_document(&t.merchant(made.id), past).await.unwrap_err();
        assert_eq!(error.field().as_deref(), Some("expiresOn"));
    }
}

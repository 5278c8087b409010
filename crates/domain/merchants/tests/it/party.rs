//! Addresses, contacts and tax ids of a counterparty, and notes about it.

use context::Ctx;
use kernel::{Fault as _, PageArgs};
use merchants::{
    AddressPurpose, ContactTopic, Counterparty, EditCounterparty, EditPlan, Item, ItemKind, ItemState, Merchant, Note,
    PartyAddress, PartyContact, TaxId, TaxIdKind, add_note, counterparties, edit_counterparty, edit_note, edit_plan,
    notes, onboarding, remove_note,
};
use testkit::tokio::task::JoinSet;

use super::make;

fn returns() -> PartyAddress {
    PartyAddress {
        purpose: AddressPurpose::Returns,
        name: None,
        line1: "Am Hafen 3".to_owned(),
        line2: None,
        postal_code: "20457".to_owned(),
        city: "Hamburg".to_owned(),
        region: None,
        country: "DE".to_owned(),
    }
}

fn bea() -> PartyContact {
    PartyContact {
        topic: ContactTopic::Finance,
        name: "Bea".to_owned(),
        email: Some("bea@kettle.example".to_owned()),
        phone: None,
    }
}

fn vat(number: &str) -> TaxId {
    TaxId { kind: TaxIdKind::Vat, country: "DE".to_owned(), number: number.to_owned() }
}

fn nothing(expected_version: i64) -> EditCounterparty {
    EditCounterparty { merchant: None, expected_version, addresses: None, contacts: None, tax_ids: None }
}

async fn known(ctx: &Ctx, merchant: &Merchant) -> Option<Counterparty> {
    counterparties(ctx, &[merchant.id]).await.unwrap().remove(&merchant.id)
}

async fn read(ctx: &Ctx, merchant: &Merchant) -> Vec<Note> {
    notes(ctx, Some(merchant.id), &PageArgs::first(10)).await.unwrap().into_rows()
}

testkit::both_databases! {
    async fn a_counterparty_has_several_addresses_contacts_and_tax_ids(t: TestEnv) {
        let ctx = t.operator();
        let anna = make(&ctx, "Anna").await;
        let staff = t.merchant(anna.id);
        assert_eq!(known(&staff, &anna).await, Some(Counterparty::unknown(anna.id)));
        let first = EditCounterparty {
            addresses: Some(vec![returns(), PartyAddress { purpose: AddressPurpose::Billing, ..returns() }]),
            contacts: Some(vec![bea()]),
            ..nothing(0)
        };
        let made = edit_counterparty(&staff, first).await.unwrap();
        assert_eq!((made.version, made.addresses.len(), made.contacts.len()), (1, 2, 1));
        // What is not named stays; the operator adds to it.
        let more = EditCounterparty { merchant: Some(anna.id), tax_ids: Some(vec![vat("DE136695976")]), ..nothing(1) };
        let more = edit_counterparty(&ctx, more).await.unwrap();
        assert_eq!((more.version, &more.addresses, more.tax_ids.len()), (2, &made.addresses, 1));
        assert_eq!(known(&staff, &anna).await, Some(more));
        let late = edit_counterparty(&staff, nothing(1)).await.unwrap_err();
        assert_eq!(late.code(), "STALE_VERSION");
        let wrong = EditCounterparty { tax_ids: Some(vec![vat("DE136695975")]), ..nothing(2) };
        let wrong = edit_counterparty(&staff, wrong).await.unwrap_err();
        assert_eq!((wrong.code(), wrong.field().as_deref()), ("CHECK_DIGIT", Some("taxIds.0.number")));
        // Each step has its author, before and after.
        let subject = anna.id.to_string();
        let steps = context::changes(&staff, &history::ChangeFilter::of("merchant_counterparty", &subject), &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(steps.len(), 2);
        assert_eq!((&steps[0].actor, &steps[1].actor), (&ctx.actor().id(), &staff.actor().id()));
        let ids = steps[0].fields.iter().find(|field| field.field == "taxIds").unwrap();
        assert_eq!(ids.after.as_ref().unwrap()[0]["number"], "DE136695976");
    }

    async fn a_vat_id_of_the_counterparty_meets_the_checklist(t: TestEnv) {
        let ctx = t.operator();
        let anna = make(&ctx, "Anna").await;
        let item = Item {
            code: "tax".to_owned(), kind: ItemKind::TaxId, title: "Tax".to_owned(), required: true, subject: None, count: None,
        };
        let plan = EditPlan { merchant_type: "standard".to_owned(), expected_version: 0, items: vec![item] };
        edit_plan(&ctx, plan).await.unwrap();
        let state = async || onboarding(&ctx, anna.id).await.unwrap()[0].state;
        assert_eq!(state().await, ItemState::Missing);
        let edit = EditCounterparty { tax_ids: Some(vec![vat("DE136695976")]), ..nothing(0) };
        edit_counterparty(&t.merchant(anna.id), edit).await.unwrap();
        assert_eq!(state().await, ItemState::Done);
    }

    async fn nobody_else_sees_or_changes_a_counterparty(t: TestEnv) {
        let ctx = t.operator();
        let (anna, bert) = (make(&ctx, "Anna").await, make(&ctx, "Bert").await);
        let edit = EditCounterparty { contacts: Some(vec![bea()]), ..nothing(0) };
        edit_counterparty(&t.merchant(anna.id), edit.clone()).await.unwrap();
        let stranger = t.merchant(bert.id);
        assert_eq!(known(&stranger, &anna).await, None);
        let foreign = EditCounterparty { merchant: Some(anna.id), expected_version: 1, ..edit.clone() };
        assert_eq!(edit_counterparty(&stranger, foreign).await.unwrap_err().code(), "NOT_FOUND");
        let subject = anna.id.to_string();
        let told = context::changes(&stranger, &history::ChangeFilter::of("merchant_counterparty", &subject), &PageArgs::first(10)).await.unwrap();
        assert_eq!(told.into_rows().len(), 0);
        assert_eq!(edit_counterparty(&t.anonymous(), edit).await.unwrap_err().code(), "UNAUTHENTICATED");
        let unnamed = edit_counterparty(&ctx, nothing(0)).await.unwrap_err();
        assert_eq!((unnamed.code(), unnamed.field().as_deref()), ("REQUIRED", Some("merchantId")));
    }

    async fn of_many_at_once_one_says_what_is_known(t: TestEnv) {
        let anna = make(&t.operator(), "Anna").await;
        let staff = t.merchant(anna.id);
        for version in 0..2 {
            let mut tasks = JoinSet::new();
            for _ in 0..8 {
                let (staff, edit) = (staff.clone(), EditCounterparty { contacts: Some(vec![bea()]), ..nothing(version) });
                tasks.spawn(async move { edit_counterparty(&staff, edit).await });
            }
            let mut done = 0;
            while let Some(result) = tasks.join_next().await {
                match result.unwrap() {
                    Ok(of) => {
                        assert_eq!(of.version, version + 1);
                        done += 1;
                    }
                    Err(error) => assert_eq!(error.code(), "STALE_VERSION"),
                }
            }
            assert_eq!(done, 1, "version {version}");
        }
    }

    async fn notes_are_the_operators_and_name_their_author(t: TestEnv) {
        let ctx = t.operator();
        let (anna, bert) = (make(&ctx, "Anna").await, make(&ctx, "Bert").await);
        let note = add_note(&ctx, anna.id, " Called twice.\nShe will send the licence. ").await.unwrap();
        assert_eq!((note.author_name.as_str(), note.version), (ctx.actor().name.as_str(), 1));
        let second = add_note(&ctx, anna.id, "She sent it.").await.unwrap();
        add_note(&ctx, bert.id, "Of Bert").await.unwrap();
        let edited = edit_note(&ctx, note.id, 1, "Called three times.").await.unwrap();
        assert_eq!((edited.version, edited.editor_name.as_deref()), (2, Some(ctx.actor().name.as_str())));
        assert_eq!(edit_note(&ctx, note.id, 1, "Late").await.unwrap_err().code(), "STALE_VERSION");
        assert_eq!(read(&ctx, &anna).await, [second.clone(), edited.clone()]);
        assert_eq!(add_note(&ctx, anna.id, " ").await.unwrap_err().field().as_deref(), Some("words"));
        // Neither the merchant it is about nor another one reads it, its history, or that it is there.
        for who in [t.merchant(anna.id), t.merchant(bert.id), t.anonymous(), t.buyer(ctx.new_id())] {
            assert!(notes(&who, Some(anna.id), &PageArgs::first(10)).await.is_err());
            assert!(add_note(&who, anna.id, "Hello").await.is_err());
            assert!(edit_note(&who, note.id, 2, "Hello").await.is_err());
            assert!(remove_note(&who, note.id, 2).await.is_err());
        }
        let subject = note.id.to_string();
        let told = context::changes(&t.merchant(anna.id), &history::ChangeFilter::of("merchant_note", &subject), &PageArgs::first(10)).await.unwrap();
        assert_eq!(told.into_rows().len(), 0);
        remove_note(&ctx, note.id, 2).await.unwrap();
        assert_eq!(remove_note(&ctx, note.id, 2).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(read(&ctx, &anna).await, [second]);
        let steps = context::changes(&ctx, &history::ChangeFilter::of("merchant_note", &subject), &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(steps.iter().map(|step| step.action.as_str()).collect::<Vec<_>>(), ["deleted", "edited", "created"]);
        let words = steps[1].fields.iter().find(|field| field.field == "words").unwrap();
        assert_eq!(words.after.as_ref().unwrap(), "Called three times.");
    }
}

//! What other systems tell of merchants.

use context::Ctx;
use kernel::{Fault as _, PageArgs};
use merchants::sync::{
    CreateSystem, EditSystem, Incoming, MessageFilter, PartyPatch, Seat, SyncField, SyncMessage, SyncState, SyncSystem,
    create_system, drop_messages, edit_system, link, links, messages, receive, replay, set_fields, systems, unlink,
};
use merchants::{EditCounterparty, EditLegal, Error, Merchant, counterparties, edit_counterparty, edit_legal, get};
use testkit::TestEnv;
use testkit::tokio::task::JoinSet;

use super::make;

const CRM: [SyncField; 2] = [SyncField::LegalName, SyncField::Addresses];

async fn crm(ctx: &Ctx) -> SyncSystem {
    let input = CreateSystem { code: "crm".to_owned(), name: "The CRM".to_owned(), fields: CRM.to_vec() };
    create_system(ctx, input).await.unwrap()
}

/// A message that calls the company by a name.
fn named(key: &str, revision: i64, name: &str) -> Incoming {
    let says = PartyPatch { legal_name: Some(name.to_owned()), ..PartyPatch::default() };
    Incoming { key: key.to_owned(), external_id: "C-1".to_owned(), revision, says }
}

async fn sent(ctx: &Ctx, message: Incoming) -> SyncMessage {
    receive(ctx, "crm", vec![message]).await.unwrap().remove(0)
}

async fn legal_name(ctx: &Ctx, merchant: &Merchant) -> String {
    get(ctx, merchant.id).await.unwrap().legal.legal_name
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> (&'static str, Option<String>) {
    let error = result.unwrap_err();
    (error.code(), error.field())
}

async fn told_of(t: &TestEnv, merchant: &Merchant) -> Vec<String> {
    let filter = history::ChangeFilter::of("merchant", merchant.id);
    let page = context::changes(&t.operator(), &filter, &PageArgs::first(20)).await.unwrap();
    page.into_rows().into_iter().map(|change| change.action).collect()
}

testkit::both_databases! {
    async fn a_system_tells_what_it_keeps_and_nothing_else(t: TestEnv) {
        let ctx = t.operator();
        let anna = make(&ctx, "Anna").await;
        let system = crm(&ctx).await;
        link(&ctx, system.id, " C-1 ", anna.id).await.unwrap();
        let mut message = named("m1", 1, "Anna Handels GmbH");
        message.says.seat = Some(Seat { street: None, postal_code: None, city: None, country: "XX".to_owned() });
        message.says.addresses = Some(Vec::new());
        let done = sent(&ctx, message).await;
        assert_eq!((done.state, done.merchant, done.body), (SyncState::Applied, Some(anna.id), None));
        assert_eq!((done.applied, done.ignored), (vec![SyncField::LegalName], vec![SyncField::Seat]));
        let now = get(&ctx, anna.id).await.unwrap();
        assert_eq!((now.legal.legal_name.as_str(), &now.legal.country), ("Anna Handels GmbH", &anna.legal.country));
        assert_eq!(now.version, anna.version + 1);
        assert_eq!(told_of(&t, &anna).await[..2], ["synced", "linked"]);
        let again = sent(&ctx, named("m2", 2, "Anna Handels GmbH")).await;
        assert_eq!((again.state, get(&ctx, anna.id).await.unwrap().version), (SyncState::Unchanged, now.version));
        let known = links(&ctx, system.id, None, &PageArgs::first(5)).await.unwrap().into_rows();
        assert_eq!((known.len(), known[0].external_id.as_str(), known[0].revision), (1, "C-1", 2));
    }

    async fn a_message_is_taken_once_and_an_older_one_changes_nothing(t: TestEnv) {
        let ctx = t.operator();
        let anna = make(&ctx, "Anna").await;
        let system = crm(&ctx).await;
        link(&ctx, system.id, "C-1", anna.id).await.unwrap();
        let first = sent(&ctx, named("m1", 5, "First")).await;
        assert_eq!(sent(&ctx, named("m2", 4, "Older")).await.state, SyncState::Outdated);
        assert_eq!(sent(&ctx, named("m3", 6, "Second")).await.state, SyncState::Applied);
        assert_eq!(sent(&ctx, named("m1", 5, "First")).await, first, "the same again is answered, not done");
        assert_eq!(legal_name(&ctx, &anna).await, "Second");
        let reused = code(receive(&ctx, "crm", vec![named("m1", 5, "Other")]).await);
        assert_eq!(reused, ("KEY_REUSED", Some("messages.0.key".to_owned())));
        let wrong = vec![named("m4", 7, "Third"), named("m5", 0, "Fourth")];
        assert_eq!(code(receive(&ctx, "crm", wrong).await), ("OUT_OF_RANGE", Some("messages.1.revision".to_owned())));
        assert_eq!(code(receive(&ctx, "erp", vec![]).await), ("NOT_FOUND", Some("system".to_owned())));
        assert_eq!(legal_name(&ctx, &anna).await, "Second", "nothing of it was taken");
    }

    async fn of_messages_that_race_the_newest_counts_and_each_is_taken_once(t: TestEnv) {
        let ctx = t.operator();
        let anna = make(&ctx, "Anna").await;
        let system = crm(&ctx).await;
        link(&ctx, system.id, "C-1", anna.id).await.unwrap();
        let mut tries = JoinSet::new();
        for revision in (1..=6).chain(1..=6) {
            let ctx = ctx.clone();
            tries.spawn(async move { sent(&ctx, named(&format!("m{revision}"), revision, &format!("Name {revision}"))).await });
        }
        let done = tries.join_all().await;
        assert_eq!(legal_name(&ctx, &anna).await, "Name 6");
        let told = told_of(&t, &anna).await.into_iter().filter(|action| action == "synced").count();
        let applied = |of: &&SyncMessage| of.state == SyncState::Applied;
        assert_eq!(done.iter().filter(applied).count(), 2 * told, "both senders of a message have the same answer");
        let kept = messages(&ctx, MessageFilter::default(), &PageArgs::first(20)).await.unwrap().into_rows();
        assert_eq!(kept.len(), 6);
        assert_eq!(kept.iter().filter(applied).count(), told);
    }

    async fn what_cannot_be_taken_waits_and_is_replayed_or_given_up(t: TestEnv) {
        let ctx = t.operator();
        let anna = make(&ctx, "Anna").await;
        let system = crm(&ctx).await;
        let lost = sent(&ctx, named("m1", 1, "Early")).await;
        let fault = lost.fault.clone().unwrap();
        assert_eq!((lost.state, fault.code.as_str(), fault.field.as_deref()), (SyncState::Dead, "NOT_LINKED", Some("externalId")));
        link(&ctx, system.id, "C-1", anna.id).await.unwrap();
        let wrong = sent(&ctx, named("m2", 2, "")).await;
        let fault = wrong.fault.clone().unwrap();
        assert_eq!((wrong.state, fault.code.as_str(), fault.field.as_deref()), (SyncState::Dead, "REQUIRED", Some("legalName")));
        let dead = MessageFilter { state: Some(SyncState::Dead), ..MessageFilter::default() };
        assert_eq!(messages(&ctx, dead, &PageArgs::first(9)).await.unwrap().into_rows().len(), 2);
        let done = replay(&ctx, &[wrong.id, lost.id]).await.unwrap();
        assert_eq!((done[0].id, done[0].state, done[0].attempts), (lost.id, SyncState::Applied, 2));
        assert_eq!((done[1].id, done[1].state), (wrong.id, SyncState::Dead));
        assert_eq!(legal_name(&ctx, &anna).await, "Early");
        assert_eq!(replay(&ctx, &[lost.id]).await.unwrap()[0].attempts, 2, "what was taken stays as it is");
        assert_eq!(code(drop_messages(&ctx, &[wrong.id], " ").await).0, "REQUIRED");
        let gone = drop_messages(&ctx, &[wrong.id, lost.id], "sent by mistake").await.unwrap();
        assert_eq!(gone.iter().map(|of| of.state).collect::<Vec<_>>(), [SyncState::Applied, SyncState::Dropped]);
        assert_eq!(gone[1].body, None, "what it says is forgotten");
        assert_eq!(code(drop_messages(&ctx, &[t.system().new_id()], "no").await).0, "NOT_FOUND");
    }

    async fn a_field_has_one_keeper(t: TestEnv) {
        let ctx = t.operator();
        let (anna, bert) = (make(&ctx, "Anna").await, make(&ctx, "Bert").await);
        let system = crm(&ctx).await;
        let again = CreateSystem { code: "crm".to_owned(), name: "Again".to_owned(), fields: Vec::new() };
        assert_eq!(code(create_system(&ctx, again).await), ("TAKEN", Some("code".to_owned())));
        let erp = CreateSystem { code: "erp".to_owned(), name: "The ERP".to_owned(), fields: vec![SyncField::Addresses] };
        assert_eq!(code(create_system(&ctx, erp.clone()).await), ("FIELD_TAKEN", Some("fields".to_owned())));
        assert_eq!(systems(&ctx, &PageArgs::first(5)).await.unwrap().into_rows(), std::slice::from_ref(&system));
        link(&ctx, system.id, "C-1", anna.id).await.unwrap();
        for (external, merchant) in [("C-1", bert.id), ("C-2", anna.id)] {
            assert_eq!(code(link(&ctx, system.id, external, merchant).await).0, "LINKED_ALREADY");
        }
        let rename = |of: &Merchant, version| {
            let legal = merchants::Legal { legal_name: "By hand".to_owned(), ..of.legal.clone() };
            EditLegal { id: of.id, expected_version: version, legal }
        };
        let refused = edit_legal(&ctx, rename(&anna, anna.version)).await;
        assert_eq!(code(refused), ("KEPT_ELSEWHERE", Some("legal.legalName".to_owned())));
        edit_legal(&ctx, rename(&bert, bert.version)).await.unwrap();
        let nothing = EditCounterparty { merchant: Some(anna.id), expected_version: 0, addresses: None, contacts: None, tax_ids: None };
        edit_counterparty(&ctx, EditCounterparty { contacts: Some(Vec::new()), ..nothing }).await.unwrap();
        assert_eq!(counterparties(&ctx, &[anna.id]).await.unwrap()[&anna.id].version, 1);
        let off = EditSystem { id: system.id, expected_version: 1, name: None, active: Some(false) };
        let off = edit_system(&ctx, off.clone()).await.unwrap();
        assert_eq!(sent(&ctx, named("m1", 1, "Meanwhile")).await.fault.unwrap().code, "SYSTEM_INACTIVE");
        let by_hand = edit_legal(&ctx, rename(&anna, anna.version)).await.unwrap();
        assert_eq!(by_hand.legal.legal_name, "By hand");
        assert_eq!(code(set_fields(&ctx, system.id, 1, Vec::new()).await).0, "STALE_VERSION");
        set_fields(&ctx, system.id, off.version, vec![SyncField::Contacts]).await.unwrap();
        create_system(&ctx, erp).await.unwrap();
        unlink(&ctx, system.id, "C-1").await.unwrap();
        assert_eq!(code(unlink(&ctx, system.id, "C-1").await).0, "NOT_FOUND");
        link(&ctx, system.id, "C-2", anna.id).await.unwrap();
    }

    async fn a_merchant_neither_reads_nor_sets_up_systems(t: TestEnv) {
        let ctx = t.operator();
        let anna = make(&ctx, "Anna").await;
        let system = crm(&ctx).await;
        let staff = t.merchant(anna.id);
        let page = PageArgs::first(5);
        assert_eq!(code(systems(&staff, &page).await).0, "FORBIDDEN");
        assert_eq!(code(links(&staff, system.id, None, &page).await).0, "FORBIDDEN");
        assert_eq!(code(messages(&staff, MessageFilter::default(), &page).await).0, "FORBIDDEN");
        assert_eq!(code(link(&staff, system.id, "C-1", anna.id).await).0, "FORBIDDEN");
        assert_eq!(code(receive(&staff, "crm", Vec::new()).await).0, "FORBIDDEN");
        assert_eq!(code(set_fields(&staff, system.id, 1, Vec::new()).await).0, "FORBIDDEN");
    }
}

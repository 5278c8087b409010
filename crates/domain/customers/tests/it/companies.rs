//! Companies, their people, and what those may do.

use context::Ctx;
use customers::{
    Company, CompanyCreate, CompanyEdit, CompanyFields, CompanyMember, CompanyMemberEdit, CompanyMemberInvite,
    CompanyRole, CustomerErase,
};
use kernel::{Currency, Money, PageArgs};
use testkit::tokio;

use crate::support::{buyer, code, count, events, verified};

fn fields() -> CompanyFields {
    CompanyFields {
        name: "Kettle Works GmbH".to_owned(),
        vat_ids: vec!["DE136695976".to_owned()],
        addresses: vec![crate::addresses::berlin(false).address],
        ..CompanyFields::default()
    }
}

async fn company(ctx: &Ctx) -> Company {
    customers::company_create(ctx, CompanyCreate { admin: None, fields: fields() }).await.unwrap()
}

async fn invited(ctx: &Ctx, company: &Company, email: &str, role: CompanyRole) -> CompanyMember {
    let spending_limit = Some(Money::new(50_000, Currency::EUR));
    let input = CompanyMemberInvite { company: company.id, email: email.to_owned(), role, spending_limit };
    customers::company_member_invite(ctx, input).await.unwrap()
}

/// Proves the address of the newest account.
async fn prove(t: &testkit::TestEnv, ctx: &Ctx) {
    let asked = events::<identity::EmailVerificationRequested>(t).await.pop().unwrap();
    let token = asked.token;
    identity::email_verify(ctx, &token).await.unwrap();
}

testkit::both_databases! {
    async fn a_buyer_makes_a_company_and_changes_it(t: TestEnv) {
        let bea = buyer(&t, "bea@example.org").await;
        let made = company(&bea).await;
        assert_eq!((made.name.as_str(), made.vat_ids.0[0].as_str(), made.version), ("Kettle Works GmbH", "DE136695976", 1));
        let edit = |expected_version, fields| CompanyEdit { id: made.id, fields, expected_version };
        let more = CompanyFields { po_number_required: true, ..fields() };
        assert_eq!(code(customers::company_edit(&bea, edit(2, more.clone())).await), "STALE_VERSION");
        let wrong = CompanyFields { vat_ids: vec!["DE136695975".to_owned()], ..fields() };
        assert_eq!(code(customers::company_edit(&bea, edit(1, wrong)).await), "CHECK_DIGIT");
        let after = customers::company_edit(&bea, edit(1, more)).await.unwrap();
        assert_eq!((after.version, after.po_number_required), (2, true));
        assert_eq!(customers::company(&bea, made.id).await.unwrap(), after);
        let members = customers::members_by_companies(&bea, &[made.id]).await.unwrap();
        let admin = &members[&made.id][0];
        assert_eq!((admin.customer, admin.role), (bea.actor().customer(), CompanyRole::Admin));
        let found = customers::companies(&t.operator(), Some("de1366"), &PageArgs::first(5)).await.unwrap().into_rows();
        assert_eq!(found, [after]);
    }

    async fn foreign_companies_are_not_found(t: TestEnv) {
        let bea = buyer(&t, "bea@example.org").await;
        let eve = buyer(&t, "eve@example.org").await;
        let made = company(&bea).await;
        let member = invited(&bea, &made, "ann@example.org", CompanyRole::Buyer).await;
        let edit = CompanyEdit { id: made.id, fields: fields(), expected_version: 1 };
        let invite = CompanyMemberInvite { company: made.id, email: "x@example.org".to_owned(), role: CompanyRole::Admin, spending_limit: None };
        let change = CompanyMemberEdit { id: member.id, role: CompanyRole::Admin, spending_limit: None, expected_version: 1 };
        for (ctx, wanted) in [(&eve, "NOT_FOUND"), (&t.merchant(t.system().new_id()), "FORBIDDEN"), (&t.anonymous(), "UNAUTHENTICATED")] {
            assert_eq!(code(customers::company(ctx, made.id).await), wanted);
            assert_eq!(code(customers::company_edit(ctx, edit.clone()).await), wanted);
            assert_eq!(code(customers::company_member_invite(ctx, invite.clone()).await), wanted);
            assert_eq!(code(customers::company_member_edit(ctx, change.clone()).await), wanted);
            assert_eq!(code(customers::company_member_join(ctx, member.id).await), wanted);
            assert_eq!(code(customers::company_member_remove(ctx, member.id).await), wanted);
        }
        assert!(customers::companies(&eve, None, &PageArgs::first(5)).await.unwrap().into_rows().is_empty());
        assert!(customers::members_by_companies(&eve, &[made.id]).await.unwrap().is_empty());
        assert_eq!(count(&t, "company_member").await, 2);
    }

    async fn who_proves_an_invited_address_joins(t: TestEnv) {
        let bea = buyer(&t, "bea@example.org").await;
        let made = company(&bea).await;
        let member = invited(&bea, &made, " Ann@Example.org", CompanyRole::Buyer).await;
        let again = CompanyMemberInvite { company: made.id, email: "ann@example.org".to_owned(), role: CompanyRole::Buyer, spending_limit: None };
        assert_eq!(code(customers::company_member_invite(&bea, again).await), "TAKEN");
        let ann = buyer(&t, "ann@example.org").await;
        let offered = async || customers::company_invitations(&ann, &PageArgs::first(5)).await.unwrap().into_rows();
        assert_eq!(offered().await, [], "the address may be somebody else's");
        assert_eq!(code(customers::company(&ann, made.id).await), "NOT_FOUND");
        assert_eq!(code(customers::company_member_join(&ann, member.id).await), "EMAIL_NOT_VERIFIED");
        prove(&t, &ann).await;
        assert_eq!(offered().await, [(member.clone(), "Kettle Works GmbH".to_owned())]);
        let joined = customers::company_member_join(&ann, member.id).await.unwrap();
        assert_eq!((joined.customer, joined.version), (ann.actor().customer(), 2));
        assert_eq!(code(customers::company_member_join(&ann, member.id).await), "NOT_FOUND");
        assert_eq!(customers::company(&ann, made.id).await.unwrap(), made);
        let seat = customers::company_seat_on(t.world.db.read(), made.id, ann.actor().customer().unwrap()).await.unwrap();
        assert_eq!(seat.unwrap().member, joined);
        let edit = CompanyEdit { id: made.id, fields: fields(), expected_version: 1 };
        assert_eq!(code(customers::company_edit(&ann, edit).await), "COMPANY_ROLE_NEEDED");
        let up = CompanyMemberEdit { id: member.id, role: CompanyRole::Admin, spending_limit: None, expected_version: 2 };
        assert_eq!(code(customers::company_member_edit(&ann, up.clone()).await), "COMPANY_ROLE_NEEDED");
        assert_eq!(customers::company_member_edit(&bea, up).await.unwrap().role, CompanyRole::Admin);
    }

    async fn of_two_admins_who_leave_at_once_one_stays(t: TestEnv) {
        for _ in 0..3 {
            let tag = count(&t, "customer").await;
            let bea = buyer(&t, &format!("bea{tag}@example.org")).await;
            let made = company(&bea).await;
            let email = format!("ann{tag}@example.org");
            let member = invited(&bea, &made, &email, CompanyRole::Admin).await;
            let ann = buyer(&t, &email).await;
            prove(&t, &ann).await;
            customers::company_member_join(&ann, member.id).await.unwrap();
            let members = customers::members_by_companies(&bea, &[made.id]).await.unwrap();
            let mut tries = tokio::task::JoinSet::new();
            for (ctx, place) in [bea, ann].into_iter().zip(members[&made.id].clone()) {
                tries.spawn(async move { code(customers::company_member_remove(&ctx, place.id).await) });
            }
            let mut answers = tries.join_all().await;
            answers.sort_unstable();
            assert_eq!(answers, ["LAST_ADMIN", "OK"]);
        }
    }

    async fn who_is_forgotten_has_no_place(t: TestEnv) {
        let bea = buyer(&t, "bea@example.org").await;
        let made = company(&bea).await;
        let support = t.seated(access::Scope::Operator, "operator_support");
        invited(&support, &made, "bea.other@example.org", CompanyRole::Admin).await;
        customers::erase(&bea, CustomerErase { customer: None, reason: "asked for it".to_owned() }).await.unwrap();
        assert_eq!((count(&t, "company").await, count(&t, "company_member").await), (1, 1));
        assert_eq!(count(&t, "change_log WHERE fields LIKE '%bea.other%'").await, 0);
        verified(&t).await;
    }
}

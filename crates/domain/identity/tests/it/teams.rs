//! Members, roles and invitations.

use identity::{
    AddMember, Added, Error, INVITATION_LIFE, Invitation, InvitationAccept, InvitationCreated, MemberAccess,
    MemberRoleChange, Membership, RoleName, Secret, Team, TeamRole,
};
use kernel::PageArgs;
use testkit::{TestEnv, tokio};

use crate::support::{PASSWORD, code, count, events, hash, owner, person, sign_in, signed_in, try_sign_in, verified};

async fn invite(ctx: &context::Ctx, email: &str, team: Team, role: impl Into<TeamRole>) -> Result<Invitation, Error> {
    let (role, access) = (role.into(), MemberAccess::Invite);
    let add = AddMember { email: email.to_owned(), name: "Bob".to_owned(), team, role, access };
    match identity::member_add(ctx, add).await? {
        Added::Invited(invitation) => Ok(invitation),
        Added::Member(_) => panic!("was to be invited"),
    }
}

async fn last_token(t: &TestEnv) -> Secret {
    events::<InvitationCreated>(t).await.pop().unwrap().token
}

async fn accept(ctx: &context::Ctx, token: &Secret, password: &str) -> Result<Membership, Error> {
    crate::support::cheap();
    let input = InvitationAccept { token: token.clone(), name: None, password: Some(password.to_owned()) };
    identity::invitation_accept(ctx, input).await
}

testkit::both_databases! {
    async fn an_invitation_makes_a_member_once(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let team = Team::Merchant(merchant);
        let invitation = invite(&ann, "Bob@Example.org", team, RoleName::MerchantFinance).await.unwrap();
        let sent = events::<InvitationCreated>(&t).await;
        assert_eq!((sent[0].email.as_str(), sent[0].merchant, sent[0].role), ("bob@example.org", Some(merchant), RoleName::MerchantFinance.into()));
        let token = last_token(&t).await;
        assert_eq!(identity::invitation_by_token(&t.anonymous(), &token).await.unwrap().unwrap().id, invitation.id);
        assert_eq!(code(accept(&t.anonymous(), &token, "short").await), "TOO_SHORT");
        let member = accept(&t.anonymous(), &token, PASSWORD).await.unwrap();
        assert_eq!((member.team, member.role), (team, RoleName::MerchantFinance.into()));
        assert_eq!(code(accept(&t.anonymous(), &token, PASSWORD).await), "TOKEN_UNUSABLE");
        let bob = signed_in(&t, "bob@example.org").await;
        assert_eq!(bob.actor().merchant(), Some(merchant));
        assert_eq!(code(invite(&bob, "eve@example.org", team, RoleName::MerchantFinance).await), "FORBIDDEN");
        assert_eq!(code(invite(&ann, "bob@example.org", team, RoleName::MerchantFinance).await), "TAKEN");
        let members = identity::members(&ann, team, &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(members.iter().map(|m| m.email.as_str()).collect::<Vec<_>>(), ["ann@example.org", "bob@example.org"]);
        verified(&t).await;
    }

    async fn of_twenty_accepts_of_one_invitation_one_succeeds(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        invite(&t.operator(), "bob@example.org", Team::Merchant(merchant), RoleName::MerchantCatalog).await.unwrap();
        let token = last_token(&t).await;
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (ctx, token) = (t.anonymous(), token.clone());
            tries.spawn(async move { accept(&ctx, &token, PASSWORD).await.is_ok() });
        }
        assert_eq!(tries.join_all().await.into_iter().filter(|done| *done).count(), 1);
        assert_eq!(count(&t, "membership").await, 2);
        assert_eq!(count(&t, "user_account").await, 2);
        sign_in(&t, "bob@example.org").await;
    }

    async fn an_invitation_is_good_for_its_address_only(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        person(&t, "eve@example.org", Team::Merchant(t.system().new_id()), RoleName::MerchantOwner).await;
        let eve = signed_in(&t, "eve@example.org").await;
        let team = Team::Merchant(merchant);
        invite(&t.operator(), "bob@example.org", team, RoleName::MerchantOwner).await.unwrap();
        let token = last_token(&t).await;
        assert_eq!(code(accept(&eve, &token, PASSWORD).await), "INVITATION_OF_ANOTHER");
        // An address with an account needs its password, which the token does not replace.
        invite(&t.operator(), "eve@example.org", team, RoleName::MerchantCatalog).await.unwrap();
        let to_eve = last_token(&t).await;
        assert_eq!(code(accept(&t.anonymous(), &to_eve, "not her password").await), "WRONG_PASSWORD");
        assert_eq!(count(&t, "membership").await, 2);
        accept(&t.anonymous(), &to_eve, PASSWORD).await.unwrap();
        accept(&t.anonymous(), &token, PASSWORD).await.unwrap();
        assert_eq!(count(&t, "membership").await, 4);
    }

    async fn old_revoked_and_expired_invitations_are_refused(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let first = invite(&ann, "bob@example.org", Team::Merchant(merchant), RoleName::MerchantOwner).await.unwrap();
        let old = last_token(&t).await;
        let second = identity::invitation_resend(&ann, first.id).await.unwrap();
        let new = last_token(&t).await;
        assert_eq!(code(accept(&t.anonymous(), &old, PASSWORD).await), "TOKEN_UNUSABLE");
        let other = t.merchant(t.system().new_id());
        assert_eq!(code(identity::invitation_revoke(&other, second.id).await), "NOT_FOUND");
        assert_eq!(code(identity::invitation_resend(&other, second.id).await), "NOT_FOUND");
        identity::invitation_revoke(&ann, second.id).await.unwrap();
        assert_eq!(code(accept(&t.anonymous(), &new, PASSWORD).await), "TOKEN_UNUSABLE");
        identity::invitation_resend(&ann, second.id).await.unwrap();
        let third = last_token(&t).await;
        t.clock.advance(INVITATION_LIFE);
        assert_eq!(code(accept(&t.anonymous(), &third, PASSWORD).await), "TOKEN_UNUSABLE");
        assert!(identity::invitation_by_token(&t.anonymous(), &third).await.unwrap().is_none());
        let listed = identity::invitations(&t.operator(), Team::Merchant(merchant), &PageArgs::first(10)).await.unwrap();
        assert_eq!(listed.items.len(), 3);
        assert_eq!(count(&t, "membership").await, 1);
    }

    async fn nobody_grants_more_than_he_has(t: TestEnv) {
        let (mine, membership) = owner(&t, "ann@example.org").await;
        let (other, others) = owner(&t, "eve@example.org").await;
        let ann = signed_in(&t, "ann@example.org").await;
        let try_invite = async |ctx: &context::Ctx, team, role: RoleName| code(invite(ctx, "bob@example.org", team, role).await);
        assert_eq!(try_invite(&ann, Team::Operator, RoleName::OperatorAdmin).await, "NOT_FOUND");
        assert_eq!(try_invite(&ann, Team::Merchant(other), RoleName::MerchantCatalog).await, "NOT_FOUND");
        assert_eq!(try_invite(&ann, Team::Merchant(mine), RoleName::OperatorAdmin).await, "ROLE_TOO_WIDE");
        assert_eq!(try_invite(&t.operator(), Team::Merchant(mine), RoleName::OperatorAdmin).await, "ROLE_MISPLACED");
        let operations = t.seated(access::Scope::Operator, "operator_operations");
        assert_eq!(try_invite(&operations, Team::Operator, RoleName::OperatorAdmin).await, "ROLE_TOO_WIDE");
        let finance = t.seated(access::Scope::Merchant(mine), "merchant_finance");
        assert_eq!(try_invite(&finance, Team::Merchant(mine), RoleName::MerchantFinance).await, "FORBIDDEN");
        assert_eq!(try_invite(&t.anonymous(), Team::Merchant(mine), RoleName::MerchantFinance).await, "UNAUTHENTICATED");
        assert_eq!(code(identity::member_remove(&ann, others.id).await), "NOT_FOUND");
        assert_eq!(code(identity::members(&ann, Team::Merchant(other), &PageArgs::first(5)).await), "NOT_FOUND");
        assert_eq!(code(identity::members(&ann, Team::Operator, &PageArgs::first(5)).await), "NOT_FOUND");
        let admin = person(&t, "root@example.org", Team::Operator, RoleName::OperatorAdmin).await;
        let change = |id, role: RoleName| MemberRoleChange { id, role: role.into(), expected_version: 1 };
        assert_eq!(code(identity::member_role_change(&ann, change(membership.id, RoleName::OperatorAdmin)).await), "ROLE_TOO_WIDE");
        assert_eq!(code(identity::member_remove(&operations, admin.id).await), "ROLE_TOO_WIDE");
        assert_eq!(code(identity::users(&ann, None, &PageArgs::first(5)).await), "FORBIDDEN");
        assert!(events::<InvitationCreated>(&t).await.is_empty());
    }

    async fn a_team_keeps_its_last_owner(t: TestEnv) {
        let (merchant, first) = owner(&t, "ann@example.org").await;
        let team = Team::Merchant(merchant);
        let ann = signed_in(&t, "ann@example.org").await;
        assert_eq!(code(identity::member_remove(&ann, first.id).await), "LAST_OF_ROLE");
        let change = |id, role: RoleName, expected_version| MemberRoleChange { id, role: role.into(), expected_version };
        assert_eq!(code(identity::member_role_change(&ann, change(first.id, RoleName::MerchantFinance, 1)).await), "LAST_OF_ROLE");
        let clerk = person(&t, "bob@example.org", team, RoleName::MerchantCatalog).await;
        assert_eq!(code(identity::member_role_change(&ann, change(clerk.id, RoleName::MerchantOwner, 7)).await), "STALE_VERSION");
        let second = identity::member_role_change(&ann, change(clerk.id, RoleName::MerchantOwner, 1)).await.unwrap();
        assert_eq!((second.role, second.version), (RoleName::MerchantOwner.into(), 2));
        identity::member_remove(&ann, first.id).await.unwrap();
        // Rights are read anew for each request.
        let token = sign_in(&t, "ann@example.org").await.token;
        assert_eq!(crate::support::bearer(&t, &token, None).await.unwrap().actor().merchant(), None);
        let admin = identity::operator_create(&t.system(), "root@example.org", "Root", PASSWORD).await.unwrap();
        assert_eq!(code(identity::member_remove(&t.operator(), admin.id).await), "LAST_OF_ROLE");
        assert_eq!(code(identity::operator_create(&ann, "x@example.org", "X", PASSWORD).await), "NOT_FOUND");
        verified(&t).await;
    }

    async fn two_owners_who_remove_each_other_leave_one(t: TestEnv) {
        for round in 0..5 {
            let (merchant, first) = owner(&t, &format!("ann{round}@example.org")).await;
            let second = person(&t, &format!("bob{round}@example.org"), Team::Merchant(merchant), RoleName::MerchantOwner).await;
            let (ann, bob) = (t.merchant(merchant), t.merchant(merchant));
            let (one, two) = tokio::join!(identity::member_remove(&ann, second.id), identity::member_remove(&bob, first.id));
            assert_eq!([one.is_ok(), two.is_ok()].into_iter().filter(|done| *done).count(), 1);
        }
        assert_eq!(count(&t, "membership").await, 5);
    }

    async fn an_address_with_an_account_gets_no_second_password(t: TestEnv) {
        let (merchant, _) = owner(&t, "ann@example.org").await;
        let access = MemberAccess::Password(hash("a password of somebody else").await);
        let add = AddMember {
            email: "ann@example.org".to_owned(), name: "Ann".to_owned(), team: Team::Merchant(merchant),
            role: RoleName::MerchantFinance.into(), access,
        };
        assert_eq!(code(identity::member_add(&t.operator(), add).await), "TAKEN");
        try_sign_in(&t.anonymous(), "ann@example.org", PASSWORD).await.unwrap();
    }
}

//! Registering, profiles, erasure.

use customers::{CustomerErase, CustomerErased, CustomerRegistered, CustomerStatus, ProfileUpdate, Register};
use identity::{AddMember, EmailVerificationRequested, MemberAccess, PasswordHash, RoleName, Team};
use kernel::PageArgs;
use testkit::tokio;

use crate::support::{PASSWORD, buyer, code, count, events, registered, try_register, verified};

testkit::both_databases! {
    async fn registering_makes_an_account_and_its_buyer(t: TestEnv) {
        let made = registered(&t, " Bea@Example.org ").await;
        assert_eq!((made.customer.email.as_str(), made.customer.locale.as_deref()), ("bea@example.org", Some("pt-BR")));
        assert_eq!((made.user.customer, made.customer.user), (Some(made.customer.id), made.user.id));
        assert_eq!(events::<CustomerRegistered>(&t).await.len(), 1);
        assert_eq!(events::<EmailVerificationRequested>(&t).await.len(), 1);
        let input = identity::SignIn { email: "bea@example.org".to_owned(), password: PASSWORD.to_owned(), user_agent: None };
        let token = identity::sign_in(&t.anonymous(), input).await.unwrap().done().unwrap().token;
        let origin = t.anonymous().origin().clone();
        let bea = identity::authenticate(&t.world, Some(token.reveal()), None, origin).await.unwrap();
        assert_eq!(bea.actor().customer(), Some(made.customer.id));
        assert_eq!(customers::mine(&bea).await.unwrap(), made.customer);
        assert_eq!(code(customers::mine(&t.anonymous()).await), "UNAUTHENTICATED");
        assert_eq!(code(customers::mine(&t.operator()).await), "NOT_FOUND");
        verified(&t).await;
    }

    async fn bad_input_names_its_field_and_leaves_nothing(t: TestEnv) {
        let good = Register {
            email: "bea@example.org".to_owned(), name: "Bea".to_owned(), password: PASSWORD.to_owned(), locale: None,
        };
        let fault = async |input: Register| {
            let error = customers::register(&t.anonymous(), input).await.unwrap_err();
            (kernel::Fault::field(&error).unwrap(), kernel::Fault::code(&error))
        };
        assert_eq!(fault(Register { email: "bea".to_owned(), ..good.clone() }).await, ("email".to_owned(), "MALFORMED"));
        assert_eq!(fault(Register { name: "  ".to_owned(), ..good.clone() }).await, ("name".to_owned(), "REQUIRED"));
        assert_eq!(fault(Register { password: "short".to_owned(), ..good.clone() }).await, ("password".to_owned(), "TOO_SHORT"));
        assert_eq!(fault(Register { password: "bea@example.org".to_owned(), ..good.clone() }).await, ("password".to_owned(), "TOO_WEAK"));
        assert_eq!(fault(Register { locale: Some("x".to_owned()), ..good }).await, ("locale".to_owned(), "MALFORMED"));
        assert_eq!(count(&t, "user_account").await + count(&t, "customer").await + count(&t, "outbox_event").await, 0);
    }

    async fn of_twenty_registrations_of_one_address_one_succeeds(t: TestEnv) {
        let mut tries = tokio::task::JoinSet::new();
        for number in 0..20 {
            let ctx = t.anonymous();
            let email = if number % 2 == 0 { "bea@example.org" } else { "BEA@example.org" };
            tries.spawn(async move { code(try_register(&ctx, email).await) });
        }
        let answers = tries.join_all().await;
        assert_eq!(answers.iter().filter(|answer| **answer == "OK").count(), 1);
        assert_eq!(answers.iter().filter(|answer| **answer == "TAKEN").count(), 19);
        assert_eq!((count(&t, "user_account").await, count(&t, "customer").await), (1, 1));
        assert_eq!(events::<CustomerRegistered>(&t).await.len(), 1);
    }

    async fn staff_can_become_buyers_once(t: TestEnv) {
        identity::set_password_cost(identity::PasswordCost::CHEAP);
        let merchant = t.system().new_id();
        let access = MemberAccess::Password(PasswordHash::of("password", PASSWORD, "", "").await.unwrap());
        let add = AddMember {
            email: "ann@example.org".to_owned(), name: "Ann".to_owned(), team: Team::Merchant(merchant),
            role: RoleName::MerchantOwner.into(), access,
        };
        identity::member_add(&t.operator(), add).await.unwrap();
        assert_eq!(code(try_register(&t.anonymous(), "ann@example.org").await), "TAKEN");
        let sign_in = identity::SignIn { email: "ann@example.org".to_owned(), password: PASSWORD.to_owned(), user_agent: None };
        let token = identity::sign_in(&t.anonymous(), sign_in).await.unwrap().done().unwrap().token;
        let again = async || {
            let origin = t.anonymous().origin().clone();
            identity::authenticate(&t.world, Some(token.reveal()), None, origin).await.unwrap()
        };
        let customer = customers::become_buyer(&again().await).await.unwrap();
        let ann = again().await;
        assert_eq!((ann.actor().customer(), ann.actor().merchant()), (Some(customer.id), Some(merchant)));
        assert_eq!(code(customers::become_buyer(&ann).await), "ALREADY_BUYER");
        assert_eq!(code(customers::become_buyer(&t.anonymous()).await), "UNAUTHENTICATED");
        // The last owner of a merchant is not forgotten before somebody else owns it.
        let erase = CustomerErase { customer: None, reason: "asked for it".to_owned() };
        assert_eq!(code(customers::erase(&ann, erase).await), "LAST_OF_ROLE");
        assert_eq!(customers::mine(&ann).await.unwrap().status, CustomerStatus::Active);
    }

    async fn a_profile_is_changed_by_its_owner_and_support_only(t: TestEnv) {
        let bea = buyer(&t, "bea@example.org").await;
        let eve = buyer(&t, "eve@example.org").await;
        let id = bea.actor().customer().unwrap();
        let name = |name: &str, seen| ProfileUpdate {
            customer: Some(id), name: Some(name.to_owned()), phone: Some("+49 30 123456".to_owned()), locale: Some(String::new()),
            expected_version: seen,
        };
        assert_eq!(code(customers::profile_update(&eve, name("Eve", None)).await), "NOT_FOUND");
        assert_eq!(code(customers::profile_update(&t.merchant(t.system().new_id()), name("Eve", None)).await), "FORBIDDEN");
        assert_eq!(code(customers::profile_update(&t.anonymous(), name("Eve", None)).await), "UNAUTHENTICATED");
        assert_eq!(code(customers::profile_update(&bea, name("Bea B", Some(9))).await), "STALE_VERSION");
        assert_eq!(code(customers::profile_update(&bea, name("", Some(1))).await), "REQUIRED");
        let changed = customers::profile_update(&bea, name("Bea B", Some(1))).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.phone.as_deref(), changed.locale), ("Bea B", Some("+4930123456"), None));
        assert_eq!(identity::me(&bea).await.unwrap().user.name, "Bea B");
        let support = t.seated(access::Scope::Operator, "operator_support");
        assert_eq!(customers::profile_update(&support, name("Bea C", Some(2))).await.unwrap().version, 3);
        assert_eq!(code(customers::customer(&eve, id).await), "NOT_FOUND");
        let seen = customers::by_ids(&eve, &[id, eve.actor().customer().unwrap()]).await.unwrap();
        assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [eve.actor().customer().unwrap()]);
        assert_eq!(customers::by_ids(&t.operator(), &[id, eve.actor().customer().unwrap()]).await.unwrap().len(), 2);
        let found = customers::customers(&support, Some("BÉA c"), &PageArgs::first(5)).await.unwrap().into_rows();
        assert_eq!(found.iter().map(|c| c.id).collect::<Vec<_>>(), [id]);
        assert!(customers::customers(&support, Some("%"), &PageArgs::first(5)).await.unwrap().items.is_empty());
    }

    async fn erasing_leaves_the_rows_and_nothing_personal(t: TestEnv) {
        let bea = buyer(&t, "zoe.unica@example.org").await;
        let eve = buyer(&t, "eve@example.org").await;
        let id = bea.actor().customer().unwrap();
        let profile = ProfileUpdate {
            name: Some("Zoe Unica".to_owned()),
            phone: Some("+49 30 1234567".to_owned()),
            ..ProfileUpdate::default()
        };
        customers::profile_update(&bea, profile).await.unwrap();
        customers::address_create(&bea, crate::addresses::berlin(false)).await.unwrap();
        let erase = |customer| CustomerErase { customer, reason: "asked for it".to_owned() };
        assert_eq!(code(customers::erase(&eve, erase(Some(id))).await), "NOT_FOUND");
        let support = t.seated(access::Scope::Operator, "operator_support");
        assert_eq!(code(customers::erase(&support, erase(Some(id))).await), "FORBIDDEN");
        let gone = customers::erase(&bea, erase(None)).await.unwrap();
        assert_eq!((gone.status, gone.name.as_str(), gone.phone), (CustomerStatus::Erased, "Erased", None));
        assert_eq!(events::<CustomerErased>(&t).await.len(), 1);
        for (table, columns) in [
            ("user_account", "email || name || name_fold || coalesce(password_hash, '')"),
            ("customer", "email || name || search_fold || coalesce(phone, '')"),
            ("customer_address", "name || line1"),
            ("change_log", "actor_name || fields"),
        ] {
            for trace in ["Unica", "unica", "1234567", "Linden"] {
                let found = count(&t, &format!("{table} WHERE {columns} LIKE '%{trace}%'")).await;
                assert_eq!(found, 0, "{trace} is left in {table}");
            }
        }
        assert_eq!(count(&t, "customer").await, 2);
        let sign_in = identity::SignIn { email: "zoe.unica@example.org".to_owned(), password: PASSWORD.to_owned(), user_agent: None };
        assert!(matches!(identity::sign_in(&t.anonymous(), sign_in).await, Err(identity::Error::BadCredentials)));
        assert_eq!(code(customers::erase(&t.operator(), erase(Some(id))).await), "CUSTOMER_ERASED");
        // The address is free again, for somebody new.
        assert_ne!(registered(&t, "zoe.unica@example.org").await.customer.id, id);
        verified(&t).await;
    }
}

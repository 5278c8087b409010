use access::Scope;
use kernel::{Fault as _, PageArgs};
use merchants::{CreateMerchant, Filter, Owner, create, create_many, get, list};

use super::named;

fn owned(name: &str, email: &str, password: Option<&str>) -> CreateMerchant {
    identity::set_password_cost(identity::PasswordCost::CHEAP);
    let owner =
        Owner { email: email.to_owned(), name: "Ann Example".to_owned(), password: password.map(str::to_owned) };
    CreateMerchant { owner: Some(owner), ..named(name) }
}

const PASSWORD: Option<&str> = Some("correct horse battery");

testkit::both_databases! {
    async fn the_owner_signs_in_and_acts_for_the_merchant(t: TestEnv) {
        let ctx = t.operator();
        let made = create(&ctx, owned("Kettle", "ann@kettle.example", PASSWORD)).await.unwrap();
        let input = identity::SignIn {
            email: "ann@kettle.example".to_owned(), password: PASSWORD.unwrap().to_owned(), user_agent: None,
        };
        let signed = identity::sign_in(&t.anonymous(), input).await.unwrap().done().unwrap();
        let origin = t.anonymous().origin().clone();
        let staff = identity::authenticate(&t.world, Some(signed.token.reveal()), Some(made.id), origin).await.unwrap();
        assert_eq!(get(&staff, made.id).await.unwrap(), made);
    }

    async fn without_a_password_the_owner_is_invited(t: TestEnv) {
        let ctx = t.operator();
        create(&ctx, owned("Kettle", "ann@kettle.example", None)).await.unwrap();
        let input = identity::SignIn {
            email: "ann@kettle.example".to_owned(), password: PASSWORD.unwrap().to_owned(), user_agent: None,
        };
        assert_eq!(identity::sign_in(&t.anonymous(), input).await.unwrap_err().code(), "BAD_CREDENTIALS");
    }

    async fn without_its_owner_there_is_no_merchant_either(t: TestEnv) {
        let ctx = t.operator();
        let wrong = create_many(&ctx, vec![named("One"), owned("Two", "nobody", None)]).await.unwrap_err();
        assert_eq!((wrong.code(), wrong.field().as_deref()), ("MALFORMED", Some("merchants.1.owner.email")));
        create(&ctx, owned("First", "ann@kettle.example", PASSWORD)).await.unwrap();
        let taken = create(&ctx, owned("Second", "ann@kettle.example", PASSWORD)).await.unwrap_err();
        assert_eq!((taken.code(), taken.field().as_deref()), ("TAKEN", Some("owner.email")));
        let all = list(&ctx, &Filter::default(), &PageArgs::first(10)).await.unwrap();
        assert_eq!(all.into_rows().len(), 1);
    }

    async fn who_may_not_give_the_role_makes_no_owner(t: TestEnv) {
        let policy = format!("{}\np, operator_support, merchant, create\n", testkit::POLICY);
        t.world.access.replace(&policy).await.unwrap();
        let support = t.seated(Scope::Operator, "operator_support");
        let error = create(&support, owned("Kettle", "ann@kettle.example", None)).await.unwrap_err();
        assert_eq!(error.code(), "ROLE_TOO_WIDE");
        let all = list(&t.operator(), &Filter::default(), &PageArgs::first(10)).await.unwrap();
        assert_eq!(all.into_rows().len(), 0);
    }
}

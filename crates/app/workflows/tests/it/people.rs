//! Mails to people: places in companies, accounts.

use customers::{CompanyCreate, CompanyFields, CompanyMemberInvite, CompanyRole, Register};
use identity::{SignInChange, SignInChanged};
use kernel::id::CompanyId;
use marketplace::model::SettingsPatch;

use crate::stage::{market, subjects};
use crate::support::Market;

pub async fn registered(m: &Market, email: &str, locale: &str) -> context::Ctx {
    identity::set_password_cost(identity::PasswordCost::CHEAP);
    let input = Register {
        email: email.to_owned(),
        name: "Bea Buyer".to_owned(),
        password: "correct horse battery".to_owned(),
        locale: Some(locale.to_owned()),
    };
    let made = customers::register(&m.t.anonymous(), input).await.unwrap();
    m.drain().await;
    m.t.buyer(made.customer.id)
}

pub async fn company(m: &Market, bea: &context::Ctx) -> CompanyId {
    let address = customers::AddressFields {
        name: "Kettle Works".to_owned(),
        line1: "Long Street 1".to_owned(),
        postal_code: "10115".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        ..customers::AddressFields::default()
    };
    let name = "Kettle & <Works>".to_owned();
    let fields = CompanyFields { name, addresses: vec![address], ..CompanyFields::default() };
    let made = customers::company_create(bea, CompanyCreate { admin: None, fields }).await.unwrap();
    m.drain().await;
    made.id
}

async fn invite(bea: &context::Ctx, company: CompanyId, email: &str) -> customers::CompanyMember {
    let role = CompanyRole::Buyer;
    let input = CompanyMemberInvite { company, email: email.to_owned(), role, spending_limit: None };
    customers::company_member_invite(bea, input).await.unwrap()
}

testkit::both_databases! {
    async fn a_place_in_a_company_is_offered_by_mail_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let bea = registered(&m, "bea@example.org", "en").await;
        let company = company(&m, &bea).await;
        // Who has an account is written to in its language, others in that of the marketplace.
        registered(&m, "carl@example.org", "de-AT").await;
        let carl = invite(&bea, company, "carl@example.org").await;
        invite(&bea, company, "dora@example.org").await;
        let gone = invite(&bea, company, "emil@example.org").await;
        customers::company_member_remove(&bea, gone.id).await.unwrap();
        m.drain().await;
        let to = |email: &str| -> Vec<_> {
            let mails = captured.messages().into_iter().filter(|mail| mail.to == email);
            mails.filter(|mail| mail.subject.contains("Kettle & <Works>")).collect()
        };
        let (carls, doras) = (to("carl@example.org"), to("dora@example.org"));
        assert_eq!((carls.len(), doras.len(), to("emil@example.org").len()), (1, 1, 0), "{:#?}", captured.messages());
        assert_eq!(carls[0].subject, "Kettle & <Works> lädt Sie zu Souk ein");
        assert!(doras[0].text.contains("https://souk.example/companies/invitations"), "{}", doras[0].text);
        let html = doras[0].html.clone().unwrap();
        assert!(html.contains("Kettle &amp; &lt;Works&gt;"), "{html}");
        let ctx = m.t.system();
        let mut tx = ctx.begin_write().await.unwrap();
        tx.emit(&customers::CompanyMemberInvited { company, member: carl.id });
        tx.commit().await.unwrap();
        m.drain().await;
        assert_eq!(to("carl@example.org").len(), 1, "told again, mailed once");
    }

    async fn accounts_are_written_to_in_their_language(t: TestEnv) {
        let (m, captured) = market(t).await;
        registered(&m, "bea@example.org", "de").await;
        let german = captured.messages().pop().unwrap();
        assert!(german.text.starts_with("Guten Tag Bea Buyer"), "{}", german.text);
        // Merchants and teams read the language of the marketplace.
        let patch = SettingsPatch { mail_locale: Some("de".to_owned()), ..SettingsPatch::default() };
        m.settings(patch).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1_000, 9).await;
        m.placed(&[(offer, 1)], "card_sandbox").await;
        let to_shop = subjects(&captured, "anna@example.org");
        assert!(to_shop.len() == 1 && to_shop[0].starts_with("Neue Bestellung"), "{to_shop:#?}");
        let to_buyer = subjects(&captured, "ann@example.org");
        assert!(to_buyer[0].starts_with("Your order"), "the channel's language: {to_buyer:#?}");
    }

    async fn who_can_open_an_account_another_way_is_told(t: TestEnv) {
        let (m, captured) = market(t).await;
        let ctx = m.t.system();
        let mut tx = ctx.begin_write().await.unwrap();
        for (change, provider) in [(SignInChange::SecondFactorOff, None), (SignInChange::IdentityLinked, Some("Corp <1>"))] {
            let (email, name, provider) = ("bea@example.org".to_owned(), "Bea".to_owned(), provider.map(str::to_owned));
            tx.emit(&SignInChanged { user: ctx.new_id(), email, name, change, provider });
        }
        tx.commit().await.unwrap();
        m.drain().await;
        m.drain().await;
        let mut told: Vec<String> = captured.messages().into_iter().map(|mail| mail.text).collect();
        told.sort();
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(told[0].contains("the second factor of your account was taken off") || told[1].contains("was taken off"), "{told:#?}");
        assert!(told.iter().any(|text| text.contains("opens by Corp <1> from now on")), "{told:#?}");
    }

    async fn a_forgotten_password_is_two_mails(t: TestEnv) {
        let (m, captured) = market(t).await;
        registered(&m, "bea@example.org", "de").await;
        let before = captured.messages().len();
        let ctx = m.t.anonymous();
        identity::password_reset_request(&ctx, "bea@example.org").await.unwrap();
        m.drain().await;
        let mail = captured.messages().pop().unwrap();
        let (_, token) = mail.text.split_once("https://souk.example/password?token=").unwrap();
        let token = token.split_whitespace().next().unwrap().to_owned();
        let password = "another right horse".to_owned();
        let set = identity::PasswordSet { token: identity::Secret::from_client(token), password };
        identity::password_set_with_token(&ctx, set).await.unwrap();
        m.drain().await;
        let mails = captured.messages().split_off(before);
        assert_eq!(mails.len(), 2, "{mails:#?}");
        assert!(mails.iter().all(|mail| mail.to == "bea@example.org" && mail.text.starts_with("Guten Tag")), "{mails:#?}");
    }
}

//! Orders of companies: who may place them, what stands on them.

use context::Ctx;
use customers::{Company, CompanyCreate, CompanyFields, CompanyMember, CompanyMemberInvite, CompanyRole, Register};
use kernel::{Currency, Fault, Money, PageArgs};
use orders::command::{self, ApproveCart, CartAccess, CartDetails, cart_approve, cart_edit, place as place_cart};
use orders::model::status::CancelReason;
use orders::query;
use testkit::TestEnv;

use crate::support::{Market, code, place};

/// A buyer who has proved the address.
pub async fn buyer(t: &TestEnv, email: &str) -> Ctx {
    identity::set_password_cost(identity::PasswordCost::CHEAP);
    let (name, password) = ("Bea Buyer".to_owned(), "correct horse battery".to_owned());
    let input = Register { email: email.to_owned(), name, password, locale: None };
    let made = customers::register(&t.anonymous(), input).await.unwrap();
    let read = t.world.db.read();
    let sql = "SELECT payload FROM outbox_event WHERE kind = ? ORDER BY id DESC LIMIT 1";
    let kind = <identity::EmailVerificationRequested as outbox::Event>::KIND;
    let statement = db::dialect::statement(read, sql, [kind.into()]);
    let row = sea_orm::ConnectionTrait::query_one_raw(read, statement).await.unwrap().unwrap();
    let asked: identity::EmailVerificationRequested =
        serde_json::from_str(&row.try_get_by_index::<String>(0).unwrap()).unwrap();
    identity::email_verify(&t.anonymous(), &asked.token).await.unwrap();
    t.buyer(made.customer.id)
}

/// A company with its first admin.
pub async fn company(admin: &Ctx, po_number_required: bool) -> Company {
    let address = customers::AddressFields {
        name: "Accounts".to_owned(),
        line1: "Am Markt 2".to_owned(),
        city: "Wien".to_owned(),
        postal_code: "1010".to_owned(),
        country: "AT".to_owned(),
        ..customers::AddressFields::default()
    };
    let fields = CompanyFields {
        name: "Kettle Works GmbH".to_owned(),
        vat_ids: vec!["ATU13585627".to_owned(), "DE136695976".to_owned()],
        addresses: vec![address],
        po_number_required,
        ..CompanyFields::default()
    };
    customers::company_create(admin, CompanyCreate { admin: None, fields }).await.unwrap()
}

/// Somebody who joined a company.
pub async fn member(
    admin: &Ctx,
    t: &TestEnv,
    of: &Company,
    email: &str,
    role: CompanyRole,
    limit: Option<i64>,
) -> (Ctx, CompanyMember) {
    let spending_limit = limit.map(|minor| Money::new(minor, Currency::EUR));
    let input = CompanyMemberInvite { company: of.id, email: email.to_owned(), role, spending_limit };
    let invited = customers::company_member_invite(admin, input).await.unwrap();
    let ctx = buyer(t, email).await;
    let joined = customers::company_member_join(&ctx, invited.id).await.unwrap();
    (ctx, joined)
}

/// Names the company on a cart.
pub async fn for_company(ctx: &Ctx, access: &CartAccess, of: &Company, po_number: Option<&str>) {
    let po_number = Some(po_number.map(str::to_owned));
    let details = CartDetails { company: Some(Some(of.id)), po_number, ..CartDetails::default() };
    cart_edit(ctx, access, details).await.unwrap();
}

testkit::both_databases! {
    async fn the_company_and_its_number_are_frozen_and_shown_to_merchants(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 5).await;
        let bea = buyer(&m.t, "bea@example.org").await;
        let works = company(&bea, true).await;
        let (_, access) = m.cart(&bea, &[(offer, 2)]).await;
        for_company(&bea, &access, &works, None).await;
        let plan = m.plan(&bea, &access).await;
        let refused = place_cart(&bea, place(&access, &plan, "k1", "bank_transfer")).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("REQUIRED", Some("poNumber")));
        for_company(&bea, &access, &works, Some(" PO-77 ")).await;
        let order = place_cart(&bea, place(&access, &plan, "k2", "bank_transfer")).await.unwrap();
        assert_eq!((order.company_id, order.po_number.as_deref()), (Some(works.id), Some("PO-77")));
        // The goods go to Germany, so the German VAT id is named; the bill goes to the company.
        assert_eq!((order.company_name.as_deref(), order.company_vat_id.as_deref()), (Some("Kettle Works GmbH"), Some("DE136695976")));
        let bill = order.bill_to.clone().unwrap();
        assert_eq!((bill.city.as_str(), bill.company.as_deref()), ("Wien", Some("Kettle Works GmbH")));
        let part = m.part(&order, &shop).await.merchant_order;
        assert_eq!((part.po_number.as_deref(), part.company_name.as_deref(), part.company_vat_id.as_deref()),
            (Some("PO-77"), Some("Kettle Works GmbH"), Some("DE136695976")));
        m.verify().await;
    }

    async fn only_its_people_buy_for_a_company(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 5).await;
        let (bea, eve) = (buyer(&m.t, "bea@example.org").await, buyer(&m.t, "eve@example.org").await);
        let works = company(&bea, false).await;
        let name = CartDetails { company: Some(Some(works.id)), ..CartDetails::default() };
        for ctx in [&eve, &m.t.anonymous()] {
            let (_, access) = m.cart(ctx, &[(offer, 1)]).await;
            let refused = cart_edit(ctx, &access, name.clone()).await.unwrap_err();
            assert_eq!((refused.code(), refused.field().as_deref()), ("UNKNOWN", Some("companyId")));
        }
        // The token alone does not buy at the company's expense, nor does somebody who left.
        let (_, access) = m.cart(&bea, &[(offer, 1)]).await;
        for_company(&bea, &access, &works, None).await;
        let plan = m.plan(&bea, &access).await;
        let wanted = |key| place(&access, &plan, key, "bank_transfer");
        assert_eq!(code(place_cart(&m.t.anonymous(), wanted("k1")).await), "NOT_IN_COMPANY");
        let (ann, joined) = member(&bea, &m.t, &works, "ann@example.org", CompanyRole::Buyer, None).await;
        let (_, own) = m.cart(&ann, &[(offer, 1)]).await;
        for_company(&ann, &own, &works, None).await;
        customers::company_member_remove(&bea, joined.id).await.unwrap();
        let plan_of_ann = m.plan(&ann, &own).await;
        assert_eq!(code(place_cart(&ann, place(&own, &plan_of_ann, "k1", "bank_transfer")).await), "NOT_IN_COMPANY");
        assert_eq!(m.available(&shop, "A1").await, 5, "nothing was reserved");
        assert!(place_cart(&bea, wanted("k2")).await.unwrap().company_id.is_some());
    }

    async fn above_the_limit_somebody_else_of_the_company_approves(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 50).await;
        let bea = buyer(&m.t, "bea@example.org").await;
        let works = company(&bea, false).await;
        let (ann, _) = member(&bea, &m.t, &works, "ann@example.org", CompanyRole::Buyer, Some(2000)).await;
        let (tom, _) = member(&bea, &m.t, &works, "tom@example.org", CompanyRole::Approver, Some(4000)).await;
        let (cart, access) = m.cart(&ann, &[(offer, 3)]).await;
        for_company(&ann, &access, &works, None).await;
        let plan = m.plan(&ann, &access).await;
        let refused = place_cart(&ann, place(&access, &plan, "k1", "bank_transfer")).await.unwrap_err();
        assert_eq!((refused.code(), refused.details().unwrap()["limit"]["amount"].as_str()), ("SPENDING_LIMIT_EXCEEDED", Some("20.00")));
        let seen = CartAccess { id: cart.id, token: None };
        let version = command::cart_edit(&ann, &access, CartDetails::default()).await.unwrap().version;
        let approve = |expected_version, total| ApproveCart { cart: seen.clone(), expected_version, expected_total_minor: total };
        let total = plan.totals.total;
        let eve = buyer(&m.t, "eve@example.org").await;
        assert_eq!(code(cart_approve(&eve, approve(version, total)).await), "NOT_FOUND");
        assert_eq!(code(cart_approve(&ann, approve(version, total)).await), "OWN_REQUEST");
        assert_eq!(code(cart_approve(&tom, approve(version - 1, total)).await), "STALE_VERSION");
        assert_eq!(code(cart_approve(&tom, approve(version, total - 1)).await), "PLAN_CHANGED");
        let approved = cart_approve(&tom, approve(version, total)).await.unwrap();
        assert_eq!(approved.approval.map(|a| (a.by, a.total_minor)), Some((tom.actor().customer().unwrap(), total)));
        // What is changed afterwards was not approved.
        let line = approved.lines[0].id;
        let more = vec![command::QuantityChange { line, quantity: 4 }];
        let changed = command::cart_lines_set(&ann, &access, more).await.unwrap();
        assert_eq!(changed.approval, None);
        let plan = m.plan(&ann, &access).await;
        assert_eq!(code(place_cart(&ann, place(&access, &plan, "k2", "bank_transfer")).await), "SPENDING_LIMIT_EXCEEDED");
        assert_eq!(code(cart_approve(&tom, approve(changed.version, plan.totals.total)).await), "SPENDING_LIMIT_EXCEEDED");
        cart_approve(&bea, approve(changed.version, plan.totals.total)).await.unwrap();
        let order = place_cart(&ann, place(&access, &plan, "k3", "bank_transfer")).await.unwrap();
        assert_eq!((order.customer_id, order.approved_by), (ann.actor().customer(), bea.actor().customer()));
    }

    async fn admins_see_what_others_bought_for_their_company_and_nobody_else_does(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let offer = m.goods(&shop, "A1", 1000, 50).await;
        let bea = buyer(&m.t, "bea@example.org").await;
        let works = company(&bea, false).await;
        let (ann, of_ann) = member(&bea, &m.t, &works, "ann@example.org", CompanyRole::Buyer, None).await;
        let (tom, of_tom) = member(&bea, &m.t, &works, "tom@example.org", CompanyRole::Approver, None).await;
        let other = buyer(&m.t, "eve@example.org").await;
        company(&other, false).await;
        let bought = async |ctx: &Ctx, key: &str, for_works: bool| {
            let (_, access) = m.cart(ctx, &[(offer, 1)]).await;
            if for_works {
                for_company(ctx, &access, &works, None).await;
            }
            let plan = m.plan(ctx, &access).await;
            place_cart(ctx, place(&access, &plan, key, "bank_transfer")).await.unwrap().id
        };
        let (first, private) = (bought(&ann, "k1", true).await, bought(&ann, "k2", false).await);
        let of_bea = bought(&bea, "k3", true).await;
        let list = async |ctx: &Ctx, company| {
            let filter = query::OrderFilter { company, ..query::OrderFilter::default() };
            let rows = query::orders(ctx, &filter, &PageArgs::first(9)).await.unwrap().into_rows();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let works_id = Some(works.id);
        assert_eq!(list(&bea, works_id).await, [of_bea, first]);
        assert_eq!(list(&m.t.operator(), works_id).await, [of_bea, first]);
        assert_eq!(list(&ann, works_id).await, [first], "her own only");
        assert_eq!((list(&tom, works_id).await, list(&other, works_id).await), (vec![], vec![]));
        assert_eq!((list(&bea, None).await, list(&ann, None).await), (vec![of_bea], vec![private, first]));
        // One by one: what belongs to an order comes with it.
        let parts = query::parts_by_orders(&bea, &[first, private]).await.unwrap();
        assert_eq!(parts.keys().collect::<Vec<_>>(), [&first]);
        assert!(query::plan_of_order(&bea, first).await.is_ok());
        assert!(query::timeline_of_order(&bea, first, &PageArgs::first(9)).await.is_ok());
        assert_eq!(code(query::order(&bea, private).await), "NOT_FOUND", "what she bought for herself is hers");
        for (who, id) in [(&tom, first), (&other, first), (&ann, of_bea)] {
            assert_eq!(code(query::order(who, id).await), "NOT_FOUND");
        }
        assert!(query::parts_by_orders(&other, &[first]).await.unwrap().is_empty());
        // Looking is not doing.
        let cancel = command::CancelOrder { order: first, reason: CancelReason::BuyerRequest, note: None };
        assert_eq!(code(command::cancel_order(&bea, cancel).await), "NOT_FOUND");
        // Who is made an admin sees it, who is one no more does not.
        let role = |member: &CompanyMember, role| customers::CompanyMemberEdit {
            id: member.id, expected_version: member.version, role, spending_limit: None,
        };
        customers::company_member_edit(&bea, role(&of_tom, CompanyRole::Admin)).await.unwrap();
        assert!(query::order(&tom, first).await.is_ok());
        customers::company_member_remove(&tom, of_ann.id).await.unwrap();
        assert!(query::order(&ann, first).await.is_ok(), "who left keeps her own");
        let seats = customers::members_by_companies(&bea, &[works.id]).await.unwrap();
        let again = seats[&works.id].iter().find(|seat| seat.id == of_tom.id).unwrap().clone();
        customers::company_member_edit(&bea, role(&again, CompanyRole::Buyer)).await.unwrap();
        assert_eq!(code(query::order(&tom, first).await), "NOT_FOUND");
    }
}

//! Conversations about orders, incidents, products and merchants: nobody opens one about what he may not see.

use context::Ctx;
use kernel::id::{CustomerId, MerchantId};
use kernel::{Fault as _, PageArgs};
use merchants::conversation::{NewMessage, PostMessage, Side, conversation, messages, my_conversations, post};
use orders::command::{
    About, OpenConversation, OpenIncident, PostAsGuest, conversation_open, conversation_post_as_guest, erase_buyer,
    guest_conversations, incident_open,
};
use orders::model::status::IncidentReason;
use orders::query::GuestOrder;
use orders::{Order, command};

use crate::support::{Market, code, place};

async fn registered(m: &Market, email: &str) -> CustomerId {
    identity::set_password_cost(identity::PasswordCost::CHEAP);
    let register = customers::Register {
        email: email.to_owned(),
        password: "a long password 1".to_owned(),
        name: "Bea Buyer".to_owned(),
        locale: None,
    };
    customers::register(&m.t.anonymous(), register).await.unwrap().customer.id
}

async fn ordered(m: &Market, ctx: &Ctx, offer: kernel::id::OfferId) -> (Order, GuestOrder) {
    let (_, access) = m.cart(ctx, &[(offer, 1)]).await;
    let plan = m.plan(ctx, &access).await;
    let order = command::place(ctx, place(&access, &plan, &access.id.to_string(), "card_sandbox")).await.unwrap();
    m.drain().await;
    let guest = GuestOrder { number: order.number.clone(), token: access.token.unwrap() };
    (m.order(&order).await, guest)
}

fn said(words: &str) -> NewMessage {
    NewMessage { words: words.to_owned(), ..NewMessage::default() }
}

fn about(about: About, key: &str) -> OpenConversation {
    OpenConversation {
        about,
        merchant: None,
        with: Vec::new(),
        guest: None,
        topic: "question".to_owned(),
        title: "A question".to_owned(),
        message: said("When will it come?"),
        idempotency_key: key.to_owned(),
    }
}

fn of(merchant: MerchantId, input: OpenConversation) -> OpenConversation {
    OpenConversation { merchant: Some(merchant), ..input }
}

testkit::both_databases! {
    async fn a_buyer_asks_about_an_order_of_its_own_alone(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop_with("anna", true).await, m.shop_with("bert", true).await);
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let (bea, carl) = (registered(&m, "bea@example.org").await, registered(&m, "carl@example.org").await);
        let (bea, carl) = (m.t.buyer(bea), m.t.buyer(carl));
        let (order, _) = ordered(&m, &bea, lamp).await;
        let part = m.part(&order, &anna).await.merchant_order;
        let thread = conversation_open(&bea, about(About::Order(part.id), "k1")).await.unwrap();
        let made = thread.conversation();
        assert_eq!((made.merchant, made.awaiting, made.subject.label.as_str()), (Some(anna.id), Some(Side::Merchant), part.number.as_str()));
        assert_eq!(made.buyer.as_ref().map(|buyer| buyer.name.as_str()), Some("Ann Buyer"), "as on the parcel");
        // Asking again with the same key opens nothing more.
        let again = conversation_open(&bea, about(About::Order(part.id), "k1")).await.unwrap();
        assert_eq!(again.conversation().id, made.id);
        assert_eq!(code(conversation_open(&bea, OpenConversation { title: "Other".to_owned(), ..about(About::Order(part.id), "k1") }).await), "IDEMPOTENCY_KEY_REUSED");
        // Others have no such order.
        assert_eq!(code(conversation_open(&carl, about(About::Order(part.id), "k2")).await), "NOT_FOUND");
        assert_eq!(code(conversation_open(&bert.staff, about(About::Order(part.id), "k2")).await), "NOT_FOUND");
        assert_eq!(code(conversation_open(&m.t.anonymous(), about(About::Order(part.id), "k2")).await), "UNAUTHENTICATED");
        assert_eq!(conversation(&bert.staff, made.id).await.unwrap_err().code(), "NOT_FOUND");
        let answer = PostMessage { conversation: made.id, message: said("Tomorrow"), idempotency_key: "a1".to_owned() };
        post(&anna.staff, answer).await.unwrap();
        let mine = my_conversations(&bea, None, &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!((mine.len(), mine[0].unread(), mine[0].conversation().awaiting), (1, 1, Some(Side::Buyer)));
        assert!(my_conversations(&carl, None, &PageArgs::first(9)).await.unwrap().into_rows().is_empty());
        // Who is forgotten is not written to.
        erase_buyer(&m.t.system(), order.customer_id.unwrap()).await.unwrap();
        let refused = conversation_open(&anna.staff, about(About::Order(part.id), "k3")).await.unwrap_err();
        assert_eq!((refused.code(), refused.field().as_deref()), ("NOT_THERE", Some("with")));
        assert_eq!(merchants::check::conversations(m.t.world.db.read()).await.unwrap(), Vec::<String>::new());
    }

    async fn a_guest_speaks_by_the_secret_of_the_order(t: TestEnv) {
        let m = Market::new(t).await;
        let anna = m.shop_with("anna", true).await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let visitor = m.t.anonymous();
        let ((order, guest), (other, others)) = (ordered(&m, &visitor, lamp).await, ordered(&m, &visitor, lamp).await);
        let part = m.part(&order, &anna).await.merchant_order;
        let as_guest = |guest: &GuestOrder, key: &str| OpenConversation { guest: Some(guest.clone()), ..about(About::Order(part.id), key) };
        let thread = conversation_open(&visitor, as_guest(&guest, "k1")).await.unwrap();
        let id = thread.conversation().id;
        // Another order's secret opens neither the order nor the conversation, nor does a guess.
        let wrong = GuestOrder { token: "guess".to_owned(), ..guest.clone() };
        for guest in [&others, &wrong] {
            assert_eq!(code(conversation_open(&visitor, as_guest(guest, "k2")).await), "NOT_FOUND");
        }
        assert_eq!(code(conversation_open(&visitor, as_guest(&wrong, "k1")).await), "NOT_FOUND", "a known key opens nothing either");
        let says = |guest: &GuestOrder, words: &str| PostAsGuest {
            guest: guest.clone(), conversation: id, message: said(words), idempotency_key: words.to_owned(),
        };
        assert_eq!(code(conversation_post_as_guest(&visitor, says(&others, "Hello")).await), "NOT_FOUND");
        conversation_post_as_guest(&visitor, says(&guest, "Hello")).await.unwrap();
        conversation_post_as_guest(&visitor, says(&guest, "Hello")).await.unwrap();
        let page = PageArgs::first(9);
        let list = guest_conversations(&visitor, &guest, &page).await.unwrap().into_rows();
        let read = messages(&visitor, &list[0], false, &page).await.unwrap().into_rows();
        assert_eq!(read.into_iter().map(|message| message.words.unwrap()).collect::<Vec<_>>(), ["When will it come?", "Hello"]);
        assert!(guest_conversations(&visitor, &others, &page).await.unwrap().into_rows().is_empty());
        assert_eq!(guest_conversations(&visitor, &wrong, &page).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(conversation(&visitor, id).await.unwrap_err().code(), "UNAUTHENTICATED");
        assert_eq!(code(conversation_open(&visitor, OpenConversation { about: About::General, ..as_guest(&guest, "k3") }).await), "NOT_FOUND");
        assert_ne!(order.id, other.id);
    }

    async fn staff_writes_about_what_is_its_own(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop_with("anna", true).await, m.shop_with("bert", true).await);
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let bea = m.t.buyer(registered(&m, "bea@example.org").await);
        let (order, _) = ordered(&m, &bea, lamp).await;
        let part = m.part(&order, &anna).await.merchant_order;
        let operator = m.t.operator();
        let made = conversation_open(&anna.staff, about(About::Order(part.id), "k1")).await.unwrap();
        assert_eq!(made.conversation().awaiting, Some(Side::Buyer));
        let only = |with: Vec<Side>, key: &str| OpenConversation { with, ..about(About::Order(part.id), key) };
        let made = conversation_open(&anna.staff, only(vec![Side::Operator], "k2")).await.unwrap();
        assert_eq!((made.conversation().buyer.is_none(), made.conversation().awaiting), (true, Some(Side::Operator)));
        // The operator talks to the buyer without the merchant, to the merchant without the buyer, or to both.
        let made = conversation_open(&operator, only(vec![Side::Buyer], "k1")).await.unwrap();
        assert_eq!((made.conversation().merchant, made.conversation().awaiting), (None, Some(Side::Buyer)));
        assert_eq!(conversation(&anna.staff, made.conversation().id).await.unwrap_err().code(), "NOT_FOUND");
        let made = conversation_open(&operator, only(vec![Side::Merchant], "k2")).await.unwrap();
        assert_eq!((made.conversation().buyer.is_none(), made.conversation().awaiting), (true, Some(Side::Merchant)));
        assert!(conversation_open(&operator, only(Vec::new(), "k3")).await.unwrap().conversation().is_between_both());
        // Merchants and the operator about nothing of the kind.
        let made = conversation_open(&bert.staff, about(About::General, "k1")).await.unwrap();
        assert_eq!((made.conversation().merchant, made.conversation().awaiting), (Some(bert.id), Some(Side::Operator)));
        assert_eq!(code(conversation_open(&bert.staff, of(anna.id, about(About::Merchant, "k2"))).await), "NOT_FOUND");
        let missing = conversation_open(&operator, about(About::General, "k4")).await.unwrap_err();
        assert_eq!((missing.code(), missing.field().as_deref()), ("REQUIRED", Some("merchantId")));
        let incident = OpenIncident { merchant_order: part.id, reason: IncidentReason::NotReceived, note: None };
        let incident = incident_open(&bea, incident).await.unwrap().id;
        let made = conversation_open(&bea, about(About::Incident(incident), "k1")).await.unwrap();
        assert_eq!(made.conversation().subject.id, incident.to_string());
        assert_eq!(code(conversation_open(&bert.staff, about(About::Incident(incident), "k3")).await), "NOT_FOUND");
    }

    async fn before_buying_one_asks_who_sells_what_is_shown(t: TestEnv) {
        let m = Market::new(t).await;
        let (anna, bert) = (m.shop("anna").await, m.shop("bert").await);
        m.goods(&anna, "A1", 1000, 9).await;
        let bea = m.t.buyer(registered(&m, "bea@example.org").await);
        let sold = offers::products_of_merchants_on(m.t.world.db.read(), anna.id, None, 1).await.unwrap()[0];
        let made = conversation_open(&bea, of(anna.id, about(About::Product(sold), "k1"))).await.unwrap();
        assert_eq!((made.conversation().subject.label.as_str(), made.conversation().awaiting), ("Product A1", Some(Side::Merchant)));
        assert_eq!(code(conversation_open(&bea, of(bert.id, about(About::Product(sold), "k2"))).await), "NOT_FOUND");
        assert_eq!(code(conversation_open(&bea, about(About::Product(sold), "k3")).await), "REQUIRED");
        conversation_open(&bea, of(anna.id, about(About::Merchant, "k4"))).await.unwrap();
        // A draft is shown to nobody, so nobody asks about it.
        let draft = catalog::model::ProductInput {
            title: "Draft".to_owned(),
            variants: vec![catalog::model::VariantInput { sku: "D1".to_owned(), ..Default::default() }],
            ..Default::default()
        };
        let create = catalog::command::ProductCreate { merchant: None, product: draft };
        let draft = catalog::command::product_create(&anna.staff, create).await.unwrap().id;
        assert_eq!(code(conversation_open(&bea, of(anna.id, about(About::Product(draft), "k5"))).await), "NOT_FOUND");
        // In general a buyer asks the marketplace.
        let made = conversation_open(&bea, of(anna.id, about(About::General, "k6"))).await.unwrap();
        assert_eq!((made.conversation().merchant, made.conversation().awaiting), (None, Some(Side::Operator)));
    }
}

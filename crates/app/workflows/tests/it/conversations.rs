//! Mails about conversations, buyers who are forgotten, and answers that are rated.

use kernel::PageArgs;
use marketplace::task::TaskKind;
use merchants::conversation::{
    InviteOperator, NewMessage, PostMessage, RedactMessage, SteerConversation, Visibility, close, conversation, invite,
    messages, post, redact,
};
use merchants::event::MessagePosted;
use merchants::rating::{Count, Formula, Metric, MetricRule, activate_formula, create_formula, rating};
use orders::command::{self, About, OpenConversation, conversation_open};
use orders::query::GuestOrder;

use crate::people::registered;
use crate::stage::{ANN, market, subjects, told};
use crate::support::{Market, Shop, place};
use crate::tasks::{closed, found, open};

pub(crate) fn said(words: &str) -> NewMessage {
    NewMessage { words: words.to_owned(), ..NewMessage::default() }
}

pub(crate) fn about(shop: &Shop, words: &str) -> OpenConversation {
    OpenConversation {
        about: About::Merchant,
        merchant: Some(shop.id),
        with: Vec::new(),
        guest: None,
        topic: "question".to_owned(),
        title: "A <question>".to_owned(),
        message: said(words),
        idempotency_key: words.to_owned(),
    }
}

pub(crate) async fn answer(
    ctx: &context::Ctx,
    conversation: kernel::id::ConversationId,
    message: NewMessage,
) -> MessagePosted {
    let idempotency_key = message.words.clone();
    let posted = post(ctx, PostMessage { conversation, message, idempotency_key }).await.unwrap();
    MessagePosted {
        conversation,
        message: posted.id,
        merchant: None,
        author_side: posted.side,
        visibility: posted.visibility,
        awaiting: posted.awaiting.flatten(),
    }
}

async fn again(m: &Market, event: &MessagePosted) {
    let mut tx = m.t.system().begin_write().await.unwrap();
    tx.emit(event);
    tx.commit().await.unwrap();
    m.drain().await;
}

testkit::both_databases! {
    async fn each_side_hears_once_what_the_others_wrote_and_gets_no_address(t: TestEnv) {
        let (m, captured) = market(t).await;
        let anna = m.shop("anna").await;
        let bea = registered(&m, "bea@example.org", "de").await;
        let made = conversation_open(&bea, about(&anna, "Is it red? Call 0151 23456789")).await.unwrap();
        let id = made.conversation().id;
        m.drain().await;
        let asked = told(&captured, "New message: A <question>");
        assert_eq!((asked.len(), asked[0].to.as_str()), (1, "anna@example.org"));
        assert!(asked[0].text.contains("Bea Buyer wrote about") && asked[0].text.contains("Is it red? Call •••"), "{}", asked[0].text);
        assert!(asked[0].text.contains(&format!("https://souk.example/merchant/conversations/{id}")), "{}", asked[0].text);
        assert!(asked[0].html.as_ref().unwrap().contains("A &lt;question&gt;"));
        let reply = answer(&anna.staff, id, said("It is blue. See www.anna.example")).await;
        m.drain().await;
        let told_bea = told(&captured, "Antwort: A <question>");
        assert_eq!((told_bea.len(), told_bea[0].to.as_str()), (1, "bea@example.org"));
        assert!(told_bea[0].text.contains("anna schreibt Ihnen") && told_bea[0].text.contains("It is blue. See •••"), "{}", told_bea[0].text);
        // Told again, mailed once; notes are nobody's mail, what the teams say is not the buyer's.
        again(&m, &reply).await;
        answer(&anna.staff, id, NewMessage { visibility: Some(Visibility::Merchant), ..said("A note") }).await;
        answer(&anna.staff, id, NewMessage { visibility: Some(Visibility::Team), ..said("May we?") }).await;
        m.drain().await;
        assert_eq!(told(&captured, "Antwort").len(), 1);
        let operator = told(&captured, "New message").into_iter().filter(|mail| mail.to == "hello@souk.example").collect::<Vec<_>>();
        assert_eq!(operator.len(), 1);
        assert!(operator[0].text.contains("anna wrote about") && operator[0].text.contains("May we?"), "{}", operator[0].text);
        // Asked by the buyer, the operator hears it too, and answers to both.
        invite(&bea, InviteOperator { id, words: "Please help".to_owned() }).await.unwrap();
        answer(&m.t.operator(), id, said("We do")).await;
        m.drain().await;
        let words = |to: &str| -> Vec<String> {
            let mails = captured.messages().into_iter().filter(|mail| mail.to == to && (mail.subject.starts_with("New message") || mail.subject.starts_with("Antwort")));
            mails.map(|mail| mail.text).collect()
        };
        let (of_bea, of_anna, of_operator) = (words("bea@example.org"), words("anna@example.org"), words("hello@souk.example"));
        assert!(of_bea.len() == 2 && of_bea[1].contains("Souk schreibt Ihnen") && of_bea[1].contains("We do"), "{of_bea:?}");
        assert!(of_anna.len() == 3 && of_anna[1].contains("Please help") && of_anna[2].contains("We do"), "{of_anna:?}");
        assert!(of_operator.len() == 2 && of_operator[1].contains("Please help"), "{of_operator:?}");
        for mail in captured.messages() {
            assert_eq!(mail.reply_to, None);
            for (of, at) in [("bea@example.org", &of_anna), ("anna@example.org", &of_bea)] {
                assert!(at.iter().all(|text| !text.contains(of)), "{of}");
            }
        }
    }

    async fn a_conversation_is_a_task_of_whom_it_waits_for(t: TestEnv) {
        let (m, _) = market(t).await;
        let anna = m.shop("anna").await;
        let bea = registered(&m, "bea@example.org", "en").await;
        let id = conversation_open(&bea, about(&anna, "Is it red?")).await.unwrap().conversation().id;
        let asked = open(&m, TaskKind::AnswerBuyer).await;
        assert_eq!((asked.len(), asked[0].subject.clone(), asked[0].owner()), (1, id.to_string(), Some(anna.id)));
        assert!(!asked[0].title.contains("question>"), "a title may name people, and a task stays");
        assert_eq!(found(&anna.staff, TaskKind::AnswerBuyer, None).await.len(), 1);
        answer(&anna.staff, id, said("It is blue")).await;
        assert_eq!(closed(&m, TaskKind::AnswerBuyer).await, ["answered"]);
        // The buyer goes on, and asks the operator to help.
        invite(&bea, InviteOperator { id, words: "I asked for the other color".to_owned() }).await.unwrap();
        let help = open(&m, TaskKind::AnswerMerchant).await;
        assert_eq!((help.len(), help[0].owner()), (1, None));
        assert_eq!(found(&anna.staff, TaskKind::AnswerMerchant, None).await, Vec::new(), "that is the operator's");
        let version = conversation(&m.t.operator(), id).await.unwrap().conversation().version;
        let end = SteerConversation { id, expected_version: version, words: None };
        close(&m.t.operator(), end).await.unwrap();
        assert_eq!(closed(&m, TaskKind::AnswerMerchant).await, ["closed"]);
        assert_eq!(open(&m, TaskKind::AnswerBuyer).await, Vec::new());
    }

    async fn what_was_taken_away_is_mailed_no_more(t: TestEnv) {
        let (m, captured) = market(t).await;
        let anna = m.shop("anna").await;
        let bea = registered(&m, "bea@example.org", "en").await;
        let id = conversation_open(&bea, about(&anna, "Is it red?")).await.unwrap().conversation().id;
        let rude = answer(&anna.staff, id, said("You fool")).await;
        redact(&m.t.operator(), RedactMessage { message: rude.message, reason: "Rude".to_owned() }).await.unwrap();
        m.drain().await;
        assert!(told(&captured, "Answer:").is_empty());
    }

    async fn a_guest_is_answered_where_the_order_is(t: TestEnv) {
        let (m, captured) = market(t).await;
        let anna = m.shop_with("anna", true).await;
        let lamp = m.goods(&anna, "A1", 1000, 9).await;
        let visitor = m.t.anonymous();
        let (_, access) = m.cart(&visitor, &[(lamp, 1)]).await;
        let plan = m.plan(&visitor, &access).await;
        let order = command::place(&visitor, place(&access, &plan, "k1", "card_sandbox")).await.unwrap();
        m.drain().await;
        let part = m.part(&order, &anna).await.merchant_order.id;
        let guest = GuestOrder { number: order.number.clone(), token: access.token.unwrap() };
        let open = OpenConversation { about: About::Order(part), guest: Some(guest), merchant: None, ..about(&anna, "When?") };
        let id = conversation_open(&visitor, open).await.unwrap().conversation().id;
        answer(&anna.staff, id, said("Tomorrow")).await;
        m.drain().await;
        let told = told(&captured, "Answer: A <question>");
        assert_eq!((told.len(), told[0].to.as_str()), (1, ANN));
        assert!(told[0].text.contains(&format!("https://souk.example/orders/{}", order.number)), "{}", told[0].text);
    }

    async fn who_is_forgotten_leaves_no_word_and_gets_no_mail(t: TestEnv) {
        let (m, captured) = market(t).await;
        let anna = m.shop("anna").await;
        let bea = registered(&m, "bea@example.org", "en").await;
        let id = conversation_open(&bea, about(&anna, "I am Bea")).await.unwrap().conversation().id;
        m.drain().await;
        let before = subjects(&captured, "bea@example.org").len();
        customers::erase(&bea, customers::CustomerErase { customer: None, reason: "done".to_owned() }).await.unwrap();
        m.drain().await;
        let left = conversation(&m.t.operator(), id).await.unwrap();
        let read = messages(&m.t.operator(), &left, false, &PageArgs::first(9)).await.unwrap().into_rows();
        assert!(left.conversation().erased_at.is_some() && read.iter().all(|message| message.words.is_none()));
        assert_eq!(subjects(&captured, "bea@example.org").len(), before);
        assert_eq!(merchants::check::conversations(m.t.world.db.read()).await.unwrap(), Vec::<String>::new());
    }

    async fn an_answer_rates_the_merchant(t: TestEnv) {
        let (m, _) = market(t).await;
        let metric = Metric::AnswersInTime;
        let rule = MetricRule {
            metric, window_days: 30, maturity_days: 0, prior_orders: 0, prior: 0, target: 1_000_000, worst: 0, weight: 1,
        };
        let formula = Formula { metrics: vec![rule], threshold: None };
        let version = create_formula(&m.t.operator(), formula, "Answers").await.unwrap().version;
        activate_formula(&m.t.operator(), version).await.unwrap();
        let anna = m.shop("anna").await;
        let bea = registered(&m, "bea@example.org", "en").await;
        let id = conversation_open(&bea, about(&anna, "Is it red?")).await.unwrap().conversation().id;
        answer(&anna.staff, id, said("It is")).await;
        m.drain().await;
        let seen = rating(&anna.staff, None).await.unwrap();
        assert_eq!(seen.score.map(|score| score.inputs[0].count), Some(Count { k: 1, n: 1 }));
        assert_eq!(seen.standing.rating, Some(100_000_000));
    }
}

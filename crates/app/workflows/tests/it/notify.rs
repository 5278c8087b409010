//! Who is told of what, by rules: each telling once, by each channel on its own, and only to those who still belong.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{NaiveTime, TimeDelta};
use context::Ctx;
use futures::future::join_all;
use identity::{AddMember, Added, MemberAccess, Membership, PasswordCost, PasswordHash, RoleName, Team, USER_ROLE};
use kernel::id::{MerchantId, UserId};
use kernel::{Currency, Fault as _, Money, PageArgs, Zone};
use mail::{Captured, Mailer, Templates};
use marketplace::command::notification::{
    ChannelInput, MarkRead, Occurrence, Recipient, RuleInput, claim, create_rule, forget_old, mark_read,
    retry_delivery, route, set_preference, switch_rule,
};
use marketplace::command::webhook::{CreateEndpoint, Outgoing, create_endpoint};
use marketplace::notification::rule::Facts;
use marketplace::notification::{
    Audience, Delivery, DeliveryState, Digest, DroppedWhy, Filter, Notification, QuietHours, Route, Rule, Seat,
    Throttle, event_kind,
};
use marketplace::query::{DeliveryFilter, my_notifications, notification_deliveries, unread_count, webhook_deliveries};
use marketplace::webhook::retry::Answer;
use merchants::conversation::{AssignConversation, NewMessage, Visibility, assign, conversation};
use orders::command::conversation_open;
use testkit::TestEnv;
use workflows::Deps;
use workflows::hooks::HookLine;
use workflows::notify::round;

use crate::conversations::{about, answer, said};
use crate::people::registered;
use crate::stage::market;

/// A chat that takes what it is told, or does not.
#[derive(Default)]
struct Chat {
    down: Mutex<bool>,
    heard: Mutex<Vec<Outgoing>>,
}

#[async_trait]
impl HookLine for Chat {
    async fn post(&self, message: &Outgoing) -> Answer {
        self.heard.lock().unwrap().push(message.clone());
        let status = if *self.down.lock().unwrap() { 500 } else { 200 };
        Answer { status: Some(status), ..Answer::default() }
    }
}

struct Stage {
    t: TestEnv,
    deps: Deps,
    chat: Arc<Chat>,
    mails: Captured,
}

const CHAT: &str = "https://hooks.chat.example/services/T0/B0/secret";

impl Stage {
    async fn new(t: TestEnv) -> Self {
        let (mailer, mails) = Mailer::captured("Souk <noreply@souk.example>").unwrap();
        let chat = Arc::new(Chat::default());
        let mut deps = crate::stage::deps(&t, mailer, Arc::new(Templates::builtin().unwrap()));
        deps.hooks = Some(chat.clone());
        Self { t, deps, chat, mails }
    }

    /// A person of a team.
    async fn person(&self, email: &str, team: Team, role: RoleName) -> Membership {
        person(&self.t, email, team, role).await
    }

    /// What happened, `n` of many.
    fn placed(&self, merchant: Option<MerchantId>, n: i64) -> Occurrence {
        let serde_json::Value::Object(variables) =
            serde_json::json!({ "order_number": format!("S-{n}"), "total": "<9.00 EUR>" })
        else {
            unreachable!()
        };
        Occurrence {
            source: self.t.system().new_id(),
            event: event_kind("order.placed").unwrap(),
            facts: Facts { merchant, channel: None, amount: Some(Money::new(900 * n, Currency::EUR)) },
            concerned: None,
            subject: ("order", "ord_x".to_owned()),
            variables,
        }
    }

    async fn rule(&self, channel: ChannelInput, with: impl FnOnce(&mut RuleInput)) -> Rule {
        let mut input = rule(channel);
        with(&mut input);
        create_rule(&self.t.operator(), input).await.unwrap()
    }

    async fn route(&self, of: &Occurrence, rule: &Rule, people: &[Recipient]) -> u64 {
        route(&self.t.system(), of, rule, people).await.unwrap()
    }

    async fn round(&self) {
        round(&self.deps).await.unwrap();
    }

    async fn all(&self, rule: &Rule) -> Vec<Delivery> {
        let filter = DeliveryFilter { rule: Some(rule.id), ..DeliveryFilter::default() };
        notification_deliveries(&self.t.operator(), &filter, &PageArgs::first(100)).await.unwrap().into_rows()
    }

    async fn states(&self, rule: &Rule) -> Vec<DeliveryState> {
        self.all(rule).await.into_iter().map(|delivery| delivery.state).collect()
    }

    fn subjects(&self) -> Vec<String> {
        self.mails.messages().into_iter().map(|mail| mail.subject).collect()
    }

    async fn well(&self) {
        assert_eq!(marketplace::check::check(self.t.world.db.read()).await.unwrap(), Vec::<String>::new());
    }
}

async fn person(t: &TestEnv, email: &str, team: Team, role: RoleName) -> Membership {
    identity::set_password_cost(PasswordCost::CHEAP);
    let access = MemberAccess::Password(PasswordHash::of("password", "correct horse battery", "", "").await.unwrap());
    let add = AddMember { email: email.to_owned(), name: "Ann".to_owned(), team, role: role.into(), access };
    match identity::member_add(&t.system(), add).await.unwrap() {
        Added::Member(member) => member,
        Added::Invited(_) => unreachable!(),
    }
}

fn rule(channel: ChannelInput) -> RuleInput {
    let people = matches!(channel, ChannelInput::Mail | ChannelInput::InApp);
    let operator_roles = if people { vec!["operator_support".to_owned()] } else { Vec::new() };
    RuleInput {
        name: "Orders".to_owned(),
        event: "order.placed".to_owned(),
        key: String::new(),
        filter: Filter::default(),
        audience: Audience { operator_roles, ..Audience::default() },
        channel,
        texts: Vec::new(),
        digest: Digest::None,
        quiet_hours: None,
        throttle: None,
        active: true,
    }
}

fn told(member: &Membership) -> Recipient {
    let role = member.role.to_string();
    Recipient::Person(member.user, Seat { merchant: member.team.merchant(), role })
}

/// The person behind a membership, as a request of its own.
fn ctx(t: &TestEnv, user: UserId, held: &[&Membership]) -> Ctx {
    let seats = held.iter().map(|held| held.seat());
    let own = access_seat();
    let actor = access::Actor::new(access::Principal::User(user), "Ann", seats.chain([own]));
    t.ctx(actor)
}

fn access_seat() -> access::Seat {
    access::Seat { scope: access::Scope::Public, role: access::Role::named(USER_ROLE) }
}

async fn read(ctx: &Ctx) -> Vec<Notification> {
    my_notifications(ctx, false, &PageArgs::first(100)).await.unwrap().into_rows()
}

testkit::both_databases! {
    async fn a_merchant_reads_of_its_new_order_once_and_no_other_does(t: TestEnv) {
        let (m, _) = market(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("bert").await);
        let mine = person(&m.t, "owner@anna.example", Team::Merchant(shop.id), RoleName::MerchantOwner).await;
        let theirs = person(&m.t, "owner@bert.example", Team::Merchant(other.id), RoleName::MerchantOwner).await;
        let offer = m.goods(&shop, "A1", 1_000, 9).await;
        let order = m.placed(&[(offer, 2)], "card_sandbox").await;
        m.drain().await;
        let (ann, bob) = (ctx(&m.t, mine.user, &[&mine]), ctx(&m.t, theirs.user, &[&theirs]));
        let found = read(&ann).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].event.as_str(), found[0].merchant), ("merchant_order.new", Some(shop.id)));
        assert!(found[0].title.contains(&order.number) && found[0].text.contains("anna"), "{found:?}");
        assert_eq!(found[0].subject_id, m.part(&order, &shop).await.merchant_order.id.to_string());
        assert_eq!(read(&bob).await, Vec::new());
        assert_eq!(unread_count(&ann).await.unwrap(), 1);
        assert_eq!(mark_read(&bob, MarkRead::These(vec![found[0].id])).await.unwrap(), 0, "not his own");
        assert_eq!(mark_read(&ann, MarkRead::These(vec![found[0].id])).await.unwrap(), 1);
        assert_eq!(mark_read(&ann, MarkRead::Until(m.t.operator().now())).await.unwrap(), 0, "read already");
        assert_eq!(unread_count(&ann).await.unwrap(), 0);
        // Without the seat nothing is shown, whatever was told.
        assert_eq!(read(&ctx(&m.t, mine.user, &[])).await, Vec::new());
        assert_eq!(my_notifications(&m.t.anonymous(), false, &PageArgs::first(1)).await.unwrap_err().code(), "UNAUTHENTICATED");
        m.t.clock.advance(TimeDelta::days(89));
        assert_eq!(forget_old(&m.t.system(), 100).await.unwrap(), 0);
        m.t.clock.advance(TimeDelta::days(2));
        assert_eq!(forget_old(&m.t.system(), 100).await.unwrap(), 1);
        assert_eq!(read(&ann).await, Vec::new());
    }

    async fn people_hear_of_what_is_given_to_them_and_of_what_is_late(t: TestEnv) {
        let (m, _) = market(t).await;
        let (shop, other) = (m.shop("anna").await, m.shop("bert").await);
        let mine = person(&m.t, "owner@anna.example", Team::Merchant(shop.id), RoleName::MerchantOwner).await;
        let theirs = person(&m.t, "owner@bert.example", Team::Merchant(other.id), RoleName::MerchantOwner).await;
        let clerk = person(&m.t, "clerk@souk.example", Team::Operator, RoleName::OperatorOperations).await;
        let heard = async |of: &Membership| {
            m.drain().await;
            let found = read(&ctx(&m.t, of.user, &[of])).await;
            found.into_iter().map(|told| told.event).collect::<Vec<_>>()
        };
        let bea = registered(&m, "bea@example.org", "en").await;
        let id = conversation_open(&bea, about(&shop, "Is it red?")).await.unwrap().conversation().id;
        let version = conversation(&shop.staff, id).await.unwrap().conversation().version;
        let give = AssignConversation { id, expected_version: version, assignee: Some(mine.user) };
        assign(&shop.staff, give).await.unwrap();
        let note = NewMessage { visibility: Some(Visibility::Merchant), mentions: vec![mine.user], ..said("You know it") };
        answer(&shop.staff, id, note).await;
        assert_eq!(heard(&mine).await, ["conversation.mentioned", "conversation.assigned"]);
        assert_eq!((heard(&theirs).await, heard(&clerk).await), (Vec::new(), Vec::new()));
        m.t.clock.advance(TimeDelta::days(30));
        marketplace::task::tick(&m.t.system(), 100).await.unwrap();
        assert_eq!(heard(&clerk).await, ["task.breached"; 2], "the first answer and the end are late");
        assert_eq!((heard(&mine).await.len(), heard(&theirs).await.len()), (2, 0));
    }

    async fn one_event_is_told_once_however_many_route_and_send_it(t: TestEnv) {
        let s = Stage::new(t).await;
        let people = join_all((0..5).map(|n| {
            let s = &s;
            async move { s.person(&format!("p{n}@souk.example"), Team::Operator, RoleName::OperatorSupport).await }
        })).await;
        let (inside, by_mail) = (s.rule(ChannelInput::InApp, |_| {}).await, s.rule(ChannelInput::Mail, |_| {}).await);
        let again = s.rule(ChannelInput::Mail, |input| input.name = "The same once more".to_owned()).await;
        let recipients: Vec<_> = people.iter().map(told).collect();
        let events: Vec<_> = (1..=4).map(|n| s.placed(None, n)).collect();
        // Every event is routed by eight at the same time, by three rules of which two have one key.
        let routed = events.iter().flat_map(|event| [&inside, &by_mail, &again].map(|rule| (event, rule)));
        let routed: Vec<_> = routed.collect();
        let made = join_all((0..8).flat_map(|_| routed.iter().map(|(event, rule)| s.route(event, rule, &recipients)))).await;
        assert_eq!(made.iter().sum::<u64>(), 4 * 5 * 2, "each event to each person by each channel");
        for member in &people {
            assert_eq!(read(&ctx(&s.t, member.user, &[member])).await.len(), 4);
        }
        // Six nodes send at the same time.
        join_all((0..6).map(|_| s.round())).await;
        s.round().await;
        assert_eq!(s.subjects().len(), 4 * 5, "{:?}", s.subjects());
        let mut ids: Vec<_> = s.mails.messages().into_iter().map(|mail| mail.message_id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 4 * 5);
        assert!(s.mails.messages()[0].text.contains("<9.00 EUR>") && s.mails.messages()[0].html.is_none());
        s.well().await;
    }

    async fn a_node_that_dies_while_sending_loses_nothing(t: TestEnv) {
        let s = Stage::new(t).await;
        let ann = s.person("ann@souk.example", Team::Operator, RoleName::OperatorSupport).await;
        let by_mail = s.rule(ChannelInput::Mail, |_| {}).await;
        s.route(&s.placed(None, 1), &by_mail, &[told(&ann)]).await;
        assert_eq!(claim(&s.t.system(), Route::Mail, 10).await.unwrap().len(), 1);
        s.round().await;
        assert_eq!(s.subjects().len(), 0, "it is another node's");
        s.t.clock.advance(TimeDelta::seconds(91));
        s.round().await;
        assert_eq!((s.subjects().len(), s.states(&by_mail).await), (1, vec![DeliveryState::Sent]));
    }

    async fn a_chat_that_fails_keeps_no_other_channel_waiting_and_is_tried_again(t: TestEnv) {
        let s = Stage::new(t).await;
        let ann = s.person("ann@souk.example", Team::Operator, RoleName::OperatorSupport).await;
        let chat = s.rule(ChannelInput::Chat(Some(CHAT.to_owned())), |_| {}).await;
        let by_mail = s.rule(ChannelInput::Mail, |_| {}).await;
        *s.chat.down.lock().unwrap() = true;
        let event = s.placed(None, 1);
        for rule in [&chat, &by_mail] {
            assert_eq!(s.route(&event, rule, &[told(&ann)]).await, 1);
        }
        s.round().await;
        assert_eq!(s.subjects(), ["Order S-1 was placed"]);
        let waiting = s.all(&chat).await.remove(0);
        assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Waiting, 1));
        assert!(waiting.last_error.unwrap().contains("500") && !waiting.recipient.contains("secret"));
        for _ in 0..10 {
            s.t.clock.advance(TimeDelta::hours(27));
            s.round().await;
        }
        let failed = s.all(&chat).await.remove(0);
        assert_eq!((failed.state, failed.attempts, s.chat.heard.lock().unwrap().len()), (DeliveryState::Failed, 10, 10));
        *s.chat.down.lock().unwrap() = false;
        retry_delivery(&s.t.operator(), failed.id).await.unwrap();
        s.round().await;
        assert_eq!(s.states(&chat).await, [DeliveryState::Sent]);
        assert_eq!(retry_delivery(&s.t.operator(), failed.id).await.unwrap_err().code(), "NOT_FAILED");
        let last = s.chat.heard.lock().unwrap().last().cloned().unwrap();
        let text = serde_json::json!({ "text": "*Order S-1 was placed*\nIt comes to &lt;9.00 EUR&gt;." });
        assert_eq!((last.url.as_str(), &last.body), (CHAT, &text.to_string()));
        s.well().await;
    }

    async fn who_does_not_want_it_or_has_left_is_not_told(t: TestEnv) {
        let s = Stage::new(t).await;
        let ann = s.person("ann@souk.example", Team::Operator, RoleName::OperatorSupport).await;
        let bob = s.person("bob@souk.example", Team::Operator, RoleName::OperatorSupport).await;
        let own = ctx(&s.t, ann.user, &[&ann]);
        set_preference(&own, "order.placed", Route::Mail, false).await.unwrap();
        let refused = set_preference(&own, "payout.failed", Route::InApp, false).await.unwrap_err();
        assert_eq!(refused.code(), "NOT_OPTIONAL");
        assert_eq!(set_preference(&own, "order.placed", Route::Chat, false).await.unwrap_err().field().as_deref(), Some("channel"));
        let (by_mail, inside) = (s.rule(ChannelInput::Mail, |_| {}).await, s.rule(ChannelInput::InApp, |_| {}).await);
        let event = s.placed(None, 1);
        for rule in [&by_mail, &inside] {
            s.route(&event, rule, &[told(&ann), told(&bob)]).await;
        }
        identity::member_remove(&s.t.system(), bob.id).await.unwrap();
        s.round().await;
        assert_eq!(s.subjects(), Vec::<String>::new());
        let mut why: Vec<_> = s.all(&by_mail).await.into_iter().map(|delivery| delivery.dropped).collect();
        why.sort_by_key(|why| why.map(DroppedWhy::as_str));
        assert_eq!(why, [Some(DroppedWhy::Gone), Some(DroppedWhy::OptedOut)]);
        assert_eq!(read(&own).await.len(), 1, "in Souk she wants to be told");
        set_preference(&own, "order.placed", Route::Mail, true).await.unwrap();
        s.route(&s.placed(None, 2), &by_mail, &[told(&ann)]).await;
        switch_rule(&s.t.operator(), by_mail.id, by_mail.version, false).await.unwrap();
        s.round().await;
        assert_eq!(s.all(&by_mail).await[0].dropped, Some(DroppedWhy::RuleOff));
        assert_eq!(s.route(&s.placed(None, 3), &by_mail, &[told(&ann)]).await, 0);
        s.well().await;
    }

    async fn what_is_gathered_comes_in_one_and_nights_are_quiet(t: TestEnv) {
        let s = Stage::new(t).await;
        let ann = s.person("ann@souk.example", Team::Operator, RoleName::OperatorSupport).await;
        let hourly = s.rule(ChannelInput::Mail, |input| input.digest = Digest::Hourly).await;
        for n in 1..=20 {
            s.route(&s.placed(None, n), &hourly, &[told(&ann)]).await;
        }
        s.round().await;
        assert_eq!(s.subjects(), Vec::<String>::new());
        s.t.clock.advance(TimeDelta::hours(1));
        // More than one node takes at once, and those of the digest are taken together.
        join_all((0..4).map(|_| s.round())).await;
        assert_eq!(s.subjects(), ["20 notifications"]);
        assert_eq!(s.mails.messages()[0].text.lines().count(), 20);
        assert_eq!(s.states(&hourly).await, [DeliveryState::Sent; 20]);
        let time = |text: &str| text.parse::<NaiveTime>().unwrap();
        let quiet = QuietHours { zone: Zone::UTC, from: time("09:30:00"), to: time("12:00:00") };
        let inside = s.rule(ChannelInput::InApp, |input| input.quiet_hours = Some(quiet)).await;
        s.route(&s.placed(None, 21), &inside, &[told(&ann)]).await;
        let own = ctx(&s.t, ann.user, &[&ann]);
        assert_eq!((read(&own).await.len(), s.states(&inside).await), (0, vec![DeliveryState::Held]));
        let urgent = Occurrence { event: event_kind("dispute.opened").unwrap(), ..s.placed(None, 22) };
        let now = s.rule(ChannelInput::InApp, |input| {
            input.event = "dispute.opened".to_owned();
            input.quiet_hours = Some(quiet);
        }).await;
        s.route(&urgent, &now, &[told(&ann)]).await;
        assert_eq!(read(&own).await.len(), 1, "what is urgent passes");
        s.t.clock.advance(TimeDelta::hours(2));
        join_all((0..4).map(|_| s.round())).await;
        assert_eq!((read(&own).await.len(), s.states(&inside).await), (2, vec![DeliveryState::Sent]));
        s.well().await;
    }

    async fn above_the_throttle_the_rest_comes_in_one(t: TestEnv) {
        let s = Stage::new(t).await;
        let ann = s.person("ann@souk.example", Team::Operator, RoleName::OperatorSupport).await;
        let throttle = Some(Throttle { most: 2, minutes: 10 });
        let rule = s.rule(ChannelInput::Mail, |input| input.throttle = throttle).await;
        let events: Vec<_> = (1..=9).map(|n| s.placed(None, n)).collect();
        let ann = [told(&ann)];
        join_all(events.iter().map(|event| s.route(event, &rule, &ann))).await;
        s.round().await;
        assert_eq!(s.subjects().len(), 2);
        s.t.clock.advance(TimeDelta::minutes(10));
        s.round().await;
        assert_eq!(s.subjects()[2..], ["7 notifications"]);
        s.route(&s.placed(None, 10), &rule, &ann).await;
        s.round().await;
        assert_eq!(s.subjects()[3..], ["Order S-10 was placed"]);
    }

    async fn an_endpoint_hears_of_its_own_merchant_alone(t: TestEnv) {
        let s = Stage::new(t).await;
        let merchant: MerchantId = s.t.system().new_id();
        let create = |merchant, url: &str| CreateEndpoint {
            merchant,
            url: url.to_owned(),
            description: String::new(),
            kinds: vec!["nothing".to_owned()],
        };
        let (own, _) = create_endpoint(&s.t.operator(), create(None, "https://erp.example/souk")).await.unwrap();
        let (theirs, _) = create_endpoint(&s.t.operator(), create(Some(merchant), "https://shop.example/souk")).await.unwrap();
        let wide = s.rule(ChannelInput::Webhook(own.id), |_| {}).await;
        let narrow = s.rule(ChannelInput::Webhook(theirs.id), |_| {}).await;
        for of in [Some(merchant), Some(s.t.system().new_id()), None] {
            let event = s.placed(of, 1);
            for rule in [&wide, &narrow] {
                s.route(&event, rule, &[]).await;
            }
        }
        let queued = async |endpoint| {
            let rows = webhook_deliveries(&s.t.operator(), Some(endpoint), None, &PageArgs::first(9)).await.unwrap().into_rows();
            rows.len()
        };
        assert_eq!((queued(own.id).await, queued(theirs.id).await), (3, 1));
        let dropped = s.all(&narrow).await.into_iter().filter(|of| of.dropped == Some(DroppedWhy::OutOfReach)).count();
        assert_eq!(dropped, 2);
        s.well().await;
    }
}

//! Rules of notifications, as people change them.

use kernel::id::NotificationRuleId;
use kernel::{Fault as _, PageArgs};
use marketplace::command::notification::{ChannelInput, RuleInput, create_rule, edit_rule, restore_rule, switch_rule};
use marketplace::notification::{Audience, Channel, Digest, EVENTS, Filter, RuleText, event_kind};
use marketplace::query::{notification_preview, notification_rule, notification_rule_versions, notification_rules};
use marketplace::{NoteText, bootstrap};

const CHAT: &str = "https://hooks.chat.example/services/T0/B0/secret";

fn input(name: &str, channel: ChannelInput) -> RuleInput {
    let people = matches!(channel, ChannelInput::Mail | ChannelInput::InApp);
    let operator_roles = if people { vec!["operator_support".to_owned()] } else { Vec::new() };
    RuleInput {
        name: name.to_owned(),
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

testkit::both_databases! {
    async fn a_fresh_marketplace_tells_its_people_and_makes_that_once(t: TestEnv) {
        let made = bootstrap(&t.operator()).await.unwrap();
        let all = notification_rules(&t.operator(), None, &PageArgs::first(100)).await.unwrap().into_rows();
        assert_eq!((all.len(), made.notification_rules), (all.len(), all.len()));
        assert!(all.len() > 10 && all.iter().all(|rule| rule.active && rule.channel == Channel::InApp));
        assert!(all.iter().all(|rule| event_kind(&rule.event).is_some()));
        for rule in &all {
            switch_rule(&t.operator(), rule.id, rule.version, false).await.unwrap();
        }
        assert_eq!(bootstrap(&t.operator()).await.unwrap().notification_rules, 0, "they stay off");
        let new = notification_rules(&t.operator(), Some("merchant_order.new"), &PageArgs::first(9)).await.unwrap().into_rows();
        assert!(new.len() == 1 && !new[0].active);
    }

    async fn a_rule_keeps_its_versions_and_goes_back_to_one(t: TestEnv) {
        let first = create_rule(&t.operator(), input("First", ChannelInput::Mail)).await.unwrap();
        let mut next = input("Second", ChannelInput::Chat(Some(CHAT.to_owned())));
        next.texts = vec![RuleText { locale: "de".to_owned(), note: NoteText { title: "{{ order_number }}".to_owned(), text: "x".to_owned() } }];
        let second = edit_rule(&t.operator(), first.id, 1, next).await.unwrap();
        assert_eq!((second.version, second.created_at), (2, first.created_at));
        assert_eq!(edit_rule(&t.operator(), first.id, 1, input("Late", ChannelInput::Mail)).await.unwrap_err().code(), "STALE_VERSION");
        let back = restore_rule(&t.operator(), first.id, 1, 2).await.unwrap();
        assert_eq!((back.version, back.name.as_str(), &back.channel), (3, "First", &Channel::Mail));
        // The address of the chat comes back sealed, and is shown nowhere.
        let again = restore_rule(&t.operator(), first.id, 2, 3).await.unwrap();
        assert!(matches!(&again.channel, Channel::Chat { host, .. } if host == "hooks.chat.example"));
        let kept = edit_rule(&t.operator(), first.id, 4, input("Kept", ChannelInput::Chat(None))).await.unwrap();
        assert_eq!(kept.channel, again.channel);
        let versions = notification_rule_versions(&t.operator(), first.id, &PageArgs::first(9)).await.unwrap().into_rows();
        assert_eq!(versions.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["Kept", "Second", "First", "Second", "First"]);
        assert!(!format!("{versions:?}").contains("/services/"));
        let page = PageArgs::first(100);
        let filter = history::ChangeFilter { entity: Some("notification_rule".to_owned()), ..Default::default() };
        let changes = context::changes(&t.operator(), &filter, &page).await.unwrap().into_rows();
        assert_eq!(changes.iter().map(|change| change.action.as_str()).collect::<Vec<_>>(), ["edited", "restored", "restored", "edited", "created"]);
        assert!(!format!("{changes:?}").contains("/services/"));
        let nothing: NotificationRuleId = t.system().new_id();
        assert_eq!(notification_rule(&t.operator(), nothing).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(restore_rule(&t.operator(), first.id, 9, 5).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(marketplace::check::check(t.world.db.read()).await.unwrap(), Vec::<String>::new());
    }

    async fn what_could_not_be_told_is_refused(t: TestEnv) {
        let field = async |input: RuleInput| create_rule(&t.operator(), input).await.unwrap_err().field();
        let mut unknown = input("x", ChannelInput::Mail);
        unknown.event = "order.lost".to_owned();
        assert_eq!(field(unknown).await.as_deref(), Some("event"));
        assert_eq!(field(input("x", ChannelInput::Chat(None))).await.as_deref(), Some("channel.chatUrl"));
        // Chats are called as webhooks are: into no network behind Souk.
        for url in ["http://chat.example/x", "https://127.0.0.1/x", "https://169.254.169.254/", "chat"] {
            assert_eq!(field(input("x", ChannelInput::Chat(Some(url.to_owned())))).await.as_deref(), Some("channel.chatUrl"), "{url}");
        }
        let endpoint = ChannelInput::Webhook(t.system().new_id());
        assert_eq!(create_rule(&t.operator(), input("x", endpoint)).await.unwrap_err().code(), "NOT_FOUND");
        let note = |title: &str| NoteText { title: title.to_owned(), text: "{{ total }}".to_owned() };
        let shown = notification_preview(&t.operator(), "order.placed", &note("{{ order_number }}")).await.unwrap();
        assert_eq!((shown.title.as_str(), shown.text.as_str()), ("261122-T7NQ-4KHN", "20.50 EUR"));
        let bad = notification_preview(&t.operator(), "order.placed", &note("{% for x in y %}")).await.unwrap_err();
        assert_eq!((bad.code(), bad.field().as_deref()), ("MALFORMED", Some("title")));
    }

    async fn only_the_operator_makes_rules(t: TestEnv) {
        let merchant = t.merchant(t.system().new_id());
        let denied = [
            create_rule(&merchant, input("x", ChannelInput::Mail)).await.unwrap_err().code(),
            notification_rules(&merchant, None, &PageArgs::first(1)).await.unwrap_err().code(),
            create_rule(&t.anonymous(), input("x", ChannelInput::Mail)).await.unwrap_err().code(),
        ];
        assert_eq!(denied, ["FORBIDDEN", "FORBIDDEN", "UNAUTHENTICATED"]);
        assert!(EVENTS.iter().any(|event| event.mandatory) && EVENTS.iter().any(|event| !event.mandatory));
    }
}

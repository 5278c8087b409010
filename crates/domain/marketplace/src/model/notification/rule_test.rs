#![allow(clippy::unwrap_used)]

use super::*;
use crate::model::notification::Severity;
use kernel::Fault as _;

fn rule() -> Rule {
    Rule {
        id: nobody(),
        name: "Big orders".to_owned(),
        event: "order.placed".to_owned(),
        key: String::new(),
        filter: Filter::default(),
        audience: Audience { operator_roles: vec!["operator_support".to_owned()], ..Audience::default() },
        channel: Channel::Mail,
        texts: Vec::new(),
        digest: Digest::None,
        quiet_hours: None,
        throttle: None,
        active: true,
        author_name: String::new(),
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        chat: None,
    }
}

fn text(locale: &str, title: &str) -> RuleText {
    let note = NoteText { title: title.to_owned(), text: "x".to_owned() };
    RuleText { locale: locale.to_owned(), note }
}

#[test]
fn all_conditions_must_hold_and_what_is_unknown_meets_none() {
    let id = |n| MerchantId(uuid::Uuid::from_u128(n));
    let facts = Facts { merchant: Some(id(1)), channel: None, amount: Some(Money::new(5_000, Currency::EUR)) };
    let takes = |filter: Filter| filter.takes(&facts, Severity::Warning);
    assert!(takes(Filter::default()));
    assert!(takes(Filter { merchants: vec![id(2), id(1)], ..Filter::default() }));
    assert!(!takes(Filter { merchants: vec![id(2)], ..Filter::default() }));
    assert!(!takes(Filter { channels: vec![ChannelId(uuid::Uuid::nil())], ..Filter::default() }));
    let least = |currency, minor| Filter { currency: Some(currency), minimum_minor: Some(minor), ..Filter::default() };
    assert!(takes(least(Currency::EUR, 5_000)));
    assert!(!takes(least(Currency::EUR, 5_001)) && !takes(least(Currency::USD, 1)));
    let severe = |least: &str| Filter { severity: Some(least.to_owned()), ..Filter::default() };
    assert!(takes(severe("info")) && takes(severe("warning")) && !takes(severe("urgent")));
    assert!(!least(Currency::EUR, 1).takes(&Facts::default(), Severity::Info));
}

#[test]
fn what_makes_no_sense_is_named() {
    let templates = Templates::builtin().unwrap();
    let field = |rule: Rule| rule.checked(&templates).unwrap_err().field().unwrap();
    let with = |audience: Audience| Rule { audience, ..rule() };
    assert_eq!(rule().checked(&templates).unwrap().key, "order.placed");
    assert_eq!(field(Rule { event: "order.lost".to_owned(), ..rule() }), "event");
    assert_eq!(field(with(Audience::default())), "audience");
    let roles = |name: &str| Audience { operator_roles: vec![name.to_owned()], ..Audience::default() };
    assert_eq!(field(with(roles("merchant_owner"))), "audience.operatorRoles.0");
    let outside = Audience { address: Some("desk@souk.example".to_owned()), ..roles("operator_support") };
    assert!(with(outside.clone()).checked(&templates).is_ok());
    assert_eq!(field(Rule { channel: Channel::InApp, ..with(outside) }), "audience.address");
    assert_eq!(
        field(Rule { channel: Channel::Chat { host: "x".to_owned(), mark: String::new() }, ..rule() }),
        "audience"
    );
    let filter = Filter { minimum_minor: Some(1), ..Filter::default() };
    assert_eq!(field(Rule { filter, ..rule() }), "filter.currency");
    for (texts, at) in [
        (vec![text("german", "x")], "texts.0.locale"),
        (vec![text("de", "x"), text("de", "y")], "texts.1.locale"),
        (vec![text("de", "{{ nothing }}")], "texts.0.title"),
    ] {
        assert_eq!(field(Rule { texts, ..rule() }), at);
    }
    assert_eq!(field(Rule { throttle: Some(Throttle { most: 0, minutes: 5 }), ..rule() }), "throttle.most");
}

#[test]
fn a_reader_gets_the_nearest_words() {
    let event = event_kind("order.placed").unwrap();
    let own = Rule { texts: vec![text("de-AT", "Servus"), text("fr", "Salut")], ..rule() };
    let title = |locale: &str| own.words(event, locale).title;
    assert_eq!((title("de_at").as_str(), title("fr-CA").as_str()), ("Servus", "Salut"));
    assert_eq!(title("de"), event.german.0);
    assert_eq!(title("pl"), "Servus", "nothing is built in");
    let stored: Rule = serde_json::from_str(&serde_json::to_string(&own).unwrap()).unwrap();
    assert_eq!((stored.texts, stored.filter, stored.channel), (own.texts, own.filter, own.channel));
}

//! What is hidden, and what is not.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{HIDDEN, hidden};

#[track_caller]
fn hides(text: &str, left: &str) {
    assert_eq!(hidden(text).as_deref(), Some(left), "{text}");
}

#[track_caller]
fn keeps(text: &str) {
    assert_eq!(hidden(text), None, "{text}");
}

#[test]
fn addresses_are_hidden_however_they_are_spelled() {
    for text in [
        "ann@example.org",
        "Ann.Smith+shop@mail.example.co.uk",
        "ann @ example . org",
        "ann(at)example.org",
        "ann [at] example [dot] org",
        "ann at example dot org",
        "ann ät example punkt de",
        "ann_at_example.org".replace("_at_", " (at) ").as_str(),
        "ann＠example．org",
        "ann@\u{200b}example\u{ad}.org",
        "ANN@EXAMPLE.ORG",
        "ann@gmail",
    ] {
        let found = hidden(text).unwrap_or_else(|| panic!("{text}"));
        assert!(!found.to_lowercase().contains("example") && !found.contains("gmail"), "{text}: {found}");
    }
    hides("Write to ann@example.org, please.", "Write to •••, please.");
}

#[test]
fn links_are_hidden() {
    hides("See https://kettle.example/a?b=c.", "See •••.");
    hides("See www.kettle.example now", "See ••• now");
    hides("My shop kettle-shop.de has it", "My shop ••• has it");
    hides("kettle.shop/offer1 is cheaper", "••• is cheaper");
    hides("go to kettle dot com", "go to •••");
    hides("t.me/annshop", "•••");
}

#[test]
fn bank_accounts_are_hidden_when_they_are_some() {
    hides("Pay to DE89 3704 0044 0532 0130 00 please", "Pay to ••• please");
    hides("GB82WEST12345698765432", "•••");
    hides("DE89-3704-0044-0532-0130-00", "•••");
    // Wrong check digits: some other number.
    keeps("Batch DE88 3704 0044 0532 0130 01");
}

#[test]
fn telephone_numbers_are_hidden_however_they_are_spelled() {
    for text in [
        "0151 23456789",
        "+49 151 23456789",
        "+49 (0)151 / 234 567 89",
        "0049 151 23456789",
        "030/1234567",
        "(030) 123 45 67",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "555-123-4567",
        "(555) 123-4567",
        "1-555-123-4567",
        "0 1 5 1 2 3 4 5 6 7 8 9",
        "0-1-5-1-2-3-4-5-6-7-8-9",
        "1.5.1.2.3.4.5.6.7",
        "٠١٥١٢٣٤٥٦٧٨",
        "０１５１２３４５６７８",
        "०१५१२३४५६७८",
        "zero one five one two three four five six",
        "null eins fünf eins zwei drei vier fünf sechs",
        "call 1512345678",
        "Tel.: 1512345",
        "whatsapp 15123456789",
        "my phone number is 151 234 567",
        "tel1512345678",
        "order 0 1 5 1 2 3 4 5 6 7",
    ] {
        let found = hidden(text).unwrap_or_else(|| panic!("{text}"));
        assert!(!found.chars().any(char::is_numeric), "{text}: {found}");
    }
    hides("Call me at 0151 23456789 today.", "Call me at ••• today.");
}

#[test]
fn prices_dates_and_numbers_of_things_stay() {
    for text in [
        "It costs 1.234.567,89 EUR",
        "12,50 € instead of 14,90 €",
        "0.99 1.99 2.99 3.99",
        "0,5 0,75 0,25 0,125",
        "100 000 pieces",
        "01.12.2026 05.12.2026",
        "From 01.12. to 05.12. or 09.12. 12.12.",
        "2026-12-01 10:30",
        "Order 260302-7K3Q-F9XM-1",
        "260302-4839-1122-1",
        "Q260302-7K3Q-F9XM",
        "Tracking 00340434161094042557",
        "00340434161094042557",
        "1Z999AA10123456784",
        "1234 5678 9012",
        "Sendungsnummer 012345678901",
        "tracking no. 0123 4567 8901",
        "EAN 4006381333931",
        "0012345678905",
        "Article 1234567890",
        "80x60x40 cm, 12 kg, 230 V",
        "E.g. 3 pieces at 4 each. It works.",
        "I arrived.It was broken",
        "look at it. Come at noon",
        "See invoice.pdf and photo.jpg",
        "5 @ 3.50",
        "5@3.50",
        "24 h, 7 days",
        "67059 Ludwigshafen",
    ] {
        keeps(text);
    }
}

#[test]
fn what_is_hidden_leaves_the_rest_as_it_was() {
    hides("Größe: 42\nMail: ann@example.org\nPreis: 12,50 €", "Größe: 42\nMail: •••\nPreis: 12,50 €");
    hides("a@b.de and c@d.de", "••• and •••");
}

/// A telephone number in blocks, with the same between all of them.
fn phone() -> impl Strategy<Value = String> {
    let separator = prop_oneof![Just(""), Just(" "), Just("-"), Just("/"), Just("."), Just(" / ")];
    ("0[1-9][0-9]{8,10}", separator).prop_map(|(digits, sign)| {
        let blocks: Vec<&str> =
            digits.as_bytes().chunks(4).filter_map(|block| std::str::from_utf8(block).ok()).collect();
        blocks.join(sign)
    })
}

fn money() -> impl Strategy<Value = String> {
    (1_u32..1_000_000, 0_u32..100, any::<bool>())
        .prop_map(|(whole, cents, comma)| format!("{whole}{}{cents:02} EUR", if comma { ',' } else { '.' }))
}

proptest! {
    #[test]
    fn hiding_twice_changes_nothing_more(text in "[a-z0-9@. ,+/()-]{0,60}") {
        if let Some(once) = hidden(&text) {
            prop_assert_eq!(hidden(&once).unwrap_or_else(|| once.clone()), once);
        }
    }

    #[test]
    fn nothing_is_lost_but_what_is_hidden(text in "\\PC{0,80}") {
        if let Some(found) = hidden(&text) {
            let mut rest = text.as_str();
            for part in found.split(HIDDEN) {
                let at = rest.find(part);
                prop_assert!(at.is_some(), "{} is not in {}", part, rest);
                rest = &rest[at.unwrap() + part.len()..];
            }
        }
    }

    #[test]
    fn a_number_with_a_prefix_is_hidden(number in phone()) {
        let text = format!("Please use {number} tonight");
        let found = hidden(&text);
        prop_assert!(found.as_ref().is_some_and(|found| !found.contains(|c: char| c.is_ascii_digit())), "{:?}", found);
    }

    #[test]
    fn prices_stay(prices in proptest::collection::vec(money(), 1..6)) {
        prop_assert_eq!(hidden(&prices.join(", ")), None);
    }

    #[test]
    fn numbers_of_orders_stay(day in "2[0-9](0[1-9]|1[0-2])(0[1-9]|[12][0-9])", chance in "[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", part in 1_u32..9) {
        prop_assert_eq!(hidden(&format!("Where is {day}-{chance}-{part}?")), None);
    }

    #[test]
    fn a_mail_address_is_hidden(name in "[a-z]{1,8}", host in "[a-z]{2,8}", end in "(com|de|org|net|example)") {
        let text = format!("Write {name}@{host}.{end} soon");
        prop_assert_eq!(hidden(&text), Some("Write ••• soon".to_owned()));
    }
}

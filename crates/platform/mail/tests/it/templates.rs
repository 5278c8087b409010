//! The built-in templates.

use mail::{LOCALES, Template, Templates};
use serde_json::{Value, json};

/// Every variable of every template, with the optional ones.
fn variables() -> Value {
    json!({
        "marketplace_name": "Souk <& Co>",
        "buyer_name": "Ann <script>alert(1)</script>",
        "merchant_name": "Müller & Söhne",
        "order_number": "10042",
        "po_number": "PO <7>",
        "quote_number": "Q10043", "quote_url": "https://souk.example/quotes/Q10043",
        "change_asked": true,
        "sender_name": "Müller & Söhne", "title": "My <order>",
        "words": "It is on its way.\nSoon <b>there</b>.",
        "conversation_url": "https://souk.example/conversations/1",
        "answer_by": "2026-12-01",
        "valid_until": "2026-12-01",
        "goods": "20,50 €",
        "delivery": "4,90 €",
        "lines": [
            { "name": "Tea \"Assam\"", "quantity": 2, "total": "12,00 €" },
            { "name": "Cup", "quantity": 1, "total": "8,50 €" },
        ],
        "total": "20,50 €",
        "amount": "20,50 €",
        "reason": "Sold out & gone",
        "invoice_number": "SI-2026-000001",
        "payee_name": "Souk & Co GmbH",
        "due_on": "2026-12-01",
        "step": 2,
        "parcel_index": 1,
        "parcel_count": 2,
        "refund": "20,50 €",
        "whole": false,
        "company_name": "Acme <GmbH>",
        "join_url": "https://souk.example/companies/invitations",
        "tracking_number": "00340434",
        "tracking_url": "https://track.example/?a=1&b=2",
        "order_url": "https://souk.example/orders/10042",
        "pay_url": "https://souk.example/pay?secret=abc&x=1",
        "address_changed": true,
        "delivery_changed": true,
        "accept_url": "https://souk.example/accept?t=abc&x=1",
        "verify_url": "https://souk.example/verify?t=abc",
        "reset_url": "https://souk.example/reset?t=abc",
        "user_name": "Ann",
        "expires_on": "2026-12-01",
        "accept_by": "2026-12-01",
        "ship_by": "2026-12-01",
        "return_number": "10042-1-R1",
        "label": "https://labels.example/?a=1&b=2",
        "place_name": "Locker <101>",
        "place_address": "Square 1",
        "place_hours": "9-18",
        "recipient_name": "Souk",
        "granted": false,
        "answer": "Your <papers> are old.",
        "shop_url": "https://souk.example/merchant",
        "open_orders": "frozen",
        "payouts_held": true,
        "appeal_until": "2026-12-01",
        "standing": "rejected",
        "change": "identity_linked",
        "provider": "Corp <1>",
        "endpoint": "https://erp.example/?a=1&b=2",
        "gone": false,
        "endpoint_url": "https://souk.example/operator/webhooks/1",
        "restrict_on": "2026-12-01",
        "rating": "48.2",
        "below": "60",
        "reasons": [{ "name": "Late <shipments>", "points": "13.3" }],
        "missing": "document",
        "document": "Licence <1>",
    })
}

#[test]
fn each_template_renders_in_each_language() {
    let templates = Templates::builtin().unwrap();
    for template in Template::ALL {
        for locale in LOCALES {
            let mail = templates.render(*template, locale, variables()).unwrap();
            let at = format!("{locale}/{}\n{}\n{}", template.name(), mail.subject, mail.text);
            assert!(!mail.subject.is_empty() && !mail.subject.contains('\n'), "{at}");
            assert!(mail.text.contains("Souk <& Co>"), "{at}");
            assert!(!mail.text.contains("&amp;") && !mail.text.contains("{{") && !mail.text.contains("{%"), "{at}");
            assert!(!mail.text.contains("\n\n\n"), "{at}");
            assert!(!mail.html.contains("<script>") && !mail.html.contains("{{"), "{}", mail.html);
            assert!(mail.html.contains("Souk &lt;&amp; Co&gt;"), "{}", mail.html);
            assert!(mail.html.starts_with("<!doctype html>"), "{}", mail.html);
            assert!(mail.html.contains(&format!("<html lang=\"{locale}\">")), "{}", mail.html);
            for tag in ["table", "tr", "td", "p", "a", "ul", "li", "h1"] {
                let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
                let opened =
                    mail.html.matches(&format!("{open} ")).count() + mail.html.matches(&format!("{open}>")).count();
                assert_eq!(opened, mail.html.matches(&close).count(), "{tag} in {}", mail.html);
            }
        }
    }
}

#[test]
fn languages_fall_back() {
    let templates = Templates::builtin().unwrap();
    let subject = |locale: &str| templates.render(Template::OrderPlaced, locale, variables()).unwrap().subject;
    for (locale, expected) in [
        ("de", "Ihre Bestellung 10042"),
        ("de-AT", "Ihre Bestellung 10042"),
        ("DE_ch", "Ihre Bestellung 10042"),
        ("en-GB", "Your order 10042"),
        ("fr", "Your order 10042"),
        ("", "Your order 10042"),
    ] {
        assert_eq!(subject(locale), expected, "{locale}");
    }
}

#[test]
fn a_missing_variable_is_an_error_and_an_absent_one_leaves_no_trace() {
    let templates = Templates::builtin().unwrap();
    let mut vars = variables();
    vars["tracking_number"] = Value::Null;
    vars["tracking_url"] = Value::Null;
    let mail = templates.render(Template::Shipped, "en", &vars).unwrap();
    assert!(!mail.text.contains("racking") && !mail.html.contains("racking"), "{}", mail.text);
    assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);

    vars.as_object_mut().unwrap().remove("order_number");
    let error = templates.render(Template::Shipped, "en", &vars).unwrap_err();
    assert_eq!(error.name, "en/shipped.subject");
}

#[test]
fn a_variable_cannot_break_the_subject_nor_smuggle_a_script_link() {
    let templates = Templates::builtin().unwrap();
    let mut vars = variables();
    vars["order_number"] = json!("1\r\nBcc: eve@example.org");
    vars["tracking_url"] = json!("javascript:alert(1)");
    let mail = templates.render(Template::Shipped, "en", &vars).unwrap();
    assert_eq!(mail.subject, "Parcel 1 of your order 1 Bcc: eve@example.org is on its way");
    assert!(!mail.html.contains("javascript:"), "{}", mail.html);
}

#[test]
fn names_are_the_serialized_form() {
    for template in Template::ALL {
        assert_eq!(serde_json::to_value(template).unwrap(), template.name());
    }
}

#[test]
fn the_text_of_a_shipped_mail_reads_well() {
    let templates = Templates::builtin().unwrap();
    let mail = templates.render(Template::Shipped, "de", variables()).unwrap();
    let expected = "\
Guten Tag Ann <script>alert(1)</script>,

Müller & Söhne hat Paket 1 von 2 Ihrer Bestellung 10042 übergeben. Es enthält:

  2 x Tea \"Assam\"
  1 x Cup

Ihre Bestellnummer: PO <7>

Sendungsnummer: 00340434

Sendung verfolgen: https://track.example/?a=1&b=2

Bestellung ansehen:
https://souk.example/orders/10042

Mit freundlichen Grüßen
Souk <& Co>";
    assert_eq!(mail.text.trim_end(), expected);
}

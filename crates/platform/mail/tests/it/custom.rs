//! Texts that the operator writes itself.

use mail::{TEXT_MAX, Template, TemplateText, Templates};
use serde_json::json;

fn own(subject: &str, text: &str, html: &str) -> TemplateText {
    TemplateText { subject: subject.to_owned(), text: text.to_owned(), html: html.to_owned() }
}

#[track_caller]
fn refused(template: Template, text: &TemplateText, part: &str, code: &str) {
    let fault = Templates::builtin().unwrap().check(template, text).unwrap_err();
    assert_eq!((fault.part, fault.code), (part, code), "{}", fault.message);
}

#[test]
fn the_built_in_texts_pass_their_own_check_and_render_as_before() {
    let templates = Templates::builtin().unwrap();
    for template in Template::ALL {
        for locale in mail::LOCALES {
            let source = Templates::source(*template, locale);
            templates
                .check(*template, &source)
                .unwrap_or_else(|fault| panic!("{locale}/{}: {fault:?}", template.name()));
            let sample = template.sample(locale);
            let built_in = templates.render(*template, locale, &sample).unwrap();
            assert_eq!(templates.render_text(&source, locale, &sample).unwrap(), built_in);
        }
    }
}

#[test]
fn a_variable_that_the_mail_does_not_have_is_refused_wherever_it_hides() {
    let good = "{{ order_number }}";
    refused(Template::OrderPlaced, &own("{{ oder_number }}", good, good), "subject", "UNKNOWN_VARIABLE");
    let hidden = "{% if false %}{{ secret }}{% endif %}";
    refused(Template::OrderPlaced, &own(good, hidden, good), "text", "UNKNOWN_VARIABLE");
    let line = "{% for line in lines %}{{ line.price }}{% endfor %}";
    refused(Template::OrderPlaced, &own(good, good, line), "html", "UNKNOWN_VARIABLE");
    // Of another mail, or without a guard where it may be absent: null is written, it is not missing.
    refused(Template::Delivered, &own(good, "{{ amount }}", good), "text", "UNKNOWN_VARIABLE");
    let guarded = "{% if tracking_url %}{{ tracking_url }}{% endif %}";
    assert_eq!(Templates::builtin().unwrap().check(Template::Shipped, &own(good, guarded, good)), Ok(()));
}

#[test]
fn a_mail_keeps_the_link_it_is_for() {
    let with = "{{ verify_url }}";
    refused(Template::EmailVerification, &own("Hello", "no link", with), "text", "MISSING_VARIABLE");
    refused(Template::EmailVerification, &own("Hello", with, "no link"), "html", "MISSING_VARIABLE");
    assert_eq!(Templates::builtin().unwrap().check(Template::EmailVerification, &own("Hello", with, with)), Ok(()));
}

#[test]
fn nothing_that_a_buyer_typed_becomes_html() {
    let templates = Templates::builtin().unwrap();
    let text = own("To {{ buyer_name }}", "{{ buyer_name }}", "<p>{{ buyer_name }}</p>");
    templates.check(Template::OrderPlaced, &text).unwrap();
    let mut variables = Template::OrderPlaced.sample("en");
    variables.insert("buyer_name".to_owned(), json!("<script>alert(1)</script>\r\nBcc: eve@example.org"));
    let mail = templates.render_text(&text, "en", &variables).unwrap();
    assert!(mail.html.contains("&lt;script&gt;") && !mail.html.contains("<script>"), "{}", mail.html);
    assert!(!mail.subject.contains('\n') && !mail.subject.contains('\r'), "{}", mail.subject);
    for unsafe_text in [
        "{{ buyer_name|safe }}",
        "{{ buyer_name | safe }}",
        "{% autoescape false %}{{ buyer_name }}{% endautoescape %}",
    ] {
        refused(Template::OrderPlaced, &own("x", "x", unsafe_text), "html", "UNSAFE");
    }
    // The word itself is no crime.
    assert_eq!(templates.check(Template::OrderPlaced, &own("x", "your data is safe | we care", "x")), Ok(()));
}

#[test]
fn what_cannot_be_written_is_refused() {
    refused(Template::OrderPlaced, &own("{{ order_number", "x", "x"), "subject", "MALFORMED");
    refused(Template::OrderPlaced, &own("x", "{% include '/etc/passwd' %}", "x"), "text", "MALFORMED");
    refused(Template::OrderPlaced, &own("x", "{{ order_number|shout }}", "x"), "text", "MALFORMED");
    refused(Template::OrderPlaced, &own(" ", "x", "x"), "subject", "TOO_LONG");
    refused(Template::OrderPlaced, &own("x", &"x".repeat(TEXT_MAX + 1), "x"), "text", "TOO_LONG");
    assert_eq!(
        Templates::builtin().unwrap().check(Template::OrderPlaced, &own("x", &"x".repeat(TEXT_MAX), "x")),
        Ok(())
    );
}

/// A text that loops over itself, as deep as it is told.
fn loops(depth: usize, body: &str) -> String {
    let (open, close) = ("{% for a in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] %}", "{% endfor %}");
    format!("{}{body}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn a_text_that_would_never_end_is_refused_and_does_not_hang() {
    let started = std::time::Instant::now();
    // Steps: ten thousand million turns of nothing. Length: a million turns of much.
    refused(Template::OrderPlaced, &own("x", "x", &loops(10, "")), "html", "TOO_LONG");
    refused(Template::OrderPlaced, &own("x", &loops(4, &"x".repeat(10_000)), "x"), "text", "TOO_LONG");
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
    let modest = own("x", &loops(2, "{{ order_number }}"), "x");
    assert_eq!(Templates::builtin().unwrap().check(Template::OrderPlaced, &modest), Ok(()));
    // A text that passed with two lines, and an order with very many.
    let line = json!({ "name": "Tea", "quantity": 1, "total": "1" });
    let mut variables = Template::OrderPlaced.sample("en");
    variables.insert("lines".to_owned(), serde_json::Value::Array(vec![line; 5_000]));
    let cubic = "{% for a in lines %}{% for b in lines %}{% for c in lines %}{% endfor %}{% endfor %}{% endfor %}";
    let text = own("x", cubic, "x");
    let templates = Templates::builtin().unwrap();
    assert_eq!(templates.check(Template::OrderPlaced, &text), Ok(()));
    assert!(templates.render_text(&text, "en", &variables).is_err(), "the built-in text is taken then");
    assert!(templates.render(Template::OrderPlaced, "en", &variables).is_ok());
}

#[test]
fn values_cannot_be_built_so_that_none_grows() {
    for text in [
        "{{ 'x' * 1000000 }}",
        "{{ order_number ~ order_number }}",
        "{{ order_number + order_number }}",
        "{% set a = order_number %}{{ a }}",
        "{% with a = order_number %}{{ a }}{% endwith %}",
        "{% macro a() %}x{% endmacro %}{{ a() }}",
        "{{ order_number|replace('1', 'xxxxxxxxxx') }}",
        "{{ order_number|upper|indent(1000000000) }}",
        "{% block a %}x{% endblock %}{{ self.a() }}",
        "{% for a in lines recursive %}{{ loop(lines) }}{% endfor %}",
        "{%- filter upper %}x{% endfilter %}",
    ] {
        refused(Template::OrderPlaced, &own("x", "x", text), "html", "MALFORMED");
    }
    for text in [
        "2 * 3 + 4 ~ 5 | indent, set",
        "{{ '{% set a = 1 * 2 %}' }}{{ \"it's * \\\" ~\" }}",
        "{# a * b #}{{ order_number|upper }}{%- if lines|length > 1 %}many{% else %}one{% endif %}",
        "{% for line in lines %}{{ line.quantity }} {% if not loop.last %}, {% endif %}{% endfor %}",
    ] {
        assert_eq!(Templates::builtin().unwrap().check(Template::OrderPlaced, &own("x", text, "x")), Ok(()), "{text}");
    }
}

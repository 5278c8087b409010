//! Texts that the operator writes itself.

use std::io;

use minijinja::{Error, ErrorKind, Value, context};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::template::{COMMON, language, one_line};
use crate::{Rendered, Template, TemplateError, Templates};

/// The three texts of a mail, with `{{ variables }}`. They may use `layout.html` and `parts.html`, as the built-in ones.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TemplateText {
    /// One line.
    pub subject: String,
    /// The text, for readers without HTML.
    pub text: String,
    /// The same as HTML; every variable in it is escaped.
    pub html: String,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFault {
    /// Which text: `subject`, `text` or `html`.
    pub part: &'static str,
    /// `UNKNOWN_VARIABLE`, `MISSING_VARIABLE`, `UNSAFE`, `TOO_LONG` or `MALFORMED`.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

/// The longest text of one part, in bytes.
pub const TEXT_MAX: usize = 65_536;

/// The longest part of a mail that is written from such a text, in bytes.
const WRITTEN_MAX: usize = 4 << 20;

impl TemplateText {
    /// The parts with their names and the names under which they are compiled.
    fn parts(&self) -> [(&'static str, &'static str, &str); 3] {
        [
            ("subject", "own.subject", self.subject.as_str()),
            ("text", "own.txt", self.text.as_str()),
            ("html", "own.html", self.html.as_str()),
        ]
    }
}

impl Templates {
    /// Checks a text: it parses, uses no variable that its mail does not have, keeps the links the mail is for, and can
    /// be written whichever of the optional variables are absent.
    ///
    /// # Errors
    /// [`TextFault`] naming the part.
    pub fn check(&self, template: Template, text: &TemplateText) -> Result<(), TextFault> {
        for (part, name, source) in text.parts() {
            let fault = |code, message: String| TextFault { part, code, message };
            if source.trim().is_empty() || source.len() > TEXT_MAX {
                return Err(fault("TOO_LONG", format!("must have 1 to {TEXT_MAX} bytes")));
            }
            // Nothing that a buyer typed may become HTML.
            if source.contains("autoescape") || has_safe_filter(source) {
                return Err(fault("UNSAFE", "variables are always escaped".to_owned()));
            }
            crate::subset::check(source).map_err(|message| fault("MALFORMED", message))?;
            let compiled = self.0.template_from_named_str(name, source);
            let compiled = compiled.map_err(|error| fault("MALFORMED", told(&error)))?;
            let used = compiled.undeclared_variables(false);
            let known = |name: &str| {
                COMMON.contains(&name) || template.needs().contains(&name) || template.may().contains(&name)
            };
            if let Some(unknown) = used.iter().filter(|name| !known(name)).min() {
                return Err(fault("UNKNOWN_VARIABLE", format!("this mail has no variable {unknown}")));
            }
            let links = template.needs().iter().filter(|name| name.ends_with("_url") && **name != "order_url");
            if let Some(missing) = links.filter(|_| part != "subject").find(|name| !used.contains(**name)) {
                return Err(fault("MISSING_VARIABLE", format!("must contain {missing}")));
            }
        }
        for absent in std::iter::once(None).chain(template.may().iter().copied().map(Some)) {
            self.try_with(template, text, |name| absent != Some(name))?;
        }
        self.try_with(template, text, |name| !template.may().contains(&name))
    }

    /// Fills in a text of the operator's own; `locale` is the reader's.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn render_text(
        &self,
        text: &TemplateText,
        locale: &str,
        variables: impl Serialize,
    ) -> Result<Rendered, TemplateError> {
        let variables = context! { locale, ..Value::from_serialize(variables) };
        let mut written = Vec::with_capacity(3);
        for (_, name, source) in text.parts() {
            written.push(self.written(name, source, &variables).map_err(|error| TemplateError::new(name, &error))?);
        }
        let html = written.pop().unwrap_or_default();
        let text = written.pop().unwrap_or_default();
        Ok(Rendered { subject: one_line(&written.pop().unwrap_or_default()), text, html })
    }

    fn try_with(
        &self,
        template: Template,
        text: &TemplateText,
        is_there: impl Fn(&str) -> bool,
    ) -> Result<(), TextFault> {
        let mut sample = template.sample("en");
        for name in template.may().iter().filter(|name| !is_there(name)) {
            sample.insert((*name).to_owned(), Json::Null);
        }
        let variables = context! { locale => "en", ..Value::from_serialize(&sample) };
        for (part, name, source) in text.parts() {
            let rendered = self.written(name, source, &variables);
            rendered.map_err(|error| TextFault { part, code: code(&error), message: told(&error) })?;
        }
        Ok(())
    }

    /// Writes a part, with bounded steps and a bounded length.
    fn written(&self, name: &str, source: &str, variables: &Value) -> Result<String, Error> {
        let mut to = Bounded::default();
        self.0.template_from_named_str(name, source)?.render_captured_to(variables, &mut to)?;
        String::from_utf8(to.0).map_err(|error| Error::new(ErrorKind::WriteFailure, error.to_string()))
    }
}

/// Takes no more than [`WRITTEN_MAX`].
#[derive(Default)]
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > WRITTEN_MAX {
            return Err(io::Error::other("the mail is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `|safe` in any spelling.
fn has_safe_filter(source: &str) -> bool {
    source.split('|').skip(1).any(|after| after.trim_start().starts_with("safe"))
}

fn code(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::UndefinedError => "UNKNOWN_VARIABLE",
        ErrorKind::OutOfFuel | ErrorKind::WriteFailure => "TOO_LONG",
        _ => "MALFORMED",
    }
}

fn told(error: &Error) -> String {
    error.to_string()
}

impl Template {
    /// What a preview is filled with.
    #[must_use]
    pub fn sample(self, locale: &str) -> Map<String, Json> {
        let german = language(locale) == "de";
        let value = |name: &str| match name {
            "lines" => json!([
                { "name": if german { "Assam-Tee" } else { "Assam tea" }, "quantity": 2, "total": if german { "12,00 EUR" } else { "12.00 EUR" } },
                { "name": "Kiln Espresso Cup (Sand)", "quantity": 1, "total": if german { "8,50 EUR" } else { "8.50 EUR" } },
            ]),
            "reasons" => json!([
                { "name": if german { "Verspäteter Versand" } else { "Late shipments" }, "points": if german { "13,3" } else { "13.3" } },
            ]),
            "rating" => json!(if german { "48,2" } else { "48.2" }),
            "below" => json!("60"),
            "parcel_index" => json!(1),
            "parcel_count" => json!(2),
            "whole" => json!(false),
            "address_changed" | "delivery_changed" => json!(true),
            "change_asked" => json!(false),
            "gone" | "granted" | "payouts_held" => json!(true),
            "open_orders" => json!("accepted_only"),
            "endpoint" => json!("https://erp.example/souk"),
            "missing" => json!("document"),
            "document" => json!(if german { "Gewerbeschein" } else { "Trade licence" }),
            "answer" => json!(if german { "Ihre Belege sind in Ordnung." } else { "Your papers are good." }),
            "company_name" => json!("Müller Bau GmbH"),
            "buyer_name" | "user_name" | "recipient_name" => json!("Ann Buyer"),
            "merchant_name" | "sender_name" => json!("Müller & Söhne"),
            "title" => json!(if german { "Ihre Bestellung" } else { "Your order" }),
            "words" => json!(if german { "Das Paket ist unterwegs." } else { "The parcel is on its way." }),
            "order_number" => json!("261122-T7NQ-4KHN"),
            "po_number" => json!("PO-2026-118"),
            "quote_number" => json!("Q261122-7K3Q-F9XM"),
            "return_number" => json!("261122-T7NQ-4KHN-1-R1"),
            "total" | "amount" | "refund" | "goods" => json!(if german { "20,50 EUR" } else { "20.50 EUR" }),
            "delivery" => json!(if german { "4,90 EUR" } else { "4.90 EUR" }),
            "accept_by" | "answer_by" | "ship_by" | "expires_on" | "valid_until" | "appeal_until" | "restrict_on" => {
                json!(if german { "24.11.2026" } else { "2026-11-24" })
            }
            "tracking_number" => json!("00340434161094042557"),
            "label" => json!("https://labels.example/1.pdf"),
            "reason" => json!(if german { "nicht mehr vorrätig" } else { "out of stock" }),
            "place_name" => json!("Paketshop 101"),
            "place_address" => json!("Bahnhofsplatz 1, 10117 Berlin"),
            "place_hours" => json!("9-18"),
            _ => json!(format!("https://souk.example/{}", name.trim_end_matches("_url"))),
        };
        let names = self.needs().iter().chain(self.may());
        let mut sample: Map<String, Json> = names.map(|name| ((*name).to_owned(), value(name))).collect();
        sample.insert("marketplace_name".to_owned(), json!("Souk"));
        sample
    }
}

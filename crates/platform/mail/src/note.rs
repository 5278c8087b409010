//! Short texts without logic: what people are told by other ways than a letter of its own.

use minijinja::Value;
use serde::{Deserialize, Serialize};

use crate::template::one_line;
use crate::{TemplateError, Templates, TextFault};

/// A title and a text with `{{ variables }}`, and nothing else: no tags, no HTML.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NoteText {
    /// One line.
    pub title: String,
    /// A few lines.
    pub text: String,
}

/// The longest title, in bytes.
const TITLE_MAX: usize = 300;
/// The longest text, in bytes.
const NOTE_MAX: usize = 4_000;
/// The longest part after it was filled in, in characters.
const FILLED_MAX: usize = 10_000;

impl NoteText {
    /// The parts with their names and the most bytes each.
    fn parts(&self) -> [(&'static str, &str, usize); 2] {
        [("title", self.title.as_str(), TITLE_MAX), ("text", self.text.as_str(), NOTE_MAX)]
    }
}

impl Templates {
    /// Checks a short text: it prints variables out of `known`, has no tags, and can be filled with `sample`.
    ///
    /// # Errors
    /// [`TextFault`] naming the part.
    pub fn check_note(&self, text: &NoteText, known: &[&str], sample: impl Serialize) -> Result<(), TextFault> {
        for (part, source, most) in text.parts() {
            let fault = |code, message: String| TextFault { part, code, message };
            if source.trim().is_empty() || source.len() > most {
                return Err(fault("TOO_LONG", format!("must have 1 to {most} bytes")));
            }
            if source.contains("{%") || source.contains("{#") {
                return Err(fault("MALFORMED", "can hold {{ variables }}, and no tags".to_owned()));
            }
            crate::subset::check(source).map_err(|message| fault("MALFORMED", message))?;
            let compiled = self.0.template_from_named_str(part, source);
            let compiled = compiled.map_err(|error| fault("MALFORMED", error.to_string()))?;
            let used = compiled.undeclared_variables(false);
            if let Some(unknown) = used.iter().filter(|name| !known.contains(&name.as_str())).min() {
                return Err(fault("UNKNOWN_VARIABLE", format!("there is no variable {unknown}")));
            }
        }
        let filled = self.fill_note(text, sample);
        filled.map(drop).map_err(|error| TextFault { part: "text", code: "MALFORMED", message: error.to_string() })
    }

    /// Fills a short text in. What is put in is plain text: whoever shows it escapes it.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn fill_note(&self, text: &NoteText, variables: impl Serialize) -> Result<NoteText, TemplateError> {
        let variables = Value::from_serialize(variables);
        let fill = |name: &'static str, source: &str| {
            let rendered = self.0.template_from_named_str(name, source).and_then(|found| found.render(&variables));
            let rendered = rendered.map_err(|error| TemplateError::new(name, &error))?;
            Ok::<_, TemplateError>(rendered.chars().filter(|c| *c != '\0').take(FILLED_MAX).collect::<String>())
        };
        Ok(NoteText { title: one_line(&fill("title", &text.title)?), text: fill("text", &text.text)? })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn note(title: &str, text: &str) -> NoteText {
        NoteText { title: title.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn only_what_can_be_filled_in_is_kept() {
        let templates = Templates::builtin().unwrap();
        let sample = json!({ "order_number": "S-1", "total": "20.50 EUR" });
        let check =
            |title: &str, text: &str| templates.check_note(&note(title, text), &["order_number", "total"], &sample);
        assert_eq!(check("Order {{ order_number }}", "{{ total | upper }}"), Ok(()));
        for (title, text, part, code) in [
            ("", "x", "title", "TOO_LONG"),
            ("x", " ", "text", "TOO_LONG"),
            ("{{ nothing }}", "x", "title", "UNKNOWN_VARIABLE"),
            ("x", "{{ total", "text", "MALFORMED"),
            ("x", "{% if total %}x{% endif %}", "text", "MALFORMED"),
            ("x", "{{ range(9) }}", "text", "UNKNOWN_VARIABLE"),
            ("x", "{{ total * 9 }}", "text", "MALFORMED"),
            ("x", "{{ total | safe }}", "text", "MALFORMED"),
        ] {
            let fault = check(title, text).unwrap_err();
            assert_eq!((fault.part, fault.code), (part, code), "{title} / {text}");
        }
    }

    #[test]
    fn what_is_filled_in_is_plain_text_on_one_line_in_the_title() {
        let templates = Templates::builtin().unwrap();
        let filled =
            templates.fill_note(&note("Of {{ name }}", "By {{ name }}"), json!({ "name": "<b>\nA&B" })).unwrap();
        assert_eq!((filled.title.as_str(), filled.text.as_str()), ("Of <b> A&B", "By <b>\nA&B"));
        assert!(templates.fill_note(&note("{{ name }}", "x"), json!({})).is_err());
    }
}

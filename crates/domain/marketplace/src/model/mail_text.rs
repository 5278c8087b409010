//! Texts of mails that the operator wrote itself.

use chrono::{DateTime, Utc};
use mail::{Template, TemplateText};
use serde::Serialize;

/// The operator's own text of a mail in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailText {
    /// Which mail.
    pub template: Template,
    /// In which language: `de`, `de-AT`.
    pub locale: String,
    /// The texts.
    #[serde(flatten)]
    pub text: TemplateText,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

/// The own text for a reader of `locale`: that of the very locale, else that of its language, else, where nothing is
/// built in for the language, the English one.
#[must_use]
pub fn own_text<'a>(texts: &'a [MailText], template: Template, locale: &str) -> Option<&'a MailText> {
    let of =
        |wanted: &str| texts.iter().find(|text| text.template == template && text.locale.eq_ignore_ascii_case(wanted));
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    let found = of(&locale.replace('_', "-")).or_else(|| of(language));
    let is_built_in = mail::LOCALES.iter().any(|known| known.eq_ignore_ascii_case(language));
    found.or_else(|| of(mail::LOCALES[0]).filter(|_| !is_built_in))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_language_is_taken() {
        let text = |locale: &str| MailText {
            template: Template::Shipped,
            locale: locale.to_owned(),
            text: TemplateText::default(),
            version: 1,
            updated_at: DateTime::UNIX_EPOCH,
        };
        let texts = [text("en"), text("de-AT"), text("fr")];
        let found = |locale| own_text(&texts, Template::Shipped, locale).map(|text| text.locale.as_str());
        assert_eq!(found("de_at"), Some("de-AT"));
        assert_eq!(found("de"), None, "the built-in German text");
        assert_eq!((found("fr-CA"), found("en-GB")), (Some("fr"), Some("en")));
        assert_eq!(found("pl"), Some("en"), "nothing is built in, the English text is ours");
        assert_eq!(own_text(&texts, Template::Delivered, "en"), None);
    }
}

//! Texts of mails, the operator's own and the built-in ones.

use context::Ctx;
use mail::{LOCALES, Rendered, Template, TemplateText, Templates};

use super::snapshot;
use crate::Error;
use crate::actions::READ_MAILS;
use crate::command::mail_text::{check_mail_text, named};

/// The text of a mail for readers of one language.
#[derive(Debug, Clone)]
pub struct MailTextInUse {
    /// Which mail.
    pub template: Template,
    /// In which language.
    pub locale: String,
    /// The version of the operator's own text; 0: it is the built-in one.
    pub version: i64,
    /// The texts.
    pub text: TemplateText,
}

/// The texts of all mails: of each the built-in languages, and those that the operator wrote.
///
/// # Errors
/// Denied; the database error.
pub async fn mail_texts(ctx: &Ctx) -> Result<Vec<MailTextInUse>, Error> {
    ctx.authorize(READ_MAILS)?;
    let market = snapshot(ctx).await?;
    let mut texts = Vec::new();
    for template in Template::ALL {
        let own = market.mail_texts.iter().filter(|text| text.template == *template);
        let own: Vec<_> = own.collect();
        for locale in LOCALES.iter().filter(|locale| own.iter().all(|text| text.locale != **locale)) {
            let text = Templates::source(*template, locale);
            texts.push(MailTextInUse { template: *template, locale: (*locale).to_owned(), version: 0, text });
        }
        texts.extend(own.into_iter().map(|text| MailTextInUse {
            template: *template,
            locale: text.locale.clone(),
            version: text.version,
            text: text.text.clone(),
        }));
    }
    Ok(texts)
}

/// What a mail would look like with a text that is not kept yet, filled with an example.
///
/// # Errors
/// As [`crate::command::save_mail_text`].
pub async fn mail_preview(ctx: &Ctx, template: &str, locale: &str, text: &TemplateText) -> Result<Rendered, Error> {
    ctx.authorize(READ_MAILS)?;
    let template = named(template)?;
    let templates = check_mail_text(template, text)?;
    let rendered = templates.render_text(text, locale, template.sample(locale));
    Ok(rendered.map_err(context::Error::internal)?)
}

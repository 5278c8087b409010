//! Texts of mails that the operator writes itself.

use context::Ctx;
use history::Change;
use kernel::Invalid;
use mail::{Template, TemplateText, Templates};

use super::{fresh, missing};
use crate::actions::EDIT_MAILS;
use crate::model::MailText;
use crate::model::channel::is_locale;
use crate::{Error, repo};

/// A text to be kept.
#[derive(Debug, Clone)]
pub struct SaveMailText {
    /// The name of the mail: `order_placed`.
    pub template: String,
    /// In which language.
    pub locale: String,
    /// The version that the caller saw; 0 when there was none.
    pub expected_version: i64,
    /// The texts.
    pub text: TemplateText,
}

/// A text to be given up for the built-in one.
#[derive(Debug, Clone)]
pub struct ResetMailText {
    /// The name of the mail.
    pub template: String,
    /// In which language.
    pub locale: String,
    /// The version that the caller saw.
    pub expected_version: i64,
}

/// The most languages in which the operator keeps its own text of a mail.
const LANGUAGES_MAX: usize = 30;

/// Keeps the operator's own text of a mail; mails that are sent from now on are written from it.
///
/// # Errors
/// [`Invalid`] naming the part: what does not parse, a variable that the mail does not have, a link that is missing, too
/// many languages;
/// stale; denied; the database error.
pub async fn save_mail_text(ctx: &Ctx, input: SaveMailText) -> Result<MailText, Error> {
    let grant = ctx.authorize(EDIT_MAILS)?;
    let template = named(&input.template)?;
    let locale = locale(&input.locale)?;
    check_mail_text(template, &input.text)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let before = market.mail_texts.iter().find(|text| text.template == template && text.locale == locale);
    fresh(before.map_or(0, |text| text.version), input.expected_version, "mail text")?;
    let languages = market.mail_texts.iter().filter(|text| text.template == template).count();
    if before.is_none() && languages >= LANGUAGES_MAX {
        return Err(Invalid::new("locale", "TOO_MANY", format!("a mail has at most {LANGUAGES_MAX} own texts")).into());
    }
    let after =
        MailText { template, locale, text: input.text, version: input.expected_version + 1, updated_at: tx.now() };
    repo::mail_text::save(&tx, &after).await?;
    tx.record(Change::new("mail_text", name(&after), "saved").diff(before, Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// Gives the operator's own text up: the built-in one holds again.
///
/// # Errors
/// Not found; stale; denied; the database error.
pub async fn reset_mail_text(ctx: &Ctx, input: ResetMailText) -> Result<Template, Error> {
    let grant = ctx.authorize(EDIT_MAILS)?;
    let template = named(&input.template)?;
    let locale = locale(&input.locale)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let before = market.mail_texts.iter().find(|text| text.template == template && text.locale == locale);
    let before = before.ok_or_else(|| missing("mail text"))?;
    fresh(before.version, input.expected_version, "mail text")?;
    repo::mail_text::remove(&tx, before).await?;
    tx.record(Change::new("mail_text", name(before), "reset").diff(Some(before), None));
    tx.commit().await?;
    Ok(template)
}

/// The mail of this name.
///
/// # Errors
/// [`Invalid`] naming `template`.
pub(crate) fn named(template: &str) -> Result<Template, Invalid> {
    Template::parse(template).ok_or_else(|| Invalid::new("template", "UNKNOWN", "there is no such mail"))
}

/// Refuses a text that could not be sent.
///
/// # Errors
/// [`Invalid`] naming `subject`, `text` or `html`.
pub(crate) fn check_mail_text(template: Template, text: &TemplateText) -> Result<Templates, Error> {
    let templates = Templates::builtin().map_err(context::Error::internal)?;
    templates.check(template, text).map_err(|fault| Invalid::new(fault.part, fault.code, fault.message))?;
    Ok(templates)
}

fn locale(raw: &str) -> Result<String, Invalid> {
    let locale = raw.trim();
    if is_locale(locale) {
        return Ok(locale.to_owned());
    }
    Err(Invalid::new("locale", "MALFORMED", "must look like de or pt-BR"))
}

fn name(text: &MailText) -> String {
    format!("{}/{}", text.template.name(), text.locale)
}

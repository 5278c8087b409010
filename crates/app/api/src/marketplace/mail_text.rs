//! Texts of mails as clients see them.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use marketplace::command::{ResetMailText, SaveMailText, reset_mail_text, save_mail_text};
use marketplace::query::{self, MailTextInUse};
use marketplace::{RenderedMail, TemplateText};

use crate::error::{Gql, answer, ctx, respond};
use crate::payload;

/// The text of a mail for readers of one language.
#[derive(Debug, Clone, SimpleObject)]
pub struct MailText {
    /// The name of the mail: `order_placed`.
    pub template: String,
    /// In which language.
    pub locale: String,
    /// The version of the operator's own text; 0: it is the built-in one. Send it as `expectedVersion`.
    pub version: i64,
    /// One line, with `{{ variables }}`.
    pub subject: String,
    /// The text, for readers without HTML.
    pub text: String,
    /// The same as HTML; every variable in it is escaped.
    pub html: String,
    /// The variables that are always there.
    pub variables: Vec<String>,
    /// The variables that may be absent.
    pub optional_variables: Vec<String>,
}

impl From<MailTextInUse> for MailText {
    fn from(of: MailTextInUse) -> Self {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        Self {
            template: of.template.name().to_owned(),
            variables: names(of.template.needs()),
            optional_variables: names(of.template.may()),
            locale: of.locale,
            version: of.version,
            subject: of.text.subject,
            text: of.text.text,
            html: of.text.html,
        }
    }
}

/// A text of a mail to be looked at.
#[derive(Debug, InputObject)]
pub struct MailTextPreviewInput {
    /// The name of the mail: `order_placed`.
    pub template: String,
    /// In which language: `de`, `de-AT`.
    pub locale: String,
    /// One line, with `{{ variables }}`.
    pub subject: String,
    /// The text, for readers without HTML.
    pub text: String,
    /// The same as HTML; every variable in it is escaped.
    pub html: String,
}

/// A text of a mail to be kept.
#[derive(Debug, InputObject)]
pub struct MailTextSaveInput {
    /// The version that was read; 0 when the built-in text holds.
    pub expected_version: i64,
    /// The name of the mail: `order_placed`.
    pub template: String,
    /// In which language: `de`, `de-AT`.
    pub locale: String,
    /// One line, with `{{ variables }}`.
    pub subject: String,
    /// The text, for readers without HTML.
    pub text: String,
    /// The same as HTML; every variable in it is escaped.
    pub html: String,
}

/// A text of a mail to be given up for the built-in one.
#[derive(Debug, InputObject)]
pub struct MailTextResetInput {
    /// The version that was read.
    pub expected_version: i64,
    /// The name of the mail.
    pub template: String,
    /// In which language.
    pub locale: String,
}

/// A mail as it would be sent.
#[derive(Debug, Clone, SimpleObject)]
pub struct MailPreview {
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

impl From<RenderedMail> for MailPreview {
    fn from(of: RenderedMail) -> Self {
        Self { subject: of.subject, text: of.text, html: of.html }
    }
}

payload! {
    /// What became of `mailTextSave`.
    MailTextSavePayload {
        /// The text as it is now.
        mail_text: MailText }
    /// What became of `mailTextReset`.
    MailTextResetPayload {
        /// The name of the mail that is written from its built-in text again.
        template: String }
    /// What became of `mailTextPreview`.
    MailTextPreviewPayload {
        /// The mail, filled with an example.
        preview: MailPreview }
}

/// Questions about texts of mails.
#[derive(Default)]
pub struct MailTextQuery;

#[Object]
impl MailTextQuery {
    /// All of them: the texts of all mails, in the built-in languages and in those that the operator wrote.
    #[graphql(complexity = "20 + 50 * child_complexity")]
    async fn mail_texts(&self, gql: &Context<'_>) -> Gql<Vec<MailText>> {
        let texts = answer(gql, query::mail_texts(ctx(gql)?).await)?;
        Ok(texts.into_iter().map(MailText::from).collect())
    }
}

/// Changes of texts of mails.
#[derive(Default)]
pub struct MailTextMutation;

#[Object]
impl MailTextMutation {
    /// What a mail would look like with a text that is not kept, filled with an example. Nothing changes.
    async fn mail_text_preview(&self, gql: &Context<'_>, input: MailTextPreviewInput) -> Gql<MailTextPreviewPayload> {
        let MailTextPreviewInput { template, locale, subject, text, html } = input;
        let text = TemplateText { subject, text, html };
        let rendered = query::mail_preview(ctx(gql)?, &template, &locale, &text).await;
        respond(gql, rendered.map(MailPreview::from))
    }

    /// Keeps the operator's own text of a mail; mails are written from it from now on.
    async fn mail_text_save(&self, gql: &Context<'_>, input: MailTextSaveInput) -> Gql<MailTextSavePayload> {
        let MailTextSaveInput { expected_version, template, locale, subject, text, html } = input;
        let text = TemplateText { subject, text, html };
        let saved = save_mail_text(ctx(gql)?, SaveMailText { template, locale, expected_version, text }).await;
        let shown = |of: marketplace::MailText| {
            MailText::from(MailTextInUse {
                template: of.template,
                locale: of.locale,
                version: of.version,
                text: of.text,
            })
        };
        respond(gql, saved.map(shown))
    }

    /// Gives the operator's own text of a mail up: the built-in one holds again.
    async fn mail_text_reset(&self, gql: &Context<'_>, input: MailTextResetInput) -> Gql<MailTextResetPayload> {
        let MailTextResetInput { expected_version, template, locale } = input;
        let reset = reset_mail_text(ctx(gql)?, ResetMailText { template, locale, expected_version }).await;
        respond(gql, reset.map(|template| template.name().to_owned()))
    }
}

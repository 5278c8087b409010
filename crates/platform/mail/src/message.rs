//! A mail before it is put into its wire form.

use lettre::message::{Mailbox, MultiPart, SinglePart};
use serde::{Deserialize, Serialize};

use crate::MailError;

/// Longest line of a header that is taken; RFC 5322 allows 998 bytes on a line.
const MAX_HEADER: usize = 500;

/// A mail to one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Address of the recipient.
    pub to: String,
    /// Name of the recipient.
    pub to_name: Option<String>,
    /// One line.
    pub subject: String,
    /// The text, for readers without HTML.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Address that answers go to.
    pub reply_to: Option<String>,
    /// What makes this mail this mail: an id of `A-Z a-z 0-9 . _ -`, 1 to 100 characters. The same id gives the same
    /// `Message-ID`, so that a mail sent twice after a crash is shown once by most readers.
    pub message_id: String,
}

impl Message {
    /// The wire form, from `from`, with `domain` behind the `@` of the `Message-ID`.
    pub(crate) fn build(&self, from: &Mailbox, domain: &str) -> Result<lettre::Message, MailError> {
        let subject = header("subject", &self.subject)?;
        let to_name = self.to_name.as_deref().map(|name| header("to_name", name)).transpose()?;
        let to = Mailbox::new(to_name.map(str::to_owned), address("to", &self.to)?);
        let mut builder = lettre::Message::builder()
            .from(from.clone())
            .to(to)
            .subject(subject)
            .message_id(Some(format!("<{}@{domain}>", self.id()?)));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(Mailbox::new(None, address("reply_to", reply_to)?));
        }
        let built = match &self.html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(self.text.clone(), html.clone())),
            None => builder.singlepart(SinglePart::plain(self.text.clone())),
        };
        built.map_err(|e| MailError::malformed("to", e))
    }

    /// The message id, checked: it becomes a header and a file name.
    pub(crate) fn id(&self) -> Result<&str, MailError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let id = self.message_id.as_str();
        if id.is_empty() || id.len() > 100 || id.starts_with('.') || id.ends_with('.') || !id.chars().all(plain) {
            return Err(MailError::malformed("message_id", "use 1 to 100 of A-Z, a-z, 0-9, . _ and -"));
        }
        Ok(id)
    }
}

/// A header that stays one header: a line break in it would start another one.
fn header<'a>(field: &'static str, value: &'a str) -> Result<&'a str, MailError> {
    if value.chars().any(char::is_control) {
        return Err(MailError::malformed(field, "must not contain line breaks or control characters"));
    }
    if value.len() > MAX_HEADER {
        return Err(MailError::malformed(field, format_args!("must have at most {MAX_HEADER} bytes")));
    }
    Ok(value)
}

fn address(field: &'static str, value: &str) -> Result<lettre::Address, MailError> {
    header(field, value)?.parse().map_err(|e| MailError::malformed(field, e))
}

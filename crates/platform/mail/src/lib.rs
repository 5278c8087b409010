//! Mail: messages, the ways they leave, and the templates they are written from.
//!
//! A [`Mailer`] is called from jobs, never within a database transaction. It tells whether trying again may help, and
//! it gives one idempotency id one `Message-ID`, so that a mail sent twice can be recognized as the same.

mod custom;
mod error;
mod mailer;
mod message;
mod note;
mod subset;
mod template;

pub use custom::{TEXT_MAX, TemplateText, TextFault};
pub use error::{MailError, TemplateError};
pub use mailer::{Captured, Mailer, Settings};
pub use message::Message;
pub use note::NoteText;
pub use template::{Audience, COMMON, LOCALES, Rendered, Template, Templates};

//! The ways a mail leaves.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use serde::Deserialize;

use crate::{MailError, Message};

/// How long a server may take for one step of the conversation.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Answers that speak of the sign-in, not of the message: mails must outlive a wrong password in the settings.
const SIGN_IN_ANSWERS: [u16; 4] = [530, 534, 535, 538];

/// Where mail goes and whom it is from.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Settings {
    /// `smtp://host:25`, `smtp://user:password@host:587?tls=required`, `smtps://user:password@host:465`, or
    /// `file:FOLDER` for a folder of `.eml` files.
    pub url: String,
    /// The sender: `Souk <noreply@example.org>`. Its domain also stands in every `Message-ID`.
    pub from: String,
}

impl fmt::Debug for Settings {
    /// Without the URL, which has a password in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Sends mail. Cloning is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct Mailer {
    from: Mailbox,
    transport: Transport,
}

#[derive(Debug, Clone)]
enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
    Captured(Captured),
}

/// The mails of a [`Mailer::captured`], for tests to look at.
#[derive(Debug, Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<Message>>>);

impl Captured {
    /// What was sent so far, in order.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Mailer {
    /// A mailer by `settings`. Connects at the first mail; see [`Mailer::ping`].
    ///
    /// # Errors
    /// `Malformed` naming `url` or `from`. It does not repeat the URL, which may have a password in it.
    pub fn new(settings: &Settings) -> Result<Self, MailError> {
        let from: Mailbox = settings.from.parse().map_err(|e| MailError::malformed("from", e))?;
        let transport = match settings.url.split_once(':') {
            Some(("file", folder)) if !folder.trim_start_matches('/').is_empty() => {
                // `file:///var/mail` and `file:mail` are both meant: an empty host is no part of the path.
                Transport::Folder(PathBuf::from(folder.strip_prefix("//").unwrap_or(folder)))
            }
            Some(("smtp" | "smtps", _)) => {
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.url);
                let builder = builder.map_err(|e| MailError::malformed("url", e))?;
                Transport::Smtp(builder.timeout(Some(TIMEOUT)).build())
            }
            _ => return Err(MailError::malformed("url", "use smtp://, smtps:// or file:")),
        };
        Ok(Self { from, transport })
    }

    /// A mailer that writes `.eml` files into `folder`.
    ///
    /// # Errors
    /// `Malformed` when `from` is not a sender.
    pub fn folder(folder: &Path, from: &str) -> Result<Self, MailError> {
        let from = from.parse().map_err(|e| MailError::malformed("from", e))?;
        Ok(Self { from, transport: Transport::Folder(folder.to_owned()) })
    }

    /// A mailer that keeps what it is given, for tests. It checks messages like the others.
    ///
    /// # Errors
    /// `Malformed` when `from` is not a sender.
    pub fn captured(from: &str) -> Result<(Self, Captured), MailError> {
        let from = from.parse().map_err(|e| MailError::malformed("from", e))?;
        let captured = Captured::default();
        Ok((Self { from, transport: Transport::Captured(captured.clone()) }, captured))
    }

    /// Checks that mail could be sent: greets the server, or makes the folder.
    ///
    /// # Errors
    /// `Temporary` with the reason.
    pub async fn ping(&self) -> Result<(), MailError> {
        match &self.transport {
            Transport::Smtp(smtp) => match smtp.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err(MailError::temporary("the server does not answer")),
                Err(error) => Err(MailError::temporary(reason(&error))),
            },
            Transport::Folder(folder) => tokio::fs::create_dir_all(folder).await.map_err(MailError::temporary),
            Transport::Captured(_) => Ok(()),
        }
    }

    /// Hands `message` over to the server, or writes it to the folder.
    ///
    /// When the connection breaks after the text was sent, nobody knows whether the server took it: that is
    /// `Temporary` too, and the same `Message-ID` goes out with the next try. A folder holds each `message_id` once.
    ///
    /// # Errors
    /// `Malformed` and `Refused` when trying again cannot help, `Temporary` when it may.
    pub async fn send(&self, message: &Message) -> Result<(), MailError> {
        let built = message.build(&self.from, self.from.email.domain())?;
        match &self.transport {
            Transport::Smtp(smtp) => smtp.send(built).await.map(drop).map_err(|e| sort(&e)),
            Transport::Folder(folder) => {
                write(folder, message.id()?, &built.formatted()).await.map_err(MailError::temporary)
            }
            Transport::Captured(captured) => {
                captured.0.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
                Ok(())
            }
        }
    }
}

/// Writes `ID.eml` in one step, so that nobody reads half a mail.
async fn write(folder: &Path, id: &str, mail: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let part = folder.join(format!(".{id}.part"));
    tokio::fs::write(&part, mail).await?;
    tokio::fs::rename(&part, folder.join(format!("{id}.eml"))).await
}

fn sort(error: &smtp::Error) -> MailError {
    let about_sign_in = error.status().is_some_and(|code| SIGN_IN_ANSWERS.contains(&u16::from(code)));
    let reason = reason(error);
    if error.is_permanent() && !about_sign_in { MailError::Refused { reason } } else { MailError::Temporary { reason } }
}

/// The error with what caused it: lettre's own text says only "network error".
fn reason(error: &smtp::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) if !error.to_string().contains(&cause.to_string()) => format!("{error}: {cause}"),
        _ => error.to_string(),
    }
}

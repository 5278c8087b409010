//! What can go wrong with mail.

use kernel::{Fault, FaultKind};

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// A part of the message is not what a header or an address may be. Sending it again cannot help.
    #[error("malformed {field}: {reason}")]
    Malformed {
        /// The field of [`crate::Message`], or `url` and `from` of the settings.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The server refuses this message for good: an unknown recipient, for example.
    #[error("the mail server refused the message: {reason}")]
    Refused {
        /// For the log; never for clients.
        reason: String,
    },
    /// It did not work this time: no connection, a busy server, a wrong password. Trying again later may help.
    #[error("the mail could not be sent now: {reason}")]
    Temporary {
        /// For the log; never for clients.
        reason: String,
    },
}

impl MailError {
    pub(crate) fn malformed(field: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Malformed { field, reason: reason.to_string() }
    }

    pub(crate) fn temporary(reason: impl std::fmt::Display) -> Self {
        Self::Temporary { reason: reason.to_string() }
    }

    /// Whether sending the same message again later may work.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Temporary { .. })
    }
}

impl Fault for MailError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Malformed { .. } => FaultKind::Invalid,
            Self::Refused { .. } => FaultKind::Internal,
            Self::Temporary { .. } => FaultKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "MALFORMED",
            Self::Refused { .. } => "MAIL_REFUSED",
            Self::Temporary { .. } => "MAIL_UNAVAILABLE",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Malformed { field, .. } => Some((*field).to_owned()),
            _ => None,
        }
    }
}

/// A template and its variables do not fit together. A mistake of the program.
#[derive(Debug, thiserror::Error)]
#[error("template {name}: {reason}")]
pub struct TemplateError {
    /// Path of the template: `en/shipped.txt`.
    pub name: String,
    /// What is wrong, with the line.
    pub reason: String,
}

impl TemplateError {
    pub(crate) fn new(name: impl Into<String>, error: &minijinja::Error) -> Self {
        Self { name: name.into(), reason: error.to_string() }
    }
}

impl Fault for TemplateError {
    fn kind(&self) -> FaultKind {
        FaultKind::Internal
    }

    fn code(&self) -> &'static str {
        "MAIL_TEMPLATE"
    }
}

//! What can go wrong while driving the program.

use serde_json::Value;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An entry of `userErrors`: the program refused, and says why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserError {
    /// The stable code.
    pub code: String,
    /// The sentence for people.
    pub message: String,
    /// The path of the input field at fault.
    #[serde(default)]
    pub field: Option<Vec<String>>,
    /// Facts to act on.
    #[serde(default)]
    pub details: Option<Value>,
}

/// Why a step did not give what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The mutation answered with `userErrors`.
    #[error("refused: {}", join(.0))]
    Refused(Vec<UserError>),
    /// The answer has top-level errors.
    #[error("answered {status} with the error {code}: {message}")]
    Answered {
        /// The HTTP status.
        status: u16,
        /// `extensions.code`, or empty.
        code: String,
        /// The text.
        message: String,
        /// `extensions.details`, if any.
        details: Option<Value>,
    },
    /// The answer is not what the API promises.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
    /// No answer.
    #[error("no answer: {0}")]
    Http(#[from] reqwest::Error),
    /// A program did not start, or did not do what it was started for.
    #[error("{0}")]
    Program(String),
    /// Files of this machine.
    #[error("{0}: {1}")]
    File(String, #[source] std::io::Error),
    /// The database that this program talks to by itself: for making one and for the floor of a measurement.
    #[error("database: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// The data given is not of the expected shape.
    #[error("{0}")]
    Data(String),
    /// Something did not come true in time.
    #[error("waited {seconds} s in vain for {what}")]
    Timeout {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
    },
}

impl Error {
    /// The stable code of a refusal or error of the API; empty for everything else.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(errors) => errors.first().map_or("", |e| e.code.as_str()),
            Self::Answered { code, .. } => code,
            _ => "",
        }
    }

    /// The facts that came with a refusal or error of the API.
    #[must_use]
    pub fn details(&self) -> Option<&Value> {
        match self {
            Self::Refused(errors) => errors.first().and_then(|e| e.details.as_ref()),
            Self::Answered { details, .. } => details.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn file(path: &std::path::Path, error: std::io::Error) -> Self {
        Self::File(path.display().to_string(), error)
    }
}

fn join(errors: &[UserError]) -> String {
    let one = |e: &UserError| {
        let field = e.field.as_ref().map(|f| format!(" at {}", f.join("."))).unwrap_or_default();
        let details = e.details.as_ref().map(|d| format!(" {d}")).unwrap_or_default();
        format!("{}{field}: {}{details}", e.code, e.message)
    };
    errors.iter().map(one).collect::<Vec<_>>().join("; ")
}

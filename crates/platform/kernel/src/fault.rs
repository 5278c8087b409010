//! What can go wrong, in the nine kinds a client can tell apart.

use serde_json::Value;

/// The kind of a fault; it decides how the API answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The input is wrong; names the field. → `userErrors`
    Invalid,
    /// Somebody else changed the thing meanwhile, or the key was used for something else. → `userErrors`
    Conflict,
    /// A rule of the business forbids it now. → `userErrors`
    RuleBroken,
    /// There is no such thing in the scope of the caller. → top-level error
    NotFound,
    /// Nobody is signed in. → top-level error
    Unauthenticated,
    /// The caller lacks the right. → top-level error
    Forbidden,
    /// Too many tries. → top-level error
    RateLimited,
    /// Something outside does not answer. → top-level error
    Unavailable,
    /// A surprise. Its text never leaves the process. → top-level error
    Internal,
}

/// An error that knows its kind, a stable code and the field it speaks of.
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// The kind, which decides how the API answers.
    fn kind(&self) -> FaultKind;
    /// A stable SCREAMING_SNAKE code for programs: `OUT_OF_STOCK`.
    fn code(&self) -> &'static str;
    /// The input field at fault, as a path in API spelling: `lines.0.quantity`.
    fn field(&self) -> Option<String> {
        None
    }
    /// Facts a client can act on, such as what is left of the stock.
    fn details(&self) -> Option<Value> {
        None
    }
}

/// One input field is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    /// Path of the field in API spelling.
    pub field: String,
    /// A stable code: `REQUIRED`, `TOO_LONG`, `OUT_OF_RANGE`, `MALFORMED`, ...
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl Invalid {
    /// A fault of `field` with a stable `code` and a sentence for people.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }

    /// The field must not be empty.
    pub fn required(field: impl Into<String>) -> Self {
        Self::new(field, "REQUIRED", "must not be empty")
    }

    /// The number is outside `min..=max`.
    pub fn range(field: impl Into<String>, min: i64, max: i64) -> Self {
        Self::new(field, "OUT_OF_RANGE", format!("must be between {min} and {max}"))
    }
}

impl Fault for Invalid {
    fn kind(&self) -> FaultKind {
        FaultKind::Invalid
    }
    fn code(&self) -> &'static str {
        self.code
    }
    fn field(&self) -> Option<String> {
        Some(self.field.clone())
    }
}

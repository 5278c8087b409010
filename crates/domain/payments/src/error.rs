//! What payments can refuse.

use context::Error as CoreError;
use kernel::{Fault, FaultKind, Invalid, Money};
use sea_orm::DbErr;
use serde_json::{Value, json};

/// A fault of a payment command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A fault that is the same in every domain.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// More was to be captured than is authorized and not captured or given up yet.
    #[error("only {capturable_minor} can be captured")]
    ExceedsAuthorized {
        /// What can still be captured, in minor units.
        capturable_minor: i64,
    },
    /// More was to be refunded than is captured and not refunded yet.
    #[error("only {refundable_minor} can be refunded")]
    ExceedsCaptured {
        /// What can still be refunded, in minor units.
        refundable_minor: i64,
    },
    /// The buyer has less credit than is to be used.
    #[error("only {usable_minor} of the credit can be used")]
    CreditTooLow {
        /// What can be used, in minor units.
        usable_minor: i64,
    },
    /// The company may not owe so much.
    #[error("only {left} of the credit limit are left")]
    CreditLimitExceeded {
        /// What can still be ordered on account.
        left: Money,
    },
    /// The payment is closed or its method does not work like this.
    #[error("{0}")]
    NotPossible(&'static str),
    /// The webhook is not from the provider, or too old.
    #[error("the webhook is refused: {0}")]
    WebhookRefused(&'static str),
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Core(error.into())
    }
}

impl From<Invalid> for Error {
    fn from(error: Invalid) -> Self {
        Self::Core(error.into())
    }
}

impl From<access::Denied> for Error {
    fn from(error: access::Denied) -> Self {
        Self::Core(error.into())
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Core(core) => core.kind(),
            Self::ExceedsAuthorized { .. }
            | Self::ExceedsCaptured { .. }
            | Self::CreditTooLow { .. }
            | Self::CreditLimitExceeded { .. }
            | Self::NotPossible(_) => FaultKind::RuleBroken,
            Self::WebhookRefused(_) => FaultKind::Forbidden,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(core) => core.code(),
            Self::ExceedsAuthorized { .. } => "EXCEEDS_AUTHORIZED",
            Self::ExceedsCaptured { .. } => "EXCEEDS_CAPTURED",
            Self::CreditTooLow { .. } => "CREDIT_TOO_LOW",
            Self::CreditLimitExceeded { .. } => "CREDIT_LIMIT_EXCEEDED",
            Self::NotPossible(_) => "NOT_POSSIBLE",
            Self::WebhookRefused(_) => "WEBHOOK_REFUSED",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(core) => core.field(),
            Self::CreditTooLow { .. } => Some("payment.credit".to_owned()),
            Self::CreditLimitExceeded { .. } => Some("payment.method".to_owned()),
            _ => None,
        }
    }

    fn details(&self) -> Option<Value> {
        match self {
            Self::Core(core) => core.details(),
            Self::ExceedsAuthorized { capturable_minor } => Some(json!({ "capturableMinor": capturable_minor })),
            Self::ExceedsCaptured { refundable_minor } => Some(json!({ "refundableMinor": refundable_minor })),
            Self::CreditTooLow { usable_minor } => Some(json!({ "usableMinor": usable_minor })),
            Self::CreditLimitExceeded { left } => {
                Some(json!({ "left": { "amount": left.amount(), "currency": left.currency.code() } }))
            }
            Self::NotPossible(_) | Self::WebhookRefused(_) => None,
        }
    }
}

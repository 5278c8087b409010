//! How faults become answers. The one file that makes `async_graphql::Error`.
//!
//! Faults a caller can cause by input, timing or the rules of the business are `userErrors` of the payload;
//! everything else is a top-level error with `extensions.code` and the request id. The text of an internal
//! fault is logged here and never leaves.

use async_graphql::{Context, ErrorExtensions as _, Json, SimpleObject};
use context::Ctx;
use kernel::{Fault, FaultKind};
use serde_json::Value;

/// What a resolver answers.
#[allow(clippy::disallowed_types, reason = "the one home of GraphQL errors")]
pub type Gql<T> = async_graphql::Result<T>;

/// Why a mutation did nothing, in a form that programs can act on.
#[derive(Debug, Clone, SimpleObject)]
pub struct UserError {
    /// A stable code such as `OUT_OF_STOCK` or `REQUIRED`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The path of the input field at fault, such as `["input", "lines", "0", "quantity"]`.
    pub field: Option<Vec<String>>,
    /// Facts to act on, such as what is left of the stock. The shape depends on the code.
    pub details: Option<Json<Value>>,
}

/// The context of the request.
///
/// # Errors
/// An internal error when the server did not provide it.
pub fn ctx<'a>(gql: &Context<'a>) -> Gql<&'a Ctx> {
    gql.data::<Ctx>()
}

/// A payload of a mutation: the result or the reasons why there is none.
pub trait Payload: Sized {
    /// What the mutation yields.
    type Done;
    /// The payload after success.
    fn done(done: Self::Done) -> Self;
    /// The payload when nothing was done.
    fn refused(errors: Vec<UserError>) -> Self;
}

/// The answer of a mutation: a payload, with `userErrors` for what the caller can mend, or a top-level error.
///
/// What is done is awaited in a box: the resolvers of an object share one frame, which would hold every command of it.
///
/// # Errors
/// Faults that are not for `userErrors`.
pub fn respond<P: Payload, F: Fault>(gql: &Context<'_>, result: Result<P::Done, F>) -> Gql<P> {
    match result {
        Ok(done) => Ok(P::done(done)),
        Err(fault) => match fault.kind() {
            FaultKind::Invalid | FaultKind::Conflict | FaultKind::RuleBroken => {
                Ok(P::refused(vec![user_error(&fault)]))
            }
            _ => Err(top_level(gql, &fault)),
        },
    }
}

/// The answer of a query: the value or a top-level error.
///
/// # Errors
/// Every fault.
pub fn answer<T, F: Fault>(gql: &Context<'_>, result: Result<T, F>) -> Gql<T> {
    result.map_err(|fault| top_level(gql, &fault))
}

/// Like [`answer`], but what does not exist in the caller's scope is `null`.
///
/// # Errors
/// Every fault but `NotFound`.
pub fn answer_optional<T, F: Fault>(gql: &Context<'_>, result: Result<T, F>) -> Gql<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(fault) if fault.kind() == FaultKind::NotFound => Ok(None),
        Err(fault) => Err(top_level(gql, &fault)),
    }
}

/// A fault as an entry of `userErrors`.
pub fn user_error(fault: &dyn Fault) -> UserError {
    let path = |field: String| {
        std::iter::once("input".to_owned()).chain(field.split('.').map(str::to_owned)).collect::<Vec<_>>()
    };
    UserError {
        code: fault.code().to_owned(),
        message: fault.to_string(),
        field: fault.field().map(path),
        details: fault.details().map(Json),
    }
}

#[allow(clippy::disallowed_types, reason = "the one home of GraphQL errors")]
fn top_level(gql: &Context<'_>, fault: &dyn Fault) -> async_graphql::Error {
    let request_id = gql.data::<Ctx>().map(|ctx| ctx.origin().request_id.clone()).unwrap_or_default();
    shown(&request_id, fault, gql.path_node.map(|path| path.to_string()))
}

/// Why a stream ends: a fault outside of any resolver.
///
/// # Errors
/// Always: that is what it makes.
pub fn ended<T>(request_id: &str, fault: &dyn Fault) -> Gql<T> {
    Err(shown(request_id, fault, None))
}

#[allow(clippy::disallowed_types, reason = "the one home of GraphQL errors")]
fn shown(request_id: &str, fault: &dyn Fault, path: Option<String>) -> async_graphql::Error {
    let message = match fault.kind() {
        FaultKind::Internal => {
            tracing::error!(request_id, error = %fault, path, "internal error");
            "something went wrong; the request id names it in the log".to_owned()
        }
        _ => fault.to_string(),
    };
    async_graphql::Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", fault.code());
        extensions.set("requestId", request_id);
        if let Some(field) = fault.field() {
            extensions.set("field", field);
        }
        if let Some(Ok(details)) = fault.details().map(async_graphql::Value::from_json) {
            extensions.set("details", details);
        }
    })
}

/// Defines the payload of a mutation: one result field, `null` when `userErrors` is not empty.
///
/// ```text
/// payload! {
///     /// What became of `merchantApprove`.
///     MerchantApprovePayload { /// The approved merchant.
///         merchant: Merchant }
/// }
/// ```
#[macro_export]
macro_rules! payload {
    ($($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $type:ty })*) => {$(
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$field_doc])*
            pub $field: Option<$type>,
            /// Why nothing was done; empty after success.
            pub user_errors: Vec<$crate::error::UserError>,
        }

        impl $crate::error::Payload for $name {
            type Done = $type;
            fn done(done: Self::Done) -> Self {
                Self { $field: Some(done), user_errors: Vec::new() }
            }
            fn refused(errors: Vec<$crate::error::UserError>) -> Self {
                Self { $field: None, user_errors: errors }
            }
        }
    )*};
}

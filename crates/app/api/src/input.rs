//! Reading inputs into types that cannot be wrong.

use async_graphql::ID;
use kernel::Invalid;
use kernel::id::TypedId;

/// Reads an id. A text that is no id of this kind is a fault of `field`.
///
/// # Errors
/// [`context::Error::Invalid`] with the code `MALFORMED_ID`.
pub fn id<I: TypedId + std::str::FromStr>(field: &str, id: &ID) -> Result<I, context::Error> {
    id.parse()
        .map_err(|_| Invalid::new(field, "MALFORMED_ID", format!("must be an id of the form {}_…", I::PREFIX)).into())
}

/// Reads an optional id.
///
/// # Errors
/// Like [`id`].
pub fn optional_id<I: TypedId + std::str::FromStr>(
    field: &str,
    value: Option<&ID>,
) -> Result<Option<I>, context::Error> {
    value.map(|value| id(field, value)).transpose()
}

/// Reads a list of ids, at most `max`.
///
/// # Errors
/// Like [`id`], naming the position; `TOO_MANY` for more than `max`.
pub fn ids<I: TypedId + std::str::FromStr>(field: &str, values: &[ID], max: usize) -> Result<Vec<I>, context::Error> {
    if values.len() > max {
        return Err(Invalid::new(field, "TOO_MANY", format!("at most {max}")).into());
    }
    values.iter().enumerate().map(|(index, value)| id(&format!("{field}.{index}"), value)).collect()
}

//! Relay connections from keyset pages.

use async_graphql::OutputType;
use async_graphql::connection::{Connection, ConnectionNameType, Edge, EdgeNameType, EmptyFields};
use kernel::{Invalid, Page, PageArgs};

/// Checks the paging arguments of a list field.
///
/// # Errors
/// [`context::Error::Invalid`] naming `first`.
pub fn page_args(first: Option<i32>, after: Option<String>) -> Result<PageArgs, context::Error> {
    PageArgs::new(first, after).map_err(|invalid: Invalid| invalid.into())
}

/// What a page of `first` rows costs when each row costs `child`. For `#[graphql(complexity = ..)]`.
#[must_use]
pub fn cost(first: Option<i32>, child: usize) -> usize {
    let rows = first.and_then(|n| usize::try_from(n).ok()).unwrap_or(PageArgs::DEFAULT as usize);
    rows.min(PageArgs::MAX as usize).saturating_mul(child.saturating_add(1)).saturating_add(1)
}

/// A page as a Relay connection; each row becomes a node.
pub fn connection<T, N>(page: Page<T>, mut node: impl FnMut(T) -> N) -> Connection<String, N>
where
    N: OutputType,
    async_graphql::connection::DefaultConnectionName: ConnectionNameType,
    async_graphql::connection::DefaultEdgeName: EdgeNameType,
{
    let mut connection: Connection<String, N, EmptyFields, EmptyFields> = Connection::new(false, page.has_next);
    connection.edges =
        page.items.into_iter().map(|(cursor, row)| Edge::new(cursor.as_str().to_owned(), node(row))).collect();
    connection
}

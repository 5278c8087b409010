//! What operators, merchants and buyers do, through the API. Tests, replay and measurements are made of it.

mod bulk;
mod buyer;
mod documents;
mod finance;
mod setup;
mod staff;

pub use bulk::{NewMerchant, NewOffer, NewProduct, NewStock, NewVariant, PNG, Stocked, chunks};
pub use buyer::{Basket, BasketLine, Placed, Plan, Storefront};
pub use finance::{Books, Payouts};
pub use setup::{Market, Wanted, sign_in};
pub use staff::{Parcel, Staff};

use std::future::Future;

use futures::StreamExt as _;

use crate::{Error, Result};

/// The payment method of the sandbox card.
pub const CARD: &str = "card_sandbox";

/// Rows in one call of a bulk mutation.
pub const ROWS_MAX: usize = 500;

/// Does something for each item, `concurrency` at once; gives what succeeded and the texts of what did not.
pub async fn each<T, R, F, Fut>(
    items: impl IntoIterator<Item = T>,
    concurrency: usize,
    mut act: F,
) -> (Vec<R>, Vec<String>)
where
    F: FnMut(T) -> Fut,
    Fut: Future<Output = Result<R>>,
{
    let results = futures::stream::iter(items.into_iter().map(&mut act)).buffer_unordered(concurrency.max(1));
    let mut results = std::pin::pin!(results);
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    while let Some(result) = results.next().await {
        match result {
            Ok(value) => done.push(value),
            Err(error) => failed.push(error.to_string()),
        }
    }
    (done, failed)
}

/// All results of [`each`], or the first failure.
///
/// # Errors
/// [`Error::Program`] with the text of the first failure.
pub fn complete<T>((done, failed): (Vec<T>, Vec<String>)) -> Result<Vec<T>> {
    match failed.into_iter().next() {
        Some(failure) => Err(Error::Program(failure)),
        None => Ok(done),
    }
}

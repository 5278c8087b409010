//! What keeps a merchant from being closed, told by the domains that know it.

use context::WriteTx;
use kernel::id::MerchantId;
use merchants::{Obligation, Obligations};

/// Orders and the ledger.
pub(super) struct Books;

impl Obligations for Books {
    async fn open(&self, tx: &WriteTx, merchant: MerchantId) -> Result<Vec<Obligation>, context::Error> {
        let orders = orders::query::open_of_merchant_on(tx, merchant).await.map_err(context::Error::internal)?;
        let orders = i64::try_from(orders).unwrap_or(i64::MAX);
        let money = billing::query::unsettled_in_tx(tx, merchant).await.map_err(context::Error::internal)?;
        let orders = (orders > 0).then_some(Obligation { what: "orders", amount: orders, currency: None });
        let balance = money.into_iter().map(|(currency, amount)| Obligation {
            what: "balance",
            amount,
            currency: Some(currency),
        });
        Ok(orders.into_iter().chain(balance).collect())
    }
}

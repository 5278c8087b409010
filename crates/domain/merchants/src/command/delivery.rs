//! What a merchant asks for delivery.

use context::{Ctx, merchant_meant};
use history::Change;
use kernel::Invalid;
use kernel::id::{DeliveryMethodId, MerchantId};
use marketplace::{DeliveryMethod, MerchantRate};

use crate::actions::EDIT_DELIVERY;
use crate::event::MerchantChanged;
use crate::model::MerchantDelivery;
use crate::{Error, repo};

/// New prices for a delivery method, in place of those before.
#[derive(Debug, Clone)]
pub struct SetDelivery {
    /// Whose they are; a merchant's own staff may leave it out.
    pub merchant_id: Option<MerchantId>,
    /// The method.
    pub method_id: DeliveryMethodId,
    /// The version that the caller saw; 0 when there was none.
    pub expected_version: i64,
    /// The prices; none: what the marketplace asks holds again.
    pub rates: Vec<MerchantRate>,
}

/// Sets what a merchant asks for a delivery method. Orders that were placed keep their price.
///
/// # Errors
/// What is wrong with the input; [`Error::OwnRatesNotAllowed`]; not found for another's merchant; stale; denied; the
/// database error.
pub async fn set_delivery(ctx: &Ctx, input: SetDelivery) -> Result<MerchantDelivery, Error> {
    let grant = ctx.authorize(EDIT_DELIVERY)?;
    let merchant_id = merchant_meant(&grant, input.merchant_id)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::find(&*tx, &grant, merchant_id).await?;
    let market = marketplace::snapshot_on(&*tx).await.map_err(context::Error::internal)?;
    let before = repo::delivery::find(&*tx, &grant, merchant_id, input.method_id).await?;
    let version = before.as_ref().map_or(0, |before| before.version);
    if version != input.expected_version {
        return Err(context::Error::Stale("delivery rates").into());
    }
    let method = market.delivery_method(input.method_id).filter(|method| method.active);
    let unknown = || Invalid::new("deliveryMethodId", "NOT_FOUND", "there is no such delivery method");
    let rates = checked(method.ok_or_else(unknown)?, input.rates)?;
    let after = MerchantDelivery {
        merchant_id,
        method_id: input.method_id,
        rates,
        set_by: ctx.actor().id(),
        set_by_name: ctx.actor().name.clone(),
        set_at: tx.now(),
        version: version + 1,
    };
    repo::delivery::save(&tx, &grant, &after).await?;
    let subject = MerchantDelivery::subject(merchant_id, input.method_id);
    let done = if version == 0 { "created" } else { "edited" };
    tx.record(
        Change::new("merchant_delivery", subject, done).of_merchant(merchant_id).diff(before.as_ref(), Some(&after)),
    );
    tx.emit(&MerchantChanged { merchant: merchant_id });
    tx.commit().await?;
    Ok(after)
}

/// Prices can be taken back at any time, and set while the marketplace allows it.
fn checked(method: &DeliveryMethod, rates: Vec<MerchantRate>) -> Result<Vec<MerchantRate>, Error> {
    if rates.is_empty() {
        return Ok(rates);
    }
    if !method.own_rates.allowed {
        return Err(Error::OwnRatesNotAllowed { method: method.name.clone() });
    }
    Ok(method.check_own_rates(rates)?)
}

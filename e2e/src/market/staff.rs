//! Merchants and their orders.

use serde_json::{Value, json};

use super::documents;
use crate::{Client, Json as _, Result};

/// Somebody who works for a merchant.
#[derive(Debug, Clone)]
pub struct Staff {
    /// Speaks for the merchant.
    pub client: Client,
    /// The merchant.
    pub merchant_id: String,
}

/// A parcel that left.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Its id.
    pub id: String,
}

impl Staff {
    /// Merchant orders in `state`, the newest first, at most `first`.
    ///
    /// # Errors
    /// The refusal.
    pub async fn merchant_orders(&self, state: &str, first: usize) -> Result<Vec<Value>> {
        let variables = json!({ "filter": { "state": state }, "first": first });
        let answer = self.client.query(documents::MERCHANT_ORDERS, variables).await?;
        Ok(answer.nodes("merchantOrders")?.into_iter().cloned().collect())
    }

    /// Accepts all lines of a merchant order.
    ///
    /// # Errors
    /// The refusal.
    pub async fn accept(&self, merchant_order: &Value) -> Result<()> {
        let input = json!({ "id": merchant_order.text("id")?, "acceptAll": true });
        self.client.run(documents::MERCHANT_ORDER_DECIDE, input).await.map(drop)
    }

    /// Ships everything of a merchant order that is open, a parcel for each fulfillment order.
    ///
    /// # Errors
    /// The refusal.
    pub async fn ship(&self, merchant_order: &Value) -> Result<Vec<Parcel>> {
        let mut parcels = Vec::new();
        for fulfillment in merchant_order.list("fulfillmentOrders")? {
            let id = fulfillment.text("id")?;
            let number = id.trim_start_matches(|c: char| c != '_').trim_start_matches('_').to_ascii_uppercase();
            let input = json!({ "fulfillmentOrderId": id, "carrier": "correios", "trackingNumber": number });
            let payload = self.client.run(documents::SHIP, input).await?;
            parcels.push(Parcel { id: payload.text("shipment.id")?.to_owned() });
        }
        Ok(parcels)
    }

    /// Marks a parcel delivered.
    ///
    /// # Errors
    /// The refusal.
    pub async fn deliver(&self, parcel: &Parcel) -> Result<()> {
        self.client.run(documents::DELIVER, json!({ "shipmentId": parcel.id })).await.map(drop)
    }
}

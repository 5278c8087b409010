//! Anything by its id, with the rights of the field that asks for its kind alone.

use context::Ctx;
use serde_json::{Value, json};

use crate::bazaar::{self, Bazaar};

const NODE: &str = "query Node($id: ID!) { node(id: $id) { __typename id } }";

async fn node(ctx: &Ctx, id: &Value) -> Value {
    bazaar::run(ctx, NODE, "Node", json!({ "id": id })).await["node"].clone()
}

testkit::both_databases! {
    async fn a_node_is_found_by_those_who_may_see_it(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let t = &bazaar.t;
        let order = orders::query::order(&t.operator(), bazaar.orders[0]).await.unwrap();
        let parts = orders::query::parts_by_orders(&t.operator(), &[order.id]).await.unwrap();
        let part = &parts[&order.id][0];
        let (line, mine, parcel) = (&part.lines[0], part.merchant_order.id, part.shipments[0].shipment.id);
        let nodes = [
            ("Merchant", json!(bazaar.sellers[0])), ("Offer", bazaar.offers[0][0].clone()), ("Order", json!(order.id)),
            ("MerchantOrder", json!(mine)), ("Shipment", json!(parcel)), ("Payment", json!(order.payment_id)),
            ("Product", json!(line.product_id)), ("Variant", json!(line.variant_id)),
            ("Task", json!(bazaar.tasked(bazaar.sellers[0]).await)),
        ];
        for (kind, id) in &nodes {
            assert_eq!(node(&t.operator(), id).await, json!({ "__typename": kind, "id": id }));
        }
        let (owner, stranger) = (t.merchant(part.merchant_order.merchant_id), t.merchant(t.system().new_id()));
        for id in [json!(mine), json!(parcel), bazaar.offers[0][0].clone(), json!(bazaar.sellers[0])] {
            assert_eq!(node(&stranger, &id).await, Value::Null, "{id} is not the stranger's");
        }
        assert_eq!(node(&owner, &json!(mine)).await["__typename"], "MerchantOrder");
        let nobody: kernel::id::OfferId = t.system().new_id();
        for id in [json!(nobody), json!("off_x"), json!("xyz_1"), json!("")] {
            assert_eq!(node(&t.operator(), &id).await, Value::Null, "{id}");
        }
    }
}

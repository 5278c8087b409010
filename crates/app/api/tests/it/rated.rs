//! What the stage lacks of a merchant's rating.

use context::{Ctx, WriteTx};
use kernel::id::{MerchantId, MerchantOrderId};
use merchants::rating::{
    Conduct, ConductSource, Count, Fact, Formula, Metric, MetricRule, Threshold, activate_formula, create_formula,
    note_conduct, rate,
};
use serde_json::json;

use crate::bazaar::{self, Bazaar};

const RATING: &str = include_str!("../../../../../graphql/operations/merchant/rating.graphql");
const FORMULAS: &str = include_str!("../../../../../graphql/operations/operator/rating.graphql");

/// Late, in the words of a test.
struct Late(MerchantId, Ctx);

impl ConductSource for Late {
    async fn conduct(&self, _: &WriteTx, _: MerchantOrderId) -> Result<Option<Conduct>, context::Error> {
        let facts = vec![Fact { metric: Metric::LateShipment, count: Count { k: 1, n: 1 } }];
        Ok(Some(Conduct { merchant: self.0, number: "S-1".to_owned(), ordered_at: self.1.now(), facts }))
    }
}

impl Bazaar {
    /// A merchant that is late and rated too low.
    pub async fn rated(&self, merchant: MerchantId, order: MerchantOrderId) {
        let (system, operator) = (self.t.system(), self.t.operator());
        let rule = MetricRule {
            metric: Metric::LateShipment,
            window_days: 30,
            maturity_days: 0,
            prior_orders: 1,
            prior: 20_000,
            target: 20_000,
            worst: 100_000,
            weight: 1,
        };
        let threshold = Threshold { below: 50_000_000, grace_days: 7, reason_code: "low_rating".to_owned() };
        let formula = Formula { metrics: vec![rule], threshold: Some(threshold) };
        let version = create_formula(&operator, formula, "Only late ones").await.unwrap().version;
        activate_formula(&operator, version).await.unwrap();
        note_conduct(&system, merchant, order, &Late(merchant, system.clone())).await.unwrap();
        rate(&system, merchant).await.unwrap();
    }
}

testkit::both_databases! { on one thread:
    // Previews and histories cost the same for one merchant and for many.
    async fn a_preview_costs_the_same_however_many_merchants_there_are(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let t = &bazaar.t;
        for seller in bazaar.sellers.clone() {
            bazaar.rated(seller, t.system().new_id()).await;
        }
        let (operator, seller) = (t.operator(), t.merchant(bazaar.sellers[0]));
        let cost = async |ctx: &Ctx, document: &str, operation: &str, variables: serde_json::Value| {
            bazaar::run(ctx, document, operation, variables.clone()).await;
            let before = t.world.db.recorder().count();
            t.world.db.recorder().start();
            let answer = bazaar::run(ctx, document, operation, variables).await;
            let count = t.world.db.recorder().count() - before;
            t.world.db.recorder().stop();
            (answer, count)
        };
        let of = |first: usize| json!({ "version": 2, "first": first });
        let (few, many) = (
            cost(&operator, FORMULAS, "RatingPreview", of(1)).await,
            cost(&operator, FORMULAS, "RatingPreview", of(3)).await,
        );
        let rows = many.0["ratingPreview"]["edges"].as_array().unwrap();
        assert_eq!((rows.len(), rows[0]["node"]["crossing"].is_null()), (3, true));
        assert!(rows.iter().all(|row| row["node"]["now"] == row["node"]["then"]));
        // The new formula, the last activation and its formula, the page, the counts, the merchants.
        assert_eq!((few.1, many.1), (6, 6));
        // The merchant, its rating, the score, its formula, the fall.
        let (rating, statements) = cost(&seller, RATING, "MerchantRating", json!({})).await;
        assert_eq!(statements, 5);
        let rating = &rating["merchantRating"];
        assert_eq!((&rating["rating"], &rating["stars"], &rating["known"]), (&json!("0"), &json!("1"), &json!(true)));
        assert_eq!((&rating["parts"][0]["value"], &rating["parts"][0]["cost"]), (&json!("51"), &json!("100")));
        assert_eq!(rating["fall"]["below"], json!("50"));
        let orders = bazaar::run(&seller, RATING, "MerchantRatingOrders", json!({ "metric": "LATE_SHIPMENT", "first": 5 })).await;
        assert_eq!(orders["merchantRatingOrders"]["edges"][0]["node"]["order"]["number"], json!("S-1"));
        let better = json!({ "changes": [{ "metric": "LATE_SHIPMENT", "k": 1, "n": 100 }] });
        let better = bazaar::run(&seller, RATING, "MerchantRatingWhatIf", better).await;
        // (1 + 2 %) / 101 is about 1 %.
        assert_eq!(better["merchantRatingWhatIf"]["rating"], json!("100"));
    }
}

//! A digest of what the buyer agrees to.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Pickup, SplitPlan};

/// Everything the buyer agrees to, in a fixed order.
#[derive(Serialize)]
struct Agreed<'a> {
    currency: &'a str,
    consignments: Vec<AgreedConsignment<'a>>,
    rejected: Vec<(&'a str, &'a str)>,
    discount: i64,
    total: i64,
    tax: i64,
}

#[derive(Serialize)]
struct AgreedConsignment<'a> {
    key: &'a str,
    lines: Vec<(String, String, i64, i64, i64)>,
    method: Option<String>,
    pickup: Option<&'a Pickup>,
    price: i64,
}

/// The first 32 hexadecimal digits of the SHA-256 of what the buyer agrees to.
pub(super) fn of(plan: &SplitPlan) -> String {
    let agreed = Agreed {
        currency: plan.currency.code(),
        consignments: plan
            .consignments
            .iter()
            .map(|consignment| AgreedConsignment {
                key: &consignment.key,
                lines: consignment
                    .lines
                    .iter()
                    .map(|l| (l.line.to_string(), l.offer.to_string(), l.quantity, l.unit_price, l.total))
                    .collect(),
                method: consignment.chosen.map(|method| method.to_string()),
                pickup: consignment.pickup.as_ref(),
                price: consignment.choice().map_or(0, |choice| choice.price),
            })
            .collect(),
        rejected: plan
            .rejected
            .iter()
            .filter(|rejection| rejection.blocking)
            .map(|rejection| (rejection.id.as_str(), rejection.code.as_str()))
            .collect(),
        discount: plan.totals.discount,
        total: plan.totals.total,
        tax: plan.totals.tax,
    };
    // Plain data: serializing cannot fail.
    let bytes = serde_json::to_vec(&agreed).unwrap_or_default();
    kernel::text::hex(&Sha256::digest(bytes)[..16])
}

//! The books of the worked example, transaction by transaction.

/// The journal: the kind, and each account with its side and minor units.
pub const JOURNAL: [(&str, &[&str]); 28] = [
    (
        "ORDER_CAPTURED",
        &[
            "asset:psp:acme:clearing D 19146",
            "expense:promotion:marketplace_funded D 2000",
            "liability:order_funds:O-1001:A C 6496",
            "liability:order_funds:O-1001:B C 12200",
            "liability:order_funds:O-1001:C C 2450",
        ],
    ),
    ("PSP_FEE", &["asset:psp:acme:clearing C 293", "expense:psp_fees D 293"]),
    (
        "SALE_RECOGNIZED",
        &[
            "liability:merchant:A:pending C 5294",
            "liability:order_funds:O-1001:A D 6496",
            "liability:tax:commission:DE C 192",
            "revenue:commission C 975",
            "revenue:fixed_fee C 35",
        ],
    ),
    (
        "SALE_RECOGNIZED",
        &[
            "liability:merchant:B:pending C 11142",
            "liability:order_funds:O-1001:B D 12200",
            "liability:tax:commission:DE C 169",
            "revenue:commission C 854",
            "revenue:fixed_fee C 35",
        ],
    ),
    (
        "SALE_RECOGNIZED",
        &[
            "liability:merchant:C:pending C 1682",
            "liability:order_funds:O-1001:C D 2450",
            "liability:tax:sales_operator_remitted:DE C 391",
            "revenue:commission C 342",
            "revenue:fixed_fee C 35",
        ],
    ),
    (
        "FUNDS_RELEASED",
        &[
            "liability:merchant:A:available C 4765",
            "liability:merchant:A:pending D 5294",
            "liability:merchant:A:reserve C 529",
        ],
    ),
    ("FUNDS_RELEASED", &["liability:merchant:B:available C 11142", "liability:merchant:B:pending D 11142"]),
    (
        "FUNDS_RELEASED",
        &[
            "liability:merchant:C:available C 1177",
            "liability:merchant:C:pending D 1682",
            "liability:merchant:C:reserve C 505",
        ],
    ),
    ("PSP_SETTLED", &["asset:bank:main D 18853", "asset:psp:acme:clearing C 18853"]),
    (
        "REFUND_REQUESTED",
        &[
            "expense:promotion:marketplace_funded C 203",
            "liability:merchant:A:available D 1642",
            "liability:refunds_in_transit:rf_1 C 1796",
            "liability:tax:commission:DE D 57",
            "revenue:commission D 300",
        ],
    ),
    ("REFUND_SETTLED", &["asset:psp:acme:clearing C 1796", "liability:refunds_in_transit:rf_1 D 1796"]),
    ("PAYOUT_INITIATED", &["liability:merchant:A:available D 3123", "liability:payouts_in_transit:run1:A C 3123"]),
    ("PAYOUT_INITIATED", &["liability:merchant:B:available D 11142", "liability:payouts_in_transit:run1:B C 11142"]),
    ("PAYOUT_PAID", &["asset:bank:main C 11142", "liability:payouts_in_transit:run1:B D 11142"]),
    ("PAYOUT_RETURNED", &["liability:merchant:A:available C 3123", "liability:payouts_in_transit:run1:A D 3123"]),
    ("PAYOUT_INITIATED", &["liability:merchant:A:available D 3123", "liability:payouts_in_transit:run1r:A C 3123"]),
    ("PAYOUT_PAID", &["asset:bank:main C 3123", "liability:payouts_in_transit:run1r:A D 3123"]),
    (
        "DISPUTE_OPENED",
        &["asset:disputes:dp_1 D 11022", "asset:psp:acme:clearing C 12522", "expense:dispute_fees D 1500"],
    ),
    (
        "DISPUTE_LOST",
        &[
            "asset:disputes:dp_1 C 11022",
            "expense:promotion:marketplace_funded C 1178",
            "liability:merchant:B:available D 11184",
            "liability:tax:commission:DE D 162",
            "revenue:commission D 854",
        ],
    ),
    ("DISPUTE_FEE_RECHARGED", &["expense:dispute_fees C 1500", "liability:merchant:B:available D 1500"]),
    ("ORDER_CAPTURED", &["asset:psp:acme:clearing D 15000", "liability:order_funds:O-1002:B C 15000"]),
    ("PSP_FEE", &["asset:psp:acme:clearing C 235", "expense:psp_fees D 235"]),
    (
        "SALE_RECOGNIZED",
        &[
            "liability:merchant:B:pending C 13709",
            "liability:order_funds:O-1002:B D 15000",
            "liability:tax:commission:DE C 206",
            "revenue:commission C 1050",
            "revenue:fixed_fee C 35",
        ],
    ),
    ("FUNDS_RELEASED", &["liability:merchant:B:available C 13709", "liability:merchant:B:pending D 13709"]),
    ("RESERVE_RELEASED", &["liability:merchant:A:available C 529", "liability:merchant:A:reserve D 529"]),
    ("RESERVE_RELEASED", &["liability:merchant:C:available C 505", "liability:merchant:C:reserve D 505"]),
    ("PAYOUT_INITIATED", &["liability:merchant:C:available D 1682", "liability:payouts_in_transit:run2:C C 1682"]),
    ("PAYOUT_PAID", &["asset:bank:main C 1682", "liability:payouts_in_transit:run2:C D 1682"]),
];

//! What the books must hold at the end, transaction by transaction.

#[path = "../../../../crates/domain/billing/tests/it/worked.rs"]
mod worked;

pub use worked::JOURNAL;

/// The trial balance: each account that holds something.
pub const CLOSING: [(&str, i64); 10] = [
    ("asset:bank:main", 2906),
    ("asset:psp:acme:clearing", 447),
    ("expense:promotion:marketplace_funded", 619),
    ("expense:psp_fees", 528),
    ("liability:merchant:A:available", 529),
    ("liability:merchant:B:available", 1025),
    ("liability:tax:commission:DE", 348),
    ("liability:tax:sales_operator_remitted:DE", 391),
    ("revenue:commission", 2067),
    ("revenue:fixed_fee", 140),
];

use super::*;

fn moved(kind: &str, role: &str, component: &str, taxed: bool, minor: i64) -> Moved {
    let (kind, role, component) = (kind.to_owned(), role.to_owned(), component.to_owned());
    Moved { kind, role, component, taxed, count: 1, minor }
}

/// Merchant A of the worked example: a sale, its release, a refund of one unit of three, a payout that came back.
fn example() -> Vec<Moved> {
    vec![
        moved("SALE_RECOGNIZED", "liability:order_funds", "gross", true, -6_496),
        moved("SALE_RECOGNIZED", "liability:merchant:pending", "net", true, 5_294),
        moved("SALE_RECOGNIZED", "revenue:commission", "commission", true, 975),
        moved("SALE_RECOGNIZED", "revenue:fixed_fee", "fixed_fee", true, 35),
        moved("SALE_RECOGNIZED", "liability:tax:commission", "commission_vat", true, 192),
        moved("FUNDS_RELEASED", "liability:merchant:pending", "net", false, -5_294),
        moved("FUNDS_RELEASED", "liability:merchant:available", "net", false, 4_765),
        moved("FUNDS_RELEASED", "liability:merchant:reserve", "reserve", false, 529),
        moved("REFUND_REQUESTED", "liability:merchant:available", "net", true, -1_642),
        moved("REFUND_REQUESTED", "revenue:commission", "commission", true, -300),
        moved("REFUND_REQUESTED", "liability:tax:commission", "commission_vat", true, -57),
        moved("REFUND_REQUESTED", "expense:promotion:marketplace_funded", "discount_marketplace", true, 203),
        moved("PAYOUT_INITIATED", "liability:merchant:available", "payout", false, -6_246),
        moved("PAYOUT_RETURNED", "liability:merchant:available", "payout", false, 3_123),
    ]
}

#[test]
fn groups_sum_to_the_change_of_the_balance() {
    let summary = summarize(&example());
    let said: Vec<_> = summary.lines.iter().map(|l| (l.group.as_str(), l.excl_tax_minor, l.tax_minor)).collect();
    let expected = [
        ("payable_orders", 6_496, 0),
        ("refund_payable_orders", -1_999, 0),
        ("commissions", -975, -185),
        ("refund_commissions", 300, 57),
        ("seller_fees", -35, -7),
        ("transferred_to_seller", -6_246, 0),
        ("refund_transferred_to_seller", 3_123, 0),
    ];
    assert_eq!(said, expected);
    let own: i64 = example().iter().filter(|row| is_own(&row.role)).map(|row| row.minor).sum();
    assert_eq!(summary.lines.iter().map(StatementLine::incl_tax_minor).sum::<i64>(), own);
    // 64.96 - 10.10 - 1.92 - 19.99 + 3.00 + 0.57 - 31.23 = 5.29
    assert_eq!(own, 529);
}

#[test]
fn what_is_charged_and_given_back_is_told_apart() {
    let summary = summarize(&example());
    let said: Vec<_> = summary.charged.iter().map(|c| (c.charge, c.taxed, c.net_minor, c.tax_minor)).collect();
    let expected =
        [(Charge::Commission, true, -300, -57), (Charge::Commission, true, 975, 185), (Charge::FixedFee, true, 35, 7)];
    assert_eq!(said, expected);
}

#[test]
fn manual_entries_debts_and_taxes_have_their_groups_and_stand_on_no_invoice() {
    let summary = summarize(&[
        moved("MANUAL_DEBIT", "liability:merchant:available", "adjustment", false, -500),
        moved("MANUAL_DEBIT", "revenue:penalty", "adjustment", false, 500),
        moved("MANUAL_CREDIT", "liability:merchant:available", "adjustment", false, 200),
        moved("DEBT_PAID", "asset:bank", "cash", false, -300),
        moved("DEBT_PAID", "liability:merchant:available", "cash", false, 300),
        moved("DISPUTE_FEE_RECHARGED", "liability:merchant:available", "fee", false, -1_500),
        moved("SALE_RECOGNIZED", "liability:merchant:pending", "net", false, 1_000),
        moved("SALE_RECOGNIZED", "liability:tax:sales_operator_remitted", "tax", false, 391),
    ]);
    let said: Vec<_> = summary.lines.iter().map(|l| (l.group.as_str(), l.incl_tax_minor())).collect();
    let expected = [
        ("payable_orders", 1_391),
        ("penalties", -500),
        ("operator_remitted_taxes", -391),
        ("other_invoices", -1_500),
        ("other_credits", 200),
        ("transferred_to_operator", 300),
    ];
    assert_eq!(said, expected);
    assert_eq!(summary.charged, []);
}

//! Closed statements: what is frozen when the period of a merchant is over.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, StatementId};
use kernel::{Currency, allocate};
use serde::{Deserialize, Serialize};

use super::posting::fingerprint;
use super::{BALANCE_ROLES, Component, Kind, stored_names};

/// The groups of a statement. Each sum is the merchant's gain: fees are negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementGroup {
    /// Sales whose money the operator collected.
    PayableOrders,
    /// What of them was given back.
    RefundPayableOrders,
    /// Commission on items and shipping.
    Commissions,
    /// What of it was given back.
    RefundCommissions,
    /// Fixed fees.
    SellerFees,
    /// What of them was given back.
    RefundSellerFees,
    /// Penalties.
    Penalties,
    /// Penalties that were taken back.
    RefundPenalties,
    /// Subscriptions.
    Subscriptions,
    /// Subscriptions that were taken back.
    RefundSubscriptions,
    /// Delivery that the operator paid in the buyers' place.
    OperatorPaidShipping,
    /// What of it was given back.
    RefundOperatorPaidShipping,
    /// Sales tax that the operator remits.
    OperatorRemittedTaxes,
    /// What of it was given back.
    RefundOperatorRemittedTaxes,
    /// Whatever else the operator charged.
    OtherInvoices,
    /// Whatever else the operator gave.
    OtherCredits,
    /// Paid out to the merchant.
    TransferredToSeller,
    /// Payouts that came back.
    RefundTransferredToSeller,
    /// Paid by the merchant to the operator.
    TransferredToOperator,
}
stored_names! { StatementGroup {
    PayableOrders = "payable_orders", RefundPayableOrders = "refund_payable_orders", Commissions = "commissions",
    RefundCommissions = "refund_commissions", SellerFees = "seller_fees", RefundSellerFees = "refund_seller_fees",
    Penalties = "penalties", RefundPenalties = "refund_penalties", Subscriptions = "subscriptions",
    RefundSubscriptions = "refund_subscriptions", OperatorPaidShipping = "operator_paid_shipping",
    RefundOperatorPaidShipping = "refund_operator_paid_shipping", OperatorRemittedTaxes = "operator_remitted_taxes",
    RefundOperatorRemittedTaxes = "refund_operator_remitted_taxes", OtherInvoices = "other_invoices",
    OtherCredits = "other_credits", TransferredToSeller = "transferred_to_seller",
    RefundTransferredToSeller = "refund_transferred_to_seller", TransferredToOperator = "transferred_to_operator",
} }

/// A group of a statement, added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// The group, by its stored name.
    pub group: String,
    /// How many transactions.
    pub count: i64,
    /// Without VAT of the operator, in minor units.
    pub excl_tax_minor: i64,
    /// VAT of the operator, in minor units. Sales carry the merchant's own tax, which is not told here.
    pub tax_minor: i64,
}

impl StatementLine {
    /// With VAT, in minor units: what the line changes in the merchant's balance.
    #[must_use]
    pub const fn incl_tax_minor(&self) -> i64 {
        self.excl_tax_minor + self.tax_minor
    }
}

/// A statement that is closed. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedStatement {
    /// Its id.
    pub id: StatementId,
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// Counts the statements of a merchant in a currency, from 1.
    pub cycle_no: i64,
    /// How long the period was to be: `monthly`.
    pub cycle: String,
    /// Where the period begins and ends at midnight.
    pub time_zone: String,
    /// The first instant of the period.
    pub from: DateTime<Utc>,
    /// The instant at which it is over.
    pub to: DateTime<Utc>,
    /// The closing balance of the statement before, in minor units.
    pub opening_minor: i64,
    /// Opening plus all lines, in minor units.
    pub closing_minor: i64,
    /// How many entries of the ledger it covers.
    pub entry_count: i64,
    /// By group.
    pub lines: Vec<StatementLine>,
    /// SHA-256 over all of it.
    pub hash: String,
    /// When it was closed.
    pub closed_at: DateTime<Utc>,
}

impl ClosedStatement {
    /// The hash of what it says.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut said = vec![
            self.id.to_string(),
            self.merchant_id.to_string(),
            self.currency.to_string(),
            self.cycle_no.to_string(),
            self.cycle.clone(),
            self.time_zone.clone(),
            self.from.timestamp_micros().to_string(),
            self.to.timestamp_micros().to_string(),
            self.opening_minor.to_string(),
            self.closing_minor.to_string(),
            self.entry_count.to_string(),
            self.closed_at.timestamp_micros().to_string(),
        ];
        for line in &self.lines {
            let (excl, tax) = (line.excl_tax_minor.to_string(), line.tax_minor.to_string());
            said.extend([line.group.clone(), line.count.to_string(), excl, tax]);
        }
        fingerprint(said)
    }
}

/// What a period did, added up by kind of event, kind of account and component. Credits are positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The kind of event.
    pub kind: String,
    /// The account's path without names.
    pub role: String,
    /// What the entries were for.
    pub component: String,
    /// Whether the transactions carry VAT of the operator.
    pub taxed: bool,
    /// How many transactions.
    pub count: i64,
    /// Credits less debits, in minor units.
    pub minor: i64,
}

/// What the operator charges a merchant, as it stands on an invoice (or, given back, on a credit note).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Charge {
    /// Commission on items and shipping.
    Commission,
    /// The fixed fee per merchant order.
    FixedFee,
    /// A penalty.
    Penalty,
    /// A subscription.
    Subscription,
}
stored_names! { Charge {
    Commission = "commission", FixedFee = "fixed_fee", Penalty = "penalty", Subscription = "subscription",
} }

impl Charge {
    const ALL: [Self; 4] = [Self::Commission, Self::FixedFee, Self::Penalty, Self::Subscription];

    const fn groups(self) -> (StatementGroup, StatementGroup) {
        match self {
            Self::Commission => (StatementGroup::Commissions, StatementGroup::RefundCommissions),
            Self::FixedFee => (StatementGroup::SellerFees, StatementGroup::RefundSellerFees),
            Self::Penalty => (StatementGroup::Penalties, StatementGroup::RefundPenalties),
            Self::Subscription => (StatementGroup::Subscriptions, StatementGroup::RefundSubscriptions),
        }
    }

    fn of(moved: &Moved) -> Option<Self> {
        match moved.role.as_str() {
            "revenue:commission" => Some(Self::Commission),
            "revenue:fixed_fee" => Some(Self::FixedFee),
            "revenue:penalty" => Some(Self::Penalty),
            "revenue:subscription" => Some(Self::Subscription),
            _ => None,
        }
    }
}

/// A charge of a period; negative amounts were given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// What for.
    pub charge: Charge,
    /// Whether it carries VAT.
    pub taxed: bool,
    /// Without VAT, in minor units.
    pub net_minor: i64,
    /// The VAT, in minor units.
    pub tax_minor: i64,
}

/// A period by groups, and what is to be invoiced of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// By group, in their order; groups in which nothing happened are left out.
    pub lines: Vec<StatementLine>,
    /// What the operator charged and gave back.
    pub charged: Vec<Charged>,
}

/// All that moved in one kind of event.
#[derive(Default)]
struct OfKind {
    count: i64,
    own: i64,
    bank: i64,
    remitted: i64,
    delivery: i64,
    tax: BTreeMap<bool, i64>,
    charges: BTreeMap<(bool, Charge), i64>,
}

/// Whether accounts of this role are the merchant's balance.
fn is_own(role: &str) -> bool {
    BALANCE_ROLES.contains(&role)
}

/// Sorts what moved into groups. The lines sum to the change of the merchant's balance.
#[must_use]
pub fn summarize(moved: &[Moved]) -> Summary {
    let mut kinds: BTreeMap<&str, OfKind> = BTreeMap::new();
    for row in moved {
        let kind = kinds.entry(&row.kind).or_default();
        if is_own(&row.role) {
            kind.own += row.minor;
        } else if let Some(charge) = Charge::of(row) {
            *kind.charges.entry((row.taxed, charge)).or_default() += row.minor;
        } else if row.component == Component::CommissionTax.as_str() {
            *kind.tax.entry(row.taxed).or_default() += row.minor;
        } else if row.component == Component::RemittedTax.as_str() {
            kind.remitted += row.minor;
        } else if row.component == Component::FundedDelivery.as_str() {
            // Paid out of what was captured for the order, and given back to what it had been paid from.
            kind.delivery -= row.minor;
        } else if row.role == "asset:bank" {
            kind.bank += row.minor;
        } else {
            continue;
        }
        kind.count = kind.count.max(row.count);
    }
    let mut lines: BTreeMap<StatementGroup, StatementLine> = BTreeMap::new();
    let mut charged = Vec::new();
    for (name, kind) in kinds {
        group(name, &kind, &mut lines, &mut charged);
    }
    Summary { lines: lines.into_values().collect(), charged }
}

fn group(name: &str, kind: &OfKind, lines: &mut BTreeMap<StatementGroup, StatementLine>, charged: &mut Vec<Charged>) {
    let mut add = |group: StatementGroup, excl: i64, tax: i64| {
        if excl != 0 || tax != 0 {
            let empty = StatementLine { group: group.as_str().to_owned(), count: 0, excl_tax_minor: 0, tax_minor: 0 };
            let line = lines.entry(group).or_insert(empty);
            line.count += kind.count;
            line.excl_tax_minor += excl;
            line.tax_minor += tax;
        }
    };
    let mut rest = kind.own;
    for taxed in [true, false] {
        let nets = Charge::ALL.map(|charge| kind.charges.get(&(taxed, charge)).copied().unwrap_or(0));
        let tax = kind.tax.get(&taxed).copied().unwrap_or(0);
        // VAT was posted once for all charges of a sale; it is spread over them as the charges are.
        let taxes = allocate(tax, &nets.map(i64::unsigned_abs)).unwrap_or_else(|_| vec![tax, 0, 0, 0]);
        for ((charge, net), tax) in Charge::ALL.into_iter().zip(nets).zip(taxes) {
            let (taken, given) = charge.groups();
            add(if net + tax > 0 { taken } else { given }, -net, -tax);
            rest += net + tax;
            // Manual entries correct; they are no supply and stand on no invoice.
            if (net != 0 || tax != 0) && !name.starts_with("MANUAL_") {
                charged.push(Charged { charge, taxed, net_minor: net, tax_minor: tax });
            }
        }
    }
    let remitted = kind.remitted;
    let refunded = StatementGroup::RefundOperatorRemittedTaxes;
    add(if remitted > 0 { StatementGroup::OperatorRemittedTaxes } else { refunded }, -remitted, 0);
    rest += remitted;
    let refunded = StatementGroup::RefundOperatorPaidShipping;
    add(if kind.delivery > 0 { StatementGroup::OperatorPaidShipping } else { refunded }, kind.delivery, 0);
    rest -= kind.delivery;
    let is_sale = matches!(
        Kind::parse(name),
        Some(
            Kind::SaleRecognized
                | Kind::RefundRequested
                | Kind::DisputeLost
                | Kind::CodKeptByMerchant
                | Kind::BuyerWrittenOff
        )
    );
    let of_rest = match rest > 0 {
        true if is_sale => StatementGroup::PayableOrders,
        false if is_sale => StatementGroup::RefundPayableOrders,
        true if name.starts_with("PAYOUT_") => StatementGroup::RefundTransferredToSeller,
        false if name.starts_with("PAYOUT_") => StatementGroup::TransferredToSeller,
        true if kind.bank != 0 => StatementGroup::TransferredToOperator,
        true => StatementGroup::OtherCredits,
        false => StatementGroup::OtherInvoices,
    };
    add(of_rest, rest, 0);
}

#[cfg(test)]
#[path = "closed_test.rs"]
mod tests;

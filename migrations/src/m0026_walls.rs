//! Row-level security on PostgreSQL: a second wall around what belongs to merchants.
//!
//! Souk's own connections say `souk.sees = all` and `souk.writes = all` when they open. A transaction for a merchant narrows
//! the one or the other to its id. A connection that says nothing sees no row of these tables and writes none.

use crate::Step::{self, Owned};
use crate::{Seen, Wall};

const fn hidden(table: &'static str) -> Step {
    Owned(Wall { table, owner: "merchant_id", seen: Seen::Owner })
}

const fn open(table: &'static str, owner: &'static str) -> Step {
    Owned(Wall { table, owner, seen: Seen::All })
}

pub(crate) const STATEMENTS: &[Step] = &[
    // People and programs of a merchant.
    hidden("membership"),
    hidden("invitation"),
    hidden("api_key"),
    // Orders, as the merchant sees them.
    hidden("merchant_order"),
    hidden("order_line"),
    hidden("fulfillment_order"),
    hidden("shipment"),
    hidden("refund"),
    hidden("goods_return"),
    hidden("incident"),
    hidden("quote"),
    // Money.
    hidden("ledger_account"),
    hidden("ledger_entry"),
    hidden("hold"),
    hidden("payout"),
    hidden("manual_entry"),
    hidden("debt"),
    hidden("subscription"),
    hidden("subscription_charge"),
    hidden("merchant_billing"),
    hidden("statement"),
    hidden("invoice"),
    hidden("sale_invoice"),
    hidden("stock_movement"),
    hidden("merchant_delivery"),
    // Seen by whoever buys or looks around; written by the owner alone.
    open("merchant", "id"),
    open("offer", "merchant_id"),
    open("stock_location", "merchant_id"),
    open("stock_level", "merchant_id"),
    open("asset", "merchant_id"),
    open("custom_role", "merchant_id"),
    open("product", "owner_id"),
    open("variant", "owner_id"),
    // Written whoever it is about: it is append-only, and its author is the context's.
    Owned(Wall { table: "change_log", owner: "merchant_id", seen: Seen::OwnerWrittenByAll }),
];

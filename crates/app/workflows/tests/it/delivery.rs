//! Delivery that the marketplace pays in the buyer's place: in the ledger, on statements and on invoices.

use billing::command::close_statements;
use billing::query::{SaleInvoiceFilter, closed_statements, sale_invoices, statement, trial_balance};
use billing::{ClosedStatement, SaleKind};
use chrono::Duration;
use kernel::{Currency, PageArgs};
use orders::command::{RefundUnits, refund_units};
use orders::model::status::RefundReason;
use orders::query::PartDetail;

use crate::invoices::{agreed, bought, settle, sound};
use crate::people::{company, registered};
use crate::stage::market;
use crate::support::{Market, Shop, event_units};

async fn held(m: &Market, role: &str) -> i64 {
    let lines = trial_balance(&m.t.operator(), Currency::EUR).await.unwrap();
    lines.iter().filter(|line| line.role == role).map(|line| line.balance_minor).sum()
}

fn back(part: &PartDetail, units: i64) -> RefundUnits {
    RefundUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: vec![event_units(part.lines[0].id, units)],
        shipping_of: vec![part.fulfillments[0].fulfillment_order.id],
        reason: RefundReason::Damaged,
        note: None,
    }
}

/// The group of a closed statement.
fn of(statement: &ClosedStatement, group: &str) -> i64 {
    statement.lines.iter().filter(|line| line.group == group).map(|line| line.incl_tax_minor()).sum()
}

async fn closed(m: &Market, shop: &Shop) -> Vec<ClosedStatement> {
    m.t.clock.advance(Duration::days(40));
    close_statements(&m.t.system()).await.unwrap();
    let filter = billing::query::StatementFilter { merchant: Some(shop.id), currency: None };
    closed_statements(&m.t.operator(), &filter, &PageArgs::first(50)).await.unwrap().into_rows()
}

testkit::both_databases! {
    async fn delivery_at_the_marketplaces_cost_stands_in_the_ledger_and_on_statements(t: TestEnv) {
        let (m, _) = market(t).await;
        m.funds_parcels().await;
        let anna = m.shop_with("anna", true).await;
        let lamp = m.goods(&anna, "A1", 2_999, 9).await;
        let began = m.t.system().now();
        let order = m.placed(&[(lamp, 3)], "card_sandbox").await;
        settle(&m).await;
        let promotion = "expense:promotion:marketplace_funded";
        assert_eq!((held(&m, promotion).await, order.captured_minor), (690, 8_997));
        assert_eq!(held(&m, "liability:order_funds").await, 8_997 + 690);
        anna.ship(&m.part(&order, &anna).await, None).await.unwrap();
        settle(&m).await;
        assert_eq!((held(&m, promotion).await, held(&m, "liability:order_funds").await), (690, 0));
        let until = m.t.system().now() + Duration::seconds(1);
        let open = statement(&m.t.operator(), anna.id, Currency::EUR, began, until).await.unwrap();
        let sale = open.totals.iter().find(|total| total.kind == "SALE_RECOGNIZED").unwrap();
        assert_eq!((sale.gross_minor, sale.funded_delivery_minor), (8_997 + 690, 690));
        let first = closed(&m, &anna).await;
        let sold = first.iter().find(|one| of(one, "operator_paid_shipping") != 0).unwrap();
        assert_eq!((of(sold, "operator_paid_shipping"), of(sold, "payable_orders")), (690, 8_997));
        // It comes back with the goods: the buyer gets what the buyer paid, the marketplace what the marketplace paid.
        let part = m.part(&order, &anna).await;
        let refund = refund_units(&m.t.operator(), back(&part, 3)).await.unwrap();
        settle(&m).await;
        assert_eq!((refund.amount_minor, held(&m, promotion).await), (8_997, 0));
        let given = closed(&m, &anna).await;
        let given = given.iter().find(|one| of(one, "refund_operator_paid_shipping") != 0).unwrap();
        assert_eq!((of(given, "refund_operator_paid_shipping"), of(given, "refund_payable_orders")), (-690, -8_997));
        sound(&m).await;
    }

    async fn the_merchant_bills_delivery_whole_and_names_what_the_marketplace_pays(t: TestEnv) {
        let (m, _) = market(t).await;
        m.funds_parcels().await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 2_380, 50).await;
        let bea = registered(&m, "bea@example.org", "de").await;
        let works = company(&m, &bea).await;
        agreed(&m, works, false).await;
        let order = bought(&m, &bea, works, &anna, lamp, 3).await;
        anna.ship(&m.part(&order, &anna).await, None).await.unwrap();
        settle(&m).await;
        let documents = async || {
            sale_invoices(&m.t.operator(), &SaleInvoiceFilter::default(), &PageArgs::first(9)).await.unwrap().into_rows()
        };
        let bill = documents().await.remove(0);
        assert_eq!((bill.gross_minor, bill.promotion_minor, bill.payable_minor()), (7_140 + 690, 690, 7_140));
        let delivery = bill.content.lines.last().unwrap();
        assert_eq!((delivery.net_minor, delivery.tax_minor), (580, 110));
        refund_units(&m.t.operator(), back(&m.part(&order, &anna).await, 3)).await.unwrap();
        settle(&m).await;
        let notes = documents().await.into_iter().filter(|one| one.kind == SaleKind::CreditNote);
        let told: Vec<_> = notes.map(|one| (one.gross_minor, one.promotion_minor, one.tax_minor == bill.tax_minor)).collect();
        assert_eq!(told, [(7_830, 690, true)]);
        sound(&m).await;
    }
}

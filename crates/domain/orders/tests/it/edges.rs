//! Amounts at the edges: other exponents, prices without tax, goods for nothing, very long orders.

use catalog::OptionValue;
use catalog::command::{Publish, products_publish, products_upsert};
use catalog::model::{ProductInput, VariantInput};
use inventory::{StockSet, StockSetLine};
use kernel::id::{ChannelId, OfferId, VariantId};
use kernel::{Currency, Rounding};
use marketplace::command::{
    CreateChannel, CreateCommissionRule, EditDeliveryMethod, create_channel, create_commission_rule,
    edit_delivery_method,
};
use marketplace::model::{CommissionAmounts, CommissionBase, CommissionScope, DeliveryRate};
use offers::{Condition, OfferInput, OffersUpsert, PriceInput, offers_upsert};
use orders::command::{self, CartAccess, Deliver, RefundUnits, refund_units, ship};
use orders::model::money::Parts;
use orders::model::status::{MerchantOrderState, OrderState, PaymentState, RefundReason, RefundState};
use orders::query::PartDetail;
use orders::{Order, query};

use crate::support::{Market, Shop, cart_create, event_units, new_line, parcel, place};

/// A channel of its own where the parcel and the commission have a price in `currency`.
async fn channel(m: &Market, code: &str, currency: Currency, prices_include_tax: bool) -> ChannelId {
    let ctx = m.t.operator();
    let input = CreateChannel {
        code: code.to_owned(),
        name: code.to_owned(),
        currencies: vec![currency],
        default_currency: None,
        locales: vec!["en".to_owned()],
        default_locale: None,
        country: "DE".to_owned(),
        prices_include_tax,
        rounding: Rounding::HalfUp,
        active: true,
    };
    let id = create_channel(&ctx, input).await.unwrap().id;
    let market = marketplace::snapshot(&ctx).await.unwrap();
    let method = market.delivery_methods.iter().find(|method| method.code == "parcel").unwrap();
    let mut rates = method.rates.clone();
    rates.retain(|rate| rate.currency != currency);
    rates.push(DeliveryRate {
        currency,
        first_minor: 490,
        additional_minor: 100,
        free_above_minor: None,
        product_type: None,
        funded_by: marketplace::Funder::Merchant,
        brackets: Vec::new(),
        surcharges: Vec::new(),
    });
    let edit = EditDeliveryMethod { rates: Some(rates), ..EditDeliveryMethod::unchanged(method) };
    edit_delivery_method(&ctx, edit).await.unwrap();
    let rule = CreateCommissionRule {
        name: format!("In {code}"),
        scope: CommissionScope { channel: Some(id), ..CommissionScope::default() },
        base: CommissionBase::Gross,
        item_ppm: kernel::Rate::from_ppm(125_000),
        shipping_ppm: kernel::Rate::from_ppm(125_000),
        amounts: vec![CommissionAmounts { fixed_per_order_minor: 12, ..CommissionAmounts::none(currency) }],
        min_on_zero: false,
        priority: 10,
        valid_from: None,
        valid_to: None,
    };
    create_commission_rule(&ctx, rule).await.unwrap();
    id
}

/// Published variants of one product, `count` of them, sold at `price` with a thousand of each in stock.
async fn sell(
    m: &Market,
    shop: &Shop,
    channel: ChannelId,
    currency: Currency,
    price: i64,
    count: usize,
) -> Vec<OfferId> {
    let mut made = Vec::new();
    for first in (0..count).step_by(200) {
        let variants = (first..count.min(first + 200)).map(|n| VariantInput {
            sku: format!("V{n}"),
            options: vec![OptionValue { name: "No".to_owned(), value: n.to_string() }],
            weight_g: Some(1),
            ..VariantInput::default()
        });
        let product = ProductInput {
            external_handle: Some(format!("P{first}")),
            title: format!("Product {first}"),
            product_type: Some("parcel".to_owned()),
            variants: variants.collect(),
            ..ProductInput::default()
        };
        let row = products_upsert(&shop.staff, None, vec![product]).await.unwrap().remove(0);
        let products = vec![row.product_id.unwrap()];
        let publish = Publish { products, channels: vec![channel], expected_version: None };
        products_publish(&m.t.operator(), publish).await.unwrap();
        made.extend(offers(shop, currency, price, &row.variants).await);
    }
    made
}

async fn offers(shop: &Shop, currency: Currency, price: i64, variants: &[(String, VariantId)]) -> Vec<OfferId> {
    let priced = PriceInput { channel_id: None, currency, amount_minor: price, compare_at_minor: None };
    let lines = variants.iter().map(|(sku, variant_id)| OfferInput {
        sku: sku.clone(),
        variant_id: *variant_id,
        condition: Condition::New,
        handling_days: None,
        min_quantity: None,
        max_quantity: None,
        prices: vec![priced.clone()],
    });
    let upsert = OffersUpsert { merchant_id: None, lines: lines.collect() };
    let outcome = offers_upsert(&shop.staff, upsert).await.unwrap();
    assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
    let count = |(sku, _): &(String, VariantId)| StockSetLine {
        sku: sku.clone(),
        location_id: shop.one,
        on_hand: 1_000,
        safety: None,
    };
    let lines = variants.iter().map(count).collect();
    let counted = inventory::stock_set(&shop.staff, StockSet { merchant_id: None, lines, reference: None }).await;
    assert_eq!(counted.unwrap().errors, []);
    outcome.offers.iter().map(|offer| offer.id).collect()
}

/// Places these lines in a channel, by card, and lets the merchant accept.
async fn bought(
    m: &Market,
    code: &str,
    currency: Currency,
    lines: &[(OfferId, i64)],
    shop: &Shop,
) -> (Order, PartDetail) {
    let ctx = m.t.anonymous();
    let mut cart = cart_create(lines.iter().map(|(offer, units)| new_line(*offer, *units)).collect());
    (cart.channel, cart.currency) = (code.to_owned(), Some(currency));
    let made = command::cart_create(&ctx, cart).await.unwrap();
    let access = CartAccess { id: made.cart.id, token: Some(made.token) };
    let plan = m.plan(&ctx, &access).await;
    let order = command::place(&ctx, place(&access, &plan, "k1", "card_sandbox")).await.unwrap();
    m.drain().await;
    let part = m.accept(&order, shop).await;
    (query::order(&m.t.operator(), order.id).await.unwrap(), part)
}

fn units(part: &PartDetail, quantity: i64) -> RefundUnits {
    RefundUnits {
        merchant_order: part.merchant_order.id,
        expected_version: None,
        lines: vec![event_units(part.lines[0].id, quantity)],
        shipping_of: Vec::new(),
        reason: RefundReason::Returned,
        note: None,
    }
}

/// Gives three units back one by one: what each gave.
async fn one_by_one(m: &Market, shop: &Shop, part: &PartDetail) -> Vec<i64> {
    let mut given = Vec::new();
    for _ in 0..3 {
        given.push(refund_units(&shop.staff, units(part, 1)).await.unwrap().amount_minor);
    }
    m.drain().await;
    given
}

testkit::both_databases! {
    async fn currencies_without_and_with_three_digits_are_sold_and_given_back(t: TestEnv) {
        let m = Market::new(t).await;
        // 12.5 % of 5997 yen is 749.625, of KWD 3.702 it is 462.75.
        for (code, currency, price, commission) in [("jp", "JPY", 1_999, 750), ("kw", "KWD", 1_234, 463)] {
            let currency: Currency = currency.parse().unwrap();
            let channel = channel(&m, code, currency, true).await;
            let shop = m.shop(code).await;
            let offer = sell(&m, &shop, channel, currency, price, 1).await[0];
            let (order, part) = bought(&m, code, currency, &[(offer, 3)], &shop).await;
            assert_eq!((order.currency, order.total_minor), (currency, 3 * price + 690), "{code}");
            assert_eq!(order.captured_minor, order.total_minor);
            assert_eq!(part.lines[0].commission_minor, commission);
            // 19/119 of three units, to the smallest unit of the currency.
            assert_eq!(part.lines[0].tax_minor, (3 * price * 19 * 2 + 119) / (119 * 2));
            shop.ship(&part, None).await.unwrap();
            assert_eq!(one_by_one(&m, &shop, &part).await, [price; 3]);
            let part = m.part(&order, &shop).await;
            let back: Parts = part.refunds.iter().map(|refund| refund.refund.parts.0).sum();
            assert_eq!((back.commission_item, back.tax), (commission, part.lines[0].tax_minor), "to the last unit");
            m.verify().await;
        }
    }

    async fn prices_without_tax_get_it_on_top(t: TestEnv) {
        let m = Market::new(t).await;
        let channel = channel(&m, "net", Currency::EUR, false).await;
        let shop = m.shop("anna").await;
        let offer = sell(&m, &shop, channel, Currency::EUR, 1_033, 1).await[0];
        let (order, part) = bought(&m, "net", Currency::EUR, &[(offer, 3)], &shop).await;
        let line = &part.lines[0];
        // 19 % of 30.99 is 5.8881, of the delivery's 6.90 it is 1.311.
        assert_eq!((line.unit_price_minor, line.gross_minor, line.tax_minor), (1_033, 3_099 + 589, 589));
        assert_eq!(order.total_minor, 3_688 + 690 + 131);
        shop.ship(&part, None).await.unwrap();
        assert_eq!(one_by_one(&m, &shop, &part).await, [1_230, 1_229, 1_229], "3688 and not three times a rounded unit");
        m.verify().await;
    }

    async fn what_costs_nothing_is_sold_sent_and_given_back(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let (gift, paid) = (m.goods(&shop, "gift", 0, 9).await, m.goods(&shop, "paid", 1_999, 9).await);
        let order = m.placed(&[(gift, 2), (paid, 1)], "card_sandbox").await;
        let part = m.accept(&order, &shop).await;
        assert_eq!((part.lines[0].gross_minor, part.lines[0].commission_minor), (0, 0));
        assert_eq!(part.merchant_order.captured_minor, order.total_minor);
        ship(&shop.staff, parcel(&part, None)).await.unwrap();
        let refund = refund_units(&shop.staff, units(&part, 2)).await.unwrap();
        assert_eq!((refund.amount_minor, refund.state), (0, RefundState::Settled), "nobody has to pay anything");
        let again = refund_units(&shop.staff, units(&part, 1)).await.unwrap_err();
        assert_eq!(kernel::Fault::code(&again), "TOO_MANY_UNITS");
        m.drain().await;
        m.verify().await;
    }

    async fn an_order_that_costs_nothing_at_all_needs_no_payment(t: TestEnv) {
        let m = Market::new(t).await;
        let shop = m.shop("anna").await;
        let file = m.goods_of(&shop, "file", 0, 9, "digital").await;
        for method in ["card_sandbox", "bank_transfer"] {
            let order = m.placed(&[(file, 1)], method).await;
            assert_eq!((order.total_minor, order.payment_state), (0, PaymentState::Paid), "{method}");
            let part = m.accept(&order, &shop).await;
            assert_eq!(part.merchant_order.state, MerchantOrderState::ToShip, "{method}");
            let sent = ship(&shop.staff, parcel(&part, None)).await.unwrap();
            let input = Deliver { shipment: sent.id, delivered_at: None, proof: None };
            command::deliver(&shop.staff, input).await.unwrap();
            m.t.clock.advance(chrono::Duration::days(15));
            assert_eq!(command::close_due(&m.t.system(), 10).await.unwrap(), 1, "{method}");
            assert_eq!(m.order(&order).await.state, OrderState::Closed);
            m.drain().await;
            m.verify().await;
        }
    }

    async fn an_order_of_two_thousand_lines_works(t: TestEnv) {
        let m = Market::new(t).await;
        let web = marketplace::snapshot(&m.t.operator()).await.unwrap().channel_by_code("web").unwrap().id;
        let shop = m.shop("anna").await;
        let offers = sell(&m, &shop, web, Currency::EUR, 1_999, 2_000).await;
        let lines: Vec<(OfferId, i64)> = offers.into_iter().map(|offer| (offer, 3)).collect();
        let (order, part) = bought(&m, "web", Currency::EUR, &lines, &shop).await;
        assert_eq!((part.lines.len(), order.total_minor), (2_000, 2_000 * 3 * 1_999), "delivery is free from 100.00 on");
        ship(&shop.staff, parcel(&part, Some(2))).await.unwrap();
        let rest = command::CancelUnits {
            merchant_order: part.merchant_order.id,
            expected_version: None,
            lines: Vec::new(),
            reason: orders::model::status::CancelReason::OutOfStock,
            note: None,
        };
        command::cancel_units(&shop.staff, rest).await.unwrap();
        let all = part.lines.iter().map(|line| event_units(line.id, 2)).collect();
        let refund = refund_units(&shop.staff, RefundUnits { lines: all, ..units(&part, 1) }).await.unwrap();
        assert_eq!(refund.amount_minor, 2_000 * 2 * 1_999);
        m.drain().await;
        let after = m.order(&order).await;
        assert_eq!((after.payment_state, after.refund_minor), (PaymentState::Refunded, order.total_minor));
        m.verify().await;
    }
}

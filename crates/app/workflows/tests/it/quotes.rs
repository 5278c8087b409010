//! Mails about quotes.

use kernel::{Currency, Money};
use orders::command::{
    OfQuote, QuoteOfferMake, QuoteRefuse, QuoteRequest, quote_ask_change, quote_offer, quote_refuse, quote_request,
};
use orders::model::quote::{NewLineTerms, QuoteReason, SeenQuote, WantedLine};
use orders::query;

use crate::people::{company, registered};
use crate::stage::{market, told};
use crate::support::address;

fn offering(seen: &SeenQuote) -> QuoteOfferMake {
    let line = |line: &orders::QuoteLine| NewLineTerms {
        line: line.id,
        unit: Some(Money::new(800, Currency::EUR)),
        quantity: None,
        left_out: None,
    };
    QuoteOfferMake {
        quote: seen.quote.row.id,
        expected_version: seen.quote.row.version,
        lines: seen.quote.lines.iter().map(line).collect(),
        delivery: Some(Money::new(490, Currency::EUR)),
        method: None,
        valid_until: None,
        note: None,
    }
}

testkit::both_databases! {
    async fn who_has_to_answer_a_quote_is_written_to_once(t: TestEnv) {
        let (m, captured) = market(t).await;
        let anna = m.shop("anna").await;
        let lamp = m.goods(&anna, "A1", 1000, 50).await;
        let bea = registered(&m, "bea@example.org", "de").await;
        let works = company(&m, &bea).await;
        let input = QuoteRequest {
            idempotency_key: "ask-1".to_owned(),
            cart: None,
            channel: Some("web".to_owned()),
            currency: None,
            lines: vec![WantedLine { offer: lamp, quantity: 2, wished: None, note: None }],
            company: Some(works),
            po_number: None,
            ship_to: Some(address()),
            wished_on: None,
            note: None,
        };
        let asked = quote_request(&bea, input).await.unwrap().remove(0);
        m.drain().await;
        let to_merchant = told(&captured, "A buyer asks you for prices");
        assert_eq!(to_merchant.len(), 1);
        assert!(to_merchant[0].text.contains("Kettle & <Works> asks for your prices"), "{}", to_merchant[0].text);
        assert!(to_merchant[0].text.contains("2 x "), "{}", to_merchant[0].text);

        quote_offer(&anna.staff, offering(&asked)).await.unwrap();
        m.drain().await;
        let to_buyer = told(&captured, "Ihr Angebot");
        assert_eq!((to_buyer.len(), to_buyer[0].to.as_str()), (1, "bea@example.org"));
        for said in ["Ware: 16,00 EUR", "Lieferung: 4,90 EUR", "Das Angebot gilt bis"] {
            assert!(to_buyer[0].text.contains(said), "{said} in {}", to_buyer[0].text);
        }

        let id = asked.quote.row.id;
        let now = query::quote(&bea, id).await.unwrap().quote.row.version;
        quote_ask_change(&bea, OfQuote { quote: id, expected_version: now, note: Some("cheaper".to_owned()) }).await.unwrap();
        m.drain().await;
        let to_merchant = told(&captured, "A buyer asks you for prices");
        assert_eq!(to_merchant.len(), 2);
        assert!(to_merchant[1].text.contains("would like another offer"), "{}", to_merchant[1].text);

        let now = query::quote(&anna.staff, id).await.unwrap().quote.row.version;
        let refuse = QuoteRefuse { quote: id, expected_version: now, reason: QuoteReason::PriceTooLow, note: None };
        quote_refuse(&anna.staff, refuse).await.unwrap();
        m.drain().await;
        let counts = ["A buyer asks you for prices", "Ihr Angebot", "Kein Angebot"].map(|what| told(&captured, what).len());
        assert_eq!(counts, [2, 1, 1]);
    }
}

//! Mails in the operator's own words.

use e2e::bazaar::{Bazaar, Size};
use e2e::site::Options;
use e2e::{Client, Error, Json as _, Kind, Site};
use serde_json::{Value, json};

use crate::common::{ask, eventually, finish, refused, run};

const EDIT: &str = "operator/marketplace#MailTextSave";

fn text(subject: &str, html: &str) -> Value {
    json!({ "template": "order_placed", "locale": "en", "subject": subject, "text": "{{ total }}", "html": html })
}

fn with(mut of: Value, version: i64) -> Value {
    of["expectedVersion"] = json!(version);
    of
}

/// The code and the field of what is refused.
async fn fault(client: &Client, operation: &str, input: Value) -> (String, Vec<String>) {
    match refused(client, operation, input).await {
        Error::Refused(errors) => (errors[0].code.clone(), errors[0].field.clone().unwrap_or_default()),
        other => (other.code().to_owned(), Vec::new()),
    }
}

async fn mailed(site: &Site, subject: String) {
    eventually("a mail about the order", async || {
        let mails = site.mails().unwrap();
        (mails.iter().filter(|mail| mail.subject == subject).count() == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_writes_a_mail_and_goes_back_to_the_built_in_one() {
    for kind in Kind::present("own texts of mails") {
        let site = Site::start(kind, Options::default()).await.unwrap();
        let size = Size { merchants: 1, products: 1, variants: 1, units: 20 };
        let bazaar = Bazaar::open(&site.client().unwrap(), size).await.unwrap();
        let operator = &bazaar.market.operator;
        let texts = ask(operator, "operator/marketplace#MailTexts", json!({})).await;
        let all = texts.list("mailTexts").unwrap();
        assert!(all.len() > 40 && all.iter().all(|text| text["version"] == 0), "{}", all.len());
        let good = || text("Thanks for {{ order_number }}", "<p>{{ buyer_name }}: {{ total }}</p>");
        let shown = run(operator, "operator/marketplace#MailTextPreview", good()).await;
        assert_eq!(shown.text("preview.html").unwrap(), "<p>Ann Buyer: 20.50 EUR</p>");
        let wrong = text("Thanks", "{{ totl }}");
        let named = ("UNKNOWN_VARIABLE".to_owned(), vec!["input".to_owned(), "html".to_owned()]);
        assert_eq!(fault(operator, "operator/marketplace#MailTextPreview", wrong.clone()).await, named);
        assert_eq!(fault(operator, EDIT, with(wrong, 0)).await, named);
        assert_eq!(fault(&bazaar.staff[0].client, EDIT, with(good(), 0)).await.0, "FORBIDDEN");
        let saved = run(operator, EDIT, with(good(), 0)).await;
        assert_eq!(saved.int("mailText.version").unwrap(), 1);
        let first = bazaar.storefront.buy(&bazaar.basket(0)).await.unwrap();
        mailed(&site, format!("Thanks for {}", first.number)).await;
        let reset = json!({ "template": "order_placed", "locale": "en", "expectedVersion": 1 });
        run(operator, "operator/marketplace#MailTextReset", reset).await;
        let second = bazaar.storefront.buy(&bazaar.basket(1)).await.unwrap();
        mailed(&site, format!("Your order {}", second.number)).await;
        finish(site).await;
    }
}

//! What somebody typed stays what it is: over real SMTP, in both languages.

use mail::{Mailer, Settings};
use orders::command::{CartDetails, cart_edit, place};
use orders::model::types::Address;

use crate::sink::{Mail, Sink};
use crate::stage::market_with;
use crate::support::{self, address};

/// The parts of a mail as its reader sees them: quoted-printable undone.
fn unquoted(mail: &Mail) -> String {
    let joined = mail.data.replace("=\r\n", "").replace("=\n", "");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

testkit::both_databases! {
    async fn names_are_text_in_german_and_in_english(t: TestEnv) {
        let sink = Sink::start("250 OK").await;
        let settings = Settings { url: sink.url.clone(), from: "Souk <noreply@souk.example>".to_owned() };
        let m = market_with(t, Mailer::new(&settings).unwrap()).await;
        let shop = m.shop("anna").await;
        let title = "<script>alert(1)</script> {{ 6*6 }} Tee";
        let offer = m.goods_called(&shop, title, "A1", 1_000, 9, "parcel").await;
        for (key, locale) in [("k1", "de"), ("k2", "en")] {
            let ctx = m.t.anonymous();
            let (_, access) = m.cart(&ctx, &[(offer, 2)]).await;
            let ship_to = Some(Address { name: "{{ 7*7 }} <b>Eve</b>".to_owned(), ..address() });
            let details = CartDetails { locale: Some(locale.to_owned()), ship_to, ..CartDetails::default() };
            cart_edit(&ctx, &access, details).await.unwrap();
            let plan = m.plan(&ctx, &access).await;
            place(&ctx, support::place(&access, &plan, key, "cash_on_delivery")).await.unwrap();
            m.drain().await;
        }
        let mails = sink.mails();
        let to_buyer: Vec<_> = mails.iter().filter(|mail| mail.to == ["RCPT TO:<ann@example.org>"]).collect();
        assert_eq!(to_buyer.len(), 2, "one each");
        for (mail, [hello, total, subject]) in to_buyer.into_iter().zip([
            ["Guten Tag {{ 7*7 }} <b>Eve</b>,", "25,90 EUR", "Subject: Ihre Bestellung"],
            ["Hello {{ 7*7 }} <b>Eve</b>,", "25.90 EUR", "Subject: Your order"],
        ]) {
            let seen = unquoted(mail);
            let (text, html) = seen.split_once("Content-Type: text/html").unwrap();
            assert!(text.contains(hello) && text.contains(total) && text.contains(subject), "{text}");
            assert!(text.contains(title), "text is text: {text}");
            assert!(html.contains("{{ 7*7 }} &lt;b&gt;Eve&lt;") && !html.contains("<b>Eve"), "{html}");
            assert!(html.contains("&lt;script&gt;alert(1)&lt;") && !html.contains("<script"), "{html}");
            assert!(html.contains("{{ 6*6 }}") && !seen.contains("36 Tee"), "{seen}");
        }
    }
}

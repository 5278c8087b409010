//! Over SMTP.

use kernel::{Fault as _, FaultKind};
use mail::{MailError, Mailer, Settings};

use crate::message;
use crate::sink::Sink;

fn mailer(url: &str) -> Mailer {
    Mailer::new(&Settings { url: url.to_owned(), from: "Souk Markt <noreply@souk.example>".to_owned() }).unwrap()
}

#[tokio::test]
async fn one_mail_arrives_once_with_its_headers() {
    let sink = Sink::start("250 OK").await;
    let mailer = mailer(&sink.url);
    mailer.ping().await.unwrap();
    mailer.send(&message()).await.unwrap();

    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert!(mail.from.contains("<noreply@souk.example>"), "{}", mail.from);
    assert_eq!(mail.to, ["RCPT TO:<ann@example.org>"]);
    let has = |line: &str| assert!(mail.data.lines().any(|l| l == line), "{line} is not in\n{}", mail.data);
    has("From: \"Souk Markt\" <noreply@souk.example>");
    has("Reply-To: help@example.org");
    has("Message-ID: <evt_01h2-shipped@souk.example>");
    // base64 of "über" and "€" within the encoded words of RFC 2047
    assert!(mail.data.contains("=?utf-8?b?"), "{}", mail.data);
    assert!(mail.data.contains("multipart/alternative"));
    assert!(mail.data.lines().any(|l| l.starts_with("Date: ")));
    assert!(!mail.data.contains("Bcc"));
}

#[tokio::test]
async fn a_mail_sent_again_has_the_same_message_id() {
    let sink = Sink::start("250 OK").await;
    let mailer = mailer(&sink.url);
    mailer.send(&message()).await.unwrap();
    mailer.send(&message()).await.unwrap();
    let ids: Vec<_> = sink.mails().iter().map(|m| m.data.matches("<evt_01h2-shipped@souk.example>").count()).collect();
    assert_eq!(ids, [1, 1]);
}

#[tokio::test]
async fn refusals_for_good_and_for_now_are_told_apart() {
    for (answer, temporary, kind) in [
        ("550 no such user", false, FaultKind::Internal),
        ("450 mailbox busy", true, FaultKind::Unavailable),
        ("421 too many connections", true, FaultKind::Unavailable),
        ("530 sign in first", true, FaultKind::Unavailable),
    ] {
        let sink = Sink::start(answer).await;
        let error = mailer(&sink.url).send(&message()).await.unwrap_err();
        assert_eq!((error.is_temporary(), error.kind()), (temporary, kind), "{answer}: {error}");
        assert!(error.to_string().contains(&answer[4..]), "{error}");
        assert!(sink.mails().is_empty());
    }
    let error = mailer("smtp://127.0.0.1:1").send(&message()).await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert!(mailer("smtp://127.0.0.1:1").ping().await.is_err());
}

#[test]
fn bad_settings_are_named_without_the_password() {
    for (url, from, field) in [
        ("smtp://u:geheim@mail.example?tls=maybe", "a@b.example", "url"),
        ("http://u:geheim@mail.example", "a@b.example", "url"),
        ("file:", "a@b.example", "url"),
        ("", "a@b.example", "url"),
        ("smtps://u:geheim@mail.example", "nobody", "from"),
    ] {
        let settings = Settings { url: url.to_owned(), from: from.to_owned() };
        let error = Mailer::new(&settings).unwrap_err();
        assert!(matches!(&error, MailError::Malformed { field: f, .. } if *f == field), "{url}: {error}");
        assert!(!format!("{error} {settings:?}").contains("geheim"), "{error}");
    }
}

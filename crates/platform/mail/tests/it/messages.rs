//! What may not be in a message.

use mail::{MailError, Mailer, Message};

use crate::message;

#[tokio::test]
async fn nothing_in_a_message_makes_another_header_or_recipient() {
    let (mailer, captured) = Mailer::captured("noreply@souk.example").unwrap();
    let long = "x".repeat(600);
    let bad = [
        ("subject", Message { subject: "Hi\r\nBcc: eve@example.org".to_owned(), ..message() }),
        ("subject", Message { subject: "Hi\nX: y".to_owned(), ..message() }),
        ("subject", Message { subject: long, ..message() }),
        ("to_name", Message { to_name: Some("Ann\r\nBcc: eve@example.org".to_owned()), ..message() }),
        ("to", Message { to: "ann@example.org\r\nBcc: eve@example.org".to_owned(), ..message() }),
        ("to", Message { to: "ann@example.org, eve@example.org".to_owned(), ..message() }),
        ("to", Message { to: "ann@example.org>\r\nRCPT TO:<eve@example.org".to_owned(), ..message() }),
        ("to", Message { to: "ann".to_owned(), ..message() }),
        ("reply_to", Message { reply_to: Some("x@example.org\nCc: eve@example.org".to_owned()), ..message() }),
        ("message_id", Message { message_id: "a>\r\nBcc: eve@example.org".to_owned(), ..message() }),
        ("message_id", Message { message_id: "../a".to_owned(), ..message() }),
        ("message_id", Message { message_id: String::new(), ..message() }),
    ];
    for (field, message) in bad {
        match mailer.send(&message).await {
            Err(MailError::Malformed { field: named, .. }) => assert_eq!(named, field, "{message:?}"),
            other => panic!("{message:?} gave {other:?}"),
        }
    }
    assert!(captured.messages().is_empty());

    // A quoted name stays a name.
    let odd = Message { to_name: Some("\"Ann\" <eve@example.org>, x".to_owned()), ..message() };
    mailer.send(&odd).await.unwrap();
    assert_eq!(captured.messages(), [odd]);
}

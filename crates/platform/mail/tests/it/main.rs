//! Mail against a real SMTP conversation, a folder, and every template.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod custom;
mod folder;
mod messages;
mod sink;
mod smtp;
mod templates;

use mail::Message;

fn message() -> Message {
    Message {
        to: "ann@example.org".to_owned(),
        to_name: Some("Ännchen Müller".to_owned()),
        subject: "Ihre Bestellung über 12,30 €".to_owned(),
        text: "Grüße\n.\nEnde".to_owned(),
        html: Some("<p>Grüße</p>".to_owned()),
        reply_to: Some("help@example.org".to_owned()),
        message_id: "evt_01h2-shipped".to_owned(),
    }
}

//! Who is told what, by mail: the handlers of this crate over real commands, with mails that are caught.
#![allow(clippy::unwrap_used)]

mod canceled;
mod conversations;
mod delivery;
mod given_up;
mod hooks;
mod hostile;
mod invoices;
mod mails;
mod notify;
mod people;
mod quotes;
mod rating;
#[allow(dead_code, reason = "the tests of mail use the rest of it")]
#[path = "../../../../platform/mail/tests/it/sink.rs"]
mod sink;
mod stage;
mod standing;
#[allow(dead_code, reason = "the tests of orders use the rest of it")]
#[path = "../../../../domain/orders/tests/it/support.rs"]
mod support;
mod tasks;
mod told;

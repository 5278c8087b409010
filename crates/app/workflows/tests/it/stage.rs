//! A market whose facts are carried by the real handlers, and whose mails are caught.

use std::sync::Arc;

use mail::{Captured, Mailer, Message, Templates};
use outbox::Dispatcher;
use payments::Providers;
use payments::provider::{Chaos, Sandbox};
use testkit::TestEnv;
use workflows::Deps;

use crate::support::{Deaf, Market};

/// The buyer of the tests of orders.
pub const ANN: &str = "ann@example.org";

/// A market whose facts are carried by the real handlers.
pub async fn market(t: TestEnv) -> (Market, Captured) {
    let (mailer, captured) = Mailer::captured("Souk <noreply@souk.example>").unwrap();
    (market_with(t, mailer).await, captured)
}

/// The same, whose mails leave by `mailer`.
pub async fn market_with(t: TestEnv, mailer: Mailer) -> Market {
    marketplace::bootstrap(&t.operator()).await.unwrap();
    let deps = deps(&t, mailer, Arc::new(Templates::builtin().unwrap()));
    let world = t.world.clone();
    let sandbox = Arc::new(Sandbox::new(world.clone(), b"secret".to_vec(), Chaos::default()));
    let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
    let builder =
        payments::register(builder, &world, &Providers::none().with(sandbox.clone()), Some((sandbox, Arc::new(Deaf))));
    let dispatcher = workflows::register(builder, &deps).build();
    Market { t, dispatcher }
}

/// What handlers need, with a store that nobody asks.
pub fn deps(t: &TestEnv, mailer: Mailer, templates: Arc<Templates>) -> Deps {
    let store = storage::ObjectStore::new(&storage::Settings {
        endpoint: "http://127.0.0.1:9".to_owned(),
        public_endpoint: None,
        region: "eu".to_owned(),
        bucket: "none".to_owned(),
        access_key: "none".to_owned(),
        secret_key: "none".to_owned(),
        force_path_style: true,
    });
    Deps {
        world: t.world.clone(),
        mailer,
        templates,
        store,
        public_url: "https://souk.example".to_owned(),
        hooks: None,
        stripe: None,
    }
}

/// The subjects of the mails to an address, in order.
pub fn subjects(captured: &Captured, to: &str) -> Vec<String> {
    let mails = captured.messages().into_iter().filter(|mail| mail.to.eq_ignore_ascii_case(to));
    mails.map(|mail| mail.subject).collect()
}

pub fn starting(subjects: &[String], with: &str) -> usize {
    subjects.iter().filter(|subject| subject.starts_with(with)).count()
}

pub fn last(captured: &Captured) -> Message {
    captured.messages().pop().unwrap()
}

/// The mails whose subject starts like this.
pub fn told(captured: &Captured, subject: &str) -> Vec<Message> {
    captured.messages().into_iter().filter(|mail| mail.subject.starts_with(subject)).collect()
}

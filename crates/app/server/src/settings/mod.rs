//! The settings: typed, with defaults, checked at start.

mod check;
mod load;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use marketplace::webhook::guard::Rules;
use serde::Deserialize;

pub use check::Purpose;
pub use load::{Problem, SettingsError, environment, load};

/// All settings. Their meaning stands in `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// HTTP.
    pub server: Server,
    /// Limits of queries.
    pub graphql: Graphql,
    /// The database.
    pub database: Database,
    /// The object storage.
    pub storage: Storage,
    /// How mail leaves.
    pub mail: Mail,
    /// What guards accounts.
    pub security: Security,
    /// Payment providers.
    pub payments: Payments,
    /// What only a sandbox may do.
    pub sandbox: SandboxSettings,
    /// What carriers tell.
    pub carriers: Carriers,
    /// What other systems are told.
    pub webhooks: WebhookSettings,
    /// What people are told.
    pub notifications: Notifications,
    /// Events, jobs, schedules.
    pub worker: Worker,
    /// Logs.
    pub log: Log,
}

/// HTTP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address under which clients reach Souk.
    pub public_url: String,
    /// Threads that answer requests; 0 takes one for each core.
    pub workers: u16,
    /// The longest body, in bytes.
    pub body_max_bytes: usize,
    /// How long a request may take, in seconds.
    pub request_timeout_seconds: u64,
    /// How long requests in work may go on after a signal to stop, in seconds.
    pub shutdown_timeout_seconds: u64,
    /// Whether `X-Forwarded-For` is believed.
    pub trust_forwarded: bool,
    /// Origins whose pages may call the API from a browser; `*` for any.
    pub allowed_origins: Vec<String>,
    /// Whether there is a page to write queries in.
    pub graphiql: bool,
}

impl Server {
    /// How long a request may take.
    #[must_use]
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds)
    }

    /// How long requests in work may go on after a signal to stop.
    #[must_use]
    pub fn shutdown_timeout(&self) -> Duration {
        Duration::from_secs(self.shutdown_timeout_seconds)
    }
}

/// Limits of queries.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graphql {
    /// The longest query text, in bytes.
    pub query_max_bytes: usize,
    /// Fields of a query, fragments counted at each use.
    pub size_max: u64,
    /// Fields that have an alias or are repeated.
    pub repeats_max: u64,
    /// Fields at the root of an operation.
    pub roots_max: u64,
    /// Parsed queries kept.
    pub cache_documents: u64,
    /// Memory they may take, in bytes.
    pub cache_bytes: u64,
    /// WebSocket connections of this process.
    pub sockets_max: usize,
    /// WebSocket connections of one person or key.
    pub sockets_per_caller: usize,
    /// Operations of one such connection at the same time.
    pub socket_operations_max: usize,
}

/// The database.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `postgres://…` or `sqlite:…`.
    pub url: String,
    /// Connections for reading on SQLite, for everything on PostgreSQL.
    pub connections: u32,
}

/// The object storage.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// Address at which Souk reaches it.
    pub endpoint: String,
    /// Address at which clients reach it; the endpoint when empty.
    pub public_endpoint: String,
    /// Region.
    pub region: String,
    /// Bucket.
    pub bucket: String,
    /// Name of the key pair.
    pub access_key: String,
    /// Secret of the key pair.
    pub secret_key: String,
    /// Whether the bucket stands in the path.
    pub force_path_style: bool,
}

impl Storage {
    /// In the form the storage crate takes.
    #[must_use]
    pub fn client(&self) -> storage::Settings {
        storage::Settings {
            endpoint: self.endpoint.clone(),
            public_endpoint: Some(self.public_endpoint.clone()).filter(|url| !url.is_empty()),
            region: self.region.clone(),
            bucket: self.bucket.clone(),
            access_key: self.access_key.clone(),
            secret_key: self.secret_key.clone(),
            force_path_style: self.force_path_style,
        }
    }
}

/// How mail leaves.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `smtp://…`, `smtps://…` or `file:FOLDER`.
    pub url: String,
    /// The sender.
    pub from: String,
}

impl Mail {
    /// In the form the mail crate takes.
    #[must_use]
    pub fn client(&self) -> mail::Settings {
        mail::Settings { url: self.url.clone(), from: self.from.clone() }
    }
}

/// What guards accounts.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// Memory of argon2id in KiB.
    pub argon2_memory_kib: u32,
    /// Passes of argon2id.
    pub argon2_passes: u32,
    /// Keys that seal secrets which Souk reads again, each `NAME:KEY`; the first seals, all open.
    pub secret_keys: Vec<String>,
    /// Providers by which staff can sign in, by code.
    pub oidc: BTreeMap<String, OidcProvider>,
}

/// A provider that speaks OpenID Connect. What is required is empty when it is not given.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OidcProvider {
    /// As people are shown it; the code when empty.
    pub name: String,
    /// What names the provider.
    pub issuer: String,
    /// What names Souk at the provider.
    pub client_id: String,
    /// What shows there that it is Souk; empty for a public client.
    pub client_secret: String,
    /// Where the provider sends browsers back to: a page of the back office.
    pub redirect_url: String,
    /// Domains of addresses that may come in; all when empty.
    pub allowed_email_domains: Vec<String>,
    /// Values of `amr` that count as a second factor.
    pub second_factor_amr: Vec<String>,
    /// Values of `acr` that count as a second factor.
    pub second_factor_acr: Vec<String>,
}

/// Payment providers.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    /// Whether the sandbox card is offered.
    pub sandbox: bool,
    /// Signs the webhooks of the sandbox.
    pub webhook_secret: String,
    /// Where the sandbox sends its webhooks; empty for the obvious address.
    pub sandbox_url: String,
    /// Every webhook twice.
    pub sandbox_twice: bool,
    /// Webhooks wait before they are sent.
    pub sandbox_late_seconds: u32,
    /// Webhooks overtake each other.
    pub sandbox_out_of_order: bool,
    /// The secret key of an account at Stripe; Stripe is not offered when empty.
    pub stripe_secret_key: String,
    /// What signs Stripe's webhooks.
    pub stripe_webhook_secret: String,
    /// What signs the webhooks of merchants' connected accounts at Stripe; none is taken when empty.
    pub stripe_connect_webhook_secret: String,
    /// Where Stripe's API is.
    pub stripe_url: String,
    /// Whether a payment can be captured in several parts.
    pub stripe_multicapture: bool,
}

/// What only a sandbox may do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxSettings {
    /// Whether operators may put the clock forward.
    pub clock: bool,
}

/// What carriers tell.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carriers {
    /// Signs what carriers tell of parcels; empty: nothing is taken from them.
    pub webhook_secret: String,
}

/// What other systems are told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Whether messages may go over plain http.
    pub allow_http: bool,
    /// Networks that are not public and may be called all the same.
    pub allow_networks: Vec<String>,
}

impl WebhookSettings {
    /// In the form in which they are kept.
    ///
    /// # Errors
    /// Says which network cannot be read.
    pub fn rules(&self) -> Result<Rules, String> {
        let networks = self.allow_networks.iter().map(|text| text.trim().parse()).collect::<Result<_, _>>()?;
        Ok(Rules { http: self.allow_http, networks })
    }
}

/// What people are told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notifications {
    /// After how many days a notification that was read is removed.
    pub keep_read_days: i64,
}

/// Events, jobs, schedules.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// Whether `serve` does that work too.
    pub enabled: bool,
}

/// Logs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A level, or directives of `tracing-subscriber`.
    pub level: String,
}

/// Sections with secrets show none of them.
macro_rules! silent_debug {
    ($($section:ident),*) => {$(
        impl std::fmt::Debug for $section {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($section)).finish_non_exhaustive()
            }
        }
    )*};
}

silent_debug!(Database, Storage, Mail, Security, OidcProvider, Payments, Carriers);

#[cfg(test)]
mod tests;

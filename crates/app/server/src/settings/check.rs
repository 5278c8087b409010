//! Whether settings make sense, before anything is opened with them.

use context::Vault;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::Settings;
use super::load::{Problem, SettingsError};

/// What settings are for: a check asks only for what will be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Answering requests in production.
    Serve,
    /// Events, jobs, schedules.
    Work,
    /// A single look at the database or change of it.
    Database,
    /// The demo, which brings its own database, storage and folder of mails.
    Demo,
}

/// The shortest secret.
const SECRET_MIN: usize = 32;
/// The most connections that a pool of one process may have.
const CONNECTIONS_MAX: u32 = 1000;
/// Most characters of the code of a provider.
const CODE_MAX: usize = 40;
/// The least memory of argon2id, in KiB: OWASP's smallest set-up.
const ARGON2_MEMORY_MIN: u32 = 7168;

impl Settings {
    /// Checks that the settings make sense for `purpose`.
    ///
    /// # Errors
    /// Names each setting at fault with the reason.
    pub fn check(&self, purpose: Purpose) -> Result<(), SettingsError> {
        let mut problems = Problems(Vec::new());
        self.check_log(&mut problems);
        self.check_database(&mut problems);
        if purpose != Purpose::Database {
            self.check_outside(&mut problems);
            self.check_guards(purpose, &mut problems);
        }
        if matches!(purpose, Purpose::Serve | Purpose::Demo) {
            self.check_server(purpose, &mut problems);
        }
        if problems.0.is_empty() { Ok(()) } else { Err(SettingsError(problems.0)) }
    }

    fn check_log(&self, problems: &mut Problems) {
        if let Err(error) = EnvFilter::try_new(&self.log.level) {
            problems.add("log.level", error.to_string());
        }
    }

    fn check_database(&self, problems: &mut Problems) {
        let url = &self.database.url;
        if problems.required("database.url", url) {
            if url.starts_with("postgres:") || url.starts_with("postgresql:") {
                problems.url("database.url", url, &["postgres", "postgresql"]);
            } else if !url.starts_with("sqlite:") {
                problems.add("database.url", "must start with postgres:// or sqlite:");
            }
        }
        problems.range("database.connections", u64::from(self.database.connections), 1, u64::from(CONNECTIONS_MAX));
    }

    fn check_outside(&self, problems: &mut Problems) {
        let storage = &self.storage;
        if problems.required("storage.endpoint", &storage.endpoint) {
            problems.url("storage.endpoint", &storage.endpoint, &["http", "https"]);
        }
        if !storage.public_endpoint.is_empty() {
            problems.url("storage.public_endpoint", &storage.public_endpoint, &["http", "https"]);
        }
        problems.required("storage.region", &storage.region);
        problems.required("storage.bucket", &storage.bucket);
        problems.required("storage.access_key", &storage.access_key);
        problems.required("storage.secret_key", &storage.secret_key);
        if problems.required("mail.url", &self.mail.url) {
            // Its error does not repeat the URL, which may hold a password.
            if let Err(error) = mail::Mailer::new(&self.mail.client()) {
                problems.add("mail", error.to_string());
            }
        }
        if problems.required("server.public_url", &self.server.public_url) {
            problems.url("server.public_url", &self.server.public_url, &["http", "https"]);
        }
    }

    fn check_guards(&self, purpose: Purpose, problems: &mut Problems) {
        let secret = &self.payments.webhook_secret;
        if (self.payments.sandbox || !secret.is_empty()) && secret.len() < SECRET_MIN {
            let reason = if secret.is_empty() { "is missing".to_owned() } else { "is too short".to_owned() };
            problems.add("payments.webhook_secret", format!("{reason}: give at least {SECRET_MIN} characters"));
        }
        if !self.payments.stripe_secret_key.is_empty() {
            problems.required("payments.stripe_webhook_secret", &self.payments.stripe_webhook_secret);
            problems.url("payments.stripe_url", &self.payments.stripe_url, &["https", "http"]);
        }
        if !self.payments.sandbox_url.is_empty() {
            problems.url("payments.sandbox_url", &self.payments.sandbox_url, &["http"]);
        }
        if self.sandbox.clock && !self.payments.sandbox {
            problems.add("sandbox.clock", "is for sandboxes only: set payments.sandbox, or leave the clock alone");
        }
        let secret = &self.carriers.webhook_secret;
        if !secret.is_empty() && secret.len() < SECRET_MIN {
            let text = format!("is too short: give at least {SECRET_MIN} characters");
            problems.add("carriers.webhook_secret", text);
        }
        if let Err(reason) = self.webhooks.rules() {
            problems.add("webhooks.allow_networks", reason);
        }
        if let Err(error) = Vault::of(&self.security.secret_keys) {
            problems.add("security.secret_keys", error.to_string());
        }
        self.check_sign_in(problems);
        let late = u64::from(self.payments.sandbox_late_seconds);
        problems.range("payments.sandbox_late_seconds", late, 0, 86_400);
        let memory_min = if purpose == Purpose::Demo { 8 } else { ARGON2_MEMORY_MIN };
        let memory = u64::from(self.security.argon2_memory_kib);
        problems.range("security.argon2_memory_kib", memory, u64::from(memory_min), 1 << 21);
        problems.range("security.argon2_passes", u64::from(self.security.argon2_passes), 1, 100);
    }

    fn check_sign_in(&self, problems: &mut Problems) {
        let providers = &self.security.oidc;
        for (code, of) in providers {
            let name = |key: &str| format!("security.oidc.{code}.{key}");
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
            if code.len() > CODE_MAX || !code.bytes().all(plain) {
                let text = format!("is no code: at most {CODE_MAX} small letters, digits, - and _");
                problems.add(&format!("security.oidc.{code}"), text);
            }
            problems.required(&name("client_id"), &of.client_id);
            if problems.required(&name("issuer"), &of.issuer) {
                problems.guarded(&name("issuer"), &of.issuer);
                if of.issuer.contains(['?', '#']) {
                    problems.add(&name("issuer"), "has nothing behind ? or #");
                }
                if providers.iter().any(|(other, with)| other < code && with.issuer == of.issuer) {
                    problems.add(&name("issuer"), "is that of another provider: identities would be mixed up");
                }
            }
            if problems.required(&name("redirect_url"), &of.redirect_url) {
                problems.guarded(&name("redirect_url"), &of.redirect_url);
            }
            for domain in &of.allowed_email_domains {
                let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
                if !domain.contains('.') || domain.starts_with('.') || !domain.chars().all(plain) {
                    let text = format!("{domain} is no domain such as example.org");
                    problems.add(&name("allowed_email_domains"), text);
                }
            }
        }
    }

    fn check_server(&self, purpose: Purpose, problems: &mut Problems) {
        let server = &self.server;
        if server.listen.port() == 0 && purpose == Purpose::Serve {
            problems.add("server.listen", "port 0 takes any free port, which nobody could find: give a port");
        }
        problems.range("server.workers", u64::from(server.workers), 0, 256);
        problems.range("server.body_max_bytes", server.body_max_bytes as u64, 1024, 64 << 20);
        problems.range("server.request_timeout_seconds", server.request_timeout_seconds, 1, 3600);
        problems.range("server.shutdown_timeout_seconds", server.shutdown_timeout_seconds, 0, 3600);
        for origin in server.allowed_origins.iter().filter(|origin| *origin != "*") {
            problems.origin("server.allowed_origins", origin);
        }
        let graphql = &self.graphql;
        problems.range("graphql.query_max_bytes", graphql.query_max_bytes as u64, 1024, server.body_max_bytes as u64);
        problems.range("graphql.size_max", graphql.size_max, 100, 50_000);
        problems.range("graphql.repeats_max", graphql.repeats_max, 1, graphql.size_max.max(1));
        problems.range("graphql.roots_max", graphql.roots_max, 1, graphql.size_max.max(1));
        problems.range("graphql.cache_documents", graphql.cache_documents, 1, 1_000_000);
        problems.range("graphql.sockets_max", graphql.sockets_max as u64, 1, 100_000);
        problems.range("graphql.sockets_per_caller", graphql.sockets_per_caller as u64, 1, 1_000);
        problems.range("graphql.socket_operations_max", graphql.socket_operations_max as u64, 1, 1_000);
        let days = u64::try_from(self.notifications.keep_read_days).unwrap_or(0);
        problems.range("notifications.keep_read_days", days, 1, 3_650);
        problems.range("graphql.cache_bytes", graphql.cache_bytes, 1 << 16, 1 << 34);
    }
}

struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, name: &str, reason: impl Into<String>) {
        self.0.push(Problem::new(name, reason));
    }

    fn required(&mut self, name: &str, value: &str) -> bool {
        if value.trim().is_empty() {
            self.add(name, "is missing");
        }
        !value.trim().is_empty()
    }

    fn range(&mut self, name: &str, value: u64, min: u64, max: u64) {
        if !(min..=max).contains(&value) {
            self.add(name, format!("must be between {min} and {max}"));
        }
    }

    /// As a browser sends it: scheme, host and port, nothing behind them.
    fn origin(&mut self, name: &str, value: &str) {
        let origin = Url::parse(value).ok().map(|url| url.origin().ascii_serialization());
        if origin.as_deref() != Some(value) {
            self.add(name, format!("{value} is no origin such as https://shop.example, without anything behind it"));
        }
    }

    /// An address to which secrets are sent: by TLS, or within this machine.
    fn guarded(&mut self, name: &str, value: &str) {
        match Url::parse(value) {
            Err(error) => self.add(name, format!("is no URL: {error}")),
            Ok(url) if !oidc::is_safe(&url) => {
                self.add(name, "must start with https://; http:// is for this machine only");
            }
            Ok(_) => {}
        }
    }

    /// Does not repeat the value: a URL may hold a password.
    fn url(&mut self, name: &str, value: &str, schemes: &[&str]) {
        let starts = || schemes.iter().map(|s| format!("{s}://")).collect::<Vec<_>>().join(" or ");
        match Url::parse(value) {
            Err(error) => self.add(name, format!("is no URL: {error}")),
            Ok(url) if !schemes.contains(&url.scheme()) => self.add(name, format!("must start with {}", starts())),
            Ok(url) if url.host_str().is_none_or(str::is_empty) => self.add(name, "names no host"),
            Ok(_) => {}
        }
    }
}

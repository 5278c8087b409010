//! What a process opens at its start, and how it answers requests until it is told to stop.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use access::Access;
use actix_web::dev::Server;
use actix_web::middleware::{Condition, from_fn};
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use async_graphql::{Executor, Request};
use context::{Ctx, Vault, World};
use db::{Db, DbSettings};
use identity::{PasswordCost, SignInProviders};
use kernel::{Clock, SandboxClock, SystemClock};
use mail::Mailer;
use marketplace::webhook::guard::set_webhook_rules;
use payments::Providers;
use payments::provider::Sandbox;
use payments::provider::stripe::Stripe;
use storage::ObjectStore;
use tokio::sync::Notify;
use url::Url;

use crate::app::Routes;
use crate::edge::{cross_origin, name_and_guard};
use crate::graphql::{Documents, Endpoint, EndpointSettings, Limits, SocketLimits, Sockets};
use crate::health::Health;
use crate::settings::{Problem, Server as Listening, Settings, SettingsError};
use crate::webhook::Webhooks;
use crate::work::{Work, providers};

/// The built-in roles and what they may do.
const POLICY: &str = include_str!("../../../../config/policy.csv");
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the database may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the program cannot do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database cannot be opened.
    #[error(transparent)]
    Connect(#[from] db::ConnectError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// The schema of the database is older than the program.
    #[error("the database lacks {0} migrations: run `souk migrate` first")]
    NotMigrated(usize),
    /// The built-in policy cannot be used.
    #[error(transparent)]
    Policy(#[from] access::PolicyError),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] storage::StorageError),
    /// Mail cannot be set up.
    #[error("mail: {0}")]
    Mail(#[from] mail::MailError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A file of the data folder cannot be used.
    #[error("{path}: {reason}")]
    Folder {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A command said no, or failed.
    #[error("{0}")]
    Refused(String),
    /// What is stored differs from what it derives from.
    #[error("{0} differences")]
    Differences(usize),
    /// A file was loaded, but not all of it.
    #[error("{0} faults in the file; what they concern was left out")]
    FaultyRows(usize),
    /// Anything else of the operating system.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl StartError {
    /// The fault of a command that was run from the command line.
    pub fn refused(fault: impl std::error::Error) -> Self {
        Self::Refused(fault.to_string())
    }
}

/// What a process has opened.
pub struct Node {
    /// What all requests share.
    pub world: Arc<World>,
    /// The object storage.
    pub store: ObjectStore,
    /// The way mail leaves.
    pub mailer: Mailer,
    /// Payment providers by code.
    pub providers: Providers,
    /// Stripe, where it is set up: one line for payments and payouts.
    pub stripe: Option<Stripe>,
    /// The sandbox among them.
    pub sandbox: Option<Arc<Sandbox>>,
    /// The clock, where operators may put it forward.
    pub clock: Option<Arc<SandboxClock>>,
    /// The providers by which staff can sign in.
    pub sign_in: SignInProviders,
    /// The settings it was opened with.
    pub settings: Settings,
}

/// Opens the database and compiles the policy.
///
/// # Errors
/// Says which of them failed.
pub async fn open_world(settings: &Settings) -> Result<Arc<World>, StartError> {
    world_with(settings, Arc::new(SystemClock)).await
}

async fn world_with(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Arc<World>, StartError> {
    let database = DbSettings { url: settings.database.url.clone(), connections: settings.database.connections };
    let (db, access) = tokio::join!(Db::connect(&database), Access::from_policy(POLICY));
    let vault = Vault::of(&settings.security.secret_keys)
        .map_err(|error| SettingsError(vec![Problem::new("security.secret_keys", error.to_string())]))?;
    let (ids, wake) = (Arc::new(SystemClock), Arc::new(Notify::new()));
    Ok(Arc::new(World { db: db?, access: access?, clock, ids, wake, vault }))
}

/// Refuses to work on a database of an older program.
///
/// # Errors
/// [`StartError::NotMigrated`].
pub async fn require_migrated(world: &World) -> Result<(), StartError> {
    match migrations::pending(world.db.for_migrations()).await? {
        0 => Ok(()),
        missing => Err(StartError::NotMigrated(missing)),
    }
}

impl Node {
    /// Opens everything; storage and mail connect when they are first used.
    ///
    /// # Errors
    /// Says what failed.
    pub async fn open(settings: Settings) -> Result<Self, StartError> {
        let security = &settings.security;
        let cost = PasswordCost { memory_kib: security.argon2_memory_kib, passes: security.argon2_passes };
        identity::set_password_cost(cost);
        let rules = settings.webhooks.rules();
        set_webhook_rules(
            rules.map_err(|reason| SettingsError(vec![Problem::new("webhooks.allow_networks", reason)]))?,
        );
        marketplace::notification::inbox::set_kept_days(settings.notifications.keep_read_days);
        let clock = settings.sandbox.clock.then(|| Arc::new(SandboxClock::default()));
        let time: Arc<dyn Clock> = match &clock {
            Some(clock) => clock.clone(),
            None => Arc::new(SystemClock),
        };
        let world = world_with(&settings, time).await?;
        let store = ObjectStore::new(&settings.storage.client());
        let mailer = Mailer::new(&settings.mail.client())?;
        let stripe = crate::work::stripe(&settings.payments);
        let (providers, sandbox) = providers(&settings.payments, stripe.as_ref(), &settings.server.public_url, &world);
        payments::offer_methods_of(&providers);
        let sign_in = crate::sign_in::providers(&settings.security)?;
        Ok(Self { world, store, mailer, providers, stripe, sandbox, clock, sign_in, settings })
    }

    /// Puts the clock of a sandbox where it was left. The schema must be there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resume_clock(&self) -> Result<(), StartError> {
        match &self.clock {
            Some(clock) => context::sandbox_clock_load(self.world.db.read(), clock).await.map_err(StartError::refused),
            None => Ok(()),
        }
    }

    /// Listens, and answers requests with `executor` once the returned server is polled.
    ///
    /// # Errors
    /// The address is taken or not ours.
    pub fn listen<E: Executor>(
        &self,
        executor: E,
        attach: fn(Request, Ctx) -> Request,
        health: Health,
    ) -> Result<(Server, SocketAddr), StartError> {
        let settings = &self.settings;
        let limits = Limits {
            query_bytes: settings.graphql.query_max_bytes,
            size: settings.graphql.size_max,
            depth: api::DEPTH_MAX as u64,
            cost: api::COMPLEXITY_MAX as u64,
            repeats: settings.graphql.repeats_max,
            roots: settings.graphql.roots_max,
        };
        let documents = Documents::new(limits, settings.graphql.cache_documents, settings.graphql.cache_bytes);
        let sockets = SocketLimits {
            connections: settings.graphql.sockets_max,
            per_caller: settings.graphql.sockets_per_caller,
            operations: settings.graphql.socket_operations_max,
            // The query text and as much again for its variables.
            message_bytes: settings.graphql.query_max_bytes * 2,
        };
        let how = EndpointSettings {
            body_max_bytes: settings.server.body_max_bytes,
            timeout: settings.server.request_timeout(),
            trust_forwarded: settings.server.trust_forwarded,
        };
        let routes = Routes {
            endpoint: Data::new(Endpoint::new(executor, self.world.clone(), documents, how, attach)),
            sockets: Data::new(Sockets::new(sockets, pages(&settings.server))),
            health: Data::new(health),
            webhooks: Data::new(Webhooks {
                world: self.world.clone(),
                providers: self.providers.clone(),
                stripe: self.stripe.clone(),
                carrier_secret: settings.carriers.webhook_secret.clone().into_bytes(),
            }),
            sandbox: self.sandbox.clone().map(Data::from),
            graphiql: settings.server.graphiql,
        };
        let origins = settings.server.allowed_origins.clone();
        let server = HttpServer::new(move || {
            let routes = routes.clone();
            let browsers = Condition::new(!origins.is_empty(), cross_origin(&origins));
            App::new().wrap(from_fn(name_and_guard)).wrap(browsers).configure(|config| routes.configure(config))
        });
        let address = settings.server.listen;
        let server = server
            .workers(workers(settings.server.workers))
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD_TIMEOUT)
            .tcp_nodelay(true)
            .shutdown_timeout(settings.server.shutdown_timeout_seconds)
            .disable_signals()
            .bind(address)
            .map_err(|source| StartError::Listen { address, source })?;
        let bound = server.addrs().first().copied().unwrap_or(address);
        Ok((server.run(), bound))
    }

    /// Makes the bucket when it is missing, however long the storage takes to come up.
    pub fn ensure_bucket_in_background(&self) {
        let store = self.store.clone();
        tokio::spawn(async move {
            while let Err(error) = store.ensure_bucket().await {
                tracing::warn!(%error, "the bucket cannot be looked for; trying again");
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        });
    }

    /// Closes the database.
    pub async fn close(self) {
        // A statement that hangs must not keep the process: what is not committed is rolled back anyway.
        match tokio::time::timeout(CLOSE_TIMEOUT, self.world.db.clone().close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the database did not close well"),
            Err(_) => tracing::warn!("the database did not close in time"),
        }
    }
}

/// Polls `server` until `stop` resolves, then lets requests and work that was begun come to an end.
///
/// `work` goes first: connections of a pool may belong to the threads of the server, and break when these end.
///
/// # Errors
/// The server failed.
pub async fn run_until(
    server: Server,
    health: &Health,
    work: Option<Work>,
    stop: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let handle = server.handle();
    let mut running = tokio::spawn(server);
    tokio::select! {
        ended = &mut running => return Ok(ended.map_err(io::Error::other)??),
        () = stop => {}
    }
    tracing::info!("stopping");
    health.stop();
    if let Some(work) = work {
        work.stop().await;
    }
    handle.stop(true).await;
    Ok(running.await.map_err(io::Error::other)??)
}

/// Resolves at SIGTERM or SIGINT.
///
/// # Errors
/// The operating system takes no handler.
pub fn stop_signal() -> Result<impl Future<Output = ()>, StartError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// The origins of pages that may connect: those of the settings, and the one under which clients reach Souk.
fn pages(server: &Listening) -> Vec<String> {
    let own = Url::parse(&server.public_url).map(|url| url.origin().ascii_serialization());
    server.allowed_origins.iter().cloned().chain(own).collect()
}

/// Threads that answer requests.
fn workers(setting: u16) -> usize {
    match setting {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        given => usize::from(given),
    }
}

//! What the subcommands do.

mod demo;
mod import;
mod operator;
mod serve;
mod verify;
mod worker;

use std::io::{self, IsTerminal as _, Write as _};

pub use demo::demo;
pub use serve::serve;

use crate::cli::{Cli, Command, Config, Import, Operator, Place};
use crate::folder::Folder;
use crate::node::{StartError, open_world};
use crate::settings::{Purpose, Settings, environment, load};

/// What libraries tell of everyday matters. A directive of the setting wins over one of these.
const CHATTY: &str = "s3s=warn,s3s_fs=warn,actix_server=warn,sea_orm_migration=warn";

/// Does what the command line says.
///
/// # Errors
/// Why it could not be done.
pub async fn run(cli: Cli) -> Result<(), StartError> {
    match cli.command {
        Command::Demo(options) => demo(options).await,
        Command::Serve(config) => serve(settings(&config, Purpose::Serve)?).await,
        Command::Worker(config) => worker::worker(settings(&config, Purpose::Work)?).await,
        Command::Migrate(place) => migrate(&database(&place)?).await,
        Command::Verify(place) => verify::verify(&database(&place)?).await,
        Command::Operator(Operator::Create(options)) => operator::create(options).await,
        Command::Import(Import::Products(options)) => import::products(options).await,
        Command::Schema => say(&api::build(api::Services::default()).sdl()),
    }
}

async fn migrate(settings: &Settings) -> Result<(), StartError> {
    let world = open_world(settings).await?;
    let db = world.db.for_migrations();
    let pending = migrations::pending(db).await?;
    migrations::run(db).await?;
    tracing::info!(pending, "the schema is up to date");
    Ok(world.db.clone().close().await?)
}

/// Reads the settings, checks them and starts the log.
fn settings(config: &Config, purpose: Purpose) -> Result<Settings, StartError> {
    let settings = load(config.config.as_deref(), &environment()?)?;
    settings.check(purpose)?;
    start_log(&settings.log.level);
    Ok(settings)
}

/// The settings for a look at a database, or a change of it.
fn database(place: &Place) -> Result<Settings, StartError> {
    let mut settings = load(place.config.config.as_deref(), &environment()?)?;
    if let Some(data) = &place.data {
        Folder::existing(data)?.apply(&mut settings);
    }
    settings.check(Purpose::Database)?;
    start_log(&settings.log.level);
    Ok(settings)
}

/// Logs go to stderr, what was asked for to stdout.
fn start_log(level: &str) {
    let filter = tracing_subscriber::EnvFilter::new(format!("{CHATTY},{level}"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = log.with_ansi(io::stderr().is_terminal()).try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let payload = panic.payload();
            let text = payload.downcast_ref::<&str>().copied();
            let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("?");
            tracing::error!(place, "panic: {text}");
        }));
    }
}

/// Writes to stdout.
fn say(text: &str) -> Result<(), StartError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    Ok(out.flush()?)
}

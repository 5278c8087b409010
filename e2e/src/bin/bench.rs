//! Measures Souk beside the databases it stands on.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the command line")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use e2e::bench::{self, Options, Part};
use e2e::report::Section;
use e2e::{Kind, environment};
use serde_json::json;

/// Measures Souk on SQLite and PostgreSQL, beside what the database alone would do.
///
/// Needs the program (`SOUK_BIN`, or souk beside this one) and, for PostgreSQL, `SOUK_TEST_POSTGRES_URL`. Load,
/// program and database share this machine; say so when you quote a figure.
#[derive(Debug, Parser)]
struct Cli {
    /// What to measure; everything without it
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Only on SQLite
    #[arg(long, conflicts_with = "postgres")]
    sqlite: bool,
    /// Only on PostgreSQL
    #[arg(long)]
    postgres: bool,
    /// Seconds for each load
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Merchants of the list page
    #[arg(long, default_value_t = 100)]
    merchants: usize,
    /// Products of the list page
    #[arg(long, default_value_t = 10_000)]
    products: usize,
    /// Products of the bulk load
    #[arg(long, default_value_t = 100_000)]
    bulk: usize,
    /// Merchants of the payout run
    #[arg(long, default_value_t = 1_000)]
    payees: usize,
    /// Postings in the books before the payout run
    #[arg(long, default_value_t = 100_000)]
    postings: i64,
    /// Merchants of the marketplace with many people, three of each
    #[arg(long, default_value_t = 5_000)]
    town: usize,
    /// Roles that were made in it
    #[arg(long, default_value_t = 200)]
    roles: usize,
    /// Kills of the crash loop
    #[arg(long, default_value_t = 30)]
    kills: usize,
    /// Seed of the crash loop
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also write everything as JSON to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let options = Options {
        merchants: cli.merchants.max(1),
        products: cli.products,
        bulk: cli.bulk,
        payees: cli.payees.max(2),
        postings: cli.postings,
        town: cli.town,
        roles: cli.roles.max(1),
        each: Duration::from_secs(cli.seconds),
        kills: cli.kills,
        seed: cli.seed,
    };
    let parts = if cli.parts.is_empty() { Part::ALL.to_vec() } else { cli.parts.clone() };
    let kinds: Vec<_> = Kind::present("measurements")
        .into_iter()
        .filter(|kind| if cli.sqlite { *kind == Kind::Sqlite } else { !cli.postgres || *kind == Kind::Postgres })
        .collect();
    println!("{}", about());
    let (mut sections, mut failed) = (Vec::<Section>::new(), false);
    for part in parts {
        for kind in &kinds {
            match bench::measure(part, *kind, &options).await {
                Ok(measured) => {
                    for section in &measured {
                        println!("{}", section.table());
                    }
                    sections.extend(measured);
                }
                Err(error) => {
                    failed = true;
                    eprintln!("{part:?} on {}: {error}", kind.name());
                }
            }
        }
    }
    if let Some(path) = &cli.json {
        let all = json!({ "machine": about(), "sections": sections });
        if let Err(error) = std::fs::write(path, format!("{all:#}\n")) {
            eprintln!("{}: {error}", path.display());
            failed = true;
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What the figures depend on.
fn about() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let built = if cfg!(debug_assertions) { "a debug build: these figures say nothing" } else { "a release build" };
    let program = environment::souk_binary().map(|path| path.display().to_string()).unwrap_or_default();
    format!("{cores} cores for load, program and database together; {program}, {built}")
}

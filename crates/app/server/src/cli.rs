//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Souk, the back office of a marketplace.
#[derive(Debug, Parser)]
#[command(name = "souk", version, max_term_width = 100, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Starts a whole marketplace in one process, with all its data in one folder
    ///
    /// SQLite, an S3 storage on the loopback interface and a folder of mails: nothing else is needed. Stopping and
    /// starting again keeps everything.
    Demo(Demo),
    /// Answers requests in production, and delivers events and runs jobs unless told otherwise
    Serve(Place),
    /// Brings the schema of the database up to date; nodes that run it at once wait for each other
    Migrate(Place),
    /// Prints the GraphQL schema
    Schema,
}

/// Options of `souk demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Folder of the data; made when it is missing
    #[arg(long, value_name = "DIR", default_value = "souk-data")]
    pub data: PathBuf,
    /// Port on the loopback interface; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 8080)]
    pub port: u16,
    /// Start with an empty marketplace instead of the demo content
    #[arg(long)]
    pub empty: bool,
}

/// Which settings, and so which database.
#[derive(Debug, Args)]
pub struct Place {
    /// File of settings, over the built-in defaults; variables SOUK__SECTION__KEY win over it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

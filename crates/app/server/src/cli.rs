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
    /// Answers requests in production, and does the work of `worker` too unless told otherwise
    Serve(Config),
    /// Delivers events, runs jobs and keeps schedules beside nodes that only answer requests
    Worker(Config),
    /// Brings the schema of the database up to date; nodes that run it at once wait for each other
    Migrate(Place),
    /// Derives again what can be derived (stock, reservations, totals, balances) and lists every difference
    ///
    /// Changes nothing. The exit code is 1 when there is a difference.
    Verify(Place),
    /// Manages the people of the operator
    #[command(subcommand)]
    Operator(Operator),
    /// Loads files of other programs
    #[command(subcommand)]
    Import(Import),
    /// Prints the GraphQL schema
    Schema,
}

/// What can be loaded.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Loads the products of one merchant from a file as Shopify exports it, with offers and stock
    ///
    /// A product is found again by its handle: loading the same file again changes nothing. A product with a row at
    /// fault is left out; the report names each such row, and the exit code is 1 then.
    Products(ImportProducts),
}

/// Options of `souk import products`.
#[derive(Debug, Args)]
pub struct ImportProducts {
    /// The file: CSV in UTF-8
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Whose products they are: the id of a merchant, or the part of the address of its page
    #[arg(long, value_name = "MERCHANT")]
    pub merchant: String,
    /// Currency of the prices; the first channel's when absent
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Location of the stock, by its code; the merchant's first when absent
    #[arg(long, value_name = "CODE")]
    pub location: Option<String>,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
    /// Which database.
    #[command(flatten)]
    pub place: Place,
}

/// What can be done with the people of the operator.
#[derive(Debug, Subcommand)]
pub enum Operator {
    /// Makes an administrator of the marketplace, and in an empty one a channel, tax classes and the like
    Create(OperatorCreate),
}

/// Options of `souk operator create`.
#[derive(Debug, Args)]
pub struct OperatorCreate {
    /// The address to sign in with
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// The name that colleagues and histories show
    #[arg(long)]
    pub name: String,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: Password,
    /// Which database.
    #[command(flatten)]
    pub place: Place,
}

/// Where a password comes from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Password {
    /// Read the password from the first line of standard input
    #[arg(long = "password-stdin")]
    pub stdin: bool,
    /// The password itself; other users of this machine can see it, so better use --password-stdin
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
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

/// Which settings.
#[derive(Debug, Args)]
pub struct Config {
    /// File of settings, over the built-in defaults; variables SOUK__SECTION__KEY win over it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Which database.
#[derive(Debug, Args)]
pub struct Place {
    /// Which settings.
    #[command(flatten)]
    pub config: Config,
    /// Work on the data folder of a demo instead of the configured database
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

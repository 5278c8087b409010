//! Replays the orders of Olist against a running Souk.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the command line")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use e2e::olist::Dataset;
use e2e::replay::{self, Options, Summary};
use e2e::{Client, Result, site};

/// Replays real orders against a running Souk, and prints what they sum to.
///
/// Reads the CSV files of Olist, makes their sellers, products, offers and stock through the API, places every order
/// through cart and checkout, lets the merchants accept, ship and deliver it, and runs the payouts. The marketplace
/// must know the sandbox card. Its hold period and reserve become zero and stay so: payouts would have to wait.
#[derive(Debug, Parser)]
struct Cli {
    /// Folder with order_items.csv and the other files
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Address of the running Souk, with or without /graphql behind it
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Only the first N orders
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print nothing but the summary as JSON
    #[arg(long)]
    json: bool,
    /// Requests at once
    #[arg(long, value_name = "N", default_value_t = 8)]
    concurrency: usize,
    /// E-mail address of an operator
    #[arg(long, default_value = site::OPERATOR.0)]
    email: String,
    /// The operator's password
    #[arg(long, default_value = site::OPERATOR.1)]
    password: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match replay(&cli).await {
        Ok(summary) => {
            for failure in &summary.first_failures {
                eprintln!("failed: {failure}");
            }
            println!("{}", serde_json::to_string_pretty(&summary).unwrap_or_default());
            if summary.failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("replay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn replay(cli: &Cli) -> Result<Summary> {
    let data = Dataset::read(&cli.dir, cli.limit)?;
    let operator = (cli.email.clone(), cli.password.clone());
    let options = Options { operator, concurrency: cli.concurrency, talk: !cli.json };
    replay::run(&Client::new(cli.url.trim_end_matches('/').trim_end_matches("/graphql"))?, &data, &options).await
}

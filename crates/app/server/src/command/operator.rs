//! `souk operator`.

use std::io::{self, BufRead as _};

use context::Ctx;

use super::{database, say};
use crate::cli;
use crate::node::{StartError, open_world, require_migrated};

/// Makes an administrator of the marketplace, and in an empty one what it needs to sell.
pub(super) async fn create(options: cli::OperatorCreate) -> Result<(), StartError> {
    let settings = database(&options.place)?;
    let password = match options.password.password {
        Some(password) => password,
        None => {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line)?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        }
    };
    let world = open_world(&settings).await?;
    require_migrated(&world).await?;
    let ctx = Ctx::system(world.clone(), "cli");
    let member = identity::operator_create(&ctx, &options.email, &options.name, &password).await;
    let member = member.map_err(StartError::refused)?;
    say(&format!("{} may sign in as administrator ({})", options.email.trim(), member.user))?;
    // Who opens a marketplace finds one that can sell: without a default rule it would take no commission.
    if marketplace::bootstrap(&ctx).await.map_err(StartError::refused)? != marketplace::command::Bootstrapped::default()
    {
        say(
            "The marketplace was empty: it has a channel, tax classes, delivery methods and a commission rule now, to be edited",
        )?;
    }
    Ok(world.db.clone().close().await?)
}

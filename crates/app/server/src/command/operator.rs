//! `souk operator`.

use std::io::{self, BufRead as _};

use context::Ctx;

use super::{database, say};
use crate::cli;
use crate::node::{StartError, open_world, require_migrated};

/// Makes an administrator of the marketplace.
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
    Ok(world.db.clone().close().await?)
}

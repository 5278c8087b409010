//! `souk verify`.

use super::say;
use crate::node::{StartError, open_world, require_migrated};
use crate::settings::Settings;

/// Derives again what can be derived and lists every difference.
pub(super) async fn verify(settings: &Settings) -> Result<(), StartError> {
    let world = open_world(settings).await?;
    require_migrated(&world).await?;
    // All checks see the same moment, also while others write.
    let at = world.db.begin_snapshot().await?;
    let mut checks = vec![
        ("identity", identity::check::check(&at).await.map_err(StartError::refused)?),
        ("ratings", merchants::check::ratings(&at).await.map_err(StartError::refused)?),
        ("messages", merchants::check::conversations(&at).await.map_err(StartError::refused)?),
        ("customers", customers::check::check(&at).await.map_err(StartError::refused)?),
        ("inventory", inventory::check::stock(&at).await.map_err(StartError::refused)?),
        ("payments", payments::check::payments(&at).await.map_err(StartError::refused)?),
        ("credit", payments::check::credit(&at).await.map_err(StartError::refused)?),
        ("credit lines", payments::check::credit_lines(&at).await.map_err(StartError::refused)?),
        ("orders", orders::check::orders(&at).await.map_err(StartError::refused)?),
        ("billing", billing::check::ledger(&at).await.map_err(StartError::refused)?),
        ("write-offs", billing::check::write_offs(&at).await.map_err(StartError::refused)?),
        ("integrations", marketplace::check::check(&at).await.map_err(StartError::refused)?),
        ("papers", billing::check::papers(&at).await.map_err(StartError::refused)?),
    ];
    // The listing follows the facts: while some are on their way, it may be behind.
    let on_their_way = outbox::undelivered(&at).await?;
    if on_their_way == 0 {
        let listing = analytics::storefront::check(&at).await.map_err(StartError::refused)?;
        checks.push(("listing", listing));
    }
    at.rollback().await?;
    world.db.clone().close().await?;
    let mut count = 0;
    for (name, differences) in checks {
        let verdict = if differences.is_empty() { "ok".to_owned() } else { format!("{} differ", differences.len()) };
        say(&format!("{name:<12} {verdict}"))?;
        for difference in &differences {
            say(&format!("  {difference}"))?;
        }
        count += differences.len();
    }
    if on_their_way > 0 {
        say(&format!("{:<12} not compared: {on_their_way} facts are on their way to it", "listing"))?;
    }
    if count == 0 { Ok(()) } else { Err(StartError::Differences(count)) }
}

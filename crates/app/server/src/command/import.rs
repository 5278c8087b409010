//! `souk import`.

use std::fs::File;

use context::Ctx;
use kernel::Currency;
use kernel::id::MerchantId;
use merchants::Merchant;

use super::{database, say};
use crate::cli;
use crate::import::{Report, Target, load_products};
use crate::node::{StartError, open_world, require_migrated};

/// Loads a product file and reports on it.
pub(super) async fn products(options: cli::ImportProducts) -> Result<(), StartError> {
    let settings = database(&options.place)?;
    let world = open_world(&settings).await?;
    require_migrated(&world).await?;
    let ctx = Ctx::system(world.clone(), "import");
    let merchant = merchant(&ctx, &options.merchant).await?;
    let currency = currency(&ctx, options.currency.as_deref()).await?;
    let file = File::open(&options.file)
        .map_err(|error| StartError::Refused(format!("{}: {error}", options.file.display())))?;
    let target = Target { merchant: merchant.id, country: merchant.profile.country, location: options.location };
    let report = load_products(&ctx, file, currency, target).await.map_err(StartError::refused)?;
    tell(&report, options.json)?;
    world.db.clone().close().await?;
    if report.faults.is_empty() { Ok(()) } else { Err(StartError::FaultyRows(report.faults.len())) }
}

/// Found by id or by the part of the address of its page.
async fn merchant(ctx: &Ctx, text: &str) -> Result<Merchant, StartError> {
    let unknown = || StartError::Refused(format!("there is no merchant {text}"));
    let id: MerchantId = match text.parse() {
        Ok(id) => id,
        Err(_) => {
            let card = merchants::card_by_slug(ctx, text).await.map_err(StartError::refused)?;
            card.ok_or_else(unknown)?.id
        }
    };
    let mut found = merchants::by_ids(ctx, &[id]).await.map_err(StartError::refused)?;
    found.remove(&id).ok_or_else(unknown)
}

/// The file names no currency: it is that of the first channel unless told otherwise.
async fn currency(ctx: &Ctx, code: Option<&str>) -> Result<Currency, StartError> {
    if let Some(code) = code {
        return code.parse().map_err(|_| StartError::Refused(format!("{code} is no currency")));
    }
    let snapshot = marketplace::snapshot(ctx).await.map_err(StartError::refused)?;
    let channel = snapshot.channels.iter().find(|channel| channel.active);
    let none = || StartError::Refused("no channel is active: give --currency".to_owned());
    Ok(channel.ok_or_else(none)?.default_currency)
}

fn tell(report: &Report, json: bool) -> Result<(), StartError> {
    if json {
        return say(&serde_json::to_string_pretty(report).map_err(StartError::refused)?);
    }
    for fault in &report.faults {
        let place = if fault.column.is_empty() { String::new() } else { format!(", {}", fault.column) };
        say(&format!("row {}{place}: {} {:?}: {}", fault.row, fault.code, fault.value, fault.message))?;
    }
    let line = |what: &str, count: &crate::import::Tally| {
        say(&format!("{what:<9} {} new, {} changed, {} unchanged", count.created, count.changed, count.unchanged))
    };
    say(&format!("{} rows, {} faults", report.rows, report.faults.len()))?;
    line("products", &report.products)?;
    line("offers", &report.offers)?;
    line("stock", &report.stock)
}

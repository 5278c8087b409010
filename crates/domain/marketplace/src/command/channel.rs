//! Channels.

use context::Ctx;
use history::Change;
use kernel::id::ChannelId;
use kernel::{Currency, Rounding};

use super::{KIND_MAX, fresh, missing, put, room, taken};
use crate::actions::EDIT_CHANNELS;
use crate::event::ChannelChanged;
use crate::model::Channel;
use crate::{Error, repo};

/// A channel to be made.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each field is described at `Channel`")]
pub struct CreateChannel {
    pub code: String,
    pub name: String,
    pub currencies: Vec<Currency>,
    /// The first of `currencies` when absent.
    pub default_currency: Option<Currency>,
    pub locales: Vec<String>,
    /// The first of `locales` when absent.
    pub default_locale: Option<String>,
    pub country: String,
    pub prices_include_tax: bool,
    pub rounding: Rounding,
    pub active: bool,
}

/// A change of a channel: what is `None` stays. The code never changes.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each field is described at `Channel`")]
pub struct EditChannel {
    pub id: ChannelId,
    /// The version that the caller saw.
    pub expected_version: i64,
    pub name: Option<String>,
    pub currencies: Option<Vec<Currency>>,
    pub default_currency: Option<Currency>,
    pub locales: Option<Vec<String>>,
    pub default_locale: Option<String>,
    pub country: Option<String>,
    pub prices_include_tax: Option<bool>,
    pub rounding: Option<Rounding>,
    pub active: Option<bool>,
}

/// Makes a channel.
///
/// # Errors
/// What is wrong with the input; a code that is taken; denied; the database error.
pub async fn create_channel(ctx: &Ctx, input: CreateChannel) -> Result<Channel, Error> {
    let grant = ctx.authorize(EDIT_CHANNELS)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let channel = new_channel(ctx, &tx, input)?;
    room(market.channels.len(), KIND_MAX, "channels")?;
    if market.channel_by_code(&channel.code).is_some() {
        return Err(taken("code"));
    }
    repo::insert_channel(&tx, &channel).await?;
    tx.record(Change::new("channel", channel.id, "created").diff(None, Some(&channel)));
    tx.emit(&ChannelChanged { channel: channel.id });
    tx.commit().await?;
    Ok(channel)
}

/// Changes a channel.
///
/// # Errors
/// What is wrong with the input; not found; stale; denied; the database error.
pub async fn edit_channel(ctx: &Ctx, input: EditChannel) -> Result<Channel, Error> {
    let grant = ctx.authorize(EDIT_CHANNELS)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let before = market.channel(input.id).ok_or_else(|| missing("channel"))?;
    fresh(before.version, input.expected_version, "channel")?;
    let mut after = Channel { version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    put(&mut after.name, input.name);
    put(&mut after.currencies, input.currencies);
    put(&mut after.default_currency, input.default_currency);
    put(&mut after.locales, input.locales);
    put(&mut after.default_locale, input.default_locale);
    put(&mut after.country, input.country);
    put(&mut after.prices_include_tax, input.prices_include_tax);
    put(&mut after.rounding, input.rounding);
    put(&mut after.active, input.active);
    let after = after.checked()?;
    repo::save_channel(&tx, &after).await?;
    tx.record(Change::new("channel", after.id, "edited").diff(Some(before), Some(&after)));
    tx.emit(&ChannelChanged { channel: after.id });
    tx.commit().await?;
    Ok(after)
}

pub(super) fn new_channel(ctx: &Ctx, tx: &context::WriteTx, input: CreateChannel) -> Result<Channel, Error> {
    let first_currency = input.currencies.first().copied();
    let default_currency = input.default_currency.or(first_currency);
    let first_locale = input.locales.first().cloned();
    let channel = Channel {
        id: ctx.new_id(),
        code: input.code,
        name: input.name,
        default_currency: default_currency.ok_or_else(|| kernel::Invalid::required("currencies"))?,
        currencies: input.currencies,
        default_locale: input.default_locale.or(first_locale).unwrap_or_default(),
        locales: input.locales,
        country: input.country,
        prices_include_tax: input.prices_include_tax,
        rounding: input.rounding,
        active: input.active,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    Ok(channel.checked()?)
}

//! Asking for the settings, and changing them.

use async_graphql::connection::Connection;
use async_graphql::{Context, InputObject, Object};
use marketplace::command::{RestoreSettings, edit_settings, restore_settings};
use marketplace::query;

use super::settings::{MarketplaceSettings, MarketplaceSettingsEditInput};
use crate::error::{Gql, answer, ctx, respond};
use crate::page::{connection, page_args};
use crate::payload;

payload! {
    /// What became of `marketplaceSettingsEdit`.
    MarketplaceSettingsEditPayload {
        /// The new version.
        settings: MarketplaceSettings }
}

/// An earlier version that is to be in force again.
#[derive(Debug, Clone, InputObject)]
pub struct MarketplaceSettingsRestoreInput {
    /// The version; 0 for the defaults.
    pub version: i64,
    /// The version in force that was read.
    pub expected_version: i64,
    /// Why; becomes part of the history.
    pub reason: Option<String>,
}

payload! {
    /// What became of `marketplaceSettingsRestore`.
    MarketplaceSettingsRestorePayload {
        /// The new version.
        settings: MarketplaceSettings }
}

/// Questions about the settings.
#[derive(Default)]
pub struct SettingsQuery;

#[Object]
impl SettingsQuery {
    /// The settings in force.
    async fn marketplace_settings(&self, gql: &Context<'_>) -> Gql<MarketplaceSettings> {
        Ok(answer(gql, query::settings(ctx(gql)?).await)?.into())
    }

    /// Every version of the settings with its author, newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn marketplace_settings_history(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MarketplaceSettings>> {
        let page = answer(gql, page_args(first, after))?;
        let versions = answer(gql, query::settings_history(ctx(gql)?, &page).await)?;
        Ok(connection(versions, MarketplaceSettings::from))
    }
}

/// Changes of the settings.
#[derive(Default)]
pub struct SettingsMutation;

#[Object]
impl SettingsMutation {
    /// Writes a new version of the settings.
    async fn marketplace_settings_edit(
        &self,
        gql: &Context<'_>,
        input: MarketplaceSettingsEditInput,
    ) -> Gql<MarketplaceSettingsEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { edit_settings(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(MarketplaceSettings::from))
    }

    /// Puts what an earlier version said in force again, as a new version.
    async fn marketplace_settings_restore(
        &self,
        gql: &Context<'_>,
        input: MarketplaceSettingsRestoreInput,
    ) -> Gql<MarketplaceSettingsRestorePayload> {
        let MarketplaceSettingsRestoreInput { version, expected_version, reason } = input;
        let restored = restore_settings(ctx(gql)?, RestoreSettings { version, expected_version, reason });
        respond(gql, Box::pin(restored).await.map(MarketplaceSettings::from))
    }
}

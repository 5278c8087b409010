//! Channels, taxes, delivery, carriers, commission and settings.

use async_graphql::MergedObject;

pub mod billing;
pub mod commission;
pub mod input;
pub mod mutation;
pub mod object;
pub mod query;
pub mod settings;

/// Questions about the marketplace.
#[derive(MergedObject, Default)]
pub struct MarketplaceQuery(query::RulesQuery, settings::SettingsQuery);

/// Changes of the marketplace.
#[derive(MergedObject, Default)]
pub struct MarketplaceMutation(mutation::RulesMutation, commission::CommissionMutation, settings::SettingsMutation);

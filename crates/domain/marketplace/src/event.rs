//! What happened.

use kernel::id::{ChannelId, MerchantId, WebhookEndpointId};
use outbox::Event;
use serde::{Deserialize, Serialize};

/// A channel was made or changed: what it lists may differ now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelChanged {
    /// The channel.
    pub channel: ChannelId,
}

impl Event for ChannelChanged {
    const KIND: &'static str = "channel_changed.v1";
    fn subject(&self) -> String {
        self.channel.to_string()
    }
}

/// The settings of the marketplace were changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsChanged {
    /// The version of the settings.
    pub version: i64,
}

impl Event for SettingsChanged {
    const KIND: &'static str = "marketplace_settings_changed.v1";
    fn subject(&self) -> String {
        "marketplace".to_owned()
    }
}

/// Nothing is sent to an endpoint of a webhook any more: it wants no more, or took nothing for days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookDisabled {
    /// The endpoint.
    pub endpoint: WebhookEndpointId,
    /// Whose it is; the operator's if `None`.
    pub merchant: Option<MerchantId>,
    /// Its version, which names the occasion.
    pub version: i64,
}

impl Event for WebhookDisabled {
    const KIND: &'static str = "webhook_disabled.v1";
    fn subject(&self) -> String {
        self.endpoint.to_string()
    }
}

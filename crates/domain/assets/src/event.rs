//! What happened to assets.

use kernel::id::AssetId;
use outbox::Event;
use serde::{Deserialize, Serialize};

/// An upload was checked and is ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetReady {
    /// The asset.
    pub asset: AssetId,
}

impl Event for AssetReady {
    const KIND: &'static str = "asset_ready.v1";
    fn subject(&self) -> String {
        self.asset.to_string()
    }
}

/// An upload is not what it was declared to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetRejected {
    /// The asset.
    pub asset: AssetId,
    /// Why.
    pub reason: String,
}

impl Event for AssetRejected {
    const KIND: &'static str = "asset_rejected.v1";
    fn subject(&self) -> String {
        self.asset.to_string()
    }
}

//! Where the storage is.

use std::fmt;

use serde::Deserialize;

/// Where the storage is and how to sign in to it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Settings {
    /// Address at which this process reaches the storage: `http://storage:9000`.
    pub endpoint: String,
    /// Address at which clients reach it; presigned URLs are made for this one. The endpoint itself when absent.
    #[serde(default)]
    pub public_endpoint: Option<String>,
    /// Region; S3 look-alikes mostly take any.
    #[serde(default = "default_region")]
    pub region: String,
    /// Bucket that holds everything.
    pub bucket: String,
    /// Name of the key pair.
    pub access_key: String,
    /// Secret of the key pair.
    pub secret_key: String,
    /// Whether the bucket stands in the path (`host/bucket/key`, what most S3 look-alikes want) or in the host name.
    #[serde(default = "default_path_style")]
    pub force_path_style: bool,
}

fn default_region() -> String {
    "us-east-1".to_owned()
}

fn default_path_style() -> bool {
    true
}

impl fmt::Debug for Settings {
    /// Without the secret, which would end in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("endpoint", &self.endpoint)
            .field("public_endpoint", &self.public_endpoint)
            .field("region", &self.region)
            .field("bucket", &self.bucket)
            .field("access_key", &self.access_key)
            .field("force_path_style", &self.force_path_style)
            .finish_non_exhaustive()
    }
}

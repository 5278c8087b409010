//! The client of the object storage.

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Config, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use bytes::Bytes;

use crate::{Settings, StorageError, key};

/// S3's name for the region that must not be named when a bucket is made.
const DEFAULT_REGION: &str = "us-east-1";

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// Length in bytes.
    pub size: u64,
    /// Media type it was stored with.
    pub content_type: Option<String>,
    /// The server's mark of this content, without quotes.
    pub etag: Option<String>,
}

/// An object of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEntry {
    /// Its key.
    pub key: String,
    /// Length in bytes.
    pub size: u64,
    /// When it was written last, as far as the server tells.
    pub modified: Option<SystemTime>,
}

/// A page of a list, ordered by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The objects of this page.
    pub objects: Vec<ObjectEntry>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<String>,
}

/// An upload that a client may make without keys of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresignedPut {
    /// Where to send the bytes with `PUT`.
    pub url: String,
    /// Headers that are part of the signature: the client must send exactly these.
    pub headers: Vec<(String, String)>,
}

/// A bucket. Cloning is cheap and shares the connections.
///
/// Keys are plain paths of ASCII letters, digits, `.`, `_` and `-`, at most 160 bytes; any other key is refused. A key
/// must not be the folder of another one (`a` beside `a/b`): a storage on a file system cannot hold both.
#[derive(Debug, Clone)]
pub struct ObjectStore {
    client: Client,
    /// Knows the address that clients see; only signs, never sends.
    presigner: Client,
    bucket: String,
    region: String,
}

impl ObjectStore {
    /// A client by `settings`. Connects at the first call; see [`ObjectStore::ping`].
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let public = settings.public_endpoint.as_deref().unwrap_or(&settings.endpoint);
        Self {
            client: client(settings, &settings.endpoint, http.clone()),
            presigner: client(settings, public, http),
            bucket: settings.bucket.clone(),
            region: settings.region.clone(),
        }
    }

    /// Checks that the storage answers and that the bucket is there.
    ///
    /// # Errors
    /// `NotFound` when the bucket is missing, `Unavailable` when nobody answers, `Internal` when the keys are wrong.
    pub async fn ping(&self) -> Result<(), StorageError> {
        let sent = self.client.head_bucket().bucket(&self.bucket).send().await;
        sent.map(drop).map_err(|e| StorageError::of(&self.bucket, e))
    }

    /// Makes the bucket when it is missing. Two nodes may do so at once.
    ///
    /// # Errors
    /// `Unavailable` and `Internal`.
    pub async fn ensure_bucket(&self) -> Result<(), StorageError> {
        match self.ping().await {
            Err(StorageError::NotFound { .. }) => {}
            other => return other,
        }
        let place = (self.region != DEFAULT_REGION).then(|| {
            let region = BucketLocationConstraint::from(self.region.as_str());
            CreateBucketConfiguration::builder().location_constraint(region).build()
        });
        let made = self.client.create_bucket().bucket(&self.bucket).set_create_bucket_configuration(place).send().await;
        match made {
            Ok(_) => Ok(()),
            // Another node was faster, or the name belongs to somebody else: asking again tells.
            Err(e) if e.raw_response().is_some_and(|r| r.status().as_u16() == 409) => self.ping().await,
            Err(e) => Err(StorageError::of(&self.bucket, e)),
        }
    }

    /// Stores `body` under `key`, replacing what is there.
    ///
    /// # Errors
    /// `Unavailable` and `Internal`.
    pub async fn put(&self, key: &str, body: Bytes, content_type: &str) -> Result<(), StorageError> {
        key::check(key)?;
        let call = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        call.body(ByteStream::from(body)).send().await.map(drop).map_err(|e| StorageError::of(key, e))
    }

    /// Reads a whole object into memory. Ask [`ObjectStore::head`] first when it may be large.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable` and `Internal`.
    pub async fn get(&self, key: &str) -> Result<Bytes, StorageError> {
        self.read(key, None).await
    }

    /// Reads the bytes of `range`, counted from 0; less when the object ends before.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`, and `Internal`, also when the range starts behind the end.
    pub async fn get_range(&self, key: &str, range: RangeInclusive<u64>) -> Result<Bytes, StorageError> {
        self.read(key, Some(format!("bytes={}-{}", range.start(), range.end()))).await
    }

    async fn read(&self, key: &str, range: Option<String>) -> Result<Bytes, StorageError> {
        key::check(key)?;
        let call = self.client.get_object().bucket(&self.bucket).key(key).set_range(range);
        let object = call.send().await.map_err(|e| StorageError::of(key, e))?;
        // The connection broke within the body.
        let body = object.body.collect().await.map_err(|e| StorageError::Unavailable { reason: e.to_string() })?;
        Ok(body.into_bytes())
    }

    /// What is known of an object without reading it.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable` and `Internal`.
    pub async fn head(&self, key: &str) -> Result<ObjectHead, StorageError> {
        key::check(key)?;
        let call = self.client.head_object().bucket(&self.bucket).key(key);
        let head = call.send().await.map_err(|e| StorageError::of(key, e))?;
        Ok(ObjectHead {
            size: size(head.content_length),
            content_type: head.content_type,
            etag: head.e_tag.map(|tag| tag.trim_matches('"').to_owned()),
        })
    }

    /// Deletes an object; one that is not there is deleted already.
    ///
    /// # Errors
    /// `Unavailable` and `Internal`.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        key::check(key)?;
        match self.client.delete_object().bucket(&self.bucket).key(key).send().await {
            Ok(_) => Ok(()),
            Err(e) => match StorageError::of(key, e) {
                StorageError::NotFound { .. } => Ok(()),
                other => Err(other),
            },
        }
    }

    /// Copies an object inside the storage, with its media type.
    ///
    /// # Errors
    /// `NotFound` when `from` is missing, `Unavailable` and `Internal`.
    pub async fn copy(&self, from: &str, to: &str) -> Result<(), StorageError> {
        key::check(from)?;
        key::check(to)?;
        let source = format!("{}/{from}", self.bucket);
        let call = self.client.copy_object().bucket(&self.bucket).copy_source(source).key(to);
        call.send().await.map(drop).map_err(|e| StorageError::of(from, e))
    }

    /// Lists at most `limit` (1 to 1000) objects whose key starts with `prefix`; `after` is the `next` of the page
    /// before.
    ///
    /// # Errors
    /// `Unavailable` and `Internal`.
    pub async fn list(&self, prefix: &str, after: Option<String>, limit: u16) -> Result<Listing, StorageError> {
        let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let call = call.set_continuation_token(after).max_keys(i32::from(limit.clamp(1, 1000)));
        let page = call.send().await.map_err(|e| StorageError::of(prefix, e))?;
        let entry = |object: aws_sdk_s3::types::Object| ObjectEntry {
            key: object.key.unwrap_or_default(),
            size: size(object.size),
            modified: object.last_modified.and_then(|at| SystemTime::try_from(at).ok()),
        };
        Ok(Listing {
            objects: page.contents.unwrap_or_default().into_iter().map(entry).collect(),
            next: page.next_continuation_token,
        })
    }

    /// A URL by which anybody can read the object for `ttl` (at most a week). `download_as` makes a browser save it
    /// under that name. No I/O; whether the object exists is not checked.
    ///
    /// # Errors
    /// `Internal` when `ttl` is too long.
    pub async fn presign_get(
        &self,
        key: &str,
        ttl: Duration,
        download_as: Option<&str>,
    ) -> Result<String, StorageError> {
        key::check(key)?;
        let call = self.presigner.get_object().bucket(&self.bucket).key(key);
        let call = call.set_response_content_disposition(download_as.map(attachment));
        let signed = call.presigned(expiry(ttl)?).await.map_err(|e| StorageError::of(key, e))?;
        Ok(signed.uri().to_owned())
    }

    /// An upload of exactly `content_length` bytes of `content_type` to `key`, allowed for `ttl` (at most a week).
    /// No I/O.
    ///
    /// # Errors
    /// `Internal` when `ttl` is too long or the length is beyond what S3 takes.
    pub async fn presign_put(
        &self,
        key: &str,
        content_type: &str,
        content_length: u64,
        ttl: Duration,
    ) -> Result<PresignedPut, StorageError> {
        key::check(key)?;
        let length = i64::try_from(content_length).map_err(StorageError::internal)?;
        let call = self.presigner.put_object().bucket(&self.bucket).key(key);
        let call = call.content_type(content_type).content_length(length);
        let signed = call.presigned(expiry(ttl)?).await.map_err(|e| StorageError::of(key, e))?;
        let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(PresignedPut { url: signed.uri().to_owned(), headers })
    }
}

fn client(settings: &Settings, endpoint: &str, http: SharedHttpClient) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(60))
        .build();
    let keys = Credentials::new(&settings.access_key, &settings.secret_key, None, None, "settings");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(settings.region.clone()))
        .endpoint_url(endpoint)
        .force_path_style(settings.force_path_style)
        .credentials_provider(keys)
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts)
        // Many S3 look-alikes refuse the checksum trailers that the SDK sends otherwise.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    Client::from_conf(config.build())
}

fn expiry(ttl: Duration) -> Result<PresigningConfig, StorageError> {
    PresigningConfig::expires_in(ttl).map_err(StorageError::internal)
}

fn size(length: Option<i64>) -> u64 {
    length.and_then(|n| u64::try_from(n).ok()).unwrap_or_default()
}

/// A `Content-Disposition` that saves under `name`, in the two spellings of RFC 6266: plain for old clients, UTF-8.
fn attachment(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ' ') { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    let encode = |b: u8| match b {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'_' | b'-' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    let utf8: String = name.bytes().map(encode).collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{utf8}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_cannot_break_out_of_the_header() {
        assert_eq!(
            attachment("Käse \"1\"\r\n.pdf"),
            "attachment; filename=\"K_se _1___.pdf\"; filename*=UTF-8''K%C3%A4se%20%221%22%0D%0A.pdf"
        );
    }
}

//! An S3 server inside the process: a folder behind a port of the loopback interface.
//!
//! It lets the demo and the tests take the same way to storage as production does. It checks signatures, but it is
//! neither fast nor durable beyond what the file system gives; production takes a real S3.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rand::Rng as _;
use rand::distr::Alphanumeric;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Settings;

/// How long a stopping server waits for requests in work.
const GRACE: Duration = Duration::from_secs(5);

/// The key pair of an embedded server. The caller keeps it, so that presigned URLs outlive a restart.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// Name of the pair.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
}

impl Keys {
    /// A new random pair.
    #[must_use]
    pub fn random() -> Self {
        let text = |length| rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect();
        Self { access_key: text(20), secret_key: text(40) }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// A running server. Dropping it stops it; [`Embedded::stop`] also waits for the requests in work.
#[derive(Debug)]
pub struct Embedded {
    addr: SocketAddr,
    keys: Keys,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Embedded {
    /// Serves `folder`, which is made when missing, on 127.0.0.1 at `port`; port 0 takes a free one.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or the port is taken.
    pub async fn start(folder: &Path, port: u16, keys: Keys) -> io::Result<Self> {
        tokio::fs::create_dir_all(folder).await?;
        let files = s3s_fs::FileSystem::new(folder).map_err(|e| io::Error::other(format!("{e:?}")))?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(keys.access_key.clone(), keys.secret_key.clone()));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, builder.build(), stopped));
        Ok(Self { addr, keys, stop, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How to reach `bucket` here.
    #[must_use]
    pub fn settings(&self, bucket: &str) -> Settings {
        Settings {
            endpoint: format!("http://{}", self.addr),
            public_endpoint: None,
            region: "us-east-1".to_owned(),
            bucket: bucket.to_owned(),
            access_key: self.keys.access_key.clone(),
            secret_key: self.keys.secret_key.clone(),
            force_path_style: true,
        }
    }

    /// Takes no more requests, waits up to five seconds for those in work, and frees the port.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the embedded storage did not end well");
        }
    }
}

/// Accepts connections until the other end of `stopped` is gone.
async fn serve(listener: TcpListener, s3: S3Service, mut stopped: oneshot::Receiver<()>) {
    let connections = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stopped => break,
        };
        let socket = match accepted {
            Ok((socket, _)) => socket,
            Err(error) => {
                // Out of file handles, most likely: without a pause this loop would spin.
                tracing::warn!(%error, "the embedded storage could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let s3 = s3.clone();
        let service = service_fn(move |request| answer(s3.clone(), request));
        let connection = connections.watch(http.serve_connection(TokioIo::new(socket), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the embedded storage broke");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, connections.shutdown()).await.is_err() {
        tracing::warn!("the embedded storage stopped with requests in work");
    }
}

/// Answers one request, so that a page of any origin may read the answer: the signature is the permission.
async fn answer(s3: S3Service, request: Request<Incoming>) -> Result<Response<s3s::Body>, Infallible> {
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        status(StatusCode::NO_CONTENT)
    } else {
        s3.call(request.map(s3s::Body::from)).await.unwrap_or_else(|error| {
            tracing::error!(?error, "the embedded storage failed");
            status(StatusCode::INTERNAL_SERVER_ERROR)
        })
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag"));
    if preflight {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, PUT"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
    Ok(response)
}

fn status(status: StatusCode) -> Response<s3s::Body> {
    let mut response = Response::new(s3s::Body::empty());
    *response.status_mut() = status;
    response
}

//! An S3 server over a folder.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{Error, Result};

/// Name and secret of the key pair that it takes.
pub const KEYS: (&str, &str) = ("souk-e2e", "not-a-secret-of-anybody");

/// A running server; dropping it stops it.
#[derive(Debug)]
pub struct S3 {
    addr: SocketAddr,
    task: JoinHandle<()>,
}

impl S3 {
    /// Serves `folder`, which is made when missing, on a free port of the loopback interface.
    ///
    /// # Errors
    /// [`Error::File`] when the folder or the port cannot be had.
    pub async fn start(folder: &Path) -> Result<Self> {
        let wrong = |e| Error::file(folder, e);
        std::fs::create_dir_all(folder).map_err(wrong)?;
        let files = s3s_fs::FileSystem::new(folder).map_err(|e| Error::Program(format!("storage: {e:?}")))?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(KEYS.0, KEYS.1));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(wrong)?;
        let addr = listener.local_addr().map_err(wrong)?;
        Ok(Self { addr, task: tokio::spawn(serve(listener, builder.build())) })
    }

    /// Where it answers.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, s3: S3Service) {
    while let Ok((socket, _)) = listener.accept().await {
        let s3 = s3.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let s3 = s3.clone();
            async move { s3.call(request.map(s3s::Body::from)).await }
        });
        tokio::spawn(async move {
            let _ =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

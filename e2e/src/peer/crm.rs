//! A customer-relationship system, as small as it can be: companies over HTTP.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::receiver::request;
use crate::{Error, Result};

/// A company as the system knows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Company {
    /// Grows with every change of what the system keeps.
    pub revision: i64,
    /// What it is called; the system keeps that.
    pub name: String,
    /// Whom one speaks to there; others keep that.
    pub contacts: Value,
}

type Companies = Arc<Mutex<BTreeMap<String, Company>>>;

/// A running system; dropping it stops it.
#[derive(Debug)]
pub struct Crm {
    addr: SocketAddr,
    companies: Companies,
    task: JoinHandle<()>,
}

impl Crm {
    /// Listens on a free port of the loopback interface, and knows nobody.
    ///
    /// # Errors
    /// [`Error::File`] when there is no port.
    pub async fn start() -> Result<Self> {
        let wrong = |e| Error::File("a free port".to_owned(), e);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(wrong)?;
        let addr = listener.local_addr().map_err(wrong)?;
        let companies = Companies::default();
        let task = tokio::spawn(serve(listener, companies.clone()));
        Ok(Self { addr, companies, task })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Somebody there writes down what a company is called now.
    pub fn name(&self, id: &str, name: &str) {
        let mut companies = self.companies.lock().unwrap_or_else(PoisonError::into_inner);
        let company = companies.entry(id.to_owned()).or_default();
        company.revision += 1;
        name.clone_into(&mut company.name);
    }

    /// What it knows of a company.
    #[must_use]
    pub fn company(&self, id: &str) -> Company {
        self.companies.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned().unwrap_or_default()
    }
}

impl Drop for Crm {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, companies: Companies) {
    while let Ok((socket, _)) = listener.accept().await {
        let companies = companies.clone();
        tokio::spawn(async move {
            let _ = converse(socket, &companies).await;
        });
    }
}

/// `GET /companies` gives all, `PUT /companies/{id}/contacts` writes down whom one speaks to.
async fn converse(mut socket: TcpStream, companies: &Companies) -> std::io::Result<()> {
    let Some((head, body)) = request(&mut socket).await? else { return Ok(()) };
    let mut line = head.split_whitespace();
    let (status, answer) = match (line.next(), line.next().unwrap_or_default()) {
        (Some("GET"), "/companies") => {
            let known = companies.lock().unwrap_or_else(PoisonError::into_inner).clone();
            (200, serde_json::to_string(&known)?)
        }
        (Some("PUT"), path) => {
            let id = path.strip_prefix("/companies/").and_then(|rest| rest.strip_suffix("/contacts"));
            let mut known = companies.lock().unwrap_or_else(PoisonError::into_inner);
            match id.and_then(|id| known.get_mut(id)) {
                Some(company) => {
                    company.contacts = serde_json::from_str(&body)?;
                    (204, String::new())
                }
                None => (404, String::new()),
            }
        }
        _ => (405, String::new()),
    };
    let length = answer.len();
    let answer = format!("HTTP/1.1 {status} Answer\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}");
    socket.write_all(answer.as_bytes()).await
}

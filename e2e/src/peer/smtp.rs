//! A mail server that keeps what it is given as `.eml` files.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::{Error, Result};

/// A running server; dropping it stops it.
#[derive(Debug)]
pub struct Smtp {
    addr: SocketAddr,
    task: JoinHandle<()>,
}

impl Smtp {
    /// Listens on a free port of the loopback interface and writes mails into `folder`.
    ///
    /// # Errors
    /// [`Error::File`] when the folder or the port cannot be had.
    pub async fn start(folder: &Path) -> Result<Self> {
        let wrong = |e| Error::file(folder, e);
        std::fs::create_dir_all(folder).map_err(wrong)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(wrong)?;
        let addr = listener.local_addr().map_err(wrong)?;
        Ok(Self { addr, task: tokio::spawn(serve(listener, folder.to_owned())) })
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.addr)
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, folder: PathBuf) {
    let number = Arc::new(AtomicU32::new(0));
    while let Ok((socket, _)) = listener.accept().await {
        let (folder, number) = (folder.clone(), number.clone());
        tokio::spawn(async move {
            let _ = converse(socket, &folder, &number).await;
        });
    }
}

async fn converse(socket: TcpStream, folder: &Path, number: &AtomicU32) -> std::io::Result<()> {
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 e2e\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push_str("\r\n");
                }
                let name = format!("{:06}", number.fetch_add(1, Ordering::Relaxed));
                std::fs::write(folder.join(&name), mail)?;
                std::fs::rename(folder.join(&name), folder.join(name + ".eml"))?;
                b"250 kept\r\n"
            }
            "EHLO" => b"250-e2e\r\n250 8BITMIME\r\n",
            "HELO" | "MAIL" | "RCPT" | "RSET" | "NOOP" => b"250 ok\r\n",
            _ => b"502 unknown\r\n",
        };
        writer.write_all(answer).await?;
    }
    Ok(())
}

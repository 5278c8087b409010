//! HTTP over one kept-alive connection, with as little work of its own as can be: for measurements on a machine
//! where the load and the server share the cores.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{Error, Result};

/// One connection to `/graphql` of a server.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    head: String,
    buffer: Vec<u8>,
}

/// What of the buffer is the answer.
struct Head {
    status: u16,
    /// Where the body starts.
    body: usize,
    /// How long it is.
    length: usize,
}

impl Wire {
    /// Connects to `host:port`, for a bearer token and an acting merchant, if any.
    ///
    /// # Errors
    /// [`Error::File`] naming the address.
    pub async fn connect(addr: &str, token: Option<&str>, merchant: Option<&str>) -> Result<Self> {
        let stream = TcpStream::connect(addr).await.map_err(|e| lost(addr, e))?;
        stream.set_nodelay(true).map_err(|e| lost(addr, e))?;
        let mut head = format!("POST /graphql HTTP/1.1\r\nHost: {addr}\r\nContent-Type: application/json\r\n");
        if let Some(token) = token {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        if let Some(merchant) = merchant {
            head.push_str(&format!("Souk-Merchant: {merchant}\r\n"));
        }
        head.push_str("Content-Length: ");
        Ok(Self { stream, head, buffer: Vec::with_capacity(64 << 10) })
    }

    /// Posts a body and gives status and body of the answer.
    ///
    /// # Errors
    /// [`Error::File`] when the connection breaks, [`Error::Unexpected`] when this is no HTTP.
    pub async fn post(&mut self, body: &[u8]) -> Result<(u16, &[u8])> {
        let mut request = Vec::with_capacity(self.head.len() + body.len() + 16);
        request.extend_from_slice(self.head.as_bytes());
        request.extend_from_slice(body.len().to_string().as_bytes());
        request.extend_from_slice(b"\r\n\r\n");
        request.extend_from_slice(body);
        self.stream.write_all(&request).await.map_err(|e| lost("writing", e))?;
        self.buffer.clear();
        let head = loop {
            if let Some(head) = parse(&self.buffer)? {
                break head;
            }
            self.read_more().await?;
        };
        let end = head.body + head.length;
        while self.buffer.len() < end {
            self.read_more().await?;
        }
        Ok((head.status, &self.buffer[head.body..end]))
    }

    async fn read_more(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await.map_err(|e| lost("reading", e))?;
        if read == 0 { Err(lost("reading", std::io::ErrorKind::UnexpectedEof.into())) } else { Ok(()) }
    }
}

fn lost(what: &str, error: std::io::Error) -> Error {
    Error::File(what.to_owned(), error)
}

/// `None` while the head is not complete.
fn parse(buffer: &[u8]) -> Result<Option<Head>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let bad = || Error::Unexpected(format!("no HTTP answer: {}", String::from_utf8_lossy(&buffer[..end])));
    let text = std::str::from_utf8(&buffer[..end]).map_err(|_| bad())?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") { value.trim().parse().ok() } else { None }
    });
    Ok(Some(Head { status: status.ok_or_else(bad)?, body: end + 4, length: length.ok_or_else(bad)? }))
}

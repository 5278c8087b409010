//! A bad line to object storage: it breaks before a request got through, or before the answer came.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::chance::Chance;
use crate::simulation::Story;

/// Carries bytes to the storage and back until it breaks. Gone when it is dropped.
pub struct Wire {
    pub addr: SocketAddr,
    task: JoinHandle<()>,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Fine,
    Lost,
    Unanswered,
}

impl Wire {
    /// A line that breaks once in `rate` requests; never when it is 0.
    pub async fn to(storage: SocketAddr, chance: Chance, rate: u64, story: Story) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let faults = Arc::new(Faults { chance: Mutex::new(chance), rate, story });
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, storage, faults.clone()));
            }
        });
        Self { addr, task }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What breaks the line.
struct Faults {
    chance: Mutex<Chance>,
    rate: u64,
    story: Story,
}

impl Faults {
    fn fate(&self) -> Fate {
        let mut chance = self.chance.lock().unwrap();
        if self.rate == 0 || !chance.one_in(self.rate) {
            return Fate::Fine;
        }
        let fate = if chance.one_in(2) { Fate::Lost } else { Fate::Unanswered };
        self.story.tell(format!("    a request of the storage: {fate:?}"));
        fate
    }
}

async fn carry(mut client: TcpStream, storage: SocketAddr, faults: Arc<Faults>) {
    let Ok(mut server) = TcpStream::connect(storage).await else { return };
    let (mut out, mut back) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    let (mut asking, mut now) = (false, Fate::Fine);
    loop {
        tokio::select! {
            read = client.read(&mut out) => {
                let Ok(length @ 1..) = read else { return };
                if !asking {
                    (asking, now) = (true, faults.fate());
                }
                if now == Fate::Lost || server.write_all(&out[..length]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut back) => {
                let Ok(length @ 1..) = read else { return };
                asking = false;
                if now == Fate::Unanswered || client.write_all(&back[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

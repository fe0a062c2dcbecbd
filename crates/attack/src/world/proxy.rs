//! A way to the database that is cut after so many bytes.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::attack::Outcome;

/// Passes bytes on, until a connection is to be cut.
pub struct Proxy {
    pub port: u16,
    cuts: Arc<Cuts>,
}

#[derive(Default)]
struct Cuts {
    /// Bytes that still pass towards the database, and back; 0: all of them.
    left: [AtomicUsize; 2],
    made: AtomicUsize,
}

impl Proxy {
    /// To what listens at this port of this machine.
    pub async fn start(to: u16) -> Outcome<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let cuts = Arc::<Cuts>::default();
        let shared = Arc::clone(&cuts);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, to, Arc::clone(&shared)));
            }
        });
        Ok(Proxy { port, cuts })
    }

    /// Cuts the connection on which the byte behind so many passes next: 0 is towards the database, 1 back.
    pub fn cut_after(&self, way: usize, bytes: usize) {
        self.cuts.left[way % 2].store(bytes + 1, Ordering::SeqCst);
    }

    /// How often it has cut.
    pub fn made(&self) -> usize {
        self.cuts.made.load(Ordering::SeqCst)
    }
}

async fn pass(client: TcpStream, to: u16, cuts: Arc<Cuts>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await else {
        return;
    };
    // What fails here is a connection that is slower.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Both ends are closed with the first of the two.
    tokio::select! {
        () = one_way(from_client, to_server, &cuts, 0) => {}
        () = one_way(from_server, to_client, &cuts, 1) => {}
    }
}

async fn one_way(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, cuts: &Cuts, way: usize) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let (passes, is_cut) = cuts.allow(way, count);
        if to.write_all(&bytes[..passes]).await.is_err() || is_cut {
            return;
        }
    }
}

impl Cuts {
    /// How many of these bytes pass, and whether the connection is cut behind them.
    fn allow(&self, way: usize, count: usize) -> (usize, bool) {
        let taken = self.left[way].fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| match left {
            0 => None,
            // One is what stands for a cut behind the last byte that passes.
            left if left > count => Some(left - count),
            _ => Some(0),
        });
        match taken {
            Ok(left) if left <= count => {
                self.made.fetch_add(1, Ordering::SeqCst);
                (left - 1, true)
            }
            _ => (count, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_bytes_pass_and_the_next_one_cuts() {
        let cuts = Cuts::default();
        assert_eq!(cuts.allow(0, 100), (100, false));
        cuts.left[0].store(5 + 1, Ordering::SeqCst);
        assert_eq!(cuts.allow(1, 100), (100, false), "the other way");
        assert_eq!(cuts.allow(0, 3), (3, false));
        assert_eq!(cuts.allow(0, 3), (2, true));
        assert_eq!(cuts.allow(0, 3), (3, false), "once");
        assert_eq!(cuts.made.load(Ordering::SeqCst), 1);
    }
}

//! Something between a node and its database that cuts the connection wherever a test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// No limit.
pub const ALL: usize = usize::MAX;

/// How many bytes still pass, each way, over all connections together, before every connection is cut.
struct Limits {
    up: AtomicUsize,
    down: AtomicUsize,
    passed_up: AtomicUsize,
    passed_down: AtomicUsize,
    /// Raised to cut everything.
    cuts: watch::Sender<usize>,
}

pub struct Proxy {
    port: u16,
    limits: Arc<Limits>,
}

impl Proxy {
    pub async fn start(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let limits = Arc::new(Limits {
            up: AtomicUsize::new(ALL),
            down: AtomicUsize::new(ALL),
            passed_up: AtomicUsize::new(0),
            passed_down: AtomicUsize::new(0),
            cuts: watch::channel(0).0,
        });
        let shared = Arc::clone(&limits);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, server, Arc::clone(&shared)));
            }
        });
        Self { port, limits }
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// From now on so many bytes pass towards the server and so many back; then all connections are cut, once, and new ones
    /// pass.
    pub fn cut_after(&self, up: usize, down: usize) {
        self.limits.up.store(up, Ordering::SeqCst);
        self.limits.down.store(down, Ordering::SeqCst);
    }

    /// The bytes that have passed, each way.
    pub fn passed(&self) -> (usize, usize) {
        let of = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        (of(&self.limits.passed_up), of(&self.limits.passed_down))
    }

    /// How often the connections were cut.
    pub fn cuts(&self) -> usize {
        *self.limits.cuts.borrow()
    }
}

async fn serve(client: TcpStream, server: u16, limits: Arc<Limits>) {
    let mut cut = limits.cuts.subscribe();
    // A server that is down refuses the client as well.
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
        return;
    };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
            let pass = allowed(&limits.up, count);
            limits.passed_up.fetch_add(pass, Ordering::SeqCst);
            if to_server.write_all(&bytes[..pass]).await.is_err() || pass < count {
                return pass < count;
            }
        }
        false
    };
    let down = async {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
            let pass = allowed(&limits.down, count);
            limits.passed_down.fetch_add(pass, Ordering::SeqCst);
            if to_client.write_all(&bytes[..pass]).await.is_err() || pass < count {
                return pass < count;
            }
        }
        false
    };
    let limit_reached = tokio::select! {
        reached = up => reached,
        reached = down => reached,
        _ = cut.changed() => false,
    };
    if limit_reached {
        limits.up.store(ALL, Ordering::SeqCst);
        limits.down.store(ALL, Ordering::SeqCst);
        limits.cuts.send_modify(|cuts| *cuts += 1);
    }
}

/// Of `count` bytes, so many may pass.
fn allowed(left: &AtomicUsize, count: usize) -> usize {
    let mut pass = count;
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
        pass = count.min(left);
        Some(if left == ALL { ALL } else { left - pass })
    })
    .unwrap();
    pass
}

//! What the operator decides about HTTP: limits, and the sign-in page. What the pool itself needs to know is
//! `poolhouse_pool::base::settings`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_traces::Destination;

/// The sign-in page.
#[derive(Clone, Debug, Default)]
pub struct WebSettings {
    /// Built pages in place of those inside the program.
    pub directory: Option<PathBuf>,
    /// The pool that the page signs in to.
    pub user_pool_id: Option<String>,
    /// The app client it uses. Without pool and client, the server's only one.
    pub client_id: Option<String>,
    /// Where the page calls the API, if not where it came from.
    pub endpoint: Option<String>,
}

/// Limits on requests and connections.
#[derive(Clone, Debug, Default)]
pub struct HttpSettings {
    /// On bodies of API requests.
    pub body: BodyLimits,
    /// On connections.
    pub connections: ConnectionLimits,
    /// When answers about names leave.
    pub grid: Grid,
    /// How long a server that was asked to stop goes on as before, but for saying that it is not ready.
    pub drain: Duration,
}

/// The times at which answers may leave, counted from when a request was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// From each of them to the next, in whole milliseconds: timers know no less.
    pub step: Duration,
}

impl Default for Grid {
    fn default() -> Grid {
        Grid {
            step: Duration::from_millis(4),
        }
    }
}

/// How much bodies may hold and how long one may take.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// The most bytes of a body whose sender has shown no key and no secret.
    pub unsigned: usize,
    /// The most bytes of any other. The largest single member of the API's model has 131,072 characters.
    pub signed: usize,
    /// The most bytes that all bodies under way may hold together, the first 16 KiB of each aside.
    pub together: usize,
    /// From the end of the head to the end of the body.
    pub time: Duration,
}

impl Default for BodyLimits {
    fn default() -> BodyLimits {
        BodyLimits {
            unsigned: 64 << 10,
            signed: 1 << 20,
            together: 32 << 20,
            time: Duration::from_secs(15),
        }
    }
}

/// Limits on connections.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// Connections at a time.
    pub total: usize,
    /// Of them from one address (IPv6: one /64). This machine's own are exempt, for a proxy in front has all of them, and so
    /// are those of [`proxies`](Self::proxies), whose requests count under the addresses that they come from.
    pub per_address: usize,
    /// Of them from one /48 of IPv6.
    pub per_network: usize,
    /// Proxies that say truly where requests come from.
    pub proxies: Arc<[IpAddr]>,
    /// The most bytes of a request line and its headers.
    pub head_bytes: usize,
    /// How long a connection may keep the server waiting.
    pub patience: Patience,
    /// How long requests under way may take to end when the server stops.
    pub farewell: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        ConnectionLimits {
            total: 8192,
            per_address: 1024,
            per_network: 2048,
            proxies: Arc::default(),
            head_bytes: 16 * 1024,
            patience: Patience::default(),
            farewell: Duration::from_secs(5),
        }
    }
}

/// How long a connection may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between requests, and before the first.
    pub idle: Duration,
    /// From a head's first byte to its last.
    pub head: Duration,
    /// For any progress in taking an answer.
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            idle: Duration::from_secs(60),
            head: Duration::from_secs(10),
            write: Duration::from_secs(30),
        }
    }
}

/// TLS for those who connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// The file of the certificate and those above it, in PEM.
    pub certificate: PathBuf,
    /// The file of its private key, in PEM.
    pub key: PathBuf,
    /// Whether browsers are told to use nothing but TLS from now on.
    pub hsts: bool,
}

/// Spans that are sent to a collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceSettings {
    /// The collector.
    pub to: Destination,
    /// Of a hundred requests, how many are traced.
    pub percent: u8,
}

/// Numbers for operators.
#[derive(Clone, Copy, Debug, Default)]
pub struct MetricsSettings {
    /// Where they are served; `None` switches them off.
    pub listen: Option<SocketAddr>,
}
